"""The half-lives that the provider's scenario states in words come true in simulation, by Kaplan and Meier."""

from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path

import pytest

from sim.calibration.hazards import attrition_base_hazard, observed_stays, pooled
from sim.core.units import YEAR
from sim.files import load_scenario
from sim.scenario import Scenario
from sim.stats.intervals import paired_difference
from sim.stats.survival import kaplan_meier, median, median_interval

SCENARIO = Path(__file__).parents[2] / "scenarios" / "broadband.yaml"
SEED = 1948

pytestmark = pytest.mark.slow


def plain(years: int, seats: int = 0) -> dict:
    settings = load_scenario(SCENARIO).plain()
    settings["calendar"]["horizon"] = years * YEAR
    for group in settings["workforce"]["groups"].values():
        group["headcount"] -= round(seats * group["headcount"] / 15)
    return settings


def simulated(settings: dict, replications: int) -> list:
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        return list(pool.map(observed_stays, repeat(settings), repeat(SEED), range(replications)))


def test_half_the_customers_leave_in_five_years() -> None:
    customers, _ = pooled(simulated(plain(years=7), 4))
    found = median_interval(kaplan_meier(customers.entry, customers.exit, customers.ended))
    assert found.high - found.low <= 2 * 0.05 * 5
    assert found.low <= 5.0 * 1.01 and found.high >= 5.0 * 0.99, found  # the hazard was solved to within 1 %


def test_half_the_agents_leave_in_four_years() -> None:
    """By those who leave, and more exactly by the hazards of all who are there."""
    settings = plain(years=10)
    probes = simulated(settings, 200)
    _, agents = pooled(probes)
    found = median_interval(kaplan_meier(agents.entry, agents.exit, agents.ended))
    attrition = Scenario.from_plain(settings).workforce.attrition
    days, hazards = (sum(getattr(probe, name) for probe in probes) for name in ("agent_days", "hazards"))
    solved = attrition_base_hazard(attrition, days, hazards)
    print(found, attrition.reference.base_hazard / solved)
    assert found.high - found.low <= 2 * 0.05 * 4
    assert found.low <= 4.0 <= found.high, found
    assert abs(attrition.reference.base_hazard / solved - 1.0) <= 0.02


def test_cutting_staff_by_a_third_shortens_both_stays() -> None:
    full, cut = simulated(plain(years=6), 10), simulated(plain(years=6, seats=5), 10)
    medians = [
        [median(kaplan_meier(p.customers.entry, p.customers.exit, p.customers.ended)) for p in arm]
        for arm in (cut, full)
    ]
    change = paired_difference(*medians)
    assert change.high < 0, change
    curves = [pooled(arm)[1] for arm in (cut, full)]
    short, long = (median_interval(kaplan_meier(stays.entry, stays.exit, stays.ended)) for stays in curves)
    assert short.high < long.low, (short, long)
