"""A result as slides (.pptx): titles that state the finding, native charts and tables, speaker notes with the method.

One policy gives about nine slides. Many policies are paged: so many to a table, so many charts to a slide, so many
sentences to a page, that all can be read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from sim.evidence import KINDS, by_kind
from sim.experiment.comparison import Result, Row
from sim.experiment.estimates import Change
from sim.experiment.execution import Arm
from sim.files.quantities import decimal_text
from sim.report import headlines
from sim.report.assumptions import UNMARKED, assumptions
from sim.report.bridge import bridge_sentence, steps_of
from sim.report.deck import EMU, Box, Deck, rows_that_fit
from sim.report.deck_charts import bars, lines, waterfall
from sim.report.kind_slides import slides_of_kind
from sim.report.method import method, method_text
from sim.report.months import courses
from sim.report.numbers import counted, decimals, percent, signed, span, with_half_width
from sim.report.reopened import Reopened
from sim.report.sentences import capital, marked, payback_sentence, sentences, told_rows, unit_of_change
from sim.report.terminal import bad_day_row, label_of
from sim.scenario import Scenario

_SIDE_BY_SIDE, _FEW_POLICIES, _POLICIES_OF_A_CHART = 4, 3, 10
_NAME, _NAME_OF_LINE = 46, 30
_VERDICTS = {"higher": "higher", "lower": "lower", "the same": "exactly the same", "cannot tell": "cannot be told"}
T = TypeVar("T")


def made(study: Reopened, template: Path | None = None) -> dict[str, bytes]:
    """The slides of a finished study of any kind."""
    content = slides_of_kind(study, template) if study.result is None else slides(study.result, template)
    return {f"{study.name}.pptx": content}


def slides(result: Result, template: Path | None = None) -> bytes:
    """The whole deck; template: the firm's own presentation, of which masters, colours and letters are taken.

    Raises NoTemplate where that cannot be used.
    """
    deck = Deck(template)
    plan = result.plan
    scenario = plan.baseline.scenario
    deck.cover(plan.title, f"{scenario.title or scenario.name}\n{_what(result)}", method_text(result))
    talk = _Talk(deck, result)
    if result.policies:
        talk.answer()
    talk.outcomes()
    if result.policies:
        talk.changes()
        talk.bridges()
    talk.course()
    if result.bad_days:
        talk.bad_days()
    talk.assumptions()
    talk.method()
    return deck.content()


def _what(result: Result) -> str:
    plan = result.plan
    horizon = span(plan.baseline.scenario.calendar.horizon_days)
    return f"{counted(plan.replications, 'replication')} of {horizon}, seed {plan.seed}"


class _Talk:
    """The slides after the first, one method for each part."""

    def __init__(self, deck: Deck, result: Result) -> None:
        self._deck, self._result = deck, result
        self._method = method_text(result)
        self._caption = f"{_what(result)}; intervals of {percent(result.plan.confidence)}, each for itself"
        if result.plan.replications < 2:
            self._caption = f"{_what(result)}; one replication gives no interval"

    def _page(self, title: str, more: str = "", notes: str = "") -> tuple[Any, Box]:
        caption = f"{self._caption}; {more}" if more else self._caption
        return self._deck.page(title, caption, f"{notes}\n\n{self._method}".strip())

    def answer(self) -> None:
        """The finding, and a sentence for each policy; of the only policy its outcomes too."""
        result, told = self._result, list(sentences(self._result).values())
        if len(result.policies) == 1:
            slide, box = self._page(headlines.answer(result), notes="\n".join([*told, *_payback(result)]))
            rows = list(_of_one(result, result.policies[0]))
            upper = Box(box.left, box.top, box.width, box.height * 6 // 10)
            height = self._deck.table(slide, upper, rows, (3, 2, 2, 2.4, 1.6))
            texts = [*told, *_payback(result), *_bridge_texts(result)]
            self._deck.text(slide, "\n".join(texts), box.below(height + EMU // 4), (16, 14, 13, 12, 11, 10, 9))
            return
        for page in _pages(told, 4):
            slide, box = self._page(headlines.answer(result), notes="\n".join(page))
            for text, part in zip(page, box.grid(4, 1), strict=False):
                self._deck.text(slide, text, part, (16, 15, 14, 13, 12, 11, 10, 9))

    def outcomes(self) -> None:
        """The table, so many policies and rows at a time that all can be read."""
        result = self._result
        unit = "changes of percentages are in points; ~ cannot be told from no change, = exactly the same"
        for arms in _pages(result.policies, _SIDE_BY_SIDE) or [[]]:
            head = ["", "doing nothing" if arms else "mean", *(headlines.named(arm.title, _NAME) for arm in arms)]
            rows = [head, *(_table_row(row, arms) for row in result.table if row.known)]
            shares = (3.2, 2, *(2.2 for _ in arms))
            title = headlines.changes_told(result.table) if arms else _levels_title(result)
            notes = "\n".join(
                f"{row.measure.label}: {row.measure.meaning}" for row in result.table if row.measure.meaning
            )
            probe = Box(0, 0, self._deck.show.slide_width - EMU, self._deck.show.slide_height * 6 // 10)
            for part in rows_that_fit(rows, probe, shares):
                slide, box = self._page(title, unit if arms else "", notes)
                self._deck.table(slide, box, part, shares)

    def changes(self) -> None:
        """Bars with intervals: of few policies all outcomes on one slide, of many two outcomes at a time."""
        result = self._result
        rows = [row for row in told_rows(result) if any(map(_moved, row.changes.values()))]
        few = len(result.policies) <= _FEW_POLICIES
        for arms in _pages(result.policies, _POLICIES_OF_A_CHART):
            for part in _pages(rows, 6 if few else 2):
                title = headlines.changes_told(told_rows(result))
                if not few:
                    title = "; ".join(headlines.standing(row, len(result.policies)) for row in part)
                slide, box = self._page(title, "hollow: cannot be told from zero")
                columns = 2 if not few or len(part) in (2, 4) else min(len(part), 3)
                names = [headlines.named(arm.title, _NAME_OF_LINE) for arm in arms]
                for row, place in zip(part, box.grid(len(part), columns), strict=True):
                    about = f"{capital(row.measure.label)}, change ({unit_of_change(row.measure)})".replace(" ()", "")
                    bars(slide, place, about, names, [row.changes[arm.name] for arm in arms])

    def bridges(self) -> None:
        """Where the change of profit comes from: a waterfall for each policy, of several policies two at a time."""
        result = self._result
        shown = [(arm, steps) for arm in result.policies if (steps := self._steps(arm))]
        for part in _pages(shown, 1 if len(shown) <= _FEW_POLICIES else 2):
            title = "; ".join(headlines.bridge(result, arm, 2 if len(part) == 1 else 1) for arm, _ in part)
            notes = "\n".join(bridge_sentence(arm, result.accountings[arm.name]) for arm, _ in part)
            slide, box = self._page(title, "hollow: cannot be told from zero", notes)
            currency = result.plan.baseline.scenario.currency
            for (arm, steps), place in zip(part, box.grid(len(part), 2), strict=True):
                whole = box if len(part) == 1 else place
                waterfall(slide, whole, f"{headlines.named(arm.title)}: change of profit ({currency})", steps)

    def _steps(self, arm: Arm) -> list[Any]:
        found = self._result.accountings.get(arm.name)
        return steps_of(found) if found is not None and self._result.plan.replications > 1 else []

    def course(self) -> None:
        """Month by month."""
        result = self._result
        shown = [each for each in courses(result) if each.figure == "course"]
        names = {arm.name: headlines.named(arm.title, _NAME_OF_LINE) for arm in result.plan.arms}
        for part in _pages(shown, 4 if len(names) <= _SIDE_BY_SIDE else 2):
            slide, box = self._page(headlines.paid_back(result), "lines are means", "\n".join(_payback(result)))
            for each, place in zip(part, box.grid(len(part), min(len(part), 2)), strict=True):
                lines(slide, place, names, each)

    def bad_days(self) -> None:
        """What the worse days of the baseline are like."""
        days = self._result.bad_days
        rows = [["channel", "wait", "abandoned", "days off target", "target"]]
        rows += map(bad_day_row, days)
        shares = (2, 2, 2, 2, 2)
        self._tables(headlines.bad_days(days), "only one day in ten is worse than a bad day", rows, shares)

    def assumptions(self) -> None:
        """How much of the scenario is known, and between which values the weakest numbers may lie."""
        scenario = self._result.plan.baseline.scenario
        records = list(islice((each for each in assumptions(scenario) if each["lowest"] is not None), 12))
        rows = [["numbers with a range", "value", "from", "to", "evidence"]]
        for each in records:
            number = decimal_text(each["value"]) if isinstance(each["value"], float) else each["value"]
            value = f"{number} {each['unit'] or ''}".strip()
            evidence = ", ".join(str(each[name]) for name in ("kind", "strength") if each[name])
            rows.append([each["setting"], value, str(each["lowest"]), str(each["highest"]), evidence])
        if not records:
            rows = [["where the numbers come from", "numbers"], *_counted(scenario)]
        more = "all of them stand in the workbook"
        self._tables(headlines.assumed(scenario), more, rows, (4, 2, 2, 2, 2) if records else (4, 1))

    def method(self) -> None:
        """How it was done."""
        rows = [["what", "how"], *([what, how] for what, how in method(self._result))]
        rows = [
            rows[0],
            *(row for row in rows[1:] if not row[0].startswith("Digest of ") or row[0].endswith("scenario")),
        ]
        self._tables(
            headlines.done(self._result), "digests of all arms stand in the notes", rows, (1, 4), numbers=False
        )

    def _tables(
        self, title: str, more: str, rows: list[list[str]], shares: Sequence[float], *, numbers: bool = True
    ) -> None:
        """A table on as many slides as it needs."""
        probe = Box(0, 0, self._deck.show.slide_width - EMU, self._deck.show.slide_height * 6 // 10)
        for part in rows_that_fit(rows, probe, shares):
            slide, box = self._page(title, more)
            self._deck.table(slide, box, part, shares, numbers=numbers)


def _pages(items: Sequence[T], most: int) -> list[list[T]]:
    """The items in parts of nearly the same size, none larger than ``most``."""
    count = -(-len(items) // most)
    size = -(-len(items) // count) if count else 0
    return [list(items[place : place + size]) for place in range(0, len(items), size or 1)]


def _moved(change: Change | None) -> bool:
    return change is not None and change.verdict != "the same"


def _of_one(result: Result, arm: Arm) -> Iterator[list[str]]:
    """The outcomes of the only policy."""
    yield ["outcome", "doing nothing", "change", f"{percent(result.plan.confidence)} interval", "verdict"]
    for row in told_rows(result):
        change = row.changes[arm.name]
        if change is None:
            continue
        low, high = change.estimate.low, change.estimate.high
        between = "-" if low is None or high is None else _between(change)
        base, size = with_half_width(row.baseline), with_half_width(change.estimate, sign=True)
        yield [label_of(row.measure), base, size.partition(" ± ")[0], between, _VERDICTS[change.verdict]]


def _between(change: Change) -> str:
    places = decimals(change.estimate)
    low, high = change.estimate.low, change.estimate.high
    assert low is not None
    assert high is not None
    return f"{signed(low, places)} to {signed(high, places)}"


def _table_row(row: Row, arms: Sequence[Arm]) -> list[str]:
    return [label_of(row.measure), with_half_width(row.baseline), *(marked(row.changes[arm.name]) for arm in arms)]


def _levels_title(result: Result) -> str:
    rows = [row for row in result.table if row.baseline is not None]
    if not rows:
        return "Nothing was measured"
    first = next((row for row in rows if row.measure.name == "profit"), rows[0])
    return f"{capital(first.measure.label)} is {with_half_width(first.baseline)} {first.measure.unit}".rstrip()


def _payback(result: Result) -> list[str]:
    """When policies have paid back, where they change profit."""
    profit = result.row("profit")
    if result.plan.replications < 2 or profit is None:
        return []
    return [
        payback_sentence(arm, found)
        for arm in result.policies
        if (found := result.paybacks.get(arm.name)) is not None and _moved(profit.changes[arm.name])
    ]


def _bridge_texts(result: Result) -> list[str]:
    if result.plan.replications < 2:
        return []
    found = ((arm, result.accountings.get(arm.name)) for arm in result.policies)
    currency = result.plan.baseline.scenario.currency
    return [
        f"Change of profit in {currency}: {bridge_sentence(arm, each).removeprefix(f'{arm.title}: ')}"
        for arm, each in found
        if each is not None and any(each.profit.values)
    ]


def _counted(scenario: Scenario) -> Iterator[list[str]]:
    found = by_kind(scenario.numbers(), scenario.evidence)
    for kind in KINDS:
        yield [kind, str(len(found[kind]))]
    yield [UNMARKED, str(len(found["unmarked"]))]
