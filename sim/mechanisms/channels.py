"""Channels: their hours and lines, when in the day customers use them, which one they choose."""

from __future__ import annotations

from bisect import bisect_right
from typing import Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field, field_validator, model_validator

from sim.core.calendar import WEEKDAYS, Weekday
from sim.core.entities import Channel
from sim.core.units import DAY, Clock, Duration, Settings, Share, parse_clock
from sim.core.world import Mechanism, World

ANY = "any"


class Hours(Settings):
    """Opening hours of one day."""

    opens: Clock
    closes: Clock

    @model_validator(mode="after")
    def _forwards(self) -> Hours:
        if self.closes <= self.opens:
            raise ValueError("closes before it opens")
        return self


class Target(Settings):
    """A target: this share of the contacts offered is answered within this time."""

    share: Share
    within: Duration


class ChannelSettings(Settings):
    """One channel.

    hours: by weekday, or ``every_day``; a day that is not named is closed. lines: contacts that fit in at once,
    waiting or talking. time_of_day: relative demand from each time on, within the hours. priority: waiting
    contacts of a lower number are answered first.
    """

    kind: Literal["telephone", "counter", "written"]
    hours: dict[Weekday | Literal["every_day"], Hours] = Field(min_length=1)
    open_on_holidays: bool = False
    lines: int | None = Field(default=None, ge=1)
    time_of_day: dict[str, float] | None = None
    priority: int = Field(default=0, ge=0, le=9)
    target: Target

    @field_validator("time_of_day")
    @classmethod
    def _clocks(cls, weights: dict[str, float] | None) -> dict[str, float] | None:
        for time, weight in (weights or {}).items():
            parse_clock(time)
            if weight < 0:
                raise ValueError(f"the weight at {time} is negative")
        return weights


class ChannelsSettings(Settings):
    """All channels and the choice between them.

    choice: segment -> kind -> channel -> share; ``any`` stands for every segment or kind not named.
    """

    channels: dict[str, ChannelSettings] = Field(min_length=1)
    choice: dict[str, dict[str, dict[str, Share]]] | None = None
    switch_on_repeat: Share = 0.0

    @model_validator(mode="after")
    def _shares_sum_to_one(self) -> ChannelsSettings:
        for segment, by_kind in (self.choice or {}).items():
            for kind, shares in by_kind.items():
                total = sum(shares.values())
                if abs(total - 1.0) > 1e-6:
                    raise ValueError(f"the choice of {segment}, {kind} adds up to {100 * total:g} %, not to 100 %")
        return self


class OpenHours:
    """The open hours of one kind of day, with the share of demand in each piece.

    starts, ends: seconds after midnight; cumulated: share of the day's demand up to the end of each piece.
    """

    __slots__ = ("cumulated", "ends", "starts")

    def __init__(self, hours: Hours, time_of_day: dict[float, float]) -> None:
        bounds = [(start, weight) for start, weight in sorted(time_of_day.items())] or [(0.0, 1.0)]
        if bounds[0][0] > 0.0:
            bounds.insert(0, (0.0, bounds[-1][1]))
        pieces = []
        for (start, weight), (end, _) in zip(bounds, [*bounds[1:], (DAY, 0.0)], strict=True):
            begins, stops = max(start, hours.opens), min(end, hours.closes)
            if stops > begins and weight > 0.0:
                pieces.append((begins, stops, weight * (stops - begins)))
        pieces = pieces or [(hours.opens, hours.closes, 1.0)]
        self.starts = [begins for begins, _, _ in pieces]
        self.ends = [stops for _, stops, _ in pieces]
        total = 0.0
        self.cumulated = []
        for _, _, mass in pieces:
            total += mass
            self.cumulated.append(total)
        self.cumulated = [mass / total for mass in self.cumulated]

    def clock(self, fraction: float) -> float:
        """Seconds after midnight at which this fraction of the day's demand has come."""
        piece = min(bisect_right(self.cumulated, fraction), len(self.starts) - 1)
        before = self.cumulated[piece - 1] if piece else 0.0
        share = (fraction - before) / (self.cumulated[piece] - before)
        return self.starts[piece] + min(share, 1.0) * (self.ends[piece] - self.starts[piece])


