"""The best values of a few settings under constraints, found by paired evaluations and confirmed on fresh numbers.

The search compares points by their means over the same replications, with the same customers in each: so it optimises a
function, not noise (sample average approximation; Kim, Pasupathy and Henderson, 2015). Whatever is chosen because its
mean is best looks better than it is. So the chosen point, and the scenario as it is, are run again with random numbers
that the search has not seen, and only those say how good it is and whether the constraints hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

from sim.core.measures import Measure
from sim.experiment.conditions import Conditions
from sim.experiment.estimates import Change, change, level
from sim.experiment.execution import Arm
from sim.experiment.measured import Measured, measured
from sim.experiment.sweep import dimension_from
from sim.files.asked import AskedStudy, head_from, head_of
from sim.files.dimensions import Dimension, Level, scenario_at
from sim.files.optimises import Constraint, OptimiseStudy
from sim.files.shorthand import Unclear
from sim.files.sweeps import measures_of
from sim.scenario import Scenario
from sim.stats.intervals import Estimate
from sim.stats.search import Point, Worth, search

Held = Literal["holds", "cannot tell", "does not hold"]
_FRESH = 1_000_003
"""Added to the seed for the numbers of the confirmation."""


@dataclass(frozen=True)
class Optimise(AskedStudy):
    """What is to be found; highest: whether the objective is to be as high as possible."""

    kind: ClassVar[str] = "optimise"

    scenario: Scenario
    dimensions: tuple[Dimension, ...]
    measure: str
    highest: bool
    constraints: tuple[Constraint, ...]
    evaluations: int
    confirm: int

    @property
    def cells(self) -> int:
        """Replications in all, if every point is another."""
        return self.evaluations * self.replications + 2 * self.confirm

    @property
    def fresh(self) -> int:
        """The seed of the confirmation."""
        return (self.seed + _FRESH) % 2**63

    def levels_at(self, point: Point) -> tuple[Level, ...]:
        """The level of each dimension at a point of the unit cube."""
        return tuple(one.at(share) for one, share in zip(self.dimensions, point, strict=True))

    def arm(self, name: str, levels: Sequence[Level]) -> Arm:
        """The arm of some levels; raises Unclear where they do not go together."""
        title = ", ".join(f"{one.name} {each.label}" for one, each in zip(self.dimensions, levels, strict=True))
        return Arm(name, title, scenario_at(self.scenario, list(zip(self.dimensions, levels, strict=True))))

    def to_plain(self) -> dict[str, Any]:
        """As plain data, exact to the last bit."""
        return {
            **self.head(),
            "objective": {"measure": self.measure, "highest": self.highest},
            "constraints": [
                {"measure": one.measure, "least": one.least, "bound": one.bound} for one in self.constraints
            ],
            "evaluations": self.evaluations,
            "confirm": self.confirm,
            "dimensions": [{"name": one.name, "policy": one.policy, "values": one.given()} for one in self.dimensions],
            "scenario": self.scenario.plain(),
        }

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Optimise:
        """The search that ``to_plain`` wrote; raises ExtensionProblem where others were in force then."""
        head = head_from(plain)
        scenario = Scenario.from_plain(plain["scenario"])
        return cls(
            **head,
            scenario=scenario,
            dimensions=tuple(dimension_from(scenario, one) for one in plain["dimensions"]),
            measure=plain["objective"]["measure"],
            highest=plain["objective"]["highest"],
            constraints=tuple(Constraint(**one) for one in plain["constraints"]),
            evaluations=plain["evaluations"],
            confirm=plain["confirm"],
        )


def optimise_of_study(study: OptimiseStudy) -> Optimise:
    """The search of a study."""
    said = study.settings
    return Optimise(
        **head_of(said),
        scenario=study.scenario,
        dimensions=study.dimensions,
        measure=said.objective.measure,
        highest=said.objective.aim == "highest",
        constraints=study.constraints,
        evaluations=said.evaluations,
        confirm=said.confirm,
    )


@dataclass(frozen=True)
class Tried:
    """A point that was tried: its levels, the means of the measures of the search in their order, and its worth."""

    levels: tuple[Level, ...]
    means: tuple[float | None, ...]
    worth: Worth


@dataclass(frozen=True)
class Checked:
    """What the confirmation says of a constraint: of the level, or of the change where the baseline is the bound."""

    constraint: Constraint
    estimate: Estimate | None
    held: Held


@dataclass(frozen=True)
class Optimum:
    """What a search found.

    measures: the objective, then those of the constraints; tried: every point once, in the order tried, the first is
    the scenario as it is if that lies in the ranges; best: the place of the chosen one, None where none keeps all
    constraints; as_it_is: the worth of the scenario as it is. change: of the objective, chosen minus the scenario as it
    is, on fresh numbers; reached: its level.
    """

    plan: Optimise
    measures: tuple[Measure, ...]
    tried: tuple[Tried, ...]
    best: int | None
    as_it_is: Worth
    reached: Estimate | None = None
    change: Change | None = None
    checked: tuple[Checked, ...] = ()


def execute(plan: Optimise, conditions: Conditions) -> Optimum:
    """Search, then confirm; raises as ``execution.observe``."""
    every = measures_of(plan.scenario)
    names = tuple(dict.fromkeys((plan.measure, *(one.measure for one in plan.constraints))))
    measures = tuple(one for name in names for one in every if one.name == name)
    finder = _Finder(plan, measures, conditions)
    search(finder.evaluate, len(plan.dimensions), plan.evaluations, plan.seed, finder.start)
    tried = tuple(finder.tried.values())
    places = [place for place, one in enumerate(tried) if one.worth.broken <= 0.0]
    if not places:
        return Optimum(plan, measures, tried, None, finder.as_it_is)
    best = min(places, key=lambda place: tried[place].worth.objective)
    return _confirmed(Optimum(plan, measures, tried, best, finder.as_it_is), conditions)


class _Finder:
    """Points tried so far, by the values of their levels."""

    def __init__(self, plan: Optimise, measures: tuple[Measure, ...], conditions: Conditions) -> None:
        self.plan, self.measures, self.conditions = plan, measures, conditions
        self.tried: dict[tuple[Any, ...], Tried] = {}
        self.base = self._means([Arm("as it is", "as it is", plan.scenario)])[0]
        self.as_it_is = self._worth(self.base)

    @property
    def start(self) -> Point:
        """The scenario as it is, or the nearest point to it."""
        return tuple(_share(one) for one in self.plan.dimensions)

    def evaluate(self, points: Sequence[Point]) -> list[Worth]:
        """The worth of points; those not tried yet are simulated together."""
        rows = [self.plan.levels_at(point) for point in points]
        keys = [tuple(level.value for level in row) for row in rows]
        new = {key: row for key, row in zip(keys, rows, strict=True) if key not in self.tried}
        arms: dict[tuple[Any, ...], Arm] = {}
        for key, row in new.items():
            try:
                arms[key] = self.plan.arm(f"point {len(self.tried) + len(arms) + 1}", row)
            except Unclear:
                self.tried[key] = Tried(row, (None,) * len(self.measures), Worth(0.0, float("inf")))
        for key, means in zip(arms, self._means(list(arms.values())), strict=True):
            self.tried[key] = Tried(new[key], means, self._worth(means))
        return [self.tried[key].worth for key in keys]

    def _means(self, arms: Sequence[Arm]) -> list[tuple[float | None, ...]]:
        if not arms:
            return []
        plan = self.plan
        found: Measured = measured(
            arms, self.measures, replications=plan.replications, seed=plan.seed, confidence=plan.confidence,
            conditions=self.conditions,
        )  # fmt: skip
        return [tuple(found.mean(one, [arm]) for one in range(len(self.measures))) for arm in range(len(arms))]

    def _worth(self, means: Sequence[float | None]) -> Worth:
        """Less is better; breaches are added up, each in units of its bound."""
        value = dict(zip((one.name for one in self.measures), means, strict=True))
        theirs = dict(zip((one.name for one in self.measures), self.base, strict=True))
        objective = value[self.plan.measure]
        if objective is None:
            return Worth(0.0, float("inf"))
        broken = 0.0
        for one in self.plan.constraints:
            mine, bound = value[one.measure], one.bound if one.bound is not None else theirs[one.measure]
            if mine is None or bound is None:
                return Worth(0.0, float("inf"))
            broken += max(bound - mine if one.least else mine - bound, 0.0) / (abs(bound) or 1.0)
        return Worth(-objective if self.plan.highest else objective, broken)


def _share(dimension: Dimension) -> float:
    """Where the setting as it is stands between the ends, or in the list; the middle where it cannot be said."""
    number = dimension.as_it_is.number
    if dimension.ends is None:
        place = next((place for place, one in enumerate(dimension.levels) if dimension.same(one)), None)
        return 0.5 if place is None else (place + 0.5) / len(dimension.levels)
    low, high = (end.number for end in dimension.ends)
    if number is None or low is None or high is None:
        return 0.5
    return min(max((number - low) / (high - low), 0.0), 1.0)


def _confirmed(found: Optimum, conditions: Conditions) -> Optimum:
    plan = found.plan
    assert found.best is not None
    base = Arm("as it is", "as it is", plan.scenario)
    chosen = plan.arm("chosen", found.tried[found.best].levels)
    runs = conditions.simulate([base, chosen], plan.confirm, plan.fresh)
    ours, theirs = runs[chosen.name], runs[base.name]
    checked = []
    for one in plan.constraints:
        measure = next(each for each in found.measures if each.name == one.measure)
        if one.bound is None:
            moved = change(measure, ours, theirs, plan.confidence)
            estimate = moved.estimate if moved is not None else None
        else:
            estimate = level(measure, ours, plan.confidence)
        checked.append(Checked(one, estimate, held(one, estimate)))
    return replace(
        found,
        reached=level(found.measures[0], ours, plan.confidence),
        change=change(found.measures[0], ours, theirs, plan.confidence),
        checked=tuple(checked),
    )


def held(constraint: Constraint, estimate: Estimate | None) -> Held:
    """Whether a constraint holds by the interval of the level, or of the change from the baseline."""
    bound = constraint.bound or 0.0
    if estimate is None or estimate.low is None or estimate.high is None:
        return "cannot tell"
    low, high = (estimate.low, estimate.high) if constraint.least else (-estimate.high, -estimate.low)
    bound = bound if constraint.least else -bound
    return "holds" if low >= bound else "does not hold" if high < bound else "cannot tell"
