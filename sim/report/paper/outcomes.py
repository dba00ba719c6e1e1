"""What was found: the answer, the five outcomes, each policy against the baseline, where the money comes from."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from sim.experiment.accounting import PROFIT, Line
from sim.experiment.comparison import Result, Row
from sim.experiment.estimates import TOLD, Change
from sim.experiment.execution import Arm
from sim.experiment.explanation import Explanation
from sim.report.answer import answer
from sim.report.best import best_rows, best_sentence
from sim.report.bridge import label_of, passing_steps, steps_of
from sim.report.charts import PAPER, changes_chart, steps_beside, steps_chart
from sim.report.figures import short
from sim.report.fillings import fillings
from sim.report.numbers import decimals, number, percent, rounded, with_half_width
from sim.report.paper.blocks import Block, Cell, Choice, Explorer, Picture, Points, Section, Table, Words
from sim.report.sentences import (
    capital,
    name_in_sentence,
    payback_sentence,
    precision_sentences,
    sentence,
    told_rows,
    unit_of_change,
)
from sim.stats.intervals import Estimate

_MONEY_WHOLE = 2
"""Of so many policies each has a table of its own on paper."""

_VERDICTS = {
    "higher": "higher", "lower": "lower", "the same": "exactly the same", "cannot tell": "cannot be told from no "
    "change",
}  # fmt: skip


def answer_section(result: Result) -> Section:
    """The answer in at most three sentences."""
    told = [Words(text, "lead") for text in answer(result)]
    if not result.policies or result.plan.replications < 2:
        return Section("answer", "The answer", told)
    note = (
        "A change is the difference from the baseline, replication by replication on the same customers. What is given "
        f"in brackets is its {percent(result.plan.confidence)} interval; where that includes zero, nothing is called a "
        "change."
    )
    if len(result.policies) > 1:
        note += " A first place is claimed only against every other policy at once."
    return Section("answer", "The answer", [*told, Words(note, "note")])


def outcomes_section(result: Result) -> Section:
    """The five outcomes: where the operation stands, and what the policies change."""
    rows = told_rows(result)
    head = ["Outcome", "Unit", result.plan.baseline.title if result.policies else "Mean", "Interval", "n", "Method"]
    table = Table(head, [_level_cells(row) for row in rows], left=2, tail=1)
    blocks: list[Block] = [table]
    if any(any(row.changes.values()) for row in rows):
        note = f"Bars are {percent(result.plan.confidence)} intervals of the paired change; {fillings(rows)}."
        text = "What each policy changes of each outcome, with intervals; the numbers stand in the next section."
        packed = partial(changes_chart, result, rows, PAPER)
        blocks.append(Picture(lambda: changes_chart(result, rows), text, note, packed=packed))
    if result.best is not None and len(result.policies) > 1:
        head, *chances = best_rows(result, result.best)
        blocks += [Words(best_sentence(result, result.best)), Table(head, chances)]
    return Section("outcomes", "The five outcomes" if len(rows) == 5 else "The outcomes", blocks)


def _level_cells(row: Row) -> list[Cell | str]:
    found = row.baseline
    between = "-" if found is None else interval(found)
    how = "-" if found is None else found.method
    return [
        label(row),
        row.measure.unit,
        with_half_width(found),
        between,
        str(found.n) if found else "-",
        Cell(how, "faint"),
    ]


def interval(found: Estimate) -> str:
    """The ends of an interval, such as "1.2 to 3.4"."""
    if found.low is None or found.high is None:
        return "-"
    places = decimals(found)
    return f"{number(found.low, places)} to {number(found.high, places)}"


def label(row: Row) -> str:
    """The name of a measure at the beginning of a line."""
    return capital(row.measure.label)


def policies_section(result: Result) -> Section | None:
    """Each policy against the baseline: sentence, table, and every measure to choose from."""
    if not result.policies:
        return None
    options = [(arm.title, _policy_blocks(result, arm)) for arm in result.policies]
    return Section(
        "policies",
        "Each policy against the baseline",
        [Choice("policy", options), Explorer([arm.title for arm in result.policies], list(_explored(result)))],
    )


def _policy_blocks(result: Result, arm: Arm) -> list[Block]:
    rows = [_change_cells(row, row.changes[arm.name]) for row in result.table]
    head = ["Measure", "Unit", result.plan.baseline.title, "Change", "Interval", "Gain of pairing", "The change is"]
    blocks: list[Block] = []
    if result.plan.replications > 1:
        blocks.append(Words(sentence(result, arm)))
    note = (
        "Changes of percentages are in points. Gain of pairing: how many times as many replications independent seeds "
        "would need for the same interval."
    )
    return [*blocks, Table(head, rows, note, left=2, tail=1)]


def _change_cells(row: Row, found: Change | None) -> list[Cell | str]:
    first: list[Cell | str] = [label(row), row.measure.unit, with_half_width(row.baseline)]
    if found is None:
        return [*first, "-", "-", "-", "-"]
    gain = "-" if found.gain is None else f"{found.gain:,.3g}" if found.gain < 1000 else "over 1,000"
    size = with_half_width(found.estimate, sign=True)
    verdict = _VERDICTS[found.verdict] + ("" if found.holds_together else ", but not sure beside the others")
    return [*first, Cell(size, style_of(row, found)), interval(found.estimate), gain, verdict]


def style_of(row: Row, found: Change) -> str:
    """How a change is shown: "good", "bad", or neither where it has no better side or cannot be told."""
    if found.verdict not in TOLD:
        return "faint"
    if row.measure.better == "neither":
        return ""
    return "good" if found.verdict == row.measure.better else "bad"


def _explored(result: Result) -> Iterator[dict[str, Any]]:
    for row in result.rows:
        if any(row.changes.values()):
            yield {
                "label": label(row),
                "unit": unit_of_change(row.measure),
                "meaning": row.measure.meaning,
                "base": f"{with_half_width(row.baseline)} {row.measure.unit}".rstrip(),
                "arms": [_explored_change(row.changes[arm.name]) for arm in result.policies],
            }


def _explored_change(found: Change | None) -> list[Any] | None:
    if found is None:
        return None
    ends = (found.estimate.value, found.estimate.low, found.estimate.high)
    told = found.verdict in TOLD
    return [*map(rounded, ends), with_half_width(found.estimate, sign=True), _VERDICTS[found.verdict], told]


def money_section(result: Result) -> Section | None:
    """Where the difference of profit comes from, policy by policy, and when it has paid back."""
    shown = [(arm, found) for arm in result.policies if (found := result.accountings.get(arm.name)) is not None]
    shown = [(arm, found) for arm, found in shown if steps_of(found)]
    if not shown or result.plan.replications < 2:
        return None
    options = [(arm.title, _money_blocks(result, arm)) for arm, _ in shown]
    note = Words(
        "Parts add up to the difference of profit, replication by replication. Whiskers are intervals; a hollow "
        "bar cannot "
        "be told from zero.",
        "note",
    )
    paper = _money_on_paper(result, [arm for arm, _ in shown]) if len(shown) > _MONEY_WHOLE else []
    return Section("money", "Where the money comes from", [Choice("policy", options, paper=paper), note])


def _money_on_paper(result: Result, arms: Sequence[Arm]) -> list[Block]:
    """The charts of many policies beside each other, and all their parts in one table."""
    told = [payback_sentence(arm, found) for arm in arms if (found := result.paybacks.get(arm.name)) is not None]
    charts = [(arm.title, [_money_picture(result, arm)]) for arm in arms]
    lines = [{(line.group, line.name): line for line in _money_lines(result, arm)} for arm in arms]
    parts = {key: label_of(line) for mine in lines for key, line in mine.items()}
    whole = (result.accountings[arms[0].name].profit.group, PROFIT)
    rows: list[list[Cell | str]] = [
        [label, *(_part(mine.get(key)) for mine in lines)] for key, label in parts.items() if key != whole
    ]
    rows.append([Cell(parts[whole], "strong"), *(_part(mine.get(whole)) for mine in lines)])
    titles = [short(arm.title, 22).replace("\n", " ") for arm in arms]
    currency = result.plan.baseline.scenario.currency
    caption = f"Changes in {currency}. ~ cannot be told from no change."
    return [*([Points(told)] if told else []), Choice("policy", charts), Table(["Part", *titles], rows, caption)]


def _part(line: Line | None) -> Cell | str:
    """A part of the difference of profit; none where it is nothing in every replication."""
    if line is None:
        return Cell("0", "faint")
    text = with_half_width(line.estimate, sign=True)
    return text if line.verdict in TOLD else Cell(f"{text} ~", "faint")


def links_section(result: Result, folder: Path) -> Section:
    """What passes through which causal link, where that was asked for."""
    options = [
        (arm.title, [_passing(each) for each in result.explanations[arm.name] if each.tells])
        for arm in result.policies
        if any(each.tells for each in result.explanations.get(arm.name, ()))
    ]
    if not options:
        command = shlex.join(["frontline", "compare", str(folder), "--explain", "--out", f"{folder}-explained"])
        why = (
            "No effect can be told from zero." if result.explanations else f"Nobody has asked. To fill this: {command}"
        )
        return Section("links", "What passes through which link", [Words(why, "note")])
    note = Words(
        "Each link is cut alone in the policy's arm and in the baseline; a hollow bar cannot be told from zero.", "note"
    )
    return Section("links", "What passes through which link", [Choice("policy", options), note])


def _passing(found: Explanation) -> Picture:
    axis = f"change of {name_in_sentence(found.measure)}, {unit_of_change(found.measure)}".rstrip(", ")
    parts = "; ".join(f"{step.label} {with_half_width(step.estimate, sign=True)}" for step in passing_steps(found))
    steps = passing_steps(found)
    return Picture(partial(steps_chart, steps, axis), f"{axis}: {parts}", packed=partial(steps_beside, steps, axis))


def _money_blocks(result: Result, arm: Arm) -> list[Block]:
    currency, payback = result.plan.baseline.scenario.currency, result.paybacks.get(arm.name)
    head = ["Part", f"Change ({currency})", "Interval", "The part is"]
    rows: Sequence[Sequence[Cell | str]] = [
        [
            Cell(label_of(line), "strong" if line is result.accountings[arm.name].profit else ""),
            with_half_width(line.estimate, sign=True),
            interval(line.estimate),
            _VERDICTS[line.verdict],
        ]
        for line in _money_lines(result, arm)
    ]
    blocks: list[Block] = [_money_picture(result, arm), Table(head, rows, tail=1)]
    return [Words(payback_sentence(arm, payback)), *blocks] if payback is not None else blocks


def _money_lines(result: Result, arm: Arm) -> list[Line]:
    """The parts of the difference of profit that are not nothing, and the whole at the end."""
    found = result.accountings[arm.name]
    return [line for line in (*found.parts, found.profit) if any(line.values)]


def _money_picture(result: Result, arm: Arm) -> Picture:
    steps = steps_of(result.accountings[arm.name])
    axis = f"change of profit, {result.plan.baseline.scenario.currency}"
    text = f"Bars from one part of the difference of profit to the next, for {arm.title}; the table has the numbers."
    return Picture(partial(steps_chart, steps, axis), text, packed=partial(steps_beside, steps, axis))


def precision_points(result: Result) -> list[Block]:
    """What became of the precision that was asked for."""
    told = precision_sentences(result)
    return [Points(told)] if told else []
