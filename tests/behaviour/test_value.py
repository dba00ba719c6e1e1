"""What issues, repeats and customers are worth: shares of the ledger, and margin by cohort."""

from __future__ import annotations

from typing import Any

import pytest

from sim.mechanisms.interventions import Change, PolicyProblem
from sim.scenario import Scenario

PLAIN = {
    "economics.wage_inflation": "0 % per year",
    "economics.price_inflation": "0 % per year",
    "economics.discount_rate": "0 % per year",
}
VALUE = {"economics.customer_value": {"cohort": "8 weeks"}}
COHORTS = ("start", "period_1", "period_2", "period_3")


def sums(totals: Any, what: str) -> float:
    return sum(totals[f"value.{name}.{what}"] for name in COHORTS)


def test_counting_value_by_cohort_changes_nothing_else(bench: Any) -> None:
    with_it, without = bench.pair(VALUE, 1)
    found, base = with_it.observations[0], without.observations[0]
    more = {name: value for name, value in found.totals.items() if not name.startswith("value.")}
    assert more == dict(base.totals)
    assert (found.months, found.days) == (base.months, base.days)
    assert not [name for name in base.totals if name.startswith("value.")]


def test_value_by_cohort_needs_customers_who_pay_and_stays_as_it_was_given(bench: Any) -> None:
    plain = bench.firm.plain() | dict.fromkeys(("pricing", "churn", "acquisition"))
    plain["economics"]["customer_value"] = {"cohort": "8 weeks"}
    assert [path for path, _, _ in Scenario.from_plain(plain).problems()] == ["economics.customer_value"]
    with pytest.raises(PolicyProblem):
        firm = bench.changed(bench.firm, VALUE)
        firm.with_changes([("economics.customer_value.cohort", Change(to="9 weeks"), 1.0)])


def test_cohorts_hold_every_customer_once(bench: Any) -> None:
    totals = bench.run(bench.changed(bench.firm, VALUE), 1).observations[0].totals
    assert totals["value.start.customers"] == totals["customers.at_start"]
    assert sums(totals, "customers") == totals["customers.at_start"] + totals["customers.joined"]


def test_margins_are_the_fees_less_what_contacts_cost_and_nothing_is_counted_twice(bench: Any) -> None:
    totals = bench.run(bench.changed(bench.firm, VALUE | PLAIN), 1).observations[0].totals
    known = totals["ledger.fees"] - totals["ledger.operating"]
    # Contacts of customers who have left meanwhile, and of those who left before counting began, belong to nobody.
    assert sums(totals, "margin") >= known - 1e-6
    assert sums(totals, "margin") == pytest.approx(known, rel=0.02)


def test_who_has_been_there_longer_has_brought_more(bench: Any) -> None:
    runs = bench.run(bench.changed(bench.firm, VALUE), 3)
    values = [runs.ratio(f"value.{name}.margin", f"value.{name}.customers") for name in COHORTS]
    assert values == sorted(values, reverse=True)


def test_discounting_makes_value_less(bench: Any) -> None:
    dear = VALUE | {"economics.discount_rate": "30 % per year"}
    free = VALUE | {"economics.discount_rate": "0 % per year"}
    more, less = bench.pair(free, 1), bench.pair(dear, 1)
    name = "value.start.margin"
    assert more[0].sum(name) > less[0].sum(name) > 0.8 * more[0].sum(name)


def test_without_returns_no_cost_goes_into_repeats(bench: Any) -> None:
    none, _ = bench.pair({"resolution.returns.share": "0 %", "calendar.warm_up": "3 weeks"}, 1)
    totals = none.observations[0].totals
    assert totals["ledger.repeats.cost"] == totals["ledger.repeats.contacts"] == 0


def test_the_share_of_repeats_in_cost_follows_that_of_contacts_and_falls_with_resolution(bench: Any) -> None:
    better, base = bench.pair({"resolution.first_contact.enquiry": "95 %", "resolution.first_contact.fault": "95 %"}, 3)
    share = base.ratio("ledger.repeats.contacts", "contacts.handled")
    assert share == pytest.approx(1 - base.ratio("contacts.first_handled", "contacts.handled"))
    assert base.ratio("ledger.repeats.cost", "ledger.operating") == pytest.approx(share, rel=0.15)
    assert bench.falls(bench.more(better, base, "ledger.repeats.cost", "ledger.operating"))


def test_a_resolved_issue_costs_more_than_an_issue_and_that_more_than_a_contact(bench: Any) -> None:
    base = bench.run(bench.firm, 2)
    contact = base.ratio("ledger.operating", "contacts.handled")
    issue, resolved = (base.ratio("ledger.operating", f"issues.{name}") for name in ("raised", "resolved"))
    assert resolved > issue
    assert resolved > contact
