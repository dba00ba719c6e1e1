"""Real studies, short ones: one policy, and eight policies with names that do harm where they are not taken as text."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.experiment.comparison import Result, execute
from sim.experiment.plan import Plan, plan_of_scenario, plan_of_study
from sim.experiment.store import Store
from sim.files import load_scenario, load_study
from sim.templates import write_templates

NASTY = (
    "=1+1",
    "+44 20 7946",
    "-2 agents",
    "@SUM(A1:A9)",
    "<b>bold</b> & \\textbf{x} | `y` $z$ %",
    "料金を6%引き上げる",
    "A very long name of a policy that nobody would wish to see on a slide or in a cell, but which a file may hold "
    * 2,
    "http://example.org/ and [link](x)",
)
"""Names of policies as a file may hold them: formulas, markup, links, letters of other scripts, very long ones."""

_TINY = "frontline: 1\nextends: scenario.yaml\nname: tiny\ncalendar: {warm_up: 7 days, horizon: 63 days}\n"
_STUDY = "frontline: 1\nstudy: {name}\ntitle: {title!r}\nscenario: tiny.yaml\nreplications: 3\nseed: 5\npolicies:\n"


def _stored(plan: Plan, folder: Path) -> Result:
    """The plan run into a store, and taken from it again."""
    with Store(folder / "replications.sqlite") as store:
        execute(plan, workers=1, store=store)
        return execute(plan, workers=1, store=store)


@pytest.fixture(scope="session")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("firm")
    write_templates(folder)
    (folder / "tiny.yaml").write_text(_TINY, encoding="utf-8")
    fee = "{pricing.fee.office: {multiply: 1.1}}"
    one = _STUDY.format(name="one", title="Should the fee rise?")
    (folder / "one.yaml").write_text(f"{one}  fee_up: {{title: Raise the fee, changes: {fee}}}\n", encoding="utf-8")
    eight = _STUDY.format(name="eight", title="=HYPERLINK(1) <i>which</i> of eight?")
    for number, title in enumerate(NASTY):
        change = f"{{pricing.fee.office: {{multiply: {1 + number / 50}}}}}"
        eight += f"  p{number}: {{title: {_quoted(title[:200].strip())}, changes: {change}}}\n"
    (folder / "eight.yaml").write_text(eight, encoding="utf-8")
    return folder


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@pytest.fixture(scope="session")
def one_policy(firm: Path) -> Result:
    return _stored(plan_of_study(load_study(firm / "one.yaml")), firm)


@pytest.fixture(scope="session")
def eight_policies(firm: Path) -> Result:
    return _stored(plan_of_study(load_study(firm / "eight.yaml")), firm)


@pytest.fixture(scope="session")
def no_policy(firm: Path) -> Result:
    return _stored(plan_of_scenario(load_scenario(firm / "tiny.yaml")).altered(2), firm)
