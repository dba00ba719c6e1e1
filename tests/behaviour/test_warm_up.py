"""Warm-up: a cold start is seen, a settled one is not, and the command says what it means for the file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

import sim
from sim import extend
from sim.cli import app
from sim.experiment.settling import still_settling
from sim.experiment.warming import NoWarmUp

FILE = """
frontline: 1
name: backlog
calendar: {{time_zone: UTC, start: 2026-01-05, warm_up: {warm_up} days, horizon: 350 days{more}}}
arrivals: {{streams: {{letters: {{kind: letter, channel: post, rate: 2 per hour}}}}}}
channels:
  channels:
    post:
      kind: written
      hours: {{every_day: {{opens: "00:00", closes: "24:00"}}}}
      open_on_holidays: true
      target: {{share: 80 %, within: 1 days}}
routing: {{kind: longest_idle}}
workforce: {{groups: {{desk: {{headcount: 3, channels: [post]}}}}}}
agents:
  handle_time: {{letter: {{law: exponential, mean: 40 min}}}}
  spread: 0.0
staffing:
  shifts:
    always:
      days: [monday, tuesday, wednesday, thursday, friday, saturday, sunday]
      start: "00:00"
      end: "24:00"
      holidays: true
  rosters: {{desk: {{rota: [always]}}}}
{policies}
"""
SLOW = """
policies:
  flood:
    title: A flood of letters in the first ten weeks
    changes: {arrivals.streams.letters.rate: {multiply: 2.2, from: 2026-01-05, until: 2026-03-16}}
"""


def scenario(folder: Path, warm_up: int, flood: bool = False, more: str = "") -> Path:
    path = folder / "backlog.yaml"
    text = FILE.format(warm_up=warm_up, policies=SLOW if flood else "", more=more)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_start_that_lasts_longer_than_the_warm_up_is_too_short(tmp_path: Path) -> None:
    found = sim.warm_up(scenario(tmp_path, 21, flood=True), "post.mean_wait", replications=3, workers=1)
    (wait,) = found.result.found
    assert wait.verdict == "too short"
    assert wait.cut is not None
    assert 10 <= wait.cut <= 20
    assert wait.left is not None
    assert wait.left.value > 0.0
    assert f"too short for {wait.measure.label}: {wait.cut} weeks would do." in str(found)


def test_the_same_start_within_the_warm_up_is_long_enough(tmp_path: Path) -> None:
    found = sim.warm_up(scenario(tmp_path, 175, flood=True), "post.mean_wait", replications=3, workers=1)
    assert [each.verdict for each in found.result.found] == ["long enough"]


def test_weeks_are_those_of_the_run_itself(tmp_path: Path) -> None:
    path = scenario(tmp_path, 21)
    frame = sim.warm_up(path, "occupancy", replications=1, workers=1).to_frame("weeks")
    counted = frame[frame["week"] > 3]["mean"]
    whole = sim.run(path, 1, workers=1).to_frame().set_index("measure").loc["occupancy"]
    assert counted.mean() == pytest.approx(float(whole["baseline"]), rel=0.01)


def test_where_demand_grows_nothing_is_cut(tmp_path: Path) -> None:
    found = sim.warm_up(scenario(tmp_path, 21, more=", growth: 5 % per year"), "occupancy", replications=1, workers=1)
    assert [each.verdict for each in found.result.found] == ["not applicable"]
    assert "MSER does not apply" in str(found)


def test_a_run_that_is_too_short_to_say_anything_is_refused(tmp_path: Path) -> None:
    short = sim.load(scenario(tmp_path, 7), {"calendar.horizon": "21 days"})
    with pytest.raises(NoWarmUp, match=r"3 weeks are simulated, .*; expected at least 10 weeks"):
        sim.warm_up(short, replications=1, workers=1)


def test_the_command_prints_keeps_and_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = str(scenario(tmp_path, 21))
    words = ["warmup", path, "-n", "2", "--workers", "1", "--quiet"]
    found = CliRunner().invoke(app, [*words, "--json"])
    assert found.exit_code == 0, found.output
    document = json.loads(found.stdout)
    assert document["warm_up"] == 3
    assert {one["measure"] for one in document["measures"]} >= {"headcount", "occupancy", "post.mean_wait"}
    kept = {file.name for file in (tmp_path / "results" / "backlog-warmup").iterdir()}
    assert kept >= {"measures.csv", "weeks.csv", "warmup.png", "warmup.svg", "result.json", "manifest.json"}
    wrong = CliRunner().invoke(app, [*words, "--measure", "ocupancy"])
    assert wrong.exit_code == 2
    assert "measure 'ocupancy' cannot be followed week by week" in wrong.stderr
    assert "occupancy" in wrong.stderr


def test_a_run_warns_of_a_start_that_it_counts_and_of_no_other(tmp_path: Path) -> None:
    """The waits of the first five weeks that count are made four times as long."""
    found = sim.run(scenario(tmp_path, 21), 10, workers=1).result
    assert list(still_settling(found)) == []
    longer = {
        name: tuple(replace(run, days={**run.days, "post.wait": begun_badly(run.days["post.wait"])}) for run in runs)
        for name, runs in found.runs.items()
    }
    (said,) = still_settling(replace(found, runs=longer))
    assert said.startswith("warm-up: waits (post) are ")
    assert "% longer in the first 5 weeks that count than later; 21 days may be too short" in said
    assert list(still_settling(replace(found, runs={name: runs[:2] for name, runs in longer.items()}))) == []


def begun_badly(waits: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(wait * (4.0 if day < 35 else 1.0) for day, wait in enumerate(waits))


OWN = """
from typing import Literal
from sim import extend


