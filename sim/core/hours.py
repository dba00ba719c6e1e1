"""Hours of a week: when a channel is open, and when work is done that waits for nobody at the door."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import model_validator

from sim.core.calendar import WEEKDAYS, Calendar, Weekday
from sim.core.units import Clock, Settings

_LOOK_AHEAD = 60
"""Days in a row that may be closed."""


class Hours(Settings):
    """Opening hours of one day."""

    opens: Clock
    closes: Clock

    @model_validator(mode="after")
    def _forwards(self) -> Hours:
        if self.closes <= self.opens:
            raise ValueError("closes before it opens")
        return self


Weekly = Weekday | Literal["every_day"]
Week = dict[Weekly, Hours]
"""Hours by weekday, or those of every day; a day that is not named is closed."""


def by_weekday(week: Mapping[Weekly, Hours]) -> list[Hours | None]:
    """Hours of each day from Monday on, None where it is closed."""
    return [week.get(day, week.get("every_day")) for day in WEEKDAYS]


class WorkingTime:
    """Time in which work is done: between the hours of each day, or always.

    Work that is not done when a day closes goes on when the next one opens.
    """

    def __init__(self, calendar: Calendar, week: Mapping[Weekly, Hours] | None, on_holidays: bool) -> None:
        self._calendar = calendar
        self._week = None if week is None else by_weekday(week)
        self._on_holidays = on_holidays

    def _window(self, index: int) -> tuple[float, float] | None:
        """When a day opens and closes, in seconds since the beginning; None if it stays closed."""
        calendar = self._calendar
        assert self._week is not None  # who works always has no windows
        hours = self._week[calendar.date(index).weekday()]
        if hours is None or (calendar.is_holiday(index) and not self._on_holidays):
            return None
        return calendar.clock(index, hours.opens), calendar.clock(index, hours.closes)

    def end_of(self, begin: float, work: float) -> float:
        """When work of so many seconds is done that one person begins at a moment, or as soon as the day opens."""
        if self._week is None:
            return begin + work
        index, closed = self._calendar.index_at(begin), 0
        while closed < _LOOK_AHEAD:
            window = self._window(index)
            if window is not None and window[1] > begin:
                start = window[0] if window[0] > begin else begin
                if start + work <= window[1]:
                    return start + work
                work -= window[1] - start
                closed = -1
            index, closed = index + 1, closed + 1
        raise RuntimeError(f"nobody works for {_LOOK_AHEAD} days")
