"""Variance due to inputs told from that of chance, where both are known: no bias, and intervals that hold.

The toy: an outcome 4 + 3 x + e, with the input x uniform on (-1, 1), so that its expected value has the variance
9 / 3 = 3, and e normal with variance 2. The exact answers are those of arithmetic.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.stats.random_effects import Components, components, share_above

EXPERIMENTS = 2000
DRAWS, EACH = 20, 3
BETWEEN, WITHIN = 3.0, 2.0
HELD = 0.95
MARGIN = 4 * math.sqrt(HELD * (1 - HELD) / EXPERIMENTS)


@pytest.fixture(scope="module", params=["uniform", "normal"])
def experiments(request: pytest.FixtureRequest) -> tuple[str, list[Components], list[float]]:
    source = np.random.default_rng(20260105)
    found, above = [], []
    for _ in range(EXPERIMENTS):
        if request.param == "uniform":
            inputs = 3.0 * source.uniform(-1, 1, size=(DRAWS, 1))
        else:
            inputs = math.sqrt(BETWEEN) * source.standard_normal((DRAWS, 1))
        values = 1.0 + inputs + math.sqrt(WITHIN) * source.standard_normal((DRAWS, EACH))
        parts = components(values)
        found.append(parts)
        above.append(share_above(parts.groups, DRAWS, 0.95).value or 0.0)
    return request.param, found, above


def near(values: list[float], exact: float) -> bool:
    """Whether the mean of many experiments agrees with the exact value within four standard errors."""
    return abs(np.mean(values) - exact) < 4 * np.std(values, ddof=1) / math.sqrt(len(values))


def test_both_variances_are_without_bias(experiments: tuple[str, list[Components], list[float]]) -> None:
    _, found, _ = experiments
    means = np.array([parts.groups.var(ddof=1) for parts in found])
    assert near([float(value) for value in means], BETWEEN) or abs(means.mean() - BETWEEN) < 0.02 * BETWEEN
    assert near([(parts.within.value or 0.0) ** 2 for parts in found], WITHIN)


def test_the_intervals_hold_as_often_as_they_say(experiments: tuple[str, list[Components], list[float]]) -> None:
    law, found, _ = experiments
    shares = {
        "mean": sum((parts.mean.low or 9) <= 1.0 <= (parts.mean.high or -9) for parts in found),
        "within": sum((p.within.low or 9) <= math.sqrt(WITHIN) <= (p.within.high or -9) for p in found),
        "between": sum((p.between.low or 0) <= math.sqrt(BETWEEN) <= (p.between.high or -9) for p in found),
        "share": sum((p.share.low or 0) <= BETWEEN / (BETWEEN + WITHIN) <= (p.share.high or -9) for p in found),
    }
    for name, count in shares.items():
        # A uniform input has thinner tails than a normal one: its variance is known better than the interval says.
        assert count / EXPERIMENTS > HELD - MARGIN, (law, name, count)
        if law == "normal" and name in ("mean", "within", "share"):
            assert count / EXPERIMENTS < HELD + MARGIN, (law, name, count)


def test_the_share_of_draws_that_pay_is_that_of_the_expected_values(
    experiments: tuple[str, list[Components], list[float]],
) -> None:
    law, _, above = experiments
    exact = 2 / 3 if law == "uniform" else 0.5 * (1 + math.erf(1 / math.sqrt(2 * BETWEEN)))
    # Spreading group means takes the variance of chance out, not its shape: exact for normal inputs, near for others.
    assert np.mean(above) == pytest.approx(exact, abs=0.01 if law == "normal" else 0.03)


def test_without_chance_everything_is_due_to_the_inputs_and_without_inputs_hardly_anything() -> None:
    inputs = np.arange(10.0).reshape(10, 1)
    sure = components(np.repeat(inputs, 4, axis=1))
    assert sure.share == type(sure.share)(1.0, 1.0, 1.0)
    assert sure.within.value == 0.0
    chance = components(np.random.default_rng(7).standard_normal((200, 5)))
    assert chance.share.low == 0.0
    assert (chance.share.value or 0.0) < 0.05


def test_a_published_analysis_is_found_again() -> None:
    """Six groups of twenty: the example of ci.random.anova in the R package statpsych (Bonett, 2021)."""
    means = np.array([56.1, 51.2, 60.3, 68.2, 48.9, 70.5])
    spreads = np.array([9.45, 8.79, 9.71, 8.90, 8.31, 9.75])
    unit = np.linspace(-1, 1, 20)
    unit = unit / unit.std(ddof=1)
    found = components(means[:, None] + spreads[:, None] * unit[None, :])
    assert (found.mean.value, found.mean.low, found.mean.high) == pytest.approx((59.2, 49.9363896, 68.4636104))
    assert found.within.value == pytest.approx(9.166782, abs=1e-6)
    assert found.between.value == pytest.approx(8.585948, abs=1e-5)
    assert found.share.value == pytest.approx(0.467317, abs=1e-5)
