"""Policies: when they begin and end, how they ramp, and how several change the same setting."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from sim.mechanisms.interventions import Change, PolicyProblem


def fees_by_day(bench: Any, *changes: dict[str, Any], path: str = "pricing.fee.home") -> list[float]:
    """The fee in force on each day that counts, relative to the fee at the start, with these changes of it."""
    policies = {f"policy_{number}": {"changes": {path: change}} for number, change in enumerate(changes)}
    fees: list[float] = []

    def note(model: Any, day: Any) -> None:
        if day.counted >= 0:
            in_force = next(one for one in model.mechanisms if type(one).__name__ == "Pricing").settings
            fees.append(in_force.fee["home"] / bench.firm.pricing.fee["home"])

    small = {"customers.segments.home.count": 1, "customers.segments.business.count": 0, "acquisition": None}
    firm = bench.changed(bench.firm, small | {"churn": None})
    bench.watch(bench.with_policies(firm, **policies), {"day_began": note})
    return fees


def test_a_change_begins_with_the_counting_where_no_date_is_given(bench: Any) -> None:
    fees = fees_by_day(bench, {"multiply": 1.1})
    assert fees == [pytest.approx(1.1)] * 168


def test_a_change_begins_on_its_date_and_is_taken_back_on_another(bench: Any) -> None:
    start = bench.firm.calendar.start + dt.timedelta(weeks=8)
    begins, ends = start + dt.timedelta(days=20), start + dt.timedelta(days=50)
    fees = fees_by_day(bench, {"to": "36 EUR per month", "from": begins.isoformat(), "until": ends.isoformat()})
    assert fees[:20] == [1.0] * 20
    assert fees[20:50] == [pytest.approx(1.2)] * 30
    assert fees[50:] == [1.0] * (168 - 50)


def test_a_ramp_rises_in_weekly_steps(bench: Any) -> None:
    fees = fees_by_day(bench, {"multiply": 1.4, "ramp": "4 weeks"})
    assert fees[0:7] == [pytest.approx(1.1)] * 7
    assert fees[7:14] == [pytest.approx(1.2)] * 7
    assert fees[14:21] == [pytest.approx(1.3)] * 7
    assert fees[21:] == [pytest.approx(1.4)] * (168 - 21)


@pytest.mark.parametrize(
    ("changes", "result"),
    [
        ([{"multiply": 1.1}, {"multiply": 1.2}], 1.32),
        ([{"add": "3 EUR per month"}, {"multiply": 2.0}], 2.2),
        ([{"multiply": 2.0}, {"add": "3 EUR per month"}], 2.1),
        ([{"multiply": 2.0}, {"to": "33 EUR per month"}], 1.1),
        ([{"add": "-3 EUR per month"}], 0.9),
    ],
    ids=["multiply on multiply", "add, multiply", "multiply, add", "the last one sets", "take off"],
)
def test_policies_on_one_setting_act_one_after_the_other(bench: Any, changes: Any, result: float) -> None:
    assert fees_by_day(bench, *changes) == [pytest.approx(result)] * 168


def test_one_policy_may_end_while_the_other_stays(bench: Any) -> None:
    until = (bench.firm.calendar.start + dt.timedelta(weeks=12)).isoformat()
    fees = fees_by_day(bench, {"multiply": 1.1, "until": until}, {"multiply": 1.2})
    assert fees[:28] == [pytest.approx(1.32)] * 28
    assert fees[28:] == [pytest.approx(1.2)] * (168 - 28)


def test_two_policies_together_are_both_in_force(bench: Any) -> None:
    fee = {"changes": {"pricing.fee.home": {"multiply": 1.1}}}
    staff = {"changes": {"workforce.groups.desk.headcount": {"add": 2}}}
    both = bench.run(bench.with_policies(bench.firm, fee=fee, staff=staff), 1)
    assert both.sum("headcount") >= 7
    assert both.sum("fees.risen") > 1000


def test_a_policy_equals_a_scenario_that_holds_the_changed_setting_from_then_on(bench: Any) -> None:
    """A policy changes settings and nothing else: put in force on day 0 it gives the world that holds them."""
    start = bench.firm.calendar.start.isoformat()
    tools = {"changes": {"resolution.returns.share": {"to": "40 %", "from": start}}}
    by_policy = bench.run(bench.with_policies(bench.firm, tools=tools), 1)
    by_scenario = bench.run(bench.changed(bench.firm, {"resolution.returns.share": "40 %"}), 1)
    assert by_policy.observations[0].to_plain() == by_scenario.observations[0].to_plain()


def test_skills_changed_by_a_policy_move_those_who_wait(bench: Any) -> None:
    """Contacts that wait when routing changes are neither lost nor counted twice."""
    date = (bench.firm.calendar.start + dt.timedelta(weeks=10, days=2)).isoformat()
    change = {"changes": {"workforce.groups.desk.channels": {"to": ["telephone"], "from": date}}}
    found = bench.run(bench.with_policies(bench.firm, split=change), 1)
    base = bench.run(bench.firm, 1)
    assert bench.more(found, base, "written.wait").value > 0
    gone = sum(found.sum(f"written.{name}") for name in ("answered", "waiting"))
    assert gone == pytest.approx(found.sum("written.offered"), abs=60)


def test_whole_numbers_stay_whole_on_a_ramp(bench: Any) -> None:
    heads: list[int] = []

    def note(model: Any, day: Any) -> None:
        if day.counted >= 0:
            in_force = next(one for one in model.mechanisms if type(one).__name__ == "Workforce").settings
            heads.append(in_force.groups["desk"].headcount)

    ramp = {"changes": {"workforce.groups.desk.headcount": {"to": 8, "ramp": "6 weeks"}}}
    bench.watch(bench.with_policies(bench.firm, more=ramp), {"day_began": note})
    assert all(isinstance(count, int) for count in heads)
    assert heads == sorted(heads)
    assert (heads[0], heads[-1]) == (6, 8) or (heads[0], heads[-1]) == (5, 8)


@pytest.mark.parametrize(
    "path",
    [
        "churn.half_life", "churn.reference.base_hazard", "churn.reference", "workforce.attrition.half_life",
        "workforce.attrition.reference.base_hazard", "customers.segments.home.count", "calendar.growth",
    ],
)  # fmt: skip
def test_what_describes_people_and_place_is_no_policy(bench: Any, path: str) -> None:
    with pytest.raises(PolicyProblem, match="no setting that can change while the operation runs"):
        bench.run(bench.with_policies(bench.firm, odd={"changes": {path: {"multiply": 0.5}}}), 1)
    near = "workforce.attrition.strain_effect" if path.startswith("workforce") else "churn.price_loss"
    assert bench.firm.with_changes([(near, Change(multiply=0.5), 1.0)]) != bench.firm
