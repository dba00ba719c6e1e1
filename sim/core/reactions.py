"""Issues that something causes: raised after a delay, by a channel of the customer's choice."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.core import streams
from sim.core.distributions import Law
from sim.core.entities import Base
from sim.core.world import World

_DELAY = streams.named("price reaction delay")
_MOMENT = streams.named("price reaction moment")
_CHANNEL = streams.named("price reaction channel")


def raise_later(
    world: World, kind: str, delay: Law, keys: npt.NDArray[np.uint64], slots: npt.NDArray[np.int64]
) -> None:
    """Issues of a kind with these keys, by the customers at these places, each after its delay and in opening hours."""
    base: Base | None = world.base
    assert base is not None
    delays = delay.quantiles(streams.uniforms(keys, _DELAY)).tolist()
    moments = (keys ^ np.uint64(_MOMENT)).tolist()
    kinds = np.full(keys.size, world.kinds.index(kind), dtype=np.int64)
    channels = world.ask.choose(kinds, base.segment.array[slots], streams.uniforms(keys, _CHANNEL))
    names = list(world.channels)
    times = [
        world.ask.moment_after(names[channel], world.env.now + after, moment)
        for channel, after, moment in zip(channels.tolist(), delays, moments, strict=True)
    ]
    world.ask.raise_issues(kinds, channels, keys, slots, np.array(times))
