"""Real dates in a time zone: days, weights of demand, and the busyness of a day.

Simulated time is seconds since local midnight of the first day; a day has 23 or 25 hours when the clocks change.
"""

from __future__ import annotations

import datetime as dt
import math
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
from pydantic import Field, field_validator

from sim.core import elementary, streams
from sim.core.elementary import added
from sim.core.units import DAY, YEAR, Date, Duration, Growth, Settings, Several, Share, whole_days

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Month = Literal[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
MONTHS: tuple[Month, ...] = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip


class Busyness(Settings):
    """A gamma factor of mean 1 on the demand of a day, correlated from day to day (a Gaussian AR(1) copula).

    Source: Brown et al. (2005), JASA 100(469); Avramidis, Deslauriers and L'Ecuyer (2004), Management Science 50(7).
    """

    cv: Share = Field(gt=0)
    correlation: Share = Field(lt=1)


class CalendarSettings(Settings):
    """When the simulation takes place, and how demand varies over days."""

    time_zone: str
    start: Date = Field(ge=dt.date(1900, 1, 1), le=dt.date(2300, 1, 1))
    warm_up: Duration = Field(le=100 * YEAR)
    horizon: Duration = Field(gt=0, le=100 * YEAR)
    holidays: Several[Date] = Field(default=())
    day_of_week: dict[Weekday, float] | None = None
    month: dict[Month, float] | None = None
    holiday_weight: float = Field(default=1.0, ge=0)
    growth: Growth = 0.0
    busyness: Busyness | None = None

    @property
    def seasonal(self) -> bool:
        """Whether demand differs from month to month."""
        return self.month is not None and len(set(self.month.values())) > 1

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            raise ValueError("is no time zone; write it like 'Europe/Amsterdam' or 'UTC'") from None
        return name

    _whole_days = field_validator("warm_up", "horizon")(whole_days)

    @field_validator("day_of_week", "month")
    @classmethod
    def _complete(cls, weights: dict[str, float] | None) -> dict[str, float] | None:
        if weights is None:
            return None
        names: tuple[str, ...] = WEEKDAYS if set(weights) <= set(WEEKDAYS) else MONTHS
        missing = [name for name in names if name not in weights]
        if missing:
            raise ValueError(f"gives no weight for {', '.join(missing)}")
        if min(weights.values()) < 0 or added(weights.values()) <= 0:
            raise ValueError("needs weights of 0 or more, not all 0")
        return weights

    @property
    def warm_up_days(self) -> int:
        """Days before anything is counted."""
        return round(self.warm_up / DAY)

    @property
    def horizon_days(self) -> int:
        """Days that are counted."""
        return round(self.horizon / DAY)


@dataclass(frozen=True, slots=True)
class Day:
    """One calendar day of the simulation.

    start, end: seconds since the beginning; weight: relative demand, busyness
    included; counted: days after the warm-up (negative
    within it); month: index of the calendar month since the first.
    """

    index: int
    date: dt.date
    start: float
    end: float
    weekday: int
    holiday: bool
    weight: float
    busyness: float
    counted: int
    month: int


class Calendar:
    """The days of a simulation with their starts, weights and busyness."""

    def __init__(self, settings: CalendarSettings, root: int) -> None:
        self.settings = settings
        self.first_counted = settings.warm_up_days
        self.days = settings.warm_up_days + settings.horizon_days
        self._holidays = frozenset(settings.holidays)
        # returns after a delay may be placed on days beyond the end
        self._starts = _day_starts(settings.time_zone, settings.start, self.days + 60)
        self._dates = [settings.start + dt.timedelta(days=index) for index in range(len(self._starts))]
        self._root = streams.child(root, streams.named("calendar"))
        self._day_weights = _normalised(settings.day_of_week, WEEKDAYS)
        self._month_weights = _normalised(settings.month, MONTHS)

    @property
    def end(self) -> float:
        """The end of the last day, in seconds."""
        return self._starts[self.days]

    @property
    def counted_from(self) -> float:
        """The end of the warm-up, in seconds."""
        return self._starts[self.first_counted]

    def index_at(self, time: float) -> int:
        """The index of the day in which a moment lies."""
        return bisect_right(self._starts, time) - 1

    def day_start(self, index: int) -> float:
        """Seconds at local midnight of day ``index``; beyond the table, days of 24 hours."""
        beyond = index - (len(self._starts) - 1)
        return self._starts[index] if beyond <= 0 else self._starts[-1] + beyond * DAY

    def clock(self, index: int, seconds: float) -> float:
        """The moment of a time of day on day ``index``; clocks change at three in the night."""
        start = self.day_start(index)
        if seconds <= _CLOCKS_CHANGE:
            return start + seconds
        return start + seconds + (self.day_start(index + 1) - start - DAY)

    def clocks(self, index: int, seconds: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """``clock`` of each element."""
        start = self.day_start(index)
        changed = self.day_start(index + 1) - start - DAY
        return start + seconds + np.where(seconds > _CLOCKS_CHANGE, changed, 0.0)

    def date(self, index: int) -> dt.date:
        """The date of day ``index``."""
        return self._dates[index] if 0 <= index < len(self._dates) else self.settings.start + dt.timedelta(days=index)

    def index_of(self, date: dt.date) -> int:
        """The index of a date (negative before the start)."""
        return (date - self.settings.start).days

    def is_holiday(self, index: int) -> bool:
        """Whether day ``index`` is a public holiday."""
        return self.date(index) in self._holidays

    def weight(self, index: int) -> float:
        """Relative demand of a day: weekday, month, holiday and growth, without its busyness."""
        date = self.date(index)
        weight = self._day_weights[date.weekday()] * self._month_weights[date.month - 1]
        if date in self._holidays:
            weight *= self.settings.holiday_weight
        growth = 1.0 + self.settings.growth * (max(index - self.first_counted, 0) * DAY)
        return weight * max(growth, 0.0)

    @cached_property
    def all_days(self) -> list[Day]:
        """All days in order, each with its weight and busyness: what is to come does not depend on what happens."""
        first = self.date(self.first_counted)
        months_before = first.year * 12 + first.month
        return [self._day(index, factor, months_before) for index, factor in enumerate(self._factors())]

    def _factors(self) -> list[float]:
        """Busyness of each day: a gamma factor of mean 1, the normal score of which follows that of the day before."""
        busyness = self.settings.busyness
        if busyness is None:
            return [1.0] * self.days
        fresh = elementary.normal_quantile_array(streams.uniforms(streams.brood(self._root, 0, self.days), _BUSYNESS))
        kept = busyness.correlation
        scores = fresh.tolist()
        new = math.sqrt(1.0 - kept * kept)
        for index in range(1, self.days):
            scores[index] = kept * scores[index - 1] + new * scores[index]
        shape = 1.0 / (busyness.cv * busyness.cv)
        factors: list[float] = elementary.gamma_quantiles(elementary.normal_cdfs(np.array(scores)), shape).tolist()
        return factors

    def _day(self, index: int, factor: float, months_before: int) -> Day:
        date = self._dates[index]
        return Day(
            index=index,
            date=date,
            start=self._starts[index],
            end=self._starts[index + 1],
            weekday=date.weekday(),
            holiday=date in self._holidays,
            weight=self.weight(index) * factor,
            busyness=factor,
            counted=index - self.first_counted,
            month=date.year * 12 + date.month - months_before,
        )


_CLOCKS_CHANGE = 3 * 3600.0
_BUSYNESS = streams.named("busyness")


@lru_cache(maxsize=8)
def _day_starts(time_zone: str, start: dt.date, last: int) -> tuple[float, ...]:
    """Seconds at local midnight of days 0 to ``last``: the same for all replications of a scenario."""
    zone = ZoneInfo(time_zone)
    origin = dt.datetime.combine(start, dt.time(), zone).timestamp()
    dates = (start + dt.timedelta(days=index) for index in range(last + 1))
    return tuple(dt.datetime.combine(date, dt.time(), zone).timestamp() - origin for date in dates)


def _normalised(weights: dict[Weekday, float] | dict[Month, float] | None, names: tuple[str, ...]) -> list[float]:
    if weights is None:
        return [1.0] * len(names)
    values: list[float] = [weights[name] for name in names]  # type: ignore[index]  # the names are the keys
    mean = added(values) / len(values)
    return [value / mean for value in values]
