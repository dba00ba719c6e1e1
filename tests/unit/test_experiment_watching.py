"""What is shown while a study runs is what is known by then, and looking on changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from sim.core.measures import Measure
from sim.core.observations import Observations
from sim.experiment.execution import Arm, observe
from sim.experiment.store import Cell, Memory
from sim.experiment.watching import Watching, main_measure
from sim.files import load_scenario
from sim.report.progress import standing_lines
from sim.stats.intervals import mean_interval, paired_difference, paired_ratio_difference

TEMPLATE = Path(__file__).parents[2] / "sim" / "templates" / "scenario.yaml"
PROFIT = Measure("profit", "profit, real", "EUR", "ledger", None, 1.0, "higher", outcome=True)
KEPT = Measure("kept", "customers kept", "%", "kept", "start", 100.0, "higher", outcome=True)
BASE = [100.0, 130.0, 90.0, 120.0]
MORE = [112.0, 139.0, 101.0, 133.0]


def arms(*names: str) -> list[Arm]:
    scenario = load_scenario(TEMPLATE)
    return [Arm(name, f"Title of {name}", scenario) for name in names]


def watched(measure: Measure, names: Sequence[str], replications: int = 4) -> Watching:
    seen = Watching(measure, 0.95)
    seen.begin(len(names), replications)
    for arm in arms(*names):
        seen.expect(arm, arm.name)
    return seen


def tell(seen: Watching, arm: str, values: Sequence[float], first: int = 1) -> None:
    for number, value in enumerate(values, start=first):
        totals = {"ledger": value, "kept": value, "start": 200.0 + number}
        seen.saw(Cell(arm, 1, number), Observations(number, totals))


def test_policies_are_compared_with_the_baseline_over_the_replications_that_both_have() -> None:
    seen = watched(PROFIT, ["baseline", "fee", "staff"])
    tell(seen, "baseline", BASE)
    tell(seen, "fee", MORE[:3])
    (fee,) = seen.told(6)
    assert fee.estimate == paired_difference(MORE[:3], BASE[:3], 0.95)
    assert (fee.title, fee.done) == ("Title of fee", 3)
    assert standing_lines(seen) == [
        "Profit, real (EUR) so far, against doing nothing:",
        "  Title of fee: +10.7 ± 3.8 (3 of 4)",
    ]


def test_ratios_are_compared_as_they_are_estimated() -> None:
    seen = watched(KEPT, ["baseline", "fee"])
    tell(seen, "fee", MORE)
    tell(seen, "baseline", BASE)
    below = [201.0, 202.0, 203.0, 204.0]
    found = paired_ratio_difference(MORE, below, BASE, below, 0.95)
    (fee,) = seen.told(6)
    assert found is not None
    assert fee.estimate is not None
    assert fee.estimate.value == pytest.approx(100 * found.value)
    assert fee.estimate.half_width == pytest.approx(100 * (found.half_width or 0.0))


def test_one_replication_has_no_interval_and_a_policy_before_its_baseline_nothing() -> None:
    seen = watched(PROFIT, ["baseline", "fee"])
    tell(seen, "fee", MORE[:1])
    assert standing_lines(seen)[1:] == ["  Title of fee: nothing yet"]
    tell(seen, "baseline", BASE[:1])
    assert standing_lines(seen)[1:] == ["  Title of fee: +12, no interval yet (1 of 4)"]


def test_of_points_the_latest_are_told_with_their_level_and_how_many_are_done() -> None:
    names = [f"point {number}" for number in range(1, 101)]
    seen = watched(PROFIT, names)
    for name in names[:90]:
        tell(seen, name, BASE)
    tell(seen, names[90], BASE[:2])
    lines = standing_lines(seen)
    assert lines[0] == "90 of 100 points done; Profit, real (EUR) so far, of the latest:"
    assert lines[-1] == "  Title of point 91: 120 ± 190 (2 of 4)"
    assert [one.title for one in seen.told(2)] == ["Title of point 90", "Title of point 91"]
    assert seen.told(1)[0].estimate == mean_interval(BASE[:2], 0.95)
    assert len(seen._seen) <= 64


def test_a_run_has_one_line() -> None:
    seen = watched(PROFIT, ["baseline"])
    assert standing_lines(seen) == []
    tell(seen, "baseline", BASE)
    assert standing_lines(seen) == ["Profit, real (EUR) so far: 110 ± 29 (4 of 4)"]


def test_what_is_not_counted_or_no_number_is_left_out() -> None:
    seen = watched(PROFIT, ["baseline", "fee"])
    seen.saw(Cell("baseline", 1, 1), Observations(1, {}))
    seen.saw(Cell("fee", 1, 1), Observations(1, {"ledger": float("inf")}))
    assert seen.told(6)[0].estimate is None


def test_a_further_stage_of_the_same_arms_goes_on_from_what_was_seen() -> None:
    seen = watched(PROFIT, ["baseline", "fee"], 2)
    tell(seen, "baseline", BASE[:2])
    tell(seen, "fee", MORE[:2])
    seen.begin(2, 2)
    for arm in arms("baseline", "fee"):
        seen.expect(arm, arm.name)
    tell(seen, "baseline", BASE[2:], first=3)
    tell(seen, "fee", MORE[2:], first=3)
    assert seen.told(6)[0].estimate == paired_difference(MORE, BASE, 0.95)


def test_looking_on_changes_nothing_and_sees_what_a_store_holds_too() -> None:
    short = load_scenario(TEMPLATE, {"calendar.warm_up": "1 day", "calendar.horizon": "3 days"})
    more = load_scenario(TEMPLATE, {"calendar.warm_up": "1 day", "calendar.horizon": "3 days", "agents.spread": "0.1"})
    both = [Arm("baseline", "As it is", short), Arm("more", "Less spread", more)]
    store = Memory()
    plain = observe(both, 2, 1, Observations.to_plain, workers=1, store=store)
    for kept in (None, store):
        seen = Watching(PROFIT, 0.95)
        assert observe(both, 2, 1, Observations.to_plain, workers=1, store=kept, watch=seen) == plain
        assert (seen.finished, seen.different, seen.against) == (2, 2, True)


def test_the_main_measure_is_that_asked_for_else_profit_else_an_outcome() -> None:
    wait = Measure("wait", "wait", "s", "wait", None, 1.0, "lower")
    assert main_measure([wait, KEPT, PROFIT]) is PROFIT
    assert main_measure([wait, KEPT, PROFIT], "wait") is wait
    assert main_measure([wait, KEPT]) is KEPT
    assert main_measure([wait]) is wait
    assert main_measure([]) is None
