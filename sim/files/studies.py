"""Study files: which scenario, which policies against each other, how often, and which measures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import Field

from sim.core.measures import Measure
from sim.core.units import Several
from sim.files.goals import Goal, NoGoal, goal_of, goals_of
from sim.files.header import HeaderSettings, name_problem, ranked_problems, read_study, unknown_measures
from sim.files.policies import clash, policy_problems
from sim.files.problems import FileProblem, Problem, shown, suggestion
from sim.files.tree import Node
from sim.mechanisms.interventions import PolicySettings
from sim.scenario import Scenario

BASELINE = "baseline"
S = TypeVar("S", bound="PoliciesSettings")


class PoliciesSettings(HeaderSettings):
    """What studies of policies share. policies: by name, in this file or in one of their own."""

    policies: dict[str, PolicySettings] = Field(default_factory=dict)


class ArmsSettings(PoliciesSettings):
    """What studies share that set policies against each other.

    arms: name -> the policies in force together; where none are given, each policy alone. The baseline, with the
    scenario as it is, is always an arm.
    """

    arms: dict[str, Several[str]] | None = Field(default=None, min_length=1)


class StudySettings(ArmsSettings):
    """A comparison of policies on one scenario.

    measures: to be reported beside the outcomes. precision: measure -> the half-width that the changes of
    every arm are to have, "5 %" of the baseline's value or a number in the measure's unit; replications are added until
    all are reached, or there are ``most_replications``. best: the measure in which the best arm is looked for; profit
    if none is given.
    """

    kind: Literal["comparison"] = "comparison"
    measures: Several[str] = ()
    precision: dict[str, str | int | float] = Field(default_factory=dict)
    most_replications: int = Field(default=1000, ge=1, le=100_000)
    best: str | None = None


@dataclass(frozen=True)
class Arm:
    """One side of the comparison: ``policies`` are all in force in it, those of the scenario itself included."""

    name: str
    title: str
    policies: dict[str, PolicySettings]


@dataclass(frozen=True)
class Study:
    """A study as loaded; ``arms`` begins with the baseline, ``path`` is the file as the user gave it."""

    name: str
    title: str
    scenario: Scenario
    arms: dict[str, Arm]
    replications: int
    seed: int
    measures: tuple[str, ...]
    confidence: float
    path: Path
    precision: tuple[Goal, ...] = ()
    most: int = 1000
    best: str | None = None

    def scenario_of(self, arm: Arm) -> Scenario:
        """The scenario with the policies of an arm in force."""
        return self.scenario.model_copy(update={"policies": dict(arm.policies)})


def load_study(path: str | Path) -> Study:
    """The study of a file with its scenario and arms; raises FileProblem with everything that is wrong."""
    settings, scenario, root = read_policies(path, StudySettings, _further)
    arms = arms_read(settings, settings.arms, scenario, root)
    return Study(
        name=settings.study,
        title=settings.title,
        scenario=scenario,
        arms=arms,
        replications=settings.replications,
        seed=settings.seed,
        measures=settings.measures,
        confidence=settings.confidence,
        path=Path(path),
        precision=_goals(settings, scenario),
        most=settings.most_replications,
        best=settings.best,
    )


def read_policies(
    path: str | Path, shape: type[S], further: Callable[[S, Scenario, Node], list[Problem]]
) -> tuple[S, Scenario, Node]:
    """The settings of a study of policies, its scenario and its file; further: what else may be wrong with them.

    Raises FileProblem with everything that is wrong, but not whether arms can be formed.
    """
    settings, scenario, root = read_study(path, shape)
    problems = name_problem(settings, root)
    problems += _taken_names(settings, scenario, root)
    problems += policy_problems(scenario, settings.policies, root)
    problems += _unknown_policies(settings, root)
    problems += further(settings, scenario, root)
    if problems:
        raise FileProblem(problems)
    return settings, scenario, root


def arms_read(
    settings: PoliciesSettings, chosen: Mapping[str, Sequence[str]] | None, scenario: Scenario, root: Node
) -> dict[str, Arm]:
    """The baseline and an arm for each choice of policies, or for each policy; raises FileProblem where some clash."""
    choices = chosen if chosen is not None else {name: (name,) for name in settings.policies}
    problems = _clashes(settings, chosen or {}, scenario, root)
    if problems:
        raise FileProblem(problems)
    return _arms(settings, choices, scenario)


def _further(settings: StudySettings, scenario: Scenario, root: Node) -> list[Problem]:
    problems = []
    if settings.measures:
        problems += unknown_measures(settings.measures, measures_of(settings, scenario), root)
    problems += _wrong_goals(settings, scenario, root)
    if settings.best is not None:
        problems += ranked_problems(settings.best, measures_of(settings, scenario), root, "best")
    return problems


def _taken_names(settings: PoliciesSettings, scenario: Scenario, root: Node) -> list[Problem]:
    problems, arms = [], _choices(settings)
    for name in settings.policies:
        node = root.at(("policies", name)) or root
        if name in scenario.policies:
            message = "is in force in the scenario already; give it another name"
            problems.append(node.key.problem(message, f"policies.{name}"))
        if name == BASELINE and arms is None:
            message = "has a name that stands for the scenario as it is; give it another name"
            problems.append(node.key.problem(message, f"policies.{name}"))
    if arms is not None and BASELINE in arms:
        node = root.at(("arms", BASELINE)) or root
        message = "is always an arm: the scenario as it is; give this one another name, or leave it out"
        problems.append(node.key.problem(message, f"arms.{BASELINE}"))
    return problems


def _choices(settings: PoliciesSettings) -> Mapping[str, Sequence[str]] | None:
    return settings.arms if isinstance(settings, ArmsSettings) else None


def _unknown_policies(settings: PoliciesSettings, root: Node) -> list[Problem]:
    problems = []
    for arm, names in (_choices(settings) or {}).items():
        for index, name in enumerate(names):
            node = root.at(("arms", arm, index)) or root
            if name not in settings.policies:
                message = f"is {shown(name)}" + suggestion(name, list(settings.policies), "known policies")
                problems.append(node.place.problem(message, f"arms.{arm}"))
            elif name in names[:index]:
                problems.append(node.place.problem(f"names {shown(name)} twice", f"arms.{arm}"))
    return problems


def _wrong_goals(settings: StudySettings, scenario: Scenario, root: Node) -> list[Problem]:
    known = measures_of(settings, scenario) if settings.precision else ()
    problems = []
    for name, asked in settings.precision.items():
        try:
            goal_of(known, name, asked)
        except NoGoal as problem:
            node = root.at(("precision", name)) or root
            problems.append(node.key.problem(str(problem), f"precision.{name}"))
    if settings.precision and settings.most_replications < settings.replications:
        node = root.at(("most_replications",)) or root
        problems.append(node.place.problem("is less than replications", "most_replications"))
    return problems


def _goals(settings: StudySettings, scenario: Scenario) -> tuple[Goal, ...]:
    return goals_of(measures_of(settings, scenario), settings.precision) if settings.precision else ()


def measures_of(settings: PoliciesSettings, scenario: Scenario) -> Sequence[Measure]:
    """Everything that the arms can report, what policies count of themselves included."""
    from sim.model import measures  # noqa: PLC0415  # the model is heavy, and most studies name no measures

    return measures(scenario.model_copy(update={"policies": {**scenario.policies, **settings.policies}}))


def _clashes(
    settings: PoliciesSettings, choices: Mapping[str, Sequence[str]], scenario: Scenario, root: Node
) -> list[Problem]:
    """Arms whose policies, each good by itself, cannot be in force together."""
    problems = []
    for arm, names in choices.items():
        chosen = [*scenario.policies.values(), *(settings.policies[name] for name in names)]
        wrong = clash(scenario, chosen)
        if wrong:
            node = root.at(("arms", arm))
            key = f"arms.{arm}" if node is not None else "policies"
            told = (
                "the policies do not go together" if node is not None else f"{' and '.join(names)} do not go together"
            )
            problems.append((node or root.child("policies") or root).key.problem(f": {told}: {wrong}", key))
    return problems


def _arms(settings: PoliciesSettings, choices: Mapping[str, Sequence[str]], scenario: Scenario) -> dict[str, Arm]:
    arms = {BASELINE: Arm(BASELINE, "Baseline", dict(scenario.policies))}
    for name, policies in choices.items():
        titles = [settings.policies[policy].title for policy in policies]
        added = {policy: settings.policies[policy] for policy in policies}
        arms[name] = Arm(name, " + ".join(titles) or name, {**scenario.policies, **added})
    return arms
