"""Contact points of contacts: rings, hold, replies, lines, promises, complaints and premises."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

POINTS: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "points.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def firm(bench: Any) -> Any:
    """The firm with contact points."""
    return bench.changed(bench.firm, {"contact_points": POINTS})


def without_trace(point: Any) -> Any:
    """A point, or points below it, without scores, costs and causes."""
    if not isinstance(point, dict):
        return point
    left = {name: without_trace(one) for name, one in point.items() if name not in ("score", "causes")}
    return left | ({"cost": "0 EUR"} if "cost" in left else {})


def test_points_that_leave_no_trace_change_nothing_else(bench: Any) -> None:
    quiet = {name: without_trace(group) for name, group in POINTS.items()}
    quiet["premises"]["upkeep"] = "0 EUR per year"
    one, base = bench.pair({"contact_points": quiet}, 1)
    assert one.sum("points.rings") > 0 and one.sum("points.premises") > 0
    names = base.observations[0].totals
    assert {name: one.observations[0].totals[name] for name in names} == dict(names)


def test_bad_points_lower_satisfaction_and_good_ones_raise_it(bench: Any, firm: Any) -> None:
    found = bench.run(firm, 1)
    for name in ("rings", "hold", "slow_reply", "reply_in_a_day_broken", "solved_in_3_days_broken", "fault_left"):
        assert found.sum(f"episodes.{name}.moved") < 0 < found.sum(f"episodes.{name}")
    for name in ("reply_in_a_day_kept", "fault_mended"):
        assert found.sum(f"episodes.{name}.moved") > 0
    assert found.sum("points.slow_reply.issues") > 0


def test_every_case_is_one_of_a_contact_or_an_issue(bench: Any, firm: Any) -> None:
    """Cases are lived through at the next midnight, so those of the last day are not."""
    seen: dict[str, int] = {"rings": 0, "hold": 0, "mended": 0, "left": 0}
    firm = bench.changed(firm, {"calendar.warm_up": "0 days", "calendar.horizon": "10 weeks"})
    last = firm.calendar.horizon - 86_400

    def answered(model: Any, contact: Any) -> None:
        if contact.lane.channel.name == "telephone" and model.world.env.now < last:
            seen["rings"] += contact.waited > 25.0
            seen["hold"] += contact.waited > 120.0

    def ended(name: str) -> Any:
        def note(model: Any, issue: Any) -> None:
            seen[name] += issue.kind == "fault" and model.world.env.now < last

        return note

    facts = {
        "contact_handled": answered, "contact_abandoned": answered, "issue_resolved": ended("mended"),
        "issue_given_up": ended("left"),
    }  # fmt: skip
    totals = bench.watch(firm, facts).totals
    assert seen["hold"] > 0
    for name, point in (("rings", "rings"), ("hold", "hold"), ("mended", "fault_mended"), ("left", "fault_left")):
        assert totals[f"points.{point}"] == seen[name]


def test_more_staff_spare_customers_the_wait_and_the_broken_promise(bench: Any, firm: Any) -> None:
    more, base = bench.pair({"workforce.groups.desk.headcount": 8}, 2, firm=firm)
    for name in ("rings", "hold", "slow_reply", "reply_in_a_day_broken"):
        assert more.sum(f"points.{name}") < base.sum(f"points.{name}")


def test_a_looser_standard_or_promise_is_missed_less_often(bench: Any) -> None:
    """The same contacts: points without a trace, so that only the standard differs."""
    quiet = {name: without_trace(group) for name, group in POINTS.items()}
    firm = bench.changed(bench.firm, {"contact_points": quiet})
    looser = {"waits.rings.over": "90 s", "promises.reply_in_a_day.within": "5 days", "lines.long_line.longer_than": 3}
    loose, tight = bench.pair({f"contact_points.{path}": value for path, value in looser.items()}, 1, firm=firm)
    for name in ("rings", "reply_in_a_day_broken"):
        assert loose.sum(f"points.{name}") < tight.sum(f"points.{name}")
    assert loose.sum("points.hold") == tight.sum("points.hold")
    assert loose.sum("points.long_line") <= tight.sum("points.long_line")
    both = ("points.reply_in_a_day_kept", "points.reply_in_a_day_broken")
    assert sum(map(loose.sum, both)) == sum(map(tight.sum, both))


def test_neglected_premises_are_noticed_and_upkeep_costs_money(bench: Any, firm: Any) -> None:
    neglect = {"contact_points.premises.upkeep": "0 EUR per year", "contact_points.premises.time_constant": "3 weeks"}
    shabby, kept = bench.pair(neglect, 1, firm=firm)
    assert shabby.sum("points.premises") > kept.sum("points.premises") == 0
    assert shabby.sum("episodes.premises.moved") < 0
    assert shabby.sum("points.state_days") < kept.sum("points.state_days") == 24 * 7
    assert shabby.sum("ledger.points") > kept.sum("ledger.points")


def test_broken_promises_are_paid_for(bench: Any, firm: Any) -> None:
    found = bench.run(
        bench.changed(firm, {"contact_points.premises": None, "economics.price_inflation": "0 % per year"}), 1
    )
    expected = 2 * found.sum("points.reply_in_a_day_broken") + 5 * found.sum("points.solved_in_3_days_broken")
    assert found.sum("ledger.points") == pytest.approx(-expected)


def test_lived_points_cost_customers(bench: Any, firm: Any) -> None:
    one, base = bench.run(firm, 8), bench.run(bench.firm, 8)
    assert bench.falls(bench.more(one, base, "satisfaction.days", "satisfaction.customer_days"))
    assert bench.rises(bench.more(one, base, "losses.service"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"contact_points.waits.rings.channels": ["pigeon"]}, "'pigeon'"),
        ({"contact_points.endings.fault_left.kinds": ["quarrel"]}, "'quarrel'"),
        ({"contact_points.waits.premises": POINTS["waits"]["rings"]}, "two contact points of the name 'premises'"),
    ],
)
def test_names_must_be_known_and_differ(bench: Any, firm: Any, change: dict[str, Any], words: str) -> None:
    problems = bench.changed(firm, change).problems()
    assert any(words in what for _, what, _ in problems)
