"""Search for the best point of a unit cube within a budget, where points may break constraints.

Differential evolution (Storn and Price, 1997; scipy's) only ever compares two points, so an order is all that it needs:
of two points that keep all constraints the better one is better, one that keeps them is better than one that does not,
and of two that break them the one that breaks them less (Deb, 2000).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.stats.designs import sobol

Point = tuple[float, ...]
_FEWEST, _PER_DIMENSION = 8, 4
_APART = 1e100
"""What puts every point that breaks a constraint behind every other."""


@dataclass(frozen=True)
class Worth:
    """Of a point: the objective, less is better, and by how much constraints are broken in all, 0 for not at all."""

    objective: float
    broken: float = 0.0

    @property
    def order(self) -> float:
        """A number that is less for the better of two points."""
        return self.objective if self.broken <= 0.0 else _APART * (1.0 + self.broken)


Evaluate = Callable[[Sequence[Point]], Sequence[Worth]]


def search(evaluate: Evaluate, dimensions: int, budget: int, seed: int, start: Point) -> None:
    """Evaluate points of the unit cube, at most ``budget`` in whole generations, ``start`` among the first.

    evaluate is asked for a generation at a time and remembers what it needs; a point may be asked for twice.
    """
    from scipy.optimize import differential_evolution  # noqa: PLC0415 - slow to import

    size = min(max(_FEWEST, _PER_DIMENSION * dimensions), max(budget, 5))
    first = np.vstack([np.asarray(start)[None, :], sobol(_power_of_two(size), dimensions, seed)])[:size]

    def energies(columns: Any) -> Any:
        points = [tuple(float(one) for one in row) for row in np.atleast_2d(columns.T)]
        return np.array([worth.order for worth in evaluate(points)])

    differential_evolution(
        energies,
        bounds=[(0.0, 1.0)] * dimensions,
        init=first,
        maxiter=max(budget // size - 1, 0),
        tol=0.0,
        atol=0.0,
        polish=False,
        vectorized=True,
        updating="deferred",
        rng=seed % 2**32,
    )


def _power_of_two(least: int) -> int:
    return 1 << (least - 1).bit_length()
