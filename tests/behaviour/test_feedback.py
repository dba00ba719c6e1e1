"""A feedback programme: what it hears, what it removes, in which order, and what that costs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from sim.mechanisms.interventions import PolicyProblem

HERE = Path(__file__).parent
PROGRAMME: dict[str, Any] = {
    "errors": ["wrong_item", "wrong_invoice"], "needs": ["fault"], "asked": "50 %", "answered": "40 %",
    "ask_cost": "0.20 EUR", "reports": 15, "at_once": 1, "lag": "3 weeks", "removes": "50 %", "fix_cost": "2000 EUR",
    "relapse": "100 weeks", "running": "10000 EUR per year",
}  # fmt: skip


@pytest.fixture(scope="module")
def before(bench: Any) -> Any:
    """The firm with orders that no contact places."""
    orders = yaml.safe_load((HERE / "orders.yaml").read_text(encoding="utf-8"))
    return bench.changed(bench.firm, {"fulfilment": orders | {"placed_by": {}}})


@pytest.fixture(scope="module")
def after(bench: Any, before: Any) -> Any:
    """The same with the programme."""
    return bench.changed(before, {"feedback": PROGRAMME})


def still(bench: Any, firm: Any) -> Any:
    return bench.changed(firm, {"churn": None, "acquisition": None})


def test_a_programme_that_removes_nothing_and_costs_nothing_changes_nothing(bench: Any, before: Any) -> None:
    free = {"removes": "0 %", "ask_cost": "0 EUR", "fix_cost": "0 EUR", "running": "0 EUR per year"}
    idle, base = bench.pair({"feedback": PROGRAMME | free}, 1, firm=before)
    names = base.observations[0].totals
    assert idle.sum("feedback.fixes") > 0
    assert {name: idle.observations[0].totals[name] for name in names} == dict(names)


def test_causes_are_removed_and_with_them_contacts_and_dissatisfaction(bench: Any, before: Any, after: Any) -> None:
    one, base = bench.run(after, 4), bench.run(before, 4)
    assert bench.falls(bench.more(one, base, "points.wrong_item", "orders.delivered"))
    assert bench.falls(bench.more(one, base, "contacts.offered"))
    assert bench.rises(bench.more(one, base, "satisfaction.days", "satisfaction.customer_days"))
    assert bench.falls(bench.more(one, base, "losses.service"))


def test_the_error_that_is_left_is_the_share_of_the_cause_that_is_left(bench: Any, before: Any) -> None:
    """A cause that is removed at once and stays away leaves its share of the errors of the same orders."""
    sure = PROGRAMME | {
        "needs": [], "errors": ["wrong_item"], "asked": "100 %", "answered": "100 %", "reports": 1, "lag": "1 days",
        "removes": "100 %", "relapse": "9000 weeks",
    }  # fmt: skip
    found, base = bench.pair({"feedback": sure}, 1, firm=still(bench, before))
    assert base.sum("points.wrong_item") > 100
    assert found.sum("points.wrong_item") <= 3
    assert found.sum("points.wrong_invoice") == base.sum("points.wrong_invoice")
    assert found.sum("orders.placed") == base.sum("orders.placed")


def test_a_need_whose_cause_is_gone_does_not_arise_and_others_are_as_they_were(bench: Any, before: Any) -> None:
    sure = PROGRAMME | {
        "errors": [], "asked": "100 %", "answered": "100 %", "reports": 1, "lag": "1 days", "removes": "100 %",
        "relapse": "9000 weeks",
    }  # fmt: skip
    no_repeats = {"fulfilment": None, "resolution": None, "patience.channels": {}}
    found, base = bench.pair({"feedback": sure}, 1, firm=bench.changed(still(bench, before), no_repeats))
    ways = ("telephone", "counter", "written")
    faults = [sum(one.sum(f"{way}.fault.offered") for way in ways) for one in (found, base)]
    assert faults[0] < 0.05 * faults[1]
    enquiries = [sum(one.sum(f"{way}.enquiry.offered") for way in ways) for one in (found, base)]
    assert enquiries[0] == enquiries[1] > 0


@pytest.mark.parametrize("change", [{"asked": "0 %"}, {"answered": "0 %"}, {"reports": 1_000_000}])
def test_what_nobody_says_or_hears_is_not_removed(bench: Any, before: Any, change: dict[str, Any]) -> None:
    found, base = bench.pair({"feedback": PROGRAMME | change}, 1, firm=before)
    assert found.sum("feedback.fixes") == 0
    assert found.sum("points.wrong_item") == base.sum("points.wrong_item")
    assert found.sum("ledger.feedback") < 0


def test_the_more_are_asked_and_the_shorter_the_lag_the_less_is_left(bench: Any, after: Any) -> None:
    base = bench.run(after, 1).sum("feedback.left.wrong_item")
    firm = bench.changed(after, {"feedback.asked": "100 %"})
    assert bench.run(firm, 1).sum("feedback.left.wrong_item") < base
    firm = bench.changed(after, {"feedback.lag": "26 weeks"})
    assert bench.run(firm, 1).sum("feedback.left.wrong_item") > base


def test_what_is_most_frequent_is_found_first(bench: Any, after: Any) -> None:
    found = bench.run(after, 2)
    assert found.sum("feedback.left.fault") < found.sum("feedback.left.wrong_item")


def test_asking_removing_and_running_are_paid_for(bench: Any, after: Any) -> None:
    found = bench.run(bench.changed(after, {"economics.price_inflation": "0 % per year"}), 1)
    a_day = 10_000 / 365
    expected = 0.20 * found.sum("feedback.asked") + 2000 * found.sum("feedback.fixes") + a_day * 24 * 7
    assert found.sum("ledger.feedback") == pytest.approx(-expected, abs=2.0)  # a day's asking is paid at midnight


def test_causes_must_be_known(bench: Any, after: Any) -> None:
    problems = bench.changed(after, {"feedback.errors": ["wrong_colour"]}).problems()
    assert any("wrong_colour" in what for _, what, _ in problems)


def test_a_policy_cannot_put_other_causes_in_force(bench: Any, after: Any) -> None:
    other = bench.with_policies(after, other={"changes": {"feedback.errors": {"to": ["wrong_item"]}}})
    with pytest.raises(PolicyProblem, match="no setting that can change"):
        bench.run(other, 1)
