"""Errands: work that the firm gives its own agents for customers, such as calls; it waits in turn on a channel."""

from __future__ import annotations

from collections.abc import Iterable

from sim.core import streams
from sim.core.entities import OUTBOUND
from sim.core.units import Settings
from sim.core.world import World

_MOMENT = streams.named("moment of care")


class WorkSettings(Settings):
    """The agents' work for each customer: a kind of issue on a channel in writing, done in turn."""

    kind: str
    channel: str


def give_work(world: World, work: WorkSettings, keys: Iterable[int], time: float) -> None:
    """Give agents one piece of work for each key, at a time (s) or when the channel next opens.

    It is an issue that the firm raises itself; no customer waits for it.
    """
    ask, kind, channel = world.ask, work.kind, work.channel
    ask.bear([
        ask.birth(kind, channel, key, OUTBOUND, ask.moment_after(channel, time, key ^ _MOMENT)) for key in keys
    ])  # fmt: skip
