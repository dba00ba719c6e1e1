"""Slides as data: what a study of another kind than a comparison has to show, before anything is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sim.stats.intervals import Estimate
from sim.stats.random_effects import Bounded


@dataclass(frozen=True)
class Ends:
    """A number with the ends of its interval; told: whether it can be told from zero, or is exact."""

    value: float
    low: float | None = None
    high: float | None = None
    told: bool = True

    @property
    def reach(self) -> tuple[float, float]:
        """How far the interval reaches below and above the value."""
        low, high = (self.value if end is None else end for end in (self.low, self.high))
        return max(0.0, self.value - low), max(0.0, high - self.value)


def ends_of(found: Estimate | Bounded | None) -> Ends | None:
    """The ends of an estimate; None where it has no value."""
    if found is None or found.value is None:
        return None
    exact = found.low is not None and found.low == found.high
    return Ends(found.value, found.low, found.high, found.excludes_zero or exact)


@dataclass(frozen=True)
class Bars:
    """Bars from zero with intervals, a group for each name and in it a bar of each series; hollow where not told."""

    title: str
    names: Sequence[str]
    series: Sequence[tuple[str, Sequence[Ends | None]]]

    @property
    def known(self) -> bool:
        """Whether there is anything to show."""
        return any(each is not None for _, values in self.series for each in values)


@dataclass(frozen=True)
class Line:
    """Points with intervals, joined by a line or not."""

    name: str
    dots: Sequence[tuple[Ends, Ends]]
    joined: bool = True


@dataclass(frozen=True)
class Curves:
    """Lines over an axis of numbers; along: what it is called."""

    title: str
    along: str
    lines: Sequence[Line]

    @property
    def known(self) -> bool:
        """Whether there is more to show than what others are compared with."""
        return sum(len(line.dots) for line in self.lines) > 1


@dataclass(frozen=True)
class Rows:
    """A table, its head first; shares: of the width, by column; words: whether it holds no numbers."""

    cells: Sequence[Sequence[str]]
    shares: Sequence[float]
    words: bool = False


@dataclass(frozen=True)
class Page:
    """A slide: a title that states the finding, charts or a table or sentences, what stands at the foot.

    instead: names of the figures that it takes the place of. figure: name of that which it shows, if there is such.
    """

    title: str
    charts: Sequence[Bars | Curves] = ()
    table: Rows | None = None
    texts: Sequence[str] = ()
    foot: str = ""
    notes: str = ""
    instead: Sequence[str] = ()
    figure: str = ""
