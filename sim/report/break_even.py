"""What a break-even study found: sentences, a table, a picture of each curve with its crossings."""

from __future__ import annotations

import math
from collections.abc import Iterator
from math import nan
from typing import TYPE_CHECKING

from sim.experiment.break_even import BreakEven, execute
from sim.experiment.estimates import verdict
from sim.files.break_even import BreakEvenSettings, load_break_even
from sim.files.break_even_study import BreakEvenStudy, Case, Varied
from sim.files.problems import printable
from sim.report.kinds import Kind
from sim.report.numbers import counted, number, percent, rounded, signed, span, with_half_width
from sim.report.sentences import capital, listed, name_in_sentence, unit_of_change
from sim.report.tables import Record, head
from sim.report.telling import bulleted, heading
from sim.report.terminal import Text, grid, painter
from sim.stats.crossing import Crossing, Curve

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WORDS = {"higher": "positive", "lower": "negative", "the same": "exactly zero", "cannot tell": "not told from zero"}
_STEPS = 200


def value_text(varied: Varied, value: float) -> str:
    """A value as it is spoken of: a factor as a percentage, an amount with its sign, each with its unit."""
    if varied.verb == "multiply":
        return f"{signed(100 * (value - 1), _places(100 * (varied.high - varied.low)))} %"
    places = 0 if varied.whole else _places(varied.high - varied.low)
    text = signed(value, places) if varied.verb == "add" else number(value, places)
    return f"{text} {varied.unit}".rstrip()


def _places(width: float) -> int:
    """Decimals that show a two-hundredth of a range."""
    return max(0, -math.floor(math.log10(width / _STEPS)))


def sentences(found: BreakEven) -> list[str]:
    """A sentence or more for each case: where the difference is zero, or that it is not told to be so anywhere."""
    return [
        f"{printable(case.label)}: {told}" if case.label else capital(told)
        for case, curve in zip(found.study.cases, found.curves, strict=True)
        for told in _of_curve(found, curve)
    ]


def _of_curve(found: BreakEven, curve: Curve) -> Iterator[str]:
    what = name_in_sentence(found.measure)
    if curve.crossings:
        yield from (_of_crossing(found, crossing, what) for crossing in curve.crossings)
        return
    varied, told = found.study.varied, [verdict(estimate) for _, estimate in curve.points]
    where = f"from {value_text(varied, varied.low)} to {value_text(varied, varied.high)}"
    if set(told) == {"the same"}:
        yield f"the change of {what} is exactly zero at every value tried {where}."
        return
    parts = [f"{words} at {told.count(one)} of {len(told)}" for one, words in _WORDS.items() if one in told]
    yield f"the mean change of {what} keeps its sign {where}; of the values tried, it is {', '.join(parts)}."


def _of_crossing(found: BreakEven, crossing: Crossing, what: str) -> str:
    varied, study = found.study.varied, found.study
    first, second = ("positive", "negative") if crossing.falling else ("negative", "positive")
    interval = interval_text(varied, crossing, study.confidence)
    unsure = [sign for sign, end in ((first, crossing.low), (second, crossing.high)) if end is None]
    rest = f"; this study cannot tell whether it is {listed(unsure, 'or')} anywhere" if unsure else ""
    where = f"from {first} to {second} at {value_text(varied, crossing.value)}"
    if varied.whole:
        before, after = value_text(varied, crossing.before), value_text(varied, crossing.after)
        where = f"from {first} at {before} to {second} at {after}"
    return f"the mean change of {what} turns {where} ({interval}){rest}."


def interval_text(varied: Varied, crossing: Crossing, confidence: float) -> str:
    """The interval of a crossing in words, with an end that was not found left open."""
    name = f"{percent(confidence)} interval"
    low = None if crossing.low is None else value_text(varied, crossing.low)
    high = None if crossing.high is None else value_text(varied, crossing.high)
    ends = value_text(varied, varied.low), value_text(varied, varied.high)
    if low is None and high is None:
        return f"its {name} is wider than {ends[0]} to {ends[1]}"
    if low is None:
        return f"{name} from below {ends[0]} to {high}"
    return f"{name} {low} to {high}" if high is not None else f"{name} from {low} to beyond {ends[1]}"


def render(found: BreakEven, colour: bool, width: int) -> str:
    """The report as text of at most ``width`` columns."""
    paint, study = painter(colour), found.study
    horizon = span(study.scenario.calendar.horizon_days)
    what = (
        f"{study.name}: {counted(study.replications, 'replication')} of {horizon}, seed "
        f"{study.seed}, at each value; ± is half its {percent(study.confidence)} interval; ~ cannot be told from zero"
    )
    parts = [heading(study.title, what, width, paint)]
    for case, curve in zip(study.cases, found.curves, strict=True):
        parts.append(_table(found, case, curve))
    parts.append(bulleted(sentences(found), width))
    return "\n\n".join(parts) + "\n"


