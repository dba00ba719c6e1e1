"""Speed, as ratios within one run to a plain SimPy model of the same queue, and memory over the horizon.

Seconds differ between machines and loads, so each figure is processor time per contact offered over that of the plain
model, measured in turns within one process; the median of the rounds counts.
"""

import statistics
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import simpy

from sim.files.scenarios import load_scenario
from sim.model import Model
from sim.scenario import Scenario

pytestmark = pytest.mark.bench

ROUNDS = 7
BROADBAND = Path(__file__).parents[2] / "scenarios" / "broadband.yaml"
IN_FULL = BROADBAND.with_name("broadband_in_full.yaml")
AGENTS, BETWEEN, TALK, PATIENCE = 10, 80.0, 600.0, 1200.0
REDIALS, REDIAL_DELAY, RESOLVED, RETURNS, RETURN_DELAY = 0.45, 2400.0, 0.8, 0.8, 7200.0


class PlainQueue:
    """M/M/10+M with redials and repeats as SimPy is taught: a process for each contact, draws by a NumPy generator."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.env = simpy.Environment()
        self.agents = simpy.Resource(self.env, AGENTS)
        self.offered = 0
        self.answered_after: list[float] = []
        self.abandoned_after: list[float] = []

    def arrivals(self):
        while True:
            yield self.env.timeout(self.random.exponential(BETWEEN))
            self.env.process(self.contact())

    def contact(self):
        self.offered += 1
        arrived = self.env.now
        with self.agents.request() as request:
            heard = yield request | self.env.timeout(self.random.exponential(PATIENCE))
            answered = request in heard
            (self.answered_after if answered else self.abandoned_after).append(self.env.now - arrived)
            if answered:
                yield self.env.timeout(self.random.exponential(TALK))
        if answered and self.random.random() < RESOLVED:
            return
        if self.random.random() < (RETURNS if answered else REDIALS):
            self.env.process(self.again(RETURN_DELAY if answered else REDIAL_DELAY))

    def again(self, mean_delay: float):
        yield self.env.timeout(self.random.exponential(mean_delay))
        self.env.process(self.contact())

    def run(self, days: float) -> int:
        self.env.process(self.arrivals())
        self.env.run(until=days * 86_400.0)
        return self.offered


def bare_queue(days: int) -> Scenario:
    """The same queue as an ordinary scenario."""
    every_day = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

    def exponential(seconds: float) -> dict[str, str]:
        return {"law": "exponential", "mean": f"{seconds:g} s"}

    return Scenario.model_validate(
        {
            "frontline": 1,
            "name": "bare queue",
            "calendar": {"time_zone": "UTC", "start": "2026-01-01", "warm_up": "0 days", "horizon": f"{days} days"},
            "arrivals": {
                "streams": {"calls": {"kind": "call", "channel": "telephone", "rate": f"{3600 / BETWEEN:g} per hour"}}
            },
            "channels": {
                "channels": {
                    "telephone": {
                        "kind": "telephone",
                        "hours": {"every_day": {"opens": "00:00", "closes": "24:00"}},
                        "target": {"share": "80 %", "within": "20 s"},
                    }
                }
            },
            "patience": {
                "channels": {
                    "telephone": {
                        "patience": exponential(PATIENCE),
                        "redial": {
                            "share": f"{REDIALS:.0%}",
                            "persistence": "100 %",
                            "delay": exponential(REDIAL_DELAY),
                        },
                    }
                }
            },
            "resolution": {
                "first_contact": {"call": f"{RESOLVED:.0%}"},
                "returns": {"share": f"{RETURNS:.0%}", "delay": exponential(RETURN_DELAY), "most_contacts": 1000},
            },
            "routing": {"kind": "longest_idle"},
            "workforce": {"groups": {"agents": {"headcount": AGENTS, "channels": ["telephone"]}}},
            "agents": {"handle_time": {"call": exponential(TALK)}, "spread": 0.0},
            "staffing": {
                "shifts": {"always": {"days": every_day, "start": "00:00", "end": "24:00", "holidays": True}},
                "rosters": {"agents": {"rota": ["always"]}},
            },
        }
    )


def plain_cost(seed: int) -> float:
    """Microseconds for each contact of the plain model."""
    queue = PlainQueue(seed)
    began = time.process_time()
    offered = queue.run(30)
    return (time.process_time() - began) / offered * 1e6


def cost(scenario: Scenario, seed: int) -> float:
    """Microseconds of a replication, its warm-up included, for each contact offered in all its days."""
    began = time.process_time()
    observed = Model(scenario, seed, 0).run()
    spent = time.process_time() - began
    days = scenario.calendar.warm_up_days + scenario.calendar.horizon_days
    offered = observed.totals["contacts.offered"] * days / scenario.calendar.horizon_days
    return spent / offered * 1e6


def ratio(name: str, scenario: Scenario) -> float:
    """Median over rounds of the cost of a contact over that in the plain model, each round measured in turn."""
    pairs = [(cost(scenario, seed), plain_cost(seed)) for seed in range(ROUNDS)]
    found = statistics.median(ours / plain for ours, plain in pairs)
    ours, plain = (statistics.median(costs) for costs in zip(*pairs, strict=True))
    print(f"\n{name}: {ours:.1f} us a contact, plain SimPy {plain:.1f} us, ratio {found:.2f} (median of {ROUNDS})")
    return found


def test_both_models_simulate_the_same_queue():
    queue = PlainQueue(1)
    offered = queue.run(60)
    totals = Model(bare_queue(60), 1, 0).run().totals
    assert totals["contacts.offered"] == pytest.approx(offered, rel=0.03)
    assert totals["contacts.abandoned"] == pytest.approx(len(queue.abandoned_after), rel=0.1)
    waited = sum(queue.answered_after) + sum(queue.abandoned_after)
    assert totals["contacts.wait"] == pytest.approx(waited, rel=0.1)


def test_a_contact_of_the_bare_queue_costs_at_most_35_percent_of_plain_simpy():
    assert ratio("bare queue", bare_queue(30)) <= 0.35


def test_a_contact_of_broadband_costs_at_most_70_percent_of_plain_simpy():
    assert ratio("broadband", load_scenario(BROADBAND)) <= 0.7


def test_a_contact_with_every_mechanism_on_costs_at_most_70_percent_of_plain_simpy():
    assert ratio("broadband_in_full", load_scenario(IN_FULL)) <= 0.7


def peak_memory(days: int) -> int:
    """Most bytes in use at any time of a run."""
    tracemalloc.start()
    try:
        Model(bare_queue(days), 1, 0).run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_horizon():
    peak_memory(2)  # what is made once is made now
    short, long = peak_memory(30), peak_memory(120)
    print(f"\npeak memory {short / 1e6:.2f} MB over 30 days, {long / 1e6:.2f} MB over 120 days")
    assert long - short <= 90 * 2_000  # a day's row in the observations and in the calendar


def quiet_base(customers: int, days: int) -> Scenario:
    """The provider with many customers who need nothing."""
    plain = load_scenario(BROADBAND).plain()
    segments = plain["customers"]["segments"]
    segments["home"]["count"], segments["business"]["count"] = round(0.85 * customers), round(0.15 * customers)
    for need in plain["needs"]["kinds"].values():
        need["rate"] = dict.fromkeys(need["rate"], 0.0)
    plain["acquisition"]["advertising"]["newcomers"] *= customers / 20_000
    plain["calendar"] |= {"warm_up": 0.0, "horizon": days * 86_400.0}
    return Scenario.from_plain(plain)


def test_a_day_of_100_000_quiet_customers_costs_less_than_330_contacts_of_plain_simpy():
    """Under 4 ms where a contact of plain SimPy costs 12 us."""
    ratios = []
    for seed in range(3):
        began = time.process_time()
        Model(quiet_base(100_000, 60), seed, 0).run()
        first = time.process_time() - began
        began = time.process_time()
        Model(quiet_base(100_000, 260), seed, 0).run()
        ratios.append((time.process_time() - began - first) / 200 * 1e6 / plain_cost(seed))
    print(f"\na day of 100,000 quiet customers: {statistics.median(ratios):.0f} contacts of plain SimPy")
    assert statistics.median(ratios) <= 330


def test_a_customer_takes_less_than_200_bytes():
    model = Model(quiet_base(100_000, 1), 1, 0)
    base = model.world.base
    each = sum(column.array.nbytes / len(column.array) for column in base._columns)
    print(f"\n{each:.0f} bytes a customer")
    assert each < 200


def test_a_contact_costs_the_same_in_a_long_run_as_in_a_short_one():
    short = statistics.median(cost(bare_queue(8), seed) for seed in range(3))
    long = cost(bare_queue(752), 1)
    print(f"\n{short:.2f} us a contact over 10,000 contacts, {long:.2f} us over a million")
    assert long <= 1.15 * short
