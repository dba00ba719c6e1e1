"""``frontline diff``: what differs between two scenarios or policies, in the units of the files and a stable order."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sim.cli import app
from sim.files.differences import differences, side

ROOT = Path(__file__).parents[2]
STUDY = ROOT / "experiments" / "broadband.yaml"
OTHER = """
frontline: 1
extends: firm.yaml
title: The firm, changed
pricing: {fee: {home: 33 EUR per month}}
churn: {tenure: {steps: [{until: 1 years, factor: 1.4}, {until: 3 years, factor: 1.1}]}}
acquisition: {referral: }
routing: {kind: fewest_skills}
workforce: {groups: {desk: {channels: [telephone], headcount: 6}}}
channels: {channels: {counter: {hours: {monday: {opens: "10:00"}}}}}
agents: {channel_factor: {telephone: 90 %}}
"""


def diff(*words: object) -> Result:
    return CliRunner().invoke(app, ["diff", *(str(word) for word in words)])


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("pair")
    firm = folder / "firm.yaml"
    firm.write_text((ROOT / "tests" / "behaviour" / "firm.yaml").read_text())
    other = folder / "other.yaml"
    other.write_text(OTHER)
    return firm, other


def test_every_setting_that_differs_is_said_in_the_units_of_the_file(pair: tuple[Path, Path]) -> None:
    found = {one.path: one for one in differences(side(str(pair[0])), side(str(pair[1])))}
    assert list(found) == [
        "title",
        "pricing.fee.home",
        "churn.tenure.steps.1",
        "acquisition.referral",
        "channels.channels.counter.hours.monday.opens",
        "routing.kind",
        "workforce.groups.desk.headcount",
        "workforce.groups.desk.channels",
        "agents.channel_factor.telephone",
    ]
    fee = found["pricing.fee.home"]
    assert (fee.old, fee.new) == ("30 EUR per month", "33 EUR per month")
    assert fee.change == pytest.approx(0.1)
    assert (found["churn.tenure.steps.1"].kind, found["churn.tenure.steps.1"].settings) == ("added", 2)
    assert (found["acquisition.referral"].kind, found["acquisition.referral"].settings) == ("removed", 2)
    opens = found["channels.channels.counter.hours.monday.opens"]
    assert (opens.old, opens.new, opens.change) == ("09:00", "10:00", None)
    assert found["workforce.groups.desk.channels"].new == "[telephone]"
    assert found["agents.channel_factor.telephone"].new == "90 %"


def test_turned_round_every_difference_is_turned_round(pair: tuple[Path, Path]) -> None:
    there = {one.path: one for one in differences(side(str(pair[0])), side(str(pair[1])))}
    back = {one.path: one for one in differences(side(str(pair[1])), side(str(pair[0])))}
    assert set(there) == set(back)
    assert all((one.old, one.new) == (back[path].new, back[path].old) for path, one in there.items())


def test_a_file_does_not_differ_from_itself(pair: tuple[Path, Path]) -> None:
    found = diff(pair[0], pair[0])
    assert found.exit_code == 0
    assert "No setting differs." in found.stdout


def test_a_policy_differs_from_its_scenario_by_what_it_changes_in_the_units_of_the_scenario() -> None:
    found = diff(STUDY, f"{STUDY}:fee_up")
    assert found.exit_code == 0, found.stderr
    assert "fee.business rises from 68 EUR per month to 73.44 EUR per month (+8 %)" in found.stdout
    small = ROOT / "tests" / "behaviour" / "small.yaml"
    told = diff(small, f"{small}:spring_training").stdout
    assert "training.hours rises from 2 h to 4 h (+100 %)" in told
    assert "workforce.training.hours begins on 2026-03-01" in told
    assert "costs.running is added: 200 EUR per month" in told


def test_two_policies_of_a_study_are_compared_with_each_other() -> None:
    told = diff(f"{STUDY}:fee_up", f"{STUDY}:training").stdout
    assert "fee.business falls from 73.44 EUR per month to 68 EUR per month" in told
    assert "training.hours becomes 2 h; it was 0 min" in told


def test_the_document_holds_the_same_and_nothing_else(pair: tuple[Path, Path]) -> None:
    found = diff(*pair, "--json")
    document = json.loads(found.stdout)
    assert (document["format"], document["kind"], found.stderr) == (1, "diff", "")
    assert document["to"]["title"] == "The firm, changed"
    assert document["differences"][1]["change"] == 0.1
    assert document["differences"][1]["sentence"].startswith("fee.home rises from 30 EUR per month")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((STUDY, f"{STUDY}:fe_up"), "did you mean"),
        ((STUDY, "no.yaml"), "does not exist"),
        ((STUDY, ROOT), "is a folder"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_words(words: tuple[object, object], said: str) -> None:
    found = diff(*words)
    assert found.exit_code == 2
    assert said in found.stderr
    assert "Traceback" not in found.output
