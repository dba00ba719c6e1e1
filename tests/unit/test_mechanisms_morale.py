"""Morale: overload above a comfortable occupancy, levels that approach their goals, shares moved on the logit scale."""

from __future__ import annotations

import math

import pytest

from sim.mechanisms.morale import approached, overload, shifted_share


def test_up_to_the_comfortable_occupancy_nobody_is_overloaded() -> None:
    assert overload(0.0, 0.85) == overload(0.85, 0.85) == 0.0
    assert overload(1.0, 0.85) == pytest.approx(1.0)
    assert overload(0.925, 0.85) == pytest.approx(0.5)


def test_a_level_halves_its_gap_in_a_half_life_and_stays_within_bounds() -> None:
    level = 0.9
    for _ in range(8):
        level = approached(level, 0.1, 1.0 - math.exp(-math.log(2) / 8))
    assert level == pytest.approx(0.5)
    assert approached(0.5, 7.0, 1.0) == 1.0
    assert approached(0.5, -7.0, 1.0) == 0.0


@pytest.mark.parametrize("share", [0.0, 0.05, 0.5, 1.0])
def test_a_shifted_share_has_its_odds_multiplied(share: float) -> None:
    moved = shifted_share(share, 0.7)
    assert shifted_share(share, 0.0) == share
    assert moved * (1.0 - share) == pytest.approx(share * (1.0 - moved) * math.exp(0.7))
    assert 0.0 <= moved <= 1.0
