"""Sweeps: the effects of a known function are found, points meet the same customers, plans are repeated exactly."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.core.observations import Observations
from sim.experiment.conditions import Conditions
from sim.experiment.execution import Arm
from sim.experiment.sweep import Sweep, Swept, execute_sweep, sweep_of_study
from sim.files import FileProblem
from sim.files.sweeps import load_sweep
from sim.report.sweep import KIND, sentences
from sim.scenario import Scenario

ROOT = Path(__file__).parents[2]
HEAD = "frontline: 1\nstudy: s\nkind: sweep\ntitle: T\nscenario: firm.yaml\nreplications: 4\nseed: 3\n"
GRID = "design: grid\nsettings: {churn.price_loss: [1, 4, 6]}\nchanges: {headcount.desk: ['-1', '0', '+2']}\n"


class Known:
    """Conditions under which profit is a known function of two settings, with noise that all points share."""

    def __init__(self, noise: float = 5.0) -> None:
        self.noise = noise
        self.asked: list[str] = []

    def observe(self, arms: Sequence[Arm], count: int, seed: int, take: Callable[[Observations], Any]) -> Any:
        return [tuple(take(self._seen(arm.scenario, number)) for number in range(1, count + 1)) for arm in arms]

    def _seen(self, scenario: Scenario, number: int) -> Observations:
        self.asked.append(scenario.digest())
        assert scenario.churn is not None
        heads = sum(
            (policy.changes["workforce.groups.desk.headcount"].add or 0) for policy in scenario.policies.values()
        )  # type: ignore[misc]
        value = 10 * scenario.churn.price_loss + 100 * float(heads) + self.noise * (number % 3)
        return Observations(number, {"ledger.profit": value, "years": 1.0})


@pytest.fixture
def sweep(tmp_path: Path) -> Callable[[str], Sweep]:
    (tmp_path / "firm.yaml").write_text((ROOT / "tests" / "behaviour" / "firm.yaml").read_text())

    def made(text: str) -> Sweep:
        (tmp_path / "s.yaml").write_text(HEAD + text)
        return sweep_of_study(load_sweep(tmp_path / "s.yaml"))

    return made


def found(sweep: Sweep, noise: float = 5.0) -> Swept:
    conditions: Any = Known(noise)
    return execute_sweep(sweep, conditions)


def profit_effects(swept: Swept) -> dict[tuple[str, str], float]:
    place = [measure.name for measure in swept.measures].index("profit")
    return {(one.dimension.name, one.level.label): one.change.value for one in swept.effects if one.measure == place}


def test_a_grid_finds_the_effect_of_each_value_against_the_scenario_as_it_is(sweep: Callable[[str], Sweep]) -> None:
    swept = found(sweep(GRID))
    assert profit_effects(swept) == pytest.approx(
        {
            ("churn.price_loss", "1"): -30.0,
            ("churn.price_loss", "6"): 20.0,
            ("headcount.desk", "-1"): -100.0,
            ("headcount.desk", "+2"): 200.0,
        }
    )
    assert all(one.change.half_width == pytest.approx(0.0, abs=1e-9) for one in swept.effects)
    assert swept.sweep.label_of(swept.reference) == "churn.price_loss 4, headcount.desk +0"
    best = swept.best([measure.name for measure in swept.measures].index("profit"))
    assert best is not None
    assert swept.sweep.label_of(best[0]) == "churn.price_loss 6, headcount.desk +2"
    assert best[1] == ()


def test_one_at_a_time_compares_with_the_scenario_as_it_is(sweep: Callable[[str], Sweep]) -> None:
    swept = found(sweep(GRID.replace("grid", "one_at_a_time")))
    assert len(swept.sweep.points) == 5  # what is as it is stands there once
    assert profit_effects(swept)[("headcount.desk", "+2")] == pytest.approx(200.0)
    assert swept.sweep.label_of(0) == ""


def test_a_list_takes_the_first_values_together_then_the_second(sweep: Callable[[str], Sweep]) -> None:
    swept = found(sweep(GRID.replace("grid", "list")))
    assert swept.sweep.label_of(0) == "churn.price_loss 1, headcount.desk -1"
    assert swept.effects == ()
    place = [measure.name for measure in swept.measures].index("profit")
    assert swept.reference == 1
    change = swept.compared(2, place)
    assert change is not None
    assert change.value == pytest.approx(220.0)


@pytest.mark.parametrize("design", ["latin_hypercube", "sobol"])
def test_drawn_points_find_the_slopes_of_a_straight_function(sweep: Callable[[str], Sweep], design: str) -> None:
    text = f"design: {design}\npoints: 16\nsettings: {{churn.price_loss: {{from: 1, to: 6}}}}\n"
    swept = found(sweep(text + "changes: {headcount.desk: {from: '-1', to: '+2'}}\n"))
    effects = profit_effects(swept)
    assert effects[("churn.price_loss", "6")] == pytest.approx(50.0)
    assert effects[("headcount.desk", "+2")] == pytest.approx(300.0)
    place = [measure.name for measure in swept.measures].index("profit")
    assert swept.explained[place] == pytest.approx(1.0)


def test_a_plan_is_repeated_exactly_and_another_seed_draws_other_points(sweep: Callable[[str], Sweep]) -> None:
    text = "design: latin_hypercube\npoints: 6\nsettings: {churn.price_loss: {from: 1, to: 6}}\n"
    first = sweep(text)
    again = Sweep.from_plain(json.loads(json.dumps(first.to_plain())))
    assert again.to_plain() == first.to_plain()
    digests = [[one.scenario_of(point).digest() for point in range(6)] for one in (first, again, first.altered(seed=9))]
    assert digests[0] == digests[1]
    assert set(digests[0]).isdisjoint(digests[2])
    assert first.altered(replications=7).points == first.points
    grid = sweep(GRID)
    assert found(Sweep.from_plain(json.loads(json.dumps(grid.to_plain())))).reference == found(grid).reference
    assert profit_effects(found(Sweep.from_plain(grid.to_plain()))) == profit_effects(found(grid))


def test_every_point_meets_the_same_customers(sweep: Callable[[str], Sweep], bench: Any) -> None:
    text = "design: list\nsettings: {calendar.horizon: [3 weeks], calendar.warm_up: [7 days]}\nchanges: {fee: [+0 %]}\n"
    one = sweep(text)
    quick = Sweep.from_plain(one.altered(replications=2).to_plain())
    for one_value, two_values in (
        ("3 weeks", "3 weeks, 21.0 days"),
        ("7 days", "7 days, 1 weeks"),
        ("+0 %", "+0 %, +10 %"),
    ):
        text = text.replace(f"[{one_value}]", f"[{two_values}]")
    two = sweep(text)
    assert len(two.points) == 2
    seen = execute_sweep(quick, Conditions(1))
    both = execute_sweep(two.altered(replications=2), Conditions(1))
    assert np.array_equal(seen.found.above[0], both.found.above[0], equal_nan=True)
    assert not np.array_equal(both.found.above[0], both.found.above[1], equal_nan=True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("design: grid\n", "s.yaml:8: design has nothing to vary"),
        ("design: sobol\nsettings: {churn.price_loss: {from: 1, to: 6}}\n", "needs points"),
        (
            "design: sobol\npoints: 12\nsettings: {churn.price_loss: {from: 1, to: 6}}\n",
            "s.yaml:9: points is 12; .*8 or 16",
        ),
        ("design: grid\npoints: 12\nsettings: {churn.price_loss: [1]}\n", "points has no meaning for the design grid"),
        ("design: grid\nsettings: {churn.price_loss: {from: 1, to: 6}}\n", "needs points: how many values"),
        ("design: list\nsettings: {churn.price_loss: [1], churn.price_gain: [1, 2]}\n", "equally many values"),
        ("design: grid\nsettings:\n  churn.price_los: [1]\n", "s.yaml:10: settings.churn.price_los: .*did you mean"),
        ("design: grid\nsettings: {churn.price_loss: [1]}\nchanges: {price_loss: [2]}\n", "same setting as churn"),
        ("design: grid\nsettings: {churn.price_loss: [1]}\nmeasures: [profitt]\n", "did you mean profit"),
        ("design: cube\nsettings: {churn.price_loss: [1]}\n", 'design is "cube"'),
    ],
)
def test_a_sweep_that_cannot_be_meant_is_refused_with_its_line(
    sweep: Callable[[str], Sweep], text: str, said: str
) -> None:
    with pytest.raises(FileProblem) as caught:
        sweep(text)
    assert re.search(said, str(caught.value)), str(caught.value)


def test_a_point_that_is_no_scenario_is_refused_with_its_values_before_anything_is_run(
    sweep: Callable[[str], Sweep],
) -> None:
    text = "design: grid\nsettings: {headcount.desk: [1, 3]}\nchanges: {workforce.training.hours: ['1 h', '2 h']}\n"
    assert sweep(text).cells == 16
    mixed = "settings: {acquisition.mix.home: [80 %, 70 %], acquisition.mix.business: [20 %, 30 %]}\n"
    assert len(sweep("design: list\n" + mixed).points) == 2
    with pytest.raises(FileProblem) as caught:
        sweep("design: grid\n" + mixed)
    assert 's.yaml:9: acquisition.mix.business: "30 %": ' in str(caught.value)
    assert "(point 2 of 4: acquisition.mix.home 80 %, acquisition.mix.business 30 %)" in str(caught.value)
    with pytest.raises(FileProblem, match='to take 2 away write "-2", in quotes'):
        sweep("design: grid\nchanges: {headcount.desk: [-2, 1]}\n")


def test_the_tables_are_tidy_and_alike(sweep: Callable[[str], Sweep]) -> None:
    swept = found(sweep(GRID))
    for name, records in KIND.tables(swept).items():
        rows = list(records)
        assert rows, name
        assert {tuple(row) for row in rows} == {tuple(rows[0])}
    rows = list(KIND.tables(swept)["replications"])
    assert len(rows) == 9 * 4 * len(swept.measures)
    assert {row["headcount.desk"] for row in rows} == {-1.0, 0.0, 2.0}


def test_a_sentence_calls_nothing_an_effect_that_its_interval_does_not_tell_from_zero(
    sweep: Callable[[str], Sweep],
) -> None:
    class Noisy(Known):
        def _seen(self, scenario: Scenario, number: int) -> Observations:
            seen = super()._seen(scenario, number)
            wild = float(int(scenario.digest()[:6], 16) * number % 997) * 1000
            return Observations(number, {**seen.totals, "ledger.profit": seen.totals["ledger.profit"] + wild})

    conditions: Any = Noisy()
    swept = execute_sweep(sweep(GRID), conditions)
    told = " ".join(sentences(swept))
    for effect in swept.effects:
        if swept.measures[effect.measure].name == "profit" and not effect.change.excludes_zero:
            part = next(
                text for text in sentences(swept) if effect.level.label in text and effect.dimension.name in text
            )
            assert "cannot tell whether profit" in part
    assert "cannot tell" in told
