"""Channels: their hours and lines, when in the day customers use them, which one they choose."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from math import inf
from typing import Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field, field_validator, model_validator

from sim.core import streams
from sim.core.calendar import WEEKDAYS
from sim.core.elementary import added
from sim.core.entities import Channel, Issue
from sim.core.hours import Hours, Week
from sim.core.units import DAY, Duration, Settings, Share, parse_clock
from sim.core.world import Mechanism, World

Array = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]

Choice = dict[str, dict[str, dict[str, float]]]

ANY = "any"


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

    kind: Literal["telephone", "counter", "written", "chat"]
    hours: Week = Field(min_length=1)
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

    choice: segment -> kind -> channel -> share; ``any`` stands for every segment or kind not named, and a segment
    that is named but has no entry for a kind uses its own ``any``, then that of the segment ``any``.
    """

    channels: dict[str, ChannelSettings] = Field(min_length=1)
    choice: dict[str, dict[str, dict[str, Share]]] | None = None
    switch_on_repeat: Share = 0.0

    @model_validator(mode="after")
    def _shares_sum_to_one(self) -> ChannelsSettings:
        for segment, by_kind in (self.choice or {}).items():
            for kind, shares in by_kind.items():
                total = added(shares.values())
                if abs(total - 1.0) > 1e-6:
                    raise ValueError(f"the choice of {segment}, {kind} adds up to {100 * total:.12g} %, not to 100 %")
        return self


class OpenHours:
    """The open hours of one kind of day, with the share of demand in each piece.

    starts, ends: seconds after midnight; masses, cumulated: share of the day's demand in each piece, and up to its
    end.
    """

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
        self._pieces = len(pieces)
        masses = np.array([mass for _, _, mass in pieces])
        self.masses = masses / np.cumsum(masses)[-1]
        self.cumulated = np.cumsum(self.masses)
        self._cumulated: list[float] = self.cumulated.tolist()
        self._masses: list[float] = self.masses.tolist()

    def clock(self, fraction: float) -> float:
        """Seconds after midnight at which a fraction of the day's demand has come."""
        piece = bisect_right(self._cumulated, fraction)
        if piece == self._pieces:
            piece -= 1
        mass, start = self._masses[piece], self.starts[piece]
        share = (fraction - (self._cumulated[piece] - mass)) / mass
        return start + (0.0 if share < 0.0 else 1.0 if share > 1.0 else share) * (self.ends[piece] - start)


class SideBySide:
    """Several open hours in one table; number n of them has its cumulated demand in (n, n + 1]."""

    def __init__(self, hours: tuple[OpenHours, ...]) -> None:
        self._starts = np.concatenate([one.starts for one in hours])
        self._widths = np.concatenate([one.ends for one in hours]) - self._starts
        self._masses = np.concatenate([one.masses for one in hours])
        self._before = np.concatenate([one.cumulated - one.masses for one in hours])
        self._ends = np.concatenate([one.cumulated + number for number, one in enumerate(hours)])
        self._last = np.cumsum([one.masses.size for one in hours]) - 1

    def clocks(self, which: Numbers, fractions: Array) -> Array:
        """Seconds after midnight at which fractions of the demand of the hours ``which`` have come, shape (n,)."""
        piece = np.minimum(np.searchsorted(self._ends, which + fractions, side="right"), self._last[which])
        share = (fractions - self._before[piece]) / self._masses[piece]
        return np.asarray(self._starts[piece] + np.minimum(np.maximum(share, 0.0), 1.0) * self._widths[piece])


Window = tuple[float, float, OpenHours]
"""When a channel opens and closes on one day, in seconds since the beginning, and its hours."""
Opening = tuple[float, float, Window, Window]
"""From when to when a channel is open on one day, and the windows of who comes before and after."""


def chosen_shares(choice: Choice, segment: str, kind: str) -> dict[str, float]:
    """Shares of the channels: of segment and kind, else the segment's ``any``, else those of the segment ``any``."""
    for by_kind in (choice.get(segment, {}), choice.get(ANY, {})):
        for name in (kind, ANY):
            if name in by_kind:
                return by_kind[name]
    return {}


