"""Values that a scenario may hold but that are hardly meant; each with its path and the reason to doubt it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from sim.core.calendar import Calendar
from sim.core.lifetimes import TenureCurve, TenureFactors
from sim.core.tables import ByInterval
from sim.core.units import DAY, HOUR, YEAR
from sim.mechanisms.interventions import Change, PolicySettings
from sim.scenario import Scenario
from sim.workload import (
    WEEKS_PER_YEAR,
    Flow,
    cases,
    groups_serving,
    handle_time,
    hours_of_work,
    on_duty,
    open_profile,
    work_of,
)

_LONG_HANDLE = HOUR
_SHORT_HANDLE = 10.0
_LOW_FCR = 0.3
_SHORT_PATIENCE = 10.0
_SHORT_WARM_UP = 90 * DAY
_DRIFT = 0.35  # a hazard solved by simulation differs from the formula, because customers and agents differ
_UNATTENDED = 0.02
_DATED = 0.9


def doubts(scenario: Scenario, expected: tuple[Flow, ...]) -> tuple[str, ...]:
    """Everything doubtful, in the order of the scenario's sections."""
    sections = (_calendar, _hazards, _tables, _patience, _resolution, _money)
    found = [doubt for section in sections for doubt in section(scenario)]
    found += dates(scenario, scenario.policies)
    found += [
        doubt for section in (_handle_times, _skills, _capacity, _departments) for doubt in section(scenario, expected)
    ]
    return (*found, *_attendance(scenario))


def _calendar(scenario: Scenario) -> Iterator[str]:
    calendar = scenario.calendar
    if scenario.customers is not None and calendar.warm_up < _SHORT_WARM_UP:
        yield (
            f"calendar.warm_up is {calendar.warm_up_days} days; the state at the start is a guess, so "
            f"{_SHORT_WARM_UP / DAY:.0f} days or more are usual"
        )
    if calendar.horizon < 365 * DAY and scenario.churn is not None:
        yield f"calendar.horizon is {calendar.horizon_days} days; retention over 12 months cannot be measured"


def dates(scenario: Scenario, policies: Mapping[str, PolicySettings]) -> list[str]:
    """Changes of policies that are not in force while is counted, or not as long or as fully as they seem."""
    calendar = scenario.calendar
    first = calendar.start + dt.timedelta(days=calendar.warm_up_days)
    end = first + dt.timedelta(days=calendar.horizon_days)
    found = []
    for name, policy in policies.items():
        for path, change in policy.changes.items():
            doubt = _date(change, first, end)
            found += [f"policies.{name}.changes.{path} {doubt}"] if doubt else []
    return found


def _date(change: Change, first: dt.date, end: dt.date) -> str:
    begin = change.from_ or first
    if begin >= end:
        return f"begins on {begin}, but the horizon ends on {end}; it never comes into force"
    if change.until is not None and change.until <= first:
        return f"ends on {change.until}, but counting begins on {first}; it is not in force while is counted"
    if begin < first:
        return f"begins on {begin}, but counting begins on {first}; what it does before is not counted"
    full = begin + dt.timedelta(seconds=min(change.ramp, 200 * YEAR))
    if full > end:
        return f"is in full force on {full} only, but the horizon ends on {end}"
    return ""


def _tables(scenario: Scenario) -> Iterator[str]:
    for name, stream in (scenario.arrivals.streams if scenario.arrivals else {}).items():
        if stream.volumes is not None:
            yield from _days_without(scenario, f"arrivals.streams.{name}.volumes", stream.volumes)
    for name, roster in scenario.staffing.rosters.items():
        if roster.on_duty is not None:
            yield from _days_without(scenario, f"staffing.rosters.{name}.on_duty", roster.on_duty)


def _days_without(scenario: Scenario, path: str, table: ByInterval) -> Iterator[str]:
    """A table of dates alone should give most days that are counted; one of weekdays may leave out closed ones."""
    calendar = Calendar(scenario.calendar, 0)
    counted = range(calendar.first_counted, calendar.days)
    given = sum(bool(table.row(calendar, index)) for index in counted)
    if given < _DATED * len(counted) and all(name[:1].isdigit() for name in table.rows):
        yield f"{path} gives numbers for {given} of {len(counted)} days that are counted, and none for the others"


def _hazards(scenario: Scenario) -> Iterator[str]:
    churn = scenario.churn
    if churn is not None and churn.neglect is None:  # how much neglect adds is known after a run
        beside = churn.involuntary.rate if churn.involuntary is not None else 0.0
        yield from _hazard("churn", churn.tenure, churn.half_life, churn.reference.base_hazard, beside)
    attrition = scenario.workforce.attrition
    if attrition is not None:
        stored = attrition.reference.base_hazard
        yield from _hazard("workforce.attrition", attrition.tenure, attrition.half_life, stored)


