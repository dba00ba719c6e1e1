"""A break-even whose place is known: a fee that nobody minds must bring back what its announcement costs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import sim
from sim.cli import app
from sim.experiment.break_even import BreakEven
from sim.stats.critical import student

HERE = Path(__file__).parent
COST = 20_000.0
STUDY = f"""frontline: 1
study: limit
kind: break_even
title: How much must the fee rise to pay for the letters?
scenario: calm.yaml
replications: 4
seed: 11
policies:
  letters: {{title: Letters to all, costs: {{one_off: {COST:.0f} EUR}}}}
policy: letters
vary:
  setting: pricing.fee.*
  multiply: {{from: 1.01, to: 1.6}}
"""
CALM = """frontline: 1
extends: small.yaml
name: calm
calendar: {warm_up: 7 days, horizon: 90 days}
pricing: {reactions: null}
churn: {price_loss: 0, price_gain: 0}
economics: {price_inflation: 0 % per year}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for path in HERE.glob("small*"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "calm.yaml").write_text(CALM, "utf-8")
    (tmp_path / "limit.yaml").write_text(STUDY, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_break_even_is_where_the_arithmetic_puts_it(folder: Path) -> None:
    """The profit changes by (x - 1) fees - cost, in each replication, so the root of the mean is 1 + cost / fees."""
    found = sim.break_even("limit.yaml", workers=1)
    result: BreakEven = found.result
    (crossing,) = result.curves[0].crossings
    base = sim.run("calm.yaml", replications=4, seed=11, workers=1).result
    fees = [run.totals["ledger.fees"] for run in base.runs["baseline"]]
    mean = sum(fees) / len(fees)
    assert crossing.value == pytest.approx(1 + COST / mean, rel=1e-6)
    assert not crossing.falling
    spread = (sum((fee - mean) ** 2 for fee in fees) / 3 / 4) ** 0.5 * student(0.95, 3)
    assert crossing.low == pytest.approx(1 + COST / (mean + spread), abs=0.003)
    assert crossing.high == pytest.approx(1 + COST / (mean - spread), abs=0.003)
    assert list(found.to_frame("break_even")["value"]) == [pytest.approx(crossing.value)]
    assert set(found.to_frame("points").columns) >= {"value", "change", "low", "high", "verdict"}
    assert found.plot().axes
    assert "turns from negative to positive at" in str(found)


def test_the_command_prints_keeps_and_repeats(folder: Path) -> None:
    words = ["break-even", "limit.yaml", "-n", "2", "--workers", "1", "--quiet"]
    first = CliRunner().invoke(app, words)
    assert first.exit_code == 0, first.output
    assert "How much must the fee rise" in first.output
    kept = {path.name: path.read_bytes() for path in Path("results/limit").iterdir()}
    assert {"result.json", "break_even.csv", "points.csv", "break_even.png", "plan.json", "manifest.json"} <= set(kept)
    again = CliRunner().invoke(app, ["break-even", "results/limit", "--workers", "1", "--out", "again", "--no-store"])
    assert again.exit_code == 0, again.output
    for name, raw in kept.items():
        assert name == "manifest.json" or (folder / "again" / name).read_bytes() == raw, name
    refused = CliRunner().invoke(app, ["compare", "results/limit"])
    assert refused.exit_code == 2
    assert "is the result of frontline break-even, which repeats it" in refused.output


def test_json_is_one_document_and_nothing_else(folder: Path) -> None:
    told = CliRunner().invoke(app, ["break-even", "limit.yaml", "-n", "2", "--workers", "1", "--json"])
    document = json.loads(told.output)
    assert document["kind"] == "break_even"
    assert document["crossings"][0]["better"] == "above"


def test_a_break_even_is_checked_and_has_a_schema(folder: Path) -> None:
    checked = CliRunner().invoke(app, ["check", "limit.yaml"])
    assert checked.exit_code == 0, checked.output
    schema = CliRunner().invoke(app, ["schema", "break_even"])
    assert "vary" in json.loads(schema.output)["properties"]
    wrong = CliRunner().invoke(app, ["compare", "limit.yaml"])
    assert wrong.exit_code == 2
    assert 'limit.yaml:3: kind is "break_even": run it with frontline break-even' in wrong.output
