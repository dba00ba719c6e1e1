"""As many replications as the precision asks for, and no more than the ceiling allows.

After a first set of replications the number that each half-width needs is foreseen, n (h / asked)^2, and run; then
again, until every half-width is met (Law 2015, Simulation Modeling and Analysis, 9.4.1). An interval whose length
decided when to stop covers a little less often than it says: docs/precision.md says how much.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sim.experiment.comparison import Result, execute
from sim.experiment.crews import Workers
from sim.experiment.execution import Watch
from sim.experiment.plan import Plan
from sim.experiment.pool import Progress
from sim.experiment.store import Memory, Store
from sim.files.goals import Goal
from sim.stats.intervals import Estimate

_FEWEST = 2
_LARGEST_STEP = 4
"""The variance of a few replications is itself uncertain: no step takes more than so many times what was known."""


@dataclass(frozen=True)
class Reached:
    """What became of a goal in one arm: of the change it makes, or in a run of the level.

    asked, half_width: in the unit of the measure; None where nothing can be estimated. foreseen: replications that the
    goal takes by the last estimate.
    """

    goal: Goal
    arm: str
    asked: float | None
    half_width: float | None
    foreseen: int | None

    @property
    def met(self) -> bool:
        """Whether the half-width is what was asked, or less."""
        return self.asked is not None and self.half_width is not None and self.half_width <= self.asked


def execute_precisely(
    plan: Plan,
    workers: Workers = None,
    progress: Progress | None = None,
    store: Store | Memory | None = None,
    watch: Watch | None = None,
) -> Result:
    """Run a plan with as many replications as its precision takes, from ``plan.replications`` up to ``plan.most``.

    The result's plan says how many there were, ``result.precision`` what became of each goal. Raises as ``execute``.
    """
    if not plan.precision:
        return execute(plan, workers, progress, store, watch)
    kept = store if store is not None else Memory()
    count = max(plan.replications, _FEWEST)
    while True:
        result = execute(plan.altered(count), workers, progress, kept, watch)
        result = replace(result, precision=reached(result))
        following = _following(count, plan.most, result.precision)
        if following == count:
            return result
        count = following


def reached(result: Result) -> tuple[Reached, ...]:
    """What became of every goal of a plan in every arm with a policy, or in the only one."""
    return tuple(each for goal in result.plan.precision for each in _of_goal(result, goal))


def _of_goal(result: Result, goal: Goal) -> Iterator[Reached]:
    row = result.row(goal.measure)
    if row is None:
        return
    base = row.baseline
    asked: float | None = goal.half_width
    if goal.relative:
        asked = abs(base.value) * goal.half_width if base is not None and base.value else None
    if not result.policies:
        yield _reached(goal, result.plan.baseline.name, asked, base)
    for arm in result.policies:
        change = row.changes[arm.name]
        yield _reached(goal, arm.name, asked, change.estimate if change is not None else None)


def _reached(goal: Goal, arm: str, asked: float | None, estimate: Estimate | None) -> Reached:
    half_width = estimate.half_width if estimate is not None else None
    foreseen = None
    if asked and half_width is not None and estimate is not None:
        foreseen = max(_FEWEST, math.ceil(estimate.n * (half_width / asked) ** 2))
    return Reached(goal, arm, asked, half_width, foreseen)


def _following(count: int, most: int, found: tuple[Reached, ...]) -> int:
    """How many replications to have next; as many as before where all is met, or more would not help."""
    foreseen = [each.foreseen for each in found if not each.met and each.foreseen is not None]
    if not foreseen or count >= most:
        return count
    return min(most, max(count + 1, min(max(foreseen), _LARGEST_STEP * count)))
