"""Staffing: shifts, breaks and shrinkage; who is on duty when."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

import numpy as np
from pydantic import Field, model_validator

from sim.core import streams
from sim.core.calendar import WEEKDAYS, Day, Weekday
from sim.core.elementary import added
from sim.core.entities import Agent
from sim.core.kernel import Agenda
from sim.core.measures import Measure
from sim.core.stretches import Stretch, joined, shortened, without
from sim.core.tables import ByInterval
from sim.core.units import DAY, Clock, Duration, Settings, Several, Share
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


class WorkingDay(NamedTuple):
    """Seconds of work planned for a day of a seat, the stretches in which they lie, and the days of its week."""

    planned: float
    stretches: list[Stretch]
    days: int


class Week(NamedTuple):
    """The week of a seat: its work by weekday, on ordinary days and on holidays."""

    days: dict[Weekday, WorkingDay]
    holidays: dict[Weekday, WorkingDay]


Duties = tuple[Agent, list[Stretch]]
"""An agent and the stretches of his day."""

Change = tuple[float, float, Agent]
"""When an agent comes on duty and until when, or when he goes and 0."""

_TIME = itemgetter(0)
_NAME = attrgetter("name")
_DRAWN_AHEAD = 7  # days
_NO_TIME = 1e-6  # what rounding may leave at the edge of a block
_ABSENT = streams.named("absence")
_AWAY = streams.named("away")
_TRAINING = streams.named("training block")


def working_day(shifts: list[ShiftSettings], days: int) -> WorkingDay:
    """The work of a seat in the shifts of one of the ``days`` of its week, between the breaks."""
    stretches = [(shift.start, shift.end) for shift in shifts]
    for shift in shifts:
        for pause in shift.breaks:
            stretches = without(stretches, (pause.start, pause.start + pause.length))
    return WorkingDay(added(worked(shift) for shift in shifts), joined(stretches), days)


def on_duty_by_place(row: Iterable[float], width: float, places: int) -> list[list[Stretch]]:
    """Stretches of the first, second, ... agent where a row says how many are on duty in each interval."""
    stretches: list[list[Stretch]] = [[] for _ in range(places)]
    since: list[float] = []  # of those who are on duty, by place
    for index, wanted in enumerate((*row, 0.0)):
        time = index * width
        wanted_now = min(ceil(wanted), places)
        while len(since) > wanted_now:
            stretches[len(since) - 1].append((since.pop(), time))
        since += [time] * (wanted_now - len(since))
    return stretches


class Staffing(Mechanism[StaffingSettings]):
    """The roster: a plan for each day, and an agenda that brings agents on duty and sends them off."""

    def __init__(self, world: World, settings: StaffingSettings) -> None:
        super().__init__(world, settings)
        self._leaving: list[Agent] = []
        self._until_midnight: list[Agent] = []
        self.planned = self.absent = self.away = self.trained = 0.0
        self._forget_crew()

    def adopted(self) -> None:
        """Weeks of each seat of the rotas."""
        self._weeks = {
            name: [self._week(entry) for entry in roster.rota]
            for name, roster in self.settings.rosters.items()
            if roster.rota is not None
        }
        self._forget_crew()

    def _week(self, entry: str) -> Week:
        week: dict[Weekday, list[ShiftSettings]] = {}
        for name in shift_names(entry):
            shift = self.settings.shifts[name]
            for weekday in shift.days:
                week.setdefault(weekday, []).append(shift)
        holidays = {day: [shift for shift in shifts if shift.holidays] for day, shifts in week.items()}
        return Week(
            {day: working_day(shifts, len(week)) for day, shifts in week.items()},
            {day: working_day(shifts, len(week)) for day, shifts in holidays.items() if shifts},
        )

    def on_agent_deployed(self, _: Agent) -> None:
        """The crew has changed."""
        self._forget_crew()

    def _forget_crew(self) -> None:
        """Who works a rota, what everyone works on which weekday, and their draws: all follow from the crew."""
        self._crew: list[Agent] | None = None
        self._teams: dict[tuple[int, bool], list[tuple[int, Agent, WorkingDay]]] = {}
        self._draws: dict[int, list[list[float]]] = {}
        self._drawn_from = -_DRAWN_AHEAD

    def _team(self, day: Day) -> list[tuple[int, Agent, WorkingDay]]:
        """Who works a rota on such a day, by name, with their places in the crew."""
        if self._crew is None:
            deployed = self.world.ask.deployed
            self._crew = sorted((agent for name in self._weeks for agent in deployed(name)), key=_NAME)
        kind = day.weekday, day.holiday
        if kind not in self._teams:
            self._teams[kind] = team = []
            for place, agent in enumerate(self._crew):
                weeks = self._weeks[agent.group.name]
                week = weeks[agent.seat % len(weeks)]
                work = (week.holidays if day.holiday else week.days).get(WEEKDAYS[day.weekday])
                if work is not None:
                    team.append((place, agent, work))
        return self._teams[kind]

    def _uniforms(self, stream: int, index: int) -> list[float]:
        """A draw of each of the crew for a day; drawn a week ahead."""
        if index >= self._drawn_from + _DRAWN_AHEAD:
            self._draws, self._drawn_from = {}, index
        if stream not in self._draws:
            crew = np.array([[agent.key for agent in self._crew or ()]], dtype=np.uint64)
            days = np.arange(self._drawn_from, self._drawn_from + _DRAWN_AHEAD, dtype=np.uint64)
            self._draws[stream] = streams.uniforms(streams.children(crew, days[:, np.newaxis]), stream).tolist()
        return self._draws[stream][index - self._drawn_from]

    def on_day_began(self, day: Day) -> None:
        """Plan the day, agent by agent, and let it happen."""
        duties = self._by_rota(day)
        for name, roster in self.settings.rosters.items():
            if roster.on_duty is not None:
                duties += self._by_table(name, roster.on_duty, day)
        if len(self._weeks) < len(self.settings.rosters):
            duties.sort(key=lambda duty: duty[0].name)
        plan = self._plan(duties, day)
        if plan:
            Agenda(self.world.env, plan, self._follow)

    def _by_rota(self, day: Day) -> list[Duties]:
        team, absence, away = self._team(day), self.settings.absence, self.settings.away
        absent = self._uniforms(_ABSENT, day.index) if absence else []
        block = self._uniforms(_AWAY, day.index) if away else []
        hours = self.world.ask.training_hours()
        lesson = self._uniforms(_TRAINING, day.index) if hours else []
        duties = []
        for place, agent, (planned, stretches, days) in team:
            self.planned += planned
            if absence and absent[place] < self.world.ask.absence(agent, absence):
                self.absent += planned
                continue
            present = stretches
            if away:
                self.away += away * planned
                present = shortened(present, planned, away * planned, block[place])
            if hours:
                present = self._train(agent, self.world.ask.lesson(agent) / days, present, lesson[place])
            duties.append((agent, present))
        return duties

    def _train(self, agent: Agent, hours: float, stretches: list[Stretch], u: float) -> list[Stretch]:
        """An agent is in training for so many seconds of his day, if he works so long; what is left of it."""
        total = added(end - start for start, end in stretches)
        length = min(hours, total)
        agent.trained = length
        self.trained += length
        self.world.tell.agent_trained(agent)
        return shortened(stretches, total, length, u)

    def _by_table(self, group: str, table: ByInterval, day: Day) -> list[Duties]:
        agents = self.world.ask.deployed(group)
        row = table.row(self.world.calendar, day.index)
        return list(zip(agents, on_duty_by_place(row, table.interval, len(agents)), strict=True))

    def _plan(self, duties: list[Duties], day: Day) -> list[Change]:
        """All changes of a day in order, ends before beginnings, by name; who works past midnight simply stays."""
        midnight = day.start
        if day.end - midnight != DAY:
            duties = [(agent, self._passed(stretches, day)) for agent, stretches in duties]
        begins: list[Change] = [
            (midnight + start, midnight + end, agent)
            for agent, stretches in duties
            for start, end in stretches
            if end - start > _NO_TIME
        ]
        for _, until, agent in begins:
            agent.home_at = until
        ends: list[Change] = [(until, 0.0, agent) for _, until, agent in begins]
        if self._until_midnight:
            stay = {agent for moment, _, agent in begins if moment == midnight}
            ends += [(midnight, 0.0, agent) for agent in self._until_midnight if agent not in stay]
            self._until_midnight = []
        plan = ends + begins
        plan.sort(key=_TIME)
        while plan and plan[-1][0] == day.end:
            self._until_midnight.append(plan.pop()[2])
        self._until_midnight.reverse()
        return plan

    def _passed(self, stretches: list[Stretch], day: Day) -> list[Stretch]:
        """Stretches by the clock on the wall in seconds that have passed since midnight, where clocks change."""
        clock, index = self.world.calendar.clock, day.index
        return [(clock(index, start) - day.start, clock(index, end) - day.start) for start, end in stretches]

    def _follow(self, change: Change) -> None:
        _, until, agent = change
        if until and agent.employed:
            self.world.ask.begin_duty(agent, until)
        else:
            self.world.ask.end_duty(agent)

    def on_agent_left(self, agent: Agent) -> None:
        """The crew has changed; a leaver finishes the contact in hand, and those hours count too."""
        self._forget_crew()
        if agent.on_duty:
            self._leaving = [one for one in self._leaving if one.on_duty]
            self._leaving.append(agent)

    def _at_work(self) -> list[Agent]:
        return [*self.world.agents.values(), *(agent for agent in self._leaving if agent.on_duty)]

    def counts(self) -> dict[str, float]:
        """Agent-seconds on duty, with contacts and idle; planned, absent, away and in training."""
        now = self.world.env.now
        groups, agents = self.world.groups.values(), self._at_work()
        duty, busy = added(group.duty for group in groups), added(group.busy for group in groups)
        duty += added(now - agent.on_since for agent in agents if agent.on_duty)
        busy += added(now - agent.busy_since for agent in agents if agent.contact)
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
        idle = added(group.idled for group in self.world.groups.values())
        idle += added(now - agent.idle_since for agent in agents if agent.on_duty and agent.contact is None)
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
    return shift.end - shift.start - added(pause.length for pause in shift.breaks)
