"""Staffing: shifts, breaks and shrinkage; who is on duty when."""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter
from typing import Any, NamedTuple

from pydantic import Field, model_validator

from sim.core import streams
from sim.core.calendar import WEEKDAYS, Day, Weekday
from sim.core.entities import Agent
from sim.core.kernel import Agenda
from sim.core.measures import Measure
from sim.core.tables import ByInterval
from sim.core.units import Clock, Duration, Settings, Several, Share
from sim.core.world import Mechanism, World


class Break(Settings):
    """A planned break within a shift."""

    start: Clock
    length: Duration = Field(gt=0)


class ShiftSettings(Settings):
    """A shift: on these days, from start to end, with breaks that do not overlap."""

    days: Several[Weekday] = Field(min_length=1)
    start: Clock
    end: Clock
    breaks: Several[Break] = Field(default=())
    holidays: bool = False

    @model_validator(mode="after")
    def _orderly(self) -> ShiftSettings:
        if self.end <= self.start:
            raise ValueError("the shift ends before it starts")
        if len(set(self.days)) != len(self.days):
            raise ValueError("the shift names a day twice")
        last = self.start
        for pause in sorted(self.breaks, key=lambda item: item.start):
            if pause.start < last or pause.start + pause.length > self.end:
                raise ValueError("the breaks overlap or lie outside the shift")
            last = pause.start + pause.length
        return self


class RosterSettings(Settings):
    """Who of a group works when: a rota of shifts by seat, or a table of how many are on duty.

    rota: the names of shifts that successive seats of the group work, from the beginning again when it ends. A
    seat may work several shifts a week: write them as "early+saturday"; they may not overlap.
    on_duty: agents on duty by interval of the day, instead of a rota.
    """

    rota: Several[str] | None = Field(default=None, min_length=1)
    on_duty: ByInterval | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> RosterSettings:
        if (self.rota is None) == (self.on_duty is None):
            raise ValueError("needs either a rota or on_duty, and not both")
        return self


class StaffingSettings(Settings):
    """Shifts, rosters by group and shrinkage.

    absence: share of shifts missed whole; away: share of each shift spent on other work, in one block at a time
    of its own each day.
    """

    shifts: dict[str, ShiftSettings] = Field(default_factory=dict)
    rosters: dict[str, RosterSettings] = Field(min_length=1)
    absence: Share = Field(default=0.0, lt=1)
    away: Share = Field(default=0.0, le=0.8)


Stretch = tuple[float, float]
"""From and to, in seconds after midnight."""

WorkingDay = tuple[float, list[Stretch]]
"""Seconds of work planned for a day, and its stretches."""


class Week(NamedTuple):
    """The week of a seat: on how many days it works, and its work by weekday, on ordinary days and on holidays."""

    length: int
    days: dict[Weekday, WorkingDay]
    holidays: dict[Weekday, WorkingDay]


_FIRST_THREE = itemgetter(0, 1, 2)
_ABSENT = streams.named("absence")
_AWAY = streams.named("away")
_TRAINING = streams.named("training block")


def without(stretches: list[Stretch], hole: Stretch) -> list[Stretch]:
    """The stretches with a hole cut out of them."""
    left = []
    for start, end in stretches:
        if hole[1] <= start or hole[0] >= end:
            left.append((start, end))
            continue
        if start < hole[0]:
            left.append((start, hole[0]))
        if hole[1] < end:
            left.append((hole[1], end))
    return left


def shortened(stretches: list[Stretch], length: float, u: float) -> list[Stretch]:
    """The stretches less a block of working time at a place of its own; what is no working time does not count."""
    total = sum(end - start for start, end in stretches)
    first = u * max(total - length, 0.0)
    worked, left = 0.0, []
    for start, end in stretches:
        until = worked + end - start
        before, after = min(until, max(worked, first)), max(worked, min(until, first + length))
        left += [(start, start + before - worked), (end - (until - after), end)] if after > before else [(start, end)]
        worked = until
    return [(start, end) for start, end in left if end > start]


def working_day(shifts: list[ShiftSettings]) -> WorkingDay:
    """Seconds of work in the shifts of a day, and its stretches between the breaks."""
    stretches = [(shift.start, shift.end) for shift in shifts]
    for shift in shifts:
        for pause in shift.breaks:
            stretches = without(stretches, (pause.start, pause.start + pause.length))
    return sum(worked(shift) for shift in shifts), stretches


