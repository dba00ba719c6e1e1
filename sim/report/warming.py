"""How long a scenario takes to settle: on the terminal, as a JSON document, as tables and as a figure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.experiment.warming import Settling, Warming
from sim.files.problems import printable
from sim.report.figures import COLOURS, short, styled
from sim.report.numbers import counted, rounded, with_half_width
from sim.report.panels import plain_numbers
from sim.report.sentences import capital, listed
from sim.report.tables import Record
from sim.report.terminal import WIDTH, Text, grid, painter, wrapped
from sim.stats.warm_up import mean_course, welch

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMAT = 1
WINDOW = 4
"""Weeks on each side of Welch's moving average."""
_STYLES = {"long enough": "good", "too short": "bad", "does not settle": "bad"}


def render_warming(found: Warming, colour: bool = False, width: int = WIDTH) -> str:
    """A line for each measure, and what it comes to."""
    paint = painter(colour)
    what = f"{found.scenario.name}: {found.weeks} weeks from the first day, {found.replications} replications, seed"
    what += f" {found.seed}; the file's warm-up is {_weeks(found.warm_up)}; each week is compared with {found.compared}"
    heads = ("", "MSER cuts", "of half the replications", "left", "the warm-up is")
    rows = [[Text(head, "strong") for head in heads], *map(_row, found.found)]
    notes = (
        "left: mean of the weeks that are counted and would be cut, less the mean after them, ± half its 95 % interval"
    )
    return "\n\n".join(
        [
            f"{paint(printable(f'How long {found.scenario.name} takes to settle'), 'strong')}\n{wrapped(what, width)}",
            grid(rows, paint),
            wrapped(notes, width),
            wrapped(sentence(found), width),
        ]
    ) + "\n"  # fmt: skip


def sentence(found: Warming) -> str:
    """What it comes to."""
    if found.compared == "nothing":
        return "Demand grows, so there is no level at which to settle: MSER does not apply. Look at the figure."
    if not found.found:
        return "No measure has something in every week; name others with --measure."
    by_verdict: dict[str, list[str]] = {}
    for each in found.found:
        by_verdict.setdefault(each.verdict, []).append(each.measure.label)
    said = {verdict: listed(labels, "and") for verdict, labels in by_verdict.items()}
    told = []
    if "too short" in said:
        longest = max(each.cut or 0 for each in found.found if each.verdict == "too short")
        told.append(f"The warm-up is too short for {said['too short']}: {_weeks(longest)} would do")
    if "does not settle" in said:
        moves = "moves" if len(by_verdict["does not settle"]) == 1 else "move"
        told.append(f"{said['does not settle']} still {moves} in the first half of what was simulated")
    if not told:
        told.append(f"Nothing says that a warm-up of {_weeks(found.warm_up)} is too short")
    if "cannot tell" in said:
        told.append(
            f"It cannot be told of {said['cannot tell']}: MSER would cut more, and no difference that this makes "
            "can be told from zero"
        )
    return " ".join(f"{capital(text)}." for text in told)


def warming_document(found: Warming) -> Record:
    """What was found as one JSON document of format 1."""
    return {
        "format": FORMAT,
        "kind": "warmup",
        "scenario": {"name": found.scenario.name, "digest": found.scenario.digest()},
        "sentence": sentence(found),
        "seed": found.seed,
        "replications": found.replications,
        "weeks": found.weeks,
        "warm_up": found.warm_up,
        "compared_with": found.compared,
        "measures": list(warming_records(found)),
    }


def warming_records(found: Warming) -> Iterator[Record]:
    """A row for each measure."""
    for each in found.found:
        low, high = each.middle
        left = each.left
        yield {
            "measure": each.measure.name,
            "unit": each.measure.unit,
            "warm_up": each.warm_up,
            "cut": each.cut,
            "cut_low": low,
            "cut_high": high,
            "left": None if left is None else rounded(left.value),
            "left_half_width": None if left is None else rounded(left.half_width),
            "verdict": each.verdict,
        }


def weeks_records(found: Warming) -> Iterator[Record]:
    """A row for each measure and week: mean over replications, and Welch's moving average of it."""
    for each in found.found:
        course = mean_course(each.rows)
        for week, (mean, smooth) in enumerate(zip(course, welch(course, WINDOW), strict=True), start=1):
            yield {"measure": each.measure.name, "week": week, "mean": rounded(mean), "smooth": rounded(smooth)}


def warming_figure(found: Warming) -> Figure:
    """A panel for each measure: weeks, Welch's average, the file's warm-up, and what MSER would cut."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - most commands draw nothing

    lines = -(-max(len(found.found), 1) // 2)
    with styled():
        figure = Figure(figsize=(9.8, 0.9 + 2.1 * lines), layout="constrained")
        panels = list(figure.subplots(lines, 2, squeeze=False).flat)
        for panel, each in zip(panels, found.found, strict=False):
            _draw(panel, each)
        for panel in panels[len(found.found) :]:
            panel.set_axis_off()
        figure.suptitle(short(f"{found.scenario.title}: week by week from the first day", 110), fontweight="bold")
        note = (
            "grey: mean over replications; blue: Welch's moving average; dashed: warm-up of the file; orange: MSER cut"
        )
        figure.supxlabel(note, fontsize=8)
    return figure


def _draw(panel: Axes, each: Settling) -> None:
    course = mean_course(each.rows)
    weeks = range(1, len(course) + 1)
    panel.plot(weeks, course, color="#a8a8a8", linewidth=0.8)
    panel.plot(weeks, welch(course, WINDOW), color=COLOURS[1], linewidth=1.8)
    panel.axvline(each.warm_up + 0.5, color=COLOURS[0], linewidth=1.2, linestyle="--")
    if each.cut is not None:
        panel.axvline(each.cut + 0.5, color=COLOURS[2], linewidth=1.6)
    panel.set_xlim(0.5, len(course) + 0.5)
    plain_numbers(panel, y=True)
    label = _label(each)
    panel.set_title(f"{capital(label)}: {each.verdict}")


def _row(each: Settling) -> list[Text]:
    low, high = each.middle
    cells = [_cut(each.cut), f"{_cut(low)} to {_cut(high)}", with_half_width(each.left, sign=True)]
    if each.compared == "nothing":
        cells = ["-", "-", "-"]
    verdict = each.verdict
    return [Text(_label(each)), *map(Text, cells), Text(verdict, _STYLES.get(verdict, "faint"))]


def _label(each: Settling) -> str:
    unit, label = each.measure.unit, each.measure.label
    return label if not unit or unit == label else f"{label} ({unit})"


def _cut(cut: int | None) -> str:
    return "half or more" if cut is None else _weeks(cut)


def _weeks(count: int) -> str:
    return counted(count, "week")
