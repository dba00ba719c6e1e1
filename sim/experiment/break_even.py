"""Break-even: the value of a setting at which a policy is worth no more than doing without it.

At each value the arm with the policy is paired with the arm without; the values are chosen by ``sim.stats.crossing``.
Cases, such as several price sensitivities, are worked through one after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sim.core.measures import Measure
from sim.experiment.comparison import UnknownMeasure
from sim.experiment.conditions import Conditions
from sim.experiment.execution import Arm
from sim.experiment.measured import Measured, measured
from sim.experiment.store import Memory
from sim.files.break_even_study import EXAMINED, BreakEvenStudy, Case
from sim.mechanisms.interventions import PolicySettings
from sim.stats.crossing import Curve, curve
from sim.stats.intervals import Estimate

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
        arms = [arm for value in values for arm in arms_of(study, case, value)]
        found = measured(
            arms,
            [measure],
            replications=study.replications,
            seed=study.seed,
            confidence=study.confidence,
            conditions=conditions,
        )
        return [_difference(found, 2 * place, arms) for place in range(len(values))]

    return curve(evaluate, study.varied.low, study.varied.high, whole=study.varied.whole, grid=GRID)


def _difference(found: Measured, with_policy: int, arms: Sequence[Arm]) -> Estimate:
    """The arm at a place minus the next one, which is without the policy."""
    estimate = found.difference(0, [with_policy], [with_policy + 1])
    if estimate is None:
        name, where = found.measures[0].name, arms[with_policy].name
        raise UnknownMeasure(f"measure {name!r} cannot be compared {where!r}: nothing is counted there")
    return estimate
