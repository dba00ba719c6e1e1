"""Patience: how long customers wait before they give up, who balks at a line, who tries again."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import Field

from sim.core import elementary, streams
from sim.core.distributions import Constant, Law, LawTable
from sim.core.entities import Contact, Lane
from sim.core.measures import Measure
from sim.core.units import Settings, Share
from sim.core.world import Mechanism


class BalkingSettings(Settings):
    """Customers who see a line turn away from it: each accepts at most a geometric number of others waiting.

    stays: the probability to accept one more person in the line.
    """

    stays: Share


class RedialSettings(Settings):
    """Who tries again after giving up, being blocked or balking; each further try is less likely.

    The n-th repetition happens with probability share x persistence^(n - 1).
    """

    share: Share
    persistence: Share
    delay: Law


class ChannelPatience(Settings):
    """Patience on one channel; kinds not named wait as ``patience`` says; without it nobody gives up."""

    patience: Law | None = None
    by_kind: dict[str, Law] = Field(default_factory=dict)
    balking: BalkingSettings | None = None
    redial: RedialSettings | None = None


class PatienceSettings(Settings):
    """Patience by channel; a channel that is not named has customers who wait for ever."""

    channels: dict[str, ChannelPatience] = Field(default_factory=dict)


Numbers = npt.NDArray[np.int64]
Array = npt.NDArray[np.float64]

FOR_EVER = Constant(law="constant", mean="1 s")  # type: ignore[arg-type]  # read with its unit
_PATIENCE = streams.named("patience")
_TOLERANCE = streams.named("tolerance")
_REDIAL = streams.named("redial")
_REDIAL_DELAY = streams.named("redial delay")
_REDIAL_MOMENT = streams.named("redial moment")
_REDIAL_CHANNEL = streams.named("redial channel")


def tolerance(stays: float, u: float) -> int:
    """Most others waiting that a customer accepts: geometric, P(at least n) = stays^n."""
    if stays >= 1.0:
        return 1_000_000_000
    if stays <= 0.0:
        return 0
    return int(elementary.log(u) / elementary.log(stays))


def redial_probability(share: float, persistence: float, tries: int) -> float:
    """Probability to try again after the tries so far (0 for the first): share x persistence^tries."""
    for _ in range(tries):
        share *= persistence
    return share


class Patience(Mechanism[PatienceSettings]):
    """What contacts bring of patience, and who tries again."""

    answers = ("patience", "patience_one", "tolerance")

    def begin(self) -> None:
        """Find out whether issues may rest with other departments, and whether who is not served may do else."""
        self._rests, self._leaves_message, self._goes_elsewhere = map(
            self.world.ask.answered, ("rests", "leaves_message", "goes_elsewhere")
        )

    def adopted(self) -> None:
        """Lay out the laws by channel and kind."""
        self._by_lane: dict[Lane, Law | None] = {}
        laws = [self._law(channel, kind) or FOR_EVER for channel in self.world.channels for kind in self.world.kinds]
        self._table = LawTable(laws)
        self._waits_for_ever = np.array([law is FOR_EVER for law in laws])
        for name, channel in self.world.channels.items():
            settings = self.settings.channels.get(name)
            channel.can_be_balked = settings is not None and settings.balking is not None

    def _law(self, channel: str, kind: str) -> Law | None:
        settings = self.settings.channels.get(channel)
        return settings.by_kind.get(kind, settings.patience) if settings is not None else None

    def patience(self, kinds: Numbers, channels: Numbers, keys: npt.NDArray[np.uint64]) -> Array:
        """Patience of contacts, in seconds, by number of kind and channel; infinite for those who wait for ever."""
        which = channels * len(self.world.kinds) + kinds
        values = self._table.quantiles(which, streams.uniforms(keys, _PATIENCE))
        return np.where(self._waits_for_ever[which], np.inf, values) if self._waits_for_ever.any() else values

    def patience_one(self, lane: Lane, key: int) -> float:
        """Patience of one contact."""
        if lane not in self._by_lane:
            self._by_lane[lane] = self._law(lane.channel.name, lane.kind)
        law = self._by_lane[lane]
        return inf if law is None else law.quantile(streams.uniform(key, _PATIENCE))

    def tolerance(self, lane: Lane, key: int) -> int:
        """How many others waiting a contact accepts, on a channel that can be balked."""
        balking = self.settings.channels[lane.channel.name].balking
        assert balking is not None
        return tolerance(balking.stays, streams.uniform(key, _TOLERANCE))

    def on_contact_abandoned(self, contact: Contact) -> None:
        """Somebody gave up: perhaps tries again."""
        self._perhaps_again(contact)

    def on_contact_blocked(self, contact: Contact) -> None:
        """Somebody met a busy line: perhaps leaves a message, or tries again."""
        if self._leaves_message is None or not self._leaves_message(contact):
            self._perhaps_again(contact)

    def on_contact_balked(self, contact: Contact) -> None:
        """Somebody turned away from the line: perhaps he has been told to, or tries again."""
        if self._goes_elsewhere is None or not self._goes_elsewhere(contact):
            self._perhaps_again(contact)

    def on_contact_unreached(self, contact: Contact) -> None:
        """Somebody was called back in vain: perhaps tries again."""
        self._perhaps_again(contact)

    def _perhaps_again(self, contact: Contact) -> None:
        world, issue, lane = self.world, contact.issue, contact.lane
        channel = self.settings.channels.get(lane.channel.name)
        redial = channel.redial if channel is not None else None
        probability = redial_probability(redial.share, redial.persistence, issue.tries) if redial else 0.0
        if redial is None or streams.uniform(contact.key, _REDIAL) >= probability:
            if self._rests is None or not self._rests(issue):
                world.tell.issue_given_up(issue)
            return
        issue.tries += 1
        lane.redialled += 1
        delay = redial.delay.quantile(streams.uniform(contact.key, _REDIAL_DELAY))
        name = world.ask.choose_again(issue, lane.channel.name, contact.key ^ _REDIAL_CHANNEL)
        time = world.ask.moment_after(name, world.env.now + delay, contact.key ^ _REDIAL_MOMENT)
        world.ask.contact_again(issue, time, name)

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """Redials per channel."""
        return [
            Measure(
                f"{name}.redials", f"{name}: tried again after not being served", "%",
                f"{name}.redialled", f"{name}.offered", 100.0,
                meaning="contacts that were abandoned, blocked or balked and tried again, over contacts offered",
            )
            for name in scenario.patience.channels
        ]  # fmt: skip
