"""What an outcome hangs on: standardised regression on ranks, which asks for rising or falling, not for straight lines.

Each coefficient says by how many standard deviations (of ranks) the outcome rises for one of the input, the other
inputs held (standardised rank regression coefficients: Helton and others, 2006, SAND2006-2901). Intervals are those of
least squares, Student's t.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.stats.critical import student
from sim.stats.intervals import Estimate

Array = NDArray[np.float64]
METHOD = "standardised regression on ranks, least squares, Student t"
_ROUNDING = 1e-20
_DIGITS = 9


@dataclass(frozen=True)
class Hanging:
    """A coefficient for each input, and the share of the differences of ranks that all explain together."""

    coefficients: tuple[Estimate, ...]
    explained: float


def hanging(inputs: Array, outcome: Array, confidence: float = 0.95) -> Hanging | None:
    """Rank regression of an outcome on inputs (draws x inputs).

    None where there are too few draws, where nothing differs, or where inputs cannot be told from each other.
    """
    draws, size = inputs.shape
    freedom = draws - size - 1
    ranked = np.column_stack([standardised(column) for column in inputs.T])
    target = standardised(outcome)
    if freedom < 1 or not np.isfinite(ranked).all() or not np.isfinite(target).all():
        return None
    square = ranked.T @ ranked
    if np.linalg.matrix_rank(square) < size:
        return None
    found = np.linalg.solve(square, ranked.T @ target)
    whole = float((target**2).sum())
    left = float(((target - ranked @ found) ** 2).sum())
    if left <= _ROUNDING * whole:  # nothing is left over but rounding, of which the coefficients have their share
        left, found = 0.0, np.round(found, _DIGITS)
    errors = np.sqrt(np.diag(np.linalg.inv(square)) * left / freedom)
    critical = student(confidence, freedom)
    estimates = tuple(
        Estimate(float(value), critical * float(error), draws, METHOD, confidence)
        for value, error in zip(found, errors, strict=True)
    )
    return Hanging(estimates, 1.0 - left / whole)


def standardised(values: Array) -> Array:
    """Ranks (ties share theirs), less their mean, over their standard deviation; not a number where all are equal."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks = (ends - (counts - 1) / 2)[places.ravel()]
    spread = float(ranks.std(ddof=1)) if len(ranks) > 1 else 0.0
    return np.asarray((ranks - ranks.mean()) / spread) if spread > 0 else np.full(len(ranks), math.nan)
