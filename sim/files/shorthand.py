"""Settings and changes said in one word each, as on a command line: ``fee=+8%``, ``headcount.front_line=-2,0,+2``.

A name is a dotted path (``*`` for any name in it), a lever that touches one kind of setting, or some parts of a path in
any order, as long as only settings that differ in one name are meant. A value that begins with + or - is added, or
taken as a part of the setting if it ends in %; one that begins with x is a factor; any other replaces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from sim.evidence import matches
from sim.files.policies import clash
from sim.files.problems import Place, nearest, shown
from sim.files.shape import shape_of
from sim.files.tree import planted
from sim.levers import levers
from sim.mechanisms.interventions import PolicySettings
from sim.scenario import Scenario, scenario_model

Changes = dict[str, dict[str, Any]]
_FACTOR = re.compile(r"x\s*(\d+(?:\.\d+)?)$")
_PART = re.compile(r"([+-])\s*(\d+(?:\.\d+)?)\s*%$")
_NOWHERE = Place("")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?$")
_SHARES = ("a share", "a percentage, may exceed 100 %")
_MOST = 5


class Unclear(Exception):  # noqa: N818  # read as a statement in messages
    """A name or a value of which it cannot be said what is meant."""


def split(text: str) -> tuple[str, str]:
    """Name and value of ``name=value``; raises Unclear."""
    name, equals, value = text.partition("=")
    if not equals or not name.strip() or not value.strip():
        raise Unclear("write it like fee=+8%, headcount.front_line=-2,0,+2 or workforce.training.hours=2 h")
    return name.strip(), value.strip()


def several(value: str) -> list[str]:
    """The values of a list: separated by semicolons, or by commas where no value has a comma of its own.

    Between values that begin with + or -, 0 is no change.
    """
    found = [one.strip() for one in value.split(";" if ";" in value else ",")]
    signed = any(one[:1] in ("+", "-") for one in found)
    return ["+0" if one == "0" and signed else one for one in found]


def paths_of(scenario: Scenario, name: str) -> tuple[str, ...]:
    """The settings that a name means; raises Unclear where there are none, or more than differ in one name."""
    known = list(_settings(scenario.model_dump(mode="json", by_alias=True, exclude_unset=True)))
    found = [path for path in known if matches(name, path)] or _by_lever(name, known)
    if found:
        return tuple(found)
    parts = set(name.split("."))
    found = [path for path in known if parts <= set(path.split("."))]
    if not found:
        near = nearest(name, [*known, *(one.name for one in levers() if len(one.moves) == 1)])
        raise Unclear(f"{shown(name)} is no setting of the scenario" + (f" — did you mean {near}?" if near else ""))
    if not _alike(found):
        listed = ", ".join(found[:_MOST]) + (f" and {len(found) - _MOST} more" if len(found) > _MOST else "")
        raise Unclear(f"{shown(name)} may mean {listed}; say more of its path")
    return tuple(found)


def changes_of(scenario: Scenario, name: str, value: str) -> Changes:
    """The changes of a policy that a name and a value mean; raises Unclear, also where a value does not fit."""
    changes = {path: change_of(scenario, path, value) for path in paths_of(scenario, name)}
    if wrong := clash(scenario, [made(scenario, f"{name}={value}", changes)]):
        raise Unclear(wrong)
    return changes


def made(scenario: Scenario, title: str, changes: Mapping[str, Mapping[str, Any]]) -> PolicySettings:
    """A policy with these changes; raises Unclear where one is none."""
    try:
        return PolicySettings.model_validate(
            {"title": title, "changes": {path: dict(change) for path, change in changes.items()}},
            context={"currency": scenario.currency},
        )
    except ValidationError as error:
        raise Unclear(str(error.errors(include_url=False)[0]["msg"])) from None


def _settings(plain: Any, path: str = "") -> Iterator[str]:
    """Paths of all settings, in their order; those of evidence and of policies are none of the firm's."""
    if isinstance(plain, dict):
        for name, value in plain.items():
            below = f"{path}.{name}" if path else name
            if below not in ("frontline", "evidence", "policies"):
                yield from _settings(value, below)
    elif plain is not None:
        yield path


def _by_lever(name: str, known: Sequence[str]) -> list[str]:
    """The settings of a lever that touches one kind; further words, as in headcount.front_line, fill its ``*``."""
    first, *words = name.split(".")
    for lever in levers():
        if lever.name == first and len(lever.moves) == 1:
            found = [path for path in known if matches(lever.moves[0].path, path)]
            return [path for path in found if set(words) <= set(path.split("."))]
    return []


def _alike(paths: Sequence[str]) -> bool:
    """Whether paths differ in one place at most."""
    rows = [path.split(".") for path in paths]
    if len({len(row) for row in rows}) > 1:
        return False
    return sum(len(set(column)) > 1 for column in zip(*rows, strict=True)) <= 1


def change_of(scenario: Scenario, path: str, value: str) -> dict[str, Any]:
    """The change of one setting that a value means; raises Unclear where it lacks its unit."""
    if (factor := _FACTOR.match(value)) is not None:
        return {"multiply": float(factor.group(1))}
    described = _described(scenario, path)
    if (part := _PART.match(value)) is not None:
        if described in _SHARES:
            sign, number = part.groups()
            factor_of = f"x{_factor(sign, number):g}"
            raise Unclear(f"{path} is a share: write {sign}{number} points, or {factor_of} for a part of it")
        return {"multiply": _factor(*part.groups())}
    if value[0] in "+-" and described in _SHARES and value.endswith("points"):
        return {"add": value.removesuffix("points").strip().removeprefix("+") + " %"}
    if _NUMBER.match(value):
        if described and value not in ("+0", "-0"):
            raise Unclear(f"{path} is {described}: write it with its unit, such as {_example(scenario, path)}")
        amount = float(value) if "." in value else int(value)
        return {"add": amount} if value[0] in "+-" else {"to": amount}
    if value[0] in "+-":
        return {"add": value.removeprefix("+").strip()}
    return {"to": value}


def _factor(sign: str, number: str) -> float:
    return round(1.0 + (1 if sign == "+" else -1) * float(number) / 100.0, 12)


def _described(scenario: Scenario, path: str) -> str:
    """What kind of quantity stands at a path; empty for a plain number or word."""
    return next((str(schema["description"]) for schema in _with_unit(scenario, path)), "")


def _example(scenario: Scenario, path: str) -> str:
    return shown(_with_unit(scenario, path)[0]["examples"][0])


def _with_unit(scenario: Scenario, path: str) -> list[dict[str, Any]]:
    """The schemas at a path of texts that carry a unit."""
    steps = tuple(int(part) if part.isdecimal() else part for part in path.split("."))
    schemas = shape_of(scenario_model()).at(planted(scenario.plain(), _NOWHERE), steps)
    return [schema for schema in schemas if schema.get("examples")]
