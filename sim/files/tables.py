"""Tables of values by interval in a CSV beside the scenario: ``{table: volumes.csv, column: calls}``.

Columns: ``date`` or ``weekday`` (a weekday, ``holiday`` or ``every_day``), ``time`` (start of an interval), and any
number of columns of values. Lines that begin with ``#`` above the header say where the numbers come from. The
interval is the smallest spacing of the times; one that is missing or empty counts as 0.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from pydantic import BaseModel

from sim.core.calendar import WEEKDAYS
from sim.core.units import DAY, parse_clock
from sim.files.problems import FileProblem, Place, Problem, nearest, shown, suggestion
from sim.files.reading import read_text, referred
from sim.files.shape import TABLE_KEYS, clock, shape_of
from sim.files.tree import Node, branch, dotted, leaf

LARGEST_TABLE = 10_000_000
MOST_NUMBERS = 500_000
_NUMBER = re.compile(r"\d{1,15}(?:\.\d{1,15})?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DAYS = (*WEEKDAYS, "every_day", "holiday")


def tables_read(tree: Node, model: type[BaseModel], within: Path) -> list[Problem]:
    """Replaces every reference to a table in the tree by the table; returns what is wrong with them."""
    problems: list[Problem] = []
    for path, node in list(shape_of(model).tables(tree)):
        problems.extend(table_read(node, dotted(path), within))
    return problems


def table_read(node: Node, where: str, within: Path) -> list[Problem]:
    """Replaces one reference by its table, or by an empty one where something is wrong with it."""
    problems: list[Problem] = []
    rows: dict[str, Node] = {"every_day": branch([leaf(0.0, node.place)], node.place)}
    interval = DAY
    try:
        file, column = _reference(node, where, within)
        table = _Table(file)
        table.read(node.entries()["column"], f"{where}.column", column)
        spacing, problems = table.interval(), table.problems
        if not problems:
            interval = spacing
            rows = {day: table.row(day, interval) for day in table.values}
    except FileProblem as problem:
        problems.extend(problem.problems)
    node.value = {"interval": leaf(f"{interval:g} s", node.place), "rows": branch(dict(rows), node.place)}
    return problems


def _reference(node: Node, where: str, within: Path) -> tuple[str, str]:
    problems = [
        child.key.problem("is not known here" + suggestion(name, TABLE_KEYS), f"{where}.{name}")
        for name, child in node.entries().items()
        if name not in TABLE_KEYS
    ]
    guessed = {nearest(name, TABLE_KEYS) for name in node.entries() if name not in TABLE_KEYS}
    for name in TABLE_KEYS:
        child = node.entries().get(name)
        if child is None and name not in guessed:
            problems.append(node.key.problem("is missing; write {table: file.csv, column: name}", f"{where}.{name}"))
        elif child is not None and not isinstance(child.value, str):
            problems.append(child.key.problem(f"is {shown(child.value)}; it must be a text", f"{where}.{name}"))
    if problems:
        raise FileProblem(problems)
    return referred(node.entries()["table"], f"{where}.table", within), node.text("column") or ""


@dataclass
class _Table:
    """One CSV file as it is read: day -> start of the interval -> (value, line)."""

    file: str
    values: dict[str, dict[float, tuple[float, int]]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def read(self, asked: Node, where: str, column: str) -> None:
        """Reads one column of values."""
        lines = read_text(self.file, LARGEST_TABLE).splitlines()
        skipped = next((i for i, line in enumerate(lines) if line.strip() and not line.startswith("#")), len(lines))
        reader = csv.reader(lines[skipped:], strict=True)
        try:
            header = [name.strip() for name in next(reader, [])]
            day = self._check_header(header, skipped + 1)
            if column not in header or column in (day, "time"):
                names = [name for name in header if name not in (day, "time")]
                message = f"is {shown(column)}, which {self.file} does not have" + suggestion(column, names)
                raise FileProblem([asked.place.problem(message, where)])
            places = (header.index(day), header.index("time"), header.index(column))
            for cells in reader:
                self._line(cells, header, places, Place(self.file, skipped + reader.line_num, 1))
        except csv.Error as error:
            place = Place(self.file, skipped + reader.line_num, 1)
            raise FileProblem([*self.problems, place.problem(f"the line is no CSV: {error}")]) from None
        if not self.values and not self.problems:
            self.problems.append(Place(self.file).problem("has no lines of values"))

    def _check_header(self, header: list[str], line: int) -> str:
        place = Place(self.file, line, 1)
        if not header:
            raise FileProblem([Place(self.file).problem("is empty")])
        for sign, name in ((";", "semicolons"), ("\t", "tabs")):
            if len(header) == 1 and sign in header[0]:
                raise FileProblem([place.problem(f"is separated by {name}; save it with commas", "the table")])
        days = [name for name in ("date", "weekday") if name in header]
        if len(days) != 1 or "time" not in header:
            message = "needs the columns 'time' and either 'date' or 'weekday'"
            raise FileProblem([place.problem(message + suggestion("", header, "found"), "the header")])
        twice = sorted({name for name in header if header.count(name) > 1})
        if twice:
            raise FileProblem([place.problem(f"names {shown(twice[0])} twice", "the header")])
        return days[0]

    def _line(self, cells: list[str], header: list[str], places: tuple[int, int, int], place: Place) -> None:
        cells = [cell.strip() for cell in cells]
        if not any(cells):
            return
        if len(cells) != len(header):
            message = f"has {len(cells)} cells, but the header has {len(header)}"
            self.problems.append(place.problem(message, "the line"))
            return
        name, time, text = (cells[index] for index in places)
        day = self._day(name, header[places[0]], place)
        start = self._time(time, place)
        if text and _NUMBER.fullmatch(text) is None:
            message = f"is {shown(text)}; it must be a number of 0 or more, without commas"
            self.problems.append(place.problem(message, header[places[2]]))
        elif day and start is not None:
            row = self.values.setdefault(day, {})
            if start in row:
                message = f"gives {day} {time} again; first in line {row[start][1]}"
                self.problems.append(place.problem(message, "the line"))
            row[start] = (float(text or 0), place.line)

    def _day(self, name: str, column: str, place: Place) -> str:
        if column == "weekday" and name.lower() in _DAYS:
            return name.lower()
        if column == "weekday":
            self.problems.append(place.problem(f"is {shown(name)}" + suggestion(name, _DAYS), "weekday"))
            return ""
        if _DATE.fullmatch(name) is None or not _is_date(name):
            message = f"is {shown(name)}; it must be a date such as 2026-03-01"
            self.problems.append(place.problem(message, "date"))
            return ""
        return name

    def _time(self, text: str, place: Place) -> float | None:
        try:
            start = parse_clock(text)
        except ValueError:
            start = DAY
        if start < DAY:
            return start
        self.problems.append(place.problem(f"is {shown(text)}; it must be a time of day such as 08:30", "time"))
        return None

    def interval(self) -> float:
        """The smallest spacing of the times; what does not fit it is a problem."""
        lines = {start: line for row in self.values.values() for start, (_, line) in row.items()}
        times = sorted(lines)
        spacing = min((later - earlier for earlier, later in pairwise(times)), default=DAY)
        if self.problems:
            return spacing
        place = Place(self.file, 0, 0)
        minutes = f"{spacing / 60:g} min"
        if DAY % spacing:
            message = f"has times {minutes} apart, which does not divide the day"
            self.problems.append(place.problem(message))
        if len(self.values) * DAY / spacing > MOST_NUMBERS:
            message = f"has {len(self.values):,} days of intervals of {minutes}, more than {MOST_NUMBERS:,} numbers"
            self.problems.append(place.problem(message))
        for start in times:
            if start % spacing:
                message = f"is {clock(start)}; the smallest spacing is {minutes}, and this is no multiple of it"
                self.problems.append(Place(self.file, lines[start], 1).problem(message, "time"))
        return spacing

    def row(self, day: str, interval: float) -> Node:
        """The numbers of one day from midnight on, each at its line."""
        given = self.values[day]
        place = Place(self.file, min(line for _, line in given.values()), 1)
        numbers = [given.get(index * interval, (0.0, place.line)) for index in range(round(DAY / interval))]
        return branch([leaf(value, Place(self.file, line, 1)) for value, line in numbers], place)


def _is_date(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True
