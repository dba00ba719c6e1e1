"""What the answer stands on: what it hangs on most, assumptions and their evidence, checks, how to repeat it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sim.balances import TOLERANCE
from sim.check import check
from sim.evidence import KINDS, by_kind, entry_of, number_at
from sim.experiment.comparison import Result
from sim.files.differences import plainly
from sim.files.problems import Place
from sim.files.shape import shape_of
from sim.files.tree import planted
from sim.report.numbers import percent, span
from sim.report.paper.blocks import Block, Cell, Points, Section, Table, Words
from sim.report.paper.outcomes import precision_points
from sim.report.reopened import Reopened
from sim.scenario import Scenario, scenario_model

_STRENGTHS = {"established": "well established", "direction": "known in direction only", "convention": "convention"}
_STRESS = (
    ("1.1", "Purpose of the model", "What was asked: {title}"),
    ("1.2", "Model outputs", "Five outcomes, operation, customers, staff; meanings in docs/glossary.md of Frontline"),
    ("1.3", "Experimentation aims", "What was asked: every policy with what it changes, when, and at what cost"),
    ("2.1", "Base model overview diagram", "docs/architecture.md of Frontline"),
    ("2.2", "Base model logic", "docs/architecture.md, A day; docs/mechanisms/, a page for each mechanism"),
    ("2.3", "Scenario logic", "What was asked; plan.json of the result folder has every setting of every arm"),
    ("2.4", "Algorithms", "docs/mechanisms/: form, parameters, source and strength of evidence of each"),
    ("2.5.1", "Entities", "Customers, issues, contacts, agents"),
    ("2.5.2", "Activities", "Waiting, handling, wrapping up, training, and what the mechanisms in force add"),
    ("2.5.3", "Resources", "Agents of the groups {groups}"),
    ("2.5.4", "Queues", "One for each channel ({channels}) and set of skills; docs/mechanisms/routing.md"),
    ("2.5.5", "Entry and exit points", "Issues are raised by customers and arrivals; they end resolved or given up"),
    ("3.1", "Data sources", "The assumptions: source of each number"),
    ("3.2", "Pre-processing", "None by Frontline but units; the sources say what was worked out or fitted before"),
    ("3.3", "Input parameters", "plan.json of the result folder; the assumptions"),
    ("3.4", "Assumptions", "The assumptions, with kind, strength and range"),
    ("4.1", "Initialisation", "A warm-up of {warm_up} from {start} that is not counted"),
    ("4.2", "Run length", "{horizon}"),
    (
        "4.3",
        "Estimation approach",
        "{replications} replications, {confidence} intervals: Student t of means, jackknife of ratios; changes paired",
    ),
    ("5.1", "Software or programming language", "Frontline, with {versions}"),
    ("5.2", "Random sampling", "Keyed by hashing, seed {seed}; common random numbers; docs/architecture.md"),
    ("5.3", "Model execution", "Event by event; replications in parallel, independent of number and order"),
    ("5.4", "System specification", "manifest.json of the result folder: processor, system and time taken"),
    (
        "6.1",
        "Computer model sharing statement",
        "Frontline is free software (MIT); the result folder repeats the study",
    ),
)
"""Items of the checklist of Monks et al. (2019) for discrete-event simulation, and where each is answered."""


def assumptions_section(result: Result) -> Section:
    """Where the numbers of the scenario come from, and how strong that is."""
    scenario = result.plan.baseline.scenario
    paths = scenario.numbers()
    kinds = by_kind(paths, scenario.evidence)
    counts = ", ".join(f"{len(kinds[kind])} {kind}" for kind in KINDS)
    unmarked = len(kinds["unmarked"])
    text = f"Of {len(paths)} numbers of the scenario {counts}"
    text += f", and {unmarked} of which its section “evidence” says nothing." if unmarked else "."
    blocks: list[Block] = [Words(text)]
    if scenario.evidence:
        head = ["Settings", "Numbers", "Value", "Kind", "Strength", "Range", "Source"]
        blocks.append(Table(head, list(_entries(scenario, paths)), tail=5))
    blocks.append(
        Words(
            "Sourced: published, or from the firm's own records; derived: worked out from other numbers; "
            "assumed: made up or "
            "judged. A result is worth what these numbers are worth for the firm that it is to be used for.",
            "note",
        )
    )
    return Section("assumptions", "The assumptions", blocks)


def _entries(scenario: Scenario, paths: tuple[str, ...]) -> Iterator[list[Cell | str]]:
    """Each entry with how many numbers it holds for; the value, where it is one number."""
    plain = scenario.plain()
    held: dict[int, list[str]] = {}
    for path in paths:
        entry = entry_of(path, scenario.evidence)
        if entry is not None:
            held.setdefault(id(entry), []).append(path)
    for entry in scenario.evidence:
        mine = held.get(id(entry), [])
        if mine:
            value = _said(scenario, plain, mine[0]) if len(mine) == 1 else ""
            between = " to ".join(map(str, entry.range)) if entry.range else ""
            kind = Cell(entry.kind, "strong" if entry.kind == "assumed" else "")
            settings = ", ".join(entry.settings)
            yield [
                settings,
                str(len(mine)),
                value,
                kind,
                _STRENGTHS.get(entry.strength or "", ""),
                between,
                entry.source,
            ]


def _said(scenario: Scenario, plain: dict[str, Any], path: str) -> str:
    """A number as a file would write it."""
    value = number_at(plain, path)
    if isinstance(value, list | tuple):
        return f"a row of {len(value)}"
    keys = tuple(int(part) if part.isdecimal() else part for part in path.split("."))
    return plainly(value, shape_of(scenario_model()).at(planted(plain, Place("")), keys), scenario.currency)


def checks_section(result: Result) -> Section:
    """What was checked, and what is doubtful all the same."""
    plan = result.plan
    count = plan.replications * len(plan.arms)
    points = [
        f"The books balance in all {count} replications: contacts, issues, customers, agents, hours and money "
        "were checked "
        f"at the end of each, to one part in {1 / TOLERANCE:,.0f}. A replication whose books do not balance ends as a "
        "failure and is never part of a result.",
        "Every file was validated before anything was simulated: names, units, bounds, and what must fit together.",
    ]
    if result.policies:
        points.append(
            "All arms met the same customers, issue by issue: what differs between them is what the policy did, "
            "not chance."
        )
    points += [
        f"A change in profit is the sum of its parts in every replication ({len(result.accountings)} of "
        f"{len(result.policies)} policies)."
    ] * bool(result.accountings)
    blocks: list[Block] = [Points(points), *precision_points(result)]
    doubts = check(plan.baseline.scenario).doubts
    if doubts:
        blocks += [Words("Values that look implausible, and should be looked at again:"), Points(doubts)]
    else:
        blocks.append(Words("No value of the scenario looked implausible to frontline check."))
    return Section("checks", "The checks", blocks)


def repeat_section(study: Reopened, result: Result) -> Section:
    """How to make the same again, to the byte, and where each item of STRESS-DES stands."""
    plan, made = result.plan, study.manifest
    command = "run" if plan.kind == "run" else "compare"
    again = shlex.join(["frontline", command, f"{Path(study.folder).name}/"])
    versions = ", ".join(f"{name} {version}" for name, version in made.get("versions", {}).items())
    rows = [
        ["Command", again],
        ["Seed", str(plan.seed)],
        ["Replications of every arm", str(plan.replications)],
        ["Warm-up", span(plan.baseline.scenario.calendar.warm_up_days)],
        ["Horizon", span(plan.baseline.scenario.calendar.horizon_days)],
        ["Confidence", percent(plan.confidence)],
        ["Frontline", str(made.get("frontline", ""))],
        ["Other software", versions],
        ["Finished", str(made.get("finished", ""))],
        *([f"Digest, {arm.title}", arm.scenario.digest()] for arm in plan.arms),
        *(["Extension", f"{one['file']}, {one['digest']}"] for one in made.get("extensions", ()) if "file" in one),
    ]
    blocks: list[Block] = [
        Words(
            "The result folder holds the whole plan, with every setting of every arm. The same version of "
            "Frontline makes "
            "the same numbers from it, on any machine and any number of processors."
        ),
        Table(["What", "Value"], rows, left=2),
        Table(
            ["STRESS-DES", "Item", "Where, or what"],
            _stress(result, versions),
            "Monks et al. (2019), Strengthening the "
            "reporting of empirical simulation studies, Journal of Simulation 13(1).",
            left=3,
        ),
    ]
    return Section("repeat", "How to repeat it", blocks)


def _stress(result: Result, versions: str) -> list[list[str]]:
    """Where each item of the checklist is answered."""
    plan = result.plan
    scenario = plan.baseline.scenario
    known = {
        "title": plan.title,
        "groups": ", ".join(scenario.workforce.groups),
        "channels": ", ".join(scenario.channels.channels),
        "warm_up": span(scenario.calendar.warm_up_days),
        "start": scenario.calendar.start.isoformat(),
        "horizon": span(scenario.calendar.horizon_days),
        "replications": str(plan.replications),
        "confidence": percent(plan.confidence),
        "seed": str(plan.seed),
        "versions": versions or "what manifest.json names",
    }
    return [[number, item, where.format_map(known)] for number, item, where in _STRESS]
