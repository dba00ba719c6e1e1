"""Time that fees are paid for, by segment, and the time won and lost: what splits fees into price and customers.

Time is counted where it would be paid: who leaves at a renewal does not pay for the time up to the next, nor at any
renewal after it; who joins pays from his first day on. So for each segment, whatever a policy does,

    time paid = time of those who were there at the beginning + time won, by origin - time lost, by cause

Every stretch of time is weighted by what money of its day is worth in the books.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from sim.core.entities import ORIGINS, Base
from sim.core.facts import FeesPaid, Slots
from sim.core.units import DAY, YEAR
from sim.core.world import World

Reason = tuple[str, str, str]
"""Segment, "won" or "lost", and the origin or the cause."""


class Revenue:
    """Books of fees and of the time they are paid for; the ledger says what day it is and what money is worth.

    Who joined or left comes up again in every renewal period, like those who pay: _turns, by day, how many.
    """

    base: Base

    def __init__(self, world: World) -> None:
        self.world = world
        self._period = 0.0
        self._turns: dict[int, dict[Reason, int]] = {}
        self._moved: dict[Reason, float] = defaultdict(float)
        self._fees: list[float] = []
        self._paid: list[float] = []

    def begin(self) -> None:
        """Customers are about to come, if there are any."""
        if self.world.base is not None:
            self.base = self.world.base
            self._fees = [0.0] * len(self.base.segments)
            self._paid = [0.0] * len(self.base.segments)

    def pay(self, fees: FeesPaid, scale: float) -> None:
        """Customers pay for the time up to their next renewal; scale: what money of today is worth in the books."""
        self._period = fees.period
        size, segments = len(self._fees), self.base.segment.array[fees.slots]
        amounts = np.bincount(segments, weights=fees.amounts, minlength=size).tolist()
        for place, count in enumerate(np.bincount(segments, minlength=size).tolist()):
            self._fees[place] += amounts[place] * scale
            self._paid[place] += count * self._period * scale

    def join(self, slots: Slots, today: int) -> None:
        """Newcomers begin to pay; those who are there at the beginning are neither won nor lost."""
        origins = [ORIGINS[number] for number in self.base.origin.array[slots].tolist()]
        if origins and origins[0] != ORIGINS[0]:
            self._note(slots, "won", origins, today)

    def leave(self, slots: Slots, today: int) -> None:
        """Customers do not pay at today's renewal, nor at any after it."""
        self._note(slots, "lost", self.world.ask.cause_of_loss(slots), today)

    def _note(self, slots: Slots, way: str, why: list[str], today: int) -> None:
        turn, names = self._turns.setdefault(today, {}), self.base.segments
        for segment, reason in zip(self.base.segment.array[slots].tolist(), why, strict=True):
            who = names[segment], way, reason
            turn[who] = turn.get(who, 0) + 1

    def close(self, today: int, scale: float) -> None:
        """Count the time up to the next renewal of those who would be due today, and let them come up again then."""
        if not self._period:
            return
        time, after = self._period * scale, round(self._period / DAY)
        for day in [day for day in self._turns if day <= today]:
            later = self._turns.setdefault(day + after, {})
            for who, count in self._turns.pop(day).items():
                self._moved[who] += count * time
                later[who] = later.get(who, 0) + count

    def counts(self) -> dict[str, float]:
        """Fees by segment, and customer-years paid for, won and lost."""
        found: dict[str, float] = {}
        for place, name in enumerate(self.base.segments if self._fees else ()):
            found[f"ledger.revenue.{name}.fees"] = self._fees[place]
            found[f"ledger.revenue.{name}.paid"] = self._paid[place] / YEAR
        for (segment, way, why), time in self._moved.items():
            found[f"ledger.revenue.{segment}.{way}.{why}"] = time / YEAR
        return found
