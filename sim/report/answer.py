"""The answer of a study in at most three sentences, each true of its numbers.

The first says which policy does most for the outcome that counts: profit, or where there is no ledger the first outcome
that has a better side. It claims a first place only where every paired difference from the other policies is told from
zero, at a confidence raised for the number of comparisons (Bonferroni). The second says what else that policy moves,
the third how the others stand.
"""

from __future__ import annotations

from collections.abc import Sequence

from sim.experiment.comparison import Result, Row
from sim.experiment.estimates import Change, change
from sim.experiment.execution import Arm
from sim.report.numbers import percent, span, with_half_width
from sim.report.sentences import capital, effect, is_effect, listed, name_in_sentence, sentence, told_rows, untold


def answer(result: Result) -> tuple[str, ...]:
    """The sentences, the most important first."""
    if not result.policies:
        return _of_run(result)
    if result.plan.replications < 2:
        return ("One replication gives no interval, so no difference between the policies can be told from chance.",)
    if len(result.policies) == 1:
        return (sentence(result, result.policies[0]),)
    row = main_row(result)
    if row is None:
        return ("Nothing was measured that could be compared.",)
    better = ranked(row, [arm for arm in result.policies if _is_better(row, arm)])
    if not better:
        none = f"None of the {len(result.policies)} policies can be told to improve {name_in_sentence(row.measure)}."
        return _filled(none, _others(result, row, []), _good_elsewhere(result, row))
    leaders = ties(result, row, better[0]) if len(better) > 1 else better
    return _filled(
        _first(result, row, better, leaders), _beside(result, row, leaders[0]), _others(result, row, leaders)
    )


def main_row(result: Result) -> Row | None:
    """The measure by which policies are ranked: that of the study's ``best``, profit, else the first outcome."""
    rows = [row for row in told_rows(result) if row.measure.better != "neither" and any(row.changes.values())]
    wanted = result.plan.best or "profit"
    named = result.row(wanted)
    if named is not None and named.measure.better != "neither" and any(named.changes.values()):
        return named
    return rows[0] if rows else None


def ranked(row: Row, arms: Sequence[Arm]) -> list[Arm]:
    """Policies by what they do to a measure, the best first."""
    sign = -1.0 if row.measure.better == "higher" else 1.0
    return sorted(arms, key=lambda arm: sign * _change(row, arm).estimate.value)


def ties(result: Result, row: Row, best: Arm) -> list[Arm]:
    """The best policy, and all others that cannot be told to be behind it, surely better than nothing or not."""
    others = [arm for arm in result.policies if arm is not best and row.changes[arm.name] is not None]
    confidence = 1.0 - (1.0 - result.plan.confidence) / max(1, len(others))
    return [best, *(arm for arm in others if not _is_ahead(result, row, best, arm, confidence))]


def _is_ahead(result: Result, row: Row, one: Arm, other: Arm, confidence: float) -> bool:
    found = change(row.measure, result.runs[one.name], result.runs[other.name], confidence)
    return found is not None and found.verdict == row.measure.better


def _change(row: Row, arm: Arm) -> Change:
    found = row.changes[arm.name]
    assert found is not None
    return found


def _is_better(row: Row, arm: Arm) -> bool:
    found = row.changes[arm.name]
    return found is not None and found.verdict == row.measure.better


def _first(result: Result, row: Row, better: Sequence[Arm], leaders: Sequence[Arm]) -> str:
    """Which policy does most, or which ones cannot be told apart."""
    best, name, count = leaders[0], name_in_sentence(row.measure), len(result.policies)
    what = effect(result, row.measure, _change(row, best))
    if len(better) == 1:
        return f"Of the {count} policies only one can be told to improve {name}: with {_quoted(best)}, {what}."
    if len(leaders) == 1:
        return f"Of the {count} policies {_quoted(best)} improves {name} most: {what}."
    rest = listed([f"with {_quoted(arm)}" for arm in leaders[1:]], "or")
    return f"With {_quoted(best)}, {what}; this study cannot tell whether {name} improves more {rest}."


def _quoted(arm: Arm) -> str:
    return f"“{arm.title}”"


def _beside(result: Result, row: Row, arm: Arm) -> str:
    """What else the best policy moves."""
    told = [
        (each.measure, found) for each in told_rows(result) if each is not row and (found := each.changes[arm.name])
    ]
    parts = [effect(result, measure, found) for measure, found in told if is_effect(found)] + untold(told)
    return f"With {_quoted(arm)}, also: {'; '.join(parts)}." if parts else ""


def _others(result: Result, row: Row, leaders: Sequence[Arm]) -> str:
    """How the policies behind the first stand."""
    name, known = name_in_sentence(row.measure), [arm for arm in result.policies if row.changes[arm.name] is not None]
    by_verdict: dict[str, list[Arm]] = {}
    for arm in known:
        if arm not in leaders:
            by_verdict.setdefault(_change(row, arm).verdict, []).append(arm)
    better = by_verdict.pop(row.measure.better, [])
    worse = by_verdict.pop("lower" if row.measure.better == "higher" else "higher", [])
    parts = [
        *_with(f"{name} improves less", ranked(row, better)),
        *_with(f"{name} gets worse", ranked(row, worse)[::-1]),
        *_with(f"this study cannot tell whether {name} changes", by_verdict.get("cannot tell", [])),
        *_with(f"{name} is exactly as before", by_verdict.get("the same", [])),
    ]
    text = "; ".join(parts)
    return f"{capital(text)}." if text else ""


def _with(what: str, arms: Sequence[Arm]) -> list[str]:
    return [f"{what} with {listed([_quoted(arm) for arm in arms], 'and')}"] if arms else []


def _good_elsewhere(result: Result, row: Row) -> str:
    """Which other outcomes get better with which policies."""
    found = []
    for each in told_rows(result):
        arms = [arm for arm in result.policies if _is_better(each, arm)]
        if each is not row and arms:
            found += _with(f"{name_in_sentence(each.measure)} improves", ranked(each, arms))
    text = "; ".join(found)
    return f"{capital(text)}." if text else ""


def _of_run(result: Result) -> tuple[str, ...]:
    """The levels of the outcomes: the first alone, then the others together."""
    rows = [row for row in told_rows(result) if row.baseline is not None]
    if not rows:
        return ("Nothing was measured.",)
    main = next((row for row in rows if row.measure.name == "profit"), rows[0])
    horizon = span(result.plan.baseline.scenario.calendar.horizon_days)
    one = result.plan.replications < 2
    how = (
        "one replication, so there is no interval" if one else f"± half the {percent(result.plan.confidence)} interval"
    )
    first = f"Over {horizon}, {_level(main)} ({how})."
    others = [_level(row) for row in rows if row is not main]
    return _filled(first, f"Beside that, {listed(others, 'and')}." if others else "")


def _level(row: Row) -> str:
    return f"{name_in_sentence(row.measure)} is {with_half_width(row.baseline)} {row.measure.unit}".rstrip()


def _filled(*texts: str) -> tuple[str, ...]:
    return tuple(text for text in texts if text)
