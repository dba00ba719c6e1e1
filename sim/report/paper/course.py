"""How it went: month by month, the operation by channel, customers and staff."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sim.experiment.comparison import Result, Row
from sim.experiment.estimates import level
from sim.report.charts import course_chart, course_packed, levels_chart
from sim.report.figures import short
from sim.report.months import Course
from sim.report.numbers import percent, with_half_width
from sim.report.paper.blocks import Block, Cell, Choice, Hover, Picture, Section, Table, Words
from sim.report.paper.outcomes import label, style_of
from sim.report.sentences import mark_of
from sim.report.terminal import bad_day_row

_BY_CHANNEL = (
    "offered", "service_level", "speed_of_answer", "mean_wait", "abandonment", "blocked", "balked", "handle_time",
    "redials",
)  # fmt: skip
_OF_ALL = (
    "occupancy", "agents_on_duty", "first_contact_resolution", "contacts_per_issue", "repeat_contacts", "repeat_cost",
    "issues", "issues_resolved", "cost_per_contact", "cost_per_issue", "cost_per_resolved_issue", "containment",
    "escalations", "contacts_transferred",
)  # fmt: skip
_CUSTOMERS = (
    "customer_retention_12m", "customer_retention_end", "churn", "customers_end", "newcomers_per_year",
    "cost_per_newcomer", "referral_share", "satisfaction", "survey_score", "equity", "fee_per_customer", "won_back",
)  # fmt: skip
_STAFF = (
    "employee_retention_12m", "employee_retention_end", "attrition", "headcount", "strain", "training_hours",
    "shrinkage", "handle_time", "burnout", "commitment", "early_leavers", "overtime_hours",
)  # fmt: skip
_LEGEND = (
    "Columns of policies are changes, of percentages in points. ~ cannot be told from no change; = exactly the same; "
    "° told by itself, not if all changes of the row are to hold together."
)
_THIN = 0.085
_ALSO = {"customers": ("customers.kept",), "staff": ("agents.kept", "headcount")}
"""Series of other figures that are told in a section too, by what they are made of."""


def course_section(result: Result, shown: Sequence[Course]) -> Section | None:
    """The monthly series, one to choose."""
    blocks = _months(result, shown, "course")
    return Section("course", "The course over time", blocks) if blocks else None


def _bands(result: Result) -> Words:
    plan = result.plan
    if plan.replications < 2:
        return Words("One replication, so there are no bands.", "note")
    return Words(
        f"Lines are means of {plan.replications} replications, bands {percent(plan.confidence)} intervals of the "
        "mean. They "
        "are intervals of each arm's level: two bands that overlap may well differ, since a change is judged on "
        "the same "
        "customers (see each policy against the baseline).",
        "note",
    )


def picture(result: Result, shown: Course) -> Picture:
    """A monthly series as a chart that tells its numbers."""
    series = [
        (
            arm.title,
            place,
            [f"{with_half_width(each)} {shown.unit}" if each else "-" for each in shown.by_arm[arm.name]],
        )
        for place, arm in enumerate(result.plan.arms)
    ]
    return Picture(
        lambda: course_chart(result, shown),
        f"{shown.title}, in {shown.unit}, month by month for each arm, with bands.",
        hover=Hover(shown.months, series),
        packed=lambda: course_packed(result, shown),
    )


def operation_section(result: Result, shown: Sequence[Course]) -> Section:
    """Service level, waits, occupancy and repeats, by channel and in all."""
    channels = list(result.plan.baseline.scenario.channels.channels)
    blocks: list[Block] = []
    tables = [(channel, [f"{channel}.{name}" for name in _BY_CHANNEL]) for channel in channels]
    options = [(name, [table]) for name, rows in tables if (table := measures_table(result, rows)) is not None]
    whole = measures_table(result, _OF_ALL)
    if whole is not None:
        options = [*options, ("all channels together", [whole])]
    if options:
        blocks.append(Choice("channel", options))
    if result.bad_days:
        blocks.append(_bad_days(result))
    blocks += _months(result, shown, "service")
    return Section("operation", "The operation", blocks)


def measures_table(result: Result, names: Iterable[str]) -> Table | None:
    """Levels of the baseline and changes of every policy for some measures; None where none of them is known."""
    rows = [row for name in names if (row := result.row(name)) is not None and row.known]
    if not rows:
        return None
    head = ["Measure", "Unit", result.plan.baseline.title if result.policies else "Mean"]
    note = _LEGEND if result.policies else ""
    titles = [short(arm.title, 22).replace("\n", " ") for arm in result.policies]
    return Table([*head, *titles], [_line(result, row) for row in rows], note, left=2)


def _line(result: Result, row: Row) -> list[Cell | str]:
    cells: list[Cell | str] = [label(row), row.measure.unit, with_half_width(row.baseline)]
    for arm in result.policies:
        found = row.changes[arm.name]
        if found is None:
            cells.append("-")
        else:
            text = f"{with_half_width(found.estimate, sign=True)} {mark_of(found)}".rstrip()
            cells.append(Cell(text, style_of(row, found)))
    return cells


def _bad_days(result: Result) -> Table:
    head = ["On a bad day", "Wait", "Abandoned", "Days off target", "Target"]
    rows = [bad_day_row(each) for each in result.bad_days]
    whose = f" of “{result.plan.baseline.title}”" if result.policies else ""
    return Table(head, rows, tail=1, caption=f"Only one day in ten{whose} is worse than a bad day.")


def customers_section(result: Result, shown: Sequence[Course]) -> Section | None:
    """Survival, losses by cause, and what customers are like."""
    causes = [row for row in result.rows if row.measure.name.startswith("losses.") and row.known]
    table = measures_table(result, [*_CUSTOMERS, *(row.measure.name for row in causes)])
    blocks = [*_months(result, shown, "customers"), *([_levels(result, causes)] if causes else []), *_given(table)]
    return Section("customers", "Customers", blocks) if blocks else None


def staff_section(result: Result, shown: Sequence[Course]) -> Section | None:
    """Headcount, ramp and attrition."""
    blocks = [*_months(result, shown, "staff"), *_given(measures_table(result, _STAFF))]
    return Section("staff", "Staff", blocks) if blocks else None


def _months(result: Result, shown: Sequence[Course], key: str) -> list[Block]:
    """The monthly series of a section, one to choose."""
    mine = [each for each in shown if each.figure == key or each.source in _ALSO.get(key, ())]
    options = [(each.title, [picture(result, each)]) for each in mine]
    names = [arm.title for arm in result.plan.arms] if result.policies else []
    return [Choice("measure", options, names), _bands(result)] if options else []


def _given(table: Table | None) -> list[Block]:
    return [] if table is None else [table]


def _levels(result: Result, rows: Sequence[Row]) -> Picture:
    """Levels of some measures in every arm, as bars."""
    groups = {}
    for row in rows:
        found = [level(row.measure, result.runs[arm.name], result.plan.confidence) for arm in result.plan.arms]
        groups[label(row)] = [None if each is None else (each.value, each.half_width) for each in found]
    names = [arm.title for arm in result.plan.arms]
    unit = rows[0].measure.unit
    text = f"{', '.join(groups)}: bars for each arm, with intervals of the mean."
    return Picture(
        lambda: levels_chart(groups, names, unit),
        text,
        "Bars in the order of the arms; whiskers are intervals of the mean.",
        packed=lambda: levels_chart(groups, names, unit, _THIN),
    )