class Channels(Mechanism[ChannelsSettings]):
    """Hours and choice of channels."""

    answers = ("moments", "moment_after", "closed_after", "choose", "choose_one", "choose_again", "choose_other")

    def __init__(self, world: World, settings: ChannelsSettings) -> None:
        super().__init__(world, settings)
        for index, (name, channel) in enumerate(settings.channels.items()):
            world.channels[name] = Channel(name, index, channel.kind)

    def adopted(self) -> None:
        """Lay out the open hours of each weekday and the cumulated shares of the choice."""
        self._names = list(self.settings.channels)
        self._open = {name: self._week(channel) for name, channel in self.settings.channels.items()}
        self._windows: dict[str, dict[int, Window | None]] = {name: {} for name in self._names}
        self._openings: dict[str, dict[int, Opening]] = {name: {} for name in self._names}
        self._others: dict[tuple[str, str, str], tuple[list[str], list[float]]] = {}
        self._choices: dict[tuple[str, int], list[float]] = {}
        self._sides: dict[tuple[OpenHours, ...], SideBySide] = {}
        base = self.world.base
        segments = base.segments if base is not None else ()
        shares = [[self._row(segment, kind) for kind in self.world.kinds] for segment in segments]
        self._cumulated = np.cumsum(np.array(shares), axis=2) if segments else np.empty((0, 0, 0))
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

    def moments(self, channels: Numbers, days: Numbers, fractions: Array) -> Array:
        """When the customers of fractions of the demand of days, by index, reach their channels, shape (n,)."""
        begin = int(days.min())
        windows = [self._next_open(name, day) for day in range(begin, int(days.max()) + 1) for name in self._names]
        hours = tuple(window[2] for window in windows)
        if hours not in self._sides:
            self._sides[hours] = SideBySide(hours)
        first = np.array([window[0] - window[2].starts[0] for window in windows])
        last = np.array([window[1] for window in windows])
        which = (days - begin) * len(self._names) + channels
        moments = first[which] + self._sides[hours].clocks(which, fractions)
        return np.asarray(np.minimum(moments, last[which]))

    def _window(self, channel: str, index: int) -> Window | None:
        """When a channel opens and closes on a day; None if it stays closed. Laid out once (6 us) for each day."""
        windows = self._windows[channel]
        if index not in windows:
            hours, clock = self._hours(channel, index), self.world.calendar.clock
            windows[index] = (
                None if hours is None else (clock(index, hours.starts[0]), clock(index, hours.ends[-1]), hours)
            )
        return windows[index]

    def _next_open(self, channel: str, index: int) -> Window:
        for day in range(index, index + _LOOK_AHEAD):
            window = self._window(channel, day)
            if window is not None:
                return window
        raise RuntimeError(f"the channel {channel} stays closed for {_LOOK_AHEAD} days")

    def closed_after(self, channel: str, time: float) -> tuple[float, float]:
        """When the channel closes on the day of a time, or has closed before it, and when it opens next."""
        index = self.world.calendar.index_at(time)
        window = self._window(channel, index)
        return (time if window is None else window[1]), self._next_open(channel, index + 1)[0]

    def moment_after(self, channel: str, time: float, key: int) -> float:
        """``time`` if the channel is open then, otherwise a moment of its next opening, by the demand of the day."""
        index, openings = self.world.calendar.index_at(time), self._openings[channel]
        opening = openings.get(index)
        if opening is None:
            opening = openings[index] = self._opening(channel, index)
        opens, closes, today, later = opening
        if opens <= time < closes:
            return time
        first, last, hours = today if time < opens else later
        return min(first + (hours.clock(streams.uniform(key, 0)) - hours.starts[0]), last)

    def _opening(self, channel: str, index: int) -> Opening:
        """When a channel is open on a day, and its windows for who comes too early and too late."""
        window, later = self._window(channel, index), self._next_open(channel, index + 1)
        return (inf, inf, later, later) if window is None else (window[0], window[1], window, later)

    def _row(self, segment: str, kind: str) -> list[float]:
        shares = self._shares(segment, kind)
        return [shares.get(name, 0.0) for name in self._names]

    def _shares(self, segment: str, kind: str) -> dict[str, float]:
        return chosen_shares(self.settings.choice or {}, segment, kind)

    def begin(self) -> None:
        """Find out whether anybody avoids a channel."""
        self._avoided, self._avoided_one = map(self.world.ask.answered, ("avoided", "avoided_one"))

    def choose(self, kinds: Numbers, slots: Numbers, u: Array) -> Numbers:
        """The channel of each issue by the number of its kind, its customer's place and a uniform, shape (n,).

        Who avoids the channel that his uniform says takes another one with what is left of that uniform.
        """
        base = self.world.base
        assert base is not None
        segments = base.segment.array[slots]
        cumulated = self._cumulated[segments, kinds]
        at = u * cumulated[:, -1]
        chosen = np.minimum(np.count_nonzero(cumulated <= at[:, None], axis=1), len(self._names) - 1)
        avoided = None if self._avoided is None else self._avoided(slots)
        if avoided is not None:
            for place in np.flatnonzero(chosen == avoided[0]).tolist():
                who = base.segments[segments[place]], self.world.kinds[kinds[place]]
                row, share = cumulated[place].tolist(), float(avoided[1][place])
                chosen[place] = self._rather(int(chosen[place]), row, float(at[place]), share, who)
        return np.asarray(chosen)

    def choose_one(self, kind: str, slot: int, u: float) -> str:
        """``choose`` for one issue, by name."""
        base = self.world.base
        assert base is not None
        segment = base.segment.view[slot]
        place = kind, segment
        if place not in self._choices:
            self._choices[place] = self._cumulated[segment, self.world.kinds.index(kind)].tolist()
        cumulated = self._choices[place]
        at = u * cumulated[-1]
        chosen = min(bisect_right(cumulated, at), len(cumulated) - 1)
        if self._avoided_one is not None:
            channel, share = self._avoided_one(slot)
            if channel == chosen:
                chosen = self._rather(chosen, cumulated, at, share, (base.segments[segment], kind))
        return self._names[chosen]

    def _rather(self, avoided: int, cumulated: list[float], at: float, share: float, who: tuple[str, str]) -> int:
        """What a customer takes, of segment and kind, whose uniform says the channel that he avoids: maybe that one."""
        below = cumulated[avoided - 1] if avoided else 0.0
        left = (at - below) / (cumulated[avoided] - below) / share
        names, shares = self._others_than(self._names[avoided], *who)
        return self._names.index(names[bisect_right(shares, left * shares[-1])]) if names and left < 1.0 else avoided

    def choose_again(self, issue: Issue, channel: str, key: int) -> str:
        """The channel of a repeat: the same, or with ``switch_on_repeat`` another one in proportion to its share."""
        channel = self.world.channels[channel].back_by or channel
        switch = self.settings.switch_on_repeat
        u = streams.uniform(key, 0) if switch else 1.0
        return channel if u >= switch else self._other(issue, channel, u / switch)

    def choose_other(self, issue: Issue, channel: str, key: int) -> str:
        """Another channel than the one that an issue came by, in proportion to its share; the same if none has one."""
        return self._other(issue, channel, streams.uniform(key, 0))

    def _other(self, issue: Issue, channel: str, u: float) -> str:
        base = self.world.base
        segment = base.segments[base.segment.view[issue.slot]] if base is not None and issue.slot >= 0 else ANY
        names, cumulated = self._others_than(channel, segment, issue.kind)
        return names[bisect_right(cumulated, u * cumulated[-1])] if names else channel

    def _others_than(self, channel: str, segment: str, kind: str) -> tuple[list[str], list[float]]:
        """The other channels of a segment for a kind, with their cumulated shares; looked up once for each."""
        place = channel, segment, kind
        if place not in self._others:
            shares = self._shares(segment, kind)
            names = [name for name, share in shares.items() if name != channel and share > 0]
            self._others[place] = names, list(accumulate(shares[name] for name in names))
        return self._others[place]


_LOOK_AHEAD = 60
