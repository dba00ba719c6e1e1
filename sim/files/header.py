"""What all study files have in common, whatever they ask: a name, a scenario, replications and a seed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, TypeVar, get_args

from pydantic import Field

from sim.core.measures import Measure
from sim.core.units import Settings, Share
from sim.files.policies import fetch_policies, is_safe_name, name_problems, policy_tables_read, unsafe_name
from sim.files.problems import FileProblem, Problem, shown, suggestion
from sim.files.reading import read_tree, referred
from sim.files.scenarios import load_scenario, validated
from sim.files.tree import Node
from sim.scenario import Scenario

COMMANDS = {
    "comparison": "compare",
    "optimise": "optimise",
    "sweep": "sweep",
    "selection": "select",
    "factorial": "factorial",
    "uncertainty": "uncertainty",
    "sensitivity": "sensitivity",
    "pareto": "pareto",
    "break_even": "break-even",
}
"""Kind of study -> the command that runs it."""


class HeaderSettings(Settings):
    """The first lines of a study file.

    study: its name, and that of the folder of its result. scenario: a file, relative to this one. confidence: of the
    intervals. A study of a kind other than a comparison says so under ``kind``.
    """

    frontline: Literal[1]
    study: str = Field(min_length=1, max_length=64)
    kind: str = "comparison"
    title: str = Field(min_length=1, max_length=200)
    scenario: str
    replications: int = Field(ge=1, le=100_000)
    seed: int = Field(ge=0, le=2**63 - 1)
    confidence: Share = Field(default=0.95, ge=0.5, lt=1)


H = TypeVar("H", bound=HeaderSettings)


def kind_of_study(path: str | Path) -> str:
    """What a study file asks for, by the name under ``kind``; raises FileProblem."""
    return _kind(read_tree(str(path), "study"))


def _study_tree(path: str | Path, kind: str) -> Node:
    """A study file of this kind as it stands there; raises FileProblem, with the command to use, for another one."""
    root = read_tree(str(path), "study")
    found = _kind(root)
    if found != kind:
        node = root.child("kind") or root
        message = (
            f"is {shown(found)}: run it with frontline {COMMANDS[found]}; here a study of the kind {kind} is expected"
        )
        raise FileProblem([node.place.problem(message, "kind")])
    return root


def _kind(root: Node) -> str:
    node = root.child("kind")
    found = node.value if node is not None else "comparison"
    if not isinstance(found, str) or found not in COMMANDS:
        place = (node or root).place
        raise FileProblem([place.problem(f"is {shown(found)}{suggestion(str(found), list(COMMANDS))}", "kind")])
    return found


def read_study(path: str | Path, shape: type[H]) -> tuple[H, Scenario, Node]:
    """The settings of a study file of the kind that ``shape`` names, its scenario, and the file as it stands there.

    Policies may stand in files of their own. Raises FileProblem with what is wrong so far, in the scenario too; whether
    the names in it are known is for the kind to see.
    """
    root = _study_tree(path, get_args(shape.model_fields["kind"].annotation)[0])
    scenario, problems = _scenario_of(root)
    fetch_policies(root, None)
    problems += policy_tables_read(root, Path(path).parent.parent)
    problems += name_problems(root.child("policies"), "policy") + name_problems(root.child("arms"), "arm")
    context = {"currency": scenario.currency} if scenario is not None else {}
    settings = validated(shape, root, context, problems)
    if scenario is None:
        raise FileProblem(problems)
    return settings, scenario, root


def _scenario_of(root: Node) -> tuple[Scenario | None, list[Problem]]:
    """The scenario that a study names; a text that names no file is a problem of the study."""
    node = root.child("scenario")
    if node is None or not isinstance(node.value, str):
        return None, []
    try:
        file = referred(node, "scenario", None)
    except FileProblem as problem:
        return None, list(problem.problems)
    return load_scenario(file), []


def name_problem(settings: HeaderSettings, root: Node) -> list[Problem]:
    """What is wrong with the name of a study, of which a folder is made."""
    node = root.child("study")
    if node is None or is_safe_name(settings.study):
        return []
    return [node.place.problem(f"is {shown(settings.study)}, and {unsafe_name(settings.study)}", "study")]


def ranked_problems(name: str, measures: Sequence[Measure], root: Node, key: str) -> list[Problem]:
    """What is wrong with a measure under a key in which arms are to be better or worse."""
    place = (root.child(key) or root).place
    measure = next((one for one in measures if one.name == name), None)
    if measure is None:
        known = [one.name for one in measures]
        return [place.problem(f"is {shown(name)}{suggestion(name, known, 'known measures')}", key)]
    if measure.better == "neither":
        return [place.problem(f"is {shown(name)}, of which neither more nor less is better", key)]
    return []


def unknown_measures(
    names: Sequence[str], measures: Sequence[Measure], root: Node, key: str = "measures"
) -> list[Problem]:
    """Names under a key that are no measures, or stand there twice."""
    known = [measure.name for measure in measures]
    problems = []
    for index, name in enumerate(names):
        node = root.at((key, index)) or root.child(key) or root
        if name not in known:
            message = f"is {shown(name)}" + suggestion(name, known, "known measures")
            problems.append(node.place.problem(message, key))
        elif name in names[:index]:
            problems.append(node.place.problem(f"names {shown(name)} twice", key))
    return problems
