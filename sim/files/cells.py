"""What stands in a cell of a workbook, as a value of a scenario: numbers, texts, dates and lists; never a formula.

A text in brackets, braces or quotes is read as YAML, any other as a plain scalar of it, so that a workbook and a YAML
file say the same in the same words.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

from sim.files.composing import LARGEST_INTEGER, LONGEST_TEXT, compose, is_text
from sim.files.problems import FileProblem, Place, shown
from sim.files.quantities import decimal_text
from sim.files.tree import Node, leaf, moved

_NUMBER = re.compile(r"[+-]?(?:\d[\d_,]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_OPENS = ("[", "{", '"')


def place_of(file: str, cell: Any) -> Place:
    """Where a cell is."""
    return Place(file, cell.row, cell.column, cell.parent.title)


def node_of(file: str, cell: Any, where: str, unit: Any = None, longest: int = LONGEST_TEXT) -> Node:
    """The value of a cell, with the unit that another may hold; raises FileProblem where it is none."""
    place = place_of(file, cell)
    value = value_of(file, cell, where, longest)
    measure = value_of(file, unit, where) if unit is not None else None
    if measure in (None, ""):
        return _text_node(value, place, where) if isinstance(value, str) else leaf(value, place)
    if not isinstance(measure, str):
        raise FileProblem([place_of(file, unit).problem(f"has {shown(measure)} where its unit belongs", where)])
    return leaf(_with_unit(value, measure.strip(), place, where), place)


def value_of(file: str, cell: Any, where: str, longest: int = LONGEST_TEXT) -> bool | int | float | str | None:
    """What a cell holds: a whole number as such, a date or a time as a text; raises FileProblem."""
    place, value = place_of(file, cell), cell.value
    if cell.data_type == "f":
        raise FileProblem([place.problem("holds a formula, and none is worked out here; put the value there", where)])
    if cell.data_type == "e":
        raise FileProblem([place.problem(f"holds the error {value}", where)])
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return _number(value, "%" in str(cell.number_format), place, where)
    return _checked(_of_time(value), place, where, longest)


def _of_time(value: Any) -> str:
    """A date, a time of day or a text as a text."""
    match value:
        case dt.datetime() if value.time() == dt.time():
            return value.date().isoformat()
        case dt.date():
            return value.isoformat()
        case dt.time():
            return value.strftime("%H:%M")
        case dt.timedelta():
            return "24:00" if value == dt.timedelta(days=1) else str(value).rpartition(":")[0]
    return str(value)


def _number(value: int | float, in_percent: bool, place: Place, where: str) -> int | float | str:
    if value != value or abs(value) > LARGEST_INTEGER:  # noqa: PLR0124 - NaN is what differs from itself
        raise FileProblem([place.problem(f"holds the number {value}, which cannot be meant", where)])
    if in_percent:
        return f"{decimal_text(float(Decimal(repr(value)) * 100))} %"
    return int(value) if value == int(value) else float(value)


def _checked(text: str, place: Place, where: str, longest: int) -> str:
    if len(text) > longest and not text.startswith("["):
        message = f"has a text of {len(text):,} characters; at most {longest:,} are taken"
        raise FileProblem([place.problem(message, where)])
    if _UNPRINTABLE.search(text):
        raise FileProblem([place.problem("has a control character", where)])
    return text


def _with_unit(value: bool | int | float | str | None, unit: str, place: Place, where: str) -> Any:
    """The quantity as a file would write it."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return f"{decimal_text(value)} {unit}"
    text = value.strip()
    if _NUMBER.fullmatch(text):
        return f"{text} {unit}"
    match = _NUMBER.match(text)
    if match is None or text[match.end() :].strip() == unit:
        return text
    raise FileProblem([place.problem(f"is {shown(text)} with the unit {shown(unit)} beside it; say one unit", where)])


def _text_node(text: str, place: Place, where: str) -> Node:
    """A text as YAML has it; plain where it opens no bracket, brace or quote."""
    stripped = text.strip()
    if not stripped:
        return leaf(None, place)
    if not stripped.startswith(_OPENS) and is_text(stripped):
        return leaf(text, place)
    try:
        return moved(compose(stripped, place.file), place)
    except FileProblem as problem:
        words = [f"{one.where} {one.message}".strip() for one in problem.problems]
        raise FileProblem([place.problem(f": {said}", where) for said in words]) from None
