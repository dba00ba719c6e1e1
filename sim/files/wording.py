"""The complaints of the settings classes in a planner's words, each with the place of what it is about."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from sim.files.problems import Problem, nearest, shown, suggestion
from sim.files.shape import Schema, expected, in_unit, known_keys, shape_of
from sim.files.tree import Node, Path, dotted
from sim.scenario import Scenario

_QUOTED = re.compile(r"'([^']*)'")
_READS_ON = ("is ", "must ", "needs ", "has ", "gives ", "ends ", "closes ", "names ", "holds ", "lies ", "lacks ")
_EXPONENT = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+)[eE][-+]?\d+) ?(\S.*)")
_PLURALS = {"kind": "known kinds", "law": "known laws", "basis": "known bases"}
_PATTERNS = {"^[A-Z]{3}$": "three capital letters, such as EUR"}
_TYPES = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "date_type": "a date such as 2026-03-01",
    "none_required": "empty",
}
_A_SLIP = 0.8
_OF_EXTENSION = " (a section of an extension is known with its script: frontline --with SCRIPT)"
_BOUNDS = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}


@dataclass(frozen=True, slots=True)
class Complaint:
    """One error of pydantic with the node that it is about.

    path: of the node, without the labels that pydantic adds; missing: the key that the node lacks; about_key:
    whether the node's own key is wrong, and not its value.
    """

    error: ErrorDetails
    path: Path
    node: Node
    missing: str = ""
    about_key: bool = False

    @property
    def kind(self) -> str:
        """Pydantic's name of the error."""
        return self.error["type"]

    @property
    def context(self) -> dict[str, Any]:
        """The numbers and names that belong to the error."""
        return self.error.get("ctx", {})


Places = dict[tuple[Path, str, bool], list[Complaint]]


def problems_of(errors: Iterable[ErrorDetails], tree: Node, model: type[BaseModel]) -> list[Problem]:
    """The errors as problems: one for each place, in a planner's words."""
    places: Places = {}
    for error in errors:
        complaint = _located(error, tree)
        places.setdefault((complaint.path, complaint.missing, complaint.about_key), []).append(complaint)
    misspelt = _misspelt(places, tree, model)
    return [
        _problem(complaints, tree, model)
        for (path, missing, _), complaints in places.items()
        if (path, missing) not in misspelt and not _is_echo(path, complaints, places)
    ]


def _located(error: ErrorDetails, tree: Node) -> Complaint:
    path: Path = ()
    node, missing, about_key = tree, "", False
    for position, step in enumerate(error["loc"]):
        child = node.child(step)
        if step == "[key]":
            about_key = True
            break
        if child is not None:
            node, path = child, (*path, step)
        elif error["type"] == "missing" and position == len(error["loc"]) - 1:
            missing = str(step)
    return Complaint(error, path, node, missing, about_key)


def _misspelt(places: Places, tree: Node, model: type[BaseModel]) -> set[tuple[Path, str]]:
    """The keys that are missing only because a neighbour is misspelt."""
    found = set()
    for path, complaints in ((key[0], value) for key, value in places.items()):
        if path and complaints[0].kind == "extra_forbidden":
            near = nearest(str(path[-1]), known_keys(shape_of(model).at(tree, path[:-1])))
            found.add((path[:-1], near or ""))
    return {(path, name) for path, name in found if name}


def _is_echo(path: Path, complaints: list[Complaint], places: Places) -> bool:
    """Whether only the other alternatives of a union complain, and the one meant has said what is wrong inside."""
    if not isinstance(complaints[0].node.value, dict | list):
        return False
    if any(one.kind != "literal_error" and one.kind not in _TYPES for one in complaints):
        return False
    return any(len(other) > len(path) and other[: len(path)] == path for other, _, _ in places)


def _problem(complaints: list[Complaint], tree: Node, model: type[BaseModel]) -> Problem:
    first = complaints[0]
    path = (*first.path, first.missing) if first.missing else first.path
    schemas = shape_of(model).at(tree, path)
    if first.about_key or first.kind == "extra_forbidden":
        parent = shape_of(model).at(tree, first.path[:-1])
        pool = _options(complaints) if first.about_key else known_keys(parent)
        name, where = str(first.path[-1] if path else ""), dotted(first.path)
        is_section = len(path) == 1 and issubclass(model, Scenario) and nearest(name, pool, _A_SLIP) is None
        return first.node.key.problem(_unknown(name, pool) + (_OF_EXTENSION if is_section else ""), where)
    if first.kind in ("union_tag_invalid", "union_tag_not_found"):
        return _tag(first)
    for one in complaints:
        if one.kind in _WORDS:
            return _at(one, _WORDS[one.kind](one, schemas), path)
    return _at(first, _wrong_type(complaints, path, schemas), path)


def _at(complaint: Complaint, message: str, path: Path) -> Problem:
    place = complaint.node.key if complaint.missing or complaint.node.value is None else complaint.node.place
    if isinstance(complaint.node.value, dict | list):
        place = complaint.node.key
    return place.problem(message, dotted(path))


def _unknown(name: str, pool: list[str]) -> str:
    return "is not known here" + suggestion(name, pool)


def _tag(complaint: Complaint) -> Problem:
    label = complaint.context["discriminator"].strip("'")
    options = _QUOTED.findall(complaint.context.get("expected_tags", ""))
    node = complaint.node.child(label)
    where = dotted((*complaint.path, label))
    if node is None:
        return complaint.node.key.problem("is missing; it says which law this is", where)
    return node.place.problem(_choice(node.value, options, label), where)


