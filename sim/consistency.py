"""What must fit together across mechanisms: every name that one uses must be known to the other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from sim.mechanisms.care import TouchSettings, WorkSettings
from sim.mechanisms.channels import chosen_shares
from sim.mechanisms.staffing import ShiftSettings, shift_names

if TYPE_CHECKING:
    from sim.scenario import Scenario

Problem = tuple[str, str, tuple[str, ...]]
ANY = "any"
_TAKEN = (
    "acquisition", "agents", "care", "chats", "coaching", "contacts", "customers", "episodes", "equity",
    "expectations", "experience", "fees", "flexing", "forgetting", "incentives", "issues", "ledger", "losses",
    "morale", "newcomers", "ownership", "pressure", "recruitment", "satisfaction", "self_service", "survey", "ties",
    "value", "win_back",
)  # fmt: skip
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


def problems_of(scenario: Scenario) -> list[Problem]:
    """All that does not fit: (dotted path, what is wrong, names that would be right)."""
    found: list[Problem] = []
    checks = (
        _staff_sections,
        _names,
        _reserved,
        _demand,
        _segments,
        _kinds,
        _channels,
        _people,
        _needed_sections,
        _care,
        _flexing,
        _unchosen,
    )
    for check in checks:
        found += check(scenario)
    return found if found else list(_unserved(scenario))


def _unknown(path: str, names: Iterable[str], known: Iterable[str], what: str) -> Iterator[Problem]:
    candidates = tuple(known)
    for name in names:
        if name not in candidates:
            yield f"{path}.{name}", f"names {name!r}, which is no {what} of this scenario", candidates


def _missing(path: str, names: Iterable[str], needed: Iterable[str], what: str) -> Iterator[Problem]:
    given = set(names)
    for name in needed:
        if name not in given:
            yield path, f"gives nothing for the {what} {name!r}", ()


def _names(scenario: Scenario) -> Iterator[Problem]:
    """Names become parts of dotted paths and of measures, so they hold no dots and no spaces."""
    named: dict[str, Iterable[str]] = {
        "channels.channels": scenario.channels.channels,
        "agents.handle_time": scenario.agents.handle_time,
        "workforce.groups": scenario.workforce.groups,
        "staffing.shifts": scenario.staffing.shifts,
        "customers.segments": scenario.customers.segments if scenario.customers else {},
        "arrivals.streams": scenario.arrivals.streams if scenario.arrivals else {},
    }
    for path, names in named.items():
        for name in names:
            if _SAFE.fullmatch(name) is None or name == ANY:
                yield f"{path}.{name}", f"is called {name!r}; a name has letters, digits, - and _, and is not 'any'", ()


def _reserved(scenario: Scenario) -> Iterator[Problem]:
    """Channels give their names to measures, beside words that have a meaning of their own there."""
    for name in scenario.channels.channels:
        if name in _TAKEN:
            yield f"channels.channels.{name}", f"is called {name!r}, a word that reports use; choose another name", ()


def _demand(scenario: Scenario) -> Iterator[Problem]:
    if scenario.needs is None and scenario.arrivals is None:
        yield "", "needs some demand: either 'needs' of a customer base or 'arrivals'", ("needs", "arrivals")


def _needed_sections(scenario: Scenario) -> Iterator[Problem]:
    pairs = (
        ("pricing", "customers"), ("satisfaction", "customers"), ("churn", "pricing"), ("acquisition", "customers"),
        ("needs", "customers"), ("expectations", "satisfaction"), ("ties", "satisfaction"), ("care", "customers"),
        ("win_back", "churn"), ("flexing", "pressure"),
    )  # fmt: skip
    for section, needed in pairs:
        if getattr(scenario, section) is not None and getattr(scenario, needed) is None:
            yield section, f"needs the section {needed!r}, which is missing", ()
    if scenario.needs is not None and scenario.channels.choice is None:
        yield "channels", "needs 'choice', the channels that customers use for each kind of need", ()
    if scenario.economics and scenario.economics.customer_value is not None and scenario.pricing is None:
        yield "economics.customer_value", "needs the section 'pricing', which is missing", ()
    chats = [name for name, channel in scenario.channels.channels.items() if channel.kind == "chat"]
    if chats and scenario.chat is None:
        yield (
            f"channels.channels.{chats[0]}",
            "is a chat; say how many an agent has at a time in the section 'chat'",
            (),
        )
    if scenario.ownership is not None and scenario.resolution is None:
        yield "ownership", "needs the section 'resolution', which is missing", ()
    if scenario.chat is not None and not chats:
        yield "chat", "needs a channel of the kind 'chat'", ()
    if scenario.workforce.attrition is not None and scenario.workforce.hiring is None:
        yield "workforce", "has attrition but no 'hiring': say how a vacancy is filled", ()


def _staff_sections(scenario: Scenario) -> Iterator[Problem]:
    by_opinion = scenario.incentives is not None and scenario.incentives.opinion is not None
    if by_opinion and (scenario.satisfaction is None or scenario.satisfaction.survey is None):
        yield "incentives.opinion", "needs a survey of satisfaction, which is missing", ()
    if scenario.forgetting is not None and scenario.agents.learning is None:
        yield "forgetting", "needs 'agents.learning': without it there is nothing to forget", ()
    lets_go = scenario.recruitment is not None and scenario.recruitment.managing_out is not None
    if lets_go and scenario.workforce.hiring is None:
        yield "recruitment.managing_out", "needs 'workforce.hiring': say how a vacancy is filled", ()


def _segments(scenario: Scenario) -> Iterator[Problem]:
    if scenario.customers is None:
        return
    known = tuple(scenario.customers.segments)
    if scenario.needs is not None:
        for kind, need in scenario.needs.kinds.items():
            yield from _unknown(f"needs.kinds.{kind}.rate", need.rate, known, "segment")
    if scenario.pricing is not None:
        yield from _unknown("pricing.fee", scenario.pricing.fee, known, "segment")
        yield from _missing("pricing.fee", scenario.pricing.fee, known, "segment")
    if scenario.satisfaction is not None:
        yield from _unknown("satisfaction.resting", scenario.satisfaction.resting, known, "segment")
        yield from _missing("satisfaction.resting", scenario.satisfaction.resting, known, "segment")
        yield from _unknown("satisfaction.at_start", scenario.satisfaction.at_start or (), known, "segment")
    if scenario.expectations is not None:
        yield from _unknown("expectations.at_start", scenario.expectations.at_start, known, "segment")
        yield from _missing("expectations.at_start", scenario.expectations.at_start, known, "segment")
    if scenario.acquisition is not None:
        yield from _unknown("acquisition.mix", scenario.acquisition.mix, known, "segment")
    yield from _unknown("channels.choice", scenario.channels.choice or {}, (*known, ANY), "segment")


def _kinds(scenario: Scenario) -> Iterator[Problem]:
    known = tuple(scenario.agents.handle_time)
    yield from _kinds_that_arise(scenario, known)
    yield from _kinds_that_are_served(scenario, known)


def _kinds_that_arise(scenario: Scenario, known: tuple[str, ...]) -> Iterator[Problem]:
    if scenario.needs is not None:
        yield from _unknown("needs.kinds", scenario.needs.kinds, known, "kind with a handle time (agents.handle_time)")
    if scenario.pricing is not None:
        yield from _unknown("pricing.reactions", scenario.pricing.reactions, known, "kind with a handle time")
        if scenario.channels.choice is None and scenario.pricing.reactions:
            yield "pricing.reactions", "needs channels.choice", ()
    for name, stream in (scenario.arrivals.streams if scenario.arrivals else {}).items():
        if stream.kind not in known:
            yield f"arrivals.streams.{name}.kind", f"is {stream.kind!r}, a kind without a handle time", known


def _kinds_that_are_served(scenario: Scenario, known: tuple[str, ...]) -> Iterator[Problem]:
    if scenario.resolution is not None:
        yield from _unknown("resolution.first_contact", scenario.resolution.first_contact, known, "kind")
        yield from _missing("resolution.first_contact", scenario.resolution.first_contact, known, "kind")
    if scenario.self_service is not None:
        yield from _unknown("self_service.kinds", scenario.self_service.kinds, known, "kind")
    yield from _unknown("routing.priority", scenario.routing.priority, known, "kind")
    yield from _unknown("routing.head_start", scenario.routing.head_start, known, "kind")
    for place, entry in enumerate(scenario.routing.overflow):
        if entry.kinds != "any":
            yield from _unknown(f"routing.overflow.{place}.kinds", entry.kinds, known, "kind")
    for segment, by_kind in (scenario.channels.choice or {}).items():
        yield from _unknown(f"channels.choice.{segment}", by_kind, (*known, ANY), "kind")
    for name, patience in (scenario.patience.channels if scenario.patience else {}).items():
        yield from _unknown(f"patience.channels.{name}.by_kind", patience.by_kind, known, "kind")
    for name, group in scenario.workforce.groups.items():
        if group.kinds != "any":
            for index, kind in enumerate(group.kinds):
                if kind not in known:
                    yield f"workforce.groups.{name}.kinds.{index}", f"is {kind!r}, which is no kind", known


def _channels(scenario: Scenario) -> Iterator[Problem]:
    known = tuple(scenario.channels.channels)
    for segment, by_kind in (scenario.channels.choice or {}).items():
        for kind, shares in by_kind.items():
            yield from _unknown(f"channels.choice.{segment}.{kind}", shares, known, "channel")
    for name, stream in (scenario.arrivals.streams if scenario.arrivals else {}).items():
        if stream.channel not in known:
            yield f"arrivals.streams.{name}.channel", f"is {stream.channel!r}, which is no channel", known
    yield from _unknown("patience.channels", scenario.patience.channels if scenario.patience else {}, known, "channel")
    yield from _unknown("agents.channel_factor", scenario.agents.channel_factor, known, "channel")
    if scenario.economics is not None:
        yield from _unknown("economics.contact_cost", scenario.economics.contact_cost, known, "channel")
    if scenario.satisfaction is not None:
        units = scenario.satisfaction.experience.wait_unit
        yield from _unknown("satisfaction.experience.wait_unit", units, known, "channel")
        yield from _missing("satisfaction.experience.wait_unit", units, known, "channel")
    if scenario.pressure is not None:
        yield from _unknown("pressure.clear_within", scenario.pressure.clear_within, known, "channel")
        yield from _missing("pressure.clear_within", scenario.pressure.clear_within, known, "channel")
    for name, group in scenario.workforce.groups.items():
        for index, channel in enumerate(group.channels):
            if channel not in known:
                yield f"workforce.groups.{name}.channels.{index}", f"is {channel!r}, which is no channel", known


def _care(scenario: Scenario) -> Iterator[Problem]:
    """Work of care is done in writing, waits as long as it takes, and is done once."""
    if scenario.care is None or scenario.customers is None:
        return
    for name, one in scenario.care.rounds.items():
        yield from _unknown(f"care.rounds.{name}.rate", one.rate, scenario.customers.segments, "segment")
        if _SAFE.fullmatch(name) is None or name == "follow_up":
            yield f"care.rounds.{name}", f"is called {name!r}; a name has letters, digits, - and _", ()
    channels, kinds = scenario.channels.channels, tuple(scenario.agents.handle_time)
    for path, work in _work_of_care(scenario):
        channel = channels.get(work.channel)
        if channel is None or channel.kind != "written" or channel.lines is not None:
            known = tuple(name for name, one in channels.items() if one.kind == "written")
            yield f"{path}.channel", f"is {work.channel!r}, which is no channel in writing without limit", known
        elif work.channel in scenario.patience.channels:
            yield f"{path}.channel", f"is {work.channel!r}, where contacts give up; work of care does not", ()
        if work.kind not in kinds:
            yield f"{path}.kind", f"is {work.kind!r}, a kind without a handle time", kinds
        elif scenario.resolution is not None and scenario.resolution.first_contact.get(work.kind, 1.0) < 1.0:
            yield f"{path}.kind", f"is {work.kind!r}, which must be resolved at 100 % of first contacts", ()
        elif scenario.self_service is not None and work.kind in scenario.self_service.kinds:
            yield f"{path}.kind", f"is {work.kind!r}, which customers can settle by themselves", ()


def _work_of_care(scenario: Scenario) -> Iterator[tuple[str, WorkSettings]]:
    if scenario.care is not None:
        touches: dict[str, TouchSettings] = {f"rounds.{name}": one for name, one in scenario.care.rounds.items()}
        if scenario.care.follow_up is not None:
            touches["follow_up"] = scenario.care.follow_up
        for name, one in touches.items():
            if one.work is not None:
                yield f"care.{name}.work", one.work


def _people(scenario: Scenario) -> Iterator[Problem]:
    groups, rosters = tuple(scenario.workforce.groups), scenario.staffing.rosters
    yield from _unknown("staffing.rosters", rosters, groups, "group of agents")
    yield from _missing("staffing.rosters", rosters, groups, "group of agents")
    yield from _unknown("routing.reserve", scenario.routing.reserve, groups, "group of agents")
    for place, overflow in enumerate(scenario.routing.overflow):
        channels = tuple(scenario.channels.channels)
        yield from _unknown(f"routing.overflow.{place}.channel", (overflow.channel,), channels, "channel")
        yield from _unknown(f"routing.overflow.{place}.groups", overflow.groups, groups, "group of agents")
    market = scenario.morale.commitment.market if scenario.morale is not None else {}
    yield from _unknown("morale.commitment.market", market, groups, "group of agents")
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


def _flexing(scenario: Scenario) -> Iterator[Problem]:
    """Groups that help and are helped; coaching in spare time needs training to be described."""
    if scenario.flexing is None:
        return
    groups = tuple(scenario.workforce.groups)
    for name, helpers in (scenario.flexing.lending.helpers if scenario.flexing.lending else {}).items():
        yield from _unknown("flexing.lending.helpers", [name], groups, "group of agents")
        for index, helper in enumerate(helpers):
            if helper not in groups or helper == name:
                yield f"flexing.lending.helpers.{name}.{index}", f"is {helper!r}, which is no other group", groups
    if scenario.flexing.coaching is not None and scenario.workforce.training is None:
        yield "flexing.coaching", "needs workforce.training, which says what an hour of it costs and builds", ()


def _overlaps(path: str, shifts: dict[str, ShiftSettings], entry: str) -> Iterator[Problem]:
    names = list(shifts)
    if len(names) != len(shift_names(entry)):
        yield path, f"names a shift twice: {entry!r}", ()
    for place, one in enumerate(names):
        for other in names[place + 1 :]:
            a, b = shifts[one], shifts[other]
            if set(a.days) & set(b.days) and a.start < b.end and b.start < a.end:
                yield path, f"has the overlapping shifts {one!r} and {other!r}", ()


def _unchosen(scenario: Scenario) -> Iterator[Problem]:
    """Kinds of issue for which a segment has no channel."""
    choice = scenario.channels.choice
    if choice is None or scenario.customers is None:
        return
    for segment in scenario.customers.segments:
        for kind in sorted(_raised(scenario)):
            if not chosen_shares(choice, segment, kind):
                yield "channels.choice", f"says nothing of the channels of {segment!r} for {kind!r}", ()


def _raised(scenario: Scenario) -> set[str]:
    needs = set(scenario.needs.kinds) if scenario.needs else set()
    return needs | (set(scenario.pricing.reactions) if scenario.pricing else set())


def _unserved(scenario: Scenario) -> Iterator[Problem]:
    """Kinds that may come by a channel for which nobody has the skill; asked last, when all names are known."""
    for path, channel, kind in sorted(set(_possible(scenario))):
        groups = scenario.workforce.groups.values()
        if not any(channel in one.channels and (one.kinds == "any" or kind in one.kinds) for one in groups):
            yield path, f"sends {kind!r} to {channel!r}, but no group of agents serves it there", ()


def _possible(scenario: Scenario) -> Iterator[tuple[str, str, str]]:
    for name, stream in (scenario.arrivals.streams if scenario.arrivals else {}).items():
        yield f"arrivals.streams.{name}", stream.channel, stream.kind
    for path, work in _work_of_care(scenario):
        yield path, work.channel, work.kind
    raised = sorted(_raised(scenario))
    choice = scenario.channels.choice or {}
    for segment in scenario.customers.segments if scenario.customers else ():
        for kind in raised:
            for channel, share in chosen_shares(choice, segment, kind).items():
                if share > 0:
                    yield "channels.choice", channel, kind
