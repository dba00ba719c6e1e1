"""Exogenous arrivals: streams of contacts at given rates, for operations that know only their calls.

Each stream is a Poisson process with a rate that varies over the day, times the busyness of the day: the n-th
contact arrives when the cumulated rate passes the sum of n unit exponentials, which belong to the stream by
ordinal. So a change of the rate moves the contacts in time and re-draws none.
Source: Brown et al. (2005), JASA 100(469): an inhomogeneous Poisson process given the day.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from sim.core import streams
from sim.core.calendar import Day
from sim.core.points import PointProcess
from sim.core.tables import ByInterval
from sim.core.units import DAY, Rate, Settings
from sim.core.world import Mechanism


class StreamSettings(Settings):
    """A stream of contacts of one kind on one channel, by a constant rate or by a table of volumes.

    volumes: expected contacts by interval of the day. follow_calendar: the calendar's weights of weekday, month
    and holiday and its growth apply too; its busyness applies always.
    """

    kind: str
    channel: str
    rate: Rate | None = None
    volumes: ByInterval | None = None
    follow_calendar: bool = False

    @model_validator(mode="after")
    def _one_of_two(self) -> StreamSettings:
        if (self.rate is None) == (self.volumes is None):
            raise ValueError("needs either a rate or volumes, and not both")
        return self


class ArrivalSettings(Settings):
    """All exogenous streams."""

    streams: dict[str, StreamSettings] = Field(min_length=1)


def place(points: npt.NDArray[np.float64], masses: npt.NDArray[np.float64], width: float) -> npt.NDArray[np.float64]:
    """Times within a day at which the cumulated mass of successive intervals of one width passes each point."""
    ends = np.cumsum(masses)
    piece = np.minimum(np.searchsorted(ends, points, side="right"), masses.size - 1)
    before = ends[piece] - masses[piece]
    share = np.clip((points - before) / np.maximum(masses[piece], 1e-300), 0.0, 1.0)
    return np.asarray((piece + share) * width)


class Arrivals(Mechanism[ArrivalSettings]):
    """Streams of contacts that come whatever the customers have lived through."""

    def begin(self) -> None:
        """Give each stream its own key."""
        root = streams.child(self.world.root, streams.named("arrivals"))
        self._streams = {name: PointProcess(streams.child(root, streams.named(name))) for name in self.settings.streams}

    def on_day_began(self, day: Day) -> None:
        """Bring the contacts of the day, stream by stream."""
        births = []
        for name, settings in self.settings.streams.items():
            masses = self._masses(settings, day)
            total = float(np.cumsum(masses)[-1])
            stream = self._streams[name]
            points, keys = stream.points_up_to(stream.passed + total)
            if points.size:
                times = place(points - stream.passed, masses, DAY / masses.size)
                births.append(self._births(settings, day, times, keys))
            stream.passed += total
        if births:
            self.world.ask.raise_issues(*map(np.concatenate, zip(*births, strict=True)))

    def _masses(self, settings: StreamSettings, day: Day) -> npt.NDArray[np.float64]:
        if settings.volumes is None:
            row: tuple[float, ...] = ((settings.rate or 0.0) * DAY,)
        else:
            row = settings.volumes.row(self.world.calendar, day.index) or (0.0,)
        return np.array(row) * (day.weight if settings.follow_calendar else day.busyness)

    def _births(
        self, settings: StreamSettings, day: Day, times: npt.NDArray[np.float64], keys: npt.NDArray[np.uint64]
    ) -> tuple[npt.NDArray[Any], ...]:
        """Kinds, channels, keys, places and times of the issues of a stream."""
        moments = self.world.calendar.clocks(day.index, times)
        kind = self.world.kinds.index(settings.kind)
        channel = self.world.channels[settings.channel].index
        slots = np.full(keys.size, -1, dtype=np.int64)
        return np.full_like(slots, kind), np.full_like(slots, channel), keys, slots, moments
