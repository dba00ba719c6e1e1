"""Incentives: reliability of a mean, shares of a bonus, effort."""

from __future__ import annotations

import math

import pytest

from sim.mechanisms.incentives import effort_of, paid_share, reliability


def test_reliability_is_that_of_a_mean_of_independent_answers() -> None:
    """Variance between agents 1, of answers 8: of the variance of a mean of n, 1 / (1 + 8 / n) is between agents."""
    for answers in (1, 4, 40):
        assert reliability(answers, 8.0) == pytest.approx(1.0 / (1.0 + 8.0 / answers))
    assert reliability(0, 8.0) == 0.0
    assert reliability(3, 0.0) == 1.0


def test_a_bonus_is_paid_in_proportion_whichever_way_the_scale_runs() -> None:
    assert paid_share(50, 50, 90) == paid_share(10, 50, 90) == 0.0
    assert paid_share(70, 50, 90) == paid_share(1.0, 1.25, 0.75) == 0.5
    assert paid_share(95, 50, 90) == paid_share(0.5, 1.25, 0.75) == 1.0


def test_haste_saves_time_and_costs_rigour_and_courtesy() -> None:
    assert effort_of(0.3, 0.0, 0.2, 0.1) == (1.0, 0.0, 0.3)
    factor, edge, mood = effort_of(0.3, 0.1, 0.2, 0.1)
    assert factor == pytest.approx(math.exp(-0.1))
    assert (edge, mood) == (pytest.approx(-0.2), pytest.approx(0.2))
