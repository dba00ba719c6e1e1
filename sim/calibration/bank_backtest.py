"""Back-test of the bank's telephone centre: the same measures of the log's calls and of simulated ones.

Errors: of the log by a bootstrap over days within weekday groups, of the simulation over its replications. A measure
misses where the two differ by more than their joint half-width, the root of the sum of the squares of both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from math import hypot
from typing import Any, NamedTuple

import numpy as np

from sim.calibration.bank_fit import LONGEST_SERVICE, dates_of, wrap_up
from sim.calibration.bank_log import GROUPS, HALF_HOUR, STREAMS, BankLog, Flags, Floats, Ints
from sim.calibration.day_errors import (
    DayResampling,
    daily_total,
    quantile_of_histogram,
    wait_histogram,
)
from sim.calibration.joining import LONG_QUEUE, busy_while_calls_wait, more_at_a_long_queue, variation
from sim.core.entities import Contact
from sim.core.units import DAY
from sim.core.world import World
from sim.model import Model
from sim.scenario import Scenario
from sim.stats.intervals import mean_interval, ratio_interval

NORMAL_95 = 1.959964
WITHIN = (20, 60, 120)
Key = tuple[str, str]
"""Name and unit of a measure."""
QUANTILES = {"offered": (50, 75, 90, 95), "queued": (10, 25, 50, 75, 90, 95)}


@dataclass(frozen=True)
class Calls:
    """Calls offered, as equally long columns; ``day`` counts from 0, waits are in whole seconds as in the log."""

    day: Ints
    stream: Ints
    entered: Floats
    """Seconds since midnight."""
    waits: Floats
    answered: Flags
    handle_s: Floats
    """Talk and wrap-up, 0 for those who were not answered."""


class Measured(NamedTuple):
    """A value with half its 95 % interval."""

    value: float
    half_width: float


@dataclass(frozen=True)
class Line:
    """One measure of one month; spread: standard deviation between simulated months."""

    month: str
    measure: str
    unit: str
    log: Measured
    simulated: Measured
    spread: float

    @property
    def difference(self) -> float:
        """Simulated less observed."""
        return self.simulated.value - self.log.value

    @property
    def half_width(self) -> float:
        """Half the 95 % interval of the difference."""
        return hypot(self.log.half_width, self.simulated.half_width)

    @property
    def misses(self) -> bool:
        """Whether the difference is more than the two errors explain."""
        return abs(self.difference) > self.half_width


def ratios(calls: Calls) -> dict[Key, tuple[Floats, Floats]]:
    """Measures that are ratios: (name, unit) -> numerator and denominator of each call."""
    one, queued, left = np.ones(len(calls.day)), (calls.waits > 0) * 1.0, (~calls.answered) * 1.0
    found = {}
    for name in (*STREAMS, "all"):
        mine = one if name == "all" else (calls.stream == STREAMS.index(name)) * 1.0
        found[f"abandoned of queued, {name}", "%"] = (100 * mine * left * queued, mine * queued)
        found[f"abandoned of offered, {name}", "%"] = (100 * mine * left, mine)
    for name in (*STREAMS, "all"):
        mine = one if name == "all" else (calls.stream == STREAMS.index(name)) * 1.0
        found[f"queued of offered, {name}", "%"] = (100 * mine * queued, mine)
    for limit in WITHIN:
        found[f"answered in {limit} s of offered", "%"] = (100 * calls.answered * (calls.waits <= limit), one)
    found["mean wait of offered", "s"] = (calls.waits, one)
    found["mean wait of queued", "s"] = (calls.waits, queued)
    return found


def histograms(calls: Calls, days: int) -> dict[str, Floats]:
    """Calls by day and whole second of waiting, of all offered and of those who queued."""
    queued = calls.waits > 0
    return {
        "offered": wait_histogram(calls.day, calls.waits, days),
        "queued": wait_histogram(calls.day[queued], calls.waits[queued], days),
    }


@dataclass
class CallsProbe:
    """Notes every call that is answered or abandoned."""

    rows: list[tuple[str, float, float, bool, float]] = field(default_factory=list)
    _world: World | None = None

    def attach(self, world: World) -> None:
        """Take note of the world, for its clock."""
        self._world = world

    def on_contact_abandoned(self, contact: Contact) -> None:
        """A call gave up."""
        self._note(contact, False)

    def on_contact_handled(self, contact: Contact) -> None:
        """A call is done."""
        self._note(contact, True)

    def _note(self, contact: Contact, answered: bool) -> None:
        assert self._world is not None
        until = contact.answered_at if answered else self._world.env.now
        handle = contact.spent if answered else 0.0
        self.rows.append((contact.lane.kind, contact.offered_at, until - contact.offered_at, answered, handle))

    def calls(self) -> Calls:
        """The calls noted."""
        assert self._world is not None
        kinds, offered, waits, answered, handle = zip(*self.rows, strict=True)
        days = [self._world.calendar.index_at(moment) for moment in offered]
        starts = np.array([self._world.calendar.day_start(day) for day in days])
        return Calls(
            day=np.array(days, dtype=np.int64),
            stream=np.array([STREAMS.index(kind.partition("_")[0]) for kind in kinds], dtype=np.int64),
            entered=np.array(offered) - starts,
            waits=np.rint(np.array(waits)),
            answered=np.array(answered, dtype=np.bool_),
            handle_s=np.array(handle),
        )


@dataclass(frozen=True)
class Month:
    """One simulated month: numerator and denominator of ratios, other values, queued calls by second of waiting."""

    sums: dict[Key, tuple[float, float]]
    values: dict[Key, float]
    waits: Floats


def simulated_month(plain: dict[str, Any], seed: int, replication: int) -> Month:
    """One replication of a scenario in plain data."""
    probe = CallsProbe()
    model = Model(Scenario.from_plain(plain), seed, replication, probes=[probe])
    totals = model.run().totals
    calls, days = probe.calls(), model.world.calendar.days
    sums = {key: (float(np.sum(above)), float(np.sum(below))) for key, (above, below) in ratios(calls).items()}
    sums["occupancy", "%"] = (100 * totals["agents.busy"], totals["agents.duty"])
    sums["agents' hours a day", "h"] = (totals["agents.duty"] / 3600, float(len(np.unique(calls.day))))
    statistics = _statistics(calls, days)
    values = {key: function(daily.sum(axis=0)) for key, (daily, function) in statistics.items()}
    return Month(sums, values, histograms(calls, days)["queued"].sum(axis=0))


def _statistics(calls: Calls, days: int) -> dict[Key, tuple[Floats, Callable[[Floats], float]]]:
    """Measures that are no ratios: daily rows, and the function of their sum."""
    found: dict[Key, tuple[Floats, Callable[[Floats], float]]] = {}
    tables = histograms(calls, days)
    for name, percents in QUANTILES.items():
        for percent in percents:
            statistic = partial(quantile_of_histogram, probability=percent / 100)
            found[f"wait of {name}, {percent} % quantile", "s"] = (tables[name], statistic)
    busy = busy_while_calls_wait(calls.day, calls.entered, calls.waits, calls.handle_s, days)
    found["agents with calls while calls wait, deviation within a half-hour", "agents"] = (busy, variation)
    found[f"agents with calls when {LONG_QUEUE} or more wait, less when 1 waits", "agents"] = (
        busy,
        more_at_a_long_queue,
    )
    return found


def logged_calls(log: BankLog, month: int) -> Calls:
    """The calls of a month of the log, January's mean wrap-up after each; days keep the log's numbers."""
    mine = log.where(log.month(month))
    after = wrap_up(log.where(log.month(1)))["mean_s"]
    handle = np.where(mine.answered, np.minimum(mine.service_s, LONGEST_SERVICE) + after, 0.0)
    return Calls(mine.day, mine.stream, mine.entered, mine.queued_s, mine.answered, handle)


def month_of_log(log: BankLog, month: int, staffed_s: Mapping[str, float]) -> dict[Key, Measured]:
    """All measures of a month of the log with their errors; staffed_s: agents' seconds inferred, by ISO date."""
    days = len(log.dates)
    group = np.full(days, -1)
    for number, name in enumerate(GROUPS):
        group[dates_of(log, month, name)] = number
    resampling = DayResampling.of(group)
    calls = logged_calls(log, month)
    found = {}
    for key, (above, below) in ratios(calls).items():
        found[key] = _of(*resampling.ratio(*(daily_total(calls.day, side, days) for side in (above, below))))
    for key, (daily, function) in _statistics(calls, days).items():
        found[key] = _of(*resampling.statistic(daily, function))
    busy = daily_total(calls.day, calls.handle_s, days)
    inferred = np.array([staffed_s.get(date.isoformat(), 0.0) * (date.month == month) for date in log.dates])
    seen = seen_seconds(log.where(log.month(month)))
    for name, staffed in (("occupancy", inferred), ("occupancy, hours by server", seen)):
        found[name, "%"] = _of(*resampling.ratio(100 * busy, staffed))
    found["agents' hours a day", "h"] = _of(*resampling.ratio(seen / 3600, (seen > 0).astype(np.float64)))
    return found


