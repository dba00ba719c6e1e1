"""What is run, and what can be measured, in studies that set policies against each other."""

from __future__ import annotations

from sim.core.measures import Measure
from sim.experiment.execution import Arm
from sim.files.armed import ArmedStudy


def arms_of(study: ArmedStudy) -> list[Arm]:
    """The arms of a study as they are run, the baseline first."""
    return [Arm(arm.name, arm.title, study.scenario_of(arm)) for arm in study.arms]


def measures_of(study: ArmedStudy) -> dict[str, Measure]:
    """Everything that its arms can report, by name."""
    from sim.model import measures  # noqa: PLC0415 - SimPy is not needed to look at a finished result

    return {measure.name: measure for measure in measures(study.with_all)}
