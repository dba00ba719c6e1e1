"""The whole report of a study, section by section; one without anything to say is left out."""

from __future__ import annotations

from functools import partial

from sim.experiment.comparison import Result
from sim.report.months import courses, further_courses
from sim.report.paper.blocks import Block, Choice, Paper, Picture, Section, Table, Words
from sim.report.paper.course import course_section, customers_section, operation_section, staff_section
from sim.report.paper.ground import assumptions_section, checks_section, repeat_section
from sim.report.paper.hangs import hangs_section
from sim.report.paper.outcomes import (
    answer_section,
    links_section,
    money_section,
    outcomes_section,
    policies_section,
)
from sim.report.paper.question import question_section
from sim.report.reopened import Reopened
from sim.report.terminal import WIDTH


def paper_of(study: Reopened) -> Paper:
    """The report of a finished study of any kind."""
    result = study.result
    return _of_kind(study) if result is None else _of_result(study, result)


def _of_result(study: Reopened, result: Result) -> Paper:
    plan = result.plan
    shown = (*courses(result), *further_courses(result))
    sections = [
        answer_section(result),
        question_section(result),
        outcomes_section(result),
        policies_section(result),
        money_section(result),
        links_section(result, study.folder) if result.policies else None,
        course_section(result, shown),
        operation_section(result, shown),
        customers_section(result, shown),
        staff_section(result, shown),
        hangs_section(study, result),
        assumptions_section(result),
        checks_section(result),
        repeat_section(study, result),
    ]
    scenario = plan.baseline.scenario
    arms = [arm.title for arm in plan.arms] if result.policies else []
    return Paper(
        plan.title,
        scenario.title or scenario.name,
        [each for each in sections if each is not None],
        arms,
        _footer(study),
    )


def _footer(study: Reopened) -> str:
    made = study.manifest
    return (
        f"{study.name}, made by Frontline {made.get('frontline', '')}; a simulation, not a forecast of what "
        "will happen."
    )


def _of_kind(study: Reopened) -> Paper:
    """A study of another kind: what it prints, its pictures and its tables."""
    assert study.kind is not None
    kind, asked = study.kind, study.asked
    text = kind.render(study.found, False, WIDTH)
    drawn = kind.figures(study.found)
    pictures: list[Block] = [Picture(partial(drawn.__getitem__, name), name.replace("_", " ")) for name in drawn]
    tables = [(name.replace("_", " "), [_table(list(records))]) for name, records in kind.tables(study.found).items()]
    sections = [
        Section("answer", "What was found", [Words(text, "terminal")]),
        *([Section("pictures", "Pictures", pictures)] if pictures else []),
        Section("tables", "Tables", [Choice("table", tables)]),
    ]
    return Paper(asked.title, asked.scenario.title or asked.scenario.name, sections, (), _footer(study))


def _table(records: list[dict[str, object]]) -> Table:
    head = list(records[0]) if records else ["nothing"]
    rows = [
        [
            "" if value is None else f"{value:,.6g}" if isinstance(value, float) else str(value)
            for value in record.values()
        ]
        for record in records
    ]
    return Table(head, rows, left=sum(isinstance(value, str) for value in records[0].values()) if records else 1)
