"""Intervals of several arms hold together as often as said, and probabilities of being the best are what they say."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest

from sim.core import elementary, streams
from sim.core.measures import Measure
from sim.core.observations import Observations
from sim.experiment.estimates import Runs, change
from sim.stats import beliefs

Array = npt.NDArray[np.float64]
EXPERIMENTS = 2000
SEED = 19610301
MARGIN = 3.29 * math.sqrt(0.95 * 0.05 / EXPERIMENTS)
"""Of the share covered: so far it strays by chance once in a thousand experiments such as these."""
ARMS = 4
PROFIT = Measure("profit", "profit", "EUR", "profit", better="higher")
LEVEL = Measure("level", "answered", "%", "answered", "offered", 100.0, "higher")


def normals(experiment: int, name: str, count: int) -> Array:
    key = streams.child(streams.root_key(SEED, experiment), streams.named(name))
    return elementary.normal_quantile_array(streams.uniforms(streams.brood(key, 0, count), streams.named("normal")))


def observed(**columns: Array) -> Runs:
    rows = zip(*columns.values(), strict=True)
    return [Observations(n, dict(zip(columns, map(float, row), strict=True))) for n, row in enumerate(rows, 1)]


def profits(experiment: int, n: int, shared: float) -> list[Runs]:
    """A baseline and arms that are in truth no different; shared: how much of the noise all arms have in common."""
    common = normals(experiment, "common", n)
    own = math.sqrt(1.0 - shared * shared)
    return [observed(profit=shared * common + own * normals(experiment, f"arm {arm}", n)) for arm in range(ARMS + 1)]


def levels(experiment: int, n: int) -> list[Runs]:
    offered = 1000.0 * elementary.exp_array(0.15 * normals(experiment, "offered", n))
    served = 0.8 + 0.05 * normals(experiment, "served", n)
    return [
        observed(offered=offered, answered=offered * (served + 0.01 * normals(experiment, f"arm {arm}", n)))
        for arm in range(ARMS + 1)
    ]


def held_together(measure: Measure, arms: list[Runs]) -> bool:
    found = [change(measure, arm, arms[0], 0.95, ARMS) for arm in arms[1:]]
    intervals = [each.together for each in found if each is not None]
    assert len(intervals) == ARMS
    return all(one is not None and one.half_width is not None and abs(one.value) <= one.half_width for one in intervals)


@pytest.mark.parametrize("n", [10, 40])
@pytest.mark.parametrize("shared", [0.0, 0.95])
def test_the_changes_of_all_arms_hold_together_at_least_as_often_as_said(n: int, shared: float) -> None:
    share = sum(held_together(PROFIT, profits(each, n, shared)) for each in range(EXPERIMENTS)) / EXPERIMENTS
    print(f"\n{ARMS} changes together, n = {n}, shared noise {shared}: {100 * share:.1f} % of {EXPERIMENTS:,} hold")
    assert share >= 0.95 - MARGIN


@pytest.mark.parametrize("n", [10, 40])
def test_the_changes_of_a_ratio_hold_together_at_least_as_often_as_said(n: int) -> None:
    share = sum(held_together(LEVEL, levels(each, n)) for each in range(EXPERIMENTS)) / EXPERIMENTS
    print(f"\n{ARMS} changes of a ratio together, n = {n}: {100 * share:.1f} % of {EXPERIMENTS:,} hold")
    assert share >= 0.95 - MARGIN


def probabilities(experiment: int, n: int) -> tuple[list[float], int]:
    """Of four arms that lie a few standard errors apart: the probability of each to be the best, and which one is."""
    truth = 5.0 * normals(experiment, "truth", 4) / math.sqrt(n)
    common = normals(experiment, "common", n)
    arms = [mean + 3.0 * common + normals(experiment, f"arm {arm}", n) for arm, mean in enumerate(truth)]
    columns = [tuple(map(float, arm - arms[0])) for arm in arms]
    multipliers = normals(experiment, "multipliers", 1000 * n).reshape(1000, n)
    scales = (normals(experiment, "scales", 1000 * (n - 1)).reshape(1000, n - 1) ** 2).mean(axis=1)
    found = beliefs.shares_of_best(beliefs.draws(columns, multipliers, scales), higher=True)
    return found, int(np.argmax(truth))


@pytest.mark.parametrize("n", [5, 10])
def test_an_arm_that_is_said_to_be_the_best_with_some_probability_is_so_as_often(n: int) -> None:
    told = [(probability, arm == best) for each in range(EXPERIMENTS) for found, best in [probabilities(each, n)]
            for arm, probability in enumerate(found)]  # fmt: skip
    for low, high in ((0.0, 0.02), (0.02, 0.2), (0.2, 0.5), (0.5, 0.8), (0.8, 0.98), (0.98, 1.01)):
        some = [(probability, so) for probability, so in told if low <= probability < high]
        said, was = (sum(column) / len(some) for column in zip(*some, strict=True))
        print(f"\nn = {n}: said {100 * said:.1f} %, was the best in {100 * was:.1f} % of {len(some):,}")
        assert was == pytest.approx(said, abs=3.29 * math.sqrt(max(said * (1 - said), 0.005) / len(some)) + 0.02)
