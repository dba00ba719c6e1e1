"""What all kinds of study with many points say alike: labels, cells, tables side by side, changes in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sim.core.measures import Measure
from sim.experiment.estimates import TOLD, Verdict, verdict
from sim.experiment.explanation import FIVE
from sim.files.problems import printable
from sim.model import OUTCOMES
from sim.report.numbers import columns, folded, percent, with_half_width
from sim.report.sentences import MARKS, between, listed, moved, name_in_sentence, unit_of_change
from sim.report.strips import Paint
from sim.report.terminal import Text, grid, wrapped
from sim.stats.intervals import Estimate

_GAP = 2
_NARROW = 14
NOTES = {
    "cannot tell": "~ cannot be told from no change",
    "the same": "= exactly the same in every replication",
}


@dataclass(frozen=True)
class Column:
    """A column of a table: what stands above it, and a cell for each row."""

    head: str
    cells: Sequence[Text]

    @property
    def width(self) -> int:
        """At least as wide as its widest word."""
        return max([*(columns(cell.text) for cell in self.cells), *map(columns, self.head.split()), _NARROW])


def side_by_side(
    rows: Sequence[str], kept: Sequence[Column], others: Sequence[Column], width: int, paint: Paint
) -> str:
    """A table of as many columns as fit, the rest below it with the columns that are kept again."""
    taken = max(map(columns, rows), default=0) + sum(_GAP + one.width for one in kept)
    blocks: list[list[Column]] = [[]]
    left = width - taken
    for one in others:
        if _GAP + one.width > left and blocks[-1]:
            blocks.append([])
            left = width - taken
        blocks[-1].append(one)
        left -= _GAP + one.width
    return "\n\n".join(_table(rows, [*kept, *block], paint) for block in blocks)


def _table(rows: Sequence[str], shown: Sequence[Column], paint: Paint) -> str:
    heads = [folded(one.head, max(one.width, _NARROW)) or [""] for one in shown]
    height = max(map(len, heads))
    heads = [[""] * (height - len(head)) + head for head in heads]
    lines = [[Text(""), *(Text(text, "strong") for text in line)] for line in zip(*heads, strict=True)]
    lines += [[Text(row), *(one.cells[place] for one in shown)] for place, row in enumerate(rows)]
    return grid(lines, paint)


def heading(title: str, what: str, width: int, paint: Paint) -> str:
    """The question of a study, and below it what was done."""
    return f"{paint(printable(title), 'strong')}\n{wrapped(what, width)}"


def bulleted(sentences: Iterable[str], width: int) -> str:
    """Sentences, each with a bullet."""
    return "\n".join(wrapped(text, width, "- ") for text in sentences)


def change_cell(measure: Measure, change: Estimate | None) -> Text:
    """A change with a mark where it cannot be told from none, in the colour of better or worse."""
    if change is None:
        return Text("-  ", "faint")
    found = verdict(change)
    text = f"{with_half_width(change, sign=True)} {MARKS[found]}"
    if found not in TOLD:
        return Text(text, "faint")
    return Text(text, "" if measure.better == "neither" else "good" if found == measure.better else "bad")


def legend(changes: Iterable[Estimate | None], measures: Sequence[Measure], width: int) -> str:
    """What the marks of a table mean."""
    found = {verdict(one) for one in changes if one is not None}
    notes = [note for mark, note in NOTES.items() if mark in found]
    if any(measure.unit != unit_of_change(measure) for measure in measures):
        notes.append("changes of percentages are in points")
    return wrapped("; ".join(notes), width)


def told_of(measures: Sequence[Measure], most: int = 5) -> list[int]:
    """Places of the five outcomes as far as they are among the measures, and of others where there is room for them.

    What has no customers, such as a mere telephone line, is asked of for its other measures: they come first.
    """
    names = [measure.name for measure in measures]
    found = [names.index(each) for group in FIVE if (each := next((n for n in group if n in names), "")) in names]
    others = [place for place, measure in enumerate(measures) if measure.name not in OUTCOMES]
    return (found + others if FIVE[0][0] in names else others + found)[:most]


def changes_told(told: Sequence[tuple[Measure, Estimate]], within: Callable[[Measure], str] = lambda _: "") -> str:
    """Changes in words; those whose interval includes zero are no effects.

    within: what is said after the change of a measure.
    """
    parts = [effect_told(measure, change) + within(measure) for measure, change in told if verdict(change) in TOLD]
    for kind, words in (
        ("the same", "exactly as before: {}"),
        ("cannot tell", "this study cannot tell whether {} changes"),
    ):
        names = [name_in_sentence(measure) for measure, change in told if verdict(change) == kind]
        if names:
            parts.append(words.format(listed(names, "and" if kind == "the same" else "or")))
    return "; ".join(parts) or "nothing was measured that could be compared"


def effect_told(measure: Measure, change: Estimate) -> str:
    """A change that is one: profit rises by 12,000 EUR (10,000 to 14,000)."""
    return f"{moved(measure, change)} ({between(change)[0]})"


def replications_told(count: int, confidence: float) -> str:
    """How many there are, and what the half-widths are."""
    if count == 1:
        return "one replication gives no interval"
    return f"± is half the {percent(confidence)} interval"


def verdict_of(change: Estimate | None) -> Verdict | None:
    """The verdict, where there is an estimate."""
    return None if change is None else verdict(change)
