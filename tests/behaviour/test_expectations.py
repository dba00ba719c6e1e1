"""Expectations: an unchanged operation loses ground to a market that improves."""

from __future__ import annotations

from typing import Any

import pytest

EXPECTATIONS = {
    "disconfirmation": 0.6, "own": "50 %", "habit": "20 %", "at_start": {"home": 70.0, "business": 70.0},
    "market": {"standard": 70.0, "rise": "0 per year", "ceiling": 100.0},
}  # fmt: skip
LIVED = "satisfaction.days", "satisfaction.customer_days"


def test_expectations_that_do_not_count_change_nothing(bench: Any) -> None:
    idle, base = bench.pair({"expectations": EXPECTATIONS | {"disconfirmation": 0.0}}, 1)
    before, after = base.observations[0].totals, idle.observations[0].totals
    assert {name: after[name] for name in before} == before
    assert after["expectations.contacts"] > 1000


def test_a_market_that_improves_costs_satisfaction_and_customers(bench: Any) -> None:
    firm = bench.changed(bench.firm, {"expectations": EXPECTATIONS})
    overtaken, base = bench.pair({"expectations.market.rise": "40 per year"}, firm=firm)
    assert bench.falls(bench.more(overtaken, base, *LIVED))
    assert bench.falls(bench.more(overtaken, base, "survey.score", "survey.answers"))
    assert overtaken.sum("losses.service") > base.sum("losses.service")
    falling = [bench.more_in(slice(*months), overtaken, base, *LIVED).value for months in ((0, 2), (4, 6))]
    assert falling[1] < falling[0] < 0


def test_the_market_rises_no_further_than_its_ceiling(bench: Any) -> None:
    settings = {"expectations": EXPECTATIONS, "expectations.market": EXPECTATIONS["market"] | {"ceiling": 75.0}}
    firm = bench.changed(bench.firm, settings)
    found = bench.run(bench.changed(firm, {"expectations.market.rise": "40 per year"}), 1)
    assert found.sum("expectations.market") == pytest.approx(75)


def test_the_better_one_is_served_the_more_one_expects(bench: Any) -> None:
    """A better operation is above expectation at first, by less as customers get used to it."""
    start = bench.setting_at(bench.firm.plain(), "satisfaction.experience.start")
    better = {"satisfaction.experience.start": start + 1.0, "expectations": EXPECTATIONS | {"own": "100 %"}}
    used, slow = (
        bench.run(bench.changed(bench.firm, {**better, "expectations.habit": habit}), 2) for habit in ("40 %", "2 %")
    )
    assert used.ratio("expectations.expected", "expectations.contacts") > 2 + slow.ratio(
        "expectations.expected", "expectations.contacts"
    )
    assert used.ratio(*LIVED) < slow.ratio(*LIVED)
