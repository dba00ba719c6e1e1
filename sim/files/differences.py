"""What differs between two scenarios, or two policies of a study: setting by setting, in the units of the files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as File
from typing import Any, Literal

from sim.files.composing import compose
from sim.files.problems import FileProblem, Place, suggestion
from sim.files.reading import LARGEST_YAML, is_workbook, read_text, read_tree, referred
from sim.files.scenarios import load_scenario, scenario_tree
from sim.files.shape import Schema, in_unit, shape_of
from sim.files.studies import load_study
from sim.files.tree import Node, Path, dotted, planted
from sim.mechanisms.interventions import PolicySettings
from sim.scenario import Scenario, scenario_model

Kind = Literal["changed", "added", "removed"]
_QUANTITY = re.compile(r"^\s*([+-]?(?:\d[\d_,]*\.?\d*|\.\d+))\s*([%A-Za-z].*?)\s*$")
_AMOUNTS = ("an amount", "an amount per period")
_CLOCK = "a time of day"
_POLICY: Mapping[str, str] = {"one_off": "an amount", "running": "an amount per period", "ramp": "a duration"}
"""Terms of a policy that have a unit, as the schema describes it."""


@dataclass(frozen=True)
class Difference:
    """One setting that differs, or a section that only one side has.

    old, new: as the files would say it; None where a side lacks it. change: relative, where both are numbers.
    settings: how many there are in a section that is added or removed.
    """

    path: str
    kind: Kind
    old: str | None
    new: str | None
    change: float | None = None
    settings: int = 1


@dataclass(frozen=True)
class Side:
    """One of the two: what it is called, its settings in force, and the words of its file.

    before: the settings without the policy that the reference names; terms: when that policy acts and what it costs.
    """

    reference: str
    title: str
    currency: str
    plain: Mapping[str, Any]
    before: Mapping[str, Any]
    written: Node
    terms: Mapping[str, Any]


def side(reference: str) -> Side:
    """A scenario file, a study (its scenario), or FILE:POLICY: the scenario with a policy or arm in full force.

    Raises FileProblem where there is no such file or policy.
    """
    file, name = _parted(reference)
    root = read_tree(file, "scenario") if is_workbook(file) else compose(read_text(file, LARGEST_YAML), file)
    scenario, written, policies = _of_study(file, root) if "study" in root.entries() else _of_scenario(file)
    if name and name not in policies:
        message = f"has no policy or arm {name!r}" + suggestion(name, list(policies), "known policies")
        raise FileProblem([Place(file).problem(message)])
    title, chosen = policies[name] if name else (scenario.title or scenario.name, ())
    changes = [(path, change, 1.0) for policy in chosen for path, change in policy.changes.items()]
    now = scenario.with_changes(changes) if changes else scenario
    return Side(reference, title, scenario.currency, now.plain(), scenario.plain(), written, _terms(chosen))


def differences(one: Side, other: Side) -> list[Difference]:
    """What differs, in the order of the scenario; the terms of the policies last."""
    found = []
    for path, old, new in _walk({**one.plain, "policy": one.terms}, {**other.plain, "policy": other.terms}, ()):
        kind: Kind = "changed" if old is not None and new is not None else "added" if old is None else "removed"
        whole = old if new is None else new
        if isinstance(whole, dict) or _has_parts(whole):
            found.append(Difference(dotted(path), kind, None, None, settings=_count(whole)))
            continue
        words = [
            None if value is None else _said(at, path, value, one, other) for at, value in ((one, old), (other, new))
        ]
        found.append(Difference(dotted(path), kind, words[0], words[1], _relative(path, old, new, one, other)))
    return found


Policies = dict[str, tuple[str, tuple[PolicySettings, ...]]]


def _parted(reference: str) -> tuple[str, str]:
    """The file and the policy of a reference; a file whose name holds a colon is a file."""
    file, colon, name = reference.rpartition(":")
    if colon and not File(reference).exists() and "/" not in name and "\\" not in name:
        return file, name
    return reference, ""


def _of_scenario(file: str) -> tuple[Scenario, Node, Policies]:
    scenario = load_scenario(file)
    own: Policies = {name: (policy.title, (policy,)) for name, policy in scenario.policies.items()}
    return scenario, _written(file), own


def _of_study(file: str, root: Node) -> tuple[Scenario, Node, Policies]:
    study = load_study(file)
    node = root.entries()["scenario"]
    policies: Policies = {}
    for arm in study.arms.values():
        for name, policy in arm.policies.items():
            policies.setdefault(name, (policy.title, (policy,)))
    for name, arm in study.arms.items():
        chosen = tuple(policy for one, policy in arm.policies.items() if one not in study.scenario.policies)
        policies[name] = (arm.title, chosen)
    return study.scenario, _written(referred(node, "scenario", None)), policies


def _written(file: str) -> Node:
    """The tree of a scenario file with what it extends, in its own words."""
    root, _ = scenario_tree(file)
    return root


def _terms(policies: tuple[PolicySettings, ...]) -> dict[str, Any]:
    """When policies begin, ramp and end, and cost, where that differs from at once, for good, for nothing."""
    found: dict[str, dict[str, Any]] = {"begins": {}, "ends": {}, "ramp": {}, "costs": {}}
    for policy in policies:
        if policy.when is not None:
            found.setdefault("when", {}).update(policy.when.model_dump(mode="json", exclude_none=True))
        for path, change in policy.changes.items():
            at = {"begins": change.from_, "ends": change.until, "ramp": change.ramp or None}
            for term, value in at.items():
                if value is not None:
                    found[term][path] = value if isinstance(value, float) else value.isoformat()
        for name, cost in (("one_off", policy.costs.one_off), ("running", policy.costs.running)):
            if cost:
                found["costs"][name] = found["costs"].get(name, 0.0) + cost
    return found


def _walk(old: Any, new: Any, path: Path) -> Iterator[tuple[Path, Any, Any]]:
    """The places at which two trees part, from the top down: (path, old, new); None is absent."""
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for name in [*old, *(name for name in new if name not in old)]:
            yield from _walk(old.get(name), new.get(name), (*path, name))
    elif _has_parts(old) and _has_parts(new):
        for place in range(max(len(old), len(new))):
            before, after = (values[place] if place < len(values) else None for values in (old, new))
            yield from _walk(before, after, (*path, place))
    else:
        yield path, old, new


def _has_parts(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(part, dict) for part in value)


def _count(value: Any) -> int:
    """Settings in a section."""
    if isinstance(value, dict):
        return sum(map(_count, value.values()))
    if _has_parts(value):
        return sum(map(_count, value))
    return 0 if value is None else 1


def _said(side_: Side, path: Path, value: Any, one: Side, other: Side) -> str:
    """The value as the file says it, or as it would say it in the same unit."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(map(str, value))}]"
    if not isinstance(value, int | float):
        return str(value)
    node = side_.written.at(path)
    if node is not None and isinstance(node.value, str) and _at(side_.before, path) == value:
        return node.value
    schemas = _schemas(side_, path)
    if not _is(schemas, _CLOCK):
        for known in (side_, one, other):
            said = _in_unit_of(known, path, value)
            if said:
                return said
    return plainly(value, schemas, side_.currency)


