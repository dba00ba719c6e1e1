"""What is known of the main measure while a study runs: each policy against the baseline, or the latest points.

For who looks on, not for conclusions: an interval that is looked at again and again will sooner or later exclude
what is true. Two numbers of a replication are held, of the latest arms alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sim.core.measures import Measure
from sim.core.observations import Observations
from sim.experiment.best import PROFIT
from sim.experiment.estimates import Side, difference_of, level_of, pair_of
from sim.experiment.execution import Arm
from sim.experiment.plan import BASELINE
from sim.experiment.store import Cell
from sim.stats.intervals import Estimate

_HELD = 64
Pair = tuple[float, float]


@dataclass(frozen=True)
class Standing:
    """An arm: what is known of it by so many of its replications; None where that is nothing yet."""

    title: str
    estimate: Estimate | None
    done: int


class Watching:
    """Looks on while arms are run; ``against``: whether they are compared with the first."""

    def __init__(self, measure: Measure, confidence: float) -> None:
        self.measure, self.confidence = measure, confidence
        self.against = False
        self.arms = self.replications = 0
        self._titles: dict[str, str] = {}
        self._first = ""
        self._seen: dict[str, dict[int, Pair]] = {}
        self._counts: dict[str, int] = {}

    def begin(self, arms: int, replications: int) -> None:
        """Other arms; what was seen of one that is among them too is kept."""
        self.arms, self.replications = arms, replications
        self._titles, self._counts, self._first, self.against = {}, {}, "", False

    def expect(self, arm: Arm, key: str) -> None:
        """The first arm is the baseline where it is called so."""
        if not self._titles:
            self._first, self.against = key, arm.name == BASELINE and self.arms > 1
        self._titles.setdefault(key, arm.title or arm.name)

    def saw(self, cell: Cell, seen: Observations) -> None:
        """Hold the two numbers of one replication."""
        key = cell.scenario
        self._counts[key] = self._counts.get(key, 0) + 1
        above, below = pair_of(self.measure, seen)
        held = self._seen.pop(key, {})
        if above is not None and below is not None and math.isfinite(above) and math.isfinite(below):
            held[cell.replication] = (above, below)
        self._seen[key] = held
        while len(self._seen) > _HELD:
            del self._seen[next(each for each in self._seen if each != self._first)]

    @property
    def finished(self) -> int:
        """Arms of which every replication is known; two that are alike are one."""
        return sum(count >= self.replications for count in self._counts.values())

    @property
    def different(self) -> int:
        """How many arms there are, of those that are alike one."""
        return len(self._titles)

    def told(self, most: int) -> list[Standing]:
        """The arms that were seen last, in the order in which they are run."""
        keys = [key for key in self._seen if key in self._titles and not (self.against and key == self._first)]
        latest = set(keys[-most:])
        return [self._standing(key) for key in self._titles if key in latest]

    def _standing(self, key: str) -> Standing:
        mine = self._seen[key]
        if not self.against:
            return Standing(self._titles[key], self._level(list(mine.values())), len(mine))
        theirs = self._seen.get(self._first, {})
        both = sorted(mine.keys() & theirs.keys())
        return Standing(self._titles[key], self._change([mine[n] for n in both], [theirs[n] for n in both]), len(both))

    def _level(self, pairs: Sequence[Pair]) -> Estimate | None:
        return level_of(self.measure, _side(pairs), self.confidence) if pairs else None

    def _change(self, mine: Sequence[Pair], theirs: Sequence[Pair]) -> Estimate | None:
        return difference_of(self.measure, _side(mine), _side(theirs), self.confidence) if mine else None


def _side(pairs: Sequence[Pair]) -> Side:
    return [above for above, _ in pairs], [below for _, below in pairs]


def main_measure(measures: Sequence[Measure], asked: str | None = None) -> Measure | None:
    """The one that is asked for, else profit, else the first outcome, else the first of all."""
    by_name = {measure.name: measure for measure in measures}
    outcomes = [measure for measure in measures if measure.outcome]
    return by_name.get(asked or "") or by_name.get(PROFIT) or next(iter([*outcomes, *measures]), None)
