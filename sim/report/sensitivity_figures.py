"""Pictures of sensitivity: a tornado, elementary effects with their spread, Sobol' indices with their intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.experiment.sensitivity import HIGH, LOW, SHARES, Hangs, Sensed
from sim.report.figures import COLOURS, panels, short
from sim.report.numbers import counted, percent, span
from sim.report.panels import named_ticks, plain_numbers
from sim.report.sentences import unit_of_change
from sim.report.telling import told_of
from sim.report.terminal import label_of
from sim.stats.random_effects import Bounded

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_ROWS = 15
_NOTES = {
    "tornado": "bars are changes from the scenario as it is, whiskers {} intervals; hollow: cannot be told from zero",
    "morris": "mean size of effects of a whole range, and how much they hang on the rest; bars are {} intervals",
    "sobol": "share of the variance by itself (first) and with all others (total); whiskers are {} intervals",
}


def drawn(found: Sensed) -> dict[str, Figure]:
    """The picture of the method, named after it, for the first two outcomes."""
    places = told_of(found.measures, 2)
    shown = sorted((one for one in found.answers if one.measure in places), key=lambda one: places.index(one.measure))
    if not shown:
        return {}
    study = found.study
    rows = min(_MOST_ROWS, len(study.dimensions))
    count = counted(study.replications, "replication")
    note = f"{len(study.places)} points, {count} of {span(study.scenario.calendar.horizon_days)} each; "
    of = f" ({study.policy[1].title})" if study.policy is not None else ""
    with panels(
        len(shown),
        len(shown),
        3.4 if study.method == "morris" else 0.9 + 0.3 * rows,
        f"{study.title} — on which settings the outcomes hang{of}",
        note + _NOTES[study.method].format(percent(study.confidence)),
    ) as (figure, axes):
        for panel, one in zip(axes, shown, strict=True):
            {"tornado": _tornado, "morris": _morris, "sobol": _sobol}[study.method](panel, found, one)
            panel.set_title(short(label_of(found.measures[one.measure]), 44))
    return {study.method: figure}


def _tornado(panel: Axes, found: Sensed, one: Hangs) -> None:
    order = found.order(one)[:_MOST_ROWS]
    for row, place in enumerate(order):
        for name, colour in ((LOW, COLOURS[6]), (HIGH, COLOURS[2])):
            value = one.indices.by_name[name][place]
            if value.value is None:
                continue
            fill = colour if value.excludes_zero or not _whisker(value) else "white"
            panel.barh(row, value.value, 0.6, facecolor=fill, edgecolor=colour, linewidth=1.0)
            panel.errorbar([value.value], [row], xerr=_whisker(value), color="#000000", capsize=2, linewidth=0.9)
    panel.axvline(0.0, color=COLOURS[0], linewidth=1.0)
    names = [f"{found.study.dimensions[place].name}\n{found.study.dimensions[place].span}" for place in order]
    panel.set_yticks(range(len(order)), names, fontsize=7)
    panel.set_ylim(len(order) - 0.5, -0.5)
    panel.set_xlabel(f"change, {unit_of_change(found.measures[one.measure])} (blue: low end, red: high end)")
    plain_numbers(panel, x=True)
    panel.margins(x=0.08)


def _whisker(value: Bounded) -> list[list[float]] | None:
    """How far an interval reaches below and above its value."""
    if value.value is None or value.low is None or value.high is None or value.low == value.high:
        return None
    return [[max(0.0, value.value - value.low)], [max(0.0, value.high - value.value)]]


def _morris(panel: Axes, found: Sensed, one: Hangs) -> None:
    for place, dimension in enumerate(found.study.dimensions):
        size, spread = one.indices.by_name["mu_star"][place], one.indices.by_name["sigma"][place]
        if size.value is None or spread.value is None:
            continue
        panel.errorbar(
            [size.value],
            [spread.value],
            xerr=_whisker(size),
            yerr=_whisker(spread),
            color=COLOURS[1 + place % 6],
            marker="o",
            markersize=5,
            capsize=2,
            linewidth=1.0,
        )
        panel.annotate(
            dimension.name, (size.value, spread.value), xytext=(4, 4), textcoords="offset points", fontsize=7
        )
    unit = unit_of_change(found.measures[one.measure])
    panel.set_xlabel(f"mean size of effect, {unit}".rstrip(", "))
    panel.set_ylabel("spread of effect")
    panel.set_xlim(0.0, 1.35 * panel.get_xlim()[1])  # names stand to the right of their dots
    panel.set_ylim(bottom=0.0)
    plain_numbers(panel, x=True, y=True)


def _sobol(panel: Axes, found: Sensed, one: Hangs) -> None:
    order = found.order(one)[:_MOST_ROWS]
    for row, place in enumerate(order):
        for name, shift, colour in zip(SHARES, (-0.18, 0.18), (COLOURS[6], COLOURS[1]), strict=True):
            value = one.indices.by_name[name][place]
            if value.value is not None:
                panel.barh(row + shift, value.value, 0.32, color=colour, label=name if row == 0 else None)
                panel.errorbar(
                    [value.value], [row + shift], xerr=_whisker(value), color="#000000", capsize=2, linewidth=0.9
                )
    panel.axvline(0.0, color=COLOURS[0], linewidth=1.0)
    named_ticks(panel, [found.study.dimensions[place].name for place in order], upright=False, width=34)
    panel.set_xlabel("share of the variance")
    panel.legend(loc="lower right", fontsize=8)
