"""Changes said in a word: which settings a name means, what a value does to them, and what is not understood."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim.files.shorthand import Unclear, changes_of, paths_of, several, split
from sim.files.whatif import study_of
from sim.scenario import Scenario


@pytest.fixture
def firm(bench: Any) -> Scenario:
    scenario: Scenario = bench.firm
    return scenario


@pytest.mark.parametrize(
    ("name", "paths"),
    [
        ("workforce.training.hours", ["workforce.training.hours"]),
        ("pricing.fee.*", ["pricing.fee.home", "pricing.fee.business"]),
        ("fee", ["pricing.fee.home", "pricing.fee.business"]),
        ("fee.home", ["pricing.fee.home"]),
        ("business.fee", ["pricing.fee.business"]),
        ("training", ["workforce.training.hours"]),
        ("lead_time", ["workforce.hiring.lead_time"]),
    ],
)
def test_a_name_means_the_settings_that_differ_in_one_part_of_their_path(
    firm: Scenario, name: str, paths: list[str]
) -> None:
    assert set(paths_of(firm, name)) == set(paths)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("feee", "no setting of the scenario — did you mean fee"),
        ("mean", "may mean .* say more of its path"),
        ("", "no setting"),
        ("policies", "no setting"),
        ("frontline", "no setting"),
    ],
)
def test_a_name_that_means_nothing_or_too_much_is_refused(firm: Scenario, name: str, said: str) -> None:
    with pytest.raises(Unclear, match=said):
        paths_of(firm, name)


@pytest.mark.parametrize(
    ("name", "value", "change"),
    [
        ("fee.home", "+8%", {"multiply": 1.08}),
        ("fee.home", "-12.5 %", {"multiply": 0.875}),
        ("fee.home", "x0.5", {"multiply": 0.5}),
        ("fee.home", "45 EUR per month", {"to": "45 EUR per month"}),
        ("fee.home", "+2 EUR per month", {"add": "2 EUR per month"}),
        ("fee.home", "-2 EUR per month", {"add": "-2 EUR per month"}),
        ("training", "+30 min", {"add": "30 min"}),
        ("authority", "+5 points", {"add": "5 %"}),
        ("authority", "-5 points", {"add": "-5 %"}),
        ("authority", "70 %", {"to": "70 %"}),
        ("headcount", "+2", {"add": 2}),
        ("headcount", "-1", {"add": -1}),
        ("headcount", "7", {"to": 7}),
        ("satisfaction.experience.start", "+0.5", {"add": 0.5}),
    ],
)
def test_a_value_replaces_adds_or_multiplies(firm: Scenario, name: str, value: str, change: dict[str, Any]) -> None:
    found = changes_of(firm, name, value)
    assert found
    assert all(one == change for one in found.values())


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("authority", "+5%", r"is a share: write \+5 points, or x1.05 for a part of it"),
        ("authority", "70", "is a share: write it with its unit, such as"),
        ("fee", "45", "with its unit, such as"),
        ("headcount", "7.5", "must be a whole number"),
        ("training", "-3 h", "must be at least 0 s"),
        ("churn.half_life", "x2", "is no setting that can change while the operation runs"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_in_words(firm: Scenario, name: str, value: str, said: str) -> None:
    with pytest.raises(Unclear, match=said):
        changes_of(firm, name, value)


@pytest.mark.parametrize("text", ["fee", "=3", "fee=", " = "])
def test_what_is_no_name_and_value_is_refused(text: str) -> None:
    with pytest.raises(Unclear, match="write it like"):
        split(text)


def test_values_of_a_list_are_parted_by_commas_or_by_semicolons() -> None:
    assert several("-2,0, +2") == ["-2", "+0", "+2"]
    assert several("0,1,2") == ["0", "1", "2"]
    assert several("34,000 EUR per year; 36,000 EUR per year") == ["34,000 EUR per year", "36,000 EUR per year"]


def test_each_combination_is_an_arm_and_no_change_changes_nothing(firm: Scenario) -> None:
    varied = ["headcount.desk=-1,0,+1", "training=0 min;1 h"]
    study = study_of(firm, firm.name, ["fee=+8%"], varied, replications=2, seed=1)  # type: ignore[arg-type]
    assert len(study.arms) == 7
    headcounts = [
        firm.with_changes([(path, change, 1.0) for path, change in arm.policies[name].changes.items()])
        .workforce.groups["desk"].headcount - firm.workforce.groups["desk"].headcount
        for name, arm in study.arms.items() if name != "baseline"
    ]  # fmt: skip
    assert headcounts == [-1, -1, 0, 0, 1, 1]


def test_combinations_whose_names_are_long_and_begin_alike_are_arms_of_their_own(firm: Scenario) -> None:
    varied = ["workforce.training.hours=1 h,2 h", "workforce.groups.desk.headcount=-1,0,+1,+2"]
    study = study_of(firm, firm.name, [], varied, replications=2, seed=1)  # type: ignore[arg-type]
    assert len(study.arms) == 9
    assert all(len(name) <= 64 for name in study.arms)
    assert [arm.title for arm in study.arms.values()][-1] == (
        "workforce.training.hours 2 h, workforce.groups.desk.headcount +2"
    )


def test_an_arm_does_not_take_the_name_of_a_policy_of_the_scenario_nor_one_that_differs_in_capitals(bench: Any) -> None:
    own = bench.with_policies(bench.firm, Fee_plus_8={"changes": {"pricing.fee.home": {"multiply": 1.5}}})
    study = study_of(own, Path("firm.yaml"), ["fee=+8%"], [], replications=1, seed=1)
    assert list(study.arms) == ["baseline", "fee_plus_8_2"]
    assert list(study.arms["fee_plus_8_2"].policies) == ["Fee_plus_8", "fee_plus_8_2"]
