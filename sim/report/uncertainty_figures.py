"""Pictures of uncertain inputs: what each draw makes of a policy, and on which numbers that hangs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.experiment.uncertainty import Answer, UnderUncertainty
from sim.files.studies import BASELINE
from sim.report.figures import COLOURS, panels, short
from sim.report.numbers import percent, span
from sim.report.panels import CHANGE, bar, named_ticks, plain_numbers
from sim.report.sentences import name_in_sentence, unit_of_change
from sim.report.telling import told_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST = 6


def drawn(found: UnderUncertainty) -> dict[str, Figure]:
    """Every picture that there is something for."""
    shown = _first_answers(found)
    figures = {"draws": draws(found, shown), "hanging": hanging(found, shown)}
    return {name: figure for name, figure in figures.items() if figure is not None}


def _first_answers(found: UnderUncertainty) -> list[Answer]:
    """The answer of each arm for the first outcome."""
    first = told_of(found.measures, 1)[0]
    return [one for one in found.answers if one.measure == first][:_MOST]


def draws(found: UnderUncertainty, shown: list[Answer]) -> Figure | None:
    """A panel for each policy: the draws in the order of their means, each with its replications."""
    if not shown:
        return None
    measure = found.measures[shown[0].measure]
    band = f"the band the {percent(found.study.confidence)} interval of the mean"
    note = f"{_note(found)}; dots are means of a draw, grey its replications, {band}"
    title = f"{found.study.title} — {measure.label}, draw by draw"
    columns = min(2, len(shown))
    with panels(len(shown), columns, 2.8, title, note) as (figure, axes):
        for panel, one in zip(axes, shown, strict=True):
            _draw_draws(panel, found, one)
            panel.set_title(short(found.study.title_of(one.arm), 40))
            panel.set_xlabel("share of draws below")
            what = "" if one.arm == BASELINE else "change, "
            panel.set_ylabel(f"{what}{unit_of_change(measure)}".rstrip(", "))
            plain_numbers(panel, y=True)
            panel.xaxis.set_major_formatter("{x:.0%}")
    return figure


def _draw_draws(panel: Axes, found: UnderUncertainty, one: Answer) -> None:
    changes = found.changes(one.arm, one.measure)
    order = np.argsort(changes.mean(axis=1), kind="stable")
    places = (np.arange(len(order)) + 0.5) / len(order)
    panel.plot(np.repeat(places, changes.shape[1]), changes[order].ravel(), "_", color="#b0b0b0", markersize=5)
    panel.plot(places, changes.mean(axis=1)[order], "o", color=CHANGE, markersize=4)
    mean = one.parts.mean
    if mean.low is not None and mean.high is not None:
        panel.axhspan(mean.low, mean.high, color=CHANGE, alpha=0.13, linewidth=0)
    if one.arm != BASELINE:
        panel.axhline(0.0, color=COLOURS[0], linewidth=1.0)


def hanging(found: UnderUncertainty, shown: list[Answer]) -> Figure | None:
    """A panel for each policy: the coefficient of every uncertain number, the strongest first."""
    shown = [one for one in shown if one.hanging is not None]
    if not shown:
        return None
    measure = found.measures[shown[0].measure]
    bars = f"bars are {percent(found.study.confidence)} intervals; hollow: cannot be told from zero"
    note = f"{_note(found)}; {bars}"
    title = f"{found.study.title} — on which numbers {name_in_sentence(measure)} hangs"
    columns = min(2, len(shown))
    height = 0.9 + 0.24 * len(found.study.uncertain)
    with panels(len(shown), columns, height, title, note) as (figure, axes):
        for place, (panel, one) in enumerate(zip(axes, shown, strict=True)):
            coefficients = one.hanging.coefficients if one.hanging is not None else ()
            order = sorted(range(len(coefficients)), key=lambda number: -abs(coefficients[number].value))
            panel.axvline(0.0, color=COLOURS[0], linewidth=1.0)
            for row, number in enumerate(order):
                bar(panel, row, coefficients[number], upright=False)
            named_ticks(panel, [found.study.uncertain[number].name for number in order], upright=False, width=34)
            reach = 1.1 * max([1.0, *(abs(end) for each in coefficients for end in (each.low, each.high) if end)])
            panel.set_xlim(-reach, reach)
            panel.set_title(short(found.study.title_of(one.arm), 34))
            if place >= len(shown) - columns:
                panel.set_xlabel("standard deviations of ranks")
    return figure


def _note(found: UnderUncertainty) -> str:
    study = found.study
    horizon = span(study.scenario.calendar.horizon_days)
    return f"{study.draws} draws, {study.replications} replications of {horizon} each"
