"""Draws of several means together: each Student's t, all paired, equal columns equal."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from sim.experiment.contributions import DRAWS, believed
from sim.stats import beliefs

SPREAD = 3.29 * math.sqrt(0.25 / DRAWS)


def columns(n: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    base = [math.sin(7.0 * place) for place in range(n)]
    return tuple(base), tuple(0.9 * b + 0.3 * math.cos(3.0 * place) + 0.05 for place, b in enumerate(base))


@pytest.mark.parametrize("n", [3, 10, 200, 431])
def test_of_two_arms_the_better_one_has_the_probability_of_the_paired_t(n: int) -> None:
    first, second = columns(n)
    differences = np.array(second) - np.array(first)
    t = differences.mean() / (differences.std(ddof=1) / math.sqrt(n))
    shares = beliefs.shares_of_best(believed([first, second], 5, "two"), higher=True)
    assert shares[1] == pytest.approx(stats.t.cdf(t, n - 1), abs=SPREAD)
    assert sum(shares) == pytest.approx(1.0)


def test_draws_have_the_means_and_the_covariance_of_the_means() -> None:
    first, second = columns(40)
    found = believed([first, second], 9, "law")
    assert found.mean(axis=0) == pytest.approx([np.mean(first), np.mean(second)], abs=0.005)
    wanted = np.cov(np.array([first, second])) / 40 * 39 / 37  # of Student's t with 39 degrees of freedom
    assert np.cov(found.T) == pytest.approx(wanted, rel=0.06)


def test_arms_that_are_the_same_share_what_they_win() -> None:
    first, second = columns(10)
    shares = beliefs.shares_of_best(believed([first, second, second], 5, "two"), higher=True)
    assert shares[1] == shares[2]
    lower = beliefs.shares_of_best(believed([first, second, second], 5, "two"), higher=False)
    assert lower[1] == lower[2] == pytest.approx(0.5 * (1 - lower[0]))


def test_columns_of_other_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="same two or more"):
        beliefs.draws([(1.0,)], np.zeros((1, 1)), np.ones(1))
    with pytest.raises(ValueError, match="expected 2"):
        beliefs.draws([(1.0, 2.0)], np.zeros((1, 3)), np.ones(1))
