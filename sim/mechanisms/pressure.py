"""Work pressure: what it does to the time given to a contact, the standard that erodes, and fatigue.

The pressure on a group is the gap between the agents that its work asks for and those on duty, over those on duty,
smoothed. It is looked at in regular steps; those who are pressed give a contact more or less time, and give up care
with it (Oliva and Sterman 2001, Management Science 47(7)). The time that is really given becomes the standard within
weeks; without pressure the standard climbs back so slowly that the loss lasts. Far above what can be done, work slows
down (Berry Jaeker and Tucker 2017, Management Science 63(4)); long intensity tires (KC and Terwiesch 2009, Management
Science 55(9)). Whether pressure speeds up work at all is uncertain in call centres: the sign is a setting.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from sim.core import elementary
from sim.core.calendar import Day
from sim.core.elementary import added
from sim.core.entities import Agent, Group, Queue
from sim.core.measures import Measure
from sim.core.units import HOUR, MINUTE, Percent, Settings, Share, Span
from sim.core.world import Mechanism, World


class PaceSettings(Settings):
    """How pressure changes the time given to a contact, and what less time does to its quality.

    speed_up: log of the cut per unit of pressure between ``begins`` and ``saturation``; negative where pressure slows
    down. slow_down: log of the slowing per unit of pressure beyond saturation. least: the least time given, as a share
    of the full time. care: loss of ability to resolve, on the logit scale, per log of the time cut.
    may_cut_corners: false is the rule that a contact gets its full time, whatever the pressure.
    """

    speed_up: float = Field(ge=-1, le=2)
    begins: Percent
    saturation: Percent
    slow_down: float = Field(ge=0, le=2)
    least: Share = Field(gt=0)
    care: float = Field(ge=0, le=10)
    may_cut_corners: bool = True

    @model_validator(mode="after")
    def _in_order(self) -> PaceSettings:
        if self.saturation < self.begins:
            raise ValueError("is saturated before it begins")
        return self


class StandardSettings(Settings):
    """How the time that is thought right follows the time given.

    down: time constant towards the time given where that is less; up: towards the full time where nothing presses,
    many times as long. training_restores: share of the gap to the full time that an hour of continued training of
    everybody closes.
    """

    down: Span
    up: Span
    training_restores: Share = 0.0


class FatigueSettings(Settings):
    """Handle time grows by exp(effect x (intensity - begins)); intensity is occupancy, smoothed over time on duty."""

    memory: Span
    begins: Share
    effect: float = Field(ge=0, le=5)


class PressureSettings(Settings):
    """How often pressure is looked at, over what time it is felt, how soon a line ought to be cleared; its effects.

    clear_within: by channel, the time in which those waiting ought to be served.
    """

    every: Span = Field(ge=MINUTE, le=4 * HOUR)
    memory: Span
    clear_within: dict[str, Span] = Field(min_length=1)
    pace: PaceSettings | None = None
    standard: StandardSettings | None = None
    fatigue: FatigueSettings | None = None


def cut(pressure: float, speed_up: float, begins: float, saturation: float) -> float:
    """Time given relative to the standard: exp(-speed_up x pressure above ``begins``, up to saturation)."""
    felt = (pressure if pressure < saturation else saturation) - begins
    return elementary.exp(-speed_up * felt) if felt > 0.0 else 1.0


def slowed(excess: float, effect: float) -> float:
    """Slowing by what lies above a bound: exp(effect x excess), 1 below the bound."""
    return elementary.exp(effect * excess) if excess > 0.0 else 1.0


def care_lost(given: float, effect: float) -> float:
    """What the time given adds to the ability to resolve: effect x ln(given / full), 0 for the full time or more."""
    return effect * elementary.log(given) if given < 1.0 else 0.0


def standard_after(standard: float, given: float, elapsed: float, down: float, up: float) -> float:
    """The standard after some time: it falls towards the time given, or climbs towards the full time, 1."""
    if given < standard:
        return standard + (given - standard) * (1.0 - elementary.exp(-elapsed / down))
    return standard + (1.0 - standard) * (1.0 - elementary.exp(-elapsed / up))


class Team:
    """How a group fares: pressure, intensity, standard (of the full time), and what it gave since midnight."""

    __slots__ = ("closed_at", "given", "group", "intensity", "looks", "pressure", "standard", "total", "trained")

    def __init__(self, group: Group, intensity: float) -> None:
        self.group = group
        self.pressure = self.closed_at = self.total = self.trained = 0.0
        self.standard = self.given = 1.0
        self.intensity = intensity
        self.looks = 0


class Pressure(Mechanism[PressureSettings]):
    """Looks at every group on duty in regular steps, and lets what it finds act on tempo and care."""

    answers = ("pressure",)

    def __init__(self, world: World, settings: PressureSettings) -> None:
        super().__init__(world, settings)
        self._teams: dict[str, Team] = {}
        self._usual: dict[Queue, tuple[float, str]] = {}
        self.time = self.pressed = self.given = self.tempo = 0.0

    def adopted(self) -> None:
        """How far a look moves what is smoothed; what is felt acts by the new settings at once."""
        settings = self.settings
        self._feels = 1.0 - elementary.exp(-settings.every / settings.memory)
        self._tires = 1.0 - elementary.exp(-settings.every / settings.fatigue.memory) if settings.fatigue else 0.0
        for team in self._teams.values():
            team.given = 0.0  # whatever was given, what it does may be something else now
            self._act(team)

    def begin(self) -> None:
        """Nothing presses yet, and nobody is tired."""
        rested = self.settings.fatigue.begins if self.settings.fatigue else 0.0
        self._teams = {name: Team(group, rested) for name, group in self.world.groups.items()}
        self.world.env.after(self.settings.every, self._watch, None)

    def _watch(self, _: None) -> None:
        """Look at every group of which anybody is on duty, and again after a while."""
        asked: dict[Queue, float] | None = None
        for team in self._teams.values():
            if team.group.present:
                asked = self._asked() if asked is None else asked
                self._look(team, asked)
        self.world.env.after(self.settings.every, self._watch, None)

    def _look(self, team: Team, asked: dict[Queue, float]) -> None:
        """Find out how a group fares, and let it act."""
        group = team.group
        occupancy = 1.0 - len(group.idle) / group.present
        load = occupancy
        for queue in group.queues if asked else ():
            load += asked.get(queue, 0.0)
        team.pressure += self._feels * (load - 1.0 - team.pressure)
        team.intensity += self._tires * (occupancy - team.intensity)
        self._act(team)
        self._note(team)

    def _asked(self) -> dict[Queue, float]:
        """Agents that each queue asks for, to be cleared in its time, for each agent on duty who serves it."""
        found: dict[Queue, float] = {}
        for queue, (work, channel) in self._usual.items():
            if queue.waiting:
                staff = added(group.present for group in queue.groups)
                found[queue] = queue.waiting * work / self.settings.clear_within[channel] / staff if staff else 0.0
        return found

    def _learn_usual_work(self) -> None:
        """Mean work of what has been offered to each queue so far."""
        known: dict[Queue, tuple[int, float, str]] = {}
        for lane in self.world.lanes:
            offered, work, channel = known.get(lane.queue, (0, 0.0, lane.channel.name))
            usual = self.world.ask.usual_work(lane) * lane.offered
            known[lane.queue] = offered + lane.offered, work + usual, channel
        self._usual = {queue: (work / offered, channel) for queue, (offered, work, channel) in known.items() if offered}

    def _act(self, team: Team) -> None:
        """Let pressure, standard and fatigue act on the tempo and care of a group."""
        pace, fatigue = self.settings.pace, self.settings.fatigue
        given = tempo = 1.0
        if pace is not None:
            given = team.standard * cut(team.pressure, pace.speed_up, pace.begins, pace.saturation)
            given = max(given, pace.least if pace.may_cut_corners else 1.0)
            tempo = given * slowed(team.pressure - pace.saturation, pace.slow_down)
            if given != team.given:
                team.group.care = care_lost(given, pace.care)
        if fatigue is not None:
            tempo *= slowed(team.intensity - fatigue.begins, fatigue.effect)
        team.given, team.group.tempo = given, tempo

    def _note(self, team: Team) -> None:
        """Count what a look has found, by the time of those on duty."""
        span = team.group.present * self.settings.every
        self.time += span
        self.pressed += span * team.pressure
        self.given += span * team.given
        self.tempo += span * team.group.tempo
        team.total += team.given
        team.looks += 1

    def pressure(self, group: Group) -> float:
        """The pressure that a group feels now."""
        return self._teams[group.name].pressure

    def on_agent_trained(self, agent: Agent) -> None:
        """Training reminds people of the time that a contact ought to get."""
        self._teams[agent.group.name].trained += agent.trained

    def on_settings_changed(self, _: float) -> None:
        """Queues may be other ones."""
        self._learn_usual_work()

    def on_day_began(self, _: Day) -> None:
        """Look at what work is usual; let the standards of the groups that worked since the last time follow."""
        self._learn_usual_work()
        standard, now = self.settings.standard, self.world.env.now
        if standard is None:
            return
        for team in self._teams.values():
            if team.looks:
                self._settle(team, standard, now - team.closed_at)
                team.total, team.looks, team.trained, team.closed_at = 0.0, 0, 0.0, now
                self._act(team)

    def _settle(self, team: Team, standard: StandardSettings, elapsed: float) -> None:
        given = team.total / team.looks
        team.standard = standard_after(team.standard, given, elapsed, standard.down, standard.up)
        if team.trained and standard.training_restores:
            hours = team.trained / HOUR / max(len(self.world.ask.deployed(team.group.name)), 1)
            team.standard += (1.0 - team.standard) * min(standard.training_restores * hours, 1.0)

    def counts(self) -> dict[str, float]:
        """Agent-seconds looked at, and with them pressure, time given and tempo."""
        return {
            "pressure.time": self.time,
            "pressure.felt": self.pressed,
            "pressure.given": self.given,
            "pressure.tempo": self.tempo,
        }

    def levels(self) -> dict[str, float]:
        """The standard now, mean over agents deployed."""
        heads = {name: len(self.world.ask.deployed(name)) for name in self._teams}
        total = added(heads.values())
        standards = added(heads[name] * team.standard for name, team in self._teams.items())
        return {"pressure.standard": standards / total if total else 1.0}

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """Pressure, time given, tempo and the standard."""
        return [
            Measure(
                "work_pressure", "work pressure", "%", "pressure.felt", "pressure.time", 100.0, "lower",
                meaning="agents asked for beyond those on duty, over those on duty, smoothed; by time on duty",
            ),
            Measure(
                "time_given", "time given to a contact", "%", "pressure.given", "pressure.time", 100.0, "higher",
                meaning="share of its full time that agents chose to give a contact, by time on duty",
            ),
            Measure(
                "tempo", "handle time against own pace", "%", "pressure.tempo", "pressure.time", 100.0,
                meaning="handle time relative to own pace, by corners cut, overload and fatigue; by time on duty",
            ),
            Measure(
                "standard", "standard of time at the end", "%", "pressure.standard", None, 100.0, "higher",
                meaning="the share of the full time that agents have come to think right, mean over agents",
            ),
        ]  # fmt: skip
