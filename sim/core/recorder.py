"""What is observed of a replication: the mechanisms' counters turned into totals, months and days after the warm-up."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from operator import sub
from typing import Any

from sim.core.calendar import Day
from sim.core.contact_books import ContactBooks
from sim.core.observations import Observations
from sim.core.units import DAY, YEAR
from sim.core.world import Mechanism, World


class Recorder:
    """Turns the mechanisms' counters into what is observed after the warm-up, by total, month and day."""

    def __init__(self, mechanisms: Sequence[Mechanism[Any]], books: ContactBooks) -> None:
        self._mechanisms = mechanisms
        self._books = books
        self._start: dict[str, float] = {}
        self._month_start: dict[str, float] = {}
        self._day_names: tuple[str, ...] = ()
        self._by_day = array("d")
        self._month_names: list[str] = []
        self._months: dict[str, list[float]] = {}
        self._month = -1

    def _counts(self) -> dict[str, float]:
        return {name: value for mechanism in self._mechanisms for name, value in mechanism.counts().items()}

    def _levels(self) -> dict[str, float]:
        return {name: value for mechanism in self._mechanisms for name, value in mechanism.levels().items()}

    def begin(self, _: Day) -> None:
        """The warm-up is over: what has been counted so far does not count."""
        self._start = self._month_start = self._counts()
        self._day_names = tuple(self._books.daily())
        self.end_day()

    def note_month(self, day: Day) -> None:
        """Remember the names of the months that are counted."""
        if day.counted >= 0 and day.month != self._month:
            self._month = day.month
            self._month_names.append(f"{day.date:%Y-%m}")

    def end_day(self) -> None:
        """Close a day that counts: put down what has been counted since the beginning."""
        self._by_day.extend(self._books.daily().values())

    def end_month(self) -> None:
        """Close a month that counts."""
        now, before = self._counts(), self._month_start
        done = len(next(iter(self._months.values()), []))
        grown = {name: now[name] - before.get(name, 0.0) for name in now if name.count(".") < 2}
        for name, value in (grown | self._levels()).items():
            self._months.setdefault(name, [0.0] * done).append(value)
        self._month_start = now

    def _days(self) -> dict[str, tuple[float, ...]]:
        """What each day has added, by name."""
        width = len(self._day_names)
        columns = (self._by_day[place::width].tolist() for place in range(width))
        grown = (tuple(map(sub, column[1:], column)) for column in columns)
        return dict(zip(self._day_names, grown, strict=True))

    def observations(self, world: World, replication: int) -> Observations:
        """All that was observed."""
        totals = {name: value - self._start.get(name, 0.0) for name, value in self._counts().items()}
        totals |= self._levels()
        span = world.calendar.settings.horizon
        totals |= {
            "years": span / YEAR,
            "days": span / DAY,
            "seconds": world.calendar.end - world.calendar.counted_from,
        }
        return Observations(
            replication=replication,
            totals={name: float(value) for name, value in totals.items()},
            months={name: tuple(map(float, row)) for name, row in self._months.items()},
            days=self._days(),
            month_names=tuple(self._month_names),
        )
