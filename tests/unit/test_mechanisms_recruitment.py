"""Recruitment: the score of an applicant, and what choosing the best of several is worth."""

from __future__ import annotations

import math

import pytest

from sim.core import streams
from sim.mechanisms.recruitment import applicant, looked_for, score

MEAN_OF_BEST = {2: 0.5642, 5: 1.1630, 10: 1.5388}
"""Mean of the largest of n standard normal deviates (tables of order statistics)."""


def test_what_is_looked_for_is_standardised() -> None:
    for weight in (0.0, 0.3, 1.0):
        assert looked_for(1.0, 0.0, weight) ** 2 + looked_for(0.0, 1.0, weight) ** 2 == pytest.approx(1.0)
    assert looked_for(0.7, -3.0, 1.0) == pytest.approx(0.7)
    assert looked_for(0.7, -3.0, 0.0) == pytest.approx(-3.0)


@pytest.mark.parametrize("count", [2, 5, 10])
@pytest.mark.parametrize("validity", [0.0, 0.4, 1.0])
def test_the_best_of_n_by_a_score_is_worth_validity_times_the_mean_of_the_largest(count: int, validity: float) -> None:
    """Naylor and Shine (1965); tolerance: five standard errors of the mean over the seats."""
    seats, gained = 2000, 0.0
    for seat in range(seats):
        root = streams.child(streams.root_key(20260105, 1), seat)
        found = [applicant(streams.child(root, number)) for number in range(count)]
        best = max(found, key=lambda one: score(looked_for(one.behaviour, one.knowledge, 1.0), one.luck, validity))
        gained += best.behaviour
    assert abs(gained / seats - validity * MEAN_OF_BEST[count]) < 5 / math.sqrt(seats)
