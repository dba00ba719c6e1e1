"""From observations to estimates, verdicts and bad days."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import sim.model
from sim.core.measures import Measure
from sim.core.observations import Observations
from sim.experiment.comparison import UnknownMeasure, estimate, execute
from sim.experiment.estimates import bad_days, change, level, quantile, verdict
from sim.experiment.execution import Arm
from sim.experiment.plan import Plan, plan_of_scenario
from sim.files import load_scenario
from sim.scenario import Scenario
from sim.stats.intervals import Estimate

TEMPLATE = Path(__file__).parents[2] / "sim" / "templates" / "scenario.yaml"
PROFIT = Measure("profit", "profit", "EUR", "profit", None, 1.0, "higher", outcome=True)
KEPT = Measure("customer_retention_end", "kept", "%", "kept", "start", 100.0, "higher", outcome=True)
LEVEL = Measure("telephone.service_level", "telephone: answered", "%", "in_target", "offered", 100.0, "higher")


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario(TEMPLATE)


def runs(*totals: dict[str, float]) -> tuple[Observations, ...]:
    return tuple(Observations(number, each) for number, each in enumerate(totals, start=1))


def test_a_ratio_is_a_ratio_of_means_and_not_a_mean_of_ratios() -> None:
    found = level(KEPT, runs({"kept": 1, "start": 1}, {"kept": 0, "start": 99}), 0.95)
    assert found is not None
    # The jackknife moves it from the plain ratio of 1 %; a mean of ratios would be 50 %.
    assert found.value < 5


def test_a_measure_without_totals_or_with_empty_denominators_is_left_out() -> None:
    assert level(PROFIT, runs({"profit": 1}, {}), 0.95) is None
    assert level(KEPT, runs({"kept": 0, "start": 0}, {"kept": 0, "start": 0}), 0.95) is None
    assert change(KEPT, runs({"kept": 1, "start": 2}), runs({"kept": 0, "start": 0}), 0.95) is None


def test_changes_are_paired_and_in_the_units_shown() -> None:
    base = runs({"kept": 50, "start": 100}, {"kept": 70, "start": 100}, {"kept": 60, "start": 100})
    treated = runs({"kept": 55, "start": 100}, {"kept": 75, "start": 100}, {"kept": 65, "start": 100})
    found = change(KEPT, treated, base, 0.95)
    assert found is not None
    assert found.estimate.value == pytest.approx(5.0)
    assert found.estimate.half_width == pytest.approx(0.0, abs=1e-9)
    assert found.verdict == "higher"


@pytest.mark.parametrize(
    ("value", "half_width", "said"),
    [
        (1.0, 0.5, "higher"),
        (-1.0, 0.5, "lower"),
        (1.0, 1.0, "cannot tell"),
        (1.0, None, "cannot tell"),
        (0.0, 0.0, "the same"),
    ],
)
def test_no_effect_is_claimed_whose_interval_includes_zero(value: float, half_width: float | None, said: str) -> None:
    assert verdict(Estimate(value, half_width, 5, "", 0.95)) == said


def test_the_gain_of_common_random_numbers_is_large_where_the_arms_move_together() -> None:
    base = runs(*({"profit": float(value)} for value in (10, 20, 30, 40)))
    treated = runs(*({"profit": value} for value in (11.1, 21.0, 31.0, 40.9)))
    found = change(PROFIT, treated, base, 0.95)
    assert found is not None
    assert found.gain is not None
    assert found.gain > 1000


def test_a_quantile_is_linear_between_order_statistics() -> None:
    assert quantile([4, 1, 3, 2, 5], 0.9) == pytest.approx(4.6)


def test_bad_days_are_found_per_replication_without_closed_days(scenario: Scenario) -> None:
    days = {
        "telephone.offered": (10.0, 10.0, 0.0, 10.0),
        "telephone.left_queue": (10.0, 10.0, 0.0, 10.0),
        "telephone.judged": (10.0, 10.0, 0.0, 10.0),
        "telephone.answered_in_target": (9.0, 7.0, 0.0, 8.0),
        "telephone.abandoned": (0.0, 2.0, 0.0, 1.0),
        "telephone.wait": (100.0, 400.0, 0.0, 200.0),
    }
    found = bad_days(scenario, (Observations(1, {}, days=days), Observations(2, {}, days=days)), 0.95)
    assert [each.channel for each in found] == ["telephone"]
    bad = found[0]
    assert bad.wait is not None and bad.missed is not None and bad.abandonment is not None
    assert bad.wait.value == pytest.approx(36.0)
    assert bad.abandonment.value == pytest.approx(0.18)
    assert bad.missed.value == pytest.approx(1 / 3)


def test_a_comparison_shows_the_outcomes_and_what_was_asked(scenario: Scenario) -> None:
    plan = Plan(
        "two", "Two", (Arm("baseline", "Doing nothing", scenario), Arm("a", "A", scenario)), 2, measures=(LEVEL.name,)
    )
    totals = {"profit": 1.0, "in_target": 8.0, "offered": 10.0}
    result = estimate(plan, (PROFIT, KEPT, LEVEL), {"baseline": runs(totals, totals), "a": runs(totals, totals)})
    assert result.shown == ("profit", "telephone.service_level")
    assert [row.measure.name for row in result.rows] == ["profit", "customer_retention_end", "telephone.service_level"]


def test_an_unknown_measure_is_refused_before_anything_runs(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sim.model, "measures", lambda scenario: (PROFIT,))
    with pytest.raises(UnknownMeasure, match="did you mean profit"):
        execute(plan_of_scenario(scenario, measures=["profits"]))


def test_a_plan_survives_being_written_down(scenario: Scenario) -> None:
    plan = plan_of_scenario(scenario).altered(7, 3)
    assert Plan.from_plain(plan.to_plain()) == plan
    assert Plan.from_plain(plan.to_plain()).baseline.scenario.digest() == scenario.digest()


def test_a_comparison_without_customers_shows_the_service(scenario: Scenario) -> None:
    kept = Measure("employee_retention_end", "agents kept", "%", "kept", "start", 100.0, "higher", outcome=True)
    plan = Plan("made", "Made", (Arm("baseline", "Doing nothing", scenario), Arm("more", "More", scenario)), 2)
    seen = runs(
        {"kept": 1, "start": 1, "in_target": 1, "offered": 2}, {"kept": 1, "start": 1, "in_target": 1, "offered": 2}
    )
    both = {"baseline": seen, "more": seen}
    assert estimate(plan, (kept, LEVEL), both).shown == ("employee_retention_end", "telephone.service_level")
    assert estimate(plan, (replace(kept, name="satisfaction"), LEVEL), both).shown == ("satisfaction",)
