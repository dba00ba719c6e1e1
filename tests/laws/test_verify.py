"""The command that verifies the known answers: it passes what holds, and catches what does not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import sim
from sim.cli import app
from sim.laws import queues, verifying
from sim.laws.cases import FILE, SEED, Case, LawbookProblem, read_cases
from sim.laws.effort import FULL, QUICK, Effort, effort_of
from sim.laws.meeting import Check
from sim.laws.settings import exponential, queue
from sim.laws.verifying import verify


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    return tmp_path


def answers(folder: Path, case_id: str, **changed: float) -> Path:
    """A file with one law of the package's, and other exact values."""
    case = next(row for row in json.loads(FILE.read_text(encoding="utf-8")) if row["id"] == case_id)
    case["expected"] |= changed
    path = folder / "answers.json"
    path.write_text(json.dumps([case]), encoding="utf-8")
    return path


def frontline(*words: str) -> tuple[int, str, str]:
    found = CliRunner().invoke(app, ["verify", "--workers", "1", *words])
    return found.exit_code, found.stdout, found.stderr


def test_a_law_that_holds_is_told_with_all_its_numbers_and_kept(here: Path) -> None:
    code, out, err = frontline("--only", "ec2")
    assert (code, err) == (0, f"tables, figures and manifest: {Path('results') / 'verify'}\n")
    assert out.endswith(
        "The law holds: 7 simulated numbers within their intervals and 10 known inputs within their\nintervals.\n"
    )
    assert all(name in out for name in ("mean_wait", "1.7778", "p_wait", "0.71111"))
    kept = {path.name for path in (here / "results" / "verify").iterdir()} - {"laws.parquet"}
    assert kept == {"result.json", "laws.csv", "laws.png", "laws.svg", "manifest.json"}


def test_a_wrong_exact_value_is_a_broken_law_and_exit_code_1(here: Path) -> None:
    code, out, _ = frontline("--answers", str(answers(here, "EC2", mean_wait=1.7777777 * 1.03)), "--json", "--quiet")
    assert code == 1
    found = json.loads(out)
    assert not found["holds"]
    assert found["sentence"].startswith("1 of 1 law is broken: EC2 (mean_wait is 1.77")
    assert found["laws"][0]["verdict"] == "broken"
    verdicts = {one["measure"]: one["verdict"] for one in found["laws"][0]["numbers"]}
    assert verdicts.pop("mean_wait") == "broken"
    assert set(verdicts.values()) == {"holds"}


def broken_numbers(kind: str) -> set[str]:
    (found,) = verify(["EC2"], workers=1).broken
    return {check.measure for check in found.checks if check.kind == kind and check.verdict == "broken"}


def test_an_agent_too_many_breaks_the_law_and_none_of_its_inputs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queues, "queue", lambda *words, agents, **more: queue(*words, agents=agents + 1, **more))
    assert {"mean_wait", "p_wait", "mean_queue"} <= broken_numbers("answer")
    assert broken_numbers("input") == set()


def test_handle_times_that_are_too_long_are_seen_in_the_inputs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queues, "law", lambda mean, scv, unit, kind: exponential(1.03 * mean, unit))
    assert "mean handle time" in broken_numbers("input")


def test_a_replication_that_dies_breaks_its_law_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    replicate = verifying.replicate

    def dying(plan: Any, seed: int, number: int, size: int) -> dict[str, float]:
        if number == 7 and "rate of arrivals" in plan.controls:
            raise ValueError("the books do not balance")
        return replicate(plan, seed, number, size)

    monkeypatch.setattr(verifying, "replicate", dying)
    found = verify(["EC1", "CH1"], workers=1)
    assert [(each.case.id, each.verdict) for each in found.verdicts] == [("EC1", "broken"), ("CH1", "holds")]
    assert found.verdicts[0].failure == f"seed {SEED}, replication 7: ValueError: the books do not balance"


def test_the_verdicts_do_not_depend_on_the_number_of_workers() -> None:
    assert verify(["EB1"], workers=1) == verify(["EB1"], workers=2)


def test_the_same_from_python_gives_a_frame_with_a_row_for_each_number() -> None:
    found = sim.verify("FB3", workers=1)
    assert found.holds
    frame = found.to_frame()
    assert list(frame.columns) == [
        "law", "model", "measure", "kind", "simulated", "half_width", "exact", "allowed", "verdict",
    ]  # fmt: skip
    assert set(frame["law"]) == {"FB3"}
    assert len(found.plot().axes) == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--only", "XY1"), "--only XY1: no law of known_answers.json; its laws: EB1, EB4"),
        (("--answers", "none.json"), "none.json: cannot be read: No such file or directory"),
        (("--seed", "-1"), "--seed is -1; expected a whole number from 0"),
    ],
)
def test_bad_usage_is_one_clear_message(words: tuple[str, ...], message: str) -> None:
    code, out, err = frontline(*words)
    assert (code, out) == (2, "")
    assert err.startswith(message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is no JSON"),
        ("3", "expected a list of cases"),
        ('[{"id": "EC9"}]', "case EC9: 'model' is None; expected a text"),
        ('[{"id": "EC9", "model": "m", "inputs": {}, "expected": {"p": "x"}}]', "expected numbers by measure"),
        ('[{"id": "EC9", "model": "m", "inputs": {}, "expected": {"p": 1}}]', "case EC9 cannot be understood"),
    ],
)
def test_a_file_that_cannot_be_understood_is_refused(here: Path, text: str, message: str) -> None:
    (here / "answers.json").write_text(text, encoding="utf-8")
    code, out, err = frontline("--answers", "answers.json")
    assert (code, out) == (2, "")
    assert message in err


def test_a_case_for_which_there_is_no_scenario_is_told_and_not_run(here: Path) -> None:
    (here / "answers.json").write_text('[{"id": "ZZ1", "model": "m", "inputs": {}, "expected": {}}]', encoding="utf-8")
    code, out, _ = frontline("--answers", "answers.json")
    assert code == 0
    assert "ZZ1: not run: no scenario is known for the group ZZ\n\nNo law was run." in out


@pytest.mark.parametrize(
    ("simulated", "half_width", "verdict"),
    [
        (1.0, 0.05, "holds"),
        (1.04, 0.05, "holds"),
        (1.06, 0.05, "broken"),
        (1.0, 0.11, "too wide"),
        (1.2, 0.11, "broken"),
    ],
)
def test_a_number_is_broken_outside_its_interval_and_too_wide_where_it_tells_nothing(
    simulated: float, half_width: float, verdict: str
) -> None:
    assert Check("wait", "answer", simulated, half_width, 1.0, 0.1).verdict == verdict


def test_a_number_that_is_no_number_does_not_hold() -> None:
    assert Check("wait", "answer", float("nan"), 0.1, 1.0, None).verdict == "broken"


def test_laws_take_their_effort_from_the_tests_and_those_of_other_files_a_common_one() -> None:
    cases = {case.id: case for case in read_cases()}
    assert effort_of(cases["EC2"]) == QUICK["EC2"]
    assert effort_of(cases["EC2"], precise=True) == FULL["EC2"]
    assert effort_of(cases["EB1"]) == FULL["EB1"]
    assert effort_of(Case("EC99", "M/M/3", {}, {})) == Effort(40, 2, 10.0)


def test_a_name_that_is_no_law_is_refused_from_python_too() -> None:
    with pytest.raises(LawbookProblem, match="no law of known_answers"):
        verify(["nothing"])
