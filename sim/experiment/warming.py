"""Whether the warm-up of a scenario is long enough: its measures from the very first day, week by week.

What is reported of a replication begins after its warm-up, so these runs are looked at by a probe of their own, and are
not kept. A point is a week: a batch of seven days, so that no weekday weighs more than another (in place of the five
values of MSER-5). Where demand has seasons, weeks are compared with the same week a year later; where it grows there is
no level to settle at, and nothing is cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sim.core.calendar import Day
from sim.core.measures import Measure
from sim.core.world import World
from sim.experiment.conditions import Conditions
from sim.experiment.execution import Arm, Failure, ReplicationFailed, attempted, packed_up, work_through
from sim.experiment.pool import Task
from sim.files.problems import suggestion
from sim.scenario import Scenario
from sim.stats.intervals import Estimate
from sim.stats.warm_up import contrast, mean_course, mser, year_on_year

WEEK = 7
YEAR_OF_WEEKS = 52
_SHOWN = ("satisfaction", "customers", "headcount", "occupancy", "first_contact_resolution", "contacts_per_issue")
_A_CHANNEL = ("mean_wait",)
LEAST_WEEKS = 10


class NoWarmUp(Exception):  # noqa: N818  # read as a statement in messages
    """Nothing can be said of the warm-up: a measure is unknown, or the run is too short."""


@dataclass(frozen=True)
class Settling:
    """How one measure settles.

    rows: by replication and week, from the first day on; compared: what MSER was given, the same or year on year; cut:
    weeks that MSER cuts of the mean over replications; None: half of them or more. cuts: of single replications. left:
    the weeks between the warm-up and a longer cut, less those after it.
    """

    measure: Measure
    rows: tuple[tuple[float, ...], ...]
    compared: str
    warm_up: int
    cut: int | None
    cuts: tuple[int | None, ...]
    left: Estimate | None

    @property
    def verdict(self) -> str:
        """What it means for the warm-up of the file."""
        if self.compared == "nothing":
            return "not applicable"
        if self.cut is not None and self.cut <= self.warm_up:
            return "long enough"
        if self.left is None or not self.left.excludes_zero:
            return "cannot tell"
        return "does not settle" if self.cut is None else "too short"

    @property
    def middle(self) -> tuple[int | None, int | None]:
        """Between which weeks the cuts of half of the replications lie; None where they do not settle."""
        order = sorted(10**9 if cut is None else cut for cut in self.cuts)
        if not order:
            return None, None
        low, high = order[len(order) // 4], order[-1 - len(order) // 4]
        return (None if low == 10**9 else low), (None if high == 10**9 else high)


@dataclass(frozen=True)
class Warming:
    """What was found of a scenario; weeks: simulated in all, of which warm_up are not counted."""

    scenario: Scenario
    seed: int
    replications: int
    warm_up: int
    weeks: int
    compared: str
    found: tuple[Settling, ...]


class Weeks:
    """Probe: what measures are week by week from the first day, None in a week that has nothing of one."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        self.rows: list[list[float | None]] = []
        self._before: list[tuple[float, float]] = []

    def attach(self, world: World) -> None:
        """Know whom to ask."""
        self.world = world

    def on_day_began(self, day: Day) -> None:
        """Look once a week, at midnight."""
        if day.index % WEEK:
            return
        if day.index == 0:
            self._reads = [self.world.watch(name) for name in self.names]
        now = [read() for read, _ in self._reads]
        if self._before:
            both = zip(now, self._before, self._reads, strict=True)
            self.rows.append([_grown(one, other, factor) for one, other, (_, factor) in both])
        self._before = now


def _grown(now: tuple[float, float], before: tuple[float, float], factor: float) -> float | None:
    below = now[1] - before[1]
    return (now[0] - before[0]) / below * factor if below else None


