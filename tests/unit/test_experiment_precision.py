"""Replications are added until the half-widths asked for are reached, and never more than the ceiling allows."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sim.core.measures import Measure
from sim.door import _precise
from sim.experiment.comparison import execute, reported
from sim.experiment.execution import Arm
from sim.experiment.plan import Plan, plan_of_study
from sim.experiment.precision import Reached, _following, execute_precisely
from sim.experiment.store import Memory
from sim.files import FileProblem, load_study
from sim.files.goals import Goal, NoGoal, goal_of, goals_of
from sim.model import measures
from sim.options import Options
from sim.report.sentences import precision_sentences

ROOT = Path(__file__).parents[2]
FIRM = ROOT / "tests" / "behaviour" / "firm.yaml"


class Counting(Memory):
    """A store that counts what is kept in it."""

    def __init__(self) -> None:
        super().__init__()
        self.kept = 0

    def keep(self, cell: Any, plain: dict[str, Any]) -> None:
        self.kept += 1
        super().keep(cell, plain)


@pytest.fixture(scope="module")
def plan(bench: Any) -> Plan:
    dearer = bench.with_policies(bench.firm, fee_up={"changes": {"pricing.fee.home": {"multiply": 1.1}}})
    short = {"calendar.warm_up": "7 days", "calendar.horizon": "28 days"}
    arms = (bench.changed(bench.firm, short), bench.changed(dearer, short))
    return Plan(
        "firm",
        "Firm",
        tuple(Arm(*named, one) for named, one in zip((("baseline", "B"), ("up", "U")), arms, strict=True)),
    )


def test_a_half_width_is_a_share_of_the_value_or_a_number_in_the_unit_of_the_measure(bench: Any) -> None:
    known = measures(bench.firm)
    assert goal_of(known, "profit", "5 %") == Goal("profit", 0.05, relative=True)
    assert goal_of(known, "profit", "20,000 EUR") == goal_of(known, "profit", 20_000) == Goal("profit", 20_000.0)
    assert goal_of(known, "satisfaction", "0.1 points") == Goal("satisfaction", 0.1)
    assert goal_of(known, "churn", "0.5 points") == Goal("churn", 0.5)


@pytest.mark.parametrize(
    ("name", "asked", "said"),
    [
        ("profits", "5 %", "is no measure of the scenario — did you mean profit?"),
        ("profit", "dear", "must be above 0, such as '5 %'"),
        ("profit", 0, "must be above 0"),
        ("profit", "-5 %", "must be above 0"),
        ("profit", True, "must be above 0"),
        ("profit", float("inf"), "must be above 0"),
        ("profit", "5 USD", "must be such as '5 %'"),
        ("churn", "5 years", "or '2 points"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_in_words(bench: Any, name: str, asked: Any, said: str) -> None:
    with pytest.raises(NoGoal, match=said.replace("?", r"\?")):
        goals_of(measures(bench.firm), {name: asked})


def test_the_example_of_a_measure_without_a_unit_is_a_plain_number() -> None:
    with pytest.raises(NoGoal, match=r"baseline's value or '2'$"):
        goals_of([Measure("heat", "heat", "", "heat.sum")], {"heat": "dear"})


def test_a_study_says_what_is_wrong_with_its_precision_and_where(tmp_path: Path) -> None:
    study = tmp_path / "study.yaml"
    shutil.copy(FIRM, tmp_path)
    text = "frontline: 1\nstudy: s\ntitle: S\nscenario: firm.yaml\nreplications: 5\nseed: 1\n"
    study.write_text(text + "most_replications: 4\nprecision:\n  profits: 5 %\npolicies: {p: {title: P}}\n")
    with pytest.raises(FileProblem) as caught:
        load_study(study)
    first, second = str(caught.value).splitlines()
    assert "study.yaml:7" in first
    assert "most_replications is less than replications" in first
    assert "study.yaml:9" in second
    assert "did you mean profit?" in second
    study.write_text(text + "precision: {profit: 5 %}\npolicies: {p: {title: P}}\n")
    plan = plan_of_study(load_study(study))
    assert plan.precision == (Goal("profit", 0.05, relative=True),)
    assert Plan.from_plain(plan.to_plain()).precision == plan.precision


def test_what_is_asked_for_takes_the_place_of_the_same_measure_and_leaves_the_others(plan: Plan) -> None:
    own = replace(plan, precision=(Goal("profit", 0.05, relative=True), Goal("churn", 0.5)), most=50)
    wanted = replace(own, precision=(Goal("churn", 0.5), Goal("profit", 0.02, relative=True)))
    assert Options(precision=["profit=2 %"]).precisely(own, reported(own)) == wanted
    assert _precise(own, {"profit": "2 %"}, None) == wanted
    assert _precise(own, None, 70) == Options(most=70).precisely(own, reported(own)) == replace(own, most=70)


def test_replications_are_added_until_the_half_width_of_every_change_is_reached(plan: Plan) -> None:
    first = execute(plan.altered(3), 1)
    row = first.row("profit")
    assert row is not None
    change = row.changes["up"]
    assert change is not None
    assert change.estimate.half_width is not None
    store = Counting()
    asked = replace(plan.altered(3), precision=(Goal("profit", change.estimate.half_width / 2),), most=200)
    found = execute_precisely(asked, 1, store=store)
    (reached,) = found.precision
    assert reached.met
    assert reached.arm == "up"
    assert 3 < found.plan.replications < 200
    assert store.kept == 2 * found.plan.replications
    alone = execute(plan.altered(found.plan.replications), 1)
    assert found.rows == alone.rows
    (sentence,) = precision_sentences(found)
    assert "not reached" not in sentence
    assert f"with {found.plan.replications} replications" in sentence


def test_the_ceiling_ends_it_and_is_said(plan: Plan) -> None:
    found = execute_precisely(replace(plan.altered(2), precision=(Goal("profit", 1e-6),), most=5), 1)
    assert found.plan.replications == 5
    assert [each.met for each in found.precision] == [False]
    (sentence,) = precision_sentences(found)
    assert "not reached" in sentence
    assert "would be needed" in sentence


def test_what_never_differs_is_precise_at_once_and_what_cannot_be_estimated_is_not_waited_for(plan: Plan) -> None:
    same = replace(plan, arms=(plan.arms[0], replace(plan.arms[1], scenario=plan.arms[0].scenario)))
    found = execute_precisely(replace(same.altered(2), precision=(Goal("profit", 1.0),)), 1)
    assert (found.plan.replications, found.precision[0].met) == (2, True)


def reached(foreseen: int | None, asked: float = 1.0, half_width: float | None = 2.0) -> Reached:
    return Reached(Goal("profit", asked), "up", asked, half_width, foreseen)


def test_no_step_goes_further_than_four_times_what_is_known_or_than_the_ceiling() -> None:
    assert _following(10, 1000, (reached(25), reached(30))) == 30
    assert _following(10, 1000, (reached(900),)) == 40
    assert _following(10, 28, (reached(900),)) == 28
    assert _following(28, 28, (reached(900),)) == 28
    assert _following(10, 1000, (reached(7),)) == 11
    assert _following(10, 1000, (reached(5, half_width=0.5),)) == 10
    assert _following(10, 1000, (reached(None, half_width=None),)) == 10
