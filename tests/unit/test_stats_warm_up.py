"""MSER cuts where a series forgets its start, and says so where it does not; Welch's average smooths."""

from __future__ import annotations

import math
import random

import pytest

from sim.stats.warm_up import batched, contrast, mean_course, mser, statistics, welch, year_on_year


def noise(count: int, seed: int = 1) -> list[float]:
    chance = random.Random(seed)
    return [chance.gauss(0.0, 1.0) for _ in range(count)]


def test_the_statistic_is_the_squared_standard_error_of_what_is_left() -> None:
    """By hand: of 10, 2, 2, 2 all, mean 4, squares 36 + 3 x 4 = 48 over 16; the last three and two, 0."""
    assert statistics([10.0, 2.0, 2.0, 2.0]) == [3.0, 0.0, 0.0]


def test_a_step_is_cut_where_it_ends_and_no_later() -> None:
    assert mser([9.0] * 15 + [1.0, 2.0, 3.0, 2.0, 1.0] * 20) == 15
    assert mser([9.0] * 12 + [1.0, 2.0, 3.0, 2.0, 1.0] * 20) == 15  # in whole batches of five
    assert mser([9.0] * 12 + [1.0, 3.0] * 40, 1) == 12


def test_a_level_series_is_not_cut() -> None:
    assert mser([1.0, 2.0, 3.0, 2.0, 1.0] * 20) == 0


def test_a_start_that_fades_is_cut_when_it_is_lost_in_the_noise() -> None:
    """A start of ten standard deviations that halves every 20 values: under half a deviation after 87."""
    for seed in range(10):
        series = [value + 10.0 * math.exp(-0.0347 * at) for at, value in enumerate(noise(1000, seed))]
        cut = mser(series)
        assert cut is not None
        assert 60 <= cut <= 160


def test_a_series_that_drifts_to_its_end_does_not_settle() -> None:
    assert mser([float(at) for at in range(100)]) is None


def test_of_fewer_than_ten_batches_nothing_can_be_said() -> None:
    with pytest.raises(ValueError, match="there are 9 batches; MSER needs at least 10"):
        mser([1.0] * 49)
    assert mser([1.0] * 50) == 0


def test_batches_are_means_of_whole_batches() -> None:
    assert batched([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], 3) == [2.0, 5.0]


def test_welch_takes_fewer_values_near_the_ends() -> None:
    assert welch([1.0, 3.0, 8.0, 0.0, 6.0], 2) == [1.0, 4.0, 3.6, pytest.approx(14.0 / 3.0), 6.0]


def test_the_mean_of_replications_and_the_difference_to_the_same_week_a_year_later() -> None:
    assert mean_course([[1.0, 2.0], [3.0, 6.0]]) == [2.0, 4.0]
    assert year_on_year([5.0, 6.0, 5.0, 6.0, 5.0], 2) == [0.0, 0.0, 0.0]


def test_a_season_alone_is_cut_year_on_year_by_nothing() -> None:
    season = [10.0 * math.sin(2.0 * math.pi * week / 52) for week in range(156)]
    assert mser(year_on_year(season, 52), 1) == 0


def test_the_contrast_is_paired_within_replications() -> None:
    found = contrast([[0.0, 4.0, 1.0, 1.0], [0.0, 14.0, 11.0, 11.0]], 1, 2)
    assert (found.value, found.half_width, found.n) == (3.0, 0.0, 2)
