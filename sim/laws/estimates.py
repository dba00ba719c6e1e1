"""Intervals from replications, with or without controls of known mean."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sim.laws.plans import Extra, Numbers, Reading
from sim.stats import critical
from sim.stats.intervals import Estimate, ratio_interval

CONTROLLED = "ratio of means, jackknife, controls of known mean, Student t"


def estimate(reading: Reading, rows: Sequence[Numbers], confidence: float, controls: Sequence[Extra] = ()) -> Estimate:
    """Ratio of means over replications with its Student interval.

    With controls: regression on the controls' deviations from their known means (Lavenberg and Welch, 1981, A
    Perspective on the Use of Control Variables, Management Science 27(3)), on the jackknife's pseudo-values, with
    n - 1 - q degrees of freedom.
    """
    if not controls:
        found = ratio_interval(*_sides(reading, rows), confidence)
        assert found is not None, "the denominators sum to 0"
        return found
    values = pseudo_values(reading, rows)
    deviations = [pseudo_values(one.reading, rows) - one.known for one in controls]
    moving = [column for column in deviations if _varies(column)]
    if not _varies(values) or not moving:
        return estimate(reading, rows, confidence)
    scaled = np.column_stack([np.ones(len(rows)), *(column / column.std() for column in moving)])
    coefficients, *_ = np.linalg.lstsq(scaled, values, rcond=None)
    freedom = len(rows) - scaled.shape[1]
    residuals = values - scaled @ coefficients
    variance = float(residuals @ residuals) / freedom * float(np.linalg.inv(scaled.T @ scaled)[0, 0])
    half_width = critical.student(confidence, freedom) * math.sqrt(variance)
    return Estimate(float(coefficients[0]), half_width, len(rows), CONTROLLED, confidence)


def _varies(values: npt.NDArray[np.float64]) -> bool:
    return bool(values.std() > 1e-9 * max(1e-300, float(np.abs(values).max())))


def pseudo_values(reading: Reading, rows: Sequence[Numbers]) -> npt.NDArray[np.float64]:
    """Jackknife pseudo-values n r - (n - 1) r(-i) of a ratio of means, shape (n,)."""
    above, below = (np.array(side) for side in _sides(reading, rows))
    n, over, under = len(rows), above.sum(), below.sum()
    return np.asarray(n * (over / under) - (n - 1) * ((over - above) / (under - below)))


def _sides(reading: Reading, rows: Sequence[Numbers]) -> tuple[list[float], list[float]]:
    return [reading.above(row) for row in rows], [reading.below(row) for row in rows]
