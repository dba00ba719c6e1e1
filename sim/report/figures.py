"""Figures of a result; the only room that knows a plotting library.

Same result, same bytes: fixed fonts, a fixed salt for SVG, no dates and no versions in the files. Colours are those
of Okabe and Ito (2008), which the colour-blind tell apart; arms differ by line and marker too.
"""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import nan
from typing import TYPE_CHECKING, Any

from sim.experiment.comparison import Result, Row
from sim.report.bridge import Step, passing_steps, steps_of
from sim.report.fillings import filled, fillings
from sim.report.months import PROFIT, Course, courses
from sim.report.numbers import folded, percent, span
from sim.report.sentences import capital, name_in_sentence, unit_of_change

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#3d3d3d", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_LINES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)))
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")
STYLE = {
    "svg.hashsalt": "frontline",
    "text.parse_math": False,  # a title may hold "$"
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e4e4e4",
    "grid.linewidth": 0.7,
    "axes.axisbelow": True,
    "axes.titlepad": 4,
    "legend.frameon": False,
}
_WIDE, _ABOVE, _LINE = 9.8, 0.55, 0.18
_WIDE_NUMBER = 1e6
"""So large a number is nearly as wide as half a panel."""

_COURSES = {"course": "month by month", "survivors": "who is still there", "service": "service by month"}
_CLEAN = {"png": {"Software": None}, "svg": {"Date": None, "Creator": None}}


@dataclass(frozen=True)
class Look:
    """How an arm is drawn, the same in every figure."""

    colour: str
    line: Any
    marker: str


def look(place: int) -> Look:
    """The look of the arm at a place; the baseline has place 0 and a look that no policy has."""
    if place == 0:
        return Look(COLOURS[0], _LINES[0], _MARKERS[0])
    others = len(COLOURS) - 1
    turn, colour = divmod(place - 1, others)
    style = 1 + (colour + turn) % others
    return Look(COLOURS[1 + colour], _LINES[style], _MARKERS[style])


@contextlib.contextmanager
def styled() -> Iterator[None]:
    """Within it figures are drawn in the style of all."""
    import matplotlib as mpl  # noqa: PLC0415 - most commands draw nothing

    with mpl.rc_context(STYLE):
        yield


def figures(result: Result) -> dict[str, Figure]:
    """Every figure that the result has something for, by name."""
    import matplotlib as mpl  # noqa: PLC0415 - most commands draw nothing

    with mpl.rc_context(STYLE):
        found = {"outcomes": outcomes(result)}
        shown = courses(result)
        for name, title in _COURSES.items():
            found[name] = course(result, title, [each for each in shown if each.figure == name])
        found["profit"] = profit(result)
        found["links"] = links(result)
        found["best"] = best(result)
    return {name: figure for name, figure in found.items() if figure is not None}


def pictures(result: Result) -> dict[str, bytes]:
    """Every figure as PNG and SVG, by file name."""
    return {
        f"{name}.{kind}": picture(figure, kind) for name, figure in figures(result).items() for kind in ("png", "svg")
    }


def picture(figure: Figure, kind: str, dpi: int = 160) -> bytes:
    """A figure as the bytes of a file."""
    import matplotlib as mpl  # noqa: PLC0415 - most commands draw nothing

    out = io.BytesIO()
    with mpl.rc_context(STYLE), warnings.catch_warnings():
        # Letters that the font lacks are boxes; ``letters_lacking`` tells of them once.
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        figure.savefig(out, format=kind, dpi=dpi, metadata=_CLEAN[kind])
    return out.getvalue()


@contextlib.contextmanager
def panels(count: int, columns: int, height: float, title: str, note: str) -> Iterator[tuple[Figure, list[Axes]]]:
    """A figure with panels in columns, a title and a small note below it, in the look of all others; draw, then
    close."""
    import matplotlib as mpl  # noqa: PLC0415 - most commands draw nothing

    headline = folded(title, 88)
    with mpl.rc_context(STYLE):
        figure, found = _sheet(count, columns, height, below=0.1, headline=headline)
        yield figure, found
        _write_above(figure, headline, note)


