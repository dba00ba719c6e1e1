"""A scenario as sheets that can be filled in and read back: a row for each setting, a sheet for each table.

``sim/files/sheets.py`` reads them. What a setting may be, and where its number comes from, stand beside it for people
and are not read back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sim.core.units import DAY, parse_duration
from sim.evidence import EvidenceSettings, entry_of
from sim.files.composing import is_text
from sim.files.problems import Place
from sim.files.quantities import decimal_text, file_words, parts_of
from sim.files.shape import Schema, clock, expected, is_table, shape_of
from sim.files.sheets import EVIDENCE, INPUTS, TABLE, TABLE_HEAD, path_text
from sim.files.tree import Node, Path, dotted, planted
from sim.files.writing import in_one_line
from sim.report.book import HEAD, PALE, Book, Column, number_format
from sim.report.tables import Record
from sim.scenario import Scenario, scenario_model

_COLUMNS = (
    Column("setting", "setting"),
    Column("value", "value"),
    Column("unit", "unit"),
    Column("what it may be", "may"),
    Column("evidence", "kind"),
    Column("strength", "strength"),
    Column("source", "source"),
)
_ENTRY = (
    Column("settings", "settings", wrap=True),
    Column("kind", "kind"),
    Column("source", "source", wrap=True),
    Column("strength", "strength"),
    Column("lowest", "lowest"),
    Column("highest", "highest"),
)
_FILLED = {"bg_color": "#fff9e5", "border": 1, "border_color": "#d9d9d9"}
_VALUE_WIDTH, _MAY_WIDTH = 40, 48
_LONGEST_LIST = 250
_MANY_DIGITS = 16
_NOTES = (
    "Change the yellow cells; add a setting as a row, take one away with its row. A list stands in brackets: [a, b].",
    "Read it back with: frontline inputs THIS.xlsx --out scenario.yaml, or use it as it is: frontline run THIS.xlsx. "
    "Formulas are not worked out.",
)


def inputs(scenario: Scenario, written: Node | None = None) -> bytes:
    """A workbook of the inputs; written: the tree of the scenario's file, whose own words are kept."""
    book = Book()
    add_inputs(book, scenario, written)
    return book.content()


def add_inputs(book: Book, scenario: Scenario, written: Node | None = None) -> None:
    """The sheets of the inputs: the settings, where their numbers come from, and one for each table by interval."""
    words = file_words(scenario, written)
    words.pop("evidence", None)
    tree = planted(words, Place(""))
    shape = shape_of(scenario_model())
    found = list(_entries(words, (), lambda path: shape.at(tree, path)))
    tables = [(path, value) for path, value, schemas in found if any(map(is_table, schemas))]
    numbers = set(scenario.numbers())
    rows = [_row(*each, scenario, numbers) for each in found if not any(map(is_table, each[2]))]
    _add_settings(book, scenario, rows, [path for path, _ in tables])
    if scenario.evidence:
        _add_evidence(book, scenario.evidence)
    for number, (path, value) in enumerate(tables, 1):
        _add_table(book, f"Table {number}", path, value)


Entry = tuple[Path, Any, list[Schema]]


def _entries(value: Any, path: Path, schemas_at: Any) -> Iterator[Entry]:
    """What becomes a row or a table: single values, lists of such, empty mappings, tables by interval."""
    schemas = schemas_at(path) if path else []
    inner: list[tuple[str | int, Any]] = []
    if isinstance(value, dict) and not ("rows" in value and any(map(is_table, schemas))):
        inner = list(value.items())
    elif isinstance(value, list) and any(isinstance(one, dict | list) for one in value):
        inner = list(enumerate(value))
    if not inner:
        yield path, value, schemas
    for step, one in inner:
        yield from _entries(one, (*path, step), schemas_at)


def _row(path: Path, value: Any, schemas: list[Schema], scenario: Scenario, numbers: set[str]) -> Record:
    entry = entry_of(dotted(path), scenario.evidence) if dotted(path) in numbers else None
    number = parts_of(value, schemas) if isinstance(value, str) else None
    told, unit = number if number is not None and _survives(number[0]) else (_cell(value, path), "")
    return {
        "setting": path_text(path),
        "value": told,
        "unit": unit,
        "may": _may_be(schemas, value),
        "choices": _choices(schemas),
        **({"kind": entry.kind, "strength": entry.strength, "source": entry.source} if entry else {}),
    }


def _cell(value: Any, path: Path) -> bool | int | float | str:
    """The value as a cell holds it, so that it is read back as the same."""
    match value:
        case bool():
            return value
        case int() | float():
            exact = _survives(value) and not (isinstance(value, float) and value.is_integer() and path[0] == "policies")
            return value if exact else repr(value)
        case str():
            return json.dumps(value, ensure_ascii=False) if _misread(value) else value
    return in_one_line(value)


