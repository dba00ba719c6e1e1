"""Native charts of a workbook: changes with error bars, the bridge of profit as a waterfall, the course as lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.experiment.estimates import TOLD, Change
from sim.report.book import Book, places_format
from sim.report.bridge import Step
from sim.report.figures import COLOURS, look
from sim.report.scales import places_of, scale_of, scale_of_bridge

CHANGE, HALF_WIDTH, SHORT = 2, 3, 10
"""Columns of the summary that charts refer to."""

_BRIDGE_PART, _BRIDGE_FIRST, _COURSE_MONTH, _COURSE_MEAN = 1, 5, 3, 4
_LINE_HEIGHT = 20
WIDE, GAP = 600, 20
"""Of a chart and between two, in pixels."""

_SOLID, _GRID = "#3d3d3d", {"visible": True, "line": {"color": "#e4e4e4", "width": 0.75}}
_DASHES = ("solid", "dash", "dash_dot", "round_dot", "long_dash", "long_dash_dot", "square_dot")
_UP, _DOWN = COLOURS[3], COLOURS[2]


def add_bars(
    book: Book,
    sheet: Any,
    title: str,
    rows: tuple[int, int],
    *,
    changes: Sequence[Change | None],
    place: tuple[int, int],
) -> int:
    """Bars of what each policy changes, with its interval; place: row, and pixels from the left.

    Returns the first row that is free below.
    """
    chart = book.book.add_chart({"type": "bar"})
    first, last = rows
    name = sheet.get_name()
    errors = [f"={_quoted(name)}!${_letter(HALF_WIDTH)}${first + 1}:${_letter(HALF_WIDTH)}${last + 1}"] * 2
    chart.add_series(
        {
            "name": title,
            "categories": [name, first, SHORT, last, SHORT],
            "values": [name, first, CHANGE, last, CHANGE],
            "gap": 60,
            "fill": {"color": COLOURS[1]},
            "points": [_point(change) for change in changes],
            "y_error_bars": {
                "type": "custom",
                "plus_values": errors[0],
                "minus_values": errors[1],
                "line": {"color": "#000000", "width": 1},
            },
        }
    )
    chart.set_title({"name": title, "name_font": {"size": 12}})
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True, "label_position": "low", "num_font": {"size": 10}})
    low, high, step = scale_of([change.estimate for change in changes if change is not None])
    axis = {"min": low, "max": high, "major_unit": step, "num_format": places_format(places_of(step))}
    chart.set_x_axis({"major_gridlines": _GRID, "label_position": "high", **axis})
    return _placed(sheet, chart, place, 110 + 30 * len(changes))


def _point(change: Change | None) -> dict[str, Any]:
    """A hollow bar cannot be told from zero."""
    if change is not None and change.verdict in TOLD:
        return {"fill": {"color": COLOURS[1]}, "border": {"color": COLOURS[1]}}
    return {"fill": {"color": "#ffffff"}, "border": {"color": COLOURS[1]}}


def add_bridge(book: Book, sheet: Any, title: str, first: int, *, steps: Sequence[Step], place: tuple[int, int]) -> int:
    """A waterfall as stacked bars, of which those that carry the others are not seen; first: the row of its first."""
    chart = book.book.add_chart({"type": "bar", "subtype": "stacked"})
    name, last = sheet.get_name(), first + len(steps) - 1
    for column in range(_BRIDGE_FIRST, _BRIDGE_FIRST + 4):
        unseen = (column - _BRIDGE_FIRST) % 2 == 0
        chart.add_series(
            {
                "name": [name, 0, column],
                "categories": [name, first, _BRIDGE_PART, last, _BRIDGE_PART],
                "values": [name, first, column, last, column],
                "gap": 40,
                "points": None if unseen else [_step(step) for step in steps],
                "fill": {"none": True} if unseen else {"color": _UP},
                "border": {"none": True} if unseen else {"color": _SOLID},
            }
        )
    chart.set_title({"name": title, "name_font": {"size": 12}})
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True, "label_position": "low"})
    low, high, step = scale_of_bridge(steps)
    axis = {"min": low, "max": high, "major_unit": step, "num_format": places_format(places_of(step))}
    chart.set_x_axis({"major_gridlines": _GRID, "label_position": "high", **axis})
    return _placed(sheet, chart, place, 110 + 26 * len(steps))


def _step(step: Step) -> dict[str, Any]:
    colour = COLOURS[0] if step.whole else _UP if step.estimate.value >= 0 else _DOWN
    return {"fill": {"color": colour if step.told else "#ffffff"}, "border": {"color": colour}}


def add_course(
    book: Book, sheet: Any, title: str, first: int, *, names: Sequence[str], months: int, place: tuple[int, int]
) -> int:
    """A line for each policy, month by month; first: the row of the first month of the first."""
    chart = book.book.add_chart({"type": "line"})
    name = sheet.get_name()
    for number, arm in enumerate(names):
        begin = first + number * months
        line = {"color": look(number).colour, "width": 2, "dash_type": _DASHES[number % len(_DASHES)]}
        chart.add_series(
            {
                "name": arm,
                "categories": [name, begin, _COURSE_MONTH, begin + months - 1, _COURSE_MONTH],
                "values": [name, begin, _COURSE_MEAN, begin + months - 1, _COURSE_MEAN],
                "line": line,
                **({"marker": {"type": "circle", "fill": {"color": line["color"]}}} if months < 4 else {}),
            }
        )
    chart.set_title({"name": title, "name_font": {"size": 12}})
    chart.set_legend({"position": "bottom"} if len(names) > 1 else {"none": True})
    chart.set_y_axis({"major_gridlines": _GRID, "num_format": "#,##0.##"})
    chart.set_x_axis({"label_position": "low"})
    return _placed(sheet, chart, place, 300 + 12 * len(names))


def _placed(sheet: Any, chart: Any, place: tuple[int, int], height: int) -> int:
    chart.set_size({"width": WIDE, "height": height})
    sheet.insert_chart(place[0], 0, chart, {"object_position": 2, "x_offset": place[1]})
    return place[0] + -(-height // _LINE_HEIGHT) + 1


def _quoted(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"


def _letter(column: int) -> str:
    return chr(ord("A") + column)
