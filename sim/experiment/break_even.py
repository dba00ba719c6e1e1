"""Break-even: the value of a setting at which a policy is worth no more than doing without it.

At each value the arm with the policy is paired with the arm without; the values are chosen by ``sim.stats.crossing``.
Cases, such as several price sensitivities, are worked through one after the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sim.core.measures import Measure
from sim.core.observations import Observations
from sim.experiment.comparison import UnknownMeasure
from sim.experiment.conditions import Conditions
from sim.experiment.estimates import change
from sim.experiment.execution import Arm
from sim.experiment.store import Memory
from sim.files.break_even_study import EXAMINED, BreakEvenStudy, Case
from sim.mechanisms.interventions import PolicySettings
from sim.stats.crossing import Curve, curve
from sim.stats.intervals import Estimate

Runs = Mapping[str, tuple[Observations, ...]]
GRID = 7
"""Values at which the whole range is looked at first."""


@dataclass(frozen=True)
class BreakEven:
    """What was found: the curve of the difference, with its crossings, of every case in order."""

    study: BreakEvenStudy
    measure: Measure
    curves: tuple[Curve, ...]


def execute(study: BreakEvenStudy, conditions: Conditions) -> BreakEven:
    """Find every crossing; raises UnknownMeasure where there is nothing to compare, else as ``simulate``."""
    from sim.model import measures  # noqa: PLC0415 - SimPy is not needed to look at a finished result

    measure = next(one for one in measures(study.scenario) if one.name == study.measure)
    kept = conditions.store if conditions.store is not None else Memory()
    conditions = replace(conditions, store=kept)
    curves = tuple(_of_case(study, case, measure, conditions) for case in study.cases)
    return BreakEven(study, measure, curves)


def arms_of(study: BreakEvenStudy, case: Case, value: float) -> tuple[Arm, Arm]:
    """The arm with the policy and the one without, at a value."""
    scenario, changes = case.scenario, dict(study.policy.changes) if study.policy else {}
    if study.of_policy:
        changes |= study.varied.changes(value)
    else:
        varied = study.varied.changes(value).items()
        scenario = scenario.with_changes([(path, one, 1.0) for path, one in varied])
    policy = study.policy or PolicySettings(title=study.title)
    policies = {**scenario.policies, EXAMINED: policy.model_copy(update={"changes": changes})}
    treated = scenario.model_copy(update={"policies": policies})
    where = f"{case.label} at {value!r}".lstrip()
    return Arm(f"with, {where}", study.title, treated), Arm(f"without, {where}", study.title, scenario)


def _of_case(study: BreakEvenStudy, case: Case, measure: Measure, conditions: Conditions) -> Curve:
    def evaluate(values: Sequence[float]) -> list[Estimate]:
        pairs = [arms_of(study, case, value) for value in values]
        runs = conditions.simulate([arm for pair in pairs for arm in pair], study.replications, study.seed)
        return [_difference(study, measure, runs, pair) for pair in pairs]

    return curve(evaluate, study.varied.low, study.varied.high, whole=study.varied.whole, grid=GRID)


def _difference(study: BreakEvenStudy, measure: Measure, runs: Runs, pair: tuple[Arm, Arm]) -> Estimate:
    ours, theirs = pair
    found = change(measure, runs[ours.name], runs[theirs.name], study.confidence)
    if found is None:
        raise UnknownMeasure(f"measure {measure.name!r} cannot be compared {ours.name!r}: nothing is counted there")
    return found.estimate