def letters_lacking(result: Result) -> str:
    """Letters of titles and channels that the figures show as boxes, because their font does not have them."""
    from matplotlib.font_manager import findfont, get_font  # noqa: PLC0415

    plan = result.plan
    font = get_font(findfont(str(STYLE["font.family"])))
    texts = [plan.title, *(arm.title for arm in plan.arms), *plan.baseline.scenario.channels.channels]
    letters = dict.fromkeys(letter for text in texts for letter in text if not letter.isspace())
    return "".join(letter for letter in letters if not font.get_char_index(ord(letter)))


def outcomes(result: Result) -> Figure | None:
    """A panel per row of the table: each policy's change with its interval, and a line at zero."""
    rows = [row for row in result.table if any(row.changes.values())]
    if not rows:
        return None
    headline = _headline(result, f"what each policy changes against {result.plan.baseline.title.lower()}")
    names = [short(arm.title, 26) for arm in result.policies]
    lines = [1 + name.count("\n") for name in names]
    if max(lines) > 2:
        lines = [max(lines)] * len(lines)  # every arm has the same room, so the longest name needs it of all
    height = 0.85 + 0.27 * sum(0.5 * (count - 1) + 1 for count in lines)
    figure, panels = _sheet(len(rows), 3, height, below=0.1, headline=headline)
    for place, (panel, row) in enumerate(zip(panels, rows, strict=True)):
        draw_changes(panel, result, row)
        panel.set_yticks(range(len(names)), names if place % 3 == 0 else [""] * len(names))
        panel.set_ylim(len(names) - 0.5, -0.5)
    _caption(figure, result, headline, f"bars are {{}} intervals of the paired change; {fillings(rows)}")
    return figure


def profit(result: Result) -> Figure | None:
    """A panel per policy: the parts of its difference of profit one after the other, and the whole."""
    shown = [
        (arm, steps_of(found)) for arm in result.policies if (found := result.accountings.get(arm.name)) is not None
    ]
    shown = [(arm, steps) for arm, steps in shown if steps]
    if not shown:
        return None
    headline = _headline(result, "where the change of profit comes from")
    height = 0.75 + 0.2 * max(len(steps) for _, steps in shown)
    figure, panels = _sheet(len(shown), 2, height, below=0.1, headline=headline)
    for panel, (arm, steps) in zip(panels, shown, strict=True):
        draw_steps(panel, steps)
        panel.set_title(short(arm.title, 36))
        panel.set_xlabel(f"change of profit, {result.plan.baseline.scenario.currency}")
    _caption(figure, result, headline, "whiskers are {} intervals of the paired part; hollow: cannot be told from zero")
    return figure


def links(result: Result) -> Figure | None:
    """A panel per policy and effect of which anything is told from zero: what passes through which link, the whole."""
    shown = [
        (arm, each, passing_steps(each))
        for arm in result.policies
        for each in result.explanations.get(arm.name, ())
        if each.tells
    ]
    if not shown:
        return None
    headline = _headline(result, "what passes through which link")
    height = 0.85 + 0.2 * max(len(steps) for _, _, steps in shown)
    figure, panels = _sheet(len(shown), 2, height, below=0.1, headline=headline)
    for panel, (arm, each, steps) in zip(panels, shown, strict=True):
        draw_steps(panel, steps)
        panel.set_title(short(arm.title, 36))
        text = f"change of {name_in_sentence(each.measure)}, {unit_of_change(each.measure)}".rstrip(", ")
        panel.set_xlabel(wrapped(text, 40))
    _caption(figure, result, headline, "whiskers are {} intervals of the paired part; hollow: cannot be told from zero")
    return figure


