"""Needs: the issues that customers have, by kind, at rates per customer-year."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from pydantic import Field

from sim.core import elementary, streams
from sim.core.calendar import Day
from sim.core.units import DAY, Rate, Settings
from sim.core.world import Mechanism, World


class NeedSettings(Settings):
    """One kind of issue: how often a customer of each segment has it."""

    rate: dict[str, Rate]


class NeedsSettings(Settings):
    """All kinds of issue that arise from the base by themselves."""

    kinds: dict[str, NeedSettings] = Field(min_length=1)


Slots = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]
Array = npt.NDArray[np.float64]
_CLOCK = streams.named("need clock")
_CHOICE = streams.named("channel choice")
_AHEAD = 7 * DAY


def marks(since: float | Array, left: Array, rates: Array) -> Array:
    """Where clocks that have so much left will have run down: since + left / rate, never at a rate of 0."""
    return np.where(rates > 0.0, since + left / np.where(rates > 0.0, rates, 1.0), np.inf)


class Needs(Mechanism[NeedsSettings]):
    """Needs of the whole base, day by day: a week at a time, those whose turn may come are looked up.

    Each customer and kind has a clock, a unit exponential that runs down by rate x weight of the days. It is kept as
    the mark at which it will have run down, on a scale that all share: the weights of the days so far, in seconds. A
    need arises on the day in which its mark lies, at the fraction of the day's demand at which it does.
    """

    def __init__(self, world: World, settings: NeedsSettings) -> None:
        super().__init__(world, settings)
        assert world.base is not None
        self.base = world.base
        self._width = len(settings.kinds)
        self._names = np.array([streams.named(kind) for kind in settings.kinds], dtype=np.uint64)
        self.mark = self.base.column(np.float64, np.inf, self._width)
        self.left = self.base.column(np.float64, 0.0, self._width)
        self.ordinal = self.base.column(np.int64, 0, self._width)
        self._rates = np.zeros((len(self.base.segments), self._width))
        self._passed = 0.0
        self._foreseen = 0.0
        self._soon: Slots = np.empty(0, dtype=np.int64)

    def adopted(self) -> None:
        """Put the rates in force: what is left of each clock runs on at the new rate."""
        kinds, segments = self.settings.kinds, self.base.segments
        self._numbers = np.array([self.world.kinds.index(kind) for kind in kinds], dtype=np.int64)
        old, size = self._rates, self.base.size
        self._rates = np.array([[need.rate.get(segment, 0.0) for need in kinds.values()] for segment in segments])
        if size:
            segment = self.base.segment.array[:size]
            left, mark = self.left.array[:size], self.mark.array[:size]
            running = (old[segment] > 0.0) & np.isfinite(mark)
            left[running] = (mark[running] - self._passed) * old[segment][running]
            known = self.base.active.array[:size, None]
            mark[:] = np.where(known, marks(self._passed, left, self._rates[segment]), np.inf)

    def on_customers_joined(self, slots: Slots) -> None:
        """Newcomers start all their clocks."""
        everything = (slots[:, None] * self._width + np.arange(self._width)).ravel()
        self._wind(everything, self._issues(everything), np.full(everything.size, self._passed))

    def on_day_began(self, day: Day) -> None:
        """Let the day's weight pass, and raise what has become due."""
        before, span = self._passed, day.weight * DAY
        self._passed = passed = before + span
        if passed > self._foreseen:
            self._foresee(passed + _AHEAD)
        mark = self.mark.array.reshape(-1)
        due = np.unique(self._soon[mark[self._soon] <= passed])
        while due.size:
            at = mark[due]
            issues = self._issues(due)
            self.ordinal.array.reshape(-1)[due] += 1
            self._wind(due, self._issues(due), at)
            self._raise(day, due, issues, (at - before) / span)
            due = due[mark[due] <= passed]

    def on_settings_changed(self, _: float) -> None:
        """Look ahead again: rates, channels or laws may have changed."""
        self._foreseen = 0.0

    def _foresee(self, until: float) -> None:
        """Find the clocks that run down in the next days, and have what their issues bring drawn in one go."""
        self._foreseen = until
        self._soon = clocks = np.flatnonzero(self.mark.array.reshape(-1)[: self.base.size * self._width] <= until)
        if clocks.size:
            issues = self._issues(clocks)
            self.world.ask.foresee(*self._by_channel(clocks, issues), issues)

    def _by_channel(self, clocks: Slots, issues: Keys) -> tuple[Slots, Slots]:
        """Numbers of the kinds and of the channels of issues."""
        slots, kinds = np.divmod(clocks, self._width)
        numbers = self._numbers[kinds]
        segments = self.base.segment.array[slots]
        return numbers, self.world.ask.choose(numbers, segments, streams.uniforms(issues, _CHOICE))

    def _issues(self, clocks: Slots) -> Keys:
        """Keys of the issues that clocks (place x width + kind) will raise next, shape (n,)."""
        slots, kinds = np.divmod(clocks, self._width)
        customers = self.base.key.array[slots]
        return streams.children(streams.children(customers, self._names[kinds]), self.ordinal.array.reshape(-1)[clocks])

    def _wind(self, clocks: Slots, issues: Keys, since: Array) -> None:
        """Start clocks for their next issues at points of the scale."""
        slots, kinds = np.divmod(clocks, self._width)
        left = -elementary.log_array(streams.uniforms(issues, _CLOCK))
        self.left.array.reshape(-1)[clocks] = left
        until = marks(since, left, self._rates[self.base.segment.array[slots], kinds])
        self.mark.array.reshape(-1)[clocks] = until
        soon = until <= self._foreseen
        if soon.any():
            self._soon = np.concatenate((self._soon, clocks[soon]))

    def _raise(self, day: Day, clocks: Slots, issues: Keys, fractions: Array) -> None:
        ask = self.world.ask
        kinds, channels = self._by_channel(clocks, issues)
        ask.raise_issues(kinds, channels, issues, clocks // self._width, ask.moments(channels, day.index, fractions))
