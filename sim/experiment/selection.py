"""Carrying out a selection: replications of the arms that are left, until one is left or the ceiling is reached.

Replications are run a few at a time, so that all processors have work; the procedure looks at them one by one, and what
was run of an arm beyond the stage at which it is dropped changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from sim.core.measures import Measure
from sim.experiment.armed import arms_of, measures_of
from sim.experiment.comparison import UnknownMeasure
from sim.experiment.conditions import Conditions
from sim.experiment.estimates import single
from sim.experiment.execution import Arm
from sim.experiment.pool import Progress
from sim.files.selections import SelectionStudy
from sim.stats.intervals import Estimate, mean_interval, paired_difference
from sim.stats.selection import Screening, screen

_FEWEST = 4
_PART = 4
"""With n replications known, at least ``_FEWEST`` and at most a ``_PART``-th of n are run before the next look."""


@dataclass(frozen=True)
class Selected:
    """What a selection found.

    values: of each arm, the measure in the replications that were looked at. leader: the place of the arm with the best
    mean among those that are left; ``decided`` says whether it is chosen. run: replications of all arms, those included
    that were not looked at.
    """

    study: SelectionStudy
    measure: Measure
    values: tuple[tuple[float, ...], ...]
    screening: Screening
    leader: int
    run: int

    @property
    def decided(self) -> bool:
        """Whether an arm is chosen, or the ceiling ended it."""
        return self.screening.chosen is not None

    def mean(self, place: int) -> Estimate:
        """Of the replications that were looked at."""
        return mean_interval(self.values[place], self.study.confidence)

    def behind(self, place: int) -> Estimate | None:
        """How much worse the arm is than the leader, over the replications of both; None of the leader itself."""
        if place == self.leader:
            return None
        ours, theirs = self.values[self.leader], self.values[place]
        count = min(len(ours), len(theirs))
        first, second = (ours, theirs) if self.measure.better == "higher" else (theirs, ours)
        return paired_difference(first[:count], second[:count], self.study.confidence)


def execute_selection(study: SelectionStudy, conditions: Conditions) -> Selected:
    """Run a selection. Raises UnknownMeasure where a replication has no value of the measure; else as ``observe``."""
    measure = measures_of(study)[study.measure]
    arms = tuple(arms_of(study))
    sampler = _Sampler(arms, study.seed, measure, conditions)
    values: list[list[float]] = [[] for _ in arms]
    left: Sequence[int] = range(len(arms))
    count, following = 0, study.replications
    while True:
        sampler.extend(values, left, following)
        count = following
        screening = screen(
            values, study.replications, study.indifference, study.probability, measure.better == "higher"
        )
        left, most = screening.left, max(study.most, study.replications)
        if screening.chosen is not None or count >= most:
            return _selected(study, measure, values, screening)
        following = min(most, count + max(_FEWEST, count // _PART))


@dataclass(frozen=True)
class _Sampler:
    """Runs replications of some of the arms, from where they stand."""

    arms: tuple[Arm, ...]
    seed: int
    measure: Measure
    conditions: Conditions

    def extend(self, values: Sequence[list[float]], left: Sequence[int], count: int) -> None:
        """Bring the values of the arms that are left to so many replications."""
        before, done = len(values[left[0]]), sum(map(len, values))
        told = self.conditions.progress
        within = replace(self.conditions, progress=None if told is None else partial(_further, told, done))
        wanted = [replace(self.arms[place], first=before + 1) for place in left]
        found = within.observe(wanted, count - before, self.seed, partial(single, self.measure))
        for place, column in zip(left, found, strict=True):
            values[place] += [
                _known(value, self.arms[place], before + number, self.measure) for number, value in enumerate(column, 1)
            ]


def _further(told: Progress, before: int, done: int, total: int) -> None:
    told(before + done, before + total)


def _known(value: float | None, arm: Arm, number: int, measure: Measure) -> float:
    if value is None:
        raise UnknownMeasure(
            f"measure {measure.name!r} has no value in replication {number} of arm {arm.name!r}, so nothing can be "
            "selected by it; choose another"
        )
    return value


def _selected(
    study: SelectionStudy, measure: Measure, values: Sequence[Sequence[float]], screening: Screening
) -> Selected:
    """What was found, without what was run of dropped arms beyond the stage at which they were dropped."""
    ends = {place: dropped.at for place, dropped in screening.dropped.items()}
    seen = tuple(tuple(column[: ends.get(place, screening.stage)]) for place, column in enumerate(values))
    sign = 1.0 if measure.better == "higher" else -1.0
    leader = screening.chosen
    if leader is None:
        leader = max(screening.left, key=lambda place: sign * sum(seen[place]))
    return Selected(study, measure, seen, screening, leader, sum(map(len, values)))
