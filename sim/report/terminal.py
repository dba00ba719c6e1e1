"""The result on the terminal: a table that a manager can read, a sentence per policy, the bad days.

Plain text, the same on a terminal and in a file, except for colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sim.core.measures import Measure
from sim.experiment.comparison import Result, Row
from sim.experiment.estimates import TOLD, BadDays, Change
from sim.experiment.execution import Arm
from sim.files.problems import printable
from sim.report import passages
from sim.report.best import best_rows, best_sentence
from sim.report.bridge import bridge_sentence
from sim.report.months import Course, courses
from sim.report.numbers import (
    columns,
    counted,
    decimals,
    duration,
    folded,
    in_percent,
    in_time,
    number,
    percent,
    span,
    with_half_width,
)
from sim.report.sentences import (
    ALONE,
    capital,
    mark_of,
    name_in_sentence,
    payback_sentence,
    precision_sentences,
    sentences,
    told_rows,
    unit_of_change,
)
from sim.report.strips import Marks, Paint, Strip, charts, course, legend, per_step, shortened, strip_of
from sim.stats.intervals import Estimate

WIDTH = 100
_GAP = "  "
_LABELS = 0.4
"""Share of the width that names of monthly series may take."""
_MOST_DRAWN = 8
_FEWEST_MONTHS = 3
_COLOURS = {"good": "32", "bad": "31", "faint": "2", "strong": "1"}


@dataclass(frozen=True)
class Text:
    """A cell: what it says and how it is painted on a terminal."""

    text: str
    style: str = ""


def render(result: Result, colour: bool = False, width: int = WIDTH, marks: Marks | None = None) -> str:
    """The whole report as text of at most ``width`` columns; with charts, where there are marks to draw them with."""
    paint = painter(colour)
    parts = [_heading(result, paint, width), *_tables(result, paint, width)]
    parts.append(_legend(result, width))
    if marks is not None:
        drawn = _changes_drawn if result.policies else _months_drawn
        parts.append(drawn(result, paint, width, marks))
    if result.policies:
        told = sentences(result).values()
        parts.append("\n".join(wrapped(text, width, "- ") for text in told))
        parts.append(_bridges(result, width))
        parts.append(_paybacks(result, width))
        parts.append(_gains(result, width))
        parts.append(_best(result, paint, width))
    parts.append("\n".join(wrapped(text, width, "- ") for text in precision_sentences(result)))
    if result.explanations:
        parts += _explained(result, paint, width)
    if result.bad_days:
        parts.append(_bad_days(result, paint))
    return "\n\n".join(part for part in parts if part) + "\n"


def grid(rows: Sequence[Sequence[Text]], paint: Paint | None = None) -> str:
    """Rows of cells in columns: the first column to the left, the others to the right."""
    paint = paint or _plain
    widths = [max(columns(printable(row[place].text)) for row in rows) for place in range(len(rows[0]))]
    lines = []
    for row in rows:
        shown = [printable(cell.text) for cell in row]
        pads = [" " * (size - columns(text)) for size, text in zip(widths, shown, strict=True)]
        painted = [_part(paint, text, cell.style) for text, cell in zip(shown, row, strict=True)]
        painted = [painted[0] + pads[0], *(pad + text for pad, text in zip(pads[1:], painted[1:], strict=True))]
        lines.append(_GAP.join(painted).rstrip())
    return "\n".join(lines)


def _part(paint: Paint, text: str, style: str) -> str:
    """The text painted, but not the blanks after it."""
    words = text.rstrip()
    return f"{paint(words, style)}{text[len(words) :]}" if words else text


def painter(colour: bool) -> Paint:
    """How styles are shown: as colour on a terminal, else not at all."""
    return _painted if colour else _plain


def _plain(text: str, style: str) -> str:
    return text


def _painted(text: str, style: str) -> str:
    return f"\x1b[{_COLOURS[style]}m{text}\x1b[0m" if style else text


def _heading(result: Result, paint: Paint, width: int) -> str:
    plan = result.plan
    count = counted(plan.replications, "replication")
    horizon = span(plan.baseline.scenario.calendar.horizon_days)
    what = f"{plan.name}: {count} of {horizon}, seed {plan.seed}; "
    if result.policies:
        what += "a change is against the first column, "
    if plan.replications == 1:
        what += "one replication gives no interval"
    else:
        what += f"± is half {'its' if result.policies else 'the'} {percent(plan.confidence)} interval"
        what += "" if result.policies else " of the mean"
    return f"{paint(printable(plan.title), 'strong')}\n{wrapped(what, width)}"


def _tables(result: Result, paint: Paint, width: int) -> list[str]:
    """As many policies side by side as fit; the others below, with the baseline again."""
    first = [label_of(row.measure) for row in result.table]
    base = [with_half_width(row.baseline) for row in result.table]
    room = width - max(map(columns, first), default=0) - len(_GAP) - max([*map(len, base), 14])
    blocks: list[list[Arm]] = [[]]
    left = room
    for arm in result.policies:
        needed = len(_GAP) + _column_width(result, arm)
        if needed > left and blocks[-1]:
            blocks.append([])
            left = room
        blocks[-1].append(arm)
        left -= needed
    return [_table(result, block, paint) for block in blocks]


def _table(result: Result, arms: list[Arm], paint: Paint) -> str:
    titles = [folded(result.plan.baseline.title if result.policies else "mean", 16) or [""]]
    titles += [folded(arm.title, _column_width(result, arm)) or [""] for arm in arms]
    height = max(map(len, titles))
    columns = [[""] * (height - len(title)) + title for title in titles]
    rows = [[Text(""), *(Text(text, "strong") for text in line)] for line in zip(*columns, strict=True)]
    for place, row in enumerate(result.table):
        if place and not row.measure.outcome and result.table[place - 1].measure.outcome:
            rows.append([Text("")] * len(rows[0]))
        cells = [_change(row, row.changes[arm.name]) for arm in arms]
        rows.append([Text(label_of(row.measure)), Text(with_half_width(row.baseline)), *cells])
    return grid(rows, paint)


def _column_width(result: Result, arm: Arm) -> int:
    cells = [_change(row, row.changes[arm.name]).text for row in result.table]
    return max([*map(len, cells), *map(columns, arm.title.split()), 14])


def label_of(measure: Measure) -> str:
    """The measure with its unit, to begin a row."""
    label = capital(measure.label)
    return f"{label} ({measure.unit})" if measure.unit else label


def _change(row: Row, change: Change | None) -> Text:
    if change is None:
        return Text("-  ", "faint")
    text = f"{with_half_width(change.estimate, sign=True)} {mark_of(change)}"
    if change.verdict not in TOLD:
        return Text(text, "faint")
    if row.measure.better == "neither":
        return Text(text)
    return Text(text, "good" if change.verdict == row.measure.better else "bad")


def _legend(result: Result, width: int) -> str:
    if not result.policies:
        return ""
    changes = [change for row in result.table for change in row.changes.values()]
    marks = {change.verdict for change in changes if change is not None}
    notes = []
    if "cannot tell" in marks:
        notes.append("~ cannot be told from no change")
    if any(change is not None and not change.holds_together for change in changes):
        all_of_them = "both" if len(result.policies) == 2 else f"all {len(result.policies)}"
        notes.append(f"{ALONE} told by itself, not if {all_of_them} changes of the row are to hold together")
    if "the same" in marks:
        notes.append("= exactly the same in every replication")
    if any(row.measure.unit != unit_of_change(row.measure) for row in result.table):
        notes.append("changes of percentages are in points")
    return wrapped("; ".join(notes), width)


def _changes_drawn(result: Result, paint: Paint, width: int, marks: Marks) -> str:
    """The changes of the outcomes as a chart, a row for each policy."""
    rows = [row for row in told_rows(result) if any(row.changes.values())]
    blocks = [(change_label(row.measure), _strips(result, row)) for row in rows[:_MOST_DRAWN]]
    return drawn_changes(blocks, result.plan.confidence, width, paint, marks)


def drawn_changes(
    blocks: Sequence[tuple[str, Sequence[Strip]]], confidence: float, width: int, paint: Paint, marks: Marks
) -> str:
    """Charts of differences with what their marks mean; nothing where there are none."""
    every = [one for _, strips in blocks for one in strips]
    if all(one.value is None for one in every):
        return ""
    notes = legend(every, marks)
    if any(one.low is not None and one.mark != "same" for one in every):
        notes.append(f"lines are {percent(confidence)} intervals")
    return f"{charts(blocks, width, paint, marks)}\n{wrapped('; '.join(notes), width)}"


def _strips(result: Result, row: Row) -> list[Strip]:
    strips = []
    for arm in result.policies:
        change = row.changes[arm.name]
        if change is None:
            strips.append(strip_of(arm.title, None))
        else:
            strips.append(strip_of(arm.title, change.estimate, change.holds_together, _change(row, change).style))
    return strips


def change_label(measure: Measure) -> str:
    """The measure with the unit of a difference."""
    unit = unit_of_change(measure)
    return f"{capital(measure.label)} ({unit})" if unit else capital(measure.label)


def _months_drawn(result: Result, paint: Paint, width: int, marks: Marks) -> str:
    """The course of each monthly series in steps, with its lowest and its highest month."""
    found = [(one, next(iter(one.by_arm.values()))) for one in courses(result) if len(one.months) >= _FEWEST_MONTHS]
    found = [(one, months) for one, months in found if any(months)][:_MOST_DRAWN]
    if not found:
        return ""
    labels = [shortened(_with_unit(one), int(_LABELS * width), marks) for one, _ in found]
    names = sorted({month for one, _ in found for month in one.months})
    count = len(names)
    for dated in (True, False):
        ends = [_ends(one, months, dated) for one, months in found]
        taken = [max(map(columns, texts)) for texts in (labels, *zip(*ends, strict=True))]
        room = max(_FEWEST_MONTHS, width - sum(taken) - 3 * len(_GAP))
        if room >= count:
            break
    rows = [[Text(""), Text(""), Text("lowest", "strong"), Text("highest", "strong")]]
    for (one, months), label, texts in zip(found, labels, ends, strict=True):
        known = {month: each.value for month, each in zip(one.months, months, strict=True) if each is not None}
        rows.append([Text(label), Text(course([known.get(name) for name in names], room, marks)), *map(Text, texts)])
    return f"{paint(_head_of_months(result, per_step(count, room)), 'strong')}\n{grid(rows, paint)}"


def _with_unit(one: Course) -> str:
    return one.title if one.unit in one.title.lower() else f"{one.title} ({one.unit})"


def _head_of_months(result: Result, size: int) -> str:
    count = result.plan.replications
    head = "Month by month, of one replication" if count == 1 else f"Month by month, means of {count} replications"
    return head if size == 1 else f"{head}; {size} months in a step"


def _ends(one: Course, months: Sequence[Estimate | None], dated: bool) -> tuple[str, str]:
    """The lowest and the highest month; the first of them, where there are several."""
    known = [(each, month) for each, month in zip(months, one.months, strict=True) if each is not None]
    ends = (find(known, key=lambda pair: pair[0].value) for find in (min, max))
    low, high = (number(each.value, decimals(each)) + (f" {month}" if dated else "") for each, month in ends)
    return low, high


def _bridges(result: Result, width: int) -> str:
    """Where the difference of profit comes from, as far as it can be told."""
    if result.plan.replications < 2:
        return ""
    told = [
        bridge_sentence(arm, found)
        for arm in result.policies
        if (found := result.accountings.get(arm.name)) is not None and any(found.profit.values)
    ]
    head = f"Where the change of profit comes from, in {result.plan.baseline.scenario.currency}:"
    return "\n".join([head, *(wrapped(text, width, "- ") for text in told)]) if told else ""


def _explained(result: Result, paint: Paint, width: int) -> list[str]:
    """What passes through which link, a table for each policy, and in words."""
    shown = [(arm, found) for arm in result.policies if (found := result.explanations.get(arm.name))]
    blocks = []
    for arm, found in shown:
        grids = [grid(_headed(table), paint) for table in passages.tables(found, width)]
        head = paint(printable(f"What passes through which link: {arm.title}"), "strong")
        blocks.append(f"{head}\n" + "\n\n".join(grids))
    if not shown:
        return []
    blocks.append(passages.note(result, width))
    if result.plan.replications > 1:
        told = (passages.passage(arm, found) for arm, found in shown)
        blocks.append("\n".join(wrapped(text, width, "- ") for text in told))
    return blocks


def _headed(table: list[list[str]]) -> list[list[Text]]:
    return [[Text(cell, "" if place else "strong") for cell in row] for place, row in enumerate(table)]


def _paybacks(result: Result, width: int) -> str:
    """When the policies have earned back what they cost, compared with doing nothing."""
    if result.plan.replications < 2:
        return ""
    told = [
        payback_sentence(arm, found)
        for arm in result.policies
        if (found := result.paybacks.get(arm.name)) is not None and not _changes_no_profit(result, arm)
    ]
    return "\n".join(["Payback:", *(wrapped(text, width, "- ") for text in told)]) if told else ""


def _changes_no_profit(result: Result, arm: Arm) -> bool:
    row = result.row("profit")
    change = row.changes[arm.name] if row is not None else None
    return change is not None and change.verdict == "the same"


def _gains(result: Result, width: int) -> str:
    """What it is worth that all arms meet the same customers, for the first outcome that is told."""
    row = told_rows(result)[0] if result.table else None
    changes = row.changes if row is not None else {}
    known = [(name, change.gain) for name, change in changes.items() if change is not None and change.gain is not None]
    if row is None or not known:
        return ""
    listed = ", ".join(f"{name} {gain:,.3g}" if gain < 1000 else f"{name} over 1,000" for name, gain in known)
    text = "With a seed of its own, an arm would need this many times the replications to tell"
    return wrapped(f"{text} {name_in_sentence(row.measure)} as exactly: {listed}.", width)


def _best(result: Result, paint: Paint, width: int) -> str:
    """Which arm is the best, and how sure that is."""
    if result.best is None:
        return ""
    head, *rows = best_rows(result, result.best)
    shown = [[Text(text, "strong") for text in head], *([Text(text) for text in row] for row in rows)]
    return f"{grid(shown, paint)}\n{wrapped(best_sentence(result, result.best), width)}"


def _bad_days(result: Result, paint: Paint) -> str:
    whose = "" if not result.policies else f", {result.plan.baseline.title.lower()}"
    head = ["wait", "abandoned", "days off target", "target"]
    rows = [[Text(f"On a bad day{whose}", "strong"), *(Text(name, "strong") for name in head)]]
    rows += [[Text(text) for text in bad_day_row(each)] for each in result.bad_days]
    note = "Only one day in ten is worse than a bad day; days off target are a share of days with contacts."
    return f"{grid(rows, paint)}\n{note}"


def bad_day_row(days: BadDays) -> list[str]:
    """Channel, wait, share abandoned, share of days off target, and the target."""
    target = f"{percent(days.target.share)} within {duration(days.target.within)}"
    return [days.channel, in_time(days.wait), in_percent(days.abandonment), in_percent(days.missed), target]


def wrapped(text: str, width: int, bullet: str = "") -> str:
    """The text in lines, the first with a bullet."""
    indent = " " * len(bullet)
    lines = folded(printable(text), width, initial_indent=bullet, subsequent_indent=indent, break_on_hyphens=False)
    return "\n".join(lines)
