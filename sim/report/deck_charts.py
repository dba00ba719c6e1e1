"""Native charts of slides: changes with their intervals, the bridge of profit as a waterfall, the course as lines.

Colours are the accents of the template. The library has no error bars, so they are put into the XML of the chart; the
half-widths stand in the sheet behind it, where they can be changed like the bars.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sim.experiment.estimates import TOLD, Change
from sim.files.libraries import library
from sim.files.problems import printable
from sim.report.book import Book
from sim.report.bridge import Step, pieces_of
from sim.report.deck import Box
from sim.report.months import Course
from sim.report.numbers import decimals, rounded, signed
from sim.report.scales import places_of, scale_of, scale_of_bridge

NOTHING: Mapping[str, Sequence[float | None]] = MappingProxyType({})
POINT = 12_700
SMALL = 9 * POINT
_UP, _DOWN, BAR = 3, 2, 1
"""Accents of the template: green, vermilion and blue of ours."""

ACCENTS = 6
CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
_DASHES = ("SOLID", "DASH", "DASH_DOT", "ROUND_DOT", "LONG_DASH", "LONG_DASH_DOT", "SQUARE_DOT")


def pptx_of(module: str) -> Any:
    """A part of the library that makes slides."""
    return library(f"pptx.{module}", "slides", "python-pptx")


def bars(slide: Any, box: Box, title: str, names: Sequence[str], changes: Sequence[Change | None]) -> None:
    """A bar for each policy, with its interval; hollow where it cannot be told from zero."""
    data = pptx_of("chart.data").CategoryChartData()
    data.categories = [printable(name) for name in names]
    data.add_series("change", [None if change is None else rounded(change.estimate.value) for change in changes])
    chart = chart_of(slide, box, "BAR_CLUSTERED", data, title)
    plot = chart.plots[0]
    plot.gap_width = 60 if len(names) > 2 else 150
    for place, change in enumerate(changes):
        told = change is not None and change.verdict in TOLD
        paint(plot.series[0].points[place].format, BAR, hollow=not told)
    half_widths = [None if change is None else rounded(change.estimate.half_width) for change in changes]
    if any(half_widths):
        error_bars(plot.series[0], [half_widths] * 2, [(2, 1)] * 2)
        keep(chart, data, {"half-width": half_widths})
    across(chart, *scale_of([change.estimate for change in changes if change is not None]))


def waterfall(slide: Any, box: Box, title: str, steps: Sequence[Step]) -> None:
    """Stacked bars, of which those that carry the others are not seen; each part says its size."""
    data = pptx_of("chart.data").CategoryChartData()
    data.categories = [
        f"{printable(step.label)}: {signed(step.estimate.value, decimals(step.estimate))}" for step in steps
    ]
    pieces = pieces_of(steps)
    for name in ("unseen_above", "above", "unseen_below", "below"):
        data.add_series(name.replace("_", " "), [rounded(getattr(piece, name)) for piece in pieces])
    chart = chart_of(slide, box, "BAR_STACKED", data, title)
    plot = chart.plots[0]
    plot.gap_width, plot.overlap = 40, 100
    for number, series in enumerate(plot.series):
        if number % 2 == 0:
            series.format.fill.background()
            series.format.line.fill.background()
            continue
        for place, step in enumerate(steps):
            accent = 0 if step.whole else _UP if step.estimate.value >= 0 else _DOWN
            paint(series.points[place].format, accent, hollow=not step.told)
    across(chart, *scale_of_bridge(steps))


def lines(slide: Any, box: Box, names: Mapping[str, str], shown: Course) -> None:
    """A line for each arm that is named, month by month."""
    data = pptx_of("chart.data").CategoryChartData()
    data.categories = list(shown.months)
    for arm, name in names.items():
        means = [None if each is None else rounded(each.value) for each in shown.by_arm[arm]]
        data.add_series(printable(name), means)
    chart = chart_of(
        slide, box, "LINE_MARKERS" if len(shown.months) < 4 else "LINE", data, f"{shown.title} ({shown.unit})"
    )
    legend_below(chart, len(names))
    dashes = pptx_of("enum.dml").MSO_LINE_DASH_STYLE
    for number, series in enumerate(chart.plots[0].series):
        series.smooth = False
        line = series.format.line
        line.width = 2 * POINT
        line.dash_style = getattr(dashes, _DASHES[number % len(_DASHES)])
        line.color.theme_color = colour_of(0 if number == 0 else 1 + (number - 1) % ACCENTS)
    values = chart.value_axis
    values.tick_labels.number_format, values.tick_labels.number_format_is_linked = "#,##0.##", False
    values.tick_labels.number_format = _number_of(shown)
    quiet(values)
    chart.category_axis.tick_label_position = pptx_of("enum.chart").XL_TICK_LABEL_POSITION.LOW


def _number_of(shown: Course) -> str:
    """As many decimals as the axis needs, whatever its program chooses."""
    found = [each.value for estimates in shown.by_arm.values() for each in estimates if each is not None]
    spread = max(found, default=1.0) - min(found, default=0.0)
    return "#,##0" if spread >= 8 or spread == 0 else "#,##0.0" if spread >= 0.8 else "#,##0.00"


def chart_of(slide: Any, box: Box, kind: str, data: Any, title: str) -> Any:
    """A chart in the look of all: a title, small letters, no legend."""
    kinds = pptx_of("enum.chart").XL_CHART_TYPE
    frame = slide.shapes.add_chart(getattr(kinds, kind), box.left, box.top, box.width, box.height, data)
    chart = frame.chart
    chart.font.size = 10 * POINT
    chart.has_legend = False
    chart.has_title = True
    chart.chart_title.include_in_layout = False
    run = chart.chart_title.text_frame.paragraphs[0].add_run()
    run.text, run.font.size, run.font.bold = printable(title), 12 * POINT, True
    if not kind.startswith("XY"):
        keep(chart, data)
    return chart


def keep(chart: Any, data: Any, more: Mapping[str, Sequence[float | None]] = NOTHING) -> None:
    """The workbook behind a chart made anew: the library's own would take a name that begins with = for a formula."""
    book = Book()
    sheet = book.plain("Sheet1")
    columns: dict[str, Sequence[Any]] = {"": [each.label for each in data.categories]}
    columns |= {series.name: list(series.values) for series in data} | dict(more)
    for place, (name, values) in enumerate(columns.items()):
        for row, value in enumerate([name, *values]):
            if value is not None:
                book.put(sheet, row, place, value)
    chart.part.chart_workbook.update_from_xlsx_blob(book.content())


