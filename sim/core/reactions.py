"""Issues that something causes: raised after a delay, by a channel of the customer's choice."""

from __future__ import annotations

from collections.abc import Iterable

from sim.core import streams
from sim.core.distributions import Law
from sim.core.entities import Birth
from sim.core.world import World

_DELAY = streams.named("price reaction delay")
_MOMENT = streams.named("price reaction moment")
_CHANNEL = streams.named("price reaction channel")


def raise_later(world: World, kind: str, delay: Law, who: Iterable[tuple[int, int]]) -> None:
    """Issues of a kind with these keys, by the customers at these places, each after its delay and in opening hours."""
    now = world.env.now
    world.ask.bear([
        caused(world, kind, key, slot, now + delay.quantile(streams.uniform(key, _DELAY)), _CHANNEL, _MOMENT)
        for key, slot in who
    ])  # fmt: skip


def caused(  # noqa: PLR0917  # an issue in numbers
    world: World, kind: str, key: int, slot: int, time: float, choice: int, moment: int
) -> Birth:
    """The birth of an issue after a time, when the channel that its customer chooses is open.

    choice, moment: streams of the channel and of the moment at which it opens for him.
    """
    ask = world.ask
    channel = ask.choose_one(kind, slot, streams.uniform(key, choice))
    return ask.birth(kind, channel, key, slot, ask.moment_after(channel, time, key ^ moment))
