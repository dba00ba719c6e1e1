"""A study of sensitivity as a person runs it: what is printed and written, repeated, refused."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import sim
from sim.cli import app

ROOT = Path(__file__).parents[2]
STUDY = """
frontline: 1
study: matters
kind: sensitivity
title: What matters?
scenario: tiny.yaml
method: tornado
replications: 2
seed: 5
settings: {churn.equity_effect: {from: 0.1, to: 0.9}, fee.home: {from: 27 EUR per month, to: 33 EUR per month}}
"""


def frontline(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    firm = (ROOT / "tests" / "behaviour" / "firm.yaml").read_text()
    firm = re.sub(r"warm_up: .*", "warm_up: 7 days", re.sub(r"horizon: .*", "horizon: 14 days", firm))
    (tmp_path / "tiny.yaml").write_text(firm)
    (tmp_path / "matters.yaml").write_text(STUDY)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("how", ["method: tornado", "method: morris\npaths: 2", "method: sobol\npoints: 4"])
def test_each_method_prints_its_indices_draws_its_picture_and_repeats_itself(here: Path, how: str) -> None:
    (here / "matters.yaml").write_text(STUDY.replace("method: tornado", how))
    found = frontline("sensitivity", "matters.yaml", "--workers", 1)
    assert found.exit_code == 0, found.output
    assert found.stdout.count("On what profit hangs") == 2
    chart = found.stdout[found.stdout.rindex("On what profit hangs") :].splitlines()
    assert any(re.match(r"  churn.equity_effect.* [├┤─│┼●○=]+", line) for line in chart)
    assert all(len(line) <= 100 for line in chart)
    folder = here / "results" / "matters"
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "manifest.json"}
    method = how.split()[1]
    assert {"indices.csv", "replications.csv", "settings.csv", f"{method}.png", f"{method}.svg"} <= set(before)
    again = frontline("sensitivity", folder, "--workers", 1, "--out", "again", "--json")
    assert again.exit_code == 0, again.output
    assert json.loads(again.stdout)["method"] == method
    assert {path.name: path.read_bytes() for path in Path("again").iterdir() if path.name != "manifest.json"} == before


def test_the_fee_moves_profit_up_and_down(here: Path) -> None:
    pytest.importorskip("pandas", reason="pandas is not installed")
    frame = sim.sensitivity("matters.yaml", workers=1).to_frame()
    profit = frame[(frame["measure"] == "profit") & (frame["setting"] == "fee.home")].set_index("index")
    assert profit.loc["at_low", "high"] < 0 < profit.loc["at_high", "low"]
    assert profit["rank"].tolist() == [1, 1]


def test_a_file_that_is_wrong_is_refused_with_its_line_and_nothing_is_run(here: Path) -> None:
    (here / "matters.yaml").write_text(STUDY.replace("to: 0.9", "to: -0.9"))
    found = frontline("sensitivity", "matters.yaml")
    assert found.exit_code == 2
    assert "matters.yaml:10: settings.churn.equity_effect: -0.9: churn.equity_effect would not be right" in found.stderr
    assert not (here / "results").exists()
