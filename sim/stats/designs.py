"""Designs of experiments: which combinations of values are tried.

Drawn designs are points of the unit cube, made by SciPy from the seed of the study: a Latin hypercube (McKay, Beckman
and Conover, 1979) puts one point into each of n slices of every dimension; a scrambled Sobol' sequence (Owen, 1998)
fills the cube evenly, best with a power of two.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Cube = NDArray[np.float64]


def grid(counts: Sequence[int]) -> list[tuple[int, ...]]:
    """Every combination of the levels of all dimensions, the last one fastest; levels by number."""
    return list(itertools.product(*(range(count) for count in counts)))


def one_at_a_time(counts: Sequence[int]) -> list[tuple[int | None, ...]]:
    """The case with nothing changed (None everywhere), then each level of each dimension by itself."""
    size = len(counts)
    moved = [(place, level) for place, count in enumerate(counts) for level in range(count)]
    alone = [tuple(level if one == place else None for one in range(size)) for place, level in moved]
    return [(None,) * size, *alone]


def latin_hypercube(points: int, size: int, seed: int) -> Cube:
    """So many points in the unit cube of so many dimensions."""
    from scipy.stats import qmc  # noqa: PLC0415 - a second of imports, for drawn designs alone

    drawn: Cube = qmc.LatinHypercube(size, rng=seed).random(points)
    return drawn


def sobol(points: int, size: int, seed: int) -> Cube:
    """The same, of a scrambled Sobol' sequence; points: a power of two."""
    from scipy.stats import qmc  # noqa: PLC0415

    if points & (points - 1):
        raise ValueError(f"points is {points}; expected a power of two")
    drawn: Cube = qmc.Sobol(size, scramble=True, rng=seed).random(points)
    return drawn
