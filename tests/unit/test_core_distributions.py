"""Laws of durations: mean, quantile, the same bits for one and for many, and refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError
from scipy import integrate, special, stats

from sim.core import streams
from sim.core.distributions import Law, LawTable

READ: TypeAdapter[Law] = TypeAdapter(Law)
LAWS: dict[str, dict[str, Any]] = {
    "constant": {"law": "constant", "mean": "5 min"},
    "exponential": {"law": "exponential", "mean": "4 min"},
    "lognormal": {"law": "lognormal", "mean": "17 min", "cv": 1.1},
    "narrow lognormal": {"law": "lognormal", "mean": "9 min", "cv": 0.05},
    "weibull": {"law": "weibull", "mean": "6 min", "shape": 0.85},
    "rising weibull": {"law": "weibull", "mean": "6 min", "shape": 3.0},
    "hyperexponential": {
        "law": "hyperexponential",
        "phases": [
            {"share": "30 %", "mean": "20 s"},
            {"share": "45 %", "mean": "5 min"},
            {"share": "25 %", "mean": "1 h"},
        ],
    },
}
U = streams.uniforms(streams.brood(streams.root_key(3, 1), 0, 5_000), streams.named("test"))


def law(name: str) -> Law:
    return READ.validate_python(LAWS[name])


@pytest.mark.parametrize("name", LAWS)
def test_one_value_and_many_have_the_same_bits(name: str) -> None:
    one = np.array([law(name).quantile(u) for u in U.tolist()])
    assert one.view(np.uint64).tolist() == law(name).quantiles(U).view(np.uint64).tolist()


def test_a_table_of_laws_gives_the_bits_of_each_law() -> None:
    laws = [law(name) for name in LAWS]
    which = np.arange(U.size, dtype=np.int64) % len(laws)
    found = LawTable(laws).quantiles(which, U)
    alone = np.array([laws[number].quantile(u) for number, u in zip(which.tolist(), U.tolist(), strict=True)])
    assert found.view(np.uint64).tolist() == alone.view(np.uint64).tolist()


@pytest.mark.parametrize("name", [name for name in LAWS if name != "hyperexponential"])
def test_the_mean_by_quadrature_is_the_mean_asked_for(name: str) -> None:
    one = law(name)
    mean, _ = integrate.quad(lambda z: one.quantile(special.ndtr(z)) * stats.norm.pdf(z), -8, 8, limit=400)
    assert mean == pytest.approx(one.mean_value, rel=1e-6)


def test_the_mean_of_a_mixture_is_that_of_its_phases() -> None:
    one = law("hyperexponential")
    right = 0.3 * 20 + 0.45 * 300 + 0.25 * 3600
    assert one.mean_value == pytest.approx(right)

    def mean_of_phase(low: float, high: float) -> float:
        """The integral of the quantile over the phase's uniforms, stretched where it is steep."""
        return integrate.quad(
            lambda s: one.quantile(high - (high - low) * np.exp(-s)) * (high - low) * np.exp(-s), 0, 30
        )[0]

    assert sum(mean_of_phase(*ends) for ends in ((0.0, 0.3), (0.3, 0.75), (0.75, 1.0))) == pytest.approx(
        right, rel=1e-6
    )


def test_the_quantile_inverts_the_distribution_function() -> None:
    sigma = np.sqrt(np.log1p(1.1**2))
    weibull_scale = 360 / special.gamma(1 + 1 / 0.85)
    known = {
        "exponential": stats.expon(scale=240),
        "lognormal": stats.lognorm(sigma, scale=17 * 60 * np.exp(-(sigma**2) / 2)),
        "weibull": stats.weibull_min(0.85, scale=weibull_scale),
    }
    for name, right in known.items():
        assert np.max(np.abs(right.cdf(law(name).quantiles(U)) - U)) < 1e-12


def test_a_mixture_has_the_distribution_of_its_phases() -> None:
    found = law("hyperexponential").quantiles(U)

    def cdf(x: Any) -> Any:
        return 1 - 0.3 * np.exp(-x / 20) - 0.45 * np.exp(-x / 300) - 0.25 * np.exp(-x / 3600)

    assert stats.kstest(found, cdf).pvalue > 1e-3


@pytest.mark.parametrize("name", LAWS)
def test_quantiles_are_finite_and_not_negative_at_the_ends(name: str) -> None:
    for u in (2.0**-53, 1 - 2.0**-53):
        assert 0.0 <= law(name).quantile(u) < 1e12


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"law": "lognormal", "mean": "5 min", "cv": 0}, "greater than 0"),
        ({"law": "lognormal", "mean": 300, "cv": 1}, "needs a unit of time"),
        ({"law": "gaussian", "mean": "5 min"}, "gaussian"),
        ({"law": "hyperexponential", "phases": [{"share": "60 %", "mean": "1 s"}] * 2}, "add up to 120 %"),
        ({"law": "weibull", "mean": "5 min", "shape": 0.01}, "greater than 0.1"),
    ],
)
def test_impossible_laws_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        READ.validate_python(settings)
