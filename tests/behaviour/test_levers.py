"""Every lever moves the measure that it claims to move, in the direction claimed, and its cost stands in the ledger."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sim.core.measures import Measure
from sim.core.observations import Observations
from sim.files import load_scenario
from sim.files.policies import policy_problems
from sim.files.problems import Place
from sim.files.tree import planted
from sim.levers import LEVERS, Lever
from sim.levers.lever import matching
from sim.mechanisms.interventions import PolicySettings
from sim.model import MECHANISMS, measures
from sim.scenario import Scenario

HERE = Path(__file__).parent
MONEY_ALONE = {"overheads"}
"""Levers that act on money and nothing else, so that no mechanism lies between setting and measure."""
LEAVERS = {"workforce.attrition.reference.base_hazard": "1 per year"}
OFFERED: dict[str, Any] = {"gives_up": "10 %", "again": "120 %", "contained_score": 70, "failed_score": 20}
TRIED = {"tried": "40 %", "contained": "40 %"}
REWARD = {"amount": "25 EUR", "reference": "25 EUR", "lift": 2.0}


def self_service(*kinds: str) -> dict[str, Any]:
    return {"kinds": dict.fromkeys(kinds, TRIED), **OFFERED, "cost": "0.10 EUR"}


FIRM: dict[str, Any] = {
    **LEAVERS,
    "workforce.training.hours": "1 h",
    "acquisition.referral.rate": "0.3 per year",
    "acquisition.referral.reward": REWARD,
    "self_service": self_service("enquiry", "fault"),
}
SMALL: dict[str, Any] = {
    **LEAVERS,
    "calendar.horizon": "20 weeks",
    "acquisition.referral.rate": "0.3 per year",
    "acquisition.referral.reward": REWARD,
    "self_service": self_service("billing", "fault"),
    "needs.kinds.billing.rate": {"home": "6 per year", "business": "6 per year"},
    "needs.kinds.fault.rate": {"home": "10 per year", "business": "10 per year"},
    "needs.kinds.change.rate": {"home": "3 per year", "business": "3 per year"},
    "policies": {},
}


@cache
def _measures(operation: str, bench: Any) -> dict[str, Measure]:
    return {measure.name: measure for measure in measures(_scenario(operation, bench))}


@cache
def _scenario(operation: str, bench: Any) -> Scenario:
    """Two operations with enough work, leavers and recommendations for every lever to have something to move."""
    if operation == "firm":
        return bench.changed(bench.firm, FIRM)
    return bench.changed(load_scenario(HERE / "small.yaml"), SMALL)


def _pulled(lever: Lever, scenario: Scenario) -> Scenario:
    policy = lever.policy(scenario.plain(), scenario.currency)
    assert policy["changes"], "the operation has none of its settings"
    made = PolicySettings.model_validate(policy, context={"currency": scenario.currency})
    return scenario.model_copy(update={"policies": {lever.name: made}})


def _value(measure: Measure, seen: Observations) -> float:
    below = 1.0 if measure.denominator is None else seen.totals[measure.denominator]
    return seen.totals[measure.numerator] / below


@pytest.mark.parametrize("operation", ["firm", "small"])
@pytest.mark.parametrize("lever", LEVERS, ids=[lever.name for lever in LEVERS])
def test_a_lever_moves_its_measure_as_claimed_and_shows_in_the_ledger(bench: Any, lever: Lever, operation: str) -> None:
    scenario = _scenario(operation, bench)
    measure = _measures(operation, bench)[lever.measure]
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
    scenario = _scenario(operation, bench)
    measure = _measures(operation, bench)[lever.measure]
    found = bench.more(
        bench.run(_pulled(lever, scenario), 10), bench.run(scenario, 10), measure.numerator, measure.denominator
    )
    assert bench.rises(found) if lever.direction == "higher" else bench.falls(found), found


@pytest.mark.parametrize("lever", LEVERS, ids=[lever.name for lever in LEVERS])
def test_the_measure_lies_at_least_one_mechanism_away_from_the_setting(bench: Any, lever: Lever) -> None:
    scenario = _scenario("firm", bench)
    sections = {path.partition(".")[0] for path in lever.paths}
    own = {
        measure.name
        for field in sections & set(MECHANISMS)
        for measure in MECHANISMS[field].measures(scenario)
    }  # fmt: skip
    assert (lever.measure in own) == (lever.name in MONEY_ALONE)


@pytest.mark.parametrize("lever", LEVERS, ids=[lever.name for lever in LEVERS])
def test_the_example_of_a_lever_could_stand_in_a_study(bench: Any, lever: Lever) -> None:
    scenario = _scenario("firm", bench)
    pulled = _pulled(lever, scenario)
    root = planted(pulled.plain(), Place("study"))
    assert policy_problems(scenario, pulled.policies, root) == []
    changed = {path.partition(".")[0] for path in pulled.policies[lever.name].changes}
    assert changed <= {path.partition(".")[0] for path in lever.paths}
    assert all(list(matching(scenario.plain(), path)) for path in pulled.policies[lever.name].changes)
