"""Where a difference crosses zero: known functions, and the coverage of the interval."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence

import pytest

from sim.stats.crossing import Curve, curve
from sim.stats.intervals import Estimate, mean_interval

EXPERIMENTS = 2000


def noisy(function: Callable[[float, float, float], float], n: int, seed: int) -> Callable[..., list[Estimate]]:
    """Differences of n replications, each with its own two normal numbers whatever the value."""
    draw = random.Random(seed)
    shocks = [(draw.gauss(0, 1), draw.gauss(0, 1)) for _ in range(n)]

    def evaluate(values: Sequence[float]) -> list[Estimate]:
        return [mean_interval([function(value, one, other) for one, other in shocks], 0.95) for value in values]

    return evaluate


def exact(function: Callable[[float], float]) -> Callable[..., list[Estimate]]:
    return noisy(lambda value, one, other: function(value), 5, 1)


def test_the_root_of_a_smooth_function_is_found_to_a_two_hundredth_of_the_range() -> None:
    found = curve(exact(lambda x: math.exp(-x) - 0.3), 0.0, 4.0)
    (crossing,) = found.crossings
    assert crossing.value == pytest.approx(-math.log(0.3), abs=4.0 / 200)
    assert crossing.falling
    assert len(found.points) < 12


def test_without_noise_the_interval_is_a_point() -> None:
    (crossing,) = curve(exact(lambda x: x - 1.0), 0.0, 4.0).crossings
    assert not crossing.falling
    assert crossing.low == pytest.approx(1.0, abs=0.02)
    assert crossing.high == pytest.approx(1.0, abs=0.02)


def test_a_curve_that_rises_and_falls_crosses_twice() -> None:
    found = curve(exact(lambda x: (x - 1.0) * (5.0 - x)), 0.0, 8.0, grid=9)
    assert [round(one.value, 1) for one in found.crossings] == [1.0, 5.0]
    assert [one.falling for one in found.crossings] == [False, True]


def test_what_is_exactly_zero_at_no_change_is_no_crossing() -> None:
    assert not curve(exact(lambda x: x * (10.0 + x)), 0.0, 4.0).crossings


@pytest.mark.parametrize("size", [1.0, -1.0])
def test_a_difference_of_one_sign_crosses_nowhere(size: float) -> None:
    assert not curve(exact(lambda x: size * (1.0 + x)), 0.0, 4.0).crossings


def test_whole_numbers_are_tried_and_nothing_between() -> None:
    tried: set[float] = set()

    def evaluate(values: Sequence[float]) -> list[Estimate]:
        tried.update(values)
        return exact(lambda x: 3.4 - x)(values)

    (crossing,) = curve(evaluate, 0.0, 20.0, whole=True).crossings
    assert all(value == int(value) for value in tried)
    assert (crossing.before, crossing.after) == (3.0, 4.0)


def test_an_end_beyond_the_range_is_open() -> None:
    def wide(values: Sequence[float]) -> list[Estimate]:
        return [Estimate(1.0 - value, 3.0, 10, "", 0.95) for value in values]

    (crossing,) = curve(wide, 0.0, 6.0).crossings
    assert crossing.value == pytest.approx(1.0)
    assert crossing.low is None
    assert crossing.high == pytest.approx(4.0)


def test_one_replication_gives_no_interval() -> None:
    (crossing,) = curve(noisy(lambda x, one, other: 1.0 - x, 1, 4), 0.0, 2.0).crossings
    assert (crossing.low, crossing.high) == (None, None)


def test_an_empty_range_is_refused() -> None:
    with pytest.raises(ValueError, match="expected a range"):
        curve(exact(lambda x: x), 2.0, 2.0)


@pytest.mark.parametrize("n", [5, 10, 40])
def test_the_interval_covers_the_true_crossing_as_often_as_it_says(n: int) -> None:
    """Difference (6 + e1) - (2 + 0.5 e2) x: crosses zero at 3; slopes differ between replications too."""
    covered = 0
    for experiment in range(EXPERIMENTS):
        found: Curve = curve(noisy(lambda x, a, b: 6.0 + a - (2.0 + 0.5 * b) * x, n, 7000 + experiment), -20.0, 30.0)
        covered += any((c.low is None or c.low <= 3.0) and (c.high is None or c.high >= 3.0) for c in found.crossings)
    margin = 2.58 * math.sqrt(0.95 * 0.05 / EXPERIMENTS)
    assert covered / EXPERIMENTS == pytest.approx(0.95, abs=margin)
