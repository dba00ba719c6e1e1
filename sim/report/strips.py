"""Small charts in letters: intervals around zero on a common scale, and a course in eight steps.

Zero has a cell of its own in a row, and what is not zero never falls into it: an interval that touches that cell takes
in zero, and only such a one does. What lies within a cell of the scale cannot be told apart.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sim.experiment.estimates import verdict
from sim.files.problems import printable
from sim.report.numbers import columns, signed
from sim.stats.intervals import Estimate

Paint = Callable[[str, str], str]
Mark = Literal["sure", "alone", "unsure", "same"]

_GAP = "  "
_INDENT = "  "
_WIDEST, _NARROWEST = 60, 24
_LABELS = 0.46
"""Share of the width that names may take."""
_ROUNDING = 1e-9
_MEANING: Mapping[Mark, str] = {
    "sure": "told from no change",
    "alone": "told by itself, not beside the others",
    "unsure": "cannot be told from no change",
    "same": "exactly the same",
}
_PLAIN = (1e-3, 1e7)
"""Sizes of numbers that are written out."""


@dataclass(frozen=True)
class Marks:
    """The letters of charts. steps: from the lowest to the highest."""

    left: str
    right: str
    line: str
    zero: str
    crossing: str
    sure: str
    alone: str
    unsure: str
    same: str
    steps: str
    missing: str
    left_out: str


UNICODE = Marks("├", "┤", "─", "│", "┼", "●", "◐", "○", "=", "▁▂▃▄▅▆▇█", "·", "…")
ASCII = Marks("[", "]", "-", "|", "+", "*", "x", "o", "=", "12345678", ".", "..")


def marks_for(encoding: str | None) -> Marks:
    """The letters that can be written in an encoding."""
    every = "".join(vars(UNICODE).values())
    try:
        every.encode(encoding or "ascii")
    except (LookupError, UnicodeError):
        return ASCII
    return UNICODE


@dataclass(frozen=True)
class Scale:
    """Cells of a row: so many below zero, one for zero, so many above; low and high: where they end."""

    low: float
    high: float
    below: int
    above: int
    size: float
    cell: float

    @property
    def width(self) -> int:
        """How many cells there are."""
        return self.below + 1 + self.above

    def place(self, value: float) -> int:
        """The cell of a value; only that of zero is the cell of zero."""
        steps = self._steps(abs(value))
        return self.below + (min(self.above, steps) if value > 0 else -min(self.below, steps))

    def _steps(self, distance: float) -> int:
        return max(1, math.ceil(distance / self.size / self.cell - _ROUNDING)) if distance else 0


def scale_of(values: Sequence[float], width: int) -> Scale:
    """The scale on which zero and all values fit into so many cells."""
    low, high = min(0.0, *values, 0.0), max(0.0, *values, 0.0)
    size = max(-low, high)
    if not size:
        return Scale(0.0, 0.0, width // 2, width - 1 - width // 2, 1.0, 1.0)
    cell = (high / size - low / size) / (width - 2)
    whole = Scale(low, high, width, width, size, cell)
    return Scale(low, high, whole.below - whole.place(low), whole.place(high) - whole.below, size, cell)


@dataclass(frozen=True)
class Strip:
    """A value under its name, with the ends of its interval; None where there is none. style: on a terminal.

    mark: "sure" where it is told from zero, "alone" where that does not hold beside the others.
    """

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    mark: Mark = "unsure"
    style: str = ""


def strip_of(label: str, change: Estimate | None, together: bool = True, style: str = "") -> Strip:
    """A difference; together: whether what it says by itself holds beside the others too."""
    if change is None:
        return Strip(label, None)
    told: Mark = "sure" if together else "alone"
    found = verdict(change)
    mark: Mark = "same" if found == "the same" else "unsure" if found == "cannot tell" else told
    return Strip(label, change.value, change.low, change.high, mark, style)


def interval(one: Strip, scale: Scale, marks: Marks) -> tuple[str, str, str]:
    """A row of a scale, with what is before and behind the interval apart from it."""
    value = one.value or 0.0
    ends = [value if end is None else end for end in (one.low, one.high)]
    low, point, high = (scale.place(each) for each in (min(ends[0], value), value, max(ends[1], value)))
    row = [" "] * scale.width
    row[low : high + 1] = marks.line * (high + 1 - low)
    row[scale.below] = marks.crossing if low < scale.below < high else marks.zero
    row[low], row[high] = marks.left, marks.right
    row[point] = getattr(marks, one.mark)
    text = "".join(row)
    return text[:low], text[low : high + 1], text[high + 1 :]


def axis(scale: Scale) -> str:
    """Zero and the ends of a scale, each where there is room for it."""
    row = [" "] * scale.width
    row[scale.below] = "0"
    low, high = _short(scale.low), _short(scale.high)
    if scale.low and len(low) < scale.below:
        row[: len(low)] = low
    if scale.high and len(high) < scale.above:
        row[-len(high) :] = high
    return "".join(row)


def _short(value: float) -> str:
    """The value in three digits."""
    if not value or not _PLAIN[0] <= abs(value) < _PLAIN[1]:
        return f"{value:+.2g}"
    return signed(value, 2 - int(f"{abs(value):.2e}".partition("e")[2]))


def charts(blocks: Sequence[tuple[str, Sequence[Strip]]], width: int, paint: Paint, marks: Marks) -> str:
    """A chart for each heading, each on a scale of its own, one below the other.

    The scale stands behind the heading, or in a line of its own where the heading is long.
    """
    names = [columns(printable(head)) for head, _ in blocks]
    names += [len(_INDENT) + columns(printable(one.label)) for _, strips in blocks for one in strips]
    room = min(max(names, default=0), int(_LABELS * width))
    cells = max(_NARROWEST, min(_WIDEST, width - room - len(_GAP)))
    return "\n".join(line for head, strips in blocks for line in _block(head, strips, (room, cells), paint, marks))


def _block(head: str, strips: Sequence[Strip], sizes: tuple[int, int], paint: Paint, marks: Marks) -> list[str]:
    room, cells = sizes
    scale = scale_of([end for one in strips for end in (one.low, one.value, one.high) if end is not None], cells)
    alike = len(strips) > 1 and all(one.mark == "same" for one in strips)
    numbers = f"{marks.same} all" if alike else axis(scale).rstrip() if any(map(_known, strips)) else ""
    title, numbers = paint(printable(head), "strong"), paint(numbers, "faint") if numbers else ""
    blank = room - columns(printable(head))
    if blank >= 0:
        lines = [f"{title}{' ' * blank}{_GAP}{numbers}".rstrip()]
    else:
        lines = [title, f"{' ' * room}{_GAP}{numbers}".rstrip()]
    for one in () if alike else strips:
        label = padded(_INDENT + shortened(one.label, room - len(_INDENT), marks), room)
        lines.append(f"{label}{_GAP}{_row(one, scale, paint, marks)}".rstrip())
    return lines


def _known(one: Strip) -> bool:
    return one.value is not None


def _row(one: Strip, scale: Scale, paint: Paint, marks: Marks) -> str:
    if one.value is None:
        return paint("no estimate", "faint")
    before, middle, behind = interval(one, scale, marks)
    return f"{before}{paint(middle, one.style)}{behind}"


def shortened(text: str, width: int, marks: Marks) -> str:
    """The text, without its middle where it is wider than so many columns: names differ at their ends."""
    shown = printable(text)
    if columns(shown) <= width:
        return shown
    for kept in range(len(shown) - 1, 0, -1):
        first, last = (kept + 1) // 2, kept // 2
        text = shown[:first].rstrip() + marks.left_out + shown[len(shown) - last :].lstrip()
        if columns(text) <= width:
            return text
    return marks.left_out[:width]


def padded(text: str, width: int) -> str:
    """The text with blanks behind it, so many columns wide."""
    return text + " " * (width - columns(text))


def legend(strips: Sequence[Strip], marks: Marks) -> list[str]:
    """What the marks of charts mean, of those that occur."""
    found = {one.mark for one in strips if one.value is not None}
    return [f"{getattr(marks, mark)} {text}" for mark, text in _MEANING.items() if mark in found]


def course(values: Sequence[float | None], width: int, marks: Marks) -> str:
    """Values as steps between the lowest and the highest; of more than fit, the means of as many as it takes."""
    known = [value for value in values if value is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    return "".join(_step(value, low, high, marks) for value in _grouped(values, per_step(len(values), width)))


def per_step(count: int, width: int) -> int:
    """How many values share a step, so that all of them fit."""
    return max(1, -(-count // width))


def _grouped(values: Sequence[float | None], size: int) -> list[float | None]:
    groups = [[one for one in values[start : start + size] if one is not None] for start in range(0, len(values), size)]
    return [math.fsum(group) / len(group) if group else None for group in groups]


def _step(value: float | None, low: float, high: float, marks: Marks) -> str:
    if value is None:
        return marks.missing
    count = len(marks.steps)
    if low == high:
        return marks.steps[count // 2 - 1]
    part = 1.0 if math.isfinite(high - low) else 0.5  # what is beyond the largest number is measured by its halves
    share = (value * part - low * part) / (high * part - low * part)
    return marks.steps[min(count - 1, max(0, int(count * share)))]
