"""Study files that ask which policies no other beats in all of several outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from sim.files.armed import ArmedStudy
from sim.files.asked import head_of
from sim.files.problems import Problem, shown, suggestion
from sim.files.studies import ArmsSettings, arms_read, measures_of, read_policies
from sim.files.tree import Node
from sim.scenario import Scenario

Wanted = Literal["higher", "lower"]


class FrontSettings(ArmsSettings):
    """The arms that no other beats in all of some outcomes.

    outcomes: measure -> whether higher or lower is wanted; two or more. The first two span the picture.
    """

    kind: Literal["pareto"] = "pareto"
    outcomes: dict[str, Wanted] = Field(min_length=2, max_length=6)


@dataclass(frozen=True)
class FrontStudy(ArmedStudy):
    """A study of the front as loaded; ``wanted`` says of each outcome which way is better."""

    kind: ClassVar[str] = "pareto"

    outcomes: tuple[str, ...]
    wanted: tuple[str, ...]


def load_front(path: str | Path) -> FrontStudy:
    """The study of a file; raises FileProblem with everything that is wrong."""
    settings, scenario, root = read_policies(path, FrontSettings, _further)
    arms = arms_read(settings, settings.arms, scenario, root)
    return FrontStudy(
        **head_of(settings),
        scenario=scenario,
        arms=tuple(arms.values()),
        outcomes=tuple(settings.outcomes),
        wanted=tuple(settings.outcomes.values()),
    )


def _further(settings: FrontSettings, scenario: Scenario, root: Node) -> list[Problem]:
    problems = []
    known = [measure.name for measure in measures_of(settings, scenario)]
    for name in settings.outcomes:
        if name not in known:
            node = root.at(("outcomes", name)) or root
            message = f"outcomes is {shown(name)}{suggestion(name, known, 'known measures')}"
            problems.append(node.key.problem(message.removeprefix("outcomes "), f"outcomes.{name}"))
    if not (settings.arms if settings.arms is not None else settings.policies):
        node = root.child("policies") or root
        problems.append(node.place.problem("names none; a front needs at least one beside the baseline", "policies"))
    return problems
