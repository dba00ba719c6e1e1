"""A scenario that was filled in as a workbook (.xlsx), read as the tree of a YAML file; every value knows its cell.

The sheet "Inputs" has a row for each setting: its path, value and unit. A sheet whose first cell says "Table of" holds
numbers by interval of the day; the sheet "Evidence" says where numbers come from. ``sim/report/inputs.py`` writes them.
Formulas are refused, never worked out.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sim.core.calendar import WEEKDAYS
from sim.core.units import DAY, MINUTE, parse_clock, parse_duration
from sim.files.cells import node_of, place_of, value_of
from sim.files.composing import DEEPEST
from sim.files.libraries import library
from sim.files.problems import FileProblem, Place, Problem, nearest, shown, suggestion
from sim.files.tree import Node, branch, leaf

INPUTS, EVIDENCE, TABLE = "Inputs", "Evidence", "Table of"
INPUT_COLUMNS = ("setting", "value", "unit")
EVIDENCE_COLUMNS = ("settings", "kind", "source", "strength", "lowest", "highest")
TABLE_HEAD = 4
"""Row of the days in the sheet of a table; the interval stands in row 2."""

MOST_ROWS, MOST_COLUMNS = 20_000, 1000
LARGEST_WORKBOOK = 10_000_000
_LONGEST_ROW = 10_000
_LARGEST_UNPACKED = 200_000_000
_STEP = re.compile(r'"((?:[^"]|"")*)"|([^".]+)')
_DAYS = (*WEEKDAYS, "every_day", "holiday")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")

Step = str | int


def path_text(path: tuple[Step, ...]) -> str:
    """A path as it stands in a cell: names parted by dots, in quotes where they hold one or are a number."""
    return ".".join(_quoted(step) if isinstance(step, str) else str(step) for step in path)


def _quoted(name: str) -> str:
    if _STEP.fullmatch(name) and not name.isdecimal() and name == name.strip():
        return name
    return '"' + name.replace('"', '""') + '"'


def path_of(text: str) -> tuple[Step, ...] | None:
    """The path of a text; None where it is none."""
    steps: list[Step] = []
    end = 0
    while end <= len(text):
        match = _STEP.match(text, end)
        if match is None or (match.end() < len(text) and text[match.end()] != "."):
            return None
        quoted, plain = match.groups()
        if plain is not None:
            steps.append(int(plain) if plain.isdecimal() else plain.strip())
        else:
            steps.append(quoted.replace('""', '"'))
        if not steps[-1] and steps[-1] != 0:
            return None
        end = match.end() + 1
    return tuple(steps)


def read_inputs(file: str) -> Node:
    """The tree of a workbook; raises FileProblem with everything that is wrong, each with its sheet and cell."""
    book = _opened(file)
    sheet = _inputs_sheet(book, file)
    problems: list[Problem] = []
    root = branch({}, Place(file, sheet=sheet.title))
    for path, node in _collected(_settings(file, sheet), problems):
        _plant(root, path, node, problems)
    for title in book.sheetnames:
        other = book[title]
        if _is_table(other):
            for path, node in _collected(_table(file, other), problems):
                _plant(root, path, node, problems)
        elif title.lower() == EVIDENCE.lower():
            entries = [node for _, node in _collected(_evidence(file, other), problems)]
            if entries:
                _plant(root, ("evidence",), branch(list(entries), Place(file, 1, 1, title)), problems)
    _lists_made(root, problems)
    if problems:
        raise FileProblem(problems)
    return root


Found = Iterator[tuple[tuple[Step, ...], Node] | FileProblem]


def _collected(found: Found, problems: list[Problem]) -> Iterator[tuple[tuple[Step, ...], Node]]:
    """What was found, while what was wrong with it, or with a row, goes to the problems."""
    try:
        for each in found:
            if isinstance(each, FileProblem):
                problems.extend(each.problems)
            else:
                yield each
    except FileProblem as problem:
        problems.extend(problem.problems)


def _opened(file: str) -> Any:
    openpyxl = library("openpyxl", f"{file}: reading a workbook", "openpyxl")
    place = Place(file)
    try:
        if Path(file).stat().st_size > LARGEST_WORKBOOK:
            raise FileProblem([place.problem(f"is larger than {LARGEST_WORKBOOK / 1_000_000:g} MB")])
        with zipfile.ZipFile(file) as packed:
            if sum(part.file_size for part in packed.infolist()) > _LARGEST_UNPACKED:
                raise FileProblem([place.problem("unpacks to more than a workbook of settings can hold")])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of features of Excel that are not read, such as pictures
            return openpyxl.load_workbook(file, keep_links=False)
    except FileProblem:
        raise
    except Exception as error:  # whatever is wrong inside a workbook, the library has an error of its own for it
        said = "it is no workbook" if isinstance(error, zipfile.BadZipFile) else type(error).__name__
        raise FileProblem([place.problem(f"cannot be read as a workbook of Excel ({said})")]) from None


def _inputs_sheet(book: Any, file: str) -> Any:
    found = next((title for title in book.sheetnames if title.strip().lower() == INPUTS.lower()), None)
    if found is None:
        message = f"has no sheet {shown(INPUTS)}, which holds the settings" + suggestion(
            INPUTS, book.sheetnames, "its sheets"
        )
        raise FileProblem([Place(file).problem(message)])
    sheet = book[found]
    if sheet.max_row > MOST_ROWS or sheet.max_column > MOST_COLUMNS:
        raise FileProblem([Place(file, sheet=found).problem(f"has more than {MOST_ROWS:,} rows or too many columns")])
    return sheet


def _head(file: str, sheet: Any, needed: tuple[str, ...], known: tuple[str, ...]) -> tuple[int, Mapping[str, int]]:
    """The row of the header and the columns by name; raises FileProblem where a needed one is missing."""
    for row in sheet.iter_rows(min_row=1, max_row=min(sheet.max_row, 20)):
        names = {str(cell.value).strip().lower(): cell.column for cell in row if isinstance(cell.value, str)}
        if any(name in names for name in needed):
            break
    else:
        names, row = {}, sheet[1]
    place = Place(file, row[0].row, 1, sheet.title)
    lacking = [name for name in needed if name not in names]
    if lacking:
        message = f"has no column {shown(lacking[0])}" + suggestion(lacking[0], list(names), "found")
        raise FileProblem([place.problem(message, "the header")])
    return row[0].row, {name: names[name] for name in known if name in names}


def _settings(file: str, sheet: Any) -> Found:
    """Every row of the inputs: path and value."""
    first, columns = _head(file, sheet, INPUT_COLUMNS[:2], INPUT_COLUMNS)
    for row in sheet.iter_rows(min_row=first + 1):
        name, value = (row[columns[column] - 1] for column in INPUT_COLUMNS[:2])
        unit = row[columns["unit"] - 1] if "unit" in columns else None
        if name.value is None and value.value is None:
            continue
        try:
            text = value_of(file, name, "the setting")
            path = path_of(text.strip()) if isinstance(text, str) else None
            if path is None or len(path) > DEEPEST or not isinstance(path[0], str):
                message = f"is {shown(text)}; it must be the path of a setting, such as workforce.groups.desk.headcount"
                raise FileProblem([place_of(file, name).problem(message, "the setting")])
            node = node_of(file, value, str(text).strip(), unit)
        except FileProblem as problem:
            yield problem
            continue
        yield path, Node(node.value, node.place, place_of(file, name))


def _plant(root: Node, path: tuple[Step, ...], node: Node, problems: list[Problem]) -> None:
    """Put a value where its path leads; names on the way are made."""
    there = root
    for step in path[:-1]:
        inside = there.value
        if not isinstance(inside, dict):
            break
        there = inside.setdefault(_key(step), branch({}, node.key))
    if not isinstance(there.value, dict):
        message = "stands below a setting that has a value of its own"
        problems.append(node.key.problem(message, path_text(path)))
        return
    earlier = there.value.get(_key(path[-1]))
    if earlier is not None:
        where = f"first in line {earlier.key.line} of the sheet {shown(earlier.key.sheet)}"
        problems.append(node.key.problem(f"stands twice; {where}", path_text(path)))
        return
    there.value[_key(path[-1])] = node


_IN_LIST = "\0"


def _key(step: Step) -> str:
    """A name, or a place in a list, marked so that it is no name."""
    return step if isinstance(step, str) else f"{_IN_LIST}{step:09d}"


def _lists_made(node: Node, problems: list[Problem]) -> None:
    """Turns mappings of places into lists, in the order of the places."""
    if isinstance(node.value, dict):
        placed = [name for name in node.value if name.startswith(_IN_LIST)]
        if placed and len(placed) < len(node.value):
            message = "is a place in a list, and beside it stand names; a name that is a number goes in quotes"
            problems.append(node.value[placed[0]].key.problem(message, placed[0].lstrip(_IN_LIST + "0") or "0"))
            node.value = {}
        elif placed:
            node.value = [node.value[name] for name in sorted(placed)]
    inner = node.value if isinstance(node.value, list) else list(node.entries().values())
    for child in inner:
        _lists_made(child, problems)


def _evidence(file: str, sheet: Any) -> Found:
    """Every row of the evidence: the entry that it is."""
    first, columns = _head(file, sheet, EVIDENCE_COLUMNS[:3], EVIDENCE_COLUMNS)
    for row in sheet.iter_rows(min_row=first + 1):
        if all(cell.value is None for cell in row):
            continue
        try:
            cells = {name: row[column - 1] for name, column in columns.items()}
            found = {
                name: node_of(file, cell, f"evidence, {name}", longest=_LONGEST_ROW) for name, cell in cells.items()
            }
        except FileProblem as problem:
            yield problem
            continue
        yield (), branch(_entry(found), place_of(file, row[0]))


def _entry(found: dict[str, Node]) -> dict[str, Node]:
    """The entry of a row; settings are parted by commas, a range is lowest and highest."""
    entry = {name: node for name, node in found.items() if node.value is not None}
    settings = entry.get("settings")
    if settings is not None and isinstance(settings.value, str):
        names = [name.strip() for name in settings.value.split(",") if name.strip()]
        entry["settings"] = branch([leaf(name, settings.place) for name in names], settings.place)
    bounds = [entry.pop(name) for name in ("lowest", "highest") if name in entry]
    if bounds:
        entry["range"] = branch(list(bounds), bounds[0].place)
    return entry


def _is_table(sheet: Any) -> bool:
    value = sheet["A1"].value
    return isinstance(value, str) and value.strip().lower() == TABLE.lower()


def _table(file: str, sheet: Any) -> Found:
    """The one table of a sheet; nothing of it where something is wrong with it."""
    text = value_of(file, sheet["B1"], TABLE)
    path = path_of(text.strip()) if isinstance(text, str) else None
    place = place_of(file, sheet["B1"])
    if path is None:
        message = f"is {shown(text)}; it must be the path of the setting that the table is of"
        raise FileProblem([place.problem(message, TABLE)])
    interval = node_of(file, sheet["B2"], "the interval", sheet["C2"])
    rows = _rows(file, sheet, _interval(interval))
    yield path, Node({"interval": interval, "rows": branch(dict(rows), place)}, place, place)


def _interval(node: Node) -> float:
    try:
        seconds = parse_duration(str(node.value))
    except ValueError as error:
        raise FileProblem([node.place.problem(f"{error} (found {shown(node.value)})", "the interval")]) from None
    if not MINUTE <= seconds <= DAY or DAY % seconds:
        raise FileProblem([node.place.problem(f"is {shown(node.value)}; it must divide the day", "the interval")])
    return seconds


def _rows(file: str, sheet: Any, interval: float) -> dict[str, Node]:
    """The numbers of every day; an interval without a row or a number counts as 0, as in a CSV."""
    problems: list[Problem] = []
    head = next(sheet.iter_rows(min_row=TABLE_HEAD, max_row=TABLE_HEAD))
    days = {cell.column: day for cell in head[1:] if (day := _day(file, cell, problems)) is not None}
    count = int(DAY / interval)
    numbers = {day: [leaf(0.0, Place(file, TABLE_HEAD, column, sheet.title))] * count for column, day in days.items()}
    for row in sheet.iter_rows(min_row=TABLE_HEAD + 1):
        if all(cell.value is None for cell in row):
            continue
        try:
            at = _which(file, row[0], interval)
            for column, day in days.items():
                numbers[day][at] = _count(file, row[column - 1])
        except FileProblem as problem:
            problems.extend(problem.problems)
    if not days and not problems:
        problems.append(place_of(file, head[0]).problem(f"has no days; known: {', '.join(_DAYS)}, or a date"))
    if problems:
        raise FileProblem(problems)
    return {day: branch(list(values), values[0].place) for day, values in numbers.items()}


def _day(file: str, cell: Any, problems: list[Problem]) -> str | None:
    try:
        found = value_of(file, cell, "the day")
    except FileProblem as problem:
        problems.extend(problem.problems)
        return None
    if found is None:
        return None
    if isinstance(found, str) and (found.strip() in _DAYS or _DATE.fullmatch(found.strip())):
        return found.strip()
    near = nearest(str(found), _DAYS)
    guess = f" — did you mean {near}?" if near else f"; it must be a date or one of {', '.join(_DAYS)}"
    problems.append(place_of(file, cell).problem(f"is {shown(found)}, which is no day{guess}", "the header"))
    return None


def _which(file: str, cell: Any, interval: float) -> int:
    """Which interval of the day begins at the time of a row."""
    found = value_of(file, cell, "the time")
    try:
        seconds = parse_clock(str(found))
    except ValueError as error:
        raise FileProblem([place_of(file, cell).problem(f"{error} (found {shown(found)})", "the time")]) from None
    if seconds % interval or seconds >= DAY:
        raise FileProblem([place_of(file, cell).problem(f"is {shown(found)}, where no interval begins", "the time")])
    return int(seconds // interval)


def _count(file: str, cell: Any) -> Node:
    node = node_of(file, cell, "the number")
    if node.value is None:
        return leaf(0.0, node.place)
    if isinstance(node.value, bool) or not isinstance(node.value, int | float):
        raise FileProblem([node.place.problem(f"is {shown(node.value)}; it must be a number", "the number")])
    return leaf(float(node.value), node.place)
