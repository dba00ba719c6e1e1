"""Care: the firm itself turns to its customers, by rounds of calls or visits and by following up resolved issues.

Each customer and round has a turn that comes again at a fixed interval; a resolved issue is followed up after a delay.
Whoever is reached lives through it and knows himself cared for. The work is either done by others, for what an attempt
costs, or lands on a channel as work for agents, and is lived through on the morning after they have done it. That
customers stay with a firm that shows that it cares is known in direction (Groenroos 2007, Service Management and
Marketing); no size is.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from pydantic import Field

from sim.core import streams
from sim.core.calendar import Day
from sim.core.distributions import Law
from sim.core.elementary import added
from sim.core.entities import OUTBOUND, Base, Issue
from sim.core.errands import WorkSettings, give_work
from sim.core.facts import Posting
from sim.core.measures import Measure
from sim.core.units import DAY, Money, Rate, Settings, Share
from sim.core.world import Mechanism, World


class TouchSettings(Settings):
    """An attempt: share of customers reached, how it is for them (0 to 100), what it costs beside the agents' time.

    work: what agents do for those who are reached; where it is not given the cost pays for everything.
    """

    reached: Share
    felt: float = Field(ge=0, le=100)
    cost: Money
    work: WorkSettings | None = None


class RoundSettings(TouchSettings):
    """Calls or visits: how often each customer of a segment has his turn.

    satisfaction_below: only customers whose satisfaction is below it when their turn comes.
    """

    rate: dict[str, Rate]
    satisfaction_below: float | None = Field(default=None, ge=0, le=100)


class FollowUpSettings(TouchSettings):
    """A call after an issue was resolved: for this share of issues, after a delay."""

    share: Share
    delay: Law


class CareSettings(Settings):
    """Rounds of calls or visits by name, and the follow-up of resolved issues."""

    rounds: dict[str, RoundSettings] = Field(default_factory=dict)
    follow_up: FollowUpSettings | None = None


Slots = npt.NDArray[np.int64]
Touch = tuple[int, int]
"""An attempt: the place of the customer, and its key."""
Array = npt.NDArray[np.float64]
FOLLOW_UP = "follow_up"
_NEVER = (1 << 31) - 1
_PHASE = streams.named("phase of a round of care")
_REACHED = streams.named("reached by care")
_FOLLOWED = streams.named("issue followed up")
_DELAY = streams.named("delay of a follow-up")
_SEED_OF_FOLLOW_UP = streams.named("follow-up")


class Promise(NamedTuple):
    """An issue to be followed up: place and key of its customer, and the key of the attempt."""

    slot: int
    customer: int
    key: int


class Call(NamedTuple):
    """Work that agents do: for which round, and the place and key of the customer."""

    name: str
    slot: int
    customer: int


def days_between(rates: Array) -> Array:
    """Days from turn to turn at rates (per second), at least one; infinite at rate 0."""
    between = np.full(rates.shape, np.inf)
    np.divide(1.0 / DAY, rates, out=between, where=rates > 0.0)
    return np.asarray(np.maximum(between, 1.0))


def first_turns(today: int, phases: Array, between: Array) -> npt.NDArray[np.int32]:
    """Days of the first turns: each at a phase of its own of the interval, never where that is infinite."""
    due = np.minimum(today + phases * between, float(_NEVER))
    return due.astype(np.int32)


class Care(Mechanism[CareSettings]):
    """Outbound care: whose turn it is today, who is reached, who does the work, what customers make of it.

    due: the day of each customer's next turn in each round; turns: turns had so far.
    """

    def __init__(self, world: World, settings: CareSettings) -> None:
        super().__init__(world, settings)
        assert world.base is not None
        self.base: Base = world.base
        self._rounds = tuple(settings.rounds)
        self.due = [self.base.column(np.int32, _NEVER) for _ in self._rounds]
        self.turns = [self.base.column(np.int64) for _ in self._rounds]
        self._between = [np.empty(0) for _ in self._rounds]
        self._promised: dict[int, list[Promise]] = {}
        self._under_way: dict[int, Call] = {}
        self._done: list[Call] = []
        self._resolved: list[tuple[Issue, float]] = []
        self._follow_up = settings.follow_up
        names = (*self._rounds, FOLLOW_UP)
        self.tried, self.reached = dict.fromkeys(names, 0), dict.fromkeys(names, 0)
        self.felt = self.in_vain = 0
        self.spent = 0.0

    def adopted(self) -> None:
        """How often customers have their turn; where that changes, turns are dealt anew, at the same phases."""
        self._promise_follow_ups()
        self._follow_up = self.settings.follow_up
        now, before = self._today(), self._between
        self._between = [self._intervals(name) for name in self._rounds]
        everybody = np.flatnonzero(self.base.active.array[: self.base.size])
        for place, between in enumerate(self._between):
            if everybody.size and between.tolist() != before[place].tolist():
                self._deal(place, everybody, now)

    def _today(self) -> int:
        return self.world.calendar.index_at(self.world.env.now)

    def _intervals(self, name: str) -> Array:
        rates = self.settings.rounds[name].rate
        return days_between(np.array([rates.get(segment, 0.0) for segment in self.base.segments]))

    def _deal(self, place: int, slots: Slots, today: int) -> None:
        """Say when customers first have their turn in a round."""
        keys = self.base.key.array[slots] ^ np.uint64(streams.named(self._rounds[place]))
        between = self._between[place][self.base.segment.array[slots]]
        self.due[place].array[slots] = first_turns(today, streams.uniforms(keys, _PHASE), between)

    def on_customers_joined(self, slots: Slots) -> None:
        """Newcomers are dealt their turns."""
        for place in range(len(self._rounds)):
            self._deal(place, slots, self._today())

    def on_day_began(self, day: Day) -> None:
        """Turn to those whose turn it is, and to those whose issue is to be followed up."""
        self._promise_follow_ups()
        if self._done:
            self._live_what_is_done()
        for place, name in enumerate(self._rounds):
            due = (self.due[place].array[: self.base.size] <= day.index).nonzero()[0]
            if due.size:
                self._go_round(place, name, due.tolist(), day.index)
        follow_up, promised = self.settings.follow_up, self._promised.pop(day.index, ())
        if promised and follow_up is not None:
            chosen = {one.slot: one.key for one in promised if self.base.has(one.slot, one.customer)}
            self._turn_to(FOLLOW_UP, follow_up, list(chosen.items()))

    def _go_round(self, place: int, name: str, slots: list[int], today: int) -> None:
        settings, satisfaction = self.settings.rounds[name], self.world.ask.satisfaction()
        below = settings.satisfaction_below
        due, turns, base = self.due[place].view, self.turns[place].view, self.base
        between, name_of_round = self._between[place].tolist(), streams.named(f"care {name}")
        chosen: list[Touch] = []
        for slot in slots:
            due[slot] = int(min(today + between[base.segment.view[slot]], float(_NEVER)))
            ordinal = turns[slot]
            turns[slot] = ordinal + 1
            if below is not None and satisfaction is not None and satisfaction.item(slot) >= below:
                continue
            chosen.append((slot, streams.child(streams.child(base.key.view[slot], name_of_round), ordinal)))
        self._turn_to(name, settings, chosen)

    def _turn_to(self, name: str, settings: TouchSettings, chosen: list[Touch]) -> None:
        """Try to reach customers, each once; those reached live through it now, or when agents have done the work."""
        self.tried[name] += len(chosen)
        cost = len(chosen) * settings.cost
        if cost:
            self.spent += cost
            self.world.tell.paid(Posting("care", -cost, "prices"))
        there = [touch for touch in chosen if streams.uniform(touch[1], _REACHED) < settings.reached]
        self.reached[name] += len(there)
        if there and settings.work is None:
            self._lived(name, settings.felt, [slot for slot, _ in there])
        elif there and settings.work is not None:
            self._hand_over(name, settings.work, there)

    def _lived(self, name: str, felt: float, slots: list[int]) -> None:
        self.felt += len(slots)
        self.world.ask.live_through(name, slots, [felt] * len(slots))
        self.world.tell.customers_cared_for(np.array(slots, dtype=np.int64))

    def _hand_over(self, name: str, work: WorkSettings, there: list[Touch]) -> None:
        """Give the work to agents: issues that the firm raises itself."""
        for slot, key in there:
            self._under_way[key] = Call(name, slot, self.base.key.view[slot])
        give_work(self.world, work, [key for _, key in there], self.world.env.now)

    def on_issue_resolved(self, issue: Issue) -> None:
        """Note work of care that is done; another issue may be followed up, which is decided at midnight for all."""
        if issue.slot == OUTBOUND:
            if (call := self._under_way.pop(issue.key, None)) is not None:
                self._done.append(call)
        elif self._follow_up is not None and issue.slot >= 0:
            self._resolved.append((issue, self.world.env.now))

    def _promise_follow_ups(self) -> None:
        """Say which of the issues resolved since the last midnight are followed up, and on which day to come."""
        follow_up, resolved = self._follow_up, self._resolved
        if follow_up is None or not resolved:
            return
        keys = np.array([issue.key for issue, _ in resolved], dtype=np.uint64)
        index_at = self.world.calendar.index_at
        for place in (streams.uniforms(keys, _FOLLOWED) < follow_up.share).nonzero()[0].tolist():
            issue, time = resolved[place]
            key = streams.child(issue.key, _SEED_OF_FOLLOW_UP)
            when = time + follow_up.delay.quantile(streams.uniform(key, _DELAY))
            day = max(index_at(when), index_at(time) + 1)
            self._promised.setdefault(day, []).append(Promise(issue.slot, issue.customer, key))
        self._resolved = []

    def _live_what_is_done(self) -> None:
        """Customers live through what agents did for them since yesterday morning, each once a day in each round."""
        done, self._done = self._done, []
        once: dict[str, dict[int, None]] = {}
        for call in done:
            slots = once.setdefault(call.name, {})
            if not self.base.has(call.slot, call.customer):
                self.in_vain += 1
            elif call.slot in slots:
                self._done.append(call)
            else:
                slots[call.slot] = None
        for name, slots in once.items():
            settings = self.settings.follow_up if name == FOLLOW_UP else self.settings.rounds[name]
            if slots and settings is not None:
                self._lived(name, settings.felt, list(slots))

    def counts(self) -> dict[str, float]:
        """Attempts and customers reached, in all and by what they were for, and what was spent."""
        return {
            "care.tried": added(self.tried.values()),
            "care.reached": added(self.reached.values()),
            "care.felt": self.felt,
            "care.spent": self.spent,
            **{f"care.{name}.tried": count for name, count in self.tried.items()},
            **{f"care.{name}.reached": count for name, count in self.reached.items()},
        }

    def balances(self) -> list[tuple[str, float, float]]:
        """Customers reached = those who felt it + those who had left before the work was done + work under way."""
        return [
            (
                "customers reached by care",
                added(self.reached.values()),
                self.felt + self.in_vain + len(self._under_way) + len(self._done),
            )
        ]

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """Attempts, share reached, cost."""
        currency = scenario.currency
        found = [
            Measure(
                "care_contacts", "caring contacts", "contacts a year", "care.felt", "years",
                meaning="calls, visits and follow-ups that customers lived through, a year",
            ),
            Measure(
                "care_reached", "reached by care", "%", "care.reached", "care.tried", 100.0, "higher",
                meaning="customers reached, over attempts",
            ),
            Measure(
                "care_cost", "cost of care", f"{currency} a year", "care.spent", "years", 1.0, "lower",
                meaning="what attempts cost beside the agents' time, a year, in prices of the start",
            ),
        ]  # fmt: skip
        if scenario.economics is not None:
            found.append(Measure("ledger.care", "care (income +, cost -)", currency, "ledger.care"))
        return found
