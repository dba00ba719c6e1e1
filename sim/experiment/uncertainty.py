"""Input uncertainty: what is not known well is drawn, and what that does is told apart from chance.

Two levels: so many draws of all uncertain numbers together, and for each draw so many replications, which no other draw
has. Within a draw every policy meets the same customers. So the paired differences of a policy fall into groups, and
the one-way analysis of variance with random effects (``sim.stats.random_effects``) tells the variance that the inputs
make from that of chance. A draw is a function of the seed, its number and the name of the setting: more draws leave the
first ones as they are, and another uncertain number moves no other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from sim.core.measures import Measure
from sim.core.streams import child, named, root_key, uniform
from sim.experiment.conditions import Conditions
from sim.experiment.execution import Arm
from sim.experiment.measured import Array, MadeWhenAsked, Measured, chosen_measures, measured
from sim.files.asked import AskedStudy, head_from, head_of
from sim.files.dimensions import Dimension, Level, check_ends, check_points, scenario_at
from sim.files.problems import Place
from sim.files.studies import BASELINE
from sim.files.sweeps import measures_of
from sim.files.uncertainty import Uncertain, UncertaintyStudy, given_plain, uncertain_from
from sim.mechanisms.interventions import PolicySettings
from sim.scenario import Scenario
from sim.stats.random_effects import Bounded, Components, components, share_above
from sim.stats.ranks import Hanging, hanging

_STREAM = "draws of uncertain numbers"


@dataclass(frozen=True)
class Uncertainty(AskedStudy):
    """What is to be run: ``replications`` for each of so many draws, in the baseline and under each policy."""

    kind: ClassVar[str] = "uncertainty"

    scenario: Scenario
    uncertain: tuple[Uncertain, ...]
    policies: Mapping[str, PolicySettings]
    draws: int
    measures: tuple[str, ...]

    @property
    def arms(self) -> tuple[str, ...]:
        """The baseline, then the policies."""
        return (BASELINE, *self.policies)

    @property
    def cells(self) -> int:
        """Replications in all."""
        return self.draws * self.replications * len(self.arms)

    def title_of(self, arm: str) -> str:
        """The title of an arm."""
        return "The scenario as it is" if arm == BASELINE else self.policies[arm].title

    def drawn(self, draw: int) -> tuple[Level, ...]:
        """The values of all uncertain numbers in a draw, from 0."""
        key = child(child(root_key(self.seed, 0), named(_STREAM)), draw)
        return tuple(one.at(uniform(key, named(one.name))) for one in self.uncertain)

    def levels(self, draw: int) -> list[tuple[Dimension, Level]]:
        """The same, each with what it is a value of."""
        return [(one.dimension, level) for one, level in zip(self.uncertain, self.drawn(draw), strict=True)]

    def base_of(self, draw: int) -> Scenario:
        """The scenario of a draw without policies; raises Unclear where it is none."""
        return scenario_at(self.scenario, self.levels(draw))

    def arm_of(self, place: int) -> Arm:
        """The arm at a place: all arms of the first draw, then of the second, and so on."""
        draw, number = divmod(place, len(self.arms))
        base, name = self.base_of(draw), self.arms[number]
        if name != BASELINE:
            base = base.model_copy(update={"policies": {**base.policies, name: self.policies[name]}})
        return Arm(f"{name}, draw {draw + 1}", name, base, first=draw * self.replications + 1)

    def altered(self, replications: int | None = None, seed: int | None = None) -> Uncertainty:
        """The same with other replications of each draw, or another seed and so other draws."""
        changed = super().altered(replications, seed)
        return changed if changed.seed == self.seed else checked_draws(changed, {})

    def to_plain(self) -> dict[str, Any]:
        """As plain data, exact to the last bit."""
        return {
            **self.head(),
            "draws": self.draws,
            "measures": list(self.measures),
            "uncertain": {one.name: given_plain(one) for one in self.uncertain},
            "policies": {name: one.model_dump(mode="json", by_alias=True) for name, one in self.policies.items()},
            "scenario": self.scenario.plain(),
        }

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Uncertainty:
        """The study that ``to_plain`` wrote; raises ExtensionProblem where others were in force then."""
        head = head_from(plain)
        scenario = Scenario.from_plain(plain["scenario"])
        whole = Scenario.from_plain(plain["scenario"] | {"policies": plain["policies"]})
        return cls(
            **head,
            scenario=scenario,
            uncertain=tuple(uncertain_from(scenario, name, one) for name, one in plain["uncertain"].items()),
            policies=dict(whole.policies),
            draws=plain["draws"],
            measures=tuple(plain["measures"]),
        )


def uncertainty_of_study(study: UncertaintyStudy) -> Uncertainty:
    """What a study asks for, every draw tried; raises FileProblem with the values of the first that is no scenario."""
    said = study.settings
    found = Uncertainty(
        **head_of(said),
        scenario=study.scenario,
        uncertain=study.uncertain,
        policies=study.policies,
        draws=said.draws,
        measures=said.measures,
    )
    return checked_draws(found, study.places)


def checked_draws(study: Uncertainty, places: Mapping[str, Place]) -> Uncertainty:
    """The study, if every draw of it is a scenario that its policies fit."""
    check_ends([one.dimension for one in study.uncertain], places, "uncertain")
    check_points(
        study.scenario,
        (study.levels(draw) for draw in range(study.draws)),
        list(study.policies.values()),
        what="draw",
        place=places.get("draws", Place("")),
        key="draws",
    )
    return study


@dataclass(frozen=True)
class Answer:
    """What is known of a measure under uncertainty: of the change that a policy makes, or of the level of the baseline.

    in_a_run: probability that the change is for the better in one run, over inputs and chance; on_average: that the
    expected change is, over inputs. None where no direction is better; on_average too where the variance that the
    inputs make cannot be told from none. hanging: on which numbers it hangs.
    """

    arm: str
    measure: int
    parts: Components
    in_a_run: Bounded | None
    on_average: Bounded | None
    hanging: Hanging | None


@dataclass(frozen=True)
class UnderUncertainty:
    """What a study of uncertainty found."""

    study: Uncertainty
    found: Measured
    answers: tuple[Answer, ...]

    @property
    def measures(self) -> tuple[Measure, ...]:
        """What was measured."""
        return self.found.measures

    @cached_property
    def inputs(self) -> Array:
        """The drawn values by draw and uncertain number; of words their place in the list."""
        return inputs_of(self.study)

    def values(self, arm: str, measure: int) -> Array:
        """Values by draw and replication."""
        step = len(self.study.arms)
        found: Array = self.found.values(measure)[self.study.arms.index(arm) :: step]
        return found

    def changes(self, arm: str, measure: int) -> Array:
        """Paired differences from the baseline by draw and replication; of the baseline itself its values."""
        ours = self.values(arm, measure)
        return ours if arm == BASELINE else ours - self.values(BASELINE, measure)


def inputs_of(study: Uncertainty) -> Array:
    """The drawn values as numbers, by draw and uncertain number."""
    return np.array(
        [
            [_number(one, level) for one, level in zip(study.uncertain, study.drawn(draw), strict=True)]
            for draw in range(study.draws)
        ]
    )


def _number(one: Uncertain, level: Level) -> float:
    if level.number is not None:
        return level.number
    return float(next(place for place, each in enumerate(one.dimension.levels) if each.value == level.value))


def execute_uncertainty(study: Uncertainty, conditions: Conditions) -> UnderUncertainty:
    """Run a study and take its answers apart; raises as ``execution.observe``."""
    arms = MadeWhenAsked(study.draws * len(study.arms), study.arm_of)
    found = measured(
        arms,
        chosen_measures(measures_of(study.scenario), study.measures),
        replications=study.replications,
        seed=study.seed,
        confidence=study.confidence,
        conditions=conditions,
    )
    whole = UnderUncertainty(study, found, ())
    return replace(whole, answers=tuple(_answers(whole)))


def _answers(whole: UnderUncertainty) -> Iterator[Answer]:
    study = whole.study
    arms = study.arms[1:] or study.arms
    for arm in arms:
        for place, measure in enumerate(whole.measures):
            changes = whole.changes(arm, place)
            if not np.isfinite(changes).all():
                continue
            parts = components(changes, study.confidence)
            in_a_run = on_average = None
            if measure.better != "neither" and arm != BASELINE:
                sign = 1.0 if measure.better == "higher" else -1.0
                in_a_run = share_above(sign * changes, study.draws, study.confidence)
                if parts.between.low:  # else nothing is known of how expected values differ, nor of their sign
                    on_average = share_above(sign * parts.groups, study.draws, study.confidence)
            hangs = hanging(whole.inputs, changes.mean(axis=1), study.confidence)
            yield Answer(arm, place, parts, in_a_run, on_average, hangs)
