"""Back-test of the bank's telephone centre: the same measures of the log's calls and of simulated ones.

Errors: of the log by a bootstrap over days within weekday groups, of the simulation over its replications. A measure
misses where the two differ by more than the 95 % half-width of their difference (of a normal law, the errors taken as
independent).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from sim.core.entities import Contact
from sim.core.world import World
from sim.model import Model
from sim.scenario import Scenario
from sim.stats.intervals import mean_interval, ratio_interval

NORMAL_95 = 1.959964
WITHIN = (20, 60, 120)
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
    talk_s: Floats
    """0 for those who were not answered."""


class Measured(NamedTuple):
    """A value with the standard error of each side."""

    value: float
    se: float


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
        return NORMAL_95 * hypot(self.log.se, self.simulated.se)

    @property
    def misses(self) -> bool:
        """Whether the difference is more than the two errors explain."""
        return abs(self.difference) > self.half_width


def ratios(calls: Calls) -> dict[tuple[str, str], tuple[Floats, Floats]]:
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
        talk = contact.spent if answered else 0.0
        self.rows.append((contact.lane.kind, contact.offered_at, until - contact.offered_at, answered, talk))

    def calls(self) -> Calls:
        """The calls noted."""
        assert self._world is not None
        kinds, offered, waits, answered, talk = zip(*self.rows, strict=True)
        days = [self._world.calendar.index_at(moment) for moment in offered]
        starts = np.array([self._world.calendar.day_start(day) for day in days])
        return Calls(
            day=np.array(days, dtype=np.int64),
            stream=np.array([STREAMS.index(kind.partition("_")[0]) for kind in kinds], dtype=np.int64),
            entered=np.array(offered) - starts,
            waits=np.rint(np.array(waits)),
            answered=np.array(answered, dtype=np.bool_),
            talk_s=np.array(talk),
        )


@dataclass(frozen=True)
class Month:
    """One simulated month: sums of each ratio, quantiles, calls by second of waiting, busy agents by queue."""

    sums: dict[tuple[str, str], tuple[float, float]]
    quantiles: dict[tuple[str, str], float]
    waits: Floats
    joined: Floats


def simulated_month(plain: dict[str, Any], seed: int, replication: int) -> Month:
    """One replication of a scenario in plain data."""
    probe = CallsProbe()
    model = Model(Scenario.from_plain(plain), seed, replication, probes=[probe])
    totals = model.run().totals
    calls, days = probe.calls(), model.world.calendar.days
    sums = {key: (float(np.sum(above)), float(np.sum(below))) for key, (above, below) in ratios(calls).items()}
    sums["occupancy", "%"] = (100 * totals["agents.busy"], totals["agents.duty"])
    sums["agents' hours a day", "h"] = (totals["agents.duty"] / 3600, float(len(np.unique(calls.day))))
    by_second = {name: table.sum(axis=0) for name, table in histograms(calls, days).items()}
    quantiles = {
        (f"wait of {name}, {percent} % quantile", "s"): quantile_of_histogram(by_second[name], percent / 100)
        for name, percents in QUANTILES.items()
        for percent in percents
    }
    return Month(sums, quantiles, by_second["queued"], busy_by_queue(calls))


def logged_calls(log: BankLog, month: int) -> Calls:
    """The calls of a month of the log; days keep the log's numbers."""
    mine = log.where(log.month(month))
    talk = np.where(mine.answered, np.minimum(mine.service_s, LONGEST_SERVICE), 0.0)
    return Calls(mine.day, mine.stream, mine.entered, mine.queued_s, mine.answered, talk)


def month_of_log(log: BankLog, month: int, staffed_s: Mapping[str, float]) -> dict[tuple[str, str], Measured]:
    """All measures of a month of the log with their errors; staffed_s: agents' seconds inferred, by ISO date."""
    days = len(log.dates)
    group = np.full(days, -1)
    for number, name in enumerate(GROUPS):
        group[dates_of(log, month, name)] = number
    resampling = DayResampling.of(group)
    calls = logged_calls(log, month)
    found = {}
    for key, (above, below) in ratios(calls).items():
        target = resampling.ratio(daily_total(calls.day, above, days), daily_total(calls.day, below, days))
        found[key] = Measured(target.value, target.se)
    tables = histograms(calls, days)
    for name, percents in QUANTILES.items():
        for percent in percents:
            statistic = partial(quantile_of_histogram, probability=percent / 100)
            found[f"wait of {name}, {percent} % quantile", "s"] = Measured(*resampling.statistic(tables[name], statistic))
    after = wrap_up(log.where(log.month(1)))["mean_s"]
    busy = daily_total(calls.day, calls.talk_s + after * calls.answered, days)
    inferred = np.array([staffed_s.get(date.isoformat(), 0.0) * (date.month == month) for date in log.dates])
    seen = seen_seconds(log.where(log.month(month)))
    for name, staffed in (("occupancy", inferred), ("occupancy, hours by server", seen)):
        found[name, "%"] = Measured(*resampling.ratio(100 * busy, staffed)[:2])
    found["agents' hours a day", "h"] = Measured(*resampling.ratio(seen / 3600, 1.0 * (seen > 0))[:2])
    return found
