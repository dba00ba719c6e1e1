"""Uncertain inputs: laws and keyed draws, a toy whose decomposition is known, plans that are repeated, refusals."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.core.observations import Observations
from sim.core.streams import child, root_key, uniform
from sim.experiment.execution import Arm
from sim.experiment.uncertainty import (
    Uncertainty,
    UnderUncertainty,
    execute_uncertainty,
    inputs_of,
    uncertainty_of_study,
)
from sim.files import FileProblem
from sim.files.uncertainty import load_uncertainty
from sim.report.uncertainty import KIND, sentences, spread_told
from sim.scenario import Scenario
from sim.stats.random_effects import Bounded

ROOT = Path(__file__).parents[2]
HEAD = "frontline: 1\nstudy: u\nkind: uncertainty\ntitle: T\nscenario: firm.yaml\ndraws: 40\nreplications: 4\nseed: 3\n"
POLICY = "policies: {more: {title: More, changes: {workforce.groups.desk.headcount: {add: 1}}}}\n"
TEXT = "uncertain: {churn.price_loss: {from: 1, to: 7}, churn.price_gain: [1, 2, 3]}\n" + POLICY
CHANCE = 2.0


class Toy:
    """Conditions under which the change of profit by the policy is 10 + price_loss + chance of a known size.

    Chance is uniform, so its standard deviation is its width over the root of 12; the baseline's own differences, which
    customers make that both arms meet, are large and cancel.
    """

    def observe(self, arms: Sequence[Arm], count: int, seed: int, take: Callable[[Observations], Any]) -> Any:
        return [tuple(take(_toy(arm.scenario, arm.first + place, seed)) for place in range(count)) for arm in arms]


def _toy(scenario: Scenario, number: int, seed: int) -> Observations:
    assert scenario.churn is not None
    key = root_key(seed, number)
    value = 1000.0 * uniform(key, 1)
    if scenario.policies:
        value += 10.0 + scenario.churn.price_loss + CHANCE * math.sqrt(12) * (uniform(child(key, 2), 2) - 0.5)
    return Observations(number, {"ledger.profit": value, "years": 1.0})


@pytest.fixture
def study(tmp_path: Path) -> Callable[..., Uncertainty]:
    (tmp_path / "firm.yaml").write_text((ROOT / "tests" / "behaviour" / "firm.yaml").read_text())

    def made(text: str = TEXT, head: str = HEAD) -> Uncertainty:
        (tmp_path / "u.yaml").write_text(head + text)
        return uncertainty_of_study(load_uncertainty(tmp_path / "u.yaml"))

    return made


def found(study: Uncertainty) -> UnderUncertainty:
    conditions: Any = Toy()
    return execute_uncertainty(study, conditions)


def test_inputs_and_chance_are_told_apart_in_a_toy_whose_answer_is_known(study: Callable[..., Uncertainty]) -> None:
    whole = found(study())
    profit = [measure.name for measure in whole.measures].index("profit")
    (answer,) = [one for one in whole.answers if one.measure == profit]
    assert answer.parts.mean.low is not None and answer.parts.mean.high is not None
    assert answer.parts.mean.low < 14.0 < answer.parts.mean.high
    exact = 6 / math.sqrt(12)  # of a uniform between 1 and 7
    assert (answer.parts.between.low or 0) < exact < (answer.parts.between.high or 0)
    assert (answer.parts.within.low or 0) < CHANCE < (answer.parts.within.high or 0)
    share = exact * exact / (exact * exact + CHANCE * CHANCE)
    assert (answer.parts.share.low or 0) < share < (answer.parts.share.high or 0)
    assert answer.hanging is not None
    loss, gain = answer.hanging.coefficients
    assert loss.value > 0.8
    assert loss.excludes_zero
    assert not gain.excludes_zero
    assert answer.on_average is not None
    assert answer.on_average.value == 1.0
    told = " ".join(sentences(whole))
    assert "hangs most on churn.price_loss" in told
    assert "of churn.price_gain this study cannot tell" in told


def test_draws_are_keyed_so_that_more_of_them_and_other_numbers_move_none(study: Callable[..., Uncertainty]) -> None:
    one = study()
    more = study(head=HEAD.replace("draws: 40", "draws: 50"))
    assert np.array_equal(inputs_of(more)[:40], inputs_of(one))
    fewer = study("uncertain: {churn.price_loss: {from: 1, to: 7}}\n" + POLICY)
    assert np.array_equal(inputs_of(fewer)[:, 0], inputs_of(one)[:, 0])
    assert not np.array_equal(inputs_of(one.altered(seed=4)), inputs_of(one))


def test_the_laws_are_what_they_say(study: Callable[..., Uncertainty]) -> None:
    text = "uncertain:\n  churn.price_loss: {from: 1, to: 7}\n  churn.price_gain: [1, 2, 3]\n"
    text += "  churn.equity_effect: {low: 0.1, mode: 0.4, high: 0.5}\n"
    drawn = inputs_of(replace(study(text, HEAD.replace("draws: 40", "draws: 3")), draws=4000))
    flat, listed, triangle = drawn.T
    assert (flat.min(), flat.max(), flat.mean()) == pytest.approx((1, 7, 4), abs=0.1)
    assert np.unique(listed, return_counts=True)[1] / 4000 == pytest.approx([1 / 3] * 3, abs=0.03)
    assert triangle.mean() == pytest.approx(1.0 / 3, abs=0.005)
    assert triangle.std() == pytest.approx(math.sqrt((0.01 + 0.16 + 0.25 - 0.04 - 0.05 - 0.2) / 18), abs=0.003)
    assert 0.1 <= triangle.min() < triangle.max() <= 0.5


def test_arms_of_a_draw_meet_the_same_customers_and_no_two_draws_do(study: Callable[..., Uncertainty]) -> None:
    one = study()
    arms = [one.arm_of(place) for place in range(4)]
    assert [arm.first for arm in arms] == [1, 1, 5, 5]
    assert arms[0].scenario.churn == arms[1].scenario.churn
    assert arms[0].scenario.churn != arms[2].scenario.churn
    assert [len(arm.scenario.policies) for arm in arms] == [0, 1, 0, 1]


def test_ranges_are_taken_from_the_evidence_of_the_scenario(study: Callable[..., Uncertainty], tmp_path: Path) -> None:
    study()
    firm = (tmp_path / "firm.yaml").read_text()
    firm += "\nevidence:\n  - {settings: [churn.price_loss], kind: assumed, source: judged, range: [2, 5]}\n"
    (tmp_path / "firm.yaml").write_text(firm)
    (tmp_path / "u.yaml").write_text(HEAD + 'evidence: ["churn.*"]\n')
    read = uncertainty_of_study(load_uncertainty(tmp_path / "u.yaml"))
    assert [one.name for one in read.uncertain] == ["churn.price_loss"]
    assert 2 <= inputs_of(read).min() < inputs_of(read).max() <= 5
    (tmp_path / "u.yaml").write_text(HEAD + 'evidence: ["pricing.*"]\n')
    with pytest.raises(FileProblem, match="names no number with a range"):
        load_uncertainty(tmp_path / "u.yaml")


def test_a_plan_is_repeated_exactly(study: Callable[..., Uncertainty]) -> None:
    text = "uncertain: {churn.price_loss: {low: 1, mode: 2, high: 7}, churn.price_gain: [1, 2]}\n" + POLICY
    one = study(text)
    again = Uncertainty.from_plain(json.loads(json.dumps(one.to_plain())))
    assert again.to_plain() == one.to_plain()
    assert [again.arm_of(place).key for place in range(6)] == [one.arm_of(place).key for place in range(6)]


def test_the_tables_are_tidy(study: Callable[..., Uncertainty]) -> None:
    whole = found(study(head=HEAD.replace("draws: 40", "draws: 5")))
    tables = {name: list(records) for name, records in KIND.tables(whole).items()}
    assert len(tables["replications"]) == 5 * 2 * 4 * len(whole.measures)
    for rows in tables.values():
        assert {tuple(row) for row in rows} == {tuple(rows[0])}
    assert json.dumps(KIND.document(whole))


def test_one_replication_for_each_draw_does_not_tell_inputs_from_chance(study: Callable[..., Uncertainty]) -> None:
    whole = found(study(head=HEAD.replace("replications: 4", "replications: 1")))
    assert all(one.parts.share.value is None for one in whole.answers)
    assert "does not tell inputs from chance" in " ".join(sentences(whole))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "u.yaml:6: draws has nothing uncertain"),
        ("uncertain: {churn.price_los: [1, 2]}\n", "u.yaml:9: uncertain.churn.price_los: .*did you mean"),
        (
            "uncertain: {churn.price_loss: {from: 1, to: -7}}\n",
            "u.yaml:9: uncertain.churn.price_loss: -7: .*price_loss",
        ),
        ("uncertain: {churn.price_loss: {low: 1, mode: 9, high: 7}}\n", "the mode 9 does not lie between 1 and 7"),
        ("uncertain: {churn.price_loss: {low: 1, high: 7}}\n", "mode"),
        ("uncertain: {churn.price_loss: [1, 2], price_loss: [3]}\n", "same setting as churn.price_loss"),
        ("uncertain: {churn.price_loss: [1]}\npolicies: {baseline: {title: B}}\n", "is taken"),
        (
            "uncertain: {churn.price_loss: [1]}\npolicies: {x: {title: B, changes: {pricing.fe: {add: 1}}}}\n",
            "u.yaml:10",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_line(study: Callable[..., Uncertainty], text: str, said: str) -> None:
    with pytest.raises(FileProblem) as caught:
        study(text)
    assert re.search(said, str(caught.value)), str(caught.value)


def test_a_spread_that_is_nothing_but_rounding_is_shown_as_none() -> None:
    assert spread_told(Bounded(2.1e-8, 0.0, 2.2)) == "0 (0-2.2)"
    assert spread_told(Bounded(0.044, 0.0021, 2.2)) == "0.044 (0.0021-2.2)"
    assert spread_told(Bounded(0.0, 0.0, 0.0)) == "0 (0-0)"
    assert spread_told(Bounded(2.1e-8, 1e-8, 3e-8)) == "0.000000021 (0.000000010-0.000000030)"
    assert spread_told(Bounded(None, None, None)) == "-"