def best(result: Result) -> Figure | None:
    """What each policy changes in a measure, with intervals that hold together, and how likely each arm is the best."""
    found = result.best
    row = result.row(found.measure.name) if found is not None else None
    if found is None or row is None:
        return None
    names = [short(arm.title, 30) for arm in result.plan.arms]
    headline = _headline(result, f"which is the best in {name_in_sentence(found.measure)}")
    height = 0.9 + 0.2 * sum(2 + name.count("\n") for name in names)
    figure, (left, right) = _sheet(2, 2, height, below=0.1, headline=headline)
    _draw_together(left, result, row)
    left.set_yticks(range(len(names)), names)
    for place, chance in enumerate(found.chances):
        ends = [[100 * (chance.share - chance.share_low)], [100 * (chance.share_high - chance.share)]]
        bar = right.barh(place, 100 * chance.probability, 0.55, color=look(place).colour, alpha=0.45)
        dots = right.errorbar(
            [100 * chance.share], [place], xerr=ends, color="#000000", marker="o", markersize=4, capsize=3
        )
    right.set_yticks(range(len(names)), [""] * len(names))
    right.set_title("Probability of being the best")
    right.set_xlabel("%")
    right.set_xlim(0, 104)
    right.legend(
        [bar, dots], ["on average", "in a single replication"], fontsize=8, loc="best", frameon=True, edgecolor="none"
    )
    for panel in (left, right):
        panel.set_ylim(len(names) - 0.5, -0.5)
    note = "thick bars are {} intervals of the paired change, thin ones hold for all policies together"
    _caption(figure, result, headline, note)
    return figure


def _draw_together(panel: Axes, result: Result, row: Row) -> None:
    panel.axvline(0.0, color="#3d3d3d", linewidth=1.0)
    for place, arm in enumerate(result.policies, start=1):
        change = row.changes[arm.name]
        if change is None:
            continue
        style = look(place)
        at: dict[str, Any] = {"color": style.colour, "marker": style.marker, "capsize": 3, **filled(change)}
        for estimate, width in ((change.together, 1.0), (change.estimate, 3.0)):
            if estimate is not None:
                panel.errorbar([estimate.value], [place], xerr=estimate.half_width, linewidth=width, **at)
    panel.set_title(wrapped(f"Change against {result.plan.baseline.title.lower()}", 44))
    panel.set_xlabel(f"{row.measure.label}, {unit_of_change(row.measure)}".rstrip(", "))
    panel.margins(x=0.12)
    panel.xaxis.set_major_locator(few_ticks())
    panel.xaxis.set_major_formatter("{x:,.10g}")