def _hazard(path: str, tenure: TenureFactors, half_life: float, stored: float, beside: float = 0.0) -> Iterator[str]:
    implied = TenureCurve.of(tenure).base_hazard(half_life) - beside
    if abs(stored - implied) > _DRIFT * implied:
        yield (
            f"{path}.reference.base_hazard is {stored * YEAR:.4g} per year; a half-life of "
            f"{half_life / YEAR:.3g} years with these tenure factors asks for {implied * YEAR:.4g} per year"
        )


def _patience(scenario: Scenario) -> Iterator[str]:
    for name, channel in (scenario.patience.channels if scenario.patience else {}).items():
        if channel.patience is not None and channel.patience.mean_value < _SHORT_PATIENCE:
            seconds = channel.patience.mean_value
            yield f"patience.channels.{name}.patience has a mean of {seconds:g} s; few customers give up that fast"


def _resolution(scenario: Scenario) -> Iterator[str]:
    for kind, share in (scenario.resolution.first_contact if scenario.resolution else {}).items():
        if share < _LOW_FCR:
            yield f"resolution.first_contact.{kind} is {100 * share:.3g} %; below 30 % most contacts are repeats"


def _money(scenario: Scenario) -> Iterator[str]:
    if scenario.economics is None:
        return
    for name, group in scenario.workforce.groups.items():
        if group.headcount and not group.wage:
            yield f"workforce.groups.{name}.wage is 0; these agents work for nothing"
    for name, fee in (scenario.pricing.fee if scenario.pricing else {}).items():
        if not fee and not (_orders_pay(scenario, name) or _spend_pays(scenario, name)):
            yield f"pricing.fee.{name} is 0; these customers pay nothing"


def _orders_pay(scenario: Scenario, segment: str) -> bool:
    """Whether customers of a segment bring money by the margins of orders that they place."""
    products = scenario.fulfilment.products.values() if scenario.fulfilment else ()
    return any(one.margin > 0 and one.rate.get(segment, 0.0) > 0 for one in products)


def _spend_pays(scenario: Scenario, segment: str) -> bool:
    """Whether customers of a segment bring money by what they use, or by products that they hold."""
    spend = scenario.spend
    if spend is None:
        return False
    held = any(
        one.margin > 0 and any(given.get(segment, 0.0) > 0 for given in (one.at_start, one.at_joining, one.bought))
        for one in spend.products.values()
    )
    return held or spend.usage.get(segment, 0.0) > 0


def _handle_times(scenario: Scenario, expected: tuple[Flow, ...]) -> Iterator[str]:
    for flow in expected:
        seconds = handle_time(scenario, flow.channel, flow.kind)
        if seconds is not None and not _SHORT_HANDLE <= seconds <= _LONG_HANDLE:
            yield f"agents.handle_time.{flow.kind} is {seconds / 60:,.4g} min on {flow.channel} on average"


def _skills(scenario: Scenario, expected: tuple[Flow, ...]) -> Iterator[str]:
    for flow in expected:
        if not groups_serving(scenario, flow.channel, flow.kind):
            yield (
                f"workforce.groups: nobody can serve {flow.kind} on {flow.channel}, which gets "
                f"{flow.per_year:,.0f} contacts a year"
            )


def _attendance(scenario: Scenario) -> Iterator[str]:
    for name, channel in scenario.channels.channels.items():
        if channel.kind == "written":
            continue
        opened = open_profile(channel)
        duty = on_duty(scenario, groups_serving(scenario, name))
        alone = sum(hours for hours, agents in zip(opened, duty, strict=True) if agents <= 0.0)
        if alone > _UNATTENDED * sum(opened):
            yield f"channels.channels.{name} is open {alone / 2:g} hours a week with nobody on duty who serves it"


def _capacity(scenario: Scenario, expected: tuple[Flow, ...]) -> Iterator[str]:
    """Channels that bring more hours of work in a week than those who serve them are on duty."""
    for name in scenario.channels.channels:
        work = sum(work_of(scenario, flow) / HOUR / WEEKS_PER_YEAR for flow in expected if flow.channel == name)
        hours = sum(on_duty(scenario, groups_serving(scenario, name))) / 2
        if hours < work:
            yield (
                f"channels.channels.{name} brings {work:.0f} hours of contacts a week, but those who serve it are "
                f"{hours:.0f} hours on duty; its queue will grow without end, or most customers give up"
            )


def _departments(scenario: Scenario, expected: tuple[Flow, ...]) -> Iterator[str]:
    """Departments whose cases ask for more hours than their workers have."""
    for name, per_year in cases(scenario, expected).items():
        assert scenario.departments is not None  # whose cases these are
        one = scenario.departments.departments[name]
        work = per_year * one.time.mean_value / HOUR / WEEKS_PER_YEAR
        hours = one.workers * hours_of_work(one.hours)
        if hours < work:
            yield (
                f"departments.departments.{name} gets {work:.0f} hours of cases a week, but its workers have "
                f"{hours:.0f}; its backlog will grow without end"
            )
