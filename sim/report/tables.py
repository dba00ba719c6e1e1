"""The result as files for other programs: CSV tables and one JSON document (documented in docs/json.md).

Numbers have ten significant digits. Nothing here says when, where or by whom the result was computed.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from sim.core.measures import Measure
from sim.core.observations import Observations
from sim.core.registry import ADDED
from sim.experiment.accounting import Accounting, Line
from sim.experiment.comparison import Result, Row
from sim.experiment.estimates import BadDays, Change, single, verdict
from sim.experiment.execution import Arm
from sim.experiment.explanation import Part
from sim.experiment.plan import Plan
from sim.experiment.precision import Reached
from sim.files.asked import AskedStudy
from sim.links import LINKS
from sim.report.best import best_document, best_records
from sim.report.bridge import label_of
from sim.report.numbers import rounded
from sim.report.passages import parts_of
from sim.report.sentences import sentences
from sim.scenario import Scenario
from sim.stats.intervals import Estimate, mean_interval
from sim.stats.payback import Payback

FORMAT = 1
_TOGETHER = ("low_together", "high_together", "verdict_together")

Record = dict[str, Any]


def head(asked: Plan | AskedStudy, scenario: Scenario) -> Record:
    """The first lines of the document of a study of any kind."""
    return {
        "format": FORMAT,
        "kind": asked.kind,
        "name": asked.name,
        "title": asked.title,
        "scenario": {"name": scenario.name, "title": scenario.title, "digest": scenario.digest()},
        **ADDED.recorded(),
        "currency": scenario.currency,
        "horizon_days": scenario.calendar.horizon_days,
        "seed": asked.seed,
        "replications": asked.replications,
        "confidence": asked.confidence,
    }


def document(result: Result) -> Record:
    """The whole result as one JSON document of format 1."""
    plan = result.plan
    told = sentences(result)
    return {
        **head(plan, plan.baseline.scenario),
        "arms": [
            {
                "name": arm.name,
                "title": arm.title,
                "policies": list(arm.scenario.policies),
                "digest": arm.scenario.digest(),
                **({"sentence": told[arm.name]} if arm.name in told else {}),
                **({"payback": _payback(result.paybacks.get(arm.name))} if arm is not plan.baseline else {}),
                **({"profit": _accounting(result.accountings.get(arm.name))} if arm is not plan.baseline else {}),
                **({"passages": _passages(result, arm)} if arm.name in result.explanations else {}),
            }
            for arm in plan.arms
        ],
        **({"links": _links(result)} if result.plan.links else {}),
        "shown": list(result.shown),
        "measures": [_measure(row) for row in result.rows],
        "bad_days": [_bad_day(each) for each in result.bad_days],
        **({"best": best_document(result.best)} if result.best is not None else {}),
        **({"precision": [_goal(each) for each in result.precision]} if result.precision else {}),
    }


def _goal(found: Reached) -> Record:
    """What became of a half-width that was asked for."""
    return {
        "measure": found.goal.measure,
        "arm": found.arm,
        "asked": rounded(found.asked),
        "half_width": rounded(found.half_width),
        "met": found.met,
    }


def _payback(found: Payback | None) -> Record | None:
    """When an arm has earned back what it cost."""
    if found is None:
        return None
    record = asdict(found)
    return {name: rounded(value) if isinstance(value, float) else value for name, value in record.items()}


def _accounting(found: Accounting | None) -> Record | None:
    """Where the difference of an arm's profit comes from."""
    if found is None:
        return None
    parts = [{"group": line.group, "name": line.name, "label": label_of(line), **_part(line)} for line in found.lines]
    return {"change": _part(found.profit), "parts": parts}


def _part(line: Line) -> Record:
    return {**(_estimate(line.estimate) or {}), "verdict": line.verdict}


def _links(result: Result) -> list[Record]:
    """The links of which it was asked what passes through them."""
    return [{"name": name, "title": LINKS[name].title, "what": LINKS[name].what} for name in result.plan.links]


