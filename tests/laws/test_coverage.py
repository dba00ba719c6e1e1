"""Intervals of 95 % hold the true value in 95 of 100 experiments, also of ten replications; shortfalls are printed."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from sim.core import elementary, streams
from sim.experiment.precision import Reached, _following
from sim.files.goals import Goal
from sim.stats.intervals import (
    Estimate,
    bonferroni,
    mean_interval,
    paired_difference,
    paired_ratio_difference,
    ratio_interval,
)

Array = npt.NDArray[np.float64]
EXPERIMENTS = 2000
SEED = 19080301
MARGIN = 3.29 * math.sqrt(0.95 * 0.05 / EXPERIMENTS)
"""Of the share covered: so far it strays by chance once in a thousand experiments such as these."""


def normals(experiment: int, name: str, count: int) -> Array:
    key = streams.child(streams.root_key(SEED, experiment), streams.named(name))
    return elementary.normal_quantile_array(streams.uniforms(streams.brood(key, 0, count), streams.named("normal")))


def covered(interval: Callable[[int], Estimate | None], truth: float) -> float:
    """Share of experiments whose interval holds the true value."""
    found = [interval(experiment) for experiment in range(EXPERIMENTS)]
    held = [one.half_width is not None and abs(one.value - truth) <= one.half_width for one in found if one is not None]
    assert len(held) == EXPERIMENTS
    return sum(held) / EXPERIMENTS


def told(name: str, share: float) -> float:
    print(f"\n{name}: {100 * share:.1f} % of {EXPERIMENTS:,} intervals of 95 % hold the true value")
    return share


def lognormal(experiment: int, name: str, count: int, sigma: float) -> Array:
    """Of mean 1."""
    return elementary.exp_array(sigma * normals(experiment, name, count) - 0.5 * sigma * sigma)


def test_a_mean_of_ten_normal_replications_is_covered_as_often_as_said() -> None:
    share = told("mean, normal, n = 10", covered(lambda each: mean_interval(normals(each, "a", 10)), 0.0))
    assert share == pytest.approx(0.95, abs=MARGIN)


def test_a_paired_difference_is_covered_as_often_as_said() -> None:
    def interval(each: int) -> Estimate:
        common = normals(each, "common", 10)
        return paired_difference(3.0 + common + 0.2 * normals(each, "a", 10), common + 0.1 * normals(each, "b", 10))

    share = told("paired difference, n = 10", covered(interval, 3.0))
    assert share == pytest.approx(0.95, abs=MARGIN)


def test_five_differences_hold_together_at_least_as_often_as_said() -> None:
    def all_hold(each: int) -> bool:
        common = normals(each, "common", 10)
        for arm in range(5):
            found = paired_difference(common + 0.3 * normals(each, f"arm {arm}", 10), common, bonferroni(0.95, 5))
            if found.half_width is None or abs(found.value) > found.half_width:
                return False
        return True

    share = told("five differences together (Bonferroni), n = 10", sum(map(all_hold, range(EXPERIMENTS))) / EXPERIMENTS)
    assert share >= 0.95 - MARGIN


def ratio(each: int) -> Estimate | None:
    """Answered over offered: days of different size, of which a share that varies too is answered."""
    offered = 1000.0 * lognormal(each, "offered", 10, 0.15)
    return ratio_interval(offered * (0.8 + 0.05 * normals(each, "answered", 10)), offered)


def test_a_ratio_of_ten_replications_is_covered_nearly_as_often_as_said() -> None:
    assert told("ratio, n = 10", covered(ratio, 0.8)) == pytest.approx(0.95, abs=MARGIN)


def test_a_paired_difference_of_ratios_is_covered_nearly_as_often_as_said() -> None:
    def interval(each: int) -> Estimate | None:
        offered = 1000.0 * lognormal(each, "offered", 10, 0.15)
        more = offered * (1.0 + 0.02 * normals(each, "more", 10))
        served = 0.8 + 0.05 * normals(each, "answered", 10)
        ours, theirs = more * (served + 0.03 + 0.01 * normals(each, "up", 10)), offered * served
        return paired_ratio_difference(ours, more, theirs, offered)

    assert told("paired difference of ratios, n = 10", covered(interval, 0.03)) == pytest.approx(0.95, abs=MARGIN)


def test_skewed_replications_are_covered_less_often_and_the_shortfall_is_told() -> None:
    share = told("mean, lognormal of CV 1, n = 10", covered(lambda e: mean_interval(lognormal(e, "s", 10, 0.83)), 1.0))
    assert 0.85 < share < 0.95


def after_stopping(first: int) -> Callable[[int], Estimate]:
    """A mean whose half-width is to be a quarter of its standard deviation, as ``execute_precisely`` goes on."""

    def interval(each: int) -> Estimate:
        values, count = normals(each, "sequence", 400), first
        while True:
            found = mean_interval(values[:count])
            assert found.half_width is not None
            foreseen = math.ceil(found.n * (found.half_width / 0.25) ** 2)
            following = _following(
                count, 400, (Reached(Goal("m", 0.25), "a", 0.25, found.half_width, max(2, foreseen)),)
            )
            if following == count:
                return found
            count = following

    return interval


@pytest.mark.parametrize(("first", "least"), [(10, 0.92), (5, 0.90)])
def test_stopping_when_the_interval_is_short_enough_costs_little_coverage(first: int, least: float) -> None:
    share = told(f"mean after stopping, first {first}", covered(after_stopping(first), 0.0))
    assert least <= share <= 0.95 + MARGIN
