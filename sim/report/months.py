"""The course over time: which monthly series are worth drawing, and their means by arm."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sim.core.observations import Observations
from sim.core.units import HOUR
from sim.experiment.comparison import Result
from sim.stats.intervals import Estimate, mean_interval, ratio_interval

PROFIT = "ledger.profit"


@dataclass(frozen=True)
class Course:
    """One monthly series of every arm; None where a month has nothing to tell. source: what it is made of."""

    figure: str
    title: str
    unit: str
    months: tuple[str, ...]
    by_arm: Mapping[str, tuple[Estimate | None, ...]]
    source: str = ""


@dataclass(frozen=True)
class _Series:
    """How a series comes from the months: one of them, or a ratio of two."""

    figure: str
    title: str
    unit: str
    above: str
    below: str | None = None
    factor: float = 1.0
    whole_months: bool = False


_FURTHER: tuple[tuple[str, str, str, str, str | None, float], ...] = (
    ("service", "Occupancy", "%", "agents.busy", "agents.duty", 100.0),
    ("customers", "Customers lost in the month", "customers", "customers.left", None, 1.0),
    ("customers", "Newcomers in the month", "customers", "newcomers", None, 1.0),
    ("staff", "Proficiency of the agents", "%", "proficiency", None, 100.0),
    ("staff", "Agents who left in the month", "agents", "agents.left", None, 1.0),
    ("staff", "Agents hired in the month", "agents", "agents.hired", None, 1.0),
)


def courses(result: Result) -> tuple[Course, ...]:
    """Profit, customers, satisfaction, staff and service by month, as far as they were observed."""
    first = result.runs[result.plan.baseline.name][0]
    return tuple(_course(result, series) for series in _worth_drawing(result, first))


def further_courses(result: Result) -> tuple[Course, ...]:
    """What a report shows besides: waits, abandonment, occupancy and repeats, losses, the staff's proficiency."""
    first = result.runs[result.plan.baseline.name][0].months
    found = [_Series(*row, whole_months=True) for row in _FURTHER if {row[3], row[4]} <= {*first, None}]
    for channel, settings in result.plan.baseline.scenario.channels.channels.items():
        rows = (
            (
                f"Mean wait, {channel}",
                *(("h", 1 / HOUR) if settings.kind == "written" else ("s", 1.0)),
                "wait",
                "left_queue",
            ),
            (f"Abandoned, {channel}", "%", 100.0, "abandoned", "offered"),
            (f"Repeats among contacts, {channel}", "%", 100.0, "repeats", "offered"),
        )
        for title, unit, factor, above, below in rows:
            if {f"{channel}.{above}", f"{channel}.{below}"} <= set(first):
                found.append(_Series("service", title, unit, f"{channel}.{above}", f"{channel}.{below}", factor, True))
    return tuple(_course(result, series) for series in found)


def _worth_drawing(result: Result, first: Observations) -> list[_Series]:
    scenario = result.plan.baseline.scenario
    found = []
    if PROFIT in first.months:
        found.append(_Series("course", "Profit by month", scenario.currency, PROFIT, whole_months=True))
    levels = (
        ("customers", "Customers at the end of the month", "customers"),
        ("satisfaction", "Satisfaction of the base", "0 to 100"),
        ("headcount", "Agents employed", "agents"),
    )
    found += [_Series("course", title, unit, name) for name, title, unit in levels if name in first.months]
    kept = (("customers", "Customers of the start still there"), ("agents", "Agents of the start still there"))
    for who, title in kept:
        if f"{who}.kept" in first.months and f"{who}.at_start" in first.months:
            found.append(_Series("survivors", title, "%", f"{who}.kept", f"{who}.at_start", 100.0))
    for channel in scenario.channels.channels:
        above, below = f"{channel}.answered_in_target", f"{channel}.judged"
        if above in first.months and below in first.months:
            found.append(_Series("service", f"Service level, {channel}", "%", above, below, 100.0, whole_months=True))
    return found


def _course(result: Result, series: _Series) -> Course:
    names = result.runs[result.plan.baseline.name][0].month_names
    places = _whole(result, names) if series.whole_months else range(len(names))
    by_arm = {
        arm: tuple(_estimate(runs, series, place, result.plan.confidence) for place in places)
        for arm, runs in result.runs.items()
    }
    return Course(
        series.figure, series.title, series.unit, tuple(names[place] for place in places), by_arm, series.above
    )


def _estimate(runs: tuple[Observations, ...], series: _Series, place: int, confidence: float) -> Estimate | None:
    above = [series.factor * run.months[series.above][place] for run in runs]
    if series.below is None:
        return mean_interval(above, confidence)
    return ratio_interval(above, [run.months[series.below][place] for run in runs], confidence)


def _whole(result: Result, names: tuple[str, ...]) -> range:
    """Places of the months that are counted from their first to their last day; all, if there is no such."""
    calendar = result.plan.baseline.scenario.calendar
    begin = calendar.start + dt.timedelta(days=calendar.warm_up_days)
    end = begin + dt.timedelta(days=calendar.horizon_days)
    first = 0 if begin.day == 1 else 1
    last = len(names) if end.day == 1 else len(names) - 1
    return range(first, last) if last - first > 1 else range(len(names))
