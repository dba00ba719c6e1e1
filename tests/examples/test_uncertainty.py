"""A study of uncertain inputs as a person runs it: what is printed and written, repeated, refused."""

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
study: unsure
kind: uncertainty
title: How sure is it?
scenario: tiny.yaml
draws: 5
replications: 2
seed: 5
uncertain: {churn.price_loss: {low: 1, mode: 4, high: 6}}
policies: {dearer: {title: Ask more, changes: {pricing.fee.home: {multiply: 1.1}}}}
"""


def frontline(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    firm = (ROOT / "tests" / "behaviour" / "firm.yaml").read_text()
    firm = re.sub(r"warm_up: .*", "warm_up: 7 days", re.sub(r"horizon: .*", "horizon: 21 days", firm))
    (tmp_path / "tiny.yaml").write_text(firm)
    (tmp_path / "unsure.yaml").write_text(STUDY)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_prints_answers_writes_tables_and_pictures_and_repeats_itself(here: Path) -> None:
    found = frontline("uncertainty", "unsure.yaml", "--workers", 1)
    assert found.exit_code == 0, found.output
    assert "5 draws of 1 uncertain numbers, 2 replications of 3 weeks for each" in " ".join(found.stdout.split())
    assert "Ask more, over all that is uncertain: " in found.stdout
    folder = here / "results" / "unsure"
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "manifest.json"}
    assert {"replications.csv", "answers.csv", "hanging.csv", "inputs.csv", "draws.png", "plan.json"} <= set(before)
    again = frontline("uncertainty", folder, "--workers", 1, "--out", "again", "--quiet")
    assert again.exit_code == 0, again.output
    assert {path.name: path.read_bytes() for path in Path("again").iterdir() if path.name != "manifest.json"} == before


def test_the_document_and_the_frames_say_the_same(here: Path) -> None:
    pytest.importorskip("pandas", reason="pandas is not installed")
    said = frontline("uncertainty", "unsure.yaml", "--workers", 1, "--json")
    frame = sim.uncertainty("unsure.yaml", workers=1, store="results/replications.sqlite").to_frame("answers")
    answers = json.loads(said.stdout)["answers"]
    assert frame["mean"].to_numpy() == pytest.approx([each["mean"] for each in answers])


def test_the_picture_of_what_it_hangs_on_holds_every_interval_whole(here: Path) -> None:
    pytest.importorskip("pandas", reason="pandas is not installed")
    (here / "unsure.yaml").write_text(STUDY.replace("draws: 5", "draws: 4"))
    found = sim.uncertainty("unsure.yaml", workers=1)
    frame = found.to_frame("hanging")
    told = frame[(frame["measure"] == "profit") & frame["low"].notna()]
    assert max(told["high"].abs().max(), told["low"].abs().max()) > 1.1
    left, right = found.plot("hanging").axes[0].get_xlim()
    assert left < told["low"].min()
    assert told["high"].max() < right


def test_a_file_that_is_wrong_is_refused_with_its_line_and_nothing_is_run(here: Path) -> None:
    (here / "unsure.yaml").write_text(STUDY.replace("high: 6", "high: 3"))
    found = frontline("uncertainty", "unsure.yaml")
    assert found.exit_code == 2
    assert "unsure.yaml:10: uncertain.churn.price_loss: the mode 4 does not lie between 1 and 3" in found.stderr
    assert not (here / "results").exists()
