"""Laws of what an agent cannot end alone: the queue behind a transfer is M/M/c, and so is another department.

A chat agent whose customers leave for want of replies is Palm's queue with impatience, M/M/1+M: with n chats that share
one pace each customer waits for 1 - 1/n of the time, so that n of them leave at n - 1 times the rate of one.

Agents without end in front take no time away from anybody, so what they hand on stays a Poisson process (the output of
M/G/infinity; Mirasol 1963, Operations Research 11(5)). Intervals hold with 99.9 % each; seeds were fixed beforehand.
"""

from __future__ import annotations

from typing import Any

import pytest
from lawbook.settings import always_on_duty, channel, exponential, law, queue

from sim.calibration.erlang import abandonment, mean_wait
from sim.model import Model
from sim.scenario import Scenario
from sim.stats.intervals import Estimate, ratio_interval

SEED = 19_090_620
UNIT = 60.0
CONFIDENCE = 0.999


def ratio(plain: dict[str, Any], above: str, below: str, replications: int) -> Estimate:
    scenario = Scenario.from_plain(plain)
    totals = [Model(scenario, SEED, number).run().totals for number in range(1, replications + 1)]
    found = ratio_interval([seen[above] for seen in totals], [seen[below] for seen in totals], CONFIDENCE)
    assert found is not None
    return found


def holds(found: Estimate, known: float, precision: float) -> None:
    assert found.half_width is not None
    assert found.half_width < precision * known
    assert abs(found.value - known) < found.half_width


@pytest.mark.parametrize(("rate", "agents"), [(0.5, 1), (1.6, 2)])
def test_contacts_that_are_all_handed_on_wait_as_in_a_queue_of_their_own(rate: float, agents: int) -> None:
    work = exponential(1.0, UNIT)
    plain = queue("handed", 3, UNIT, {"call": rate}, service={"call": work}, agents=60)
    plain["workforce"]["groups"]["experts"] = {"headcount": agents, "channels": ["line"], "kinds": []}
    plain["staffing"] = always_on_duty(["all", "experts"])
    # half of the work, then the other half and the first again: each agent has an exponential time of his own
    plain["transfers"] = {
        "rules": {"on": {"by": ["all"], "to": ["experts"], "share": "100 %"}}, "ability": 0.0, "found_out": "50 %",
        "cold": {"again": "100 %", "felt": 0.0}, "warm": "0 %", "warmly": {"again": "0 %", "felt": 0.0},
        "briefing": "0 s", "stays": "0 s", "head_start": "0 s",
    }  # fmt: skip
    found = ratio(plain, "transfers.waited", "transfers.left_queue", 16)
    holds(found, mean_wait(rate, 1.0, agents) * UNIT, 0.25)


def department(rate: float, workers: int, kind: str) -> dict[str, Any]:
    """Calls that take no time to speak of and are never resolved: each becomes a case of one department."""
    call = {"law": "constant", "mean": "1 s"}
    plain = queue("cases", 3, UNIT, {"call": rate}, service={"call": call}, agents=40)
    plain["resolution"] = {
        "first_contact": {"call": "0 %"},
        "returns": {"share": "0 %", "delay": exponential(1.0, UNIT), "most_contacts": 9},
    }
    plain["departments"] = {
        "authority": 0.0, "authority_reference": "100 %", "chasing_work": "50 %",
        "departments": {
            "workshop": {
                "takes": {"call": "100 %"}, "workers": workers, "time": law(1.0, 4.0, UNIT, kind),
                "promised": "30 days", "solved": "100 %", "told": "100 %", "chases": "0 %",
                "chase_after": exponential(1.0, UNIT), "wage": "0 EUR per year", "cost": "0 EUR",
            },
        },
    }  # fmt: skip
    return plain


@pytest.mark.parametrize(("rate", "workers"), [(0.5, 1), (0.8, 1), (1.6, 2)])
def test_a_department_of_workers_who_need_exponential_times_is_erlangs_queue(rate: float, workers: int) -> None:
    found = ratio(department(rate, workers, "M"), "departments.workshop.time", "departments.workshop.left", 16)
    holds(found, (mean_wait(rate, 1.0, workers) + 1.0) * UNIT, 0.3)


def test_a_department_of_one_worker_follows_pollaczek_and_khinchine() -> None:
    found = ratio(department(0.5, 1, "D"), "departments.workshop.time", "departments.workshop.left", 16)
    # load / 2 / (1 - load) in line where all take the same time, and 1 at work
    holds(found, (0.5 / 2.0 / 0.5 + 1.0) * UNIT, 0.3)


@pytest.mark.parametrize(("rate", "patience"), [(0.9, 2.0), (1.5, 1.0)])
def test_customers_who_leave_a_chat_for_want_of_replies_are_those_of_a_queue_with_impatience(
    rate: float, patience: float
) -> None:
    plain = queue("replies", 3, UNIT, {"chat": rate}, service={"chat": exponential(1.0, UNIT)}, agents=1, kind="chat")
    plain["channels"] = {"channels": {"line": channel("chat")}}
    plain["chat"] = {
        "most": 1000, "slowdown": 1.0, "assignment": "fewest_open", "replies": exponential(patience, UNIT),
    }  # fmt: skip
    found = ratio(plain, "chats.left", "chats.begun", 16)
    holds(found, abandonment(rate, 1.0, 1, patience), 0.15)
