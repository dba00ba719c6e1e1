"""Policies in files: read from a file of their own, and checked against the scenario that they change."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from sim.core.watches import level_of
from sim.files.problems import FileProblem, Place, Problem, nearest, shown, suggestion
from sim.files.reading import read_tree, referred
from sim.files.shape import expected, in_unit, shape_of
from sim.files.tables import table_read
from sim.files.tree import Node, dotted, leaf, leaves, paths_below, planted, walk_down
from sim.files.wording import problems_of
from sim.mechanisms.interventions import Change, PolicyProblem, PolicySettings
from sim.scenario import Scenario, scenario_model

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
FILE = "file"


def fetch_policies(root: Node, within: Path | None) -> None:
    """Replaces ``policies: other.yaml``, and ``file: other.yaml`` among them, by the policies of that file."""
    node = root.entries().get("policies")
    if node is None:
        return
    if isinstance(node.value, str):
        node.value = dict(_policies_of(node, "policies", within))
    elif isinstance(node.value, dict) and isinstance(getattr(node.value.get(FILE), "value", None), str):
        shared = _policies_of(node.value[FILE], f"policies.{FILE}", within)
        own = {name: child for name, child in node.value.items() if name != FILE}
        twice = [name for name in own if name in shared]
        if twice:
            message = f"stands in {shared[twice[0]].key.file} too; give it another name"
            raise FileProblem([own[twice[0]].key.problem(message, f"policies.{twice[0]}")])
        node.value = {**shared, **own}


def _policies_of(node: Node, where: str, within: Path | None) -> dict[str, Node]:
    shared = read_tree(referred(node, where, within), "policy file")
    found = shared.entries().get("policies")
    if found is None or not isinstance(found.value, dict):
        place = shared.place if found is None else found.key
        raise FileProblem([place.problem("is missing; a policy file has its policies under this key", "policies")])
    problems = [
        child.key.problem("is not known here" + suggestion(name, ["frontline", "policies"]), name)
        for name, child in shared.entries().items()
        if name not in ("frontline", "policies", "title")
    ]
    if problems:
        raise FileProblem(problems)
    return found.value


def policy_tables_read(root: Node, within: Path) -> list[Problem]:
    """Reads the tables that changes of policies refer to; returns what is wrong with them."""
    problems: list[Problem] = []
    for name, policy in _policy_nodes(root).items():
        changes = policy.child("changes")
        for path, change in changes.entries().items() if changes else ():
            target = change.child("to")
            if target is not None and {"table", "column"} <= target.entries().keys():
                where = f"policies.{name}.changes.{path}.to"
                problems.extend(table_read(target, where, within))
    return problems


def _policy_nodes(root: Node) -> dict[str, Node]:
    node = root.child("policies")
    return node.entries() if node is not None else {}


def name_problems(node: Node | None, what: str) -> list[Problem]:
    """The names in a mapping that could not be names of folders, or that differ only in their case."""
    problems = []
    seen: dict[str, str] = {}
    for name, child in node.entries().items() if node is not None else ():
        if _SAFE.fullmatch(name) is None:
            problems.append(child.key.problem(unsafe_name(name), f"the {what} {shown(name)}"))
        elif name.lower() in seen:
            message = f"differs only in capitals from {shown(seen[name.lower()])}; give it another name"
            problems.append(child.key.problem(message, f"the {what} {shown(name)}"))
        seen.setdefault(name.lower(), name)
    return problems


def is_safe_name(name: str) -> bool:
    """Whether a name can be that of a folder on any system."""
    return _SAFE.fullmatch(name) is not None


def unsafe_name(name: str) -> str:
    """What is wrong with a name that cannot be that of a folder."""
    wanted = "of letters, digits, - and _" if len(name) <= 64 else "of at most 64 characters"
    return f"needs a name {wanted}, because results are kept in a folder of that name"


def policy_problems(scenario: Scenario, policies: Mapping[str, PolicySettings], root: Node) -> list[Problem]:
    """What is wrong with policies against the scenario: each is tried with all its changes at full strength."""
    known = set(scenario.problems())
    problems: list[Problem] = []
    for name, policy in policies.items():
        problems += _watch_problems(scenario, name, policy, root)
        trial = _Trial(scenario, policy, root, ("policies", name, "changes"))
        problems += trial.run()
        if trial.changed is None:
            continue
        for path, message, pool in trial.changed.problems():
            if (path, message, pool) not in known:
                words = f": {path} {message}" + suggestion(path.rpartition(".")[2], pool)
                problems.append(trial.change_at(path).key.problem(words, f"policies.{name}"))
    return problems


def _watch_problems(scenario: Scenario, name: str, policy: PolicySettings, root: Node) -> list[Problem]:
    """A measure that nobody can watch, or levels in another unit than that in which it is shown."""
    if policy.when is None:
        return []
    from sim.model import watchable  # noqa: PLC0415  # the model is heavy, and most policies watch nothing

    known, steps = watchable(scenario), ("policies", name, "when")
    measure = known.get(policy.when.measure)
    if measure is None:
        node = root.at((*steps, "measure")) or root
        message = f"is {shown(policy.when.measure)}, which cannot be watched" + suggestion(
            policy.when.measure, [*known]
        )
        return [node.key.problem(message, dotted((*steps, "measure")))]
    problems = []
    for way in ("below", "above", "release"):
        level = getattr(policy.when, way)
        if level is not None and level_of(level)[1] != measure.unit:
            node = root.at((*steps, way)) or root
            message = f"is {shown(level)}; {measure.name} is measured in {measure.unit}"
            problems.append(node.key.problem(message, dotted((*steps, way))))
    return problems


def clash(scenario: Scenario, policies: Sequence[PolicySettings]) -> str:
    """Why policies, each good by itself, cannot be in force together, or nothing."""
    changes = [(path, change, 1.0) for policy in policies for path, change in policy.changes.items()]
    try:
        wrong = scenario.with_changes(changes).problems()
    except PolicyProblem as problem:
        return f"{problem.path} {problem.message}"
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        first = problems_of(details, planted(scenario.plain(), Place("")), scenario_model())[0]
        return f"{first.where} would not be right; {first.message.rpartition('; ')[2]}"
    known = scenario.problems()
    return next((f"{path} {message}" for path, message, pool in wrong if (path, message, pool) not in known), "")


@dataclass
class _Trial:
    """A policy tried on a scenario; ``changed`` is the scenario under it, if nothing is wrong."""

    scenario: Scenario
    policy: PolicySettings
    root: Node
    steps: tuple[str, ...]
    changed: Scenario | None = None
    bare: set[str] = field(default_factory=set)

    def run(self) -> list[Problem]:
        """Every change that is refused, each at its line."""
        problems = self._bare_numbers()
        changes = {path: self.policy.changes[path] for path in self.policy.changes if path not in self.bare}
        while True:
            try:
                changed = self.scenario.with_changes([(path, change, 1.0) for path, change in changes.items()])
            except PolicyProblem as problem:
                path, inside, message = problem.path, "", problem.message + self._near(problem)
            except ValidationError as error:
                path, inside, message = self._read(error)
            else:
                self.changed = None if problems else changed
                return problems
            if problems and path not in changes:
                return problems
            problems.append(self.change_at(path).key.problem(message, dotted((*self.steps, path)) + inside))
            if changes.pop(path, None) is None:
                return problems

    def _near(self, problem: PolicyProblem) -> str:
        paths = list(paths_below(planted(self.scenario.plain(), self.root.place)))
        near = nearest(problem.path, paths) if problem.candidates else None
        return f" — did you mean {near}?" if near else suggestion(problem.path, problem.candidates)

    def _tree(self) -> Node:
        """The scenario with the values that the changes give it, as a message shows them."""
        tree = planted(self.scenario.plain(), self.root.place)
        for path, change in self.policy.changes.items():
            node, taken = walk_down(tree, path.split("."))
            if taken == len(path.split(".")):
                node.value = self._value(path, node, change).value
        return tree

    def _bare_numbers(self) -> list[Problem]:
        """Numbers without the unit that their setting has: inside the simulation they would pass for seconds."""
        tree, shape = self._tree(), shape_of(scenario_model())
        problems = []
        for path in self.policy.changes:
            node = self.change_at(path)
            for way in ("to", "add"):
                given = node.child(way)
                for inner, end in leaves(given) if given is not None else ():
                    schemas = shape.at(tree, (*path.split("."), *inner))
                    if _is_bare(end.value) and schemas and all(s.get("type") == "string" for s in schemas):
                        where = dotted((*self.steps, path, way, *inner))
                        message = f"is {shown(end.value)}; it must be {expected(schemas)}"
                        problems.append(end.key.problem(message, where))
                        self.bare.add(path)
        return problems

    def _read(self, error: ValidationError) -> tuple[str, str, str]:
        """The change that a complaint is about (or the setting, if several may be), where in it, and the complaint."""
        tree = self._tree()
        details = error.errors(include_url=False, include_input=False)
        first = problems_of(details, tree, scenario_model())[0]
        owner = next((p for p in self.policy.changes if f"{first.where}.".startswith(f"{p}.")), first.where)
        return owner, first.where.removeprefix(owner), first.message

    def _value(self, path: str, node: Node, change: Change) -> Node:
        """The value that a change gives a setting, as a message shows it."""
        if change.to is not None:
            return planted(change.to, node.place)
        if not isinstance(node.value, int | float):
            return node
        schemas = shape_of(scenario_model()).at(self.root, tuple(path.split(".")))
        if isinstance(change.add, str):
            return leaf(f"{in_unit(node.value, schemas)} + {change.add}", node.place)
        new = node.value * change.multiply if change.multiply is not None else node.value + (change.add or 0)
        return leaf(in_unit(new, schemas), node.place)

    def change_at(self, path: str) -> Node:
        """The change that touches a setting, or the policy itself."""
        for changed in self.policy.changes:
            if f"{path}.".startswith(f"{changed}.") or changed.startswith(f"{path}."):
                found = self.root.at((*self.steps, changed))
                if found is not None:
                    return found
        return self.root.at(self.steps) or self.root.at(self.steps[:-1]) or self.root


def _is_bare(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def located(root: Node, path: str) -> Node:
    """The node that a dotted path names, or the deepest above it."""
    return walk_down(root, path.split("."))[0]
