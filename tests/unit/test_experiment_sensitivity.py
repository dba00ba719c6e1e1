"""Sensitivity: known functions of settings, with and without a policy, plans that are repeated, refusals."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from sim.core.observations import Observations
from sim.experiment.execution import Arm
from sim.experiment.sensitivity import Sensed, Sensitivity, execute_sensitivity, sensitivity_of_study
from sim.files import FileProblem
from sim.files.sensitivity import load_sensitivity
from sim.report.sensitivity import KIND, sentences
from sim.scenario import Scenario
from sim.stats.random_effects import Bounded

ROOT = Path(__file__).parents[2]
HEAD = "frontline: 1\nstudy: s\nkind: sensitivity\ntitle: T\nscenario: firm.yaml\nreplications: 3\nseed: 3\n"
RANGES = "settings: {churn.price_loss: {from: 2, to: 7}, churn.price_gain: {from: 1, to: 3}}\n"
POLICY = "policies: {more: {title: More, changes: {workforce.groups.desk.headcount: {add: 1}}}}\n"


class Known:
    """Conditions under which profit is 10 price_loss, and with a policy 3 price_gain more; customers are noise."""

    def observe(self, arms: Sequence[Arm], count: int, seed: int, take: Callable[[Observations], Any]) -> Any:
        return [tuple(take(_seen(arm.scenario, number)) for number in range(1, count + 1)) for arm in arms]


def _seen(scenario: Scenario, number: int) -> Observations:
    assert scenario.churn is not None
    value = 10 * scenario.churn.price_loss + 100.0 * number
    if scenario.policies:
        value += 3 * scenario.churn.price_gain
    return Observations(number, {"ledger.profit": value, "years": 1.0})


@pytest.fixture
def study(tmp_path: Path) -> Callable[[str], Sensitivity]:
    (tmp_path / "firm.yaml").write_text((ROOT / "tests" / "behaviour" / "firm.yaml").read_text())

    def made(text: str) -> Sensitivity:
        (tmp_path / "s.yaml").write_text(HEAD + text)
        return sensitivity_of_study(load_sensitivity(tmp_path / "s.yaml"))

    return made


def found(study: Sensitivity) -> Sensed:
    conditions: Any = Known()
    return execute_sensitivity(study, conditions)


def profit(sensed: Sensed) -> dict[str, tuple[Bounded, ...]]:
    place = [measure.name for measure in sensed.measures].index("profit")
    return next(one.indices.by_name for one in sensed.answers if one.measure == place)


def values(bounded: Sequence[Bounded]) -> list[float | None]:
    return [each.value for each in bounded]


def test_a_tornado_moves_each_setting_to_both_ends_from_the_scenario_as_it_is(
    study: Callable[[str], Sensitivity],
) -> None:
    sensed = found(study("method: tornado\n" + RANGES))
    assert len(sensed.study.places) == 5
    assert values(profit(sensed)["at_low"]) == pytest.approx([-20.0, 0.0])  # the file has 4 and 2
    assert values(profit(sensed)["at_high"]) == pytest.approx([30.0, 0.0])
    told = " ".join(sentences(sensed))
    assert "Profit hangs most on churn.price_loss" in told
    assert "exactly nothing comes of churn.price_gain" in told


def test_of_a_policy_it_is_the_change_that_is_asked_of(study: Callable[[str], Sensitivity]) -> None:
    sensed = found(study("method: tornado\n" + RANGES + POLICY))
    assert values(profit(sensed)["at_low"]) == pytest.approx([0.0, -3.0])
    assert values(profit(sensed)["at_high"]) == pytest.approx([0.0, 3.0])
    assert sensed.study.cells == 5 * 2 * 3


def test_elementary_effects_are_those_of_a_whole_range(study: Callable[[str], Sensitivity]) -> None:
    sensed = found(study("method: morris\npaths: 5\n" + RANGES))
    assert values(profit(sensed)["mu_star"]) == pytest.approx([50.0, 0.0], abs=1e-9)
    assert values(profit(sensed)["sigma"]) == pytest.approx([0.0, 0.0], abs=1e-9)
    assert len(sensed.study.places) == 15


def test_sobol_indices_give_everything_to_the_only_setting_that_matters(study: Callable[[str], Sensitivity]) -> None:
    sensed = found(study("method: sobol\npoints: 32\n" + RANGES))
    assert values(profit(sensed)["total"]) == pytest.approx([1.0, 0.0], abs=0.15)
    assert len(sensed.study.places) == 4 * 32


@pytest.mark.parametrize("how", ["method: tornado\n", "method: morris\npaths: 3\n", "method: sobol\npoints: 4\n"])
def test_a_plan_is_repeated_exactly_and_its_tables_are_tidy(study: Callable[[str], Sensitivity], how: str) -> None:
    one = study(how + RANGES + POLICY)
    again = Sensitivity.from_plain(json.loads(json.dumps(one.to_plain())))
    assert again.to_plain() == one.to_plain()
    assert again.places == one.places
    sensed = found(one)
    for rows in (list(records) for records in KIND.tables(sensed).values()):
        assert {tuple(row) for row in rows} == {tuple(rows[0])}
    assert json.dumps(KIND.document(sensed)) == json.dumps(KIND.document(found(again)))
    assert KIND.render(sensed, False, 100)
    assert (one.altered(seed=9).places == one.places) is (one.method == "tornado")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("method: tornado\n", "s.yaml:8: method has nothing to move"),
        ("method: morris\n" + RANGES, "which needs paths"),
        ("method: sobol\n" + RANGES, "which needs points"),
        ("method: sobol\npoints: 12\n" + RANGES, "s.yaml:9: points is 12; .*8 or 16"),
        ("method: tornado\npaths: 12\n" + RANGES, "paths has no meaning for the method tornado"),
        (
            "method: tornado\nsettings: {churn.price_loss: {from: 2, to: -7}}\n",
            "s.yaml:9: settings.churn.price_loss: -7",
        ),
        ("method: tornado\nsettings: {churn.price_los: {from: 2, to: 7}}\n", "did you mean"),
        ("method: tornado\nsettings: {churn.price_loss: [2, 3]}\n", "s.yaml:9"),
        ("method: wind\n" + RANGES, 's.yaml:8: method is "wind"'),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_line(
    study: Callable[[str], Sensitivity], text: str, said: str
) -> None:
    with pytest.raises(FileProblem) as caught:
        study(text)
    assert re.search(said, str(caught.value)), str(caught.value)
