"""What the replications let one believe of several means at once: draws of all of them together.

Column by column a draw is Student's t about the mean, with n - 1 degrees of freedom: what one may believe of a normal
mean of which nothing was known beforehand (Box and Tiao, 1973, Bayesian Inference in Statistical Analysis, 2.4). All
columns of a draw share the multipliers of the replications, so that differences of columns have the spread of their
paired differences; of two arms, the share of draws in which one is ahead is the one-sided probability of the paired t.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

MOST_GROUPS = 200
"""More replications than that are taken in groups: the law hardly changes, the work does."""


def groups_of(n: int) -> int:
    """How many normal numbers a draw takes with n replications."""
    return min(n, MOST_GROUPS)


def draws(columns: Sequence[Sequence[float]], normals: Array, scales: Array) -> Array:
    """Draws of the means of columns, a row each.

    columns: each with a number per replication, at least two; those that are equal stay so. normals: a row per draw of
    ``groups_of(n)`` standard normal numbers; scales: per draw a gamma number of shape (groups - 1) / 2 and mean 1.
    """
    n, groups = len(columns[0]), normals.shape[1]
    if n < 2 or any(len(column) != n for column in columns):
        raise ValueError("columns must be of the same two or more replications")
    if groups != groups_of(n):
        raise ValueError(f"normals has {groups} in a row; expected {groups_of(n)}")
    first = {tuple(column): place for place, column in reversed(list(enumerate(columns)))}
    means = np.array([math.fsum(column) / n for column in columns])
    apart = _grouped(np.array(columns, dtype=np.float64) - means[:, None], groups)
    spread = np.einsum("dg,cg->dc", normals, apart) * (math.sqrt(groups / (groups - 1)) / n)
    found: Array = means + spread / np.sqrt(scales)[:, None]
    return found[:, [first[tuple(column)] for column in columns]]


def _grouped(apart: Array, groups: int) -> Array:
    n = apart.shape[1]
    if groups == n:
        return apart
    starts = np.array([place * n // groups for place in range(groups)])
    return np.add.reduceat(apart, starts, axis=1)


def shares_of_best(values: Array, higher: bool) -> list[float]:
    """Of rows of values, the share in which each column is the best; columns that are equally good share a row."""
    ahead = values if higher else -values
    best = ahead == ahead.max(axis=1, keepdims=True)
    return [float(share) for share in (best / best.sum(axis=1, keepdims=True)).mean(axis=0)]
