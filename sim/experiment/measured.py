"""Measures of many arms, replication by replication: all that is kept of a study with many points.

An arm here is a point of a design. Of each replication only the numerators and denominators of the measures are held,
two numbers each, whatever the length of the horizon: a study of thousands of points needs no more memory than one of
ten. The whole replication stands in the store, where there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.measures import Measure
from sim.core.observations import Observations
from sim.experiment.conditions import Conditions
from sim.experiment.estimates import difference_of, level_of, pair_of
from sim.experiment.execution import Arm
from sim.stats.intervals import Estimate

Array = NDArray[np.float64]


class MadeWhenAsked(Sequence[Arm]):
    """Arms of which no two are held at a time."""

    def __init__(self, count: int, make: Callable[[int], Arm]) -> None:
        self._count, self._make = count, make

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, place: Any) -> Any:
        if not 0 <= place < self._count:
            raise IndexError(place)
        return self._make(place)


@dataclass(frozen=True)
class Measured:
    """Numerators and denominators by point, replication and measure; not a number where one is not counted, 1 below a
    measure that is no ratio."""

    measures: tuple[Measure, ...]
    above: Array
    below: Array
    confidence: float

    @property
    def points(self) -> int:
        """How many points there are."""
        return int(self.above.shape[0])

    @property
    def replications(self) -> int:
        """Of each point."""
        return int(self.above.shape[1])

    def values(self, measure: int) -> Array:
        """The measure alone, by point and replication: for pictures and fits, not for the estimate of a ratio."""
        with np.errstate(divide="ignore", invalid="ignore"):
            found: Array = self.above[:, :, measure] / self.below[:, :, measure] * self.measures[measure].factor
        return found

    def mean(self, measure: int, points: Sequence[int]) -> float | None:
        """The measure over points and their replications; None where it cannot be said."""
        above, below = self.columns(measure, points)
        total = below.sum()
        found = float(above.sum() / total * self.measures[measure].factor) if total else None
        return found if found is not None and np.isfinite(found) else None

    def columns(self, measure: int, points: Sequence[int]) -> tuple[Array, Array]:
        """Numerator and denominator in each replication, means over points."""
        chosen = list(points)
        return self.above[chosen, :, measure].mean(axis=0), self.below[chosen, :, measure].mean(axis=0)

    def level(self, measure: int, points: Sequence[int], confidence: float | None = None) -> Estimate | None:
        """The measure over some points, with the interval that the noise of the replications leaves."""
        above, below = self.columns(measure, points)
        if not _known(above, below):
            return None
        return level_of(self.measures[measure], (above, below), confidence or self.confidence)

    def difference(
        self, measure: int, points: Sequence[int], others: Sequence[int], confidence: float | None = None
    ) -> Estimate | None:
        """The measure over some points minus that over others, paired replication by replication."""
        ours, theirs = self.columns(measure, points), self.columns(measure, others)
        if not (_known(*ours) and _known(*theirs)):
            return None
        return difference_of(self.measures[measure], ours, theirs, confidence or self.confidence)


def _known(above: Array, below: Array) -> bool:
    return bool(np.isfinite(above).all() and np.isfinite(below).all())


def measured(
    arms: Sequence[Arm],
    measures: Sequence[Measure],
    *,
    replications: int,
    seed: int,
    confidence: float,
    conditions: Conditions,
) -> Measured:
    """Simulate all arms and keep the measures; raises as ``execution.observe``."""
    found = conditions.observe(arms, replications, seed, _taking(measures))
    whole = np.array(found, dtype=np.float64).reshape(len(arms), replications, len(measures), 2)
    return Measured(tuple(measures), whole[..., 0], whole[..., 1], confidence)


def _taking(measures: Sequence[Measure]) -> Callable[[Observations], Array]:
    """Takes numerators and denominators, as an array: a tenth of what pairs of numbers would hold."""

    def take(seen: Observations) -> Array:
        return np.array([pair_of(measure, seen) for measure in measures], dtype=np.float64)  # None becomes nan

    return take


def chosen_measures(known: Sequence[Measure], asked: Sequence[str]) -> tuple[Measure, ...]:
    """The outcomes, then what is asked for besides."""
    by_name = {measure.name: measure for measure in known}
    outcomes = [measure for measure in known if measure.outcome]
    return (*outcomes, *(by_name[name] for name in asked if not by_name[name].outcome))


def replication_numbers(found: Measured) -> Iterator[tuple[int, int, int]]:
    """Point, replication and measure of every number, by place."""
    for point in range(found.points):
        for replication in range(found.replications):
            for measure in range(len(found.measures)):
                yield point, replication, measure
