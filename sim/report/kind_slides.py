"""Slides of a study of another kind than a comparison: native charts and tables, then the pictures that are left."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from sim.files.problems import printable
from sim.report.arm_pages import of_factorial, of_pareto, of_selection
from sim.report.deck import EMU, Box, Deck, rows_that_fit
from sim.report.deck_intervals import curves, interval_bars
from sim.report.kind_pages import of_break_even, of_sensitivity, of_sweep, of_uncertainty
from sim.report.numbers import counted, percent, span
from sim.report.pages import Bars, Page, Rows
from sim.report.reopened import Reopened
from sim.version import __version__

PAGES: Mapping[str, Callable[[Any], Iterable[Page]]] = {
    "sweep": of_sweep,
    "sensitivity": of_sensitivity,
    "break_even": of_break_even,
    "uncertainty": of_uncertainty,
    "selection": of_selection,
    "factorial": of_factorial,
    "pareto": of_pareto,
}
"""Kind of study -> its slides with charts and tables that can be changed; others show their figures and a table."""

_SIZES = (16, 15, 14, 13, 12, 11, 10, 9)
_MOST_ROWS = 40
_PAIRED = {
    "": "all points and arms meet the same customers with the same needs on the same days",
    "uncertainty": "all arms of a draw meet the same customers with the same needs on the same days; draws meet others",
}


def slides_of_kind(study: Reopened, template: Path | None = None) -> bytes:
    """The whole deck; raises NoTemplate where the template cannot be used."""
    from sim.report.figures import picture  # noqa: PLC0415 - half a second of imports

    assert study.kind is not None
    asked, deck = study.asked, Deck(template)
    about = f"{counted(asked.replications, 'replication')}, seed {asked.seed}"
    notes = _method(study)
    deck.cover(asked.title, f"{asked.scenario.title or asked.scenario.name}\n{about}", notes)
    about += f"; intervals of {percent(asked.confidence)}, each for itself"
    pages = list(PAGES[asked.kind](study.found)) if asked.kind in PAGES else []
    figures = study.kind.figures(study.found)
    for page in pages:
        if page.figure in figures:
            slide, box = deck.page(page.title, about, notes)
            deck.picture(slide, picture(figures[page.figure], "png"), box)
        elif not page.figure:
            _put(deck, page, about, notes)
    shown = {name for page in pages for name in (*page.instead, page.figure)}
    told = study.kind.document(study.found).get("sentences") or [asked.title]
    headline = told[0].partition(";")[0].rstrip(".")
    for figure in (figure for name, figure in figures.items() if name not in shown):
        slide, box = deck.page(headline, about, notes)
        deck.picture(slide, picture(figure, "png"), box)
    if not pages:
        slide, box = deck.page(headline, about, notes)
        deck.text(slide, "\n".join(told), box, _SIZES)
        _most_telling(deck, study, headline, about, notes)
    return deck.content()


def _put(deck: Deck, page: Page, about: str, method: str) -> None:
    foot = f"{about}; {page.foot}" if page.foot else about
    notes = f"{page.notes}\n\n{method}".strip()
    if page.table is not None:
        _put_table(deck, page.title, page.table, foot, notes)
        return
    charts = [chart for chart in page.charts if chart.known]
    if not charts and not page.texts:
        return
    slide, box = deck.page(page.title, foot, notes)
    if page.texts:
        deck.text(slide, "\n".join(page.texts), box, _SIZES)
        return
    for chart, place in zip(charts, box.grid(len(charts), 1 if len(charts) == 1 else 2), strict=True):
        if isinstance(chart, Bars):
            interval_bars(slide, place, chart)
        else:
            curves(slide, place, chart)


def _put_table(deck: Deck, title: str, table: Rows, foot: str, notes: str) -> None:
    """A table on as many slides as it needs."""
    probe = Box(0, 0, deck.show.slide_width - EMU, deck.show.slide_height * 6 // 10)
    for part in rows_that_fit(table.cells, probe, table.shares):
        slide, box = deck.page(title, foot, notes)
        deck.table(slide, box, part, table.shares, numbers=not table.words)


def _most_telling(deck: Deck, study: Reopened, title: str, about: str, notes: str) -> None:
    """The first of the tables, where it is no long list."""
    assert study.kind is not None
    records = next((list(found) for found in study.kind.tables(study.found).values()), [])
    if not records or len(records) > _MOST_ROWS:
        return
    cells = [[key.replace("_", " ") for key in records[0]]]
    cells += [[cell_of(value) for value in record.values()] for record in records]
    _put_table(deck, title, Rows(cells, [1.0] * len(cells[0])), about, notes)


def cell_of(value: object) -> str:
    """A number to five digits and without an exponent, a text as it is."""
    if isinstance(value, float):
        return f"{float(f'{value:.5g}'):,.15g}"
    return "" if value is None else printable(str(value))


def _method(study: Reopened) -> str:
    asked = study.asked
    lines = [
        f"Study: {asked.name}",
        f"Kind: {asked.kind.replace('_', ' ')}",
        f"Question: {asked.title}",
        f"Replications: {asked.replications} to begin with, of {span(asked.scenario.calendar.horizon_days)}",
        f"Seed: {asked.seed}",
        f"Confidence: {percent(asked.confidence)} of each interval, for itself alone",
        f"Pairing: {_PAIRED.get(asked.kind, _PAIRED[''])} (common random numbers)",
        f"Digest of the scenario: {asked.scenario.digest()}",
        f"Frontline: {__version__}",
    ]
    return "\n".join(lines)
