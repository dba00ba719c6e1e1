"""What must fit together of staff and shifts: the part of ``consistency`` that is about people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.mechanisms.staffing import ShiftSettings, shift_names
from sim.names import Problem, missing_names, unknown_names

if TYPE_CHECKING:
    from sim.scenario import Scenario


def problems_of_staff(scenario: Scenario) -> Iterator[Problem]:
    """All that does not fit of groups, rosters, shifts and what concerns agents."""
    for check in (_people, _staff_sections, _flexing):
        yield from check(scenario)


def _people(scenario: Scenario) -> Iterator[Problem]:
    groups, rosters = tuple(scenario.workforce.groups), scenario.staffing.rosters
    yield from unknown_names("staffing.rosters", rosters, groups, "group of agents")
    yield from missing_names("staffing.rosters", rosters, groups, "group of agents")
    yield from unknown_names("routing.reserve", scenario.routing.reserve, groups, "group of agents")
    for place, overflow in enumerate(scenario.routing.overflow):
        channels = tuple(scenario.channels.channels)
        yield from unknown_names(f"routing.overflow.{place}.channel", (overflow.channel,), channels, "channel")
        yield from unknown_names(f"routing.overflow.{place}.groups", overflow.groups, groups, "group of agents")
    for name, system in (scenario.systems or {}).items():
        yield from unknown_names(f"systems.{name}.groups", system.groups, groups, "group of agents")
        yield from unknown_names(
            f"systems.{name}.channels", system.channels, tuple(scenario.channels.channels), "channel"
        )
        if system.self_service and scenario.self_service is None:
            yield f"systems.{name}.self_service", "is down with the system, but the scenario has no self-service", ()
    market = scenario.morale.commitment.market if scenario.morale is not None else {}
    yield from unknown_names("morale.commitment.market", market, groups, "group of agents")
    shifts = scenario.staffing.shifts
    for name, roster in rosters.items():
        for index, entry in enumerate(roster.rota or ()):
            path = f"staffing.rosters.{name}.rota.{index}"
            unknown = [shift for shift in shift_names(entry) if shift not in shifts]
            for shift in unknown:
                yield path, f"names the shift {shift!r}, which does not exist", tuple(shifts)
            if not unknown:
                yield from _overlaps(path, {shift: shifts[shift] for shift in shift_names(entry)}, entry)
        most = scenario.workforce.groups[name].headcount if name in groups else 0
        if roster.on_duty is not None and max(max(row) for row in roster.on_duty.rows.values()) > most:
            yield f"staffing.rosters.{name}.on_duty", f"asks for more agents than the headcount of {most}", ()


def _overlaps(path: str, shifts: dict[str, ShiftSettings], entry: str) -> Iterator[Problem]:
    names = list(shifts)
    if len(names) != len(shift_names(entry)):
        yield path, f"names a shift twice: {entry!r}", ()
    for place, one in enumerate(names):
        for other in names[place + 1 :]:
            a, b = shifts[one], shifts[other]
            if set(a.days) & set(b.days) and a.start < b.end and b.start < a.end:
                yield path, f"has the overlapping shifts {one!r} and {other!r}", ()


def _staff_sections(scenario: Scenario) -> Iterator[Problem]:
    by_opinion = scenario.incentives is not None and scenario.incentives.opinion is not None
    if by_opinion and (scenario.satisfaction is None or scenario.satisfaction.survey is None):
        yield "incentives.opinion", "needs a survey of satisfaction, which is missing", ()
    if scenario.forgetting is not None and scenario.agents.learning is None:
        yield "forgetting", "needs 'agents.learning': without it there is nothing to forget", ()
    if scenario.staff_survey is not None and scenario.morale is None:
        yield "staff_survey", "needs the section 'morale': without it there is nothing to ask about", ()
    lets_go = scenario.recruitment is not None and scenario.recruitment.managing_out is not None
    if lets_go and scenario.workforce.hiring is None:
        yield "recruitment.managing_out", "needs 'workforce.hiring': say how a vacancy is filled", ()


def _flexing(scenario: Scenario) -> Iterator[Problem]:
    """Groups that help and are helped; coaching in spare time needs training to be described."""
    if scenario.flexing is None:
        return
    groups = tuple(scenario.workforce.groups)
    for name, helpers in (scenario.flexing.lending.helpers if scenario.flexing.lending else {}).items():
        yield from unknown_names("flexing.lending.helpers", [name], groups, "group of agents")
        for index, helper in enumerate(helpers):
            if helper not in groups or helper == name:
                yield f"flexing.lending.helpers.{name}.{index}", f"is {helper!r}, which is no other group", groups
    if scenario.flexing.coaching is not None and scenario.workforce.training is None:
        yield "flexing.coaching", "needs workforce.training, which says what an hour of it costs and builds", ()
