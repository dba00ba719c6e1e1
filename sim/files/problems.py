"""What can be wrong with a file, said for a planner: where, what was found, what was expected, the nearest name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MOST_PROBLEMS = 20
_LONGEST_VALUE = 60
_MOST_NAMES = 15


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands: file as the user gave it, line and column from 1; line 0 is the file as a whole.

    sheet: of a workbook, in which line and column are those of a cell.
    """

    file: str
    line: int = 0
    column: int = 0
    sheet: str = ""

    def problem(self, message: str, where: str = "") -> Problem:
        """A problem at this place; ``message`` reads on after ``where``, the dotted path of the setting."""
        return Problem(self.file, self.line, self.column, where, message, self.sheet)


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong; ``message`` reads on after ``where``, or stands alone where that is empty."""

    file: str
    line: int
    column: int
    where: str
    message: str
    sheet: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        if self.sheet:
            place = f"{self.file}, sheet {shown(self.sheet)}"
            place += f", cell {_letters(self.column)}{self.line}" if self.line else ""
        link = "" if not self.where or self.message.startswith(":") else " "
        return printable(f"{place}: {self.where}{link}{self.message}")


class FileProblem(Exception):  # noqa: N818  # it holds problems; it is read as one in messages
    """A file cannot be used; ``problems`` says all that was found, in the order of file and line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__(self.problems)

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:MOST_PROBLEMS]]
        more = len(self.problems) - len(lines)
        return "\n".join([*lines, f"and {more} more"] if more else lines)


def _letters(column: int) -> str:
    """The name of a column of a sheet: 1 is A, 27 is AA."""
    found = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        found = chr(ord("A") + rest) + found
    return found


def printable(text: str) -> str:
    """The text with every character that a terminal might obey written as an escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def shortened(text: str) -> str:
    """The text, cut in the middle where it is very long."""
    if len(text) <= _LONGEST_VALUE:
        return text
    return f"{text[: _LONGEST_VALUE - 13]}...{text[-10:]}"


def shown(value: object) -> str:
    """A value as a message shows it."""
    match value:
        case None:
            return "empty"
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{shortened(value)}"'
        case list() | tuple():
            return "a list"
        case dict():
            return "a mapping"
        case _:
            return shortened(str(value))


def nearest(word: str, names: Iterable[str], likeness: float = 0.6) -> str | None:
    """The name most like the word, if any is so much like it; case and ``-`` for ``_`` do not count."""
    folded: dict[str, str] = {}
    for name in names:
        folded.setdefault(_folded(name), name)
    if _folded(word) in folded:
        return folded[_folded(word)]
    close = difflib.get_close_matches(_folded(word[:200]), folded, n=1, cutoff=likeness)
    return folded[close[0]] if close else None


def _folded(name: str) -> str:
    return name.lower().replace("-", "_").replace(" ", "_")


def listed(names: Iterable[str]) -> str:
    """The names in a row, cut after the first fifteen."""
    found = [shortened(name) for name in names]
    more = len(found) - _MOST_NAMES
    return ", ".join(found[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def suggestion(word: str, names: Sequence[str], known: str = "known") -> str:
    """`; known kinds: a, b — did you mean b?`, or nothing where there are no names.

    Of many names only the nearest is told.
    """
    if not names:
        return ""
    near = nearest(word, names)
    guess = f" — did you mean {shortened(near)}?" if near is not None and near != word else ""
    if guess and len(names) > _MOST_NAMES:
        return guess
    return f"; {known}: {listed(names)}{guess}"
