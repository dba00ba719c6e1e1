"""Settings with several values: what lists and ranges mean, and what is refused in which words."""

from __future__ import annotations

from typing import Any

import pytest

from sim.files.dimensions import Dimension, RangeSettings, dimension_of, refusal, scenario_at
from sim.files.shorthand import Unclear
from sim.scenario import Scenario


@pytest.fixture
def firm(bench: Any) -> Scenario:
    found: Scenario = bench.firm
    return found


def ranged(low: Any, high: Any, points: int | None = None) -> RangeSettings:
    return RangeSettings.model_validate({"from": low, "to": high, "points": points})


def numbers(dimension: Dimension) -> list[float | None]:
    return [level.number for level in dimension.levels]


def test_values_are_numbers_in_the_unit_in_which_they_are_written(firm: Scenario) -> None:
    found = dimension_of(firm, "fee.home", ["28 EUR per month", "32.50 EUR per month"], policy=True)
    assert (found.paths, found.way, found.unit) == (("pricing.fee.home",), "to", "EUR per month")
    assert numbers(found) == [28.0, 32.5]
    assert [level.label for level in found.levels] == ["28 EUR per month", "32.5 EUR per month"]


def test_steps_and_parts_are_told_from_values(firm: Scenario) -> None:
    steps = dimension_of(firm, "headcount.desk", ["-1", "0", "+2"], policy=True)
    assert (steps.way, numbers(steps)) == ("add", [-1.0, 0.0, 2.0])
    parts = dimension_of(firm, "fee", ["+0 %", "+8 %"], policy=True)
    assert (parts.way, parts.unit, numbers(parts)) == ("multiply", "% change", [0.0, 8.0])
    assert len(parts.paths) == 2
    assert dimension_of(firm, "churn.equity_effect", [0.2, 0.4], policy=False).way == "to"


def test_a_range_has_equal_steps_and_both_its_ends(firm: Scenario) -> None:
    found = dimension_of(firm, "fee.home", ranged("28 EUR per month", "34 EUR per month", 4), policy=True)
    assert numbers(found) == [28.0, 30.0, 32.0, 34.0]
    assert found.at(0.25).number == 29.5
    whole = dimension_of(firm, "headcount.desk", ranged(2, 6), policy=False)
    assert [whole.at(share).value for share in (0.0, 0.4, 0.99)] == [2, 4, 6]


def test_the_scenario_has_the_values_from_the_start_or_by_a_policy(firm: Scenario) -> None:
    counted = dimension_of(firm, "customers.segments.home.count", [600, 1200], policy=False)
    fee = dimension_of(firm, "fee.home", ["+10 %"], policy=True)
    found = scenario_at(firm, [(counted, counted.levels[0]), (fee, fee.levels[0])])
    assert found.customers is not None
    assert found.customers.segments["home"].count == 600
    (policy,) = found.policies.values()
    assert policy.changes["pricing.fee.home"].multiply == 1.1
    assert found.pricing == firm.pricing


def test_a_value_within_a_list_is_a_setting_too(firm: Scenario) -> None:
    found = dimension_of(firm, "churn.tenure.steps.0.factor", [1.0, 1.4], policy=False)
    changed = scenario_at(firm, [(found, found.levels[0])])
    assert changed.churn is not None
    assert changed.churn.tenure.steps[0].factor == 1.0
    assert found.same(found.levels[1])


def test_one_of_several_laws_is_a_word_like_others(bench: Any) -> None:
    firm: Scenario = bench.changed(
        bench.firm, {"agents.handle_time.enquiry": {"law": "weibull", "mean": 300.0, "shape": 1}}
    )
    same = dimension_of(firm, "agents.handle_time.enquiry.law", ["weibull"], policy=False)
    assert scenario_at(firm, [(same, same.levels[0])]).digest() == firm.digest()
    wrong = dimension_of(firm, "agents.handle_time.enquiry.law", ["wiebull"], policy=False)
    with pytest.raises(Unclear, match="known laws: constant, exponential, lognormal"):
        scenario_at(firm, [(wrong, wrong.levels[0])])


def test_what_changes_nothing_is_the_scenario_itself(firm: Scenario) -> None:
    fee = dimension_of(firm, "fee", ["+0 %", "+5 %"], policy=True)
    assert scenario_at(firm, [(fee, fee.levels[0])]).digest() == firm.digest()
    assert fee.reference() is fee.levels[0]
    assert fee.as_it_is.number == 0.0
    price = dimension_of(firm, "churn.price_loss", [2.0, 6.0], policy=False)
    assert price.as_it_is.number == pytest.approx(4.0)


@pytest.mark.parametrize(
    ("name", "given", "policy", "said"),
    [
        ("feee", ["+1 %"], True, "no setting of the scenario — did you mean fee"),
        ("fee.home", [30], True, "write it with its unit"),
        ("headcount.desk", [2, "+2"], True, "written in different ways"),
        ("headcount.desk", [2, 2], True, "names 2 twice"),
        ("customers.segments.home.count", [5, 6], True, "write it under settings"),
        ("fee.home", ranged("+1 %", "+1 %"), True, "twice"),
        ("fee.home", ranged("30 EUR per month", "400 EUR per year"), True, "in the same unit"),
        ("headcount.desk", ranged(2, 3, 4), True, "fewer than 4 whole numbers"),
        ("workforce.groups.desk.channels", ["+1"], True, "no single value"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(
    firm: Scenario, name: str, given: Any, policy: bool, said: str
) -> None:
    with pytest.raises(Unclear, match=said):
        dimension_of(firm, name, given, policy)


def test_a_value_that_makes_no_scenario_says_why(firm: Scenario) -> None:
    found = dimension_of(firm, "churn.equity_effect", [-1, 0.2], policy=False)
    assert "churn.equity_effect would not be right" in refusal(found, found.levels[0])
    assert refusal(found, found.levels[1]) == ""


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("fee.home", "28 EUR per month", "34 EUR per month"),
        ("fee", "-4 %", "+8 %"),
        ("fee", "x0.9", "x1.2"),
        ("headcount.desk", "-1", "+3"),
        ("headcount.desk", 2, 6),
        ("workforce.training.hours", "+1 h", "+3 h"),
        ("workforce.groups.desk.tools", "-10 points", "+10 points"),
        ("workforce.groups.desk.tools", "40 %", "60 %"),
        ("churn.equity_effect", 0.1, 0.6),
    ],
)
def test_what_lies_between_two_ends_is_read_as_if_it_were_written(
    firm: Scenario, name: str, low: Any, high: Any
) -> None:
    found = dimension_of(firm, name, ranged(low, high), policy=True)
    for share in (0.0, 0.3, 1.0):
        between = found.at(share)
        assert between == found.level(between.value)
        assert refusal(found, between) == ""