def _of(value: float, error: float) -> Measured:
    return Measured(value, NORMAL_95 * error)


def seen_seconds(log: BankLog) -> Floats:
    """Agents' seconds by date, every agent who began a service in a half-hour counted for all of it: too many."""
    start = log.entered + log.queued_s
    named = log.where(log.answered & (log.server > 0) & (start < DAY))
    half_hour = ((named.entered + named.queued_s) // HALF_HOUR).astype(np.int64)
    cells = np.unique(np.stack([named.day, half_hour, named.server]), axis=1)
    return np.asarray(HALF_HOUR * np.bincount(cells[0], minlength=len(log.dates)), dtype=np.float64)


def compare(month: str, logged: Mapping[Key, Measured], simulated: Sequence[Month]) -> list[Line]:
    """The measures of the log beside those of the simulated months."""
    lines = []
    for (name, unit), observed in logged.items():
        key = ("occupancy", "%") if name.startswith("occupancy") else (name, unit)
        found, spread = _simulated(key, simulated)
        lines.append(Line(month, name, unit, observed, found, spread))
    return lines


def _simulated(key: Key, months: Sequence[Month]) -> tuple[Measured, float]:
    """The measure over replications with its half-width, and the standard deviation between months."""
    if key in months[0].values:
        each = [month.values[key] for month in months]
        estimate = mean_interval(each)
    else:
        above, below = zip(*(month.sums[key] for month in months), strict=True)
        each = [one / other for one, other in zip(above, below, strict=True)]
        found = ratio_interval(above, below)
        assert found is not None  # every kind of call comes in every month
        estimate = found
    return Measured(estimate.value, estimate.half_width or 0.0), float(np.std(each, ddof=1))
