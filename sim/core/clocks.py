"""Clocks of customers: one for each customer and thing, a unit exponential that a rate runs down.

What is left of a clock is a need of its customer, drawn by key; a change of the rate changes when it runs down, and
draws nothing anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.core import streams
from sim.core.entities import Base

Slots = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]
Array = npt.NDArray[np.float64]

_AHEAD = 7
"""Spans that are looked ahead for customers whose clocks may run down: one search of the base instead of seven."""


class Due(NamedTuple):
    """Clocks that have run down, in the order in which they did; columns of shape (n,).

    slots: places of their customers; columns: which of the things; keys: customer, thing, ordinal; fractions: of the
    span at which they ran down.
    """

    slots: Slots
    columns: Slots
    keys: Keys
    fractions: Array


def times_between(rates: Array) -> Array:
    """Mean times between the turns of clocks at these rates; at a rate of 0 longer than any horizon."""
    return np.where(rates > 0.0, 1.0 / np.where(rates > 0.0, rates, 1.0), 1e300)


class Clocks:
    """A clock of every customer for each of some things, on a scale of time that all share.

    names: of the things, part of the keys; stream: of the draws. A clock is kept as the mark at which it will have run
    down; ``soonest`` is the first mark of a customer.
    """

    def __init__(self, base: Base, names: Sequence[str], stream: int) -> None:
        self.base = base
        self._width = len(names)
        self._names = np.array([streams.named(name) for name in names], dtype=np.uint64)
        self._stream = stream
        self.mark = base.column(np.float64, np.inf, self._width)
        self.left = base.column(np.float64, 0.0, self._width)
        self.ordinal = base.column(np.int64, 0, self._width)
        self.soonest = base.column(np.float64, np.inf)
        self._rates = np.zeros((len(base.segments), self._width))
        self._between = times_between(self._rates)
        self._passed = self._seen = 0.0
        self._near = np.empty(0, dtype=np.int64)

    def run_at(self, rates: Array) -> None:
        """Put rates per second in force, by segment and thing: what is left of each clock runs on at the new rate."""
        old, size = self._rates, self.base.size
        self._rates, self._between = rates, times_between(rates)
        if size and rates.tolist() != old.tolist():
            segment = self.base.segment.array[:size]
            left, mark = self.left.array[:size], self.mark.array[:size]
            running = (old[segment] > 0.0) & np.isfinite(mark)
            left[running] = (mark[running] - self._passed) * old[segment][running]
            known = self.base.active.array[:size, None]
            mark[:] = np.where(known, self._passed + left * self._between[segment], np.inf)
            self.soonest.array[:size] = mark.min(axis=1)
            self._seen = self._passed

    def start(self, slots: Slots) -> None:
        """Start all clocks of newcomers."""
        clocks = (slots[:, None] * self._width + np.arange(self._width)).ravel()
        left = self._drawn(self._keys(clocks))
        self.left.array.reshape(-1)[clocks] = left
        self.mark.array.reshape(-1)[clocks] = self._passed + left * self._between_of(clocks)
        self.soonest.array[slots] = self.mark.array[slots].min(axis=1)
        self._near = np.concatenate((self._near, slots))

    def pass_by(self, span: float) -> Due:
        """Let a span of time pass; returns the clocks that run down in it, which are wound up again."""
        begin, end = self._passed, self._passed + span
        if end > self._seen:
            self._seen = begin + _AHEAD * span
            self._near = (self.soonest.array[: self.base.size] <= self._seen).nonzero()[0]
        slots = np.array(sorted(set(self._near[self.soonest.array[self._near] <= end].tolist())), dtype=np.int64)
        places, columns = (self.mark.array[slots] <= end).nonzero()
        marks, clocks, keys = self._wind(slots[places] * self._width + columns, end)
        self.soonest.array[slots] = self.mark.array[slots].min(axis=1)
        self._passed = end
        order = np.argsort(marks, kind="stable")
        found, columns = np.divmod(clocks[order], self._width)
        return Due(found, columns, keys[order], (marks[order] - begin) / (span or 1.0))

    def _wind(self, clocks: Slots, end: float) -> tuple[Array, Slots, Keys]:
        """Wind up clocks until none runs down by the end; returns marks, clocks and keys of each time one did."""
        mark, ordinal = self.mark.array.reshape(-1), self.ordinal.array.reshape(-1)
        turns: list[tuple[Array, Slots, Keys]] = []
        while clocks.size or not turns:
            things, turn = self._things(clocks), ordinal[clocks]
            turns.append((mark[clocks], clocks, streams.children(things, turn)))
            ordinal[clocks] = turn = turn + 1
            left = self._drawn(streams.children(things, turn))
            self.left.array.reshape(-1)[clocks] = left
            mark[clocks] += left * self._between_of(clocks)
            clocks = clocks[mark[clocks] <= end]
        marks, which, keys = zip(*turns, strict=True)
        return np.concatenate(marks), np.concatenate(which), np.concatenate(keys)

    def _keys(self, clocks: Slots) -> Keys:
        """Keys of what clocks (place x width + thing) bring next."""
        return streams.children(self._things(clocks), self.ordinal.array.reshape(-1)[clocks])

    def _things(self, clocks: Slots) -> Keys:
        """Keys of the things of customers that clocks belong to."""
        slots, columns = np.divmod(clocks, self._width)
        return streams.children(self.base.key.array[slots], self._names[columns])

    def _between_of(self, clocks: Slots) -> Array:
        slots, columns = np.divmod(clocks, self._width)
        return np.asarray(self._between[self.base.segment.array[slots], columns])

    def _drawn(self, keys: Keys) -> Array:
        """How far each clock has to run down: a unit exponential."""
        return streams.exponentials(keys, self._stream)
