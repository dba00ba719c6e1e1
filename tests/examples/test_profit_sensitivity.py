"""The numbers that profit hangs on most: what the script ranks, and that those recorded say how sure they are."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest

from sim.evidence import entry_of
from sim.files import load_scenario

ROOT = Path(__file__).parents[2]
ROW = re.compile(
    r"^\| `(?P<scenario>\w+)` \| (?P<kind>known|people) \| (?P<place>\d) \| `(?P<path>[\w.]+)` \|", re.MULTILINE
)
RECORDED = [match.groups() for match in ROW.finditer((ROOT / "docs" / "evidence.md").read_text(encoding="utf-8"))]


@pytest.fixture(scope="module")
def script() -> Any:
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("profit_sensitivity", ROOT / "experiments" / "profit_sensitivity.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["broadband", "retail_bank", "telecom", "distributor", "online_shop"])
def test_five_numbers_of_each_kind_are_recorded(name: str) -> None:
    for kind in ("known", "people"):
        places = [place for scenario, one, place, _ in RECORDED if (scenario, one) == (name, kind)]
        assert places == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize(("name", "path"), [(scenario, path) for scenario, _, _, path in RECORDED])
def test_what_profit_hangs_on_most_is_sourced_or_carries_a_range(name: str, path: str) -> None:
    entry = entry_of(path, load_scenario(ROOT / "scenarios" / f"{name}.yaml").evidence)
    assert entry is not None
    assert entry.kind == "sourced" or entry.range is not None


def test_both_ends_of_a_number_are_its_range_or_a_tenth_away(script: Any) -> None:
    file = str(ROOT / "scenarios" / "distributor.yaml")
    scenario = script.shortened(load_scenario(file), 0.1)
    ends = {move.end: move.scenario.churn.price_loss for move in script.moved(scenario, file, "churn.price_loss")}
    assert ends == {"low": 0.8, "high": 5.0}
    assert script.moved(scenario, file, "churn.price_loss")[-1].end == "high"  # farther from 2.25
    heads = [move.scenario.workforce.groups["quotations"].headcount
             for move in script.moved(scenario, file, "workforce.groups.quotations.headcount")]  # fmt: skip
    assert sorted(heads) == [3, 5]
    ends = script.moved(scenario, file, "acquisition.mix.large")
    assert [sum(move.scenario.acquisition.mix.values()) for move in ends] == pytest.approx([1.0, 1.0])
    assert script.moved(scenario, file, "workforce.training.hours") == []


def test_the_ranking_puts_the_larger_effect_first(
    script: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(ROOT / "scenarios" / "distributor.yaml")
    words = ["profit_sensitivity.py", file, "--years", "0.1", "--replications", "2", "--workers", "1", "--only"]
    monkeypatch.setattr("sys.argv", [*words, "pricing.fee.*", "churn.price_gain", "economics.overheads.*"])
    script.main()
    said = capsys.readouterr().out
    assert "4 numbers, 4 could be moved, 3 moved profit" in said
    assert said.index("pricing.fee.large") < said.index("pricing.fee.medium") < said.index("pricing.fee.small")
    assert "economics.overheads" not in said
    assert re.search(r"churn.price_gain +\+0", said)
