"""Needs one at a time: who has an open issue raises no other of the kinds until it is over."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

ONE = {"needs.one_at_a_time": True}


@pytest.fixture(scope="module")
def steady(bench: Any) -> Any:
    """The firm with a small base that nobody joins or leaves, and many needs."""
    settings = {
        "churn": None, "acquisition": None, "calendar.horizon": "8 weeks", "calendar.warm_up": "2 weeks",
        "needs.kinds.fault.rate": {"home": "10 per year", "business": "10 per year"},
    }  # fmt: skip
    return bench.changed(bench.firm, settings)


def most_open(bench: Any, scenario: Any) -> tuple[int, Any]:
    """The most needs that a customer has open at a time, and what was observed."""
    now: Counter[int] = Counter()
    most = [0]

    def begins(_: Any, issue: Any) -> None:
        if issue.kind != "price_enquiry":
            now[issue.customer] += 1
            most[0] = max(most[0], now[issue.customer])

    def ends(_: Any, issue: Any) -> None:
        if issue.kind != "price_enquiry":
            now[issue.customer] -= 1

    over = dict.fromkeys(("issue_resolved", "issue_given_up", "issue_dropped"), ends)
    seen = bench.watch(scenario, {"issue_raised": begins} | over)
    return most[0], seen


def test_nobody_has_two_needs_open_at_a_time(bench: Any, steady: Any) -> None:
    several, _ = most_open(bench, steady)
    one, seen = most_open(bench, bench.changed(steady, ONE))
    assert several > 1
    assert one == 1
    assert seen.totals["issues.raised"] > 1000


def test_the_longer_issues_take_the_fewer_there_are(bench: Any, steady: Any) -> None:
    slow = {"resolution.first_contact.fault": "20 %", "resolution.returns.delay": {"law": "constant", "mean": "9 days"}}
    late, soon = bench.pair(slow, 4, firm=bench.changed(steady, ONE))
    assert bench.falls(bench.more(late, soon, "issues.raised"))


def test_issues_that_are_over_at_once_come_as_often_as_without(bench: Any, steady: Any) -> None:
    short = {
        "resolution.first_contact": dict.fromkeys(("enquiry", "fault", "price_enquiry"), "100 %"),
        "needs.kinds.fault.rate": {"home": "1 per year", "business": "1 per year"},
        "needs.kinds.enquiry.rate": {"home": "1 per year", "business": "1 per year"},
        "customers.segments.home.count": 4000,
    }
    firm = bench.changed(steady, short)
    one, any_ = bench.pair(ONE, 2, firm=firm)
    assert one.sum("issues.raised") == pytest.approx(any_.sum("issues.raised"), rel=0.03)


def test_a_customer_brings_the_same_first_issues_either_way(bench: Any, steady: Any) -> None:
    def brought(scenario: Any) -> dict[int, float]:
        found: dict[int, float] = {}

        def note(_: Any, contact: Any) -> None:
            if contact.issue.kind != "price_enquiry":
                found[contact.key] = contact.work

        bench.watch(scenario, {"contact_offered": note})
        return found

    one, several = brought(bench.changed(steady, ONE)), brought(steady)
    both = one.keys() & several.keys()
    assert len(both) > 500
    assert all(one[key] == several[key] for key in both)


def test_customers_who_leave_and_rates_that_change_keep_the_books(bench: Any) -> None:
    firm = bench.changed(bench.span("2 weeks", "12 weeks"), ONE)
    more = {"changes": {"needs.kinds.fault.rate.home": {"multiply": 2.0, "from": "2026-01-19"}}}
    fewer, many = bench.run(firm, 1), bench.run(bench.with_policies(firm, more=more), 1)
    assert many.sum("issues.raised") > 1.1 * fewer.sum("issues.raised")
    assert fewer.sum("customers.left") > 50