def across(chart: Any, low: float, high: float, step: float) -> None:
    """Horizontal bars from the top down, with the numbers at the foot."""
    enums = pptx_of("enum.chart")
    names, values = chart.category_axis, chart.value_axis
    names.reverse_order = True
    names.tick_label_position = enums.XL_TICK_LABEL_POSITION.LOW
    values.tick_label_position = enums.XL_TICK_LABEL_POSITION.HIGH  # the names run down, so high is at the foot
    names.has_major_gridlines = False
    names.format.line.color.theme_color = colour_of(0)
    values.minimum_scale, values.maximum_scale, values.major_unit = low, high, step
    places = places_of(step)
    values.tick_labels.number_format_is_linked = False
    values.tick_labels.number_format = "#,##0" + ("." + "0" * places if places else "")
    quiet(values)


def quiet(axis: Any) -> None:
    """An axis without a line of its own, and with faint ones across."""
    axis.has_major_gridlines = True
    axis.major_gridlines.format.line.color.rgb = pptx_of("dml.color").RGBColor(0xE4, 0xE4, 0xE4)
    axis.format.line.fill.background()


def colour_of(accent: int) -> Any:
    """An accent of the template; 0 is its colour of texts."""
    colours = pptx_of("enum.dml").MSO_THEME_COLOR
    return getattr(colours, f"ACCENT_{accent}" if accent else "TEXT_1")


def paint(format_: Any, accent: int, hollow: bool) -> None:
    """Filled in an accent, or only its edge."""
    colour = colour_of(accent)
    if hollow:
        format_.fill.background()
    else:
        format_.fill.solid()
        format_.fill.fore_color.theme_color = colour
    format_.line.color.theme_color = colour


def error_bars(
    series: Any, sides: Sequence[Sequence[float | None]], places: Sequence[tuple[int, int]], way: str = ""
) -> None:
    """How far intervals reach below and above, put where the schema wants them: before the numbers of a series.

    places: column and first row of each side in the sheet behind the chart. way: "x" or "y" of a line, none of bars.
    """
    if not any(each for side in sides for each in side):
        return
    below, above = ("".join(_numbers(side, *place)) for side, place in zip(sides, places, strict=True))
    text = f'<c:errBars xmlns:c="{CHART}" xmlns:a="{DRAWING}">' + (f'<c:errDir val="{way}"/>' if way else "")
    text += '<c:errBarType val="both"/><c:errValType val="cust"/><c:noEndCap val="0"/>'
    text += f"<c:plus>{above}</c:plus><c:minus>{below}</c:minus>"
    text += '<c:spPr><a:ln w="12700"><a:solidFill><a:schemeClr val="tx1"/></a:solidFill></a:ln></c:spPr></c:errBars>'
    before = "xVal" if way else "cat"
    series._element.find(f"{{{CHART}}}{before}").addprevious(pptx_of("oxml").parse_xml(text))


def _numbers(values: Sequence[float | None], column: int, row: int) -> Iterator[str]:
    letter = chr(ord("A") + column)
    yield f"<c:numRef><c:f>Sheet1!${letter}${row + 1}:${letter}${row + len(values)}</c:f>"
    yield f'<c:numCache><c:formatCode>General</c:formatCode><c:ptCount val="{len(values)}"/>'
    for place, value in enumerate(values):
        if value is not None:
            yield f'<c:pt idx="{place}"><c:v>{value}</c:v></c:pt>'
    yield "</c:numCache></c:numRef>"


def legend_below(chart: Any, count: int) -> None:
    """What the series are called, where there are several."""
    chart.has_legend = count > 1
    if chart.has_legend:
        chart.legend.position = pptx_of("enum.chart").XL_LEGEND_POSITION.BOTTOM
        chart.legend.include_in_layout = False
        chart.legend.font.size = SMALL
