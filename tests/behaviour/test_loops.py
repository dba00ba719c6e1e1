"""The loops are real: each can be cut, and the result changes; left alone, nothing drifts."""

from __future__ import annotations

import collections
from functools import partial
from typing import Any

import numpy as np
import pytest

from sim.core import streams
from sim.mechanisms.satisfaction import Satisfaction
from sim.stats.intervals import mean_interval
from sim.stats.survival import RelativeRisk, odds_ratio

DAY = 86_400.0
HISTORY = 180 * DAY

LIVELY = {
    "customers.segments.home.count": 1600,
    "customers.segments.business.count": 400,
    "workforce.groups.desk.headcount": 6,
    "churn.equity_effect": 1.0,
    "churn.reference.base_hazard": "0.6 per year",
    "acquisition.advertising.newcomers": "1000 per year",
    "needs.kinds.enquiry.rate": {"home": "1.2 per year", "business": "1.2 per year"},
    "needs.kinds.fault.rate": {"home": "1.2 per year", "business": "1.2 per year"},
    "satisfaction.spread": 2.0,
    "calendar.warm_up": "16 weeks",
    "calendar.horizon": "52 weeks",
}
"""A firm in which experience moves equity far and equity moves churn, so that histories tell."""


class Another:
    """The same thing, but for a few of its properties."""

    def __init__(self, one: Any, **own: Any) -> None:
        self.__dict__.update(own, _one=one)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._one, name)


class Dealt(Satisfaction):
    """Satisfaction in which each experience goes to a customer drawn at random."""

    def _dealt(self, contact: Any) -> Any:
        base = self.base
        attempts = (streams.child(contact.key, attempt) for attempt in range(1000))
        slots = (int(streams.uniform(key, streams.named("dealt to")) * base.size) for key in attempts)
        slot = next(slot for slot in slots if base.active.view[slot])
        return Another(contact, issue=Another(contact.issue, slot=slot, customer=base.key.view[slot]))

    def _deal(self, contact: Any) -> None:
        self._live(self._dealt(contact))

    on_contact_handled = on_contact_abandoned = on_contact_blocked = on_contact_balked = _deal


class Histories:
    """When each customer had a bad contact, unresolved or not served, and the table of those who left and stayed.

    Of one segment, and of customers with a history of at least 180 days, so that neither how often a segment calls
    nor how long somebody has been there stands in for what they lived through.
    """

    def __init__(self) -> None:
        self.bad: dict[int, list[float]] = collections.defaultdict(list)
        self.exposed = [0, 0, 0, 0]

    def lived(self, model: Any, contact: Any, reached: bool) -> None:
        if not reached or not contact.resolved:
            self.bad[contact.issue.customer].append(model.world.env.now)

    def count(self, model: Any, slots: list[int], left: bool) -> None:
        """Count customers by whether they had it bad: into cells 0 and 2 if they left, else into 1 and 3."""
        base, now = model.world.base, model.world.env.now
        if now < HISTORY:
            return
        for slot in slots:
            if base.segment.view[slot] == 0 and base.joined.view[slot] <= now - HISTORY:
                bad = any(when > now - HISTORY for when in self.bad.get(base.key.view[slot], ()))
                self.exposed[(0 if bad else 2) + (not left)] += 1

    def stayed(self, model: Any, day: Any) -> None:
        """Every four weeks, those who are there on that day."""
        if day.index % 28 == 0:
            self.count(model, list(model.world.base), left=False)


def odds_of_leaving(bench: Any, scenario: Any, replications: int, **more: Any) -> RelativeRisk:
    """Odds of leaving with a bad contact in the last 180 days, against without one."""
    table = np.zeros(4)
    for replication in range(1, replications + 1):
        seen = Histories()
        gave_up = partial(Histories.lived, seen, reached=False)
        facts = {
            "contact_handled": partial(Histories.lived, seen, reached=True),
            **dict.fromkeys(("contact_abandoned", "contact_blocked", "contact_balked"), gave_up),
            "customers_left": lambda model, slots, seen=seen: seen.count(model, slots.tolist(), left=True),
            "day_began": seen.stayed,
        }
        bench.watch(scenario, facts, replication, **more)
        table += seen.exposed
    found = odds_ratio(*table.tolist())
    assert found is not None
    return found


