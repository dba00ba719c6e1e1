"""docs/json.md is complete: every command that takes ``--json``, and every key of what it prints."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from sim.cli import app

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
DICTIONARY = (ROOT / "docs" / "studies" / "columns.md").read_text(encoding="utf-8")
CODE = re.compile(r"`([^`\n]+)`")
HEAD = "frontline: 1\nstudy: tried\ntitle: Tried\nscenario: tiny.yaml\nreplications: 2\nseed: 5\n"
DEARER = "dearer: {title: Ask more, changes: {pricing.fee.home: {multiply: 1.1}}}"
MORE = "more: {title: One more, changes: {workforce.training.hours: {to: 2 h}}}"
POLICIES = f"policies: {{{DEARER}, {MORE}}}\n"
LOSS = "churn.price_loss: {from: 1, to: 4}"
STUDIES = {
    "compare": POLICIES,
    "sweep": "kind: sweep\ndesign: grid\nsettings: {churn.price_loss: [1, 4]}\n",
    "select": f"kind: selection\nmeasure: profit\nindifference: 100 EUR\nprobability: 90 %\n{POLICIES}",
    "factorial": f"kind: factorial\n{POLICIES}",
    "pareto": f"kind: pareto\noutcomes: {{profit: higher, satisfaction: higher}}\n{POLICIES}",
    "optimise": "kind: optimise\nchanges: {pricing.fee.home: {from: x1, to: x1.1}}\n"
    "objective: {measure: profit, aim: highest}\nconstraints: [{measure: satisfaction, at_least: 1}]\n"
    "evaluations: 6\nconfirm: 2\n",
    "uncertainty": f"kind: uncertainty\ndraws: 3\nuncertain: {{{LOSS}}}\npolicies: {{{DEARER}}}\n",
    "sensitivity": f"kind: sensitivity\nmethod: tornado\nsettings: {{{LOSS}}}\npolicies: {{{DEARER}}}\n",
    "break-even": "kind: break_even\nvary: {setting: workforce.training.hours, to: {from: 0.25 h, to: 2 h}}\n"
    "measure: profit\n",
}
MORE_WORDS = {"compare": ["--link", "price_leaving", "--precision", "profit=1000%"]}
OTHERS = {
    "run": ["run", "tiny.yaml", "-n", "2"],
    "whatif": ["whatif", "tiny.yaml", "--set", "fee=+1%", "-n", "2"],
    "check": ["check", "tiny.yaml"],
    "trace": ["trace", "tiny.yaml", "--quiet"],
    "diff": ["diff", "compare.yaml", "compare.yaml:dearer"],
    "levers": ["levers"],
    "verify": ["verify", "--only", "CH1"],
    "warmup": ["warmup", "tiny.yaml", "-n", "2", "--set", "calendar.horizon=91 days"],
    "report": ["report", "results/tried"],
    "init": ["init", "desk"],
    "inputs": ["inputs", "tiny.yaml"],
}
STILL = ("check", "trace", "diff", "levers", "report", "init", "inputs")
"""What simulates nothing, or in this process."""
NAMED = {"changes", "through", "inputs", "best", "not_run"}
"""Keys below which names of the firm or of the case may stand in the place of keys."""


def takers() -> set[str]:
    """Commands that take ``--json``."""
    group = typer.main.get_command(app)
    commands: dict[str, Any] = group.commands  # type: ignore[attr-defined]
    return {name for name, one in commands.items() if any("--json" in each.opts for each in one.params)}


def sections(text: str) -> dict[str, str]:
    """The sections of a page by their titles, the beginning under the empty one."""
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return {"": parts[0]} | {title.replace("`", ""): body for title, body in zip(parts[1::2], parts[2::2], strict=True)}


def place_of(command: str) -> str:
    """All that the docs say of the document of a command."""
    page, words = sections(PAGE), sections(DICTIONARY)
    common = page["run, compare and whatif"]
    own = next((body for title, body in page.items() if command in re.split(r", | and ", title)), "")
    if not own:
        (row,) = re.findall(rf"^\| `{command}` \| .*$", page["Studies of other kinds"], re.MULTILINE)
        title = {"select": "Selection"}.get(command, command.capitalize())
        own = page["Studies of other kinds"].partition("| command |")[0] + common + row + words[title]
    return own


def keys(value: Any, names: bool = False) -> Iterator[str]:
    """Every key of a document, at whatever depth, but those that are names."""
    if isinstance(value, dict):
        for key, below in value.items():
            if not names:
                yield key
            yield from keys(below, key in NAMED and not names and isinstance(below, dict))
    elif isinstance(value, list):
        for each in value:
            yield from keys(each)


@pytest.fixture
def here(tmp_path: Path, undrawn: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    firm = (ROOT / "tests" / "behaviour" / "firm.yaml").read_text(encoding="utf-8")
    firm = re.sub(r"warm_up: .*", "warm_up: 7 days", re.sub(r"horizon: .*", "horizon: 21 days", firm))
    (tmp_path / "tiny.yaml").write_text(firm, encoding="utf-8")
    for name, text in STUDIES.items():
        (tmp_path / f"{name}.yaml").write_text(HEAD + text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def printed(words: list[str]) -> dict[str, Any]:
    alone = ["--workers", "1"] if words[0] not in STILL else []
    found = CliRunner().invoke(app, [*words, "--json", *alone])
    assert found.exit_code == 0, found.output
    document: dict[str, Any] = json.loads(found.stdout)
    return document


def test_every_command_that_takes_json_is_in_the_table_of_the_page() -> None:
    table = sections(PAGE)[""]
    named = {name for row in re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE) for name in CODE.findall(row)}
    assert named == takers() == {*STUDIES, *OTHERS}


@pytest.mark.parametrize("command", [*STUDIES, *OTHERS])
def test_no_key_of_a_document_is_left_out(command: str, here: Path) -> None:
    words = OTHERS.get(command) or [command, f"{command}.yaml", *MORE_WORDS.get(command, [])]
    if command == "report":
        printed(["compare", "compare.yaml"])
    document = printed(words)
    (row,) = re.findall(rf"^\| [^|\n]*`{command}`[^|\n]* \| .*$", sections(PAGE)[""], re.MULTILINE)
    assert document["kind"] in CODE.findall(row) or document["kind"] == command
    told = {*re.findall(r"\w+", " ".join(CODE.findall(place_of(command)))), "churn.price_loss"}
    assert {key for key in keys(document) if key not in told and re.sub(r"_(low|high)$", "", key) not in told} == set()
