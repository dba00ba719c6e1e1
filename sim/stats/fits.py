"""Straight fits over the points of a design, replication by replication."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def slopes(places: Array, values: Array) -> Array:
    """Least-squares slopes of values over places, one row for each replication.

    places: points x dimensions; values: points x replications. A constant is fitted too. A slope is the change from 0
    to 1 of a dimension, the others held.
    """
    with_one = np.column_stack([np.ones(len(places)), places])
    found, *_ = np.linalg.lstsq(with_one, values, rcond=None)
    return np.asarray(found[1:].T)


def share_explained(places: Array, values: Array) -> float | None:
    """R squared of the straight fit to one value per point; None where they do not differ."""
    with_one = np.column_stack([np.ones(len(places)), places])
    found, *_ = np.linalg.lstsq(with_one, values, rcond=None)
    apart = float(((values - values.mean()) ** 2).sum())
    return None if apart == 0.0 else 1.0 - float(((values - with_one @ found) ** 2).sum()) / apart
