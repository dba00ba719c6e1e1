"""Avoidance: who was not reached on a channel, or waited long there, takes his next issues elsewhere for a while.

Each customer remembers the last channel that disappointed him, and when (three bytes). Until that is forgotten a share
of his issues goes to his other channels, in proportion to their shares; a quick answer on that channel makes it good at
once. That waits on a channel change who comes by it again is reasoned; no size is known to us.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import Field

from sim.core.entities import Base, Contact
from sim.core.measures import Measure
from sim.core.units import DAY, Duration, Settings, Share, Span
from sim.core.world import Mechanism, World


class AvoidanceSettings(Settings):
    """What customers do about a channel that disappointed them.

    not_reached: share of their issues that they take elsewhere after a contact that was blocked, balked or abandoned;
    waited: the same after a wait longer than ``over`` of the channel (a channel that is not named keeps nobody
    waiting). lasts: until it is forgotten.
    """

    not_reached: Share
    waited: Share
    over: dict[str, Duration] = Field(default_factory=dict)
    lasts: Span = Field(le=80 * 365 * DAY)


Slots = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.int64]
Array = npt.NDArray[np.float64]


class Avoidance(Mechanism[AvoidanceSettings]):
    """Which channel disappointed each customer last.

    channel: its number + 1, negative where it was a long wait, 0 for none; since: the index of the day.
    """

    answers = ("avoided", "avoided_one")

    def __init__(self, world: World, settings: AvoidanceSettings) -> None:
        super().__init__(world, settings)
        assert world.base is not None
        self.base: Base = world.base
        self.channel = self.base.column(np.int8)
        self.since = self.base.column(np.int16)
        self.asked = self.avoiding = 0

    def adopted(self) -> None:
        """Waits that disappoint, by number of channel, and for how many days that lasts."""
        over = self.settings.over
        self._over = [over.get(name, float("inf")) for name in self.world.channels]
        self._days = self.settings.lasts / DAY

    def avoided(self, slots: Slots) -> tuple[Numbers, Array] | None:
        """The channel that each of some customers avoids today, -1 for none, and the share that goes elsewhere."""
        channel = self.channel.array[slots].astype(np.int64)
        age = self.world.calendar.index_at(self.world.env.now) - self.since.array[slots].astype(np.int64)
        remembers = (channel != 0) & (age <= self._days)
        self.asked += int(slots.size)
        self.avoiding += int(np.count_nonzero(remembers))
        if not remembers.any():
            return None
        share = np.where(channel > 0, self.settings.not_reached, self.settings.waited)
        return np.where(remembers & (share > 0.0), np.abs(channel) - 1, -1), np.where(share > 0.0, share, 1.0)

    def avoided_one(self, slot: int) -> tuple[int, float]:
        """``avoided`` of one customer."""
        code = int(self.channel.view[slot])
        self.asked += 1
        if not code or self.world.calendar.index_at(self.world.env.now) - self.since.view[slot] > self._days:
            return -1, 1.0
        self.avoiding += 1
        share = self.settings.not_reached if code > 0 else self.settings.waited
        return (abs(code) - 1, share) if share > 0.0 else (-1, 1.0)

    def _not_reached(self, contact: Contact) -> None:
        self._remember(contact, contact.lane.channel.index + 1)

    on_contact_abandoned = on_contact_blocked = on_contact_balked = _not_reached

    def on_contact_handled(self, contact: Contact) -> None:
        """A long wait is remembered; a short one on the channel that was avoided makes it good."""
        number = contact.lane.channel.index
        if contact.waited > self._over[number]:
            self._remember(contact, -number - 1)
            return
        slot = contact.issue.slot
        if self._is_here(contact) and abs(self.channel.view[slot]) == number + 1:
            self.channel.view[slot] = 0

    def _remember(self, contact: Contact, code: int) -> None:
        slot = contact.issue.slot
        if self._is_here(contact):
            self.channel.view[slot] = code
            self.since.view[slot] = self.world.calendar.index_at(self.world.env.now)

    def _is_here(self, contact: Contact) -> bool:
        return self.base.has(contact.issue.slot, contact.issue.customer)

    def counts(self) -> dict[str, float]:
        """Issues whose channel was chosen, and those of customers who avoided one then."""
        return {"avoidance.chosen": self.asked, "avoidance.avoiding": self.avoiding}

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """How often a channel is avoided."""
        return [
            Measure(
                "avoiding", "issues of customers who avoid a channel", "%", "avoidance.avoiding", "avoidance.chosen",
                100.0, "lower",
                meaning="issues whose customers remembered a channel that disappointed them, over issues",
            ),
        ]  # fmt: skip
