"""Whatever happens to a file, what comes of it is a scenario or a study, or a list of clear complaints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sim.files import FileProblem, Study, load_scenario, load_study
from sim.files.problems import MOST_PROBLEMS
from sim.scenario import Scenario

SMALL = Path(__file__).with_name("small.yaml").read_text("utf-8")
VOLUMES = Path(__file__).with_name("small_volumes.csv").read_text("utf-8")
STUDY = """\
frontline: 1
study: small
title: Lines or staff?
scenario: small.yaml
replications: 4
seed: 2026
policies:
  lines:
    title: Five lines more
    changes:
      channels.channels.telephone.lines: {add: 5, until: 2026-03-01}
    costs: {one_off: "5,000 EUR", running: 10 EUR per month}
  staff:
    title: Two agents more
    changes:
      workforce.groups.desk.headcount: {to: 8, from: 2026-02-02}
      agents.handle_time.fault: {to: {law: exponential, mean: 6 min}, ramp: 3 weeks}
      acquisition.advertising.spend: {multiply: 1.2}
      arrivals.streams.callers.volumes: {to: {table: small_volumes.csv, column: visits}}
arms:
  staff: [staff]
  both: [lines, staff]
measures: [telephone.service_level]
confidence: 90 %
"""
TOKENS = [
    "", "~", "null", "true", "no", "-1", "0", "1", "7", "1.5", "1e3", "1e999", ".nan", "-.inf", "010", "0x1f",
    "9:30", "24:00", "12 %", "-5 %", "1000 %", "0 s", "20 s", "3 months", "1e3 s", "9e99 years", "P1M", "PT6M",
    "1 per year", "5 USD", "12,5 EUR", "40 EUR per month", "2026-02-30", "0001-01-01", "9999-12-31", "any",
    "every_day", "exponential", "[]", "{}", "[1]", "{a: 1}", "[[[[", "}}", "&a", "*a", "<<", "!!str", "!x", "%",
    "@", "|", ">", "- ", "? ", ": ", ",", "#", "'", '"', "\t", "\\", "---", "...", "\u2028", "\u202e", "é", "\x00",
    "\ud7ff", "telephone", "billing", "x" * 600, "early+early", "+", "a.b",
    "{table: small_volumes.csv, column: calls}", "{law: constant, mean: 1 s}", "123456789012345",
]  # fmt: skip
BARE = re.compile(r"(?<=: )[^\[\]{},\n]+")
KEY = re.compile(r"[A-Za-z_.]+(?=:)")


@st.composite
def damages(draw: st.DrawFn, text: str) -> str:
    """The text after one to three accidents."""
    for _ in range(draw(st.integers(1, 3))):
        accident = draw(st.sampled_from(ACCIDENTS))
        text = accident(text, draw(st.integers(0, 1_000_000)), draw(st.integers(0, 1_000_000)))
    return text


def _line_lost(text: str, where: int, _: int) -> str:
    lines = text.split("\n")
    del lines[where % len(lines)]
    return "\n".join(lines)


def _line_doubled(text: str, where: int, other: int) -> str:
    lines = text.split("\n")
    lines.insert(other % len(lines), lines[where % len(lines)])
    return "\n".join(lines)


def _line_replaced(text: str, where: int, other: int) -> str:
    lines = text.split("\n")
    lines[where % len(lines)] = lines[other % len(lines)]
    return "\n".join(lines)


def _line_shifted(text: str, where: int, other: int) -> str:
    lines = text.split("\n")
    line = lines[where % len(lines)]
    lines[where % len(lines)] = " " * (other % 9) + line.lstrip()
    return "\n".join(lines)


def _characters_swapped(text: str, where: int, _: int) -> str:
    place = where % max(len(text) - 1, 1)
    return text[:place] + text[place : place + 2][::-1] + text[place + 2 :]


def _character_lost(text: str, where: int, _: int) -> str:
    place = where % max(len(text), 1)
    return text[:place] + text[place + 1 :]


def _token_injected(text: str, where: int, other: int) -> str:
    place = where % (len(text) + 1)
    return text[:place] + TOKENS[other % len(TOKENS)] + text[place:]


def _cut(text: str, where: int, _: int) -> str:
    return text[: where % (len(text) + 1)]


def _replaced(pattern: re.Pattern[str], text: str, where: int, new: str) -> str:
    found = list(pattern.finditer(text))
    if not found:
        return text
    chosen = found[where % len(found)]
    return text[: chosen.start()] + new + text[chosen.end() :]


def _value_replaced(text: str, where: int, other: int) -> str:
    return _replaced(BARE, text, where, TOKENS[other % len(TOKENS)])


def _value_moved(text: str, where: int, other: int) -> str:
    values = BARE.findall(text) or [""]
    return _replaced(BARE, text, where, values[other % len(values)])


def _key_moved(text: str, where: int, other: int) -> str:
    keys = KEY.findall(text) or [""]
    return _replaced(KEY, text, where, keys[other % len(keys)])


ACCIDENTS = [
    _line_lost, _line_doubled, _line_replaced, _line_shifted, _characters_swapped, _character_lost, _token_injected,
    _cut, _value_replaced, _value_replaced, _value_moved, _value_moved, _key_moved,
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("damaged")


def laid_out(folder: Path, name: str, text: str) -> Path:
    """The three files in a folder, one of them damaged."""
    for other, content in (("small.yaml", SMALL), ("small_volumes.csv", VOLUMES), ("study.yaml", STUDY)):
        (folder / other).write_bytes((text if other == name else content).encode("utf-8", "surrogatepass"))
    return folder


def check_complaints(problem: FileProblem, folder: Path) -> None:
    """Complaints name a file and a line that exist, are short, and speak no programmer's language."""
    assert problem.problems
    longest = {file: Path(file).read_bytes().count(b"\n") + 1 for file in {one.file for one in problem.problems}}
    for one in problem.problems:
        assert 0 <= one.line <= longest[one.file], one
        assert one.file.startswith(str(folder))
        assert one.message.strip(": ")
    for text in str(problem).splitlines():
        assert text.isprintable()
        assert len(text) < 1200, text
        assert not re.search(r"Input should|pydantic|validation|NoneType|Traceback|dict|tuple|literal\[", text), text
    assert len(str(problem).splitlines()) <= MOST_PROBLEMS + 1