def _choice(found: object, options: list[str], name: str) -> str:
    known = _PLURALS.get(name, "known values")
    return f"is {shown(found)}" + suggestion(found if isinstance(found, str) else "", options, known)


def _options(complaints: list[Complaint]) -> list[str]:
    texts = (one.context.get("expected", "") for one in complaints if one.kind == "literal_error")
    return [option for text in texts for option in _QUOTED.findall(text)]


def _wrong_type(complaints: list[Complaint], path: Path, schemas: list[Schema]) -> str:
    found = complaints[0].node.value
    options = _options(complaints)
    kinds = {_TYPES[one.kind] for one in complaints if one.kind in _TYPES}
    if not kinds and options:
        return _choice(found, options, str(path[-1]) if path else "")
    if "a number" in kinds:
        kinds.discard("a whole number")
    if "a mapping" in kinds:
        kinds = (kinds - {"a mapping"}) | {expected([s for s in schemas if s.get("type") == "object"]) or "a mapping"}
    words = " or ".join([*options, *sorted(kinds)]) or expected(schemas)
    near = nearest(found, options) if isinstance(found, str) else None
    if isinstance(found, float) and found.is_integer() and kinds == {"a whole number"}:
        near = shown(int(found))
    guess = f" — did you mean {near}?" if near else _hint(found, kinds, options)
    return f"is {shown(found)}; it must be {words}{guess}"


def _hint(found: object, kinds: set[str], options: list[str]) -> str:
    if not isinstance(found, str):
        return " (put it in quotes)" if kinds == {"a text"} and isinstance(found, int | float) else ""
    if kinds == {"a list"} and not options:
        return f", such as [{found}]" if len(found) < 40 else ""
    if kinds == {"true or false"} and found.lower() in ("yes", "on", "no", "off", "y", "n"):
        return f" — did you mean {'true' if found.lower() in ('yes', 'on', 'y') else 'false'}?"
    if not kinds & {"a number", "a whole number"}:
        return ""
    if re.fullmatch(r"[\d.,]+", found):
        return ", without commas, quotes or leading zeros"
    return ", without a unit" if re.match(r"-?\d", found) else ""


def _missing(complaint: Complaint, schemas: list[Schema]) -> str:
    return f"is missing; it must be {expected(schemas)}"


def _bound(complaint: Complaint, schemas: list[Schema]) -> str:
    key, words = _BOUNDS[complaint.kind]
    return f"is {shown(complaint.node.value)}; it must be {words} {in_unit(complaint.context[key], schemas)}"


def _own(complaint: Complaint, schemas: list[Schema]) -> str:
    """The message of one of our own parsers or checks, which reads on after the name of the field."""
    message = str(complaint.context.get("error", "is not valid"))
    found = complaint.node.value
    what = expected(schemas)
    if message.startswith("must be a text with a number") and schemas:
        return f"is {shown(found)}; it must be {what}"
    message = _nearer(message, found)
    if not isinstance(found, dict | list):
        message += f" (found {shown(found)})"
    if message.startswith("is no time zone") and isinstance(found, str):
        message += _zone_meant(found)
    return message if message.startswith(_READS_ON) else f": {message}"


def _nearer(message: str, found: object) -> str:
    """The message with the example that is probably meant: 6 % for 0.06, the number written out for an exponent."""
    if message.startswith("needs a percent sign") and isinstance(found, int | float) and 0 < abs(found) < 1:
        return f"needs a percent sign, such as '{100 * found:g} %'"
    exponent = _EXPONENT.match(found) if isinstance(found, str) else None
    if exponent is None:
        return message
    number = float(exponent[1])
    example = f", such as '{number:.15g} {exponent[2]}'" if 1e-6 < abs(number) < 1e15 else ""
    return f"has a number with an exponent; write it out{example}"


def _zone_meant(found: str) -> str:
    from zoneinfo import available_timezones  # noqa: PLC0415 - only for the message

    near = nearest(found, sorted(available_timezones()))
    return f" — did you mean {near}?" if near else ""


def _length(complaint: Complaint, schemas: list[Schema]) -> str:
    least, most = complaint.context.get("min_length"), complaint.context.get("max_length")
    found = complaint.node.value
    unit = "character" if isinstance(found, str) else "entr"
    bound = least if complaint.kind.endswith("too_short") else most
    ending = {"character": "s" if bound != 1 else "", "entr": "ies" if bound != 1 else "y"}[unit]
    size = len(found) if isinstance(found, str | list | dict) else 0
    words = "at least" if complaint.kind.endswith("too_short") else "at most"
    return f"has {size} {unit}{'s' if unit == 'character' else 'ies'}; it must have {words} {bound} {unit}{ending}"


def _pattern(complaint: Complaint, schemas: list[Schema]) -> str:
    pattern = complaint.context.get("pattern", "")
    words = _PATTERNS.get(pattern, f"of the form {pattern}")
    return f"is {shown(complaint.node.value)}; it must be {words}"


_Words = Callable[[Complaint, list[Schema]], str]
_WORDS: dict[str, _Words] = {
    "missing": _missing,
    "value_error": _own,
    "string_pattern_mismatch": _pattern,
    **dict.fromkeys(_BOUNDS, _bound),
    **dict.fromkeys(("too_short", "too_long", "string_too_short", "string_too_long"), _length),
}
