"""How long a simulation takes to forget its start: MSER and Welch's moving average.

MSER (White 1997, Simulation 69(6); in batches of five, MSER-5: White, Cobb and Spratt 2000, Winter Simulation
Conference) cuts where the standard error of the mean of what is left, taken as if the batches were independent, is
least: a longer cut costs data, a shorter one keeps what is not yet like the rest. Welch (1983) averages over
replications and smooths, for the eye.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from sim.stats.intervals import Estimate, mean_interval

BATCH = 5
_FEWEST = 10


def batched(values: Sequence[float], size: int = BATCH) -> list[float]:
    """Means of batches of so many values, the last incomplete one left out."""
    return [math.fsum(values[at : at + size]) / size for at in range(0, len(values) - size + 1, size)]


def statistics(batches: Sequence[float]) -> list[float]:
    """The squared standard error that MSER minimises, for each number of batches cut from none to half of them."""
    n = len(batches)
    found = []
    for cut in range(n // 2 + 1):
        left = batches[cut:]
        mean = math.fsum(left) / len(left)
        found.append(math.fsum((value - mean) ** 2 for value in left) / len(left) ** 2)
    return found


def mser(values: Sequence[float], size: int = BATCH) -> int | None:
    """Values to cut from the start, in whole batches; None where the best cut is half or more: not settled by then.

    Raises ValueError with fewer than ten batches, of which nothing can be said.
    """
    batches = batched(values, size)
    if len(batches) < _FEWEST:
        raise ValueError(f"there are {len(batches)} batches; MSER needs at least {_FEWEST}")
    found = statistics(batches)
    best = min(range(len(found)), key=found.__getitem__)
    return None if best == len(found) - 1 else best * size


def welch(values: Sequence[float], window: int) -> list[float]:
    """Moving average over ``window`` values on each side, over as many as there are near the ends (Welch 1983)."""
    n = len(values)
    reaches = [min(window, place, n - 1 - place) for place in range(n)]
    return [
        math.fsum(values[place - reach : place + reach + 1]) / (2 * reach + 1) for place, reach in enumerate(reaches)
    ]


def mean_course(rows: Sequence[Sequence[float]]) -> list[float]:
    """Mean over replications, value by value."""
    return [math.fsum(column) / len(rows) for column in zip(*rows, strict=True)]


def year_on_year(row: Sequence[float], year: int) -> list[float]:
    """Each value less that a year later, of which the mean is 0 once all is settled, whatever the season."""
    return [now - later for now, later in zip(row, row[year:], strict=False)]


def contrast(rows: Sequence[Sequence[float]], start: int, cut: int, confidence: float = 0.95) -> Estimate:
    """Mean between ``start`` and ``cut`` less that from ``cut`` on, replication by replication, with its interval."""
    return mean_interval([_mean(row[start:cut]) - _mean(row[cut:]) for row in rows], confidence)


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)
