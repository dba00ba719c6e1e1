"""Ports: questions with one answer, each answered by exactly one mechanism.

A mechanism names what it answers in ``answers``; a method of that name gives the answer. A question that nobody
answers has the answer of a world without that mechanism, where there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import inf
from typing import Any, get_type_hints

import numpy as np
import numpy.typing as npt

from sim.core.entities import Agent, Birth, Contact, Group, Issue, Lane

Array = npt.NDArray[np.float64]
Keys = npt.NDArray[np.uint64]
Slots = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.int64]
Act = Callable[[Birth], None]


def _always(_: Contact) -> bool:
    return True


def _zeros(keys: Keys) -> Array:
    return np.zeros(keys.size)


def _zero(_: int) -> float:
    return 0.0


def _for_ever(_: Numbers, __: Numbers, keys: Keys) -> Array:
    return np.full(keys.size, np.inf)


def _for_ever_one(_: Lane, __: int) -> float:
    return inf


def _never(keys: Keys) -> Array:
    return np.full(keys.size, np.inf)


def _never_one(_: int) -> float:
    return inf


def _contact_at_once(_: Numbers, keys: Keys, __: Array, make_contact: Act) -> list[Act]:
    return [make_contact] * int(keys.size)


def _nobody_asked(keys: Keys) -> npt.NDArray[np.bool_]:
    return np.zeros(keys.size, dtype=np.bool_)


def _not_asked(_: int) -> bool:
    return False


def _none_at_all() -> float:
    return 0.0


def _none_felt(_: Group) -> float:
    return 0.0


def _no_edge(_: Agent) -> float:
    return 0.0


def _as_it_was(_: int, experienced: float) -> float:
    return experienced


def _leaves_no_trace(_: str, __: Slots, ___: Array) -> None:
    return None


def _forgotten(_: Slots, __: Array, ___: Array) -> None:
    return None


def _nothing_to_lose(_: Slots, __: Array) -> None:
    return None


def _unknown() -> None:
    return None


def _reference_equity(slots: Slots, reference: float) -> Array:
    return np.full(slots.size, reference)


def _other_causes(slots: Slots) -> list[str]:
    return ["other"] * slots.size


def _no_gap(slots: Slots) -> Array:
    return np.zeros(slots.size)


def _the_same(_: Issue, channel: str, __: int) -> str:
    return channel


class Ports:
    """All questions by name.

    Kinds of issue and channels go by number where many are asked about at once, by name where one is.

    lane: the lane of a channel and a kind. moments: when the customers of fractions of the demand of days reach their
    channels; moment_after: the first moment at or after a time at which a channel is open, for the key of whoever
    waits for it. choose: channels for issues, by kind, segment and uniform; choose_again: the channel of an issue's
    next contact after the one with this key. patience, work, luck, returns, asked: what contacts bring with them
    (``_one`` for a single contact), difficulty: what issues do; tolerance: how long a line a contact accepts.
    first_steps: what issues begin with, by kind, key and difficulty, where contact is one of the ways; make_contact:
    an issue begins with its first contact; complexity: spread of difficulty. births: what it takes to begin issues,
    by kind, channel, key, customer's place and time; bear: let births happen when their times come; raise_issues:
    both; contact_again: the next contact of an issue. agent_for: an idle agent for a contact. answer: an agent takes
    a contact; release: an agent has become free. edge: what an agent adds to the ability to resolve. satisfaction: of
    all places of the base, None where nobody keeps it; judged: the score of a contact in the eyes of the customer at
    a place; live_through: customers live through something other than a contact; remember: customers who come back
    have their satisfaction and equity again; lose_equity: customers lose points of it; equity, price_gap: of some
    customers; cause_of_loss: of customers who are just leaving.
    all places of the base, None where nobody keeps it; live_through: customers live through something other than a
    contact; equity, price_gap: of some customers.

    usual_work: mean work of a contact of a lane. pressure: of work on a group. lend: a group helps another, until
    take_back.
    """

    lane: Callable[[str, str], Lane]
    moments: Callable[[Numbers, Numbers, Array], Array]
    moment_after: Callable[[str, float, int], float]
    choose: Callable[[Numbers, Numbers, Array], Numbers]
    choose_again: Callable[[Issue, str, int], str] = staticmethod(_the_same)
    patience: Callable[[Numbers, Numbers, Keys], Array] = staticmethod(_for_ever)
    patience_one: Callable[[Lane, int], float] = staticmethod(_for_ever_one)
    tolerance: Callable[[Lane, int], int]
    work: Callable[[Numbers, Keys], Array]
    work_one: Callable[[Lane, int], float]
    usual_work: Callable[[Lane], float]
    luck: Callable[[Keys], Array] = staticmethod(_zeros)
    luck_one: Callable[[int], float] = staticmethod(_zero)
    difficulty: Callable[[Keys], Array] = staticmethod(_zeros)
    returns: Callable[[Keys], Array] = staticmethod(_never)
    returns_one: Callable[[int], float] = staticmethod(_never_one)
    asked: Callable[[Keys], npt.NDArray[np.bool_]] = staticmethod(_nobody_asked)
    asked_one: Callable[[int], bool] = staticmethod(_not_asked)
    resolves: Callable[[Contact], bool] = staticmethod(_always)
    edge: Callable[[Agent], float] = staticmethod(_no_edge)
    first_steps: Callable[[Numbers, Keys, Array, Act], list[Act]] = staticmethod(_contact_at_once)
    complexity: Callable[[], float] = staticmethod(_none_at_all)
    make_contact: Callable[[Birth], None]
    births: Callable[[Numbers, Numbers, Keys, Slots, Array], list[Birth]]
    bear: Callable[[list[Birth]], None]
    raise_issues: Callable[[Numbers, Numbers, Keys, Slots, Array], None]
    contact_again: Callable[[Issue, float, str], None]
    open_issues: Callable[[], int]
    agent_for: Callable[[Contact], Agent | None]
    answer: Callable[[Contact, Agent], None]
    join_queue: Callable[[Contact], None]
    leave_queue: Callable[[Contact], None]
    release: Callable[[Agent], None]
    begin_duty: Callable[[Agent, float], None]
    end_duty: Callable[[Agent], None]
    lend: Callable[[Group, Group], None]
    take_back: Callable[[Group, Group], None]
    training_hours: Callable[[], float] = staticmethod(_none_at_all)
    pressure: Callable[[Group], float] = staticmethod(_none_felt)
    deployed: Callable[[str], list[Agent]]
    add_customers: Callable[[Keys, npt.NDArray[np.int64]], Slots]
    remove_customers: Callable[[Slots], None]
    satisfaction: Callable[[], Array | None] = staticmethod(_unknown)
    judged: Callable[[int, float], float] = staticmethod(_as_it_was)
    live_through: Callable[[str, Slots, Array], None] = staticmethod(_leaves_no_trace)
    remember: Callable[[Slots, Array, Array], None] = staticmethod(_forgotten)
    lose_equity: Callable[[Slots, Array], None] = staticmethod(_nothing_to_lose)
    equity: Callable[[Slots, float], Array] = staticmethod(_reference_equity)
    price_gap: Callable[[Slots], Array] = staticmethod(_no_gap)
    cause_of_loss: Callable[[Slots], list[str]] = staticmethod(_other_causes)

    def answered(self, name: str) -> Callable[..., Any] | None:
        """The answer of a mechanism, None where nobody answers: then the hot path need not ask."""
        answer: Callable[..., Any] | None = self.__dict__.get(name)
        return answer

    def bind(self, mechanisms: Iterable[Any]) -> None:
        """Bind every question to the mechanism that answers it.

        Raises TypeError where two answer the same question or a question does not exist.
        """
        answered: dict[str, str] = {}
        known = set(get_type_hints(Ports))
        for mechanism in mechanisms:
            for name in mechanism.answers:
                who = type(mechanism).__name__
                if name not in known:
                    raise TypeError(f"{who} answers {name!r}, which nobody asks")
                if name in answered:
                    raise TypeError(f"{who} and {answered[name]} both answer {name!r}")
                answered[name] = who
                setattr(self, name, getattr(mechanism, name))
