"""Results show themselves where a notebook asks for the value of a cell: whole, as text, with one picture."""

from __future__ import annotations

import base64
import html
import re
from pathlib import Path
from typing import Any

import pytest

import sim

LINE = """
frontline: 1
name: line
title: A <i>line</i>
calendar: {time_zone: UTC, start: 2026-01-01, warm_up: 7 days, horizon: 14 days}
arrivals: {streams: {calls: {kind: question, channel: telephone, rate: 12 per hour}}}
channels: {channels: {telephone: {kind: telephone, hours: {every_day: {opens: "08:00", closes: "18:00"}},
  target: {share: 80 %, within: 20 s}}}}
patience: {channels: {telephone: {patience: {law: exponential, mean: 4 min}}}}
routing: {kind: longest_idle}
agents: {handle_time: {question: {law: exponential, mean: 9 min}}, spread: 0}
workforce: {groups: {desk: {headcount: 3, channels: [telephone]}}}
staffing: {rosters: {desk: {on_duty: {interval: 24 h, rows: {every_day: [3]}}}}}
"""
STUDY = """
frontline: 1
study: tried
title: Does it <b>matter</b>?
scenario: line.yaml
replications: 3
seed: 1
"""
CHANGES = "{arrivals.streams.calls.rate: {multiply: 1.2}}"
POLICY = f"policies: {{more: {{title: More <script>calls</script>, changes: {CHANGES}}}}}\n"
SWEEP = "kind: sweep\ndesign: grid\nsettings: {arrivals.streams.calls.rate: [10 per hour, 12 per hour]}\n"


def shown(result: Any) -> str:
    """What a notebook gets, with the checks that hold for every result."""
    text: str = result._repr_html_()
    assert "<script" not in text
    assert not re.search(r"(src|href)=\"(?!data:)", text)
    (picture,) = re.findall(r'<img [^>]*src="data:image/png;base64,([^"]+)"', text)
    assert base64.b64decode(picture).startswith(b"\x89PNG")
    assert len(repr(result)) < 100
    return text


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    (tmp_path / "line.yaml").write_text(LINE)
    (tmp_path / "study.yaml").write_text(STUDY + POLICY)
    (tmp_path / "sweep.yaml").write_text(STUDY + SWEEP + "measures: [telephone.abandonment]\n")
    return tmp_path


def test_a_run_and_a_comparison_show_their_table_and_their_texts_as_text(here: Path) -> None:
    ran, compared = sim.run("line.yaml", 3, workers=1), sim.compare("study.yaml", workers=1)
    for found in (ran, compared):
        text = shown(found)
        assert html.escape(found.result.plan.title) in text
        rows = re.findall(r"<tr>.*?</tr>", text, re.DOTALL)
        assert len(rows) > 3
    assert "More &lt;script&gt;calls" in shown(compared)


def test_a_study_shows_what_its_command_prints(here: Path) -> None:
    pytest.importorskip("pandas", reason="pandas is not installed")
    found = sim.sweep("sweep.yaml", workers=1)
    text = html.unescape(re.sub(r"<[^>]+>", "", shown(found)))
    assert str(found).split() == text.split("Does it <b>matter</b>?", 1)[1].split()
    assert "Telephone: abandoned (%)" in text


def test_known_answers_and_a_warm_up_show_what_their_commands_print(here: Path) -> None:
    warmed = sim.warm_up(sim.load("line.yaml", {"calendar.horizon": "91 days"}), replications=2, workers=1)
    verified = sim.verify("CH1", workers=1)
    for found in (warmed, verified):
        text = html.unescape(re.sub(r"<[^>]+>", "", shown(found)))
        assert str(found).split() == text.split()


def test_a_picture_is_a_figure_with_panels_to_change(here: Path) -> None:
    figure = sim.run("line.yaml", 3, workers=1).plot()
    assert figure.axes
    assert all(panel.get_title(loc="left") for panel in figure.axes if panel.has_data())
