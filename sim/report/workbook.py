"""A result as a workbook (.xlsx): a summary with charts, a sheet for each table, assumptions, method, inputs.

Numbers are those of the CSV tables, ten significant digits. The sheets of the inputs can be filled in and read back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sim.experiment.comparison import Result, Row
from sim.experiment.estimates import Change
from sim.report import tables
from sim.report.assumptions import assumptions, policy_changes
from sim.report.book import DARK, Book, Column
from sim.report.book_charts import GAP, WIDE, add_bars, add_bridge, add_course
from sim.report.bridge import pieces_of, steps_of
from sim.report.inputs import add_inputs
from sim.report.method import method
from sim.report.months import courses
from sim.report.numbers import decimals, folded, percent, rounded, span
from sim.report.reopened import Reopened
from sim.report.sentences import capital, sentences, told_rows, unit_of_change
from sim.report.tables import Record
from sim.stats.intervals import Estimate

MOST_ROWS = 200_000
"""Of a table in a workbook; what is longer stands in the CSV alone."""

_SHORT = 34
_OUTCOMES = (
    Column("measure", "label"),
    Column("unit", "unit"),
    Column("policy", "title"),
    Column("doing nothing", "baseline"),
    Column("± (baseline)", "half_width"),
    Column("change", "change"),
    Column("from", "low"),
    Column("to", "high"),
    Column("verdict", "verdict"),
    Column("n", "n"),
    Column("gain of pairing", "gain", decimals=1),
    Column("outcome", "outcome"),
    Column("name of the measure", "measure"),
    Column("name of the policy", "arm"),
)


def made(study: Reopened) -> dict[str, bytes]:
    """The workbook of a finished study of any kind."""
    content = workbook_of_tables(study) if study.result is None else workbook(study.result)
    return {f"{study.name}.xlsx": content}


def workbook_of_tables(study: Reopened) -> bytes:
    """A sheet for each table of a study of another kind, and its inputs."""
    book = Book()
    assert study.kind is not None
    for name, given in study.kind.tables(study.found).items():
        records = list(given)
        columns = [Column(key.replace("_", " "), key) for key in (records[0] if records else ())]
        if columns:
            _long_table(book, name, columns, records, len(records))
    add_inputs(book, study.asked.scenario)
    return book.content()


def workbook(result: Result) -> bytes:
    """The whole workbook of a run or a comparison."""
    book = Book()
    _add_summary(book, result)
    _add_outcomes(book, result)
    if result.accountings:
        _add_profit(book, result)
    _add_course(book, result)
    _add_bad_days(book, result)
    _add_others(book, result)
    _add_policies(book, result)
    _add_assumptions(book, result)
    _add_measures(book, result)
    _add_method(book, result)
    _add_months(book, result)
    _add_replications(book, result)
    add_inputs(book, result.plan.baseline.scenario)
    return book.content()


def _add_summary(book: Book, result: Result) -> None:
    """The outcomes, a sentence for each policy, and a chart for each outcome."""
    plan, sheet = result.plan, book.sheet("Summary")
    horizon = span(plan.baseline.scenario.calendar.horizon_days)
    about = f"{plan.replications} replications of {horizon}, seed {plan.seed}; {percent(plan.confidence)} intervals"
    first = book.heading(sheet, plan.title, (about,))
    if not result.policies:
        rows = list(_levels(result))
        book.table(sheet, _LEVEL_COLUMNS, rows, first)
        return
    begin, end = book.table(sheet, _SUMMARY_COLUMNS, _summary(result), first)
    free = end + 2
    for text in sentences(result).values():
        book.paragraph(sheet, free, text, len(_SUMMARY_COLUMNS))
        free += 1
    _add_charts(book, sheet, result, begin, free + 1)


def _add_charts(book: Book, sheet: Any, result: Result, first: int, top: int) -> None:
    """A chart for each outcome that some policy changes, two side by side; first: the row of the first number."""
    side, below = 0, top
    for row in told_rows(result):
        changes = [row.changes[arm.name] for arm in result.policies]
        if any(change is not None and change.verdict != "the same" for change in changes):
            title = f"{capital(row.measure.label)}: change ({unit_of_change(row.measure)})"
            rows, place = (first, first + len(changes) - 1), (top, side * (WIDE + GAP))
            below = add_bars(book, sheet, title, rows, changes=changes, place=place)
            side = 1 - side
            top = top if side else below
        first += len(changes)


_SUMMARY_COLUMNS = (
    Column("outcome", "label"),
    Column("policy", "title"),
    Column("change", "change", places="places"),
    Column("± half-width", "half_width", places="places"),
    Column("from", "low", places="places"),
    Column("to", "high", places="places"),
    Column("unit", "unit"),
    Column("verdict", "verdict"),
    Column("doing nothing", "baseline", places="places_of_baseline"),
    Column("± (baseline)", "half_width_of_baseline", places="places_of_baseline"),
    Column("in the charts", "short"),
)
_LEVEL_COLUMNS = (
    Column("outcome", "label"),
    Column("mean", "baseline", places="places_of_baseline"),
    Column("± half-width", "half_width_of_baseline", places="places_of_baseline"),
    Column("unit", "unit"),
    Column("n", "n"),
)


def _summary(result: Result) -> Iterator[Record]:
    """A record for each of the five outcomes and each policy, one outcome after the other."""
    for row in told_rows(result):
        for arm in result.policies:
            yield {
                "label": capital(row.measure.label),
                "unit": unit_of_change(row.measure),
                "title": arm.title,
                "short": _short(arm.title),
                **_changed(row.changes[arm.name]),
                **_base(row.baseline),
            }


def _levels(result: Result) -> Iterator[Record]:
    for row in result.table:
        if row.known:
            n = row.baseline.n if row.baseline is not None else None
            yield {"label": capital(row.measure.label), "unit": row.measure.unit, "n": n, **_base(row.baseline)}


def _short(title: str) -> str:
    return folded(title, _SHORT, max_lines=1, placeholder=" …")[0] if title.strip() else title


def _changed(change: Change | None) -> Record:
    if change is None:
        return {}
    estimate = change.estimate
    return {
        "change": rounded(estimate.value),
        "half_width": rounded(estimate.half_width),
        "low": rounded(estimate.low),
        "high": rounded(estimate.high),
        "verdict": change.verdict,
        "places": decimals(estimate),
    }


def _base(estimate: Estimate | None) -> Record:
    if estimate is None:
        return {}
    return {
        "baseline": rounded(estimate.value),
        "half_width_of_baseline": rounded(estimate.half_width),
        "places_of_baseline": decimals(estimate),
    }


def _add_outcomes(book: Book, result: Result) -> None:
    titles = {arm.name: arm.title for arm in result.policies}
    records = ({**record, "title": titles.get(record["arm"], "")} for record in tables.outcomes(result))
    wanted = _OUTCOMES if result.policies else tuple(c for c in _OUTCOMES if c.key not in _OF_CHANGES)
    book.table(book.sheet("Outcomes"), wanted, records)


_OF_CHANGES = ("title", "arm", "change", "low", "high", "verdict", "gain")


def _add_profit(book: Book, result: Result) -> None:
    """Where the change of profit comes from: every part, and the bridge with a chart for each policy."""
    currency = result.plan.baseline.scenario.currency
    sheet = book.sheet("Profit")
    columns = (
        Column("policy", "arm"), Column("part of", "group"), Column("part", "label"),
        Column(f"change ({currency})", "change", decimals=0), Column("from", "low", decimals=0),
        Column("to", "high", decimals=0), Column("n", "n"), Column("verdict", "verdict"), Column("name", "part"),
    )  # fmt: skip
    book.table(sheet, columns, tables.profit(result))
    shown = [(arm, steps) for arm in result.policies if (steps := _steps(result, arm.name))]
    if not shown:
        return
    sheet = book.sheet("Bridge")
    pieces = (
        Column("policy", "title"), Column("part", "part"), Column(f"change ({currency})", "change", decimals=0),
        Column("± half-width", "half_width", decimals=0), Column("told from zero", "told"),
        *(Column(f"chart: {name.replace('_', ' ')}", name, decimals=0) for name in _PIECES),
    )  # fmt: skip
    begin, _ = book.table(sheet, pieces, (record for arm, steps in shown for record in _bridge(arm.title, steps)))
    top, left = 1, book.wide(sheet)
    for arm, steps in shown:
        title = f"{_short(arm.title)}: change of profit ({currency})"
        top = add_bridge(book, sheet, title, begin, steps=steps, place=(top, left))
        begin += len(steps)


_PIECES = ("unseen_above", "above", "unseen_below", "below")


def _steps(result: Result, arm: str) -> list[Any]:
    found = result.accountings.get(arm)
    return steps_of(found) if found is not None else []


def _bridge(title: str, steps: Sequence[Any]) -> Iterator[Record]:
    for step, piece in zip(steps, pieces_of(steps), strict=True):
        yield {
            "title": title,
            "part": step.label,
            "change": rounded(step.estimate.value),
            "half_width": rounded(step.estimate.half_width),
            "told": "yes" if step.told else "no",
            **{name: rounded(getattr(piece, name)) for name in _PIECES},
        }


def _add_course(book: Book, result: Result) -> None:
    """Month by month, with a chart for each series."""
    shown = courses(result)
    if not shown:
        return
    sheet = book.sheet("Course")
    columns = (
        Column("series", "series"), Column("unit", "unit"), Column("policy", "title"), Column("month", "month"),
        Column("mean", "mean"), Column("from", "low"), Column("to", "high"),
    )  # fmt: skip
    begin, _ = book.table(sheet, columns, (record for each in shown for record in _months_of(result, each)))
    top, left = 1, book.wide(sheet)
    names = [_short(arm.title) for arm in result.plan.arms]
    for each in shown:
        title, months = f"{each.title} ({each.unit})", len(each.months)
        top = add_course(book, sheet, title, begin, names=names, months=months, place=(top, left))
        begin += len(names) * months


def _months_of(result: Result, each: Any) -> Iterator[Record]:
    for arm in result.plan.arms:
        for month, estimate in zip(each.months, each.by_arm[arm.name], strict=True):
            known = estimate is not None
            yield {
                "series": each.title,
                "unit": each.unit,
                "title": arm.title,
                "month": month,
                "mean": rounded(estimate.value) if known else None,
                "low": rounded(estimate.low) if known else None,
                "high": rounded(estimate.high) if known else None,
            }


def _add_bad_days(book: Book, result: Result) -> None:
    if not result.bad_days:
        return
    columns = (
        Column("channel", "channel"), Column("target: share", "target_share", decimals=2),
        Column("target: within (s)", "target_within_s", decimals=0), Column("wait on a bad day (s)", "wait_p90_s"),
        Column("± (s)", "wait_p90_s_half_width"),
        Column("abandoned on a bad day (share)", "abandonment_p90", decimals=4),
        Column("±", "abandonment_p90_half_width", decimals=4),
        Column("days off target (share)", "missed_share", decimals=4),
        Column("± ", "missed_share_half_width", decimals=4),
    )  # fmt: skip
    book.table(book.sheet("Bad days"), columns, tables.bad_days(result))


def _add_others(book: Book, result: Result) -> None:
    """What passes through which links, and which arm is the best, where that was asked."""
    found = {
        "Links": tables.links(result) if result.explanations else (),
        "Best": tables.best(result) if result.best is not None else (),
    }
    for title, given in found.items():
        records = list(given)
        if records:
            columns = [Column(key.replace("_", " "), key) for key in records[0]]
            book.table(book.sheet(title), columns, records)


def _add_policies(book: Book, result: Result) -> None:
    if not result.policies:
        return
    currency = result.plan.baseline.scenario.currency
    columns = (
        Column("policy", "title", wrap=True), Column("setting", "setting"), Column("how", "how"),
        Column("value", "value"), Column("from", "from"), Column("until", "until"),
        Column(f"costs once ({currency})", "one_off"), Column(f"costs a month ({currency})", "running"),
    )  # fmt: skip
    book.table(book.sheet("Policies"), columns, policy_changes(result.policies))


def _add_assumptions(book: Book, result: Result) -> None:
    columns = (
        Column("setting", "setting"), Column("value", "value"), Column("unit", "unit"), Column("evidence", "kind"),
        Column("strength", "strength"), Column("lowest", "lowest"), Column("highest", "highest"),
        Column("source", "source", wrap=True),
    )  # fmt: skip
    book.table(book.sheet("Assumptions"), columns, assumptions(result.plan.baseline.scenario))


def _add_measures(book: Book, result: Result) -> None:
    columns = (
        Column("measure", "label"), Column("unit", "unit"), Column("better", "better"), Column("outcome", "outcome"),
        Column("meaning", "meaning", wrap=True), Column("name", "name"),
    )  # fmt: skip
    book.table(book.sheet("Measures"), columns, map(_measure, result.rows))


def _measure(row: Row) -> Record:
    found = row.measure
    outcome = "yes" if found.outcome else "no"
    names = ("label", "unit", "better", "meaning", "name")
    return {**{name: getattr(found, name) for name in names}, "outcome": outcome}


def _add_method(book: Book, result: Result) -> None:
    columns = (Column("what", "what"), Column("how", "how", wrap=True))
    records: Iterable[Record] = ({"what": what, "how": how} for what, how in method(result))
    book.table(book.sheet("Method"), columns, records)


def _add_months(book: Book, result: Result) -> None:
    columns = (
        Column("policy", "arm"), Column("month", "month"), Column("series", "series"), Column("mean", "mean"),
        Column("± half-width", "half_width"),
    )  # fmt: skip
    runs = result.runs[result.plan.baseline.name]
    count = len(result.plan.arms) * len(runs[0].months) * len(runs[0].month_names)
    _long_table(book, "Months", columns, tables.months(result), count)


def _add_replications(book: Book, result: Result) -> None:
    columns = (
        Column("policy", "arm"), Column("replication", "replication"), Column("measure", "measure"),
        Column("value", "value"), Column("numerator", "numerator"), Column("denominator", "denominator"),
    )  # fmt: skip
    count = len(result.plan.arms) * len(result.rows) * result.plan.replications
    _long_table(book, "Replications", columns, tables.replications(result), count)


def _long_table(book: Book, title: str, columns: Sequence[Column], records: Iterable[Record], count: int) -> None:
    sheet = book.sheet(title)
    if count <= MOST_ROWS:
        book.table(sheet, columns, records)
        return
    text = f"{count:,} rows are more than a workbook is good for; {title.lower()}.csv of the result folder has them."
    book.put(sheet, 0, 0, text, font_color=DARK)
