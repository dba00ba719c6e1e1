"""Voice-mail: who calls when the line is closed, or finds it full, may leave a message.

Messages are contacts on a channel in writing, which agents work off in turn; its target is the time promised for them.
A caller who leaves none calls again in hours or gives the issue up. Without this section everybody calls in hours.

Assumptions: a share of the issues of a channel is called for when it is closed, at a moment of the closed time after
that day that is uniform (a convention); vendors' figures of callers who leave a message run from 15 to 42 %.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import Field

from sim.core import streams
from sim.core.calendar import Day
from sim.core.contact_points import ContactPoints, PointSettings, measures_of
from sim.core.entities import Birth, Contact
from sim.core.facts import Posting
from sim.core.measures import Measure
from sim.core.units import Settings, Share
from sim.core.world import Mechanism, World


class VoiceMailChannel(Settings):
    """Calls of one channel that find it closed or full.

    out_of_hours: share of its issues for which customers first call when it is closed. offered: whether they can leave
    a message; leaves: share who do. gives_up: share of the others out of hours who give the issue up; the rest calls
    again in hours. full: share of those who meet a full line in hours who leave a message. messages: the channel in
    writing on which they are worked off; back_by: that by which its customers come again, the same where none is given.
    """

    out_of_hours: Share
    offered: bool
    leaves: Share
    gives_up: Share
    full: Share
    messages: str
    back_by: str | None = None


class VoiceMailSettings(Settings):
    """Voice-mail by channel; closed: what it is to call out of hours and leave no message."""

    channels: dict[str, VoiceMailChannel] = Field(min_length=1)
    closed: PointSettings | None = None

    def points(self) -> dict[str, PointSettings]:
        """Its contact point by the name under which it is counted."""
        return {} if self.closed is None else {"called_when_closed": self.closed}


Keys = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]
Array = npt.NDArray[np.float64]
Act = Callable[[Birth], None]
_CLOSED = streams.named("calls when closed")
_WHEN = streams.named("moment of a call when closed")
_AGAIN = streams.named("calls again in hours")
_LEAVES = streams.named("leaves a message")
_GIVES_UP = streams.named("gives up when closed")
_FULL = streams.named("leaves a message when full")
_POINT = streams.named("closed")


class VoiceMail(Mechanism[VoiceMailSettings]):
    """Who leaves a message, calls again or gives up: decided by the issue's key, for many at once."""

    answers = ("out_of_hours", "out_of_hours_one", "leaves_message")

    def __init__(self, world: World, settings: VoiceMailSettings) -> None:
        super().__init__(world, settings)
        self._points = ContactPoints(world, tuple(settings.points()))
        self.left = self.again = self.given_up = self.full = self.left_when_full = 0

    def begin(self) -> None:
        """Open the account."""
        self.world.tell.paid(Posting("voice_mail", 0.0, "prices"))

    def adopted(self) -> None:
        """By number of channel: shares of calls; and by which channel customers of messages come again."""
        channels, given = self.world.channels, self.settings.channels
        rows = [given.get(name) for name in channels]
        self._closed = np.array([0.0 if row is None else row.out_of_hours for row in rows])
        for channel in channels.values():
            channel.back_by = None
        for row in given.values():
            channels[row.messages].back_by = row.back_by

    def out_of_hours(
        self, numbers: Numbers, keys: Keys, times: Array, acts: list[Act]
    ) -> tuple[Numbers, Array, list[Act]]:
        """Channels, times and first steps of issues, after some have called when their channel is closed.

        Who leaves a message is on its channel then; who calls again does so at the next opening. Who has tried
        self-service first does not give up for a closed line. The acts say what is counted, when the time has come.
        """
        calls = np.flatnonzero(streams.uniforms(keys, _CLOSED) < self._closed[numbers])
        if not calls.size:
            return numbers, times, acts
        names, numbers, times, acts = list(self.world.channels), numbers.copy(), times.copy(), list(acts)
        for place in calls.tolist():
            call = names[numbers[place]], int(keys[place]), float(times[place]), acts[place]
            name, times[place], acts[place] = self._call(*call)
            numbers[place] = self.world.channels[name].index
        return numbers, times, acts

    def out_of_hours_one(self, channel: str, key: int, time: float, act: Act) -> tuple[str, float, Act]:
        """``out_of_hours`` of one issue."""
        settings = self.settings.channels.get(channel)
        if settings is None or streams.uniform(key, _CLOSED) >= settings.out_of_hours:
            return channel, time, act
        return self._call(channel, key, time, act)

    def _call(self, name: str, key: int, time: float, act: Act) -> tuple[str, float, Act]:
        """Somebody calls a channel after it has closed."""
        ask, settings = self.world.ask, self.settings.channels[name]
        closes, opens = ask.closed_after(name, time)
        if opens <= closes:
            return name, time, act  # it never closes
        moment = closes + streams.uniform(key, _WHEN) * (opens - closes)
        if settings.offered and streams.uniform(key, _LEAVES) < settings.leaves:
            return settings.messages, moment, _then(self._leave, act)
        if act == ask.make_contact and streams.uniform(key, _GIVES_UP) < settings.gives_up:
            return name, moment, self._give_up
        return name, ask.moment_after(name, moment, key ^ _AGAIN), _then(self._call_again, act)

    def _leave(self, _: Birth) -> None:
        self.left += 1

    def _give_up(self, birth: Birth) -> None:
        self.given_up += 1
        self._note(birth)

    def _call_again(self, birth: Birth) -> None:
        self.again += 1
        self._note(birth)

    def _note(self, birth: Birth) -> None:
        self._points.note("called_when_closed", birth[2] ^ _POINT, birth[4], birth[5])

    def leaves_message(self, contact: Contact) -> bool:
        """Whether a contact that finds the line full, not down, leaves a message instead of trying again."""
        settings = self.settings.channels.get(contact.lane.channel.name)
        if settings is None or not settings.offered or contact.lane.channel.cut_off:
            return False
        self.full += 1
        if streams.uniform(contact.key, _FULL) >= settings.full:
            return False
        self.left_when_full += 1
        contact.issue.tries += 1
        contact.lane.redialled += 1
        self.world.ask.contact_again(contact.issue, self.world.env.now, settings.messages)
        return True

    def on_day_began(self, _: Day) -> None:
        """Let those who called a closed line and left no message live through it."""
        spent = self._points.live_through_noted(self.settings.points())
        if spent:
            self.world.tell.paid(Posting("voice_mail", -spent, "prices"))

    def counts(self) -> dict[str, float]:
        """Calls out of hours and how they ended, and messages left when the line was full."""
        return {
            "voice_mail.calls": self.left + self.again + self.given_up,
            "voice_mail.left": self.left,
            "voice_mail.again": self.again,
            "voice_mail.given_up": self.given_up,
            "voice_mail.full": self.full,
            "voice_mail.left_when_full": self.left_when_full,
            "voice_mail.messages": self.left + self.left_when_full,
            **self._points.counts(),
        }

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """Messages, and what becomes of those who call out of hours."""
        return [
            Measure(
                "messages", "messages left", "messages a year", "voice_mail.messages", "years",
                meaning="messages left out of hours or when the line was full, a year",
            ),
            Measure(
                "messages_of_calls", "calls out of hours with a message", "%", "voice_mail.left", "voice_mail.calls",
                100.0, "higher", meaning="callers out of hours who left a message, over all callers out of hours",
            ),
            Measure(
                "out_of_hours_given_up", "given up out of hours", "%", "voice_mail.given_up", "voice_mail.calls", 100.0,
                "lower", meaning="callers out of hours who gave the issue up, over all callers out of hours",
            ),
            *measures_of(scenario.voice_mail.points(), scenario.satisfaction is not None),
        ]  # fmt: skip


def _then(count: Act, act: Act) -> Act:
    """Go on as before, and count if a contact comes of it: self-service may help, or the customer have left."""

    def both(birth: Birth) -> None:
        lane = birth[3]
        before = lane.offered
        act(birth)
        if lane.offered > before:
            count(birth)

    return both
