"""Scenario files: read, extended, overridden, validated and checked as a whole."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from sim.files.merging import extended, overridden
from sim.files.policies import (
    fetch_policies,
    is_safe_name,
    located,
    name_problems,
    policy_problems,
    policy_tables_read,
    unsafe_name,
)
from sim.files.problems import FileProblem, Problem, shown, suggestion
from sim.files.reading import read_tree
from sim.files.tables import tables_read
from sim.files.tree import Node
from sim.files.wording import problems_of
from sim.scenario import Scenario, scenario_model

NO_OVERRIDES: Mapping[str, str] = MappingProxyType({})
_NAMED = re.compile("'([^']+)'")
M = TypeVar("M", bound=BaseModel)


def load_scenario(path: str | Path, overrides: Mapping[str, str] = NO_OVERRIDES) -> Scenario:
    """The scenario of a file, with single settings overridden: dotted path -> value as YAML.

    Raises FileProblem with everything that is wrong, each with its file and line.
    """
    within = Path(path).parent
    root, problems = scenario_tree(path, overrides)
    problems += tables_read(root, scenario_model(), within)
    problems += policy_tables_read(root, within)
    problems += name_problems(root.child("policies"), "policy")
    scenario = validated(scenario_model(), root, {"currency": currency_of(root)}, problems)
    problems = _name_problems(scenario, root) + cross_problems(scenario, root)
    problems = [one for one in problems if not _out_of_range(one, overrides)]
    if not problems:
        problems = policy_problems(scenario, scenario.policies, root)
    if problems:
        raise FileProblem(problems)
    return scenario


def scenario_tree(path: str | Path, overrides: Mapping[str, str] = NO_OVERRIDES) -> tuple[Node, list[Problem]]:
    """A scenario file in its own words, with what it extends and its policies; and what is wrong with overrides."""
    within = Path(path).parent
    root = extended(read_tree(str(path), "scenario"), within, lambda file: read_tree(file, "scenario"))
    problems = overridden(root, overrides)
    fetch_policies(root, within)
    return root, problems


def _out_of_range(problem: Problem, overrides: Mapping[str, str]) -> bool:
    """Whether a number that is overridden lies outside the range of its evidence, which is about that of the file."""
    words = "does not hold the value of "
    return any(problem.message == words + path for path in overrides)


def _name_problems(scenario: Scenario, root: Node) -> list[Problem]:
    """A name that could not be that of a folder."""
    if is_safe_name(scenario.name):
        return []
    return [located(root, "name").place.problem(f"is {shown(scenario.name)}, and {unsafe_name(scenario.name)}", "name")]


def currency_of(root: Node) -> str:
    """The currency that a scenario counts in, as far as it says one."""
    said = root.text("currency")
    is_one = said is not None and re.fullmatch(r"[A-Z]{3}", said)
    return said if said is not None and is_one else str(Scenario.model_fields["currency"].default)


def validated(model: type[M], root: Node, context: dict[str, Any], problems: list[Problem]) -> M:
    """The tree as settings; raises FileProblem with what is wrong in it, beside the problems found before."""
    try:
        found = model.model_validate(root.plain(), context=context)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        raise FileProblem([*problems, *problems_of(details, root, model)]) from None
    if problems:
        raise FileProblem(problems)
    return found


def cross_problems(scenario: Scenario, root: Node) -> list[Problem]:
    """What does not fit together, such as names of channels or kinds that nothing defines."""
    problems = []
    for path, message, pool in scenario.problems():
        node = located(root, path)
        named = _NAMED.search(message)
        word = named[1] if named else path.rpartition(".")[2]
        place = node.key if isinstance(node.value, dict | list) else node.place
        problems.append(place.problem(message + suggestion(word, pool), path))
    return problems
