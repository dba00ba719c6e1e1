"""Needs: the issues that customers have, by kind, at rates per customer-year."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from pydantic import Field

from sim.core import elementary, streams
from sim.core.calendar import Day
from sim.core.entities import Column
from sim.core.units import DAY, Rate, Settings
from sim.core.world import Mechanism, World


class NeedSettings(Settings):
    """One kind of issue: how often a customer of each segment has it."""

    rate: dict[str, Rate]


class NeedsSettings(Settings):
    """All kinds of issue that arise from the base by themselves."""

    kinds: dict[str, NeedSettings] = Field(min_length=1)


Slots = npt.NDArray[np.int64]
_CLOCK = streams.named("need clock")
_CHOICE = streams.named("channel choice")


class Clock:
    """The clocks of one kind of need: what is left of each customer's unit exponential, run down by its rate."""

    def __init__(self, world: World, kind: str) -> None:
        assert world.base is not None
        self.kind = kind
        self.name = np.array([streams.named(kind)], dtype=np.uint64)
        self.left: Column[np.float64] = world.base.column(np.float64)
        self.rate: Column[np.float64] = world.base.column(np.float64)
        self.ordinal: Column[np.int64] = world.base.column(np.int64)

    def issues(self, keys: npt.NDArray[np.uint64], slots: Slots) -> npt.NDArray[np.uint64]:
        """Keys of the issues that these customers will have next, shape (n,)."""
        return streams.children(streams.children(keys, self.name), self.ordinal.array[slots])

    def wind(self, keys: npt.NDArray[np.uint64], slots: Slots) -> None:
        """Start the clocks of the next issues of these customers."""
        self.left.array[slots] += -elementary.log_array(streams.uniforms(self.issues(keys, slots), _CLOCK))


class Needs(Mechanism[NeedsSettings]):
    """Needs of the whole base, day by day: one step over arrays for each kind.

    Each customer and kind has a clock. A day runs it down by rate x weight of the day; where it passes zero the
    need arises, at the fraction of the day's demand at which it did.
    """

    def __init__(self, world: World, settings: NeedsSettings) -> None:
        super().__init__(world, settings)
        self._clocks = [Clock(world, kind) for kind in settings.kinds]
        self._due: list[tuple[Slots, Slots, npt.NDArray[np.uint64], npt.NDArray[np.float64]]] = []

    def adopted(self) -> None:
        """Put the rates in force on every customer."""
        base = self.world.base
        assert base is not None
        if base.size:
            self._set_rates(np.arange(base.size))

    def _set_rates(self, slots: Slots) -> None:
        base = self.world.base
        assert base is not None
        for clock in self._clocks:
            rates = self.settings.kinds[clock.kind].rate
            by_segment = np.array([rates.get(segment, 0.0) for segment in base.segments])
            clock.rate.array[slots] = by_segment[base.segment.array[slots]]

    def on_customers_joined(self, slots: Slots) -> None:
        """Newcomers start all their clocks."""
        base = self.world.base
        assert base is not None
        self._set_rates(slots)
        keys = base.key.array[slots]
        for clock in self._clocks:
            clock.wind(keys, slots)

    def on_day_began(self, day: Day) -> None:
        """Run all clocks down by a day, and raise what has become due."""
        base = self.world.base
        assert base is not None
        size, span = base.size, day.weight * DAY
        active = base.active.array[:size]
        for clock in self._clocks:
            left = clock.left.array[:size]
            left -= clock.rate.array[:size] * span
            due = np.flatnonzero((left <= 0.0) & active)
            while due.size:
                self._collect(clock, due, span)
                due = due[clock.left.array[due] <= 0.0]
        if self._due:
            self._raise(day)

    def _collect(self, clock: Clock, due: Slots, span: float) -> None:
        base = self.world.base
        assert base is not None
        fractions = 1.0 + clock.left.array[due] / (clock.rate.array[due] * span)
        issues = clock.issues(base.key.array[due], due)
        clock.ordinal.array[due] += 1
        clock.wind(base.key.array[due], due)
        kinds = np.full(due.size, self.world.kinds.index(clock.kind), dtype=np.int64)
        self._due.append((kinds, due, issues, fractions))

    def _raise(self, day: Day) -> None:
        base, ask = self.world.base, self.world.ask
        assert base is not None
        kinds, due, issues, fractions = (np.concatenate(part) for part in zip(*self._due, strict=True))
        self._due.clear()
        channels = ask.choose(kinds, base.segment.array[due], streams.uniforms(issues, _CHOICE))
        ask.raise_issues(kinds, channels, issues, due, ask.moments(channels, day.index, fractions))