@extend.law
class Memoryless(extend.Law):
    law: Literal["memoryless"]
    mean: extend.Duration = extend.Field(gt=0)

    @property
    def mean_value(self):
        return self.mean

    def quantile(self, u):
        return -self.mean * extend.elementary.log(1.0 - u)


@extend.mechanism("fails", extend.Settings)
class Fails(extend.Mechanism[extend.Settings]):
    def on_day_began(self, day):
        if day.index == 30:
            raise ValueError("no such day")
"""


@pytest.fixture
def script(tmp_path: Path) -> Iterator[Path]:
    """A script with a law of its own, and a mechanism that fails."""
    path = tmp_path / "own.py"
    path.write_text(OWN, encoding="utf-8")
    yield path
    extend.forget()


def command(script: Path, path: Path, workers: int) -> tuple[int, str, str]:
    words = ["--with", str(script), "warmup", str(path), "--measure", "occupancy", "-n", "2", "--quiet"]
    done = CliRunner().invoke(app, [*words, "--workers", str(workers), "--out", str(path.parent / f"out{workers}")])
    return done.exit_code, done.stdout, done.stderr


def test_processes_have_what_a_script_adds_to_the_model(tmp_path: Path, script: Path) -> None:
    path = scenario(tmp_path, 21)
    path.write_text(path.read_text().replace("law: exponential", "law: memoryless").replace("350", "70"))
    alone = command(script, path, 1)
    assert alone[0] == 0
    assert command(script, path, 2) == alone


@pytest.mark.parametrize("workers", [1, 2])
def test_a_replication_that_fails_is_named_without_a_traceback(tmp_path: Path, script: Path, workers: int) -> None:
    path = scenario(tmp_path, 21)
    path.write_text(path.read_text().replace("350", "70") + "fails: {}\n")
    code, out, err = command(script, path, workers)
    assert (code, out) == (1, "")
    assert err.startswith("scenario 'backlog', arm 'baseline', seed 1, replication 1 failed: ValueError: no such day")
    assert "so did 1 more" in err
    assert "Traceback" not in err
