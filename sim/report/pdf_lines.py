"""Lines of text that fit a width, and columns of a table that fit a page, by the widths of the letters themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sim.report.numbers import columns
from sim.report.paper.blocks import Cell, Table, clean

_SIZES = (8.0, 7.5, 7.0, 6.5, 6.0, 5.5, 5.0)
_GAP = 9.0
_MOST = 190.0
_NAMES, SAMPLE = 7.5, 26.0
"""Size of the letters of a legend, and how long the piece of line before a name is."""
_EM = 1000.0
_LACKING = 0.61 * _EM
_HINTING = 1.025
"""Letters that are fitted to a grid are a little wider."""


@dataclass(frozen=True)
class Column:
    """A column of a table: where it begins, how wide it is, whether it holds numbers."""

    left: float
    width: float
    number: bool

    def lines(self, text: str, size: float, bold: bool) -> list[str]:
        """The lines of a cell."""
        return wrapped(text, size, self.width, bold=bold)


def columns_of(
    table: Table, rows: Sequence[Sequence[Cell]], room: float, largest: float = _SIZES[0]
) -> tuple[float, list[Column]]:
    """The largest letters with which a table fits, and its columns; lines are broken before letters shrink."""
    for size in (each for each in _SIZES if each <= largest):
        widest, least = _widths(table, rows, size)
        gaps = _GAP * (len(widest) - 1)
        if sum(least) + gaps <= room:
            break
    spare = room - gaps - sum(least)
    wanted = [wide - narrow for wide, narrow in zip(widest, least, strict=True)]
    share = min(1.0, max(0.0, spare) / sum(wanted)) if any(wanted) else 0.0
    widths = [narrow + share * more for narrow, more in zip(least, wanted, strict=True)]
    if spare < 0.0:
        widths = [width * (room - gaps) / sum(widths) for width in widths]
    found, left = [], 0.0
    for place, width in enumerate(widths):
        found.append(Column(left, width, table.is_number(place)))
        left += width + _GAP
    return size, found


def _widths(table: Table, rows: Sequence[Sequence[Cell]], size: float) -> tuple[list[float], list[float]]:
    """How wide each column would be, and how narrow it may be: as its longest word, or its longest number."""
    widest, least = [], []
    for place, name in enumerate(table.head):
        texts = [row[place].text for row in rows]
        whole = max((width_of(text, size, bold=True) for text in texts), default=0.0)
        words = [width_of(word, size, bold=True) for text in (name, *texts) for word in text.split()]
        longest = min(max(words, default=0.0), _MOST / 2)
        narrow = max(whole, longest) if table.is_number(place) else longest
        least.append(min(narrow, _MOST))
        widest.append(min(max(whole, least[-1], width_of(name, size, bold=True)), 2 * _MOST))
    return widest, least


@dataclass(frozen=True)
class Entry:
    """A name of a legend: of which arm, where it begins from the upper left, in which lines."""

    place: int
    left: float
    top: float
    lines: Sequence[str]


@dataclass(frozen=True)
class Legend:
    """The names of a legend in columns, and how tall it is."""

    entries: Sequence[Entry]
    height: float
    size: float = _NAMES


def legend_of(names: Sequence[str], room: float) -> Legend:
    """The names of all arms, in at most two lines each, in so many columns that it is as low as can be."""
    if not names:
        return Legend((), 0.0)
    return min((_legend_of(names, room, columns) for columns in (1, 2, 3, 4, 5)), key=lambda each: each.height)


def _legend_of(names: Sequence[str], room: float, columns: int) -> Legend:
    width = (room - _GAP * (columns - 1)) / columns
    lines = [_cut(clean(name), width - SAMPLE - 6.0) for name in names]
    width = SAMPLE + 6.0 + max(width_of(line, _NAMES) for each in lines for line in each)
    entries, top = [], 0.0
    for first in range(0, len(names), columns):
        row = lines[first : first + columns]
        entries += [Entry(first + place, place * (width + _GAP), top, each) for place, each in enumerate(row)]
        top += max(map(len, row)) * _NAMES * 1.35
    return Legend(entries, top + _GAP)


def _cut(name: str, room: float) -> list[str]:
    first, *others = wrapped(name, _NAMES, room)
    if len(others) < 2:
        return [first, *others]
    return [first, wrapped(others[0], _NAMES, room - width_of(" …", _NAMES))[0] + " …"]


def wrapped(text: str, size: float, room: float, *, bold: bool = False) -> list[str]:
    """The text in lines of at most this width; a word that is wider is broken."""
    lines, line = [], ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if width_of(longer, size, bold=bold) <= room:
            line = longer
            continue
        if line:
            lines.append(line)
        line = word
        while len(line) > 1 and width_of(line, size, bold=bold) > room:
            fits = len(line) - 1
            while fits > 1 and width_of(line[:fits], size, bold=bold) > room:
                fits -= 1
            lines.append(line[:fits])
            line = line[fits:]
    return [*lines, line]


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """How wide the text is, in points."""
    return sum(_advance(letter, bold) for letter in text) * size / _EM * _HINTING


@cache
def _advance(letter: str, bold: bool) -> float:
    """The width of a letter in thousandths of its size."""
    font = _font(bold)
    if not font.get_char_index(ord(letter)):
        return _EM if columns(letter) == 2 else _LACKING  # a box stands for it
    return float(font.load_char(ord(letter)).linearHoriAdvance) / 65536.0 * _EM / 100.0


@cache
def _font(bold: bool) -> Any:
    """The font in one size for good; that of ``get_font`` is the library's own, which sets others as it draws."""
    from matplotlib.font_manager import FontProperties, findfont  # noqa: PLC0415
    from matplotlib.ft2font import FT2Font  # noqa: PLC0415

    font = FT2Font(findfont(FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal")))
    font.set_size(100, 72)
    return font
