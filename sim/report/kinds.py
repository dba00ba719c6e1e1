"""The kinds of study besides the comparison: what each must be able to do, and in which file it says so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from sim.experiment.conditions import Conditions
from sim.files.header import HeaderSettings
from sim.report.strips import Marks
from sim.report.tables import Record
from sim.scenario import Scenario

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HOMES: Mapping[str, str] = {
    "optimise": "sim.report.optimise",
    "sweep": "sim.report.sweep",
    "selection": "sim.report.selection",
    "factorial": "sim.report.factorial",
    "uncertainty": "sim.report.uncertainty",
    "sensitivity": "sim.report.sensitivity",
    "pareto": "sim.report.front",
    "break_even": "sim.report.break_even",
}
"""Kind, as under ``kind`` in a study file -> the module whose KIND says what it does."""


class Asked(Protocol):
    """A study as asked for: all that is needed to run it again."""

    @property
    def name(self) -> str:
        """Of the study, and of its result folder."""

    @property
    def title(self) -> str:
        """The question, in words."""

    @property
    def scenario(self) -> Scenario:
        """What is studied."""

    @property
    def replications(self) -> int:
        """Of each point or arm, to begin with."""

    @property
    def seed(self) -> int:
        """Of all random numbers."""

    @property
    def confidence(self) -> float:
        """Of every interval."""

    @property
    def cells(self) -> int:
        """Replications in all, by what is known before anything is run."""

    def altered(self, replications: int | None = None, seed: int | None = None) -> Asked:
        """The same with other replications or another seed; None leaves them as they are."""

    def to_plain(self) -> dict[str, Any]:
        """As plain data, exact to the last bit."""


def no_chart(found: Any, colour: bool, width: int, marks: Marks) -> str:
    """Of what is not drawn in letters."""
    return ""


@dataclass(frozen=True)
class Kind:
    """What a kind of study does.

    settings: what its file may hold; load: the study of a file; restored: the same from ``to_plain``; execute: run it;
    render: (found, colour, width) -> the text for a terminal; chart: the same with the letters to draw with -> a small
    chart to stand below it, or nothing; document: for ``--json``; tables: name -> the records of
    each, all with the same keys, the most telling table first; figures: name -> figure, the same.
    """

    settings: type[HeaderSettings]
    load: Callable[[str | Path], Any]
    restored: Callable[[dict[str, Any]], Any]
    execute: Callable[[Any, Conditions], Any]
    render: Callable[[Any, bool, int], str]
    document: Callable[[Any], dict[str, Any]]
    tables: Callable[[Any], Mapping[str, Iterable[Record]]]
    figures: Callable[[Any], Mapping[str, Figure]]
    chart: Callable[[Any, bool, int, Marks], str] = no_chart


def kind_named(name: str) -> Kind:
    """The kind of a name among HOMES."""
    found: Kind = import_module(HOMES[name]).KIND
    return found