def test_customers_who_left_had_it_worse_and_dealing_experiences_at_random_removes_it(bench: Any) -> None:
    firm = bench.changed(bench.firm, LIVELY)
    own = odds_of_leaving(bench, firm, 3)
    dealt = odds_of_leaving(bench, firm, 3, instead={"satisfaction": Dealt})
    for name, one in (("own", own), ("dealt", dealt)):
        print(f"odds ratio of leaving, {name} experiences: {one.value:.2f} ({one.low:.2f} to {one.high:.2f})")
    assert own.low > 1.0
    assert dealt.low < 1.0 < dealt.high
    assert dealt.high < own.value


def test_cutting_base_to_load_with_arrivals_from_outside(bench: Any) -> None:
    """A base that shrinks brings less load; calls from outside come whatever the base."""
    rates = {"kind": "enquiry", "channel": "telephone", "rate": "12 per day"}
    outside = {"needs": None, "arrivals": {"streams": {"calls": rates}}}
    shrinking = {"acquisition": None, "churn.reference.base_hazard": "2 per year"}
    inside_loss, inside = bench.pair(shrinking, 2)
    assert inside_loss.sum("contacts.offered") < 0.8 * inside.sum("contacts.offered")
    cut_loss, cut = bench.pair(shrinking, 2, firm=bench.changed(bench.firm, outside))
    assert cut_loss.total("issues.raised") == cut.total("issues.raised")


def test_cutting_load_to_experience(bench: Any) -> None:
    """With waiting and giving up out of the score, a busier firm gives no worse experience of a first contact."""
    crowd = {"workforce.groups.desk.headcount": 3, "workforce.attrition": None}
    blind = {
        "satisfaction.experience.wait": 0.0,
        "satisfaction.experience.not_reached": 0.0,
        "satisfaction.experience.repeat": 0.0,
        "satisfaction.experience.unresolved": 0.0,
    }
    fewer, base = bench.pair(crowd, 2)
    assert bench.falls(bench.more(fewer, base, "satisfaction.days", "satisfaction.customer_days"))
    cut, cut_base = bench.pair(crowd, 2, firm=bench.changed(bench.firm, blind))
    change = bench.more(cut, cut_base, "experience.score", "experience.contacts")
    assert change.value == pytest.approx(0.0, abs=1e-9)


def test_cutting_experience_to_churn(bench: Any) -> None:
    """With no effect of equity the same customers leave on the same days, however they are served."""
    bad = {"workforce.groups.desk.headcount": 3, "workforce.groups.desk.tools": "0 %"}
    worse, base = bench.pair(bad, 2)
    assert worse.total("customers.left") != base.total("customers.left")
    no_effect = {"churn.equity_effect": 0.0, "acquisition.referral": None}
    cut, cut_base = bench.pair(bad, 2, firm=bench.changed(bench.firm, no_effect))
    for name in ("customers.left", "customers.joined", "customers", "fees.paid", "losses.other"):
        assert cut.total(name) == cut_base.total(name)
    assert cut.sum("losses.service") == 0
    assert cut.total("satisfaction.days") != cut_base.total("satisfaction.days")


def test_cutting_satisfaction_to_referral(bench: Any) -> None:
    bad = {"workforce.groups.desk.headcount": 3, "workforce.groups.desk.tools": "0 %", "churn": None}
    worse, base = bench.pair(bad, 2, firm=bench.changed(bench.firm, {"churn": None}))
    assert worse.sum("newcomers.referral") < base.sum("newcomers.referral")
    anyone = bench.changed(bench.firm, {"churn": None, "acquisition.referral.from_satisfaction": 0.0})
    cut, cut_base = bench.pair(bad, 2, firm=anyone)
    assert cut.total("newcomers.referral") == cut_base.total("newcomers.referral")


def test_cutting_occupancy_to_attrition(bench: Any) -> None:
    crowd = {"needs.kinds.fault.rate": {"home": "4 per year", "business": "4 per year"}}
    leaving = {"workforce.attrition.reference.base_hazard": "2 per year", "churn": None, "acquisition": None}
    busier, base = bench.pair(crowd, 3, firm=bench.changed(bench.firm, leaving))
    assert busier.sum("agents.left") > 1.5 * base.sum("agents.left")
    no_strain = leaving | {"workforce.attrition.strain_effect": 0.0}
    cut, cut_base = bench.pair(crowd, 3, firm=bench.changed(bench.firm, no_strain))
    assert cut.total("agents.left") == cut_base.total("agents.left")
    assert cut.sum("agents.left") > 0


