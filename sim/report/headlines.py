"""Titles of slides, which state a finding: short, and never an effect where the interval does not tell it from zero."""

from __future__ import annotations

from collections.abc import Sequence

from sim.evidence import KINDS, by_kind
from sim.experiment.comparison import Result, Row
from sim.experiment.estimates import TOLD, BadDays, Change
from sim.experiment.execution import Arm
from sim.report.bridge import label_of, told_parts
from sim.report.numbers import counted, decimals, folded, in_percent, signed, span
from sim.report.sentences import capital, listed, moved, name_in_sentence, told_rows
from sim.scenario import Scenario

_LONGEST_NAME = 60
_PARTS = 2
_NOTHING = "nothing was measured that could be compared"


def named(title: str, most: int = _LONGEST_NAME) -> str:
    """A title that leaves room for what is said of it."""
    lines = folded(title, most, max_lines=1, placeholder=" …")
    return lines[0] if lines else title


def finding(result: Result, arm: Arm) -> str:
    """What a policy does: the first outcome with its size, the others by their direction."""
    name, told = named(arm.title), [(row, row.changes[arm.name]) for row in told_rows(result)]
    known = [(row, change) for row, change in told if change is not None]
    if not known:
        return f"{name}: {_NOTHING}"
    if result.plan.replications < 2:
        return f"{name}: one replication, so no difference can be told from chance"
    if all(change.verdict == "the same" for row in result.rows if (change := row.changes[arm.name]) is not None):
        return f"{name} changes nothing"
    first, *others = known
    parts = [_said(*first)]
    for verdict, verb in (("higher", "rise"), ("lower", "fall")):
        names = [name_in_sentence(row.measure) for row, change in others if change.verdict == verdict]
        parts += [f"{listed(names, 'and')} {verb}{'s' if len(names) == 1 else ''}"] if names else []
    return f"{name}: {'; '.join(parts)}"


def _said(row: Row, change: Change) -> str:
    name, estimate = name_in_sentence(row.measure), change.estimate
    if change.verdict == "the same":
        return f"{name} stays exactly as it was"
    if change.verdict == "cannot tell":
        return f"this study cannot tell whether {name} changes"
    return moved(row.measure, estimate)


def standing(row: Row, count: int) -> str:
    """How many policies move an outcome which way."""
    name = name_in_sentence(row.measure)
    verdicts = [change.verdict for change in row.changes.values() if change is not None]
    words = {
        "higher": ("raises it", "raise it"),
        "lower": ("lowers it", "lower it"),
        "the same": ("leaves it exactly as it was", "leave it exactly as it was"),
        "cannot tell": ("cannot be told from no change", "cannot be told from no change"),
    }
    parts = [
        f"{verdicts.count(verdict)} {words[verdict][verdicts.count(verdict) > 1]}"
        for verdict in words
        if verdict in verdicts
    ]
    if not parts:
        return f"{capital(name)}: nothing could be compared"
    if missing := count - len(verdicts):
        parts.append(f"{missing} could not be compared")
    return f"{capital(name)}: of {'1 policy' if count == 1 else f'{count} policies'} {', '.join(parts)}"


def answer(result: Result) -> str:
    """The title of the answer: of the only policy, or how many policies move the first outcome."""
    if len(result.policies) == 1:
        return finding(result, result.policies[0])
    if result.plan.replications < 2:
        return "One replication gives no interval, so no difference can be told from chance"
    rows = told_rows(result)
    return standing(rows[0], len(result.policies)) if rows else capital(_NOTHING)


def changes_told(rows: Sequence[Row]) -> str:
    """How many changes of some outcomes can be told from none."""
    changes = [change for row in rows for change in row.changes.values() if change is not None]
    told = sum(change.verdict in TOLD for change in changes)
    return f"{told} of {counted(len(changes), 'change')} can be told from no change" if changes else capital(_NOTHING)


def bridge(result: Result, arm: Arm, most: int = _PARTS) -> str:
    """Through what the profit of a policy changes most."""
    found = result.accountings[arm.name]
    currency = result.plan.baseline.scenario.currency
    sure = [line for line in told_parts(found, most) if line.verdict in TOLD][:most]
    if not sure:
        return f"{named(arm.title)}: no part of the change of profit can be told from none"
    parts = [f"{label_of(line)} ({signed(line.estimate.value, decimals(line.estimate))} {currency})" for line in sure]
    if found.profit.verdict in TOLD:
        return f"{named(arm.title)}: profit changes through {listed(parts, 'and')}"
    whole = "this study cannot tell whether profit does"
    if found.profit.verdict == "the same":
        whole = "profit stays exactly as it was"
    return f"{named(arm.title)}: {listed(parts, 'and')} change{'s' if len(parts) == 1 else ''}; {whole}"


def paid_back(result: Result) -> str:
    """Which policies have earned back what they cost; plain words where that is no question."""
    profit = result.row("profit")
    changing = [
        (arm, found)
        for arm in result.policies
        if profit is not None
        and (change := profit.changes[arm.name]) is not None
        and change.verdict != "the same"
        and (found := result.paybacks.get(arm.name)) is not None
    ]
    if not changing or result.plan.replications < 2:
        return f"Month by month: means over {counted(result.plan.replications, 'replication')}"
    if len(changing) == 1:
        arm, found = changing[0]
        if profit is not None and (change := profit.changes[arm.name]) is not None and change.verdict == "cannot tell":
            return f"{named(arm.title)}: this study cannot tell whether it pays back"
        back_in = "pays from the first month on" if found.month == 1 else f"paid back in month {found.month}"
        return f"{named(arm.title)}: on average {'not paid back by the end' if found.month is None else back_in}"
    back = sum(found.month is not None for _, found in changing)
    return (
        f"Of {len(changing)} policies that may change profit {back} ha{'s' if back == 1 else 've'} paid back on average"
    )


def bad_days(days: Sequence[BadDays]) -> str:
    """The channel that misses its target most often."""
    known = [each for each in days if each.missed is not None]
    if not known:
        return "What the worse days are like"
    worst = max(known, key=lambda each: each.missed.value if each.missed is not None else 0.0)
    return f"Doing nothing, {named(worst.channel)} is off its target on {in_percent(worst.missed)} of its days"


def assumed(scenario: Scenario) -> str:
    """How many numbers are sourced, derived and assumed."""
    kinds = by_kind(scenario.numbers(), scenario.evidence)
    counts = [f"{len(kinds[kind])} {kind}" for kind in KINDS if kinds[kind]]
    unmarked = len(kinds["unmarked"])
    if not counts:
        if unmarked == 1:
            return "The scenario does not say where its only number comes from"
        return f"The scenario does not say where its {unmarked} numbers come from"
    rest = f", and of {unmarked} it is not said" if unmarked else ""
    return f"The numbers of the scenario: {', '.join(counts)}{rest}"


def done(result: Result) -> str:
    """How the study was done."""
    plan = result.plan
    count = counted(plan.replications, "replication")
    if not result.policies:
        return f"How it was done: {count} of {span(plan.baseline.scenario.calendar.horizon_days)}"
    return f"Every policy met the same customers on the same days, in {count}"
