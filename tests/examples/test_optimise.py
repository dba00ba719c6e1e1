"""Looking for the best settings, the way a person does: a file, a command, a result; and what is wrong with a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import sim
from sim.cli import app
from sim.experiment.optimise import Optimise, Optimum, held
from sim.files import FileProblem
from sim.files.optimises import Constraint, load_optimise
from sim.stats.intervals import Estimate

SMALL = Path(__file__).parents[1] / "behaviour" / "small.yaml"
QUICK = """frontline: 1
extends: small.yaml
name: quick
calendar: {warm_up: 7 days, horizon: 28 days}
"""
STUDY = """frontline: 1
study: rent
kind: optimise
title: Which rent is best?
scenario: quick.yaml
replications: 1
seed: 5
settings:
  economics.overheads.rent: {from: "x0.5", to: "x1.5"}
changes:
  workforce.groups.desk.headcount: ["-1", "+0", "+1"]
objective: {measure: profit, aim: highest}
constraints:
  - {measure: telephone.service_level, at_least: 10 %}
  - {measure: satisfaction, at_least: baseline}
evaluations: 8
confirm: 2
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for path in SMALL.parent.glob("small*"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "quick.yaml").write_text(QUICK, "utf-8")
    (tmp_path / "rent.yaml").write_text(STUDY, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_is_chosen_is_the_best_of_those_that_keep_the_constraints(folder: Path) -> None:
    alone = STUDY.replace('  workforce.groups.desk.headcount: ["-1", "+0", "+1"]\n', "").replace("changes:\n", "")
    Path("rent.yaml").write_text(alone.replace("evaluations: 8", "evaluations: 24"), "utf-8")
    found = sim.optimise("rent.yaml", workers=1)
    result: Optimum = found.result
    assert result.best is not None
    chosen = result.tried[result.best].levels[0].number
    assert chosen is not None
    assert 0.5 <= chosen < 0.7  # rent costs money and does nothing: nearly the least of 24 tried
    assert result.change is not None
    assert result.change.verdict == "higher"
    assert result.checked[1].held == "holds"  # exactly the same satisfaction
    frame = found.to_frame("points")
    assert set(frame["constraints"]) == {"kept"}
    assert list(frame[frame["best"] == "yes"]["profit"]) == [max(frame["profit"])]
    assert "is higher than as it is by" in str(found)
    assert found.plot().axes


def test_a_search_in_which_nothing_keeps_the_constraints_says_so() -> None:
    Path("rent.yaml").write_text(STUDY.replace("at_least: 10 %", "at_least: 100 %"), "utf-8")
    told = CliRunner().invoke(app, ["optimise", "rent.yaml", "--workers", "1", "--json"])
    document = json.loads(told.output)
    assert document["best"] is None
    assert "none keeps all constraints" in document["sentences"][0]


def test_the_command_prints_keeps_and_repeats() -> None:
    first = CliRunner().invoke(app, ["optimise", "rent.yaml", "--workers", "1"])
    assert first.exit_code == 0, first.output
    kept = {path.name: path.read_bytes() for path in Path("results/rent").iterdir()}
    assert {"result.json", "points.csv", "confirmation.csv", "optimise.png", "plan.json"} <= set(kept)
    again = CliRunner().invoke(app, ["optimise", "results/rent", "--workers", "1", "--no-store", "--out", "again"])
    assert again.exit_code == 0, again.output
    for name, raw in kept.items():
        assert name == "manifest.json" or Path("again", name).read_bytes() == raw, name
    plan = json.loads(kept["plan.json"])
    assert Optimise.from_plain(plan).to_plain() == plan


@pytest.mark.parametrize(
    ("least", "bound", "value", "half_width", "told"),
    [
        (True, 80.0, 85.0, 3.0, "holds"),
        (True, 80.0, 81.0, 3.0, "cannot tell"),
        (True, 80.0, 75.0, 3.0, "does not hold"),
        (False, 5.0, 3.0, 1.0, "holds"),
        (False, 5.0, 5.5, 1.0, "cannot tell"),
        (False, 5.0, 7.0, 1.0, "does not hold"),
        (True, None, 0.0, 0.0, "holds"),
        (True, None, 0.3, 0.5, "cannot tell"),
        (False, None, 0.9, 0.5, "does not hold"),
        (True, 80.0, 99.0, None, "cannot tell"),
    ],
)
def test_a_constraint_holds_when_its_whole_interval_does(
    least: bool, bound: float | None, value: float, half_width: float | None, told: str
) -> None:
    assert held(Constraint("m", least, bound), Estimate(value, half_width, 10, "", 0.95)) == told


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("measure: profit", "measure: proft", 'rent.yaml:12: measure is "proft"'),
        ("aim: highest", "aim: high", "rent.yaml:12: objective.aim is"),
        ("at_least: 10 %", "at_least: 10", 'rent.yaml:14: constraints.0.at_least is 10; it must be such as'),
        ("at_least: 10 %", "at_least: 10 %, at_most: 5 %", "rent.yaml:14: constraints.0 needs exactly one of"),
        ("satisfaction, at_least", "satisfacton, at_least", 'rent.yaml:15: measure is "satisfacton"'),
        ("economics.overheads.rent", "economics.overheads.rnt", "rent.yaml:9: settings.economics.overheads.rnt"),
        ('"x1.5"', '"x-1"', "rent.yaml:9:"),
        ("evaluations: 8", "evaluations: 2", "rent.yaml:16: evaluations is 2; it must be at least 5"),
        ("confirm: 2", "confirm: 1", "rent.yaml:17: confirm is 1; it must be at least 2"),
        ('"-1", "+0", "+1"', '"-9", "+0", "+1"', "rent.yaml:11:"),
        ('to: "x1.5"}', 'to: "x1.5", points: 3}', "rent.yaml:9: economics.overheads.rent has points"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(old: str, new: str, message: str) -> None:
    assert STUDY.count(old) == 1
    Path("rent.yaml").write_text(STUDY.replace(old, new), "utf-8")
    with pytest.raises(FileProblem) as told:
        load_optimise("rent.yaml")
    assert message in str(told.value)
