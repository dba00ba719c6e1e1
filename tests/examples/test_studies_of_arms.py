"""Studies that set policies against each other: what is printed, written, repeated, read from Python, refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import sim
from sim.cli import app
from sim.experiment.selection import Selected

SMALL = Path(__file__).parents[1] / "behaviour"
SCENARIO = """frontline: 1
extends: small.yaml
name: short
calendar: {warm_up: 7 days, horizon: 28 days}
"""
POLICIES = """scenario: short.yaml
replications: 3
seed: 11
policies:
  dearer:
    title: Three per cent on the fee
    changes: {pricing.fee.home: {multiply: 1.03}}
  staff:
    title: Two agents more
    changes: {workforce.groups.desk.headcount: {add: 2}}
"""
STUDIES = {
    "select": """frontline: 1
study: pick
kind: selection
title: Fee or staff?
measure: profit
indifference: 500 EUR
probability: 95 %
most_replications: 12
"""
    + POLICIES,
    "factorial": """frontline: 1
study: both
kind: factorial
title: Fee or staff?
measures: [first_contact_resolution]
"""
    + POLICIES,
    "pareto": """frontline: 1
study: front
kind: pareto
title: Fee or staff?
outcomes: {profit: higher, telephone.abandonment: lower}
"""
    + POLICIES,
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for path in SMALL.glob("small*"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "short.yaml").write_text(SCENARIO, "utf-8")
    for command, text in STUDIES.items():
        (tmp_path / f"{command}.yaml").write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def frontline(*words: object) -> Any:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.mark.parametrize("command", STUDIES)
def test_the_command_prints_keeps_and_repeats(command: str, folder: Path) -> None:
    first = frontline(command, f"{command}.yaml", "--workers", 1, "--quiet", "--out", "one")
    assert first.exit_code == 0, first.output
    assert "Fee or staff?" in first.stdout
    assert first.stderr == ""
    kept = {path.name: path.read_bytes() for path in (folder / "one").iterdir()}
    assert {"result.json", "plan.json", "manifest.json"} <= set(kept)
    assert any(name.endswith(".png") for name in kept) and any(name.endswith(".csv") for name in kept)
    again = frontline(command, "one", "--workers", 1, "--out", "again", "--quiet")
    assert again.exit_code == 0, again.output
    for name, raw in kept.items():
        assert name == "manifest.json" or (folder / "again" / name).read_bytes() == raw, name


@pytest.mark.parametrize("command", STUDIES)
def test_json_is_one_document_and_the_workers_change_nothing(command: str) -> None:
    one = frontline(command, f"{command}.yaml", "--workers", 1, "--json")
    two = frontline(command, f"{command}.yaml", "--workers", 2, "--json", "--no-store")
    assert one.stdout == two.stdout
    assert json.loads(one.stdout)["title"] == "Fee or staff?"
    assert json.loads(frontline("schema", json.loads(one.stdout)["kind"]).stdout)["properties"]["policies"]
    assert frontline("check", f"{command}.yaml").exit_code == 0


def test_a_selection_ends_with_the_best_and_says_what_that_means() -> None:
    found = sim.select("select.yaml", workers=1)
    result: Selected = found.result
    assert result.decided
    assert result.study.arms[result.leader].name == "dearer"
    table = found.to_frame()
    assert list(table["arm"]) == ["baseline", "dearer", "staff"]
    assert list(table["chosen"]) == ["no", "yes", "no"]
    assert "Three per cent on the fee is chosen: where the best arm has a mean profit at least 500 EUR better" in str(
        found
    )
    assert found.plot().axes


def test_a_selection_that_the_ceiling_ends_says_so_and_chooses_nothing() -> None:
    text = STUDIES["select"].replace("500 EUR", "0.000001 EUR")
    Path("close.yaml").write_text(text.replace("most_replications: 12", "most_replications: 4"), "utf-8")
    found = frontline("select", "close.yaml", "--workers", 1, "--json")
    document = json.loads(found.stdout)
    assert (document["decided"], document["chosen"], document["stage"]) == (False, None, 4)
    assert document["sentences"][0].startswith("Undecided: the ceiling of 4 replications ended it with 3 arms left")


def test_a_factorial_tells_what_policies_do_beyond_the_sum_of_their_parts() -> None:
    found = sim.factorial("factorial.yaml", workers=1)
    table = found.to_frame()
    assert list(dict.fromkeys(table["combination"])) == ["dearer", "staff", "dearer+staff"]
    profit = table[table["measure"] == "profit"].set_index("combination")
    parts = profit.loc["dearer", "change"] + profit.loc["staff", "change"]
    both = profit.loc["dearer+staff"]
    assert both["change"] - parts == pytest.approx(both["beyond"], rel=1e-5, abs=1e-3)
    assert both["effect"] == pytest.approx(both["beyond"])
    mean = 0.5 * (profit.loc["dearer", "change"] + both["change"] - profit.loc["staff", "change"])
    assert profit.loc["dearer", "effect"] == pytest.approx(mean, rel=1e-6)
    values = found.to_frame("values")
    mine = values[(values["measure"] == "profit") & (values["replication"] == 2)].set_index("arm")["value"]
    assert set(mine.index) == {"baseline", "dearer", "staff", "dearer+staff"}
    assert found.plot().axes


WRONG = [
    ("select", "probability: 95 %\n", "", "probability is missing"),
    ("select", "measure: profit", "measure: profits", 'select.yaml:5: measure is "profits" — did you mean profit?'),
    ("select", "measure: profit", "measure: ledger.fees", "of which neither more nor less is better"),
    ("select", "500 EUR", "5 %", '6: indifference is "5 %"; say it in the unit of profit'),
    ("select", "500 EUR", "500 USD", '6: indifference is "500 USD"'),
    ("select", "replications: 3", "replications: 1", "is the first stage, which takes 2 or more"),
    ("select", "most_replications: 12", "most_replications: 2", "8: most_replications is less than replications"),
    ("select", "kind: selection", "kind: selections", "did you mean selection?"),
    ("pareto", "profit: higher", "profits: higher", "did you mean profit?"),
    ("pareto", "profit: higher", "profit: more", "outcomes.profit"),
    ("pareto", "profit: higher, ", "", "outcomes"),
    ("factorial", "{add: 2}", "{add: -20}", 'changes.workforce.groups.desk.headcount is "-14"; it must be at least'),
    ("factorial", "  staff:\n", "  baseline:\n", "which stands for the scenario as it is; give it another name"),
    ("factorial", "measures: [first", "measures: [frist", "did you mean first_contact_resolution?"),
]


def test_the_front_has_the_arms_that_none_beats_and_says_how_sure_that_is() -> None:
    found = sim.pareto("pareto.yaml", workers=1)
    table = found.to_frame().set_index("arm")
    assert list(table.index) == ["baseline", "dearer", "staff"]
    assert table.loc["dearer", "on_front"] == "yes"
    assert ((table["probability"] >= 0) & (table["probability"] <= 1)).all()
    changes = found.to_frame("changes").set_index(["arm", "measure"])["change"]
    assert changes["dearer", "profit"] > max(0.0, changes["staff", "profit"])
    pairs = found.to_frame("beaten")
    assert len(pairs) == 6
    assert "wanted: higher profit, lower telephone.abandonment" in " ".join(str(found).split())
    assert found.plot().axes


def test_a_factorial_takes_two_to_six_policies_that_go_together() -> None:
    start, end = POLICIES.index("  staff:"), len(POLICIES)
    Path("factorial.yaml").write_text(STUDIES["factorial"].replace(POLICIES[start:end], ""), "utf-8")
    assert "policies are 1; a factorial takes 2 to 6" in frontline("factorial", "factorial.yaml").stderr
    other = "  half:\n    title: Four agents fewer\n    changes: {workforce.groups.desk.headcount: {add: -4}}\n"
    fewer = STUDIES["factorial"].replace("{add: 2}", "{add: -4}") + other
    Path("factorial.yaml").write_text(fewer, "utf-8")
    found = frontline("factorial", "factorial.yaml")
    assert found.exit_code == 2
    assert "policies: staff and half do not go together: " in found.stderr


@pytest.mark.parametrize(("command", "old", "new", "said"), WRONG)
def test_what_is_wrong_is_told_with_file_and_line(command: str, old: str, new: str, said: str) -> None:
    Path(f"{command}.yaml").write_text(STUDIES[command].replace(old, new), "utf-8")
    found = frontline(command, f"{command}.yaml", "--workers", 1)
    assert found.exit_code == 2
    assert said in found.stderr and "Traceback" not in found.output
