"""Study files of the kind ``optimise``: which settings are looked for, what is best, and what must hold meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from sim.core.measures import Measure
from sim.core.units import Settings, Several
from sim.files.dimensions import Dimension, Given, refusal
from sim.files.goals import NoGoal, goal_of
from sim.files.header import HeaderSettings, name_problem, read_study, unknown_measures
from sim.files.problems import FileProblem, Problem, shown
from sim.files.studies import BASELINE
from sim.files.sweeps import dimensions_read, measures_of
from sim.files.tree import Node
from sim.scenario import Scenario

Aim = Literal["highest", "lowest"]
Bound = str | int | float


class ObjectiveSettings(Settings):
    """What is best: the highest or the lowest of a measure."""

    measure: str
    aim: Aim


class ConstraintSettings(Settings):
    """What must hold: a measure at least or at most so much, or no worse than in the ``baseline``."""

    measure: str
    at_least: Bound | None = None
    at_most: Bound | None = None

    @model_validator(mode="after")
    def _one_way(self) -> ConstraintSettings:
        if (self.at_least is None) is (self.at_most is None):
            raise ValueError("needs exactly one of at_least and at_most")
        return self


class OptimiseSettings(HeaderSettings):
    """The best values of a few settings under constraints.

    settings: by name, what has the value from the start; changes: what changes to it at the end of the warm-up, as by a
    policy. replications: of each point tried. evaluations: points tried at most. confirm: replications of the best
    point and of the scenario as it is, with random numbers that the search has not seen.
    """

    kind: Literal["optimise"]
    settings: dict[str, Given] = Field(default_factory=dict)
    changes: dict[str, Given] = Field(default_factory=dict)
    objective: ObjectiveSettings
    constraints: Several[ConstraintSettings] = ()
    evaluations: int = Field(ge=5, le=100_000)
    confirm: int = Field(ge=2, le=100_000)


@dataclass(frozen=True)
class Constraint:
    """A measure that must not be below (``least``) or above a bound in its unit; None: what it is in the baseline."""

    measure: str
    least: bool
    bound: float | None


@dataclass(frozen=True)
class OptimiseStudy:
    """A search as loaded."""

    settings: OptimiseSettings
    scenario: Scenario
    dimensions: tuple[Dimension, ...]
    constraints: tuple[Constraint, ...]


def load_optimise(path: str | Path) -> OptimiseStudy:
    """The search of a file with its scenario and dimensions; raises FileProblem with everything that is wrong."""
    settings, scenario, root = read_study(path, OptimiseSettings)
    known = measures_of(scenario)
    problems = name_problem(settings, root) + _unknown(settings, known, root)
    dimensions, wrong = dimensions_read(scenario, {"settings": settings.settings, "changes": settings.changes}, root)
    problems += wrong or _misfits(dimensions, root)
    constraints, wrong = _constraints(settings, known, root) if not problems else ((), [])
    if problems + wrong:
        raise FileProblem(problems + wrong)
    return OptimiseStudy(settings, scenario, dimensions, constraints)


def _unknown(settings: OptimiseSettings, known: tuple[Measure, ...], root: Node) -> list[Problem]:
    """Measures that the scenario does not report."""
    problems = unknown_measures([settings.objective.measure], known, root.child("objective") or root, "measure")
    for place, constraint in enumerate(settings.constraints):
        node = root.at(("constraints", place)) or root
        problems += unknown_measures([constraint.measure], known, node, "measure")
    return problems


def _misfits(dimensions: tuple[Dimension, ...], root: Node) -> list[Problem]:
    if not dimensions:
        return [root.place.problem("has nothing to look for: name settings or changes with their values", "the study")]
    problems = []
    for one in dimensions:
        node = root.at(("changes" if one.policy else "settings", one.name)) or root
        if one.ends is not None and one.levels:
            problems.append(node.key.problem("has points, which a search does not need", one.name))
        for level in one.ends or one.levels:
            if refused := refusal(one, level):
                problems.append(node.key.problem(f": {refused}", one.name))
    return problems


def _constraints(
    settings: OptimiseSettings, known: tuple[Measure, ...], root: Node
) -> tuple[tuple[Constraint, ...], list[Problem]]:
    found, problems = [], []
    for place, one in enumerate(settings.constraints):
        key = "at_least" if one.at_least is not None else "at_most"
        said = one.at_least if one.at_least is not None else one.at_most
        node = root.at(("constraints", place, key)) or root
        try:
            found.append(Constraint(one.measure, key == "at_least", _bound(known, one.measure, said)))
        except NoGoal as problem:
            problems.append(node.place.problem(str(problem), f"constraints.{place}.{key}"))
    return tuple(found), problems


def _bound(known: tuple[Measure, ...], name: str, said: Bound | None) -> float | None:
    """A bound in the unit of its measure; of a measure in percent with the sign."""
    if said == BASELINE:
        return None
    measure = next(one for one in known if one.name == name)
    if measure.unit.startswith("%"):
        number = said.removesuffix("%").strip() if isinstance(said, str) and said.endswith("%") else None
        try:
            return float(number or "")
        except ValueError:
            raise NoGoal(f"is {shown(said)}; it must be such as '80 %', or {BASELINE}") from None
    if isinstance(said, str):
        return goal_of(known, name, said).half_width
    return float(said or 0.0)
