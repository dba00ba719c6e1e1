"""What a section of a report is made of. Texts are plain: whoever lays them out escapes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sim.files.problems import printable

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Words:
    """A paragraph; style: "lead" for what matters most, "note" for what is said by the way."""

    text: str
    style: str = ""


@dataclass(frozen=True)
class Points:
    """A list of short texts."""

    texts: Sequence[str]


@dataclass(frozen=True)
class Cell:
    """A cell of a table; style: "good", "bad", "faint" or "strong"."""

    text: str
    style: str = ""


@dataclass(frozen=True)
class Table:
    """Rows of cells under a head; the first ``left`` and the last ``tail`` columns hold words, the others numbers."""

    head: Sequence[str]
    rows: Sequence[Sequence[Cell | str]]
    caption: str = ""
    left: int = 1
    tail: int = 0

    def is_number(self, column: int) -> bool:
        """Whether a column holds numbers."""
        return self.left <= column < len(self.head) - self.tail


@dataclass(frozen=True)
class Hover:
    """What a chart says of the place under the pointer: a name for each place along its axis, and texts by series."""

    places: Sequence[str]
    series: Sequence[tuple[str, int, Sequence[str]]]
    """Name, place of the arm among the arms, a text for each place."""


@dataclass(frozen=True)
class Picture:
    """A figure, drawn when it is needed; text: what it shows, in words, for who cannot see it.

    packed: draws the same to share a page of paper with others.
    """

    draw: Callable[[], Figure]
    text: str
    caption: str = ""
    hover: Hover | None = None
    packed: Callable[[], Figure] | None = None

    @cached_property
    def figure(self) -> Figure:
        """The figure, drawn once."""
        return self.draw()

    @cached_property
    def on_paper(self) -> Figure:
        """The figure for a page of paper, drawn once."""
        return self.figure if self.packed is None else self.packed()


@dataclass(frozen=True)
class Explorer:
    """Every measure of a comparison, to choose from where a page can be worked with; elsewhere nothing is shown.

    arms: titles of the policies. measures: label, unit, meaning, level of the baseline, and for each arm value, low,
    high and words, or None.
    """

    arms: Sequence[str]
    measures: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Choice:
    """Alternatives of which a page shows one and paper shows all. topic: what is chosen.

    legend: names of the lines of the packed pictures, in the order of their looks; these carry none themselves.
    paper: what paper shows instead, where all options side by side would take too many pages.
    """

    topic: str
    options: Sequence[tuple[str, Sequence[Block]]]
    legend: Sequence[str] = ()
    paper: Sequence[Block] = ()


Block = Words | Points | Table | Picture | Explorer | Choice


@dataclass(frozen=True)
class Section:
    """A chapter of the report."""

    key: str
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Paper:
    """The whole report. arms: titles in the order of their looks, the baseline first; none for other kinds of study."""

    title: str
    subtitle: str
    sections: Sequence[Section]
    arms: Sequence[str] = ()
    footer: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


def clean(text: str) -> str:
    """The text without characters that direct a terminal, a browser or the way of reading."""
    return printable(text)


def cell(value: Cell | str) -> Cell:
    """A cell of a plain text."""
    return value if isinstance(value, Cell) else Cell(value)