class Channels(Mechanism[ChannelsSettings]):
    """Hours and choice of channels."""

    answers = ("moment", "moment_after", "choose", "choose_again")

    def __init__(self, world: World, settings: ChannelsSettings) -> None:
        super().__init__(world, settings)
        for index, (name, channel) in enumerate(settings.channels.items()):
            world.channels[name] = Channel(name, index, channel.kind)

    def adopted(self) -> None:
        """Lay out the open hours of each weekday and the cumulated shares of the choice."""
        self._names = list(self.settings.channels)
        self._open = {name: self._week(channel) for name, channel in self.settings.channels.items()}
        self._cumulated: dict[tuple[str, str], npt.NDArray[np.float64]] = {}
        for name, channel in self.settings.channels.items():
            self.world.channels[name].lines = channel.lines
            self.world.channels[name].priority = channel.priority

    def _week(self, channel: ChannelSettings) -> list[OpenHours | None]:
        times = {parse_clock(time): weight for time, weight in (channel.time_of_day or {}).items()}
        week: list[OpenHours | None] = []
        for weekday in WEEKDAYS:
            hours = channel.hours.get(weekday, channel.hours.get("every_day"))
            week.append(OpenHours(hours, times) if hours else None)
        return week

    def _hours(self, channel: str, index: int) -> OpenHours | None:
        calendar = self.world.calendar
        if calendar.is_holiday(index) and not self.settings.channels[channel].open_on_holidays:
            return None
        return self._open[channel][calendar.date(index).weekday()]

    def moment(self, channel: str, index: int, fraction: float) -> float:
        """When customers reach the channel on day ``index``, or on its next open day, by fraction of demand."""
        for day in range(index, index + _LOOK_AHEAD):
            hours = self._hours(channel, day)
            if hours is not None:
                return self.world.calendar.clock(day, hours.clock(fraction))
        return self.world.calendar.day_start(index + _LOOK_AHEAD)

    def moment_after(self, channel: str, time: float, fraction: float) -> float:
        """``time`` if the channel is open then, otherwise a moment of its next opening, by fraction of demand."""
        calendar = self.world.calendar
        index = calendar.index_at(time)
        hours = self._hours(channel, index)
        if hours is not None:
            if time < calendar.clock(index, hours.starts[0]):
                return self.moment(channel, index, fraction)
            if time < calendar.clock(index, hours.ends[-1]):
                return time
        return self.moment(channel, index + 1, fraction)

    def _shares(self, segment: str, kind: str) -> dict[str, float]:
        choice = self.settings.choice or {}
        by_kind = choice.get(segment, choice.get(ANY, {}))
        return by_kind.get(kind, by_kind.get(ANY, {}))

    def _cumulated_shares(self, segment: str, kind: str) -> npt.NDArray[np.float64]:
        found = self._cumulated.get((segment, kind))
        if found is None:
            shares = self._shares(segment, kind)
            found = np.cumsum([shares.get(name, 0.0) for name in self._names])
            self._cumulated[segment, kind] = found
        return found

    def choose(self, kind: str, segments: npt.NDArray[np.int64], u: npt.NDArray[np.float64]) -> list[str]:
        """The channel of each issue of a kind, by its customer's segment (index) and a uniform."""
        base = self.world.base
        names = base.segments if base is not None else ()
        chosen = np.zeros(u.size, dtype=np.int64)
        for index, segment in enumerate(names):
            mine = segments == index
            if mine.any():
                cumulated = self._cumulated_shares(segment, kind)
                chosen[mine] = np.searchsorted(cumulated, u[mine] * cumulated[-1], side="right")
        last = len(self._names) - 1
        return [self._names[min(index, last)] for index in chosen.tolist()]

    def choose_again(self, segment: str, kind: str, channel: str, u: float) -> str:
        """The channel of a repeat: the same, or with ``switch_on_repeat`` another one in proportion to its share."""
        switch = self.settings.switch_on_repeat
        if u >= switch:
            return channel
        others = {name: share for name, share in self._shares(segment, kind).items() if name != channel and share > 0}
        mark = u / switch * sum(others.values())
        for name, share in others.items():
            if mark < share:
                return name
            mark -= share
        return channel


_LOOK_AHEAD = 60
