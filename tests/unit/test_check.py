"""What ``check`` says of a scenario before anything is simulated."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.check import CheckReport, check
from sim.files import load_scenario
from sim.report.checks import render_check
from sim.templates import write_templates

Checked = Callable[..., CheckReport]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_templates(tmp_path)
    return tmp_path


@pytest.fixture
def checked(folder: Path) -> Checked:
    """The template with single settings changed: dotted path with __ for the dots -> value as in a file."""

    def run(**settings: str) -> CheckReport:
        return check(load_scenario(folder / "scenario.yaml", {k.replace("__", "."): v for k, v in settings.items()}))

    return run


def test_a_load_beyond_any_operation_is_doubted_at_once(checked: Checked) -> None:
    begun = time.process_time()
    report = checked(agents__handle_time__order__mean="900000 years")
    assert time.process_time() - begun < 5
    assert {load.channel: load.needed for load in report.loads}["telephone"] is None
    assert any("erlang on monday 10:00" in doubt for doubt in report.doubts)
    assert "agents asked" in render_check(report)


def test_no_doubt_has_two_blanks_in_a_row(checked: Checked) -> None:
    doubts = checked(calendar__warm_up="7 days", calendar__horizon="28 days").doubts
    assert any("warm_up is 7 days" in doubt for doubt in doubts)
    assert not any("  " in doubt for doubt in doubts)
