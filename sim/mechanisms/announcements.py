"""Announcements: callers are told how long they will wait when they join the line.

Whoever is told more than the wait that he is ready for knows that it is of no use: a share of such callers leaves at
once, now or by another channel, or comes again later. Those who stay wait longer than they would have, or less long,
and less gladly once the time that they were told has passed.

Sources: Whitt (1999), Management Science 45(2):192-207: callers who know the wait balk instead of giving up later, and
the others are served as before. Yu, Allon and Bassamboo (2017), Management Science 63(1):1-20, and Aksin, Ata, Emadi
and Su (2017), Operations Research 65(1):242-265: announcements change patience; sign and size depend on the message.
"""

from __future__ import annotations

from math import inf
from typing import Any

from pydantic import Field, model_validator

from sim.core import streams
from sim.core.distributions import Law
from sim.core.entities import Contact
from sim.core.measures import Measure
from sim.core.units import Duration, Percent, Settings, Share
from sim.core.wait_estimates import EstimateSettings, WaitEstimates
from sim.core.world import Mechanism, World


class AnnouncedChannel(Settings):
    """What is told on one channel, and what callers make of it.

    told: whether anything is; estimate: of the wait; over: told only where it is longer. leaves: share of the callers
    who are told more than they are ready to wait who leave at once: of these a share elsewhere by another channel at
    once, a share later by the same after a delay; the others as after any contact that was not served. patience: of
    those who stay, relative to what it was; beyond: how much of it remains for the time after that which they were
    told.
    """

    told: bool
    estimate: EstimateSettings
    over: Duration
    leaves: Share
    elsewhere: Share
    later: Share
    delay: Law
    patience: Percent = Field(ge=0.1, le=100)
    beyond: Percent = Field(default=1.0, gt=0, le=1)

    @model_validator(mode="after")
    def _of_the_same(self) -> AnnouncedChannel:
        if self.elsewhere + self.later > 1.0:
            raise ValueError("'elsewhere' and 'later' are shares of the same callers and exceed 100 % together")
        return self


class AnnouncementSettings(Settings):
    """Channels on which waits are told; on the others nobody is told anything."""

    channels: dict[str, AnnouncedChannel] = Field(min_length=1)


_LEAVES = streams.named("leaves for what was told")
_GOES = streams.named("goes where after what was told")
_DELAY = streams.named("delay after what was told")
_MOMENT = streams.named("moment after what was told")
_CHANNEL = streams.named("channel after what was told")


def patience_after(patience: float, told: float, factor: float, beyond: float) -> float:
    """Seconds that a caller waits in all who was told a wait and stays."""
    longer = patience * factor
    return longer if longer <= told or longer == inf else told + (longer - told) * beyond


class Announcements(Mechanism[AnnouncementSettings]):
    """What callers are told, and what they do then."""

    answers = ("discouraged", "goes_elsewhere")

    def __init__(self, world: World, settings: AnnouncementSettings) -> None:
        super().__init__(world, settings)
        self._estimates = WaitEstimates(world)
        self._leaver: Contact | None = None
        self.told = self.left = self.elsewhere = self.later = self.waited = 0
        self.told_time = self.told_to_answered = self.waited_time = 0.0
        self._waiting: dict[Contact, float] = {}

    def discouraged(self, contact: Contact) -> bool:
        """Tell a contact its wait, if it is long enough; whether it leaves at once for that."""
        settings = self.settings.channels.get(contact.lane.channel.name)
        if settings is None or not settings.told:
            return False
        wait = self._estimates.of(contact, settings.estimate)
        if wait <= settings.over or wait == inf:
            return False
        self.told += 1
        self.told_time += wait
        if wait > contact.patience and streams.uniform(contact.key, _LEAVES) < settings.leaves:
            self.left += 1
            self._leaver = contact
            return True
        contact.patience = patience_after(contact.patience, wait, settings.patience, settings.beyond)
        self._waiting[contact] = wait
        return False

    def goes_elsewhere(self, contact: Contact) -> bool:
        """Whether a contact that leaves for what it was told takes another channel, or comes again later."""
        settings = self.settings.channels.get(contact.lane.channel.name)
        if contact is not self._leaver or settings is None:
            return False
        self._leaver = None
        issue, name, ask, now = contact.issue, contact.lane.channel.name, self.world.ask, self.world.env.now
        u = streams.uniform(contact.key, _GOES)
        if u < settings.elsewhere:
            other = ask.choose_other(issue, name, contact.key ^ _CHANNEL)
            if other == name:
                return False
            self.elsewhere += 1
            name, delay = other, 0.0
        elif u < settings.elsewhere + settings.later:
            self.later += 1
            delay = settings.delay.quantile(streams.uniform(contact.key, _DELAY))
        else:
            return False
        issue.tries += 1
        contact.lane.redialled += 1
        ask.contact_again(issue, ask.moment_after(name, now + delay, contact.key ^ _MOMENT), name)
        return True

    def on_contact_answered(self, contact: Contact) -> None:
        """Note the wait, for the next estimates and for how true this one was."""
        self._estimates.note(contact)
        told = self._waiting.pop(contact, None)
        if told is not None:
            self.waited += 1
            self.waited_time += contact.waited
            self.told_to_answered += told

    def on_contact_abandoned(self, contact: Contact) -> None:
        """Who gives up shows only that the wait would have been longer."""
        self._waiting.pop(contact, None)

    def counts(self) -> dict[str, float]:
        """Callers told their wait, what they were told, who left for it and where they went."""
        return {
            "announced.told": self.told,
            "announced.told_time": self.told_time,
            "announced.left": self.left,
            "announced.elsewhere": self.elsewhere,
            "announced.later": self.later,
            "announced.answered": self.waited,
            "announced.answered_told_time": self.told_to_answered,
            "announced.answered_time": self.waited_time,
        }

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """Waits told, how true they were, and who left for them."""
        return [
            Measure(
                "announced_wait", "wait announced", "s", "announced.told_time", "announced.told", 1.0, "lower",
                meaning="wait that callers were told, mean over those who were told one",
            ),
            Measure(
                "announced_ratio", "wait over what was announced", "%", "announced.answered_time",
                "announced.answered_told_time", 100.0,
                meaning="wait of answered callers who were told one, over what they were told",
            ),
            Measure(
                "announced_left", "left for the wait announced", "%", "announced.left", "announced.told", 100.0,
                meaning="callers who left at once for what they were told, over those who were told a wait",
            ),
        ]  # fmt: skip