class Staffing(Mechanism[StaffingSettings]):
    """The roster: a plan for each day, and an agenda that brings agents on duty and sends them off."""

    def __init__(self, world: World, settings: StaffingSettings) -> None:
        super().__init__(world, settings)
        self._leaving: list[Agent] = []
        self.planned = self.absent = self.away = self.trained = 0.0

    def adopted(self) -> None:
        """Weeks of each seat of the rotas."""
        self._weeks = {
            name: [self._week(entry) for entry in roster.rota]
            for name, roster in self.settings.rosters.items()
            if roster.rota is not None
        }

    def _week(self, entry: str) -> Week:
        week: dict[Weekday, list[ShiftSettings]] = {}
        for name in shift_names(entry):
            shift = self.settings.shifts[name]
            for weekday in shift.days:
                week.setdefault(weekday, []).append(shift)
        holidays = {day: [shift for shift in shifts if shift.holidays] for day, shifts in week.items()}
        return Week(
            len(week),
            {day: working_day(shifts) for day, shifts in week.items()},
            {day: working_day(shifts) for day, shifts in holidays.items() if shifts},
        )

    def on_day_began(self, day: Day) -> None:
        """Plan the day, agent by agent, and let it happen."""
        plan: list[tuple[float, str, float, Agent]] = []
        clock = self.world.calendar.clock
        for name in self.settings.rosters:
            for agent, stretches in self._stretches(name, day):
                for start, end in stretches:
                    until = clock(day.index, end)
                    plan.append((clock(day.index, start), agent.name, until, agent))
                    plan.append((until, agent.name, 0.0, agent))
        if plan:
            plan.sort(key=_FIRST_THREE)
            Agenda(self.world.env, plan, self._follow)

    def _follow(self, entry: tuple[float, str, float, Agent]) -> None:
        _, _, until, agent = entry
        if until and agent.employed:
            self.world.ask.begin_duty(agent, until)
        else:
            self.world.ask.end_duty(agent)

    def _stretches(self, group: str, day: Day) -> Iterable[tuple[Agent, list[Stretch]]]:
        roster = self.settings.rosters[group]
        if roster.on_duty is not None:
            return self._by_table(group, roster.on_duty, day)
        return self._by_rota(group, day)

    def _by_table(self, group: str, table: ByInterval, day: Day) -> Iterable[tuple[Agent, list[Stretch]]]:
        row = table.row(self.world.calendar, day.index)
        width = table.interval
        for place, agent in enumerate(self.world.ask.deployed(group)):
            stretches: list[Stretch] = []
            for index, wanted in enumerate(row):
                if wanted > place:
                    start = index * width
                    if stretches and stretches[-1][1] == start:
                        start = stretches.pop()[0]
                    stretches.append((start, (index + 1) * width))
            yield agent, stretches

    def _by_rota(self, group: str, day: Day) -> Iterable[tuple[Agent, list[Stretch]]]:
        weeks = self._weeks[group]
        weekday = WEEKDAYS[day.weekday]
        for agent in self.world.ask.deployed(group):
            week = weeks[agent.seat % len(weeks)]
            work = (week.holidays if day.holiday else week.days).get(weekday)
            if work is None:
                continue
            key = streams.child(agent.key, day.index)
            self.planned += work[0]
            if streams.uniform(key, _ABSENT) < self.settings.absence:
                self.absent += work[0]
                continue
            yield agent, self._present(agent, key, work, week.length)

    def _present(self, agent: Agent, key: int, work: WorkingDay, days: int) -> list[Stretch]:
        planned, stretches = work
        if self.settings.away:
            length = self.settings.away * planned
            self.away += length
            stretches = shortened(stretches, length, streams.uniform(key, _AWAY))
        hours = self.world.ask.training_hours()
        if hours:
            length = min(hours / days, sum(end - start for start, end in stretches))
            agent.trained = length
            self.trained += length
            self.world.tell.agent_trained(agent)
            stretches = shortened(stretches, length, streams.uniform(key, _TRAINING))
        return stretches

    def on_agent_left(self, agent: Agent) -> None:
        """A leaver finishes the contact in hand; those hours count too."""
        if agent.on_duty:
            self._leaving = [one for one in self._leaving if one.on_duty]
            self._leaving.append(agent)

    def _at_work(self) -> list[Agent]:
        return [*self.world.agents.values(), *(agent for agent in self._leaving if agent.on_duty)]

    def counts(self) -> dict[str, float]:
        """Agent-seconds on duty, with contacts and idle; planned, absent, away and in training."""
        now = self.world.env.now
        groups, agents = self.world.groups.values(), self._at_work()
        duty = sum(group.duty for group in groups) + sum(now - agent.on_since for agent in agents if agent.on_duty)
        busy = sum(group.busy for group in groups) + sum(now - agent.busy_since for agent in agents if agent.contact)
        return {
            "agents.duty": duty,
            "agents.busy": busy,
            "agents.planned": self.planned,
            "agents.absent": self.absent,
            "agents.away": self.away,
            "agents.training": self.trained,
            "agents.shrunk": self.absent + self.away + self.trained,
        }

    def balances(self) -> list[tuple[str, float, float]]:
        """Hours on duty = hours with contacts + hours idle."""
        now, agents = self.world.env.now, self._at_work()
        idle = sum(group.idled for group in self.world.groups.values())
        idle += sum(now - agent.idle_since for agent in agents if agent.on_duty and agent.contact is None)
        counted = self.counts()
        return [("agents' time on duty", counted["agents.duty"], counted["agents.busy"] + idle)]

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """Occupancy and staffed hours."""
        return [
            Measure(
                "occupancy", "occupancy", "%", "agents.busy", "agents.duty", 100.0,
                meaning="time with contacts, over time on duty",
            ),
            Measure(
                "agents_on_duty", "agents on duty", "agents", "agents.duty", "seconds", 1.0,
                meaning="agents on duty, mean over all hours of the week",
            ),
            Measure(
                "shrinkage", "shrinkage", "%", "agents.shrunk", "agents.planned", 100.0, "lower",
                meaning="paid time absent, on other work or in training, over planned time without breaks",
            ),
            Measure(
                "training_hours", "hours of training", "hours a year", "agents.training", "years", 1 / 3600.0,
                meaning="hours that agents spent in continued training",
            ),
        ]  # fmt: skip


def shift_names(entry: str) -> list[str]:
    """Names of the shifts of one seat of a rota, "early+saturday"."""
    return [name.strip() for name in entry.split("+")]


def worked(shift: ShiftSettings) -> float:
    """Seconds of a shift without its breaks."""
    return shift.end - shift.start - sum(pause.length for pause in shift.breaks)