def course(result: Result, title: str, shown: Sequence[Course]) -> Figure | None:
    """A panel per monthly series: the mean of each arm month by month, with its interval as a band."""
    if not shown:
        return None
    names = [short(arm.title, 44) for arm in result.plan.arms]
    side_by_side = max(1, min(len(names), 125 // (8 + max(len(line) for name in names for line in name.split("\n")))))
    lines = sum(1 + name.count("\n") for name in names[::side_by_side])
    headline = _headline(result, title)
    figure, panels = _sheet(len(shown), 2, 2.0, below=0.15 + 0.17 * lines, headline=headline)
    for panel, each in zip(panels, shown, strict=True):
        draw_course(panel, result, each)
    if result.policies:
        figure.legend(panels[0].get_lines(), names, loc="lower left", ncols=side_by_side, fontsize=8, borderaxespad=0.3)
    _caption(figure, result, headline, "bands are {} intervals of the mean")
    return figure


def _sheet(count: int, columns: int, height: float, below: float, headline: list[str]) -> tuple[Figure, list[Axes]]:
    """An empty figure with so many panels, in columns, with room for a title above and a legend below."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415
    from matplotlib.layout_engine import ConstrainedLayoutEngine  # noqa: PLC0415

    lines = -(-count // columns)
    above = _ABOVE + _LINE * (len(headline) - 1)
    tall = height * lines + above + below
    room = (0.0, below / tall, 1.0, 1.0 - (above + below) / tall)
    figure = Figure(figsize=(_WIDE, tall), layout=ConstrainedLayoutEngine(rect=room, h_pad=0.06, w_pad=0.06))
    FigureCanvasAgg(figure)
    return figure, [figure.add_subplot(lines, columns, place + 1) for place in range(count)]


def draw_changes(panel: Axes, result: Result, row: Row) -> None:
    """The change of one measure by every policy, a line each, with its interval."""
    panel.axvline(0.0, color="#3d3d3d", linewidth=1.0)
    for place, arm in enumerate(result.policies):
        change = row.changes[arm.name]
        if change is None:
            continue
        style = look(place + 1)
        half_width = change.estimate.half_width
        panel.errorbar(
            [change.estimate.value],
            [place],
            xerr=None if half_width is None else [half_width],
            color=style.colour,
            marker=style.marker,
            markersize=5,
            capsize=3,
            linewidth=1.6,
            **filled(change),
        )
    panel.set_title(wrapped(capital(row.measure.label), 28))
    panel.set_xlabel(f"change, {unit_of_change(row.measure)}".rstrip(", "))
    panel.margins(x=0.12)
    panel.xaxis.set_major_locator(few_ticks(2 if max(map(abs, panel.get_xlim())) >= _WIDE_NUMBER else 4))
    panel.xaxis.set_major_formatter("{x:,.10g}")


def draw_steps(panel: Axes, steps: Sequence[Step]) -> None:
    """Bars that begin where the one above ends; the last, the whole, begins at zero."""
    end = 0.0
    for place, step in enumerate(steps):
        value, half_width = step.estimate.value, step.estimate.half_width
        begin = 0.0 if step.whole else end
        colour = COLOURS[0] if step.whole else COLOURS[3] if value >= 0 else COLOURS[2]
        fill = colour if step.told else "white"
        panel.barh(place, value, 0.62, left=begin, facecolor=fill, edgecolor=colour, linewidth=1.0)
        panel.errorbar([begin + value], [place], xerr=half_width, color="#000000", capsize=2, linewidth=0.9)
        end = begin + value
    panel.axvline(0.0, color="#3d3d3d", linewidth=1.0)
    panel.set_yticks(range(len(steps)), [short(step.label, 30) for step in steps])
    panel.set_ylim(len(steps) - 0.5, -0.5)
    panel.grid(visible=False, axis="y")
    panel.use_sticky_edges = False
    panel.margins(x=0.06)
    panel.xaxis.set_major_locator(few_ticks())
    panel.xaxis.set_major_formatter("{x:,.10g}")


def draw_course(panel: Axes, result: Result, shown: Course) -> None:
    """One monthly series of every arm with its band."""
    places = range(len(shown.months))
    few = len(places) < 4
    for place, arm in enumerate(result.plan.arms):
        style = look(place)
        estimates = shown.by_arm[arm.name]
        means = [nan if each is None else each.value for each in estimates]
        low = [nan if each is None or each.low is None else each.low for each in estimates]
        high = [nan if each is None or each.high is None else each.high for each in estimates]
        if shown.source != PROFIT:
            low = [max(end, 0.0) for end in low]
        if shown.unit == "%":
            high = [min(end, 100.0) for end in high]
        line = {"color": style.colour, "linestyle": style.line, "marker": style.marker if few else None}
        panel.plot(places, means, linewidth=1.5, **line)
        panel.fill_between(places, low, high, color=style.colour, alpha=0.13, linewidth=0)
    step = max(1, -(-len(shown.months) // 6))
    panel.set_xticks(list(places)[::step], list(shown.months)[::step])
    panel.set_title(wrapped(shown.title, 36))
    panel.set_ylabel(shown.unit)
    panel.yaxis.set_major_locator(few_ticks())
    panel.yaxis.set_major_formatter("{x:,.10g}")


def _headline(result: Result, title: str) -> list[str]:
    return folded(f"{result.plan.title} — {title}", 88)


def _caption(figure: Figure, result: Result, headline: list[str], note: str) -> None:
    plan = result.plan
    horizon = span(plan.baseline.scenario.calendar.horizon_days)
    caption = f"n = {plan.replications} replications of {horizon}; {note.format(percent(plan.confidence))}"
    _write_above(figure, headline, caption)


def _write_above(figure: Figure, headline: list[str], caption: str) -> None:
    tall = figure.get_figheight()
    below = 0.32 + _LINE * (len(headline) - 1)
    figure.text(0.012, 1 - 0.1 / tall, "\n".join(headline), fontsize=11, fontweight="bold", va="top")
    figure.text(0.012, 1 - below / tall, caption, fontsize=8, color="#555555", va="top")


def few_ticks(most: int = 4) -> Any:
    """A few round numbers along an axis; most: steps between them."""
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415

    return MaxNLocator(most)


def wrapped(text: str, width: int) -> str:
    """The text in lines."""
    return "\n".join(folded(text, width))


def short(text: str, width: int) -> str:
    """At most three lines; the table has the whole of it."""
    return "\n".join(folded(text, width, max_lines=3, placeholder=" …"))