def _in_unit_of(known: Side, path: Path, value: float) -> str:
    """The number in the unit in which a file says this setting, or nothing."""
    node, there = known.written.at(path), _at(known.before, path)
    match = _QUANTITY.match(node.value) if node is not None and isinstance(node.value, str) else None
    number = float(match[1].replace(",", "").replace("_", "")) if match else 0.0
    if not match or not number or not isinstance(there, int | float) or not there:
        return ""
    return f"{_number(value / (there / number))} {match[2]}"


def plainly(value: float, schemas: list[Schema], currency: str) -> str:
    """A number as a file would write it, by what the schemas at its place say."""
    if schemas and schemas[0].get("type") != "string":
        return _number(value)
    if _is(schemas, _AMOUNTS[0]):
        return f"{_number(value)} {currency}"
    said = in_unit(value, schemas)
    return said.replace(" per ", f" {currency} per ", 1) if _is(schemas, _AMOUNTS[1]) else said


def _number(value: float) -> str:
    return f"{value:,.10g}"


def _schemas(side_: Side, path: Path) -> list[Schema]:
    """What the scenario, or a policy, takes at a path."""
    if path[0] == "policy":
        described = _POLICY.get(str(path[-1])) or _POLICY.get(str(path[1]), "")
        return [{"type": "string", "description": described}]
    return shape_of(scenario_model()).at(planted(dict(side_.plain), Place("")), path)


def _is(schemas: list[Schema], described: str) -> bool:
    return any(schema.get("description") == described for schema in schemas)


def _at(plain: Mapping[str, Any], path: Path) -> Any:
    value: Any = plain
    for step in path:
        inside = isinstance(value, list) and isinstance(step, int) and step < len(value)
        value = value[step] if inside else value.get(step) if isinstance(value, Mapping) else None
    return value


def _relative(path: Path, old: Any, new: Any, one: Side, other: Side) -> float | None:
    """Relative change of a number; none of a time of day."""
    numbers = [value for value in (old, new) if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) < 2 or not old or _is(_schemas(one, path), _CLOCK) or one.currency != other.currency:
        return None
    return float(new / old - 1.0)
