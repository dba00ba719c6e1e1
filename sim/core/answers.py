"""Answers to the questions of ports: their types, and those of a world in which no mechanism answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf

import numpy as np
import numpy.typing as npt

from sim.core.entities import Agent, Birth, Contact, Group, Issue, Lane

Array = npt.NDArray[np.float64]
Keys = npt.NDArray[np.uint64]
Slots = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.int64]
Act = Callable[[Birth], None]
Calls = tuple[Numbers, Array, list[Act]]
"""Channels and times of issues, and what they begin with."""


def always(_: Contact) -> bool:
    """Every contact ends its issue."""
    return True


def zeros(keys: Keys) -> Array:
    """Nothing is added."""
    return np.zeros(keys.size)


def zero(_: int) -> float:
    """Nothing is added."""
    return 0.0


def for_ever(_: Numbers, __: Numbers, keys: Keys) -> Array:
    """Everybody waits as long as it takes."""
    return np.full(keys.size, np.inf)


def for_ever_one(_: Lane, __: int) -> float:
    """It waits as long as it takes."""
    return inf


def never(keys: Keys) -> Array:
    """No issue comes back."""
    return np.full(keys.size, np.inf)


def never_one(_: int) -> float:
    """It does not come back."""
    return inf


def contact_at_once(_: Numbers, keys: Keys, __: Array, make_contact: Act) -> list[Act]:
    """Every issue begins with a contact."""
    return [make_contact] * int(keys.size)


def contact_first(_: str, __: int, ___: float, make_contact: Act) -> Act:
    """The issue begins with a contact."""
    return make_contact


def nobody_asked(keys: Keys) -> npt.NDArray[np.bool_]:
    """Nobody is asked."""
    return np.zeros(keys.size, dtype=np.bool_)


def not_asked(_: int) -> bool:
    """Nobody asks."""
    return False


def none_at_all() -> float:
    """There is none."""
    return 0.0


def none_felt(_: Group) -> float:
    """None is felt."""
    return 0.0


def no_edge(_: Agent) -> float:
    """It adds nothing."""
    return 0.0


def does_not(_: Contact) -> bool:
    """It is not so."""
    return False


def as_it_was(_: int, experienced: float) -> float:
    """It counts as it was experienced."""
    return experienced


def as_usual(_: Agent, usual: float) -> float:
    """It is as usual."""
    return usual


def by_himself(agent: Agent) -> tuple[float, float]:
    """He is as able and as kind as he is by himself."""
    return agent.ability, agent.manner


def same_for_all(_: Agent) -> float:
    """All get the same."""
    return 1.0


Effort = tuple[float, float, float]
"""What an agent's effort makes of his contacts: a factor on handle time, and what it adds to edge and mood."""

EASE: Effort = (1.0, 0.0, 0.0)


def at_ease(_: Agent) -> Effort:
    """He works at ease."""
    return EASE


def leaves_no_trace(_: str, __: Sequence[int], ___: Sequence[float]) -> None:
    """It leaves no trace."""
    return


def all_of_them(_: str) -> float:
    """All of them are left."""
    return 1.0


def forgotten(_: Slots, __: Array, ___: Array) -> None:
    """What was is forgotten."""
    return


def nothing_to_lose(_: Slots, __: Array) -> None:
    """There is nothing to lose."""
    return


def unknown() -> None:
    """Nobody keeps it."""
    return


def reference_equity(slots: Slots, reference: float) -> Array:
    """Everybody is at the reference."""
    return np.full(slots.size, reference)


def other_causes(slots: Slots) -> list[str]:
    """No cause is known."""
    return ["other"] * slots.size


def no_gap(slots: Slots) -> Array:
    """There is no gap."""
    return np.zeros(slots.size)


def as_it_is(gap: Array) -> Array:
    """It is felt as it is."""
    return gap


def no_market(_: Slots, __: Array) -> None:
    """There is no market to tell."""
    return


def no_discounts(_: Slots) -> None:
    """Nobody has any."""
    return


def nothing_to_explain(_: Slots, __: float) -> None:
    """There is nothing to explain."""
    return


def not_to_be_had(_: int, __: int) -> bool:
    """There is none to be had."""
    return False


def no_reprieve(slots: Slots, _: list[str]) -> Array:
    """Who leaves, leaves."""
    return np.zeros(slots.size)


def no_product(_: int, __: str) -> bool:
    """There is no such product."""
    return False


def nobodys(_: Contact) -> None:
    """It is nobody's."""
    return


def nothing_avoided(_: Slots) -> None:
    """Nobody avoids a channel."""
    return


def nothing_avoided_one(_: int) -> tuple[int, float]:
    """He avoids no channel."""
    return -1, 1.0


def in_hours(channels: Numbers, _: Keys, times: Array, acts: list[Act]) -> Calls:
    """Everybody calls in hours."""
    return channels, times, acts


def one_in_hours(channel: str, _: int, time: float, act: Act) -> tuple[str, float, Act]:
    """He calls in hours."""
    return channel, time, act


def there(_: Contact, __: Agent) -> bool:
    """He is there."""
    return False


def the_same(_: Issue, channel: str, __: int) -> str:
    """It is the same channel."""
    return channel