def test_cutting_attrition_to_skill(bench: Any) -> None:
    """Leavers take their proficiency along, unless those who come have it at once."""
    settings = {"workforce.hiring.lead_time": "0 min", "workforce.hiring.class_length": "0 min", "agents.spread": 0.0,
                "churn": None, "acquisition": None}  # fmt: skip
    fleeting = {"workforce.attrition.reference.base_hazard": "4 per year"}
    firm = bench.changed(bench.firm, settings | {"workforce.attrition.strain_effect": 0.0})
    names = ("contacts.handle_time", "contacts.handled")
    gone, base = bench.pair(fleeting, 3, firm=firm)
    assert bench.rises(bench.more(gone, base, *names))
    assert bench.falls(bench.more(gone, base, "contacts.first_resolved", "contacts.first_handled"))
    cut, cut_base = bench.pair(fleeting, 3, firm=bench.changed(firm, {"agents.learning.start": "100 %"}))
    change = bench.more(cut, cut_base, *names)
    assert abs(change.value) < 0.02 * cut_base.ratio(*names)
    assert abs(change.value) < 0.3 * abs(bench.more(gone, base, *names).value)


def test_cutting_repeats_to_load(bench: Any) -> None:
    hard = {"resolution.first_contact.fault": "30 %"}
    harder, base = bench.pair(hard, 2)
    assert harder.sum("contacts.offered") > 1.1 * base.sum("contacts.offered")
    never = {"resolution.returns.share": "0 %", "churn.equity_effect": 0.0, "acquisition.referral": None}
    cut, cut_base = bench.pair(hard, 2, firm=bench.changed(bench.firm, never))
    assert cut.total("issues.raised") == cut_base.total("issues.raised")
    assert cut.sum("contacts.offered") == pytest.approx(cut_base.sum("contacts.offered"), rel=1e-3)


def drift(runs: Any, name: str, quarter: int) -> Any:
    """Last against first quarter of the horizon, month-end levels, paired within replications."""
    rows = [seen.months[name] for seen in runs.observations]
    return mean_interval([float(np.mean(row[-quarter:]) - np.mean(row[:quarter])) for row in rows])


def test_doing_nothing_shows_no_drift(bench: Any) -> None:
    """Equity and proficiency after the warm-up, last against first quarter of five quarters."""
    still = {
        "calendar.warm_up": "52 weeks",
        "calendar.horizon": "65 weeks",
        "workforce.attrition.reference.base_hazard": "0.67 per year",
        "customers.segments.home.count": 480,
        "customers.segments.business.count": 120,
        "acquisition.advertising.newcomers": "180 per year",
        "workforce.groups.desk.headcount": 4,
    }
    runs = bench.run(bench.changed(bench.firm, still), 5)
    for name, small in (("equity", 0.5), ("satisfaction", 0.5), ("proficiency", 0.04)):
        change = drift(runs, name, 3)
        print(f"drift of {name}: {change.value:+.3f} +- {change.half_width:.3f}")
        assert change.half_width < 4 * small
        assert abs(change.value) <= change.half_width or abs(change.value) < small


@pytest.mark.slow
def test_the_broadband_firm_does_not_drift_when_nothing_is_done(bench: Any, root: Any) -> None:
    from sim.files import load_scenario

    runs = bench.run(load_scenario(root / "scenarios" / "broadband.yaml"), 6)
    for name, small in (("equity", 0.2), ("satisfaction", 0.3), ("proficiency", 0.02)):
        change = drift(runs, name, 6)
        print(f"drift of {name}: {change.value:+.3f} +- {change.half_width:.3f}")
        assert change.half_width < 4 * small
        assert abs(change.value) <= change.half_width or abs(change.value) < small


@pytest.mark.slow
def test_broadband_customers_who_left_had_it_worse(bench: Any, root: Any) -> None:
    from sim.files import load_scenario

    firm = load_scenario(root / "scenarios" / "broadband.yaml")
    own = odds_of_leaving(bench, firm, 3)
    dealt = odds_of_leaving(bench, firm, 3, instead={"satisfaction": Dealt})
    for name, one in (("own", own), ("dealt", dealt)):
        print(f"odds ratio of leaving, {name} experiences: {one.value:.2f} ({one.low:.2f} to {one.high:.2f})")
    assert own.low > 1.0
    assert dealt.low < 1.0 < dealt.high