def _table(found: BreakEven, case: Case, curve: Curve) -> str:
    head = case.label or found.study.varied.name
    unit = unit_of_change(found.measure)
    rows = [[Text(head), Text(f"change of {found.measure.name}, {unit}".rstrip(", ")), Text("")]]
    for value, estimate in curve.points:
        mark = "~" if verdict(estimate) == "cannot tell" else ""
        rows.append(
            [Text(value_text(found.study.varied, value)), Text(with_half_width(estimate, sign=True)), Text(mark)]
        )
    return grid(rows)


def document(found: BreakEven) -> Record:
    """The document of format 1 for ``--json``."""
    study = found.study
    return {
        **head(study, study.scenario),
        "measure": {"name": found.measure.name, "unit": found.measure.unit},
        "varied": {"name": study.varied.name, "settings": list(study.varied.paths), "by": study.varied.verb},
        "sentences": sentences(found),
        "crossings": list(_crossings(found)),
        "points": list(_points(found)),
    }


def _crossings(found: BreakEven) -> Iterator[Record]:
    for case, curve in zip(found.study.cases, found.curves, strict=True):
        for crossing in curve.crossings:
            yield {
                "case": case.label,
                "value": rounded(crossing.value),
                "low": rounded(crossing.low),
                "high": rounded(crossing.high),
                "before": rounded(crossing.before),
                "after": rounded(crossing.after),
                "better": "below" if crossing.falling else "above",
                "unit": found.study.varied.unit,
                "by": found.study.varied.verb,
            }


def _points(found: BreakEven) -> Iterator[Record]:
    for case, curve in zip(found.study.cases, found.curves, strict=True):
        for value, estimate in curve.points:
            yield {
                "case": case.label,
                "value": rounded(value),
                "change": rounded(estimate.value),
                "low": rounded(estimate.low),
                "high": rounded(estimate.high),
                "n": estimate.n,
                "verdict": verdict(estimate),
            }


def figures(found: BreakEven) -> dict[str, Figure]:
    """The curve of the difference in each case with its band, and the interval of each crossing on the line of zero."""
    from sim.report.figures import panels  # noqa: PLC0415 - most commands draw nothing

    study = found.study
    note = f"n = {study.replications} replications of {span(study.scenario.calendar.horizon_days)} at each value"
    note += f"; bands and whiskers are {percent(study.confidence)} intervals"
    headline = f"{study.title} — where the change of {name_in_sentence(found.measure)} is zero"
    with panels(1, 1, 3.6, headline, note) as (figure, (panel,)):
        _draw(panel, found)
    return {"break_even": figure}


def _draw(panel: Axes, found: BreakEven) -> None:
    from sim.report.figures import look  # noqa: PLC0415

    study = found.study
    panel.axhline(0.0, color="#3d3d3d", linewidth=1.0)
    for place, (case, curve) in enumerate(zip(study.cases, found.curves, strict=True)):
        style = look(place + 1)
        values = [shown_at(study, value) for value, _ in curve.points]
        means = [estimate.value for _, estimate in curve.points]
        ends = [(estimate.low, estimate.high) for _, estimate in curve.points]
        panel.plot(
            values, means, color=style.colour, linestyle=style.line, marker=style.marker, markersize=3.5, linewidth=1.5,
            label=case.label or study.varied.name,
        )  # fmt: skip
        lows, highs = (
            [nan if low is None else low for low, _ in ends],
            [nan if high is None else high for _, high in ends],
        )
        if study.replications > 1:
            panel.fill_between(values, lows, highs, color=style.colour, alpha=0.13, linewidth=0)
        for crossing in curve.crossings:
            low = study.varied.low if crossing.low is None else crossing.low
            high = study.varied.high if crossing.high is None else crossing.high
            at, start, end = (shown_at(study, value) for value in (crossing.value, low, high))
            panel.errorbar(
                [at], [0.0], xerr=[[at - start], [end - at]], color=style.colour, marker="o", markersize=7, capsize=5,
                linewidth=2.5, markerfacecolor="white",
            )  # fmt: skip
    unit = "%" if study.varied.verb == "multiply" else study.varied.unit
    panel.set_xlabel(f"{study.varied.name}, {unit}".rstrip(", "))
    panel.set_ylabel(f"change of {found.measure.name}, {unit_of_change(found.measure)}".rstrip(", "))
    panel.yaxis.set_major_formatter("{x:,.10g}")
    if len(study.cases) > 1:
        panel.legend(fontsize=8)


def shown_at(study: BreakEvenStudy, value: float) -> float:
    """A value on the axis: of a factor, what it adds in percent."""
    return 100.0 * (value - 1.0) if study.varied.verb == "multiply" else value


KIND = Kind(
    settings=BreakEvenSettings,
    load=load_break_even,
    restored=BreakEvenStudy.from_plain,
    execute=execute,
    render=render,
    document=document,
    tables=lambda found: {"break_even": _crossings(found), "points": _points(found)},
    figures=figures,
)
