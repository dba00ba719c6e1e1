"""What a file means, before anything is simulated: contacts, load against agents, money, doubtful values.

First-order arithmetic (see ``sim.workload``) and Erlang formulas: a planner's sanity check, not a result.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sim.calibration.erlang import agents_needed
from sim.core.units import HOUR, YEAR
from sim.doubts import dates, doubts
from sim.evidence import by_kind
from sim.files import Study
from sim.files.studies import BASELINE
from sim.mechanisms.channels import Target
from sim.scenario import Scenario
from sim.workload import (
    HALF_HOUR,
    WEEKS_PER_YEAR,
    Flow,
    arrival_profile,
    at_once,
    flows,
    groups_serving,
    handle_time,
    moment,
    on_duty,
    open_profile,
    work_of,
)

_HALF_HOURS = HOUR / HALF_HOUR
_SHORTEST_PATIENCE = 0.1  # s; Erlang A divides by it
_LONGEST_SEARCH = 2e7  # patience in handle times, times squared load: beyond, Erlang A takes a second and more
_LARGEST_LOAD = 5_000.0  # erlang; a formula takes a quarter of a second there, and more than in proportion beyond


@dataclass(frozen=True)
class ChannelLoad:
    """Load of a channel (erlang: contacts in hand at once) against the agents who can serve it.

    mean: average over its open hours; peak: in its busiest half-hour, ``when``; needed: agents for its target
    then (Erlang A with the mean patience, C where nobody gives up; for written contacts, carried over, the mean
    load); on_duty: agents on duty then with the skill, who may be needed elsewhere too.
    """

    channel: str
    contacts_per_year: float
    handle_time: float
    mean: float
    peak: float
    when: str
    target: Target
    formula: str
    needed: int | None
    on_duty: float


@dataclass(frozen=True)
class Totals:
    """The operation as a whole; work and staffed are hours a week, money is per year."""

    customers: int
    agents: int
    contacts_per_year: float
    work_hours: float
    staffed_hours: float
    fees: float | None
    wages: float
    advertising: float | None
    overheads: float | None


@dataclass(frozen=True)
class CheckReport:
    """What a scenario or a study means; numbers: paths of those that are sourced, derived, assumed and unmarked."""

    name: str
    title: str
    currency: str
    digest: str
    days: tuple[int, int]
    totals: Totals
    contacts: tuple[Flow, ...]
    loads: tuple[ChannelLoad, ...]
    doubts: tuple[str, ...]
    numbers: Mapping[str, tuple[str, ...]]
    arms: tuple[tuple[str, str], ...] = ()


def check(scenario: Scenario) -> CheckReport:
    """What a scenario means."""
    expected = flows(scenario)
    loads = tuple(_load(scenario, channel, expected) for channel in scenario.channels.channels)
    totals = _totals(scenario, expected)
    return CheckReport(
        name=scenario.name,
        title=scenario.title,
        currency=scenario.currency,
        digest=scenario.digest(),
        days=(scenario.calendar.warm_up_days, scenario.calendar.horizon_days),
        totals=totals,
        contacts=expected,
        loads=loads,
        doubts=(*_overload(totals, loads), *doubts(scenario, expected)),
        numbers={kind: tuple(paths) for kind, paths in by_kind(scenario.numbers(), scenario.evidence).items()},
    )


def check_study(study: Study) -> CheckReport:
    """What the scenario of a study means, which arms it compares, and what is doubtful in each of them."""
    arms = tuple((arm.name, arm.title) for arm in study.arms.values())
    report = check(study.scenario)
    found = (*report.doubts, *_doubts_of_arms(study, report.doubts))
    return replace(report, name=study.name, title=study.title, arms=arms, doubts=found)


def _doubts_of_arms(study: Study, known: tuple[str, ...]) -> list[str]:
    """What is doubtful with the policies of an arm in full force, and was not without them."""
    policies = {name: policy for arm in study.arms.values() for name, policy in arm.policies.items()}
    found = dates(study.scenario, {k: v for k, v in policies.items() if k not in study.scenario.policies})
    before = {_without_numbers(doubt) for doubt in known}
    for arm in study.arms.values():
        changes = [(path, change, 1.0) for policy in arm.policies.values() for path, change in policy.changes.items()]
        if arm.name != BASELINE and changes:
            doubtful = check(study.scenario.with_changes(changes)).doubts
            found += [f"{arm.name}: {doubt}" for doubt in doubtful if _without_numbers(doubt) not in before]
    return found


def _without_numbers(doubt: str) -> str:
    return re.sub(r"[0-9.,]+", "", doubt)


def _load(scenario: Scenario, channel: str, expected: tuple[Flow, ...]) -> ChannelLoad:
    settings = scenario.channels.channels[channel]
    own = [flow for flow in expected if flow.channel == channel]
    count = sum(flow.per_year for flow in own)
    seconds = sum(flow.per_year * (handle_time(scenario, channel, flow.kind) or 0.0) for flow in own)
    mean_handle = seconds / count if count else 0.0
    seconds /= at_once(scenario, channel)[1]
    profile = arrival_profile(scenario, channel)
    weekly = seconds / WEEKS_PER_YEAR
    open_seconds = sum(open_profile(settings)) * HALF_HOUR
    busiest = max(range(len(profile)), key=profile.__getitem__)
    duty = on_duty(scenario, groups_serving(scenario, channel))
    mean, peak = weekly / open_seconds, weekly * profile[busiest] / HALF_HOUR
    formula, needed = _needed(scenario, channel, mean if settings.kind == "written" else peak, mean_handle)
    return ChannelLoad(
        channel=channel,
        contacts_per_year=count,
        handle_time=mean_handle,
        mean=mean,
        peak=peak,
        when=moment(busiest),
        target=settings.target,
        formula=formula,
        needed=needed,
        on_duty=duty[busiest],
    )


def _needed(scenario: Scenario, channel: str, load: float, mean_handle: float) -> tuple[str, int | None]:
    """Agents that a formula asks for at a load, and which formula; None where the target asks for all or nothing,
    or the load is beyond any operation.
    """
    settings = scenario.channels.channels[channel]
    if load <= 0.0:
        return "no load", 0
    if settings.kind == "written":
        return "mean load", int(load) + 1
    most, pace = at_once(scenario, channel)
    load, mean_handle = load * most, mean_handle * most / pace
    patience = _patience(scenario, channel, load, mean_handle)
    formula = "Erlang C" if patience is None else "Erlang A"
    if not 0.0 < settings.target.share < 1.0 or load > _LARGEST_LOAD:
        return formula, None
    places = agents_needed(load / mean_handle, mean_handle, settings.target.share, settings.target.within, patience)
    return formula, None if places is None else -(-places // most)


def _patience(scenario: Scenario, channel: str, load: float, mean_handle: float) -> float | None:
    """Mean patience for Erlang A; None where nobody gives up, or so late that Erlang C asks for hardly more agents."""
    own = scenario.patience.channels.get(channel) if scenario.patience else None
    if own is None or own.patience is None:
        return None
    patience = max(own.patience.mean_value, _SHORTEST_PATIENCE)
    return patience if patience / mean_handle * load * load < _LONGEST_SEARCH else None


def _totals(scenario: Scenario, expected: tuple[Flow, ...]) -> Totals:
    groups = scenario.workforce.groups
    segments = scenario.customers.segments if scenario.customers else {}
    fees = None
    if scenario.pricing:
        fees = sum(each.count * scenario.pricing.fee.get(name, 0.0) for name, each in segments.items()) * YEAR
    advertising = scenario.acquisition.advertising if scenario.acquisition else None
    return Totals(
        customers=sum(each.count for each in segments.values()),
        agents=sum(group.headcount for group in groups.values()),
        contacts_per_year=sum(flow.per_year for flow in expected),
        work_hours=sum(work_of(scenario, flow) for flow in expected) / WEEKS_PER_YEAR / HOUR,
        staffed_hours=sum(on_duty(scenario, list(groups))) / _HALF_HOURS,
        fees=fees,
        wages=sum(group.headcount * group.wage for group in groups.values()) * YEAR,
        advertising=advertising.spend * YEAR if advertising else None,
        overheads=sum(scenario.economics.overheads.values()) * YEAR if scenario.economics else None,
    )


def _overload(totals: Totals, loads: tuple[ChannelLoad, ...]) -> list[str]:
    found = []
    if totals.work_hours > 0.95 * totals.staffed_hours:
        found.append(
            f"staffing: {totals.work_hours:,.0f} hours of contacts a week against {totals.staffed_hours:,.0f} "
            "hours on duty; queues will grow without end, or most customers give up"
        )
    for load in loads:
        if load.on_duty < load.peak and load.formula != "mean load":
            found.append(
                f"channels.channels.{load.channel}: {load.peak:,.1f} erlang on {load.when}, but {load.on_duty:.1f} "
                "agents on duty who can serve it"
            )
    return found
