"""Which arms no other beats in all outcomes, and how sure that is.

Changes of all arms in all outcomes are drawn together (``sim.stats.beliefs``: Student's t with the same multipliers of
the replications for all, so that what arms and outcomes share stays shared). The share of draws in which an arm is on
the front is the probability that its means are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sim.core.measures import Measure
from sim.core.observations import Observations
from sim.experiment.armed import arms_of, measures_of
from sim.experiment.comparison import UnknownMeasure
from sim.experiment.conditions import Conditions
from sim.experiment.contributions import DRAWS, believed, contributions
from sim.experiment.estimates import Change, Runs, change
from sim.files.fronts import FrontStudy
from sim.stats.front import Array, beats
from sim.stats.payback import wilson

METHOD = "Student's t about the paired changes of all arms and outcomes together, 10,000 draws"
_AT_ONCE = 500
_WHICH = "measure {!r} cannot be estimated in every arm, so there is no front of it; choose another"


@dataclass(frozen=True)
class Sure:
    """The probability that an arm is on the front, and where further draws would put it (low to high: Wilson).

    beaten: of each arm, by place, the probability that it beats this one.
    """

    probability: float
    low: float
    high: float
    beaten: tuple[float, ...]


@dataclass(frozen=True)
class Placed:
    """An arm and where it stands. columns: of each outcome, what each replication says of the change; None with one.

    beaten: places of the arms that beat it by the means; none of them: it is on the front. sure: None where nothing can
    be said of it.
    """

    arm: str
    title: str
    changes: tuple[Change, ...]
    columns: tuple[tuple[float, ...] | None, ...]
    beaten: tuple[int, ...]
    sure: Sure | None

    @property
    def on_front(self) -> bool:
        """By the means."""
        return not self.beaten


@dataclass(frozen=True)
class Front:
    """What was found of every arm, the baseline first."""

    study: FrontStudy
    measures: tuple[Measure, ...]
    arms: tuple[Placed, ...]


def execute_front(study: FrontStudy, conditions: Conditions) -> Front:
    """Run the study; raises UnknownMeasure where an outcome cannot be estimated, else as ``observe``."""
    known = measures_of(study)
    chosen = tuple(known[name] for name in study.outcomes)
    return front_of(study, chosen, conditions.observe(arms_of(study), study.replications, study.seed, _slim(chosen)))


def _slim(measures: Sequence[Measure]) -> Callable[[Observations], Observations]:
    """Nothing but the totals that the outcomes are made of."""
    names = {name for one in measures for name in (one.numerator, one.denominator) if name is not None}

    def take(seen: Observations) -> Observations:
        return Observations(seen.replication, {name: seen.totals[name] for name in names if name in seen.totals})

    return take


def front_of(study: FrontStudy, measures: tuple[Measure, ...], runs: Sequence[Runs]) -> Front:
    """The front from the observations of every arm, the baseline first."""
    changes = [tuple(_change(study, one, arm, runs[0]) for one in measures) for arm in runs]
    columns = [tuple(contributions(one, arm, runs[0]) for one in measures) for arm in runs]
    higher = [wanted == "higher" for wanted in study.wanted]
    means = np.array([[each.estimate.value for each in row] for row in changes])
    beating = beats(means[None], higher)[0]
    sure = _sure(study, columns, higher)
    arms = [
        Placed(arm.name, arm.title, changes[place], columns[place], _places(beating[:, place]), sure[place])
        for place, arm in enumerate(study.arms)
    ]
    return Front(study, measures, tuple(arms))


def _places(flags: Array) -> tuple[int, ...]:
    return tuple(place for place, flag in enumerate(flags) if flag)


def _change(study: FrontStudy, measure: Measure, arm: Runs, base: Runs) -> Change:
    found = change(measure, arm, base, study.confidence, len(study.arms) - 1)
    if found is None:
        raise UnknownMeasure(_WHICH.format(measure.name))
    return found


def _sure(
    study: FrontStudy, columns: Sequence[Sequence[tuple[float, ...] | None]], higher: Sequence[bool]
) -> list[Sure | None]:
    flat = [column for row in columns for column in row if column is not None]
    count = len(columns)
    if study.replications < 2 or len(flat) < count * len(higher):
        return [None] * count
    draws = believed(flat, study.seed, "front").reshape(DRAWS, count, len(higher))
    beaten, clear = np.zeros((count, count)), np.zeros(count)
    for start in range(0, DRAWS, _AT_ONCE):
        flags = beats(draws[start : start + _AT_ONCE], higher)
        beaten += flags.sum(axis=0)
        clear += (~flags.any(axis=1)).sum(axis=0)
    found: list[Sure | None] = []
    for place in range(count):
        low, high = wilson(float(clear[place]), DRAWS, study.confidence)
        shares = tuple(float(share) for share in beaten[:, place] / DRAWS)
        found.append(Sure(float(clear[place]) / DRAWS, low, high, shares))
    return found
