"""Native charts of numbers with intervals: bars in groups, and lines over an axis of numbers.

The numbers and how far their intervals reach stand in the sheet behind a chart, where they can be changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.files.problems import printable
from sim.report.book import Book
from sim.report.deck import Box
from sim.report.deck_charts import (
    ACCENTS,
    POINT,
    SMALL,
    across,
    chart_of,
    colour_of,
    error_bars,
    keep,
    legend_below,
    paint,
    pptx_of,
    quiet,
)
from sim.report.numbers import rounded
from sim.report.pages import Bars, Curves, Ends, Line
from sim.report.scales import places_of, scale


def interval_bars(slide: Any, box: Box, asked: Bars) -> None:
    """Bars from zero, one below the other, with their intervals; hollow where they cannot be told from zero."""
    data = pptx_of("chart.data").CategoryChartData()
    data.categories = [printable(name) for name in asked.names]
    for name, values in asked.series:
        data.add_series(printable(name), [None if each is None else rounded(each.value) for each in values])
    chart = chart_of(slide, box, "BAR_CLUSTERED", data, asked.title)
    chart.plots[0].gap_width = 50 if len(asked.names) > 2 else 120
    more: dict[str, Sequence[float | None]] = {}
    for number, (series, (name, values)) in enumerate(zip(chart.plots[0].series, asked.series, strict=True)):
        paint(series.format, _accent(number), hollow=False)
        for place, each in enumerate(values):
            paint(series.points[place].format, _accent(number), hollow=each is None or not each.told)
        column = 1 + len(asked.series) + 2 * number
        sides = _sides(values, f"{name}, " if len(asked.series) > 1 else "")
        more |= sides
        error_bars(series, list(sides.values()), [(column + side, 1) for side in (0, 1)])
    keep(chart, data, more)
    every = [each for _, values in asked.series for each in values if each is not None]
    across(chart, *_scale(every))
    legend_below(chart, len(asked.series))


def curves(slide: Any, box: Box, asked: Curves) -> None:
    """Lines over an axis of numbers with the intervals of their points; dots are hollow where not told from zero."""
    data = pptx_of("chart.data").XyChartData()
    for line in asked.lines:
        series = data.add_series(printable(line.name))
        for x, y in line.dots:
            series.add_data_point(rounded(x.value), rounded(y.value))
    chart = chart_of(slide, box, "XY_SCATTER_LINES_NO_MARKERS", data, asked.title)
    book = Book()
    sheet, first = book.plain("Sheet1"), 0
    for number, (series, line) in enumerate(zip(chart.plots[0].series, asked.lines, strict=True)):
        _draw_line(series, line, number)
        columns = _columns(line)
        for place, (name, values) in enumerate(columns.items()):
            for row, value in enumerate([name, *values]):
                if value is not None:
                    book.put(sheet, first + row, place, value)
        names = list(columns)
        for side, start in (("x", 2), ("y", 4)):
            sides = [columns[name] for name in names[start : start + 2]]
            error_bars(series, sides, [(start, first + 1), (start + 1, first + 1)], side)
        first += len(line.dots) + 2
    chart.part.chart_workbook.update_from_xlsx_blob(book.content())
    _axes(chart, asked)
    legend_below(chart, len(asked.lines))


def _columns(line: Line) -> Mapping[str, Sequence[float | None]]:
    """What stands in the sheet for a line: places, values, and how far the intervals of both reach."""
    reach = [(*x.reach, *y.reach) for x, y in line.dots]
    names = ("left", "right", "below", "above")
    return {
        "place": [rounded(x.value) for x, _ in line.dots],
        printable(line.name): [rounded(y.value) for _, y in line.dots],
        **{name: [rounded(each[number]) for each in reach] for number, name in enumerate(names)},
    }


def _draw_line(series: Any, line: Line, number: int) -> None:
    enums = pptx_of("enum.chart").XL_MARKER_STYLE
    series.smooth = False
    series.format.line.width = 2 * POINT
    series.format.line.color.theme_color = colour_of(_accent(number))
    if not line.joined:
        series.format.line.fill.background()
    series.marker.style = enums.CIRCLE if line.joined else enums.DIAMOND
    series.marker.size = 7 if line.joined else 10
    paint(series.marker.format, _accent(number), hollow=False)
    for place, (_, y) in enumerate(line.dots):
        if not y.told:
            point = series.points[place]
            point.format.line.width = series.format.line.width
            point.format.line.color.theme_color = colour_of(_accent(number))
            marker = point.marker
            marker.style, marker.size = series.marker.style, series.marker.size
            marker.format.fill.solid()
            marker.format.fill.fore_color.rgb = pptx_of("dml.color").RGBColor(0xFF, 0xFF, 0xFF)
            marker.format.line.color.theme_color = colour_of(_accent(number))


def _axes(chart: Any, asked: Curves) -> None:
    low = pptx_of("enum.chart").XL_TICK_LABEL_POSITION.LOW
    for axis, place, zero in ((chart.category_axis, 0, False), (chart.value_axis, 1, True)):
        dots = [dot[place] for line in asked.lines for dot in line.dots]
        ends = _scale(dots) if zero else scale(*_furthest(dots))
        axis.minimum_scale, axis.maximum_scale, axis.major_unit = ends
        axis.tick_label_position = low
        axis.tick_labels.number_format_is_linked = False
        places = places_of(ends[2])
        axis.tick_labels.number_format = "#,##0" + ("." + "0" * places if places else "")
        quiet(axis)
    chart.category_axis.format.line.color.theme_color = colour_of(0)
    chart.category_axis.has_title = True
    run = chart.category_axis.axis_title.text_frame.paragraphs[0].add_run()
    run.text, run.font.size, run.font.bold = printable(asked.along), SMALL, False


def _scale(found: Sequence[Ends]) -> tuple[float, float, float]:
    low, high = _furthest(found)
    return scale(min(low, 0.0), max(high, 0.0))


def _furthest(found: Sequence[Ends]) -> tuple[float, float]:
    ends = [end for each in found for end in (each.value, each.low, each.high) if end is not None] or [0.0]
    return min(ends), max(ends)


def _accent(number: int) -> int:
    return 1 + number % ACCENTS


def _sides(values: Sequence[Ends | None], name: str) -> dict[str, Sequence[float | None]]:
    """How far each interval reaches below and above, as columns of the sheet."""
    reach = [(None, None) if each is None else each.reach for each in values]
    return {
        printable(f"{name}{word}"): [rounded(each[side]) for each in reach]
        for side, word in enumerate(("below", "above"))
    }
