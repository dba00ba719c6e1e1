"""What must fit together of waiting: the part of ``consistency`` that is about what callers are told and promised."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.names import Problem, unknown_names

if TYPE_CHECKING:
    from sim.scenario import Scenario


def problems_of_waiting(scenario: Scenario) -> Iterator[Problem]:
    """All that does not fit of announcements, callback, voice-mail and channels that are avoided."""
    for check in (_channels, _messages, _avoidance, _names_of_points):
        yield from check(scenario)


def _channels(scenario: Scenario) -> Iterator[Problem]:
    """Waits are told and calls promised where somebody waits on a line."""
    kinds = {
        "announcements": ("telephone", "chat"),
        "callback": ("telephone",),
        "voice_mail": ("telephone",),
    }
    for section, fits in kinds.items():
        settings = getattr(scenario, section)
        known = tuple(name for name, one in scenario.channels.channels.items() if one.kind in fits)
        for name in settings.channels if settings is not None else ():
            if name not in known:
                yield (
                    f"{section}.channels.{name}",
                    f"is {name!r}, which is no channel of kind {' or '.join(fits)}",
                    known,
                )


def _messages(scenario: Scenario) -> Iterator[Problem]:
    """Messages wait in writing as long as it takes."""
    channels, voice_mail = scenario.channels.channels, scenario.voice_mail
    known = tuple(name for name, one in channels.items() if one.kind == "written" and one.lines is None)
    for name, one in voice_mail.channels.items() if voice_mail is not None else ():
        path = f"voice_mail.channels.{name}"
        if one.messages not in known:
            yield f"{path}.messages", f"is {one.messages!r}, which is no channel in writing without limit", known
        elif one.messages in scenario.patience.channels:
            yield f"{path}.messages", f"is {one.messages!r}, where contacts give up; a message does not", ()
        if one.back_by is not None and one.back_by not in channels:
            yield f"{path}.back_by", f"is {one.back_by!r}, which is no channel", tuple(channels)
        if one.gives_up and scenario.needs is not None and scenario.needs.one_at_a_time:
            yield f"{path}.gives_up", "must be 0 % where needs come one at a time", ()


def _avoidance(scenario: Scenario) -> Iterator[Problem]:
    if scenario.avoidance is None:
        return
    yield from unknown_names("avoidance.over", scenario.avoidance.over, scenario.channels.channels, "channel")
    if scenario.customers is None:
        yield "avoidance", "needs the section 'customers', which is missing", ()
    elif scenario.channels.choice is None:
        yield "avoidance", "needs channels.choice", ()


def _names_of_points(scenario: Scenario) -> Iterator[Problem]:
    """The contact points of callback and voice-mail have names of their own."""
    sections = (scenario.fulfilment, scenario.contact_points, scenario.departments)
    others = [section.points() for section in sections if section is not None]
    for path, section in (("callback", scenario.callback), ("voice_mail", scenario.voice_mail)):
        points = section.points() if section is not None else {}
        if points and scenario.customers is None:
            yield path, "has contact points, which need the section 'customers'", ()
        for name in points:
            if any(name in taken for taken in others):
                yield path, f"has a contact point of the name {name!r}, which another section has too", ()
