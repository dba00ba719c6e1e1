"""The best arm is selected at least as often as promised where that is hardest, arms alike or not."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest

from sim.core import elementary, streams
from sim.stats.selection import screen

Array = npt.NDArray[np.float64]
EXPERIMENTS = 1500
SEED = 20010921
PROMISED = 0.90
MARGIN = 3.29 * math.sqrt(PROMISED * (1 - PROMISED) / EXPERIMENTS)
MOST = 900
ZONE = 0.6


def normals(experiment: int, name: str) -> Array:
    key = streams.child(streams.root_key(SEED, experiment), streams.named(name))
    return elementary.normal_quantile_array(streams.uniforms(streams.brood(key, 0, MOST), streams.named("normal")))


def arms(experiment: int, means: tuple[float, ...], shared: float, uneven: bool) -> list[list[float]]:
    common = normals(experiment, "common")
    own = math.sqrt(1 - shared * shared)
    scales = [1.0 + 0.5 * (place % 3) if uneven else 1.0 for place in range(len(means))]
    return [
        (mean + scale * (shared * common + own * normals(experiment, f"arm {place}"))).tolist()
        for place, (mean, scale) in enumerate(zip(means, scales, strict=True))
    ]


def selected(means: tuple[float, ...], shared: float, uneven: bool, zone: float) -> tuple[list[int], float]:
    """The arm chosen in each experiment, and how many replications the last ones took on average."""
    found = [screen(arms(each, means, shared, uneven), 10, zone, PROMISED) for each in range(EXPERIMENTS)]
    chosen = [one.chosen for one in found if one.chosen is not None]
    assert len(chosen) == EXPERIMENTS, "the ceiling of the test ended a search"
    return chosen, sum(one.stage for one in found) / EXPERIMENTS


@pytest.mark.parametrize("count", [2, 5])
@pytest.mark.parametrize(("shared", "uneven"), [(0.0, False), (0.0, True), (0.9, False), (0.9, True)])
def test_the_best_is_found_as_often_as_promised_when_all_others_are_just_a_zone_behind(
    count: int, shared: float, uneven: bool
) -> None:
    zone = ZONE * math.sqrt(1 - shared * shared)
    chosen, stage = selected((zone, *(0.0,) * (count - 1)), shared, uneven, zone)
    share = chosen.count(0) / EXPERIMENTS
    print(
        f"\nslippage, {count} arms, correlation {shared * shared:.2f}, {'un' if uneven else ''}equal variances: "
        f"{100 * share:.1f} % correct ({100 * PROMISED:.0f} % promised), {stage:.1f} replications"
    )
    assert share >= PROMISED - MARGIN


def test_what_is_chosen_inside_the_zone_is_within_the_zone_of_the_best_as_often() -> None:
    means = (0.3, 0.2, 0.1, -0.4, -0.5)
    chosen, stage = selected(means, 0.9, uneven=False, zone=ZONE)
    share = sum(means[0] - means[place] < ZONE for place in chosen) / EXPERIMENTS
    print(f"\ninside the zone: {100 * share:.1f} % within the zone of the best, {stage:.1f} replications")
    assert share >= PROMISED - MARGIN


def test_arms_that_have_much_in_common_take_fewer_replications() -> None:
    _, apart = selected((0.3, 0.0), 0.0, uneven=False, zone=0.3)
    _, alike = selected((0.3, 0.0), 0.9, uneven=False, zone=0.3)
    assert alike < 0.5 * apart
