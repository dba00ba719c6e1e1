"""Elementary effects and Sobol' indices of functions whose indices are known, and against other programs."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.stats import designs
from sim.stats.indices import elementary_effects, morris, paths, saltelli, sobol

ISHIGAMI_FIRST = (0.3139, 0.4424, 0.0)
ISHIGAMI_TOTAL = (0.5576, 0.4424, 0.2437)
"""Published values of the function sin x1 + 7 sin^2 x2 + 0.1 x3^4 sin x1 (Ishigami and Homma, 1990)."""


def ishigami(cube: np.ndarray) -> np.ndarray:
    x1, x2, x3 = np.moveaxis(math.pi * (2 * cube - 1), -1, 0)
    found: np.ndarray = np.sin(x1) + 7 * np.sin(x2) ** 2 + 0.1 * x3**4 * np.sin(x1)
    return found


def uniforms(rows: int, columns: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).uniform(size=(rows, columns))


def test_sobol_indices_of_ishigami_are_those_that_are_published() -> None:
    values = ishigami(saltelli(designs.sobol(4096, 6, seed=1)))
    found = sobol(values, uniforms(200, 4096), 0.95).by_name
    for name, published in (("first", ISHIGAMI_FIRST), ("total", ISHIGAMI_TOTAL)):
        for each, exact in zip(found[name], published, strict=True):
            half = ((each.high or 0.0) - (each.low or 0.0)) / 2  # of independent points, about two standard errors
            assert abs((each.value or 0.0) - exact) < 2 * half
            assert half < 0.06


def test_bootstrap_intervals_hold_the_published_indices_about_as_often_as_they_say() -> None:
    held = np.zeros((2, 3))
    source = np.random.default_rng(2)
    for seed in range(100):
        cube = source.uniform(size=(256, 6))  # independent points, as the bootstrap takes them
        found = sobol(ishigami(saltelli(cube)), uniforms(200, 256, seed), 0.95).by_name
        for row, (name, exact) in enumerate((("first", ISHIGAMI_FIRST), ("total", ISHIGAMI_TOTAL))):
            held[row] += [(b.low or 0.0) <= e <= (b.high or 0.0) for b, e in zip(found[name], exact, strict=True)]
    assert (held >= 85).all(), held


def test_sobol_indices_agree_with_scipy_on_the_same_points() -> None:
    scipy_stats = pytest.importorskip("scipy.stats")
    values = ishigami(saltelli(designs.sobol(256, 6, seed=3)))
    ours = sobol(values, uniforms(10, 256), 0.95).by_name
    centred = values - values[:2].mean()
    theirs = scipy_stats.sobol_indices(
        func={"f_A": centred[:1], "f_B": centred[1:2], "f_AB": centred[2:, None, :]}, n=256
    )
    assert [each.value for each in ours["first"]] == pytest.approx(list(np.ravel(theirs.first_order)), abs=1e-9)
    assert [each.value for each in ours["total"]] == pytest.approx(list(np.ravel(theirs.total_order)), abs=1e-9)


def test_sobol_indices_agree_with_salib_on_the_same_points() -> None:
    analyze = pytest.importorskip("SALib.analyze.sobol", reason="SALib is not installed")
    values = ishigami(saltelli(designs.sobol(1024, 6, seed=3)))
    rows = np.concatenate([values[:1], values[2:], values[1:2]]).T.ravel()  # A, AB of each input, B, point by point
    problem = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[0, 1]] * 3}
    theirs = analyze.analyze(problem, rows, calc_second_order=False, seed=1)
    ours = sobol(values, uniforms(10, 1024), 0.95).by_name
    assert [each.value for each in ours["first"]] == pytest.approx(list(theirs["S1"]), abs=0.01)
    assert [each.value for each in ours["total"]] == pytest.approx(list(theirs["ST"]), abs=0.01)


def test_a_path_moves_every_input_once_by_two_thirds_and_stays_in_the_cube() -> None:
    found = paths(np.random.default_rng(4).uniform(size=(50, 3, 5)))
    moved = np.diff(found, axis=1)
    assert ((found > -1e-12) & (found < 1 + 1e-12)).all()
    assert np.abs(moved).max(axis=2) == pytest.approx(2 / 3)
    assert ((np.abs(moved) > 1e-9).sum(axis=2) == 1).all()
    assert ((np.abs(moved) > 1e-9).sum(axis=1) == 1).all()


def test_elementary_effects_of_a_straight_function_are_its_slopes_without_spread() -> None:
    points = paths(np.random.default_rng(4).uniform(size=(8, 3, 3)))
    effects = elementary_effects(points, points @ np.array([3.0, -2.0, 0.0]) + 5)
    found = morris(effects, uniforms(100, 8), 0.95).by_name
    assert [each.value for each in found["mu_star"]] == pytest.approx([3.0, 2.0, 0.0], abs=1e-9)
    assert [each.value for each in found["mu"]] == pytest.approx([3.0, -2.0, 0.0], abs=1e-9)
    assert [each.value for each in found["sigma"]] == pytest.approx([0.0, 0.0, 0.0], abs=1e-9)


def test_an_input_that_acts_only_with_another_has_a_spread_and_one_that_turns_has_a_size_without_a_mean() -> None:
    points = paths(np.random.default_rng(4).uniform(size=(400, 3, 3)))
    one, other, third = np.moveaxis(points, -1, 0)
    effects = elementary_effects(points, one * other + (2 * third - 1) ** 2)
    found = morris(effects, uniforms(200, 400), 0.95).by_name
    size, mean, spread = found["mu_star"], found["mu"], found["sigma"]
    assert (spread[0].value or 0.0) > 0.3
    # From 0 to 2/3 and from 1/3 to 1 the square falls and rises by 8/9, over 2/3: -4/3 and 4/3.
    assert size[2].value == pytest.approx(4 / 3)
    assert abs(mean[2].value or 0.0) < 0.3
    assert (size[0].low or 9.0) < 0.5 < (size[0].high or 0.0)  # the mean of the other input


def test_what_never_differs_has_no_index() -> None:
    found = sobol(np.zeros((4, 16)), uniforms(10, 16), 0.95).by_name
    assert all(each.value is None for values in found.values() for each in values)
