"""On which settings an outcome hangs: a tornado, elementary effects (Morris) or Sobol' indices.

Every point meets the same customers, so what differs between points is what the settings do. The outcome of a
replication at a point is the measure, or the change that a policy makes in it. A tornado moves one setting at a time to
its low and its high end; its intervals are those of the paired differences. The indices are those of the mean over the
replications, as a function of the settings; their intervals are those of the bootstrap over paths or points, and do not
hold what another set of customers would change: that is small where the same customers meet every point, and another
seed shows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from sim.core.measures import Measure
from sim.core.streams import brood, child, named, root_key, uniforms
from sim.experiment.conditions import Conditions
from sim.experiment.execution import Arm
from sim.experiment.measured import Array, MadeWhenAsked, Measured, chosen_measures, measured
from sim.experiment.sweep import dimension_from
from sim.files.asked import AskedStudy, head_from, head_of
from sim.files.dimensions import Dimension, Level, check_ends, check_points, scenario_at
from sim.files.problems import Place
from sim.files.sensitivity import Method, SensitivityStudy
from sim.files.sweeps import measures_of
from sim.mechanisms.interventions import PolicySettings
from sim.scenario import Scenario
from sim.stats import designs, indices
from sim.stats.indices import Indices
from sim.stats.intervals import mean_interval
from sim.stats.random_effects import Bounded

RESAMPLES = 1000
LOW, HIGH = "at_low", "at_high"
SHARES = ("first", "total")
RANKED = {"morris": ("mu_star",), "sobol": ("total",), "tornado": (LOW, HIGH)}
"""Method -> the indices by which settings are put in order."""


@dataclass(frozen=True)
class Sensitivity(AskedStudy):
    """What is to be run; size: paths or points of the method; policy: by name, where its change is asked of."""

    kind: ClassVar[str] = "sensitivity"

    scenario: Scenario
    method: Method
    dimensions: tuple[Dimension, ...]
    policy: tuple[str, PolicySettings] | None
    size: int
    measures: tuple[str, ...]

    @property
    def sides(self) -> int:
        """Arms of a point: the scenario, and with a policy the scenario with it."""
        return 1 if self.policy is None else 2

    @property
    def cells(self) -> int:
        """Replications in all."""
        return len(self.places) * self.sides * self.replications

    @property
    def places(self) -> list[tuple[float | None, ...]]:
        """Where each point lies in each range, as a share of it; None is the scenario as it is."""
        count = len(self.dimensions)
        if self.method == "tornado":
            ends = [(place, end) for place in range(count) for end in (0.0, 1.0)]
            return [
                (None,) * count,
                *(tuple(end if one == place else None for one in range(count)) for place, end in ends),
            ]
        points = self.cube.reshape(-1, count)
        return [tuple(float(share) for share in row) for row in points]

    @property
    def cube(self) -> Array:
        """The points of the method, path by path or matrix by matrix."""
        count = len(self.dimensions)
        if self.method == "morris":
            return indices.paths(self.uniforms("paths", self.size * 3 * count).reshape(self.size, 3, count))
        return indices.saltelli(designs.sobol(self.size, 2 * count, self.seed))

    def uniforms(self, name: str, count: int) -> Array:
        """So many uniforms that belong to the seed and a name."""
        key = child(root_key(self.seed, 0), named(f"sensitivity: {name}"))
        return uniforms(brood(key, 0, count), named(name))

    def levels(self, place: tuple[float | None, ...]) -> list[tuple[Dimension, Level]]:
        """The values at a point."""
        return [
            (one, one.as_it_is if share is None else one.at(share))
            for one, share in zip(self.dimensions, place, strict=True)
        ]

    def altered(self, replications: int | None = None, seed: int | None = None) -> Sensitivity:
        """The same with other replications or another seed, and so other points."""
        changed = super().altered(replications, seed)
        return changed if changed.seed == self.seed else checked_points(changed, {})

    def to_plain(self) -> dict[str, Any]:
        """As plain data, exact to the last bit."""
        return {
            **self.head(),
            "method": self.method,
            "size": self.size,
            "measures": list(self.measures),
            "settings": {one.name: one.given() for one in self.dimensions},
            "policies": {self.policy[0]: self.policy[1].model_dump(mode="json", by_alias=True)} if self.policy else {},
            "scenario": self.scenario.plain(),
        }

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Sensitivity:
        """The study that ``to_plain`` wrote; raises ExtensionProblem where others were in force then."""
        head = head_from(plain)
        scenario = Scenario.from_plain(plain["scenario"])
        policies = Scenario.from_plain(plain["scenario"] | {"policies": plain["policies"]}).policies
        return cls(
            **head,
            scenario=scenario,
            method=plain["method"],
            dimensions=tuple(
                dimension_from(scenario, {"name": name, "policy": False, "values": given})
                for name, given in plain["settings"].items()
            ),
            policy=next(iter(policies.items()), None),
            size=plain["size"],
            measures=tuple(plain["measures"]),
        )


def sensitivity_of_study(study: SensitivityStudy) -> Sensitivity:
    """What a study asks for, every point tried; raises FileProblem with the values of one that is no scenario."""
    said = study.settings
    found = Sensitivity(
        **head_of(said),
        scenario=study.scenario,
        method=said.method,
        dimensions=study.dimensions,
        policy=next(iter(said.policies.items()), None),
        size=said.paths or said.points or 1,
        measures=said.measures,
    )
    return checked_points(found, study.places)


def checked_points(study: Sensitivity, places: Mapping[str, Place]) -> Sensitivity:
    """The study, if every point of it is a scenario that its policy fits."""
    check_ends(study.dimensions, places, "settings")
    check_points(
        study.scenario,
        (study.levels(place) for place in study.places),
        [study.policy[1]] if study.policy else [],
        what="point",
        place=places.get("method", Place("")),
        key="method",
    )
    return study


@dataclass(frozen=True)
class Hangs:
    """On what a measure hangs, or the change that the policy makes in it; level: its mean at the scenario as it is."""

    measure: int
    level: Bounded
    indices: Indices


@dataclass(frozen=True)
class Sensed:
    """What a study of sensitivity found."""

    study: Sensitivity
    found: Measured
    answers: tuple[Hangs, ...]

    @property
    def measures(self) -> tuple[Measure, ...]:
        """What was measured."""
        return self.found.measures

    def order(self, one: Hangs) -> list[int]:
        """Places of the settings, the one on which most hangs first."""

        def size(place: int) -> float:
            ranked = [one.indices.by_name[name][place] for name in RANKED[self.study.method]]
            return max((abs(each.value) for each in ranked if each.value is not None), default=-1.0)

        return sorted(range(len(self.study.dimensions)), key=lambda place: -size(place))

    def values(self, measure: int) -> Array:
        """The outcome by point and replication: the measure, or what the policy changes in it."""
        values = self.found.values(measure)
        return values if self.study.sides == 1 else values[1::2] - values[::2]


def execute_sensitivity(study: Sensitivity, conditions: Conditions) -> Sensed:
    """Run a study and say on what its outcomes hang; raises as ``execution.observe``."""
    places = study.places

    def arm(number: int) -> Arm:
        point, side = divmod(number, study.sides)
        base = scenario_at(study.scenario, study.levels(places[point]))
        if side and study.policy:
            base = base.model_copy(update={"policies": {**base.policies, study.policy[0]: study.policy[1]}})
        return Arm(f"point {point + 1}{', with the policy' if side else ''}", "", base)

    found = measured(
        MadeWhenAsked(len(places) * study.sides, arm),
        chosen_measures(measures_of(study.scenario), study.measures),
        replications=study.replications,
        seed=study.seed,
        confidence=study.confidence,
        conditions=conditions,
    )
    whole = Sensed(study, found, ())
    return replace(whole, answers=tuple(_answers(whole)))


def _answers(whole: Sensed) -> Iterator[Hangs]:
    for place in range(len(whole.measures)):
        values = whole.values(place)
        if np.isfinite(values).all():
            level = mean_interval(values[0] if whole.study.method == "tornado" else values.mean(axis=0))
            yield Hangs(place, Bounded(level.value, level.low, level.high), _indices(whole.study, values))


def _indices(study: Sensitivity, values: Array) -> Indices:
    if study.method == "tornado":
        return _tornado(values, study.confidence)
    means, count = values.mean(axis=1), len(study.dimensions)
    draws = study.uniforms("bootstrap", RESAMPLES * study.size).reshape(RESAMPLES, study.size)
    if study.method == "sobol":
        return indices.sobol(means.reshape(count + 2, study.size), draws, study.confidence)
    effects = indices.elementary_effects(study.cube, means.reshape(study.size, count + 1))
    return indices.morris(effects, draws, study.confidence)


def _tornado(values: Array, confidence: float) -> Indices:
    """The change from the scenario as it is at the low and at the high end of every setting."""
    found: dict[str, list[Bounded]] = {LOW: [], HIGH: []}
    for point in range(1, len(values)):
        change = mean_interval(values[point] - values[0], confidence)
        found[LOW if point % 2 else HIGH].append(Bounded(change.value, change.low, change.high))
    return Indices({name: tuple(each) for name, each in found.items()})
