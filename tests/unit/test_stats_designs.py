"""Designs: how many points, where they lie, and that the seed decides."""

from __future__ import annotations

import numpy as np
import pytest

from sim.stats import designs, fits


def test_a_grid_has_every_combination_once() -> None:
    found = designs.grid([2, 3, 4])
    assert len(found) == len(set(found)) == 24
    assert found[:2] == [(0, 0, 0), (0, 0, 1)]


def test_one_at_a_time_moves_one_dimension_and_leaves_the_others_as_they_are() -> None:
    found = designs.one_at_a_time([2, 3])
    assert found == [(None, None), (0, None), (1, None), (None, 0), (None, 1), (None, 2)]


def test_a_latin_hypercube_has_one_point_in_each_slice_of_every_dimension() -> None:
    cube = designs.latin_hypercube(20, 3, seed=5)
    for column in cube.T:
        assert sorted((column * 20).astype(int)) == list(range(20))


def test_the_points_of_sobol_are_balanced_in_every_half_and_quarter() -> None:
    cube = designs.sobol(32, 4, seed=5)
    for column in cube.T:
        assert sorted((column * 32).astype(int)) == list(range(32))
    assert np.histogram2d(cube[:, 0], cube[:, 1], bins=2, range=[[0, 1], [0, 1]])[0].tolist() == [[8, 8], [8, 8]]


@pytest.mark.parametrize("design", [designs.latin_hypercube, designs.sobol])
def test_the_seed_decides_the_points(design: object) -> None:
    assert callable(design)
    assert (design(8, 2, 1) == design(8, 2, 1)).all()
    assert (design(8, 2, 1) != design(8, 2, 2)).any()


def test_sobol_refuses_what_is_no_power_of_two() -> None:
    with pytest.raises(ValueError, match="power of two"):
        designs.sobol(12, 2, 1)


def test_a_straight_function_is_fitted_exactly_in_every_replication() -> None:
    cube = designs.latin_hypercube(12, 2, seed=3)
    values = np.column_stack([3 * cube[:, 0] - 2 * cube[:, 1] + 7, 5 * cube[:, 0] + cube[:, 1]])
    assert fits.slopes(cube, values) == pytest.approx(np.array([[3.0, -2.0], [5.0, 1.0]]))
    assert fits.share_explained(cube, values[:, 0]) == pytest.approx(1.0)
    assert fits.share_explained(cube, np.full(12, 4.0)) is None


def test_a_slope_that_is_none_is_told_as_often_as_the_interval_says_however_bent_the_rest_is() -> None:
    source, held = np.random.default_rng(11), 0
    for _ in range(1000):
        cube = source.uniform(size=(24, 3))
        values = 9 * (cube[:, 1] - 0.5) ** 2 + cube[:, 2]
        slope = fits.slopes(cube, values[:, None])[0, 0]
        held += abs(slope) <= fits.slope_half_widths(cube, values, 0.95)[0]
    assert 930 <= held <= 970


def test_too_few_points_leave_nothing_over() -> None:
    cube = designs.latin_hypercube(4, 3, seed=3)
    assert np.isnan(fits.slope_half_widths(cube, cube[:, 0], 0.95)).all()
