"""Files that ask for a break-even: what they mean, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.experiment.break_even import arms_of
from sim.files import FileProblem
from sim.files.break_even import load_break_even
from sim.files.break_even_study import BreakEvenStudy

SMALL = Path(__file__).parents[1] / "behaviour" / "small.yaml"
TEXT = """frontline: 1
study: limit
kind: break_even
title: How far?
scenario: small.yaml
replications: 3
seed: 5
policies:
  staff: {title: One more, changes: {workforce.groups.desk.headcount: {add: 1}}}
vary:
  setting: workforce.groups.desk.headcount
  add: {from: 0, to: 4}
measure: contacts_per_issue
under:
  resolution.returns.share: [40 %, 80 %]
"""


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]  # a function
    monkeypatch.chdir(tmp_path)
    for path in SMALL.parent.glob("small*"):
        (tmp_path / path.name).write_bytes(path.read_bytes())

    def loaded(text: str) -> BreakEvenStudy:
        Path("limit.yaml").write_text(text, "utf-8")
        return load_break_even("limit.yaml")

    return loaded


def test_each_value_under_which_it_is_asked_is_a_case(load) -> None:  # type: ignore[no-untyped-def]
    study = load(TEXT)
    assert [case.label for case in study.cases] == ["resolution.returns.share 40 %", "resolution.returns.share 80 %"]
    assert [case.scenario.resolution.returns.share for case in study.cases] == [0.4, 0.8]
    assert study.varied.whole
    assert study.varied.paths == ("workforce.groups.desk.headcount",)


def test_what_is_varied_is_changed_by_the_policy_alone(load) -> None:  # type: ignore[no-untyped-def]
    study = load(TEXT)
    ours, theirs = arms_of(study, study.cases[1], 3.0)
    assert theirs.scenario == study.cases[1].scenario
    assert ours.scenario.policies["examined"].changes["workforce.groups.desk.headcount"].add == 3


def test_a_fact_of_the_scenario_is_varied_in_both_arms(load) -> None:  # type: ignore[no-untyped-def]
    text = TEXT.replace("measure:", "policy: staff\nmeasure:").replace(
        "headcount\n  add: {from: 0, to: 4}",
        "turnover.rate\n  to: {from: 10 % per year, to: 30 % per year}\n  of: scenario",
    )
    text = text.replace("workforce.groups.desk.turnover.rate", "satisfaction.gain").replace("% per year", "%")
    study = load(text)
    ours, theirs = arms_of(study, study.cases[0], 20.0)
    assert theirs.scenario.satisfaction.gain == 0.2
    assert ours.scenario.satisfaction.gain == 0.2
    assert set(ours.scenario.policies) - set(theirs.scenario.policies) == {"examined"}


def test_a_study_is_the_same_after_it_was_written_and_read(load) -> None:  # type: ignore[no-untyped-def]
    study = load(TEXT.replace("measure:", "policy: staff\nmeasure:"))
    again = BreakEvenStudy.from_plain(study.to_plain())
    assert again.to_plain() == study.to_plain()
    assert [arm.scenario.digest() for arm in arms_of(again, again.cases[0], 2.0)] == [
        arm.scenario.digest() for arm in arms_of(study, study.cases[0], 2.0)
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("desk.headcount\n", "desk.headcont\n",
         "limit.yaml:11: vary.setting \"workforce.groups.desk.headcont\" is no setting of the scenario — did you mean "
         "workforce.groups.desk.headcount?"),
        ("to: 4}", "to: 0}", "limit.yaml:12: vary.add.to is 0; it must be more than from: 0"),
        ("to: 4}", "to: 4.5}", "limit.yaml:12: vary.add has ends that are no whole numbers, and "
         "workforce.groups.desk.headcount is one"),
        ("to: 4}", "to: four}", "limit.yaml:12: vary.add.to is \"four\"; it must be a number, with its unit if it has "
         "one"),
        ("to: 4}", "to: 4 h}", "limit.yaml:12: vary.add.to is \"4 h\", in another unit than from: 0"),
        ("from: 0", "from: -7", "limit.yaml:12: vary.add.from: workforce.groups.desk.headcount"),
        ("  add:", "  ad:", "limit.yaml:12: vary.ad is not known here"),
        ("measure: contacts_per_issue", "measure: contact_per_issue",
         "limit.yaml:13: measure is \"contact_per_issue\" — did you mean contacts_per_issue?"),
        ("kind: break_even", "kind: break_evn",
         "limit.yaml:3: kind is \"break_evn\""),
        ("kind: break_even\n", "", "limit.yaml:1: kind is \"comparison\": run it with frontline compare"),
        ("[40 %, 80 %]", "[40 %, 180 %]", "limit.yaml:15: under.resolution.returns.share.1"),
        ("[40 %, 80 %]", "[]", "limit.yaml:15: under.resolution.returns.share"),
        ("  add: {from: 0, to: 4}", "  add: {from: 0, to: 4}\n  of: scenario", "limit.yaml:1: policy is missing"),
        ("measure:", "policy: stuff\nmeasure:", "limit.yaml:13: policy is \"stuff\"; known policies: staff"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(load, old: str, new: str, message: str) -> None:  # type: ignore[no-untyped-def]
    assert TEXT.count(old) == 1
    with pytest.raises(FileProblem) as told:
        load(TEXT.replace(old, new))
    assert message in str(told.value)