def _passages(result: Result, arm: Arm) -> list[Record]:
    """What passes through which link, by outcome."""
    return [
        {
            "measure": found.measure.name,
            "unit": found.measure.unit,
            "effect": _passed(found.effect),
            "through": {name: _passed(part) for name, part in found.links.items()},
            "none": _passed(found.none),
            "together": _passed(found.together),
        }
        for found in result.explanations[arm.name]
    ]


def _passed(part: Part) -> Record:
    return {**(_estimate(part.estimate) or {}), "verdict": part.verdict}


def json_text(content: Any) -> str:
    """JSON as it is written everywhere: two spaces, keys in the order given, UTF-8, one newline at the end."""
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def files(result: Result) -> dict[str, str]:
    """The text of every table file, by its name."""
    texts = {f"{name}.csv": csv_text(records) for name, records in tables_of(result).items()}
    return {"result.json": json_text(document(result)), **texts}


def tables_of(result: Result) -> dict[str, Iterator[Record]]:
    """The records of every table that the result has something for, by its name."""
    asked = {"profit": result.accountings, "links": result.explanations, "best": result.best is not None}
    return {name: make(result) for name, make in TABLES.items() if asked.get(name, True)}


def csv_text(records: Iterable[Record]) -> str:
    """Records as CSV with a header; None is an empty field."""
    out = io.StringIO()
    writer: csv.DictWriter[str] | None = None
    for record in records:
        if writer is None:
            writer = csv.DictWriter(out, list(record), lineterminator="\n")
            writer.writeheader()
        writer.writerow(record)
    return out.getvalue()


def outcomes(result: Result) -> Iterator[Record]:
    """One record per measure and arm; the baseline stands in each, and alone where there are no arms."""
    for row in result.rows:
        base = {
            "measure": row.measure.name,
            "label": row.measure.label,
            "unit": row.measure.unit,
            "outcome": "yes" if row.measure.outcome else "no",
            **_level(row.baseline),
        }
        for arm in result.policies:
            yield {**base, "arm": arm.name, **_csv_change(row.changes[arm.name])}
        if not result.policies:
            yield {**base, "arm": "", **_csv_change(None)}


def profit(result: Result) -> Iterator[Record]:
    """One record per arm and part of the difference of its profit, the whole first."""
    for arm, found in result.accountings.items():
        for line in (found.profit, *found.lines):
            yield {
                "arm": arm,
                "group": line.group,
                "part": line.name,
                "label": label_of(line),
                "change": rounded(line.estimate.value),
                "low": rounded(line.estimate.low),
                "high": rounded(line.estimate.high),
                "n": line.estimate.n,
                "verdict": line.verdict,
            }


def links(result: Result) -> Iterator[Record]:
    """One record per arm, outcome and part of the effect on it, the whole first."""
    for arm, explained in result.explanations.items():
        for found in explained:
            for name, title, part in (("effect", "the effect", found.effect), *parts_of(found)):
                yield {
                    "arm": arm,
                    "measure": found.measure.name,
                    "link": name,
                    "title": title,
                    "change": rounded(part.estimate.value),
                    "low": rounded(part.estimate.low),
                    "high": rounded(part.estimate.high),
                    "n": part.estimate.n,
                    "verdict": part.verdict,
                }


def replications(result: Result) -> Iterator[Record]:
    """Tidy: one record per arm, replication and measure, with the numerator and denominator it comes from."""
    for arm in result.plan.every_arm:
        for run in result.runs[arm.name]:
            for row in result.rows:
                yield _replication(arm.name, run, row.measure)


def months(result: Result) -> Iterator[Record]:
    """One record per arm, month and series: mean over replications and its half-width.

    What never happened in a replication is not counted there, and is nothing.
    """
    for arm in result.plan.every_arm:
        runs = result.runs[arm.name]
        names = runs[0].month_names
        nothing = (0.0,) * len(names)
        for series in dict.fromkeys(name for run in runs for name in run.months):
            rows = [run.months.get(series, nothing) for run in runs]
            for place, month in enumerate(names):
                estimate = mean_interval([row[place] for row in rows], result.plan.confidence)
                yield {
                    "arm": arm.name,
                    "month": month,
                    "series": series,
                    "mean": rounded(estimate.value),
                    "half_width": rounded(estimate.half_width),
                }


