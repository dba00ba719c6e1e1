"""Pictures of a sweep: what each dimension does to the outcomes, and the first outcome over pairs of dimensions."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.experiment.sweep import Effect, Swept, places
from sim.files.dimensions import Dimension, Level
from sim.files.sweeps import DRAWN
from sim.report.figures import COLOURS, panels, short
from sim.report.numbers import counted, number, percent, span
from sim.report.panels import CHANGE, bar, named_ticks, plain_numbers
from sim.report.telling import told_of
from sim.report.terminal import label_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_DIMENSIONS, _MOST_MEASURES, _MOST_PAIRS = 8, 3, 6
_MOST_CELLS = 60


def drawn(found: Swept) -> dict[str, Figure]:
    """Every picture that there is something for."""
    figures = {"effects": effects(found), "pairs": pairs(found)}
    return {name: figure for name, figure in figures.items() if figure is not None}


def effects(found: Swept) -> Figure | None:
    """A row of panels for each dimension, a column for each of three outcomes."""
    shown = [one for one in found.sweep.dimensions if any(effect.dimension is one for effect in found.effects)]
    shown, measures = shown[:_MOST_DIMENSIONS], told_of(found.measures, _MOST_MEASURES)
    if not shown:
        return None
    is_drawn = found.sweep.design in DRAWN
    what = "each dot is a point, the line a straight fit, the band its" if is_drawn else "bars are"
    note = f"{_note(found)}; {what} {percent(found.sweep.confidence)} intervals; hollow: cannot be told from zero"
    title = f"{found.sweep.title} — what each setting does"
    with panels(len(shown) * len(measures), len(measures), 2.1, title, note) as (figure, axes):
        for place, panel in enumerate(axes):
            dimension, measure = shown[place // len(measures)], measures[place % len(measures)]
            mine = [one for one in found.effects if one.dimension is dimension and one.measure == measure]
            if is_drawn:
                _draw_fit(panel, found, dimension, mine, measure)
            else:
                _draw_levels(panel, mine)
            if place < len(measures):
                panel.set_title(short(label_of(found.measures[measure]), 34))
            if place % len(measures) == 0:
                panel.set_ylabel("change")
            panel.set_xlabel(short(_axis(dimension), 40))
            plain_numbers(panel, y=True)
    return figure


def _draw_levels(panel: Axes, effects: Sequence[Effect]) -> None:
    """The change that each value makes, the reference at zero."""
    panel.axhline(0.0, color=COLOURS[0], linewidth=1.0)
    if not effects:
        return
    against = effects[0].against
    levels = [*effects[0].dimension.levels]
    if against.value not in [level.value for level in levels]:
        levels = [against, *levels]
    numbers = [level.number for level in levels]
    spaced = all(one is not None for one in numbers)
    where = {level.value: float(level.number or 0.0) if spaced else float(place) for place, level in enumerate(levels)}
    panel.plot([where[against.value]], [0.0], marker="D", color=COLOURS[0], markersize=4)
    for effect in effects:
        bar(panel, where[effect.level.value], effect.change, upright=True)
    if spaced and len(levels) > 1:
        panel.set_xticks([float(one or 0.0) for one in numbers] if len(levels) < 8 else panel.get_xticks())
        panel.xaxis.set_major_formatter("{x:,.10g}")
        panel.margins(x=0.08)
    else:
        named_ticks(panel, [level.label for level in levels], upright=True)


def _draw_fit(panel: Axes, found: Swept, dimension: Dimension, effects: Sequence[Effect], measure: int) -> None:
    """Every point with its mean less that of all, and the straight fit."""
    where = places(found.sweep)[:, found.sweep.dimensions.index(dimension)]
    low, high = _ends(dimension)
    known = [found.found.mean(measure, [point]) for point in range(found.found.points)]
    means = np.array([np.nan if mean is None else mean for mean in known])
    if not np.isnan(means).all():
        middle = np.nanmean(means)
        panel.plot(low + where * (high - low), means - middle, "o", color=COLOURS[6], markersize=3, alpha=0.8)
    for effect in effects:
        ends, half = np.array([0.0, 1.0]), effect.change.half_width or 0.0
        line = effect.change.value * (ends - where.mean())
        spread = half * np.abs(ends - where.mean())
        panel.plot(low + ends * (high - low), line, color=CHANGE, linewidth=1.6)
        panel.fill_between(
            low + ends * (high - low), line - spread, line + spread, color=CHANGE, alpha=0.2, linewidth=0
        )
    _mark(panel, dimension, upright=True)


def _mark(panel: Axes, dimension: Dimension, upright: bool) -> None:
    """Numbers along the axis of a range, names along that of a list."""
    if dimension.ends is None:
        named_ticks(panel, [level.label for level in dimension.levels], upright)
    else:
        plain_numbers(panel, x=upright, y=not upright)


def _ends(dimension: Dimension) -> tuple[float, float]:
    if dimension.ends is None:
        return 0.0, float(max(1, len(dimension.levels) - 1))
    return dimension.ends[0].number or 0.0, dimension.ends[1].number or 0.0


def pairs(found: Swept) -> Figure | None:
    """A panel for each pair of dimensions: the first outcome over both, as a map of a grid or as coloured dots."""
    sweep = found.sweep
    together = list(itertools.combinations(range(len(sweep.dimensions)), 2))[:_MOST_PAIRS]
    if not together or sweep.design in ("list", "one_at_a_time"):
        return None
    measure = told_of(found.measures, 1)[0]
    what = found.measures[measure]
    note = f"{_note(found)}; means over all other settings, less the lower left corner; ~ cannot be told from it"
    if sweep.design in DRAWN:
        note = f"{_note(found)}; each dot is a point, its colour the mean"
    columns = min(3, len(together))
    title = f"{sweep.title} — {label_of(what)} over pairs of settings"
    with panels(len(together), columns, 3.0 if columns > 1 else 3.6, title, note) as (figure, axes):
        for panel, (one, other) in zip(axes, together, strict=True):
            panel.grid(visible=False)
            if sweep.design in DRAWN:
                _draw_dots(figure, panel, found, (one, other), measure)
            else:
                _draw_map(figure, panel, found, (one, other), measure)
            panel.set_xlabel(short(_axis(sweep.dimensions[one]), 40))
            panel.set_ylabel(short(_axis(sweep.dimensions[other]), 30))
    return figure


def _draw_map(figure: Figure, panel: Axes, found: Swept, pair: tuple[int, int], measure: int) -> None:
    across, up = (found.sweep.dimensions[place] for place in pair)
    values = np.full((len(up.levels), len(across.levels)), np.nan)
    corner = _points_at(found, pair, (across.levels[0], up.levels[0]))
    texts = {}
    for row, high in enumerate(up.levels):
        for column, wide in enumerate(across.levels):
            chosen = _points_at(found, pair, (wide, high))
            change = found.found.difference(measure, chosen, corner) if chosen and corner else None
            if change is not None:
                values[row, column] = change.value
                texts[row, column] = change
    most = float(np.nanmax(np.abs(values))) if np.isfinite(values).any() else 1.0
    image = panel.imshow(values, origin="lower", aspect="auto", cmap="RdBu", vmin=-most or -1.0, vmax=most or 1.0)
    if len(texts) <= _MOST_CELLS:
        unit = 10 ** max(0, int(np.floor(np.log10(max(most, 1e-9)))) - 2) if most >= 100 else 1
        for (row, column), change in texts.items():
            doubt = "" if change.excludes_zero or not change.half_width else " ~"
            places = 0 if most >= 10 else 2
            text = (
                f"{number(round(change.value / unit) * unit, 0) if unit > 1 else number(change.value, places)}{doubt}"
            )
            dark = abs(change.value) > 0.6 * most
            panel.text(column, row, text, ha="center", va="center", fontsize=7, color="white" if dark else "black")
    else:
        figure.colorbar(image, ax=panel, format="{x:,.10g}")
    panel.set_xticks(range(len(across.levels)), [short(level.label, 12) for level in across.levels])
    panel.set_yticks(range(len(up.levels)), [short(level.label, 12) for level in up.levels])


def _points_at(found: Swept, pair: tuple[int, int], levels: tuple[Level, Level]) -> list[int]:
    return [
        place
        for place, point in enumerate(found.sweep.points)
        if all(point[one].value == level.value for one, level in zip(pair, levels, strict=True))
    ]


def _draw_dots(figure: Figure, panel: Axes, found: Swept, pair: tuple[int, int], measure: int) -> None:
    where = places(found.sweep)
    means = [found.found.mean(measure, [point]) or np.nan for point in range(found.found.points)]
    spots = []
    for place in pair:
        low, high = _ends(found.sweep.dimensions[place])
        spots.append(low + where[:, place] * (high - low))
    image = panel.scatter(spots[0], spots[1], c=means, cmap="viridis", s=28, edgecolors="white", linewidths=0.4)
    figure.colorbar(image, ax=panel, format="{x:,.10g}")
    for place, upright in zip(pair, (True, False), strict=True):
        _mark(panel, found.sweep.dimensions[place], upright)


def _axis(dimension: Dimension) -> str:
    return f"{dimension.name}, {dimension.unit}" if dimension.unit else dimension.name


def _note(found: Swept) -> str:
    sweep = found.sweep
    count = counted(sweep.replications, "replication")
    return f"{len(sweep.points)} points, {count} of {span(sweep.scenario.calendar.horizon_days)} each"