FEARLESS = settings(deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))


@given(text=damages(SMALL))
@example(text=SMALL)
@settings(FEARLESS, max_examples=1800)
def test_a_damaged_scenario_is_read_or_refused_with_reasons(folder: Path, text: str) -> None:
    try:
        scenario = load_scenario(laid_out(folder, "small.yaml", text) / "small.yaml")
    except FileProblem as problem:
        check_complaints(problem, folder)
    else:
        assert isinstance(scenario, Scenario)
        assert Scenario.from_plain(scenario.plain()) == scenario


@given(text=damages(STUDY))
@example(text=STUDY)
@settings(FEARLESS, max_examples=350)
def test_a_damaged_study_is_read_or_refused_with_reasons(folder: Path, text: str) -> None:
    try:
        study = load_study(laid_out(folder, "study.yaml", text) / "study.yaml")
    except FileProblem as problem:
        check_complaints(problem, folder)
    else:
        assert isinstance(study, Study)
        assert "baseline" in study.arms


@given(text=damages(VOLUMES))
@example(text=VOLUMES)
@settings(FEARLESS, max_examples=350)
def test_a_damaged_table_is_read_or_refused_with_reasons(folder: Path, text: str) -> None:
    try:
        scenario = load_scenario(laid_out(folder, "small_volumes.csv", text) / "small.yaml")
    except FileProblem as problem:
        check_complaints(problem, folder)
    else:
        assert isinstance(scenario, Scenario)
