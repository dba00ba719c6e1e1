"""A sweep: a scenario at the points of a design, every point with the same customers, and what each dimension does.

In a grid the effect of a value is its mean over all other dimensions, minus that of the reference value, replication by
replication; one at a time, the difference from the scenario as it is. Over drawn points it is the slope of a straight
fit from one end of the dimension to the other, with the other dimensions in the fit, one fit for each replication; how
much of the differences between points the fit explains is told, and its interval is wider by what the fit leaves over,
so that bends and pairs do not pass for slopes. Intervals are those of Student's t over replications (Law, 2015,
Simulation Modeling and Analysis, 12.2, treats designs of simulations replicated in this way). Each holds by itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from sim.core.measures import Measure
from sim.experiment.conditions import Conditions
from sim.experiment.estimates import Verdict, verdict
from sim.experiment.execution import Arm
from sim.experiment.measured import Array, MadeWhenAsked, Measured, chosen_measures, measured
from sim.files.asked import AskedStudy, head_from, head_of
from sim.files.dimensions import Dimension, Level, RangeSettings, dimension_of, refusal, scenario_at
from sim.files.problems import FileProblem, Place, Problem
from sim.files.shorthand import Unclear
from sim.files.sweeps import DRAWN, Design, SweepStudy, measures_of
from sim.scenario import Scenario
from sim.stats import designs, fits
from sim.stats.intervals import Estimate, bonferroni, mean_interval

MOST_POINTS = 100_000
FITTED = "slope of a straight fit, Student t over replications and over points"
Point = tuple[Level, ...]


@dataclass(frozen=True)
class Sweep(AskedStudy):
    """What is to be run; points: a level of each dimension. drawn: how many points a drawn design has."""

    kind: ClassVar[str] = "sweep"

    scenario: Scenario
    design: Design
    dimensions: tuple[Dimension, ...]
    points: tuple[Point, ...]
    measures: tuple[str, ...]
    drawn: int | None = None

    @property
    def cells(self) -> int:
        """Replications in all."""
        return len(self.points) * self.replications

    def scenario_of(self, point: int) -> Scenario:
        """The scenario at a point; raises Unclear where it is none."""
        return scenario_at(self.scenario, list(zip(self.dimensions, self.points[point], strict=True)))

    def label_of(self, point: int) -> str:
        """The values of a point in words."""
        pairs = zip(self.dimensions, self.points[point], strict=True)
        return ", ".join(f"{dimension.name} {level.label}" for dimension, level in pairs if level.value is not None)

    def altered(self, replications: int | None = None, seed: int | None = None) -> Sweep:
        """The same with other replications or another seed, of which drawn points are drawn anew."""
        changed = replace(self, replications=self.replications if replications is None else replications)
        if seed is None or seed == self.seed:
            return changed
        points = points_of(self.design, self.dimensions, self.drawn, seed) if self.design in DRAWN else self.points
        changed = replace(changed, seed=seed, points=points)
        return checked(changed, {}) if self.design in DRAWN else changed

    def to_plain(self) -> dict[str, Any]:
        """As plain data, exact to the last bit."""
        return {
            **self.head(),
            "measures": list(self.measures),
            "design": self.design,
            "drawn": self.drawn,
            "dimensions": [{"name": one.name, "policy": one.policy, "values": one.given()} for one in self.dimensions],
            "points": [[level.value for level in point] for point in self.points],
            "scenario": self.scenario.plain(),
        }

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Sweep:
        """The sweep that ``to_plain`` wrote; raises ExtensionProblem where others were in force then."""
        head = head_from(plain)
        scenario = Scenario.from_plain(plain["scenario"])
        dimensions = tuple(dimension_from(scenario, one) for one in plain["dimensions"])
        return cls(
            **head,
            scenario=scenario,
            design=plain["design"],
            dimensions=dimensions,
            points=tuple(
                tuple(one.level(value) for one, value in zip(dimensions, row, strict=True)) for row in plain["points"]
            ),
            measures=tuple(plain["measures"]),
            drawn=plain["drawn"],
        )


def dimension_from(scenario: Scenario, plain: dict[str, Any]) -> Dimension:
    """The dimension that stands in a plan."""
    given = plain["values"]
    if isinstance(given, dict):
        given = RangeSettings.model_validate(given)
    return dimension_of(scenario, plain["name"], given, plain["policy"])


def sweep_of_study(study: SweepStudy) -> Sweep:
    """The sweep of a study, every point tried; raises FileProblem with the values of the first that is no scenario."""
    said = study.settings
    return checked(
        Sweep(
            **head_of(said),
            scenario=study.scenario,
            design=said.design,
            dimensions=study.dimensions,
            points=points_of(said.design, study.dimensions, said.points, said.seed),
            measures=said.measures,
            drawn=said.points,
        ),
        study.places,
    )


def points_of(design: Design, dimensions: Sequence[Dimension], drawn: int | None, seed: int) -> tuple[Point, ...]:
    """The points of a design."""
    counts = [len(one.levels) for one in dimensions]
    if design in DRAWN:
        make = designs.sobol if design == "sobol" else designs.latin_hypercube
        cube = make(drawn or 1, len(dimensions), seed)
        return tuple(tuple(one.at(float(share)) for one, share in zip(dimensions, row, strict=True)) for row in cube)
    if design == "list":
        return tuple(zip(*(one.levels for one in dimensions), strict=True))
    if design == "one_at_a_time":
        rows = designs.one_at_a_time(counts)
        points = (tuple(_level(one, place) for one, place in zip(dimensions, row, strict=True)) for row in rows)
        return tuple(point for number, point in enumerate(points) if number == 0 or not _unmoved(dimensions, point))
    combined = designs.grid(counts)
    return tuple(tuple(_level(one, place) for one, place in zip(dimensions, row, strict=True)) for row in combined)


def _level(dimension: Dimension, place: int | None) -> Level:
    return dimension.as_it_is if place is None else dimension.levels[place]


def _unmoved(dimensions: Sequence[Dimension], point: Point) -> bool:
    return all(level.value is None or dimension.same(level) for dimension, level in zip(dimensions, point, strict=True))


def checked(sweep: Sweep, places: Mapping[str, Place]) -> Sweep:
    """The sweep, if every point of it is a scenario; raises FileProblem with the values of one that is none.

    places: of dimensions by name, and of ``design``.
    """
    count = len(sweep.points)
    design = places.get("design", Place(""))
    if count > MOST_POINTS:
        raise FileProblem([design.problem(f"has {count:,} points; at most {MOST_POINTS:,} are run", "design")])
    for point in range(count):
        try:
            sweep.scenario_of(point)
        except Unclear as problem:
            raise FileProblem([_refused(sweep, point, problem, places)]) from None
    return sweep


def _refused(sweep: Sweep, point: int, problem: Unclear, places: Mapping[str, Place]) -> Problem:
    """What is wrong with a point: a value by itself, or the values together."""
    for dimension, level in zip(sweep.dimensions, sweep.points[point], strict=True):
        if alone := refusal(dimension, level):
            alone = f": {alone} (point {point + 1} of {len(sweep.points)}: {sweep.label_of(point)})"
            return places.get(dimension.name, Place("")).problem(alone, dimension.name)
    words = f": point {point + 1} of {len(sweep.points)} ({sweep.label_of(point)}) is no scenario: {problem}"
    return places.get("design", Place("")).problem(words, "design")


@dataclass(frozen=True)
class Effect:
    """What a value of a dimension does to a measure, compared with another value; or over a range, from end to end."""

    dimension: Dimension
    level: Level
    against: Level
    measure: int
    mean: Estimate | None
    change: Estimate
    verdict: Verdict


@dataclass(frozen=True)
class Swept:
    """What a sweep found; reference: the place of the point that the others are compared with."""

    sweep: Sweep
    found: Measured
    reference: int
    effects: tuple[Effect, ...]
    explained: tuple[float | None, ...]

    @property
    def measures(self) -> tuple[Measure, ...]:
        """What was measured at every point."""
        return self.found.measures

    def compared(self, point: int, measure: int) -> Estimate | None:
        """A point minus the reference."""
        return self.found.difference(measure, [point], [self.reference])

    def best(self, measure: int) -> tuple[int, tuple[int, ...]] | None:
        """The point with the best mean, and those that cannot be told from it.

        Paired differences of all points from the best, their intervals together at the confidence of the study
        (Bonferroni). The best mean of many is a little too good, since chance had a part in choosing it.
        """
        if self.measures[measure].better == "neither" or self.found.points < 2:
            return None
        means = [self.found.mean(measure, [point]) for point in range(self.found.points)]
        if any(mean is None for mean in means):
            return None
        sign = 1.0 if self.measures[measure].better == "higher" else -1.0
        first = max(range(len(means)), key=lambda point: sign * (means[point] or 0.0))
        together = bonferroni(self.found.confidence, self.found.points - 1)
        rest = (point for point in range(self.found.points) if point != first)
        alike = tuple(
            point
            for point in rest
            if (one := self.found.difference(measure, [point], [first], together)) is None or not one.excludes_zero
        )
        return first, alike


def execute_sweep(sweep: Sweep, conditions: Conditions) -> Swept:
    """Run a sweep and estimate what each dimension does; raises as ``execution.observe``."""
    measures = chosen_measures(measures_of(sweep.scenario), sweep.measures)

    def arm(point: int) -> Arm:
        return Arm(f"point {point + 1}", sweep.label_of(point), sweep.scenario_of(point))

    arms = MadeWhenAsked(len(sweep.points), arm)
    found = measured(
        arms,
        measures,
        replications=sweep.replications,
        seed=sweep.seed,
        confidence=sweep.confidence,
        conditions=conditions,
    )
    drawn = sweep.design in DRAWN and len(sweep.points) > len(sweep.dimensions) + 1
    numbers = range(len(measures))
    effects = [effect for one in numbers for effect in _effects(sweep, found, one)]
    explained = tuple(fits.share_explained(places(sweep), _means(found, one)) if drawn else None for one in numbers)
    return Swept(sweep, found, _reference(sweep), tuple(effects), explained)


def _reference(sweep: Sweep) -> int:
    """The point at which nothing is changed, else the first."""
    if sweep.design in DRAWN:
        return 0
    same = [{None, *(level.value for level in one.levels if one.same(level))} for one in sweep.dimensions]
    return next(
        (
            place
            for place, point in enumerate(sweep.points)
            if all(level.value in found for level, found in zip(point, same, strict=True))
        ),
        0,
    )


def _effects(sweep: Sweep, found: Measured, measure: int) -> Iterator[Effect]:
    if sweep.design == "list":
        return
    if sweep.design in DRAWN:
        yield from _fitted(sweep, found, measure)
        return
    for place, dimension in enumerate(sweep.dimensions):
        alone = sweep.design == "one_at_a_time"
        against = dimension.as_it_is if alone else dimension.reference()
        base = _with_level(sweep, place, against)
        base = [0] if alone else base
        for level in dimension.levels:
            points = _with_level(sweep, place, level)
            if level.value == against.value or not points:
                continue
            change = found.difference(measure, points, base)
            if change is not None:
                yield Effect(dimension, level, against, measure, found.level(measure, points), change, verdict(change))


def _with_level(sweep: Sweep, place: int, level: Level) -> list[int]:
    return [number for number, point in enumerate(sweep.points) if point[place].value == level.value]


def _widened(slope: Estimate, other: float) -> Estimate:
    """The half-width over replications and that over points together, as independent ones add up."""
    if slope.half_width is None or not np.isfinite(other):
        return replace(slope, half_width=None, method=FITTED)
    return replace(slope, half_width=math.hypot(slope.half_width, other), method=FITTED)


def places(sweep: Sweep) -> Array:
    """Where each point lies in each dimension that is a range, as a share of it; words and lists by their place."""
    return np.array(
        [[_share(one, level) for one, level in zip(sweep.dimensions, point, strict=True)] for point in sweep.points]
    )


def _share(dimension: Dimension, level: Level) -> float:
    if dimension.ends is None:
        place = next(place for place, one in enumerate(dimension.levels) if one.value == level.value)
        return place / max(1, len(dimension.levels) - 1)
    low, high = dimension.ends[0].number or 0.0, dimension.ends[1].number or 0.0
    return ((level.number or 0.0) - low) / (high - low)


def _means(found: Measured, measure: int) -> Array:
    return np.array([found.mean(measure, [point]) or 0.0 for point in range(found.points)])


def _fitted(sweep: Sweep, found: Measured, measure: int) -> Iterator[Effect]:
    values = found.values(measure)
    if len(sweep.points) <= len(sweep.dimensions) + 1 or not np.isfinite(values).all():
        return
    where = places(sweep)
    slopes = fits.slopes(where, values)
    others = fits.slope_half_widths(where, values.mean(axis=1), found.confidence)
    for place, dimension in enumerate(sweep.dimensions):
        change = _widened(mean_interval(slopes[:, place], found.confidence), float(others[place]))
        low, high = dimension.ends or (dimension.levels[0], dimension.levels[-1])
        yield Effect(dimension, high, low, measure, None, change, verdict(change))