def bad_days(result: Result) -> Iterator[Record]:
    """One record per channel: the baseline's bad days."""
    for each in result.bad_days:
        yield {
            "channel": each.channel,
            "target_share": rounded(each.target.share),
            "target_within_s": rounded(each.target.within),
            **_flat("wait_p90_s", each.wait),
            **_flat("abandonment_p90", each.abandonment),
            **_flat("missed_share", each.missed),
        }


def best(result: Result) -> Iterator[Record]:
    """One record per arm: how likely it is the best."""
    if result.best is not None:
        yield from best_records(result.best)


TABLES: Mapping[str, Callable[[Result], Iterator[Record]]] = {
    "outcomes": outcomes,
    "replications": replications,
    "months": months,
    "bad_days": bad_days,
    "profit": profit,
    "links": links,
    "best": best,
}
"""Every table that a result may have, by its name."""


def _replication(arm: str, run: Observations, measure: Measure) -> Record:
    below = run.totals.get(measure.denominator) if measure.denominator is not None else None
    return {
        "arm": arm,
        "replication": run.replication,
        "measure": measure.name,
        "numerator": rounded(measure.above(run.totals)),
        "denominator": rounded(below),
        "value": rounded(single(measure, run)),
    }


def _measure(row: Row) -> Record:
    measure = row.measure
    return {
        "name": measure.name,
        "label": measure.label,
        "unit": measure.unit,
        "better": measure.better,
        "outcome": measure.outcome,
        "meaning": measure.meaning,
        "baseline": _estimate(row.baseline),
        "changes": {name: _change(change) for name, change in row.changes.items()},
    }


def _estimate(estimate: Estimate | None) -> Record | None:
    if estimate is None:
        return None
    return {
        "value": rounded(estimate.value),
        "half_width": rounded(estimate.half_width),
        "low": rounded(estimate.low),
        "high": rounded(estimate.high),
        "n": estimate.n,
        "method": estimate.method,
    }


def _change(change: Change | None) -> Record | None:
    if change is None:
        return None
    estimate = _estimate(change.estimate) or {}
    return {**estimate, "verdict": change.verdict, "gain": rounded(change.gain), **_together(change)}


def _together(change: Change) -> Record:
    """The interval that holds for all arms at once, where there are several."""
    if change.together is None:
        return {}
    low, high = rounded(change.together.low), rounded(change.together.high)
    return {"together": {"low": low, "high": high, "verdict": verdict(change.together)}}


def _level(estimate: Estimate | None) -> Record:
    if estimate is None:
        return {"baseline": None, "half_width": None, "n": None}
    return {"baseline": rounded(estimate.value), "half_width": rounded(estimate.half_width), "n": estimate.n}


def _csv_change(change: Change | None) -> Record:
    if change is None:
        return dict.fromkeys(("change", "low", "high", "verdict", "gain", *_TOGETHER))
    estimate, together = change.estimate, change.together or change.estimate
    return {
        "change": rounded(estimate.value),
        "low": rounded(estimate.low),
        "high": rounded(estimate.high),
        "verdict": change.verdict,
        "gain": rounded(change.gain),
        **dict(zip(_TOGETHER, (rounded(together.low), rounded(together.high), verdict(together)), strict=True)),
    }


def _bad_day(days: BadDays) -> Record:
    return {
        "channel": days.channel,
        "kind": days.kind,
        "target": {"share": rounded(days.target.share), "within_s": rounded(days.target.within)},
        "wait_p90_s": _estimate(days.wait),
        "abandonment_p90": _estimate(days.abandonment),
        "missed_share": _estimate(days.missed),
    }


def _flat(name: str, estimate: Estimate | None) -> Record:
    value = None if estimate is None else estimate.value
    half_width = None if estimate is None else estimate.half_width
    return {name: rounded(value), f"{name}_half_width": rounded(half_width)}
