"""One plain sentence per policy, which never calls an effect what its interval does not tell from zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sim.core.measures import Measure
from sim.experiment.comparison import Result, Row
from sim.experiment.estimates import TOLD, Change, Verdict
from sim.experiment.execution import Arm
from sim.experiment.explanation import FIVE
from sim.report.numbers import (
    SIGNIFICANT,
    counted,
    decimals,
    number,
    percent,
    shares_in_order,
    span,
    told_number,
    two_digits,
    with_half_width,
)
from sim.stats.intervals import Estimate
from sim.stats.payback import Payback

_LEAST = 1e-12

_NAMES = {
    "profit": "profit",
    "satisfaction": "satisfaction",
    "newcomers_per_year": "the number of newcomers",
    "customer_retention_end": "customer retention",
    "employee_retention_end": "employee retention",
    "customer_retention_12m": "customer retention over 12 months",
    "employee_retention_12m": "employee retention over 12 months",
}

MARKS: Mapping[Verdict, str] = {"higher": " ", "lower": " ", "cannot tell": "~", "the same": "="}
"""What stands after a change in a table."""

ALONE = "°"
"""The same for one that is told by itself, but not beside those of all other policies."""


def sentences(result: Result) -> dict[str, str]:
    """One sentence per policy, by the name of its arm."""
    return {arm.name: sentence(result, arm) for arm in result.policies}


def sentence(result: Result, arm: Arm) -> str:
    """What an arm does to the five outcomes, or to the rows of the table where there are hardly any."""
    told = [(row.measure, change) for row in told_rows(result) if (change := row.changes[arm.name]) is not None]
    if not told:
        return f"{arm.title}: nothing was measured that could be compared."
    if result.plan.replications < 2:
        return f"{arm.title}: one replication gives no interval, so no difference can be told from chance."
    if all(change.verdict == "the same" for row in result.rows if (change := row.changes[arm.name]) is not None):
        return f"{arm.title}: changes nothing; every replication gives exactly the same as doing nothing."
    parts = [effect(result, measure, change) for measure, change in told if is_effect(change)]
    parts += untold(told)
    return f"{arm.title}: {'; '.join(parts)}."


def precision_sentences(result: Result) -> list[str]:
    """What became of each half-width that the plan asked for, over all arms: of the worst of them."""
    plan, found = result.plan, []
    for goal in plan.precision:
        row = result.row(goal.measure)
        mine = [each for each in result.precision if each.goal == goal]
        if row is None or not mine:
            continue
        unit = unit_of_change(row.measure)
        wanted = f"{goal.half_width:,.{SIGNIFICANT}g} {unit}".rstrip()
        if goal.relative:
            wanted = f"{percent(goal.half_width)} of the baseline's value"
        asked = f"Precision of {name_in_sentence(row.measure)}: a half-width of at most {wanted} was asked for"
        if any(each.half_width is None or each.asked is None for each in mine):
            found.append(f"{asked}; it cannot be estimated.")
            continue
        worst = max(mine, key=lambda each: each.half_width or 0.0)
        where = f" in {worst.arm}" if len(mine) > 1 else ""
        reached = f"{two_digits(worst.half_width or 0.0)} {unit}".rstrip()
        reached += f"{where} with {counted(plan.replications, 'replication')}"
        if all(each.met for each in mine):
            found.append(f"{asked}; it is {reached}.")
        else:
            foreseen = max(each.foreseen or 0 for each in mine)
            found.append(f"{asked} and not reached: it is {reached}; about {foreseen:,} would be needed.")
    return found


def payback_sentence(arm: Arm, found: Payback) -> str:
    """When an arm has earned back what it cost, of the mean and of the replications."""
    when = f"has paid back in month {found.month} of {found.months}" if found.month else "has not paid back by the end"
    if found.month == 1:
        when = "pays from the first month on"
    back, low, high = shares_in_order(found.share, found.low, found.high)
    share, between = f"in {back} of replications it has paid back by the end", f" ({low} to {high})"
    months = f", between month {found.earliest} and {found.latest}" if found.earliest != found.latest else ""
    return f"{arm.title}: on average {when}; {share}{between}{months}."


def told_rows(result: Result) -> list[Row]:
    """The five outcomes as far as they are known; where less than two are, as without customers, the whole table."""
    found = []
    for names in FIVE:
        rows = (result.row(name) for name in names)
        row = next((each for each in rows if each is not None and each.known), None)
        if row is not None:
            found.append(row)
    return found if len(found) > 1 else list(result.table)


def unit_of_change(measure: Measure) -> str:
    """A difference of percentages is in points."""
    return f"points{measure.unit.removeprefix('%')}" if measure.unit.startswith("%") else measure.unit


def name_in_sentence(measure: Measure) -> str:
    """The measure in the middle of a sentence."""
    return _NAMES.get(measure.name, measure.label)


def is_effect(change: Change) -> bool:
    """Whether a difference is told from zero."""
    return change.verdict in TOLD


def marked(change: Change | None) -> str:
    """A change with its half-width as the cell of a table, with a mark where it is none."""
    return "-" if change is None else f"{with_half_width(change.estimate, sign=True)} {MARKS[change.verdict]}".rstrip()


def mark_of(change: Change) -> str:
    """The mark of a change among those of other policies."""
    return MARKS[change.verdict] if change.holds_together else ALONE


def effect(result: Result, measure: Measure, change: Change) -> str:
    """A difference that can be told from zero, with its interval."""
    text, (interval, known) = moved(measure, change.estimate), between(change.estimate)
    if measure.name == "profit":
        horizon = span(result.plan.baseline.scenario.calendar.horizon_days)
        return f"{text} ({known}{interval}{_alone(result, change)}) over {horizon}"
    return f"{text} ({interval}{_alone(result, change)})"


def moved(measure: Measure, change: Estimate) -> str:
    """A difference without its interval: profit rises by 12,000 EUR."""
    return f"{name_in_sentence(measure)} {'rises' if change.value > 0 else 'falls'} by {size_of(measure, change)}"


def size_of(measure: Measure, change: Estimate) -> str:
    """How large a difference is, whichever way it goes: 12,000 EUR."""
    return f"{told_number(abs(change.value), decimals(change))} {unit_of_change(measure)}".rstrip()


def between(change: Estimate) -> tuple[str, str]:
    """The interval of the size of a difference in words, and what to call it.

    One that is too narrow for the digits shown is none in every replication.
    """
    if not change.half_width:
        return "in every replication", ""
    places, sign = decimals(change), 1 if change.value > 0 else -1
    ends = sorted(sign * end for end in (change.low, change.high) if end is not None)
    low, high = (number(end, places) for end in ends)
    if low != high:
        low, high = (told_number(end, places) for end in ends)
    else:
        return f"± {two_digits(change.half_width)}" if change.half_width >= _LEAST else "± almost nothing", ""
    return f"{low} to {high}", f"{percent(change.confidence)} interval "


def _alone(result: Result, change: Change) -> str:
    """What must be said of a change that cannot be told beside those of the other arms."""
    others = len(result.policies) - 1
    return "" if change.holds_together else f"; not sure beside the other {others if others > 1 else 'policy'}"


def untold(told: list[tuple[Measure, Change]]) -> list[str]:
    """What stays exactly as it was, and what cannot be told."""
    unsure = [name_in_sentence(measure) for measure, change in told if change.verdict == "cannot tell"]
    same = [name_in_sentence(measure) for measure, change in told if change.verdict == "the same"]
    parts = [f"exactly as before: {listed(same, 'and')}"] if same else []
    if unsure:
        parts.append(f"this study cannot tell whether {listed(unsure, 'or')} changes")
    return parts


def capital(text: str) -> str:
    """The text as it begins a sentence or a line."""
    return f"{text[:1].upper()}{text[1:]}"


def listed(names: Sequence[str], word: str) -> str:
    """Names with commas, and a word before the last."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}"
