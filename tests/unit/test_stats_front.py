"""Who beats whom, by hand; the joint region of two means holds them as often as said."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.stats.front import beats, ellipse


def test_an_arm_beats_another_that_is_nowhere_better_and_somewhere_worse() -> None:
    values = np.array([[[1.0, 5.0], [2.0, 5.0], [3.0, 9.0], [2.0, 5.0]]])
    found = beats(values, [True, False])[0]
    assert found.tolist() == [
        [False, False, False, False],
        [True, False, False, False],
        [False, False, False, False],
        [True, False, False, False],
    ]


def test_the_region_passes_through_the_points_that_hotelling_gives() -> None:
    first, second = [1.0, 2.0, 4.0, 3.0, 2.5], [2.0, 1.0, 3.5, 3.0, 1.0]
    region = ellipse(first, second, 0.95)
    assert region is not None
    inverse = np.linalg.inv(np.cov([first, second]))
    apart = region - np.array([[np.mean(first)], [np.mean(second)]])
    squared = 5 * np.einsum("ip,ij,jp->p", apart, inverse, apart)
    assert squared == pytest.approx(np.full(squared.shape, 2 * 4 / 3 * stats.f.ppf(0.95, 2, 3)))


def test_where_there_is_no_region_there_is_none() -> None:
    assert ellipse([1.0, 2.0], [2.0, 1.0], 0.95) is None
    assert ellipse([1.0, 1.0, 1.0], [2.0, 1.0, 3.0], 0.95) is None
    assert ellipse([1.0, 2.0, 3.0], [2.0, 4.0, 6.0], 0.95) is None