def watch_warm_up(
    scenario: Scenario, names: Sequence[str], replications: int, seed: int, conditions: Conditions
) -> Warming:
    """Simulate from the first day, and find where each measure settles; no names: a few that tell most.

    Raises NoWarmUp where a measure is unknown or the run is too short to say anything.
    """
    measures = _measures(scenario, names)
    calendar = scenario.calendar
    weeks = (calendar.warm_up_days + calendar.horizon_days - 1) // WEEK
    seasons = calendar.seasonal
    compared = "nothing" if calendar.growth else "the same week a year later" if seasons else "itself"
    if weeks - (YEAR_OF_WEEKS if seasons else 0) < LEAST_WEEKS:
        least = f"{LEAST_WEEKS + YEAR_OF_WEEKS} weeks, since demand has seasons" if seasons else f"{LEAST_WEEKS} weeks"
        raise NoWarmUp(f"{weeks} weeks are simulated, warm-up and horizon together; expected at least {least}")
    rows = _simulated(scenario, [one.name for one in measures], replications, seed, conditions)
    warm_up = -(-calendar.warm_up_days // WEEK)
    found = [
        _settling(measure, [[week[place] for week in row] for row in rows], compared, warm_up)
        for place, measure in enumerate(measures)
    ]
    told = tuple(each for each in found if each is not None)
    return Warming(scenario, seed, replications, warm_up, weeks, compared, told)


def _settling(measure: Measure, rows: Sequence[Sequence[float | None]], compared: str, warm_up: int) -> Settling | None:
    """None where weeks without anything to measure, such as surveys, leave gaps."""
    whole = [[value for value in row if value is not None] for row in rows]
    if any(len(full) < len(row) for full, row in zip(whole, rows, strict=True)):
        return None
    kept = tuple(map(tuple, whole))
    if compared == "nothing":
        return Settling(measure, kept, compared, warm_up, None, (), None)
    series = [year_on_year(row, YEAR_OF_WEEKS) for row in whole] if compared != "itself" else whole
    cut = mser(mean_course(series), 1)
    end = len(series[0]) // 2 if cut is None else cut
    left = contrast(series, warm_up, end) if end > warm_up and len(series) > 1 else None
    return Settling(measure, kept, compared, warm_up, cut, tuple(mser(row, 1) for row in series), left)


def _measures(scenario: Scenario, names: Sequence[str]) -> list[Measure]:
    from sim.model import watchable  # noqa: PLC0415 - SimPy is not needed to look at a finished result

    known = watchable(scenario)
    for name in names:
        if name not in known:
            raise NoWarmUp(f"measure {name!r} cannot be followed week by week{suggestion(name, list(known))}")
    few = [*_SHOWN, *(f"{channel}.{name}" for channel in scenario.channels.channels for name in _A_CHANNEL)]
    return [known[name] for name in (names or few) if name in known]


def _simulated(
    scenario: Scenario, names: list[str], replications: int, seed: int, conditions: Conditions
) -> list[list[list[float | None]]]:
    """The weeks of each replication; raises ReplicationFailed."""
    digest, packed = scenario.digest(), packed_up(scenario)
    tasks: list[Task] = [(names, seed, number, digest, packed) for number in range(1, replications + 1)]
    found: dict[int, Any] = {}
    work_through(weeks_of, tasks, found.__setitem__, conditions.workers, conditions.progress)
    outcomes = [found[place] for place in range(replications)]
    failed = [place for place, outcome in enumerate(outcomes) if isinstance(outcome, Failure)]
    if failed:
        arm = Arm("baseline", scenario.title, scenario)
        raise ReplicationFailed(arm, seed, failed[0] + 1, outcomes[failed[0]], len(failed) - 1)
    return outcomes


def weeks_of(
    names: list[str], seed: int, replication: int, digest: str, packed: bytes
) -> list[list[float | None]] | Failure:
    """The weeks of one replication of a scenario that was packed up."""
    return attempted(lambda scenario: _followed(scenario, names, seed, replication), digest, packed)


def _followed(scenario: Scenario, names: list[str], seed: int, replication: int) -> list[list[float | None]]:
    from sim.model import Model  # noqa: PLC0415 - a coordinator of workers runs no model

    probe = Weeks(names)
    Model(scenario, seed, replication, probes=(probe,)).run()
    return probe.rows
