"""Single charts for a page: no headline and no caption, which the page has in words.

What belongs to an arm carries its place among the arms ("arm-2") as the id of its parts, so that a page can show and
hide it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec

from sim.experiment.comparison import Result, Row
from sim.report.bridge import Step
from sim.report.figures import (
    STYLE,
    draw_changes,
    draw_course,
    draw_steps,
    few_ticks,
    look,
    short,
)
from sim.report.months import Course

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDE = 8.4
PAPER, HALF = 10.5, 5.15
"""Inches that a figure has across a page of paper, alone and with another beside it."""
_BESIDE = 4.55
"""With a table beside it."""

P = ParamSpec("P")


def styled(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """Draw in the style of all figures."""

    @wraps(draw)
    def drawn(*given: P.args, **named: P.kwargs) -> Figure:
        import matplotlib as mpl  # noqa: PLC0415 - most commands draw nothing

        with mpl.rc_context(STYLE):
            return draw(*given, **named)

    return drawn


@styled
def changes_chart(result: Result, rows: Sequence[Row], wide: float = WIDE) -> Figure:
    """A panel per measure: each policy's change with its interval, and a line at zero."""
    shown = [row for row in rows if any(row.changes.values())]
    names = [short(arm.title, 26 if wide <= WIDE else 60) for arm in result.policies]
    most = max(1 + name.count("\n") for name in names)
    columns = min(3, len(shown))
    lines = -(-len(shown) // columns)
    lean = 1.0 if wide <= WIDE else 0.8
    height = 0.75 + len(names) * lean * (0.26 if most == 1 else 0.13 + 0.15 * most)
    figure, panels = _sheet(len(shown), columns, (wide, height * lines))
    for place, (panel, row) in enumerate(zip(panels, shown, strict=True)):
        draw_changes(panel, result, row)
        panel.set_yticks(range(len(names)), names if place % columns == 0 else [""] * len(names))
        panel.set_ylim(len(names) - 0.5, -0.5)
        panel.tick_params(axis="y", labelsize=9 * lean)
        for number, container in enumerate(panel.containers):
            _mark(container.get_children(), number + 1)
    return figure


@styled
def steps_chart(steps: Sequence[Step], axis: str) -> Figure:
    """The parts of a difference one after the other, and the whole."""
    figure, (panel,) = _sheet(1, 1, (WIDE, 0.7 + 0.27 * len(steps)))
    draw_steps(panel, steps)
    panel.set_xlabel(axis)
    return figure


@styled
def steps_beside(steps: Sequence[Step], axis: str) -> Figure:
    """The same as narrow as it may be and with lower bars, to stand beside its table."""
    figure, (panel,) = _sheet(1, 1, (_BESIDE, 0.65 + 0.185 * len(steps)))
    draw_steps(panel, steps)
    panel.set_xlabel(axis)
    panel.tick_params(labelsize=8)
    return figure


@styled
def course_packed(result: Result, shown: Course) -> Figure:
    """One monthly series of every arm with its band, in half the width of paper, without names."""
    figure, (panel,) = _sheet(1, 1, (HALF, 1.75))
    draw_course(panel, result, shown)
    panel.set_title("")
    panel.tick_params(labelsize=8)
    return figure


@styled
def course_chart(result: Result, shown: Course) -> Figure:
    """One monthly series of every arm with its band, and what the lines are called."""
    names = [short(arm.title, 40) for arm in result.plan.arms]
    beside = max(1, min(len(names), 105 // (8 + max(len(line) for name in names for line in name.split("\n")))))
    lines = sum(1 + name.count("\n") for name in names[::beside]) if result.policies else 0
    figure, (panel,) = _sheet(1, 1, (WIDE, 2.7 + 0.17 * lines))
    draw_course(panel, result, shown)
    panel.set_title("")
    for place, line in enumerate(panel.get_lines()):
        _mark([line], place)
    for place, band in enumerate(panel.collections):
        _mark([band], place)
    if result.policies:
        legend = figure.legend(panel.get_lines(), names, loc="outside lower left", ncols=beside, fontsize=8)
        for place, (handle, text) in enumerate(zip(legend.legend_handles, legend.get_texts(), strict=True)):
            _mark([handle, text], place)
    return figure


@styled
def levels_chart(
    groups: Mapping[str, Sequence[tuple[float, float | None] | None]],
    names: Sequence[str],
    unit: str,
    bar: float = 0.16,
) -> Figure:
    """Bars side by side: for each group a bar per arm, with its interval; bar: how thick one is, in inches."""
    figure, (panel,) = _sheet(1, 1, (WIDE, 0.8 + len(groups) * (bar * len(names) + 0.12)))
    height = 0.86 / len(names)
    for row, values in enumerate(groups.values()):
        for place, found in enumerate(values):
            if found is not None:
                at = row - 0.43 + height * (place + 0.5)
                bars = panel.barh(
                    at, found[0], height * 0.9, xerr=found[1], color=look(place).colour, ecolor="#000000", capsize=1.5
                )
                _mark([*bars.get_children(), *(bars.errorbar.get_children() if bars.errorbar else [])], place)
    panel.set_yticks(range(len(groups)), [short(name, 26) for name in groups])
    panel.set_ylim(len(groups) - 0.5, -0.5)
    panel.set_xlabel(unit)
    panel.grid(visible=False, axis="y")
    panel.xaxis.set_major_locator(few_ticks())
    panel.xaxis.set_major_formatter("{x:,.10g}")
    return figure


def _mark(artists: Sequence[Any], place: int) -> None:
    for artist in artists:
        if artist is not None:
            artist.set_gid(f"arm-{place}")


def _sheet(count: int, columns: int, size: tuple[float, float]) -> tuple[Figure, list[Axes]]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - most commands draw nothing
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=size, layout="constrained")
    FigureCanvasAgg(figure)
    lines = -(-count // columns)
    return figure, [figure.add_subplot(lines, columns, place + 1) for place in range(count)]
