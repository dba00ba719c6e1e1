"""Growth and erosion: what a passing surge of demand leaves behind (Oliva and Sterman 2001).

A firm in which everybody has sixteen to twenty-four issues a year, and a surge of 70 % in the third to tenth week of
the horizon. Looked at: the last months, five months and more after the surge. Differences are taken replication by
replication.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from sim.stats.intervals import Estimate, paired_difference

LATE = slice(-4, None)
FCR = ("contacts.first_resolved", "contacts.first_handled")
LOSSES = ("losses.service", "customers.years")
FEW, MANY = 10, 24
REPLICATIONS = 5


def firm_under_pressure(bench: Any, desk: int) -> Any:
    """The firm with many contacts, patient customers and a desk of so many agents who cut corners."""
    settings: dict[str, Any] = {
        "calendar.warm_up": "6 weeks", "calendar.horizon": "48 weeks", "workforce.attrition": None,
        "workforce.groups.desk.headcount": desk, "workforce.groups.shop.headcount": 2,
        "workforce.hiring.lead_time": "0 days", "workforce.hiring.class_length": "0 days",
        "agents.learning": None, "staffing.absence": "0 %", "acquisition.referral": None,
        "acquisition.advertising.newcomers": "600 per year", "churn.equity_effect": 0.8,
        "channels.channels.telephone.lines": 60,
        "channels.choice": {"any": {"any": {"telephone": "90 %", "written": "10 %"}}},
        "patience.channels.telephone.patience.mean": "40 min",
        "satisfaction.experience.wait_unit.telephone": "20 min", "satisfaction.experience.unresolved": 3.0,
        "needs.kinds.enquiry.rate": {"home": "8 per year", "business": "12 per year"},
        "needs.kinds.fault.rate": {"home": "8 per year", "business": "12 per year"},
        "pressure": {
            "every": "15 min", "memory": "4 h",
            "clear_within": {"telephone": "30 min", "counter": "30 min", "written": "2 days"},
            "pace": {"speed_up": 0.5, "begins": "10 %", "saturation": "100 %", "slow_down": 0.0, "least": "55 %",
                     "care": 2.0},
            "standard": {"down": "8 weeks", "up": "500 weeks", "training_restores": "20 %"},
        },
    }  # fmt: skip
    return bench.changed(bench.firm, settings)


Run = Callable[..., Any]


@pytest.fixture
def runs(bench: Any) -> Run:
    """Runs of the firm by size of the desk and names of what is done."""
    start = bench.firm.calendar.start + dt.timedelta(weeks=6)

    def span(first: int, last: int) -> dict[str, str]:
        return {"from": str(start + dt.timedelta(weeks=first)), "until": str(start + dt.timedelta(weeks=last))}

    rates = [f"needs.kinds.{kind}.rate.{who}" for kind in ("enquiry", "fault") for who in ("home", "business")]
    acts: dict[str, Any] = {
        "surge": {rate: {"multiply": 1.7} | span(2, 10) for rate in rates},
        "staff": {"workforce.groups.desk.headcount": {"add": 6} | span(2, 12)},
        "training": {"workforce.training.hours": {"to": "1 h"} | span(11, 17)},
        "rule": {"pressure.pace.may_cut_corners": {"to": False}},
    }

    def run(desk: int, *names: str) -> Any:
        policies = {name: {"changes": acts[name]} for name in names}
        return bench.run(bench.with_policies(firm_under_pressure(bench, desk), **policies), REPLICATIONS)

    return run


def each(runs: Any, measure: tuple[str, str]) -> list[float]:
    """A ratio over the late months, replication by replication."""
    sums = [runs.month(name, LATE.start, LATE.stop) for name in measure]
    return [above / below for above, below in zip(*sums, strict=True)]


def scar(surged: Any, calm: Any, measure: tuple[str, str]) -> list[float]:
    """What the surge has left of a measure, replication by replication."""
    return [one - other for one, other in zip(each(surged, measure), each(calm, measure), strict=True)]


def deeper(one: tuple[Any, Any], other: tuple[Any, Any], measure: tuple[str, str]) -> Estimate:
    """How much more one pair of runs, with and without the surge, is marked than another."""
    return paired_difference(scar(*one, measure), scar(*other, measure))


def test_a_surge_leaves_an_under_staffed_desk_with_worse_quality_and_fewer_customers(bench: Any, runs: Run) -> None:
    surged, calm = runs(FEW, "surge"), runs(FEW)
    assert bench.falls(bench.more_in(LATE, surged, calm, *FCR))
    assert bench.rises(bench.more_in(LATE, surged, calm, *LOSSES))
    assert bench.falls(bench.more(surged, calm, "customers"))
    assert bench.falls(bench.more(surged, calm, "pressure.standard"))
    assert max(surged.month("pressure.felt", -4)) < 0, "the pressure itself is long over"


def test_with_slack_the_desk_recovers(bench: Any, runs: Run) -> None:
    marked, slack = (runs(FEW, "surge"), runs(FEW)), (runs(MANY, "surge"), runs(MANY))
    assert bench.falls(deeper(marked, slack, FCR))
    assert bench.rises(deeper(marked, slack, LOSSES))
    lost = [bench.more(*pair, "customers") for pair in (marked, slack)]
    assert lost[0].high < lost[1].low
    assert abs(bench.more_in(LATE, *slack, *FCR).value) < 0.01


def test_under_a_rule_against_cutting_corners_it_recovers_too(bench: Any, runs: Run) -> None:
    """The surge is worse while it lasts, since nobody hurries: more customers give up waiting."""
    marked, ruled = (runs(FEW, "surge"), runs(FEW)), (runs(FEW, "surge", "rule"), runs(FEW, "rule"))
    assert bench.rises(bench.more_in(slice(1, 3), ruled[0], marked[0], "telephone.abandoned", "telephone.offered"))
    assert bench.falls(deeper(marked, ruled, FCR))
    assert bench.rises(deeper(marked, ruled, LOSSES))
    assert abs(bench.more_in(LATE, *ruled, *FCR).value) < 0.01
    assert bench.rises(bench.more(ruled[0], marked[0], "customers"))


@pytest.mark.parametrize("investment", ["staff", "training"])
def test_an_investment_in_the_surge_or_after_it_recovers_too(bench: Any, runs: Run, investment: str) -> None:
    invested, surged, calm = runs(FEW, "surge", investment), runs(FEW, "surge"), runs(FEW)
    assert bench.rises(bench.more_in(LATE, invested, surged, *FCR))
    assert bench.falls(bench.more_in(LATE, invested, surged, *LOSSES))
    assert bench.rises(bench.more(invested, surged, "customers"))
    assert bench.rises(bench.more(invested, surged, "pressure.standard"))
    assert bench.more_in(LATE, invested, calm, *FCR).value > -0.01
