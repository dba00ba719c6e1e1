"""Every lever moves the measure that it claims to move, in the direction claimed, and its cost stands in the ledger."""

from __future__ import annotations

import copy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from sim.core.measures import Measure
from sim.core.observations import Observations
from sim.files import load_scenario
from sim.files.policies import policy_problems
from sim.files.problems import Place
from sim.files.tree import planted
from sim.levers import LEVERS, Lever, lever
from sim.levers.coverage import bearing_on
from sim.levers.lever import matching
from sim.mechanisms.interventions import PolicySettings
from sim.model import MECHANISMS, measures
from sim.scenario import Scenario

HERE = Path(__file__).parent
MONEY_ALONE = {"overheads"}
"""Levers that act on money and nothing else, so that no mechanism lies between setting and measure."""
REPLICATIONS = {"headcount": 30, "idle_time_training": 30}
"""What it takes to see the example of some levers, whose effect is small beside what differs between replications."""
OPERATIONS: dict[str, Any] = yaml.safe_load((HERE / "lever_sections.yaml").read_text(encoding="utf-8"))
"""What the two operations have beside their files, by section of a scenario."""


def _scenario(operation: str, lever: Lever, bench: Any) -> Scenario:
    """One of two operations with enough work, leavers and recommendations, and the sections that the lever is about."""
    named = {path.partition(".")[0] for path in lever.paths} | set(OPERATIONS["with"].get(lever.name, ()))
    return _with_sections(operation, tuple(name for name in OPERATIONS[operation] if name in {"all", *named}), bench)


@cache
def _with_sections(operation: str, sections: tuple[str, ...], bench: Any) -> Scenario:
    base = bench.firm if operation == "firm" else load_scenario(HERE / "small.yaml")
    settings = {path: value for name in sections for path, value in OPERATIONS[operation][name].items()}
    found: Scenario = bench.changed(base, copy.deepcopy(settings))
    return found


def _measure(lever: Lever, scenario: Scenario) -> Measure:
    return next(measure for measure in measures(scenario) if measure.name == lever.measure)


def _pulled(lever: Lever, scenario: Scenario) -> Scenario:
    policy = lever.policy(scenario.plain(), scenario.currency)
    assert policy["changes"], "the operation has none of its settings"
    made = PolicySettings.model_validate(policy, context={"currency": scenario.currency})
    return scenario.model_copy(update={"policies": {lever.name: made}})


def _value(measure: Measure, seen: Observations) -> float:
    below = 1.0 if measure.denominator is None else seen.totals[measure.denominator]
    return seen.totals[measure.numerator] / below


@pytest.mark.parametrize("operation", ["firm", pytest.param("small", marks=pytest.mark.slow)])
@pytest.mark.parametrize("lever", LEVERS, ids=[lever.name for lever in LEVERS])
def test_a_lever_moves_its_measure_as_claimed_and_shows_in_the_ledger(bench: Any, lever: Lever, operation: str) -> None:
    scenario = _scenario(operation, lever, bench)
    measure = _measure(lever, scenario)
    before, after = bench.run(scenario, 2), bench.run(_pulled(lever, scenario), 2)
    pairs = list(zip(before.observations, after.observations, strict=True))
    moved = [_value(measure, treated) - _value(measure, base) for base, treated in pairs]
    assert sum(moved) > 0 if lever.direction == "higher" else sum(moved) < 0, moved
    if lever.account:
        name = f"ledger.{lever.account}"
        assert any(treated.totals[name] != base.totals[name] for base, treated in pairs)


@pytest.mark.slow
@pytest.mark.parametrize("operation", ["firm", "small"])
@pytest.mark.parametrize("lever", LEVERS, ids=[lever.name for lever in LEVERS])
def test_the_whole_interval_of_what_a_lever_moves_lies_on_the_side_claimed(
    bench: Any, lever: Lever, operation: str
) -> None:
    scenario = _scenario(operation, lever, bench)
    measure = _measure(lever, scenario)
    count = REPLICATIONS.get(lever.name, 10)
    pulled, base = bench.run(_pulled(lever, scenario), count), bench.run(scenario, count)
    found = bench.more(pulled, base, measure.numerator, measure.denominator)
    assert bench.rises(found) if lever.direction == "higher" else bench.falls(found), found


@pytest.mark.parametrize("lever", LEVERS, ids=[lever.name for lever in LEVERS])
def test_before_its_date_a_lever_moves_and_costs_nothing_and_after_it_both(bench: Any, lever: Lever) -> None:
    scenario = _scenario("firm", lever, bench)
    policy = lever.policy(scenario.plain(), scenario.currency)
    dated = {path: change | {"from": "2026-05-01"} for path, change in policy["changes"].items()}
    later = bench.with_policies(scenario, **{lever.name: policy | {"changes": dated}})
    pulled, base = (bench.run(one, 1).observations[0] for one in (later, scenario))
    before = pulled.month_names.index("2026-05")
    assert before == 2
    for name, months in base.months.items():
        assert pulled.months[name][:before] == months[:before], name
    if lever.account:
        account = f"ledger.{lever.account}"
        assert pulled.months[account][before:] != base.months[account][before:]


@pytest.mark.parametrize("name", bearing_on("C18"))
def test_what_holds_against_rising_expectations_lifts_contacts_above_them(bench: Any, name: str) -> None:
    """No policy changes what the market offers; what people do for customers moves how contacts compare with it."""
    scenario = _scenario("small", lever(name), bench)
    assert scenario.expectations is not None and scenario.expectations.market.rise > 0
    pulled, base = bench.run(_pulled(lever(name), scenario), 4), bench.run(scenario, 4)
    assert bench.rises(bench.more(pulled, base, "expectations.disconfirmed", "expectations.contacts"))


@pytest.mark.parametrize("lever", LEVERS, ids=[lever.name for lever in LEVERS])
def test_the_measure_lies_at_least_one_mechanism_away_from_the_setting(bench: Any, lever: Lever) -> None:
    scenario = _scenario("firm", lever, bench)
    sections = {path.partition(".")[0] for path in lever.paths}
    own = {
        measure.name
        for field in sections & set(MECHANISMS)
        for measure in MECHANISMS[field].measures(scenario)
    }  # fmt: skip
    assert (lever.measure in own) == (lever.name in MONEY_ALONE)


@pytest.mark.parametrize("lever", LEVERS, ids=[lever.name for lever in LEVERS])
def test_the_example_of_a_lever_could_stand_in_a_study(bench: Any, lever: Lever) -> None:
    scenario = _scenario("firm", lever, bench)
    pulled = _pulled(lever, scenario)
    root = planted(pulled.plain(), Place("study"))
    assert policy_problems(scenario, pulled.policies, root) == []
    changed = {path.partition(".")[0] for path in pulled.policies[lever.name].changes}
    assert changed <= {path.partition(".")[0] for path in lever.paths}
    assert all(list(matching(scenario.plain(), path, absent=True)) for path in pulled.policies[lever.name].changes)
