"""Study files that ask which of several policies is the best, with what probability it is to be found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from sim.core.measures import Measure
from sim.core.units import Share
from sim.files.armed import ArmedStudy
from sim.files.asked import head_of
from sim.files.goals import NoGoal, goal_of
from sim.files.header import ranked_problems
from sim.files.problems import Problem, shown
from sim.files.studies import ArmsSettings, arms_read, measures_of, read_policies
from sim.files.tree import Node
from sim.scenario import Scenario


class SelectionSettings(ArmsSettings):
    """A selection of the best arm, the baseline included.

    replications: of every arm in the first stage; 10 or more are advised. measure: in which an arm is to be the best.
    indifference: the least difference that matters, "20,000 EUR" or a number in the unit of the measure. probability:
    with which the best arm is to be found where it is at least so much better than every other. most_replications: of
    an arm, at which the search ends undecided.
    """

    kind: Literal["selection"] = "selection"
    measure: str
    indifference: str | int | float
    probability: Share = Field(gt=0.5, lt=1)
    most_replications: int = Field(default=1000, ge=2, le=100_000)


@dataclass(frozen=True)
class SelectionStudy(ArmedStudy):
    """A selection as loaded; ``replications`` of the first stage, ``indifference`` in the unit of the measure."""

    kind: ClassVar[str] = "selection"

    measure: str
    indifference: float
    probability: float
    most: int


def load_selection(path: str | Path) -> SelectionStudy:
    """The selection of a file; raises FileProblem with everything that is wrong."""
    settings, scenario, root = read_policies(path, SelectionSettings, _further)
    arms = arms_read(settings, settings.arms, scenario, root)
    goal = goal_of(measures_of(settings, scenario), settings.measure, settings.indifference)
    return SelectionStudy(
        **head_of(settings),
        scenario=scenario,
        arms=tuple(arms.values()),
        measure=settings.measure,
        indifference=goal.half_width,
        probability=settings.probability,
        most=settings.most_replications,
    )


def _further(settings: SelectionSettings, scenario: Scenario, root: Node) -> list[Problem]:
    known = measures_of(settings, scenario)
    problems = ranked_problems(settings.measure, known, root, "measure")
    if not problems:
        problems += _wrong_indifference(settings, known, root)
    arms = settings.arms if settings.arms is not None else settings.policies
    for key, wrong, message in (
        ("replications", settings.replications < 2, "is the first stage, which takes 2 or more"),
        ("most_replications", settings.most_replications < settings.replications, "is less than replications"),
        ("policies", not arms, "names none; a selection needs at least one beside the baseline"),
    ):
        if wrong:
            problems.append((root.child(key) or root).place.problem(message, key))
    return problems


def _wrong_indifference(settings: SelectionSettings, known: Sequence[Measure], root: Node) -> list[Problem]:
    node = root.child("indifference") or root
    try:
        goal = goal_of(known, settings.measure, settings.indifference)
    except NoGoal as problem:
        return [node.place.problem(str(problem), "indifference")]
    if goal.relative:
        message = f"is {shown(settings.indifference)}; say it in the unit of {settings.measure}"
        return [node.place.problem(message, "indifference")]
    return []
