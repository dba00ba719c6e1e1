"""Small charts and progress as a person sees them on a terminal, in a file, and where they are not wanted."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.cli import app

ROOT = Path(__file__).parents[2]
STUDY = """
frontline: 1
study: tiny
title: A tiny study
scenario: tiny.yaml
replications: 3
seed: 5
policies:
  fee_up: {title: Raise the fee, changes: {pricing.fee.home: {multiply: 1.1}}}
  one_less: {title: "料金 one agent less", changes: {workforce.groups.desk.headcount: {add: -1}}}
"""
MARKS = "├┤│●○◐▁█"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small firm of four months; its replications are kept, so that a second command simulates nothing."""
    place = tmp_path_factory.mktemp("charts")
    firm = (ROOT / "tests" / "behaviour" / "firm.yaml").read_text()
    firm = re.sub(r"warm_up: .*", "warm_up: 7 days", re.sub(r"horizon: .*", "horizon: 130 days", firm))
    (place / "tiny.yaml").write_text(firm)
    (place / "study.yaml").write_text(STUDY)
    return place


@pytest.fixture
def here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(folder)
    return folder


def printed(*words: object) -> str:
    found = CliRunner().invoke(app, [*map(str, words), "--workers", "1"])
    assert found.exit_code == 0, found.output
    return found.stdout


def in_a_pipe(*words: str, encoding: str) -> str:
    found = subprocess.run(
        [sys.executable, "-m", "sim", *words, "--workers", "1"],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=True,
    )
    return found.stdout.decode(encoding)


def test_a_comparison_shows_each_change_with_its_interval_around_zero(here: Path) -> None:
    text = printed("compare", "study.yaml")
    lines = text.splitlines()
    head = next(place for place, line in enumerate(lines) if re.match(r"Profit, nominal \(EUR\) .* 0 ", line))
    fee, less = lines[head + 1], lines[head + 2]
    assert fee.startswith("  Raise the fee ")
    assert less.startswith("  料金 one agent less ")
    assert fee.index("│") < fee.index("●")
    assert "lines are 95 % intervals" in text
    assert text.index("cannot be told from no change;") < text.index("Raise the fee: profit rises")


def test_a_run_shows_its_course_month_by_month_with_lowest_and_highest(here: Path) -> None:
    text = printed("run", "tiny.yaml", "-n", 2)
    assert "Month by month, means of 2 replications" in text
    assert re.search(
        r"^Profit by month \(EUR\) +[·▁▂▃▄▅▆▇█]{3,5}  +-?[\d,]+ 20\d\d-\d\d  +-?[\d,]+ 20\d\d-\d\d$", text, re.MULTILINE
    )
    assert "Month by month, of one replication" in printed("run", "tiny.yaml", "-n", 1)


@pytest.mark.parametrize("words", [("compare", "study.yaml"), ("run", "tiny.yaml", "-n", 2)], ids=["compare", "run"])
def test_without_charts_the_rest_is_the_same(here: Path, words: tuple[str, ...]) -> None:
    whole, bare = printed(*words), printed(*words, "--no-charts")
    assert any(mark in whole for mark in MARKS)
    assert not any(mark in bare for mark in MARKS)
    left = iter(whole.splitlines())
    assert all(line in left for line in bare.splitlines())
    assert printed(*words, "--quiet") == bare
    assert not any(mark in printed(*words, "--json") for mark in MARKS)


def test_one_replication_shows_points_and_no_intervals(here: Path) -> None:
    text = printed("compare", "study.yaml", "-n", 1)
    assert "○" in text
    assert not any(mark in text for mark in "├┤─●")


def test_whatif_shows_them_too(here: Path) -> None:
    text = printed("whatif", "tiny.yaml", "--set", "fee=+8%", "--vary", "headcount.desk=-1,0", "-n", 2)
    assert "│" in text
    assert "● told from no change" in text


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_where_the_letters_cannot_be_written_plain_ones_are(here: Path, encoding: str) -> None:
    text = in_a_pipe("compare", "study.yaml", encoding=encoding)
    row = next(line for line in text.splitlines() if re.match(r"  Raise the fee +[ \[\]|+*xo-]+$", line))
    assert row.index("|") < row.index("*")
    assert "* told from no change" in text
    assert re.search(
        r"^Profit by month \(EUR\) +[1-8.]{3,5} ",
        in_a_pipe("run", "tiny.yaml", "-n", "2", encoding=encoding),
        re.MULTILINE,
    )


def test_the_same_bytes_each_time(here: Path) -> None:
    assert printed("compare", "study.yaml") == printed("compare", "study.yaml")
