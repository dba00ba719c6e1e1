"""Errands: work that the firm gives its own agents for customers, such as calls; it waits in turn on a channel."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.core import streams
from sim.core.entities import OUTBOUND
from sim.core.units import Settings
from sim.core.world import World

_MOMENT = streams.named("moment of care")


class WorkSettings(Settings):
    """The agents' work for each customer: a kind of issue on a channel in writing, done in turn."""

    kind: str
    channel: str


def give_work(world: World, work: WorkSettings, keys: npt.NDArray[np.uint64], time: float) -> None:
    """Give agents one piece of work for each key, at a time (s) or when the channel next opens.

    It is an issue that the firm raises itself; no customer waits for it.
    """
    kinds = np.full(keys.size, world.kinds.index(work.kind), dtype=np.int64)
    channels = np.full(keys.size, world.channels[work.channel].index, dtype=np.int64)
    moments = (keys ^ np.uint64(_MOMENT)).tolist()
    times = [world.ask.moment_after(work.channel, time, moment) for moment in moments]
    world.ask.raise_issues(kinds, channels, keys, np.full(keys.size, OUTBOUND), np.array(times))
