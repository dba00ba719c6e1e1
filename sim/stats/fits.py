"""Straight fits over the points of a design, replication by replication."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.stats.critical import student

Array = NDArray[np.float64]


def slopes(places: Array, values: Array) -> Array:
    """Least-squares slopes of values over places, one row for each replication.

    places: points x dimensions; values: points x replications. A constant is fitted too. A slope is the change from 0
    to 1 of a dimension, the others held.
    """
    with_one = np.column_stack([np.ones(len(places)), places])
    found, *_ = np.linalg.lstsq(with_one, values, rcond=None)
    return np.asarray(found[1:].T)


def slope_half_widths(places: Array, values: Array, confidence: float) -> Array:
    """Half-widths of the slopes of one fit to one value per point, from what the fit leaves over; Student's t.

    They hold what other points of the same kind would have changed. Not a number where too few points are left over.
    """
    with_one = np.column_stack([np.ones(len(places)), places])
    freedom = len(places) - with_one.shape[1]
    square = with_one.T @ with_one
    if freedom < 1 or np.linalg.matrix_rank(square) < with_one.shape[1]:
        return np.full(places.shape[1], np.nan)
    found, *_ = np.linalg.lstsq(with_one, values, rcond=None)
    left = float(((values - with_one @ found) ** 2).sum()) / freedom
    errors = np.sqrt(np.diag(np.linalg.inv(square))[1:] * left)
    return np.asarray(student(confidence, freedom) * errors)


def share_explained(places: Array, values: Array) -> float | None:
    """R squared of the straight fit to one value per point; None where they do not differ."""
    with_one = np.column_stack([np.ones(len(places)), places])
    found, *_ = np.linalg.lstsq(with_one, values, rcond=None)
    apart = float(((values - values.mean()) ** 2).sum())
    return None if apart == 0.0 else 1.0 - float(((values - with_one @ found) ** 2).sum()) / apart