def _survives(number: float) -> bool:
    """Whether a number is still the same with as many digits as a workbook keeps."""
    return abs(number) < 10**15 and float(f"{number:.{_MANY_DIGITS}G}") == number


def _misread(text: str) -> bool:
    stripped = text.strip()
    return not stripped or stripped[0] in '[{"' or not is_text(stripped)


def _may_be(schemas: list[Schema], value: Any) -> str:
    if not schemas or any(not {"type", "anyOf", "enum", "const", "$ref"} & each.keys() for each in schemas):
        return ""
    return "a list" if isinstance(value, list) else expected(schemas)


def _choices(schemas: list[Schema]) -> list[str]:
    """The values of a setting that takes one of a few, for a list to choose from."""
    if not schemas or any("enum" not in each or each.get("type") != "string" for each in schemas):
        return []
    choices = [str(choice) for each in schemas for choice in each["enum"]]
    return choices if len(",".join(choices)) < _LONGEST_LIST else []


def _add_settings(book: Book, scenario: Scenario, rows: list[Record], tables: list[Path]) -> None:
    sheet = book.sheet(INPUTS)
    title = f"Inputs: {scenario.title or scenario.name}"
    more = [f"In sheets of their own: {', '.join(map(dotted, tables))}"] if tables else []
    first = book.heading(sheet, title, (*_NOTES, *more))
    begin, _ = book.table(sheet, _COLUMNS, rows, first)
    section = ""
    for place, row in enumerate(rows, begin):
        new = row["setting"].partition(".")[0]
        if new != section:
            section = new
            book.put(sheet, place, 0, row["setting"], top=1, bold=True)
        for column, key in ((1, "value"), (2, "unit")):
            book.put(sheet, place, column, row[key], **_FILLED, **_look(row[key]))
        book.lines(sheet, place, {_VALUE_WIDTH: str(row["value"])})
        if row["choices"]:
            rule = {"validate": "list", "source": row["choices"], "error_type": "warning"}
            sheet.data_validation(place, 1, place, 1, rule)
    for column, width in enumerate((52, _VALUE_WIDTH, 20, _MAY_WIDTH)):
        sheet.set_column(column, column, width)


def _look(value: Any) -> Record:
    if isinstance(value, bool):
        return {"align": "left"}
    if isinstance(value, int | float):
        return {"num_format": _format(value), "align": "right"}
    return {"num_format": "@", "align": "left", "text_wrap": True}


def _format(number: float) -> str:
    """Every digit that the number has."""
    text = decimal_text(float(number))
    decimals = len(text.partition(".")[2])
    return "#,##0" + ("." + "0" * decimals if 0 < decimals <= 15 else "") if decimals <= 15 else "General"


def _add_evidence(book: Book, evidence: tuple[EvidenceSettings, ...]) -> None:
    sheet = book.sheet(EVIDENCE)
    notes = ("Where several rows name a number, the last one holds. * stands for any name, ** for all that follow.",)
    first = book.heading(sheet, "Where the numbers come from", notes)
    book.table(sheet, _ENTRY, (_entry(each) for each in evidence), first)


def _entry(entry: EvidenceSettings) -> Record:
    low, high = (_cell(bound, ("",)) for bound in entry.range) if entry.range else (None, None)
    names: Any = ", ".join(entry.settings)
    if any("," in name for name in entry.settings) or _misread(names):
        names = _cell(list(entry.settings), ("",))
    source = _cell(entry.source, ("",))
    return {"settings": names, "source": source, "lowest": low, "highest": high, **_kind(entry)}


def _kind(entry: EvidenceSettings) -> Record:
    return {"kind": entry.kind, "strength": entry.strength}


def _add_table(book: Book, title: str, path: Path, value: dict[str, Any]) -> None:
    """A table by interval: a row for each interval, a column for each day."""
    sheet = book.sheet(title)
    interval = parse_duration(str(value["interval"]))
    number, unit = parts_of(str(value["interval"]), [{"description": "a duration"}]) or (value["interval"], "")
    for row, (name, *cells) in enumerate(((TABLE, path_text(path)), ("Interval", number, unit))):
        book.put(sheet, row, 0, name, bold=True)
        for column, cell in enumerate(cells, 1):
            book.put(sheet, row, column, cell, **(_FILLED if row else {}))
    days = list(value["rows"])
    for column, day in enumerate(["time", *days]):
        book.put(sheet, TABLE_HEAD - 1, column, day, **HEAD)
    for place in range(int(DAY / interval)):
        book.put(sheet, TABLE_HEAD + place, 0, clock(place * interval), bg_color=PALE)
        for column, day in enumerate(days, 1):
            count = value["rows"][day][place]
            book.put(sheet, TABLE_HEAD + place, column, count, **_FILLED, num_format=number_format(count))
    sheet.set_column(0, len(days), 11)
    sheet.freeze_panes(TABLE_HEAD, 1)
