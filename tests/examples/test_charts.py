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
def here(folder: Path, undrawn: None, monkeypatch: pytest.MonkeyPatch) -> Path:
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


def on_a_terminal(*words: str, columns: int = 80, until: str = "") -> tuple[int, str]:
    """Exit code and all that a terminal of so many columns is sent; Ctrl-C is typed when it shows ``until``."""
    import fcntl
    import pty
    import struct
    import termios

    child, terminal = pty.fork()
    if child == 0:
        os.environ |= {"PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "NO_COLOR": "", "COLUMNS": ""}
        os.execv(sys.executable, [sys.executable, "-m", "sim", *words, "--workers", "1"])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    shown = b""
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            break
        if not piece:
            break
        shown += piece
        if until and until in shown.decode(errors="replace"):
            os.write(terminal, b"\x03")
            until = ""
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown.decode()


ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
terminal_only = pytest.mark.skipif(os.name != "posix", reason="needs a terminal that a test can read")


@terminal_only
def test_on_a_terminal_charts_are_as_wide_as_it_is_and_in_colour(here: Path) -> None:
    printed("compare", "study.yaml")
    code, text = on_a_terminal("compare", "study.yaml", columns=64)
    assert code == 0
    assert "\x1b[1mProfit, nominal (EUR)\x1b[0m" in text
    rows = [ESCAPES.sub("", line).rstrip() for line in text.splitlines() if "│" in line]
    assert len(rows) >= 6
    assert all(len(row) <= 64 for row in rows)


@terminal_only
def test_a_comparison_is_watched_stopped_and_gone_on_with(here: Path) -> None:
    words = ("compare", "study.yaml", "-n", "16", "--seed", "77", "--store", "watched.sqlite")
    code, text = on_a_terminal(*words, until="Raise the fee: ")
    seen = ESCAPES.sub("", text)
    assert code == 130
    assert "Profit, nominal (EUR) so far, against doing nothing:" in seen
    assert re.search(r"Raise the fee: [+-][\d,.]+ .*\(\d+ of 16\)", seen)
    kept = re.search(r"interrupted; (\d+) of 48 replications stand in watched.sqlite: the same command goes on", seen)
    assert kept is not None, seen[-500:]
    assert 16 < int(kept[1]) < 48
    found = CliRunner().invoke(app, [*words, "--workers", "1"])
    known = re.search(r"(\d+) of 48 replications were known already", found.stderr)
    assert known is not None
    assert int(known[1]) == int(kept[1])


@terminal_only
def test_a_sweep_is_watched_point_by_point(here: Path) -> None:
    Path("sweep.yaml").write_text(
        "frontline: 1\nstudy: swept\nkind: sweep\ntitle: A sweep\nscenario: tiny.yaml\nreplications: 3\nseed: 9\n"
        "design: grid\nchanges: {fee: [+0 %, +2 %, +4 %], headcount.desk: ['-1', '0', '+1', '+2', '+3']}\n"
    )
    code, text = on_a_terminal("sweep", "sweep.yaml", "--no-store", until=" of 15 points done")
    seen = ESCAPES.sub("", text)
    assert code == 130
    assert re.search(
        r"\d+ of 15 points done; Profit, nominal \(EUR\) so far, of the latest:\s+fee \+[024] %, .*: [\d,.-]+", seen
    )
    assert seen.rstrip().endswith("interrupted; nothing was written")


def test_where_there_is_no_terminal_nothing_is_watched(here: Path) -> None:
    found = CliRunner().invoke(app, ["run", "tiny.yaml", "-n", "2", "--workers", "1"])
    assert "so far" not in found.output
