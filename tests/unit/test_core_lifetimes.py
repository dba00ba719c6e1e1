"""How long customers and agents stay: half-lives and the long-run mix of tenures."""

from __future__ import annotations

import math

import numpy as np
import pytest
from pydantic import ValidationError
from scipy import integrate

from sim.core import streams
from sim.core.lifetimes import TenureCurve, TenureFactors
from sim.core.units import YEAR

STEPS = {"steps": [{"until": "1 years", "factor": 1.4}, {"until": "3 years", "factor": 1.1}], "after": 0.9}
CURVES = {"flat": TenureCurve.of(TenureFactors()), "steps": TenureCurve.of(TenureFactors.model_validate(STEPS))}


@pytest.mark.parametrize("name", CURVES)
@pytest.mark.parametrize("half_life", [0.3 * YEAR, 2 * YEAR, 5 * YEAR])
def test_half_are_gone_after_a_half_life(name: str, half_life: float) -> None:
    curve = CURVES[name]
    hazard = curve.base_hazard(half_life)
    assert math.exp(-hazard * curve.cumulated(np.array([half_life]))[0]) == pytest.approx(0.5)


def test_without_factors_the_hazard_is_ln_2_over_the_half_life() -> None:
    assert CURVES["flat"].base_hazard(5 * YEAR) == pytest.approx(math.log(2) / (5 * YEAR))


def test_the_factor_is_that_of_its_step_and_its_integral_is_cumulated() -> None:
    curve = CURVES["steps"]
    tenures = np.array([0.0, 0.5, 1.0, 2.9, 3.0, 9.0]) * YEAR
    assert curve.factor(tenures).tolist() == [1.4, 1.4, 1.1, 1.1, 0.9, 0.9]
    for tenure in tenures.tolist():
        right, _ = integrate.quad(lambda a: float(curve.factor(np.array([a]))[0]), 0, tenure, points=[YEAR, 3 * YEAR])
        assert curve.cumulated(np.array([tenure]))[0] == pytest.approx(right)


@pytest.mark.parametrize("name", CURVES)
def test_the_long_run_mix_of_tenures_is_proportional_to_survival(name: str) -> None:
    curve = CURVES[name]
    hazard = curve.base_hazard(5 * YEAR)
    u = (np.arange(200_000) + 0.5) / 200_000
    tenures = curve.stationary_tenures(hazard, u)

    def survival(tenure: float) -> float:
        return math.exp(-hazard * curve.cumulated(np.array([tenure]))[0])

    points = [YEAR, 3 * YEAR]
    life, _ = integrate.quad(survival, 0, 100 * YEAR, points=points, limit=500)
    for years in (0.5, 1, 3, 6, 15):
        inside = [point for point in points if point < years * YEAR]
        younger, _ = integrate.quad(survival, 0, years * YEAR, points=inside, limit=500)
        assert np.mean(tenures < years * YEAR) == pytest.approx(younger / life, abs=2e-4)
    # in the long run as many leave as join: the mean hazard over the mix is one per mean lifetime
    assert np.mean(hazard * curve.factor(tenures)) == pytest.approx(1 / life, rel=2e-3)


def test_tenures_rise_with_their_probability_and_are_never_negative() -> None:
    curve = CURVES["steps"]
    tenures = curve.stationary_tenures(curve.base_hazard(YEAR), np.array([2.0**-53, 1e-6, 0.3, 0.9, 1 - 2.0**-53]))
    assert tenures[0] >= 0.0
    assert np.all(np.diff(tenures) > 0)
    assert np.all(np.isfinite(tenures))


def test_thresholds_of_few_are_those_of_many_and_average_to_one() -> None:
    keys, stream = streams.brood(5, 0, 40_000), streams.named("threshold")
    many = streams.exponentials(keys, stream)
    assert many[:40].tolist() == [
        one for first in range(0, 40, 8) for one in streams.exponentials(keys[first : first + 8], stream)
    ]
    assert streams.exponentials(keys[:0], stream).size == 0
    assert np.mean(many) == pytest.approx(1.0, abs=4 / 200)


def test_steps_must_rise() -> None:
    wrong = {"steps": [{"until": "2 years", "factor": 1.0}, {"until": "1 years", "factor": 1.0}]}
    with pytest.raises(ValidationError, match="rising"):
        TenureFactors.model_validate(wrong)
