"""Flexing: staff that follows demand within the day.

In regular steps each group's pressure is compared with thresholds. Above them agents of other groups who have the
skills help, and those about to go home stay for paid overtime, up to a limit a week; below them idle agents go to
coaching. What is compared is a forecast of the day: the pressure plus an error of the group and the day. Assumed: who
is asked stays; who helps works with his own proficiency, tools and authority; breaks are kept.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from sim.core import elementary, streams
from sim.core.calendar import Day
from sim.core.entities import Agent, Group
from sim.core.facts import Posting
from sim.core.measures import Measure
from sim.core.units import HOUR, MINUTE, WEEK, Duration, MoneyRate, Percent, Settings, Several, Span
from sim.core.world import Mechanism, World


class LendingSettings(Settings):
    """Who helps whom: group -> groups whose agents have its skills.

    A group is helped from a pressure ``above`` until one below ``ends``, by groups whose own is at most ``spare``.
    """

    helpers: dict[str, Several[str]] = Field(min_length=1)
    above: Percent
    ends: Percent
    spare: Percent

    @model_validator(mode="after")
    def _in_order(self) -> LendingSettings:
        if self.ends > self.above:
            raise ValueError("help ends before it begins")
        return self


class OvertimeSettings(Settings):
    """Who goes home while the pressure is above a threshold stays for a block, ``most`` in a week.

    pay: what an hour of overtime costs, premium included.
    """

    above: Percent
    block: Span = Field(ge=5 * MINUTE, le=4 * HOUR)
    most: Duration = Field(le=WEEK)
    pay: MoneyRate


class CoachingSettings(Settings):
    """While the pressure is below a threshold idle agents take a block of continued training, ``most`` in a week.

    keep: idle agents of the group who stay with the contacts.
    """

    below: Percent
    block: Span = Field(ge=5 * MINUTE, le=4 * HOUR)
    most: Duration = Field(le=WEEK)
    keep: int = Field(ge=0, le=20_000)


class FlexingSettings(Settings):
    """How often staff is flexed, by how good a forecast, and by what means.

    forecast_error: standard deviation of the error of the pressure that is forecast, one for each group and day.
    """

    every: Span = Field(ge=MINUTE, le=4 * HOUR)
    forecast_error: Percent = Field(ge=0, le=5)
    lending: LendingSettings | None = None
    overtime: OvertimeSettings | None = None
    coaching: CoachingSettings | None = None


_FORECAST = streams.named("forecast of pressure")


def grant(block: float, used: float, most: float, room: float) -> float:
    """Time that may still be had of a block, in seconds: all of it or nothing, within the week's limit and the day."""
    return block if used + block <= most and block <= room else 0.0


def helps(helping: bool, seen: float, own: float, lending: LendingSettings) -> bool:
    """Whether a group at pressure ``own`` helps one at ``seen``: begun above, ended below, from what it spares."""
    return own <= lending.spare and (seen >= lending.ends if helping else seen > lending.above)


class Flexing(Mechanism[FlexingSettings]):
    """Looks at the groups in regular steps and lends, keeps or coaches their agents."""

    def __init__(self, world: World, settings: FlexingSettings) -> None:
        super().__init__(world, settings)
        self._root = streams.child(world.root, _FORECAST)
        self._errors: dict[str, float] = {}
        self._helping: set[tuple[str, str]] = set()
        self._stayed: dict[Agent, float] = {}
        self._coached: dict[Agent, float] = {}
        self._midnight = 0.0
        self.lent = self.overtime = self.coached = self.paid = 0.0

    def begin(self) -> None:
        """Begin to look."""
        self.world.env.after(self.settings.every, self._watch, None)

    def on_day_began(self, day: Day) -> None:
        """A new day has a forecast of its own; a new week its own limits."""
        self._midnight = day.end
        if day.weekday == 0:
            self._stayed, self._coached = {}, {}
        error = self.settings.forecast_error
        for name in self.world.groups if error else ():
            key = streams.child(streams.child(self._root, streams.named(name)), day.index)
            self._errors[name] = error * elementary.normal_quantile(streams.uniform(key, _FORECAST))
        if not error:
            self._errors = {}

    def _watch(self, _: None) -> None:
        """Look at the groups if anybody is on duty, and again after a while."""
        for group in self.world.groups.values():
            if group.present:
                self._look()
                break
        self.world.env.after(self.settings.every, self._watch, None)

    def _look(self) -> None:
        settings = self.settings
        if settings.lending is not None or self._helping:
            self._lend(settings.lending)
        if settings.overtime is not None:
            self._keep(settings.overtime)
        if settings.coaching is not None:
            self._coach(settings.coaching)

    def _seen(self, group: Group) -> float:
        """The pressure on a group as the forecast has it."""
        return self.world.ask.pressure(group) + self._errors.get(group.name, 0.0)

    def _lend(self, lending: LendingSettings | None) -> None:
        """Let groups begin and end to help each other; without lending all go back to their own."""
        groups, ask = self.world.groups, self.world.ask
        self.lent += len(self._helping) * self.settings.every
        seen = {name: self._seen(group) for name, group in groups.items()}
        wanted = set() if lending is None else {
            (helper, name)
            for name, helpers in lending.helpers.items()
            for helper in helpers
            if helps((helper, name) in self._helping, seen[name], seen[helper], lending)
        }  # fmt: skip
        for helper, name in sorted(self._helping - wanted):
            ask.take_back(groups[helper], groups[name])
        begin = sorted(wanted - self._helping)
        self._helping = wanted
        for helper, name in begin:
            ask.lend(groups[helper], groups[name])

    def _keep(self, overtime: OvertimeSettings) -> None:
        """Those who would go home before the next look stay for a block."""
        now, every = self.world.env.now, self.settings.every
        for agent in self.world.agents.values():
            until = agent.on_until
            if not agent.on_duty or until != agent.home_at or not now < until <= now + every:
                continue
            if self._seen(agent.group) > overtime.above:
                used = self._stayed.get(agent, 0.0)
                longer = grant(overtime.block, used, overtime.most, self._midnight - until)
                if longer:
                    self._stayed[agent] = used + longer
                    self._stay(agent, until + longer, longer, overtime.pay)

    def _stay(self, agent: Agent, until: float, longer: float, pay: float) -> None:
        env = self.world.env
        agent.on_until = agent.home_at = until
        env.after(until - env.now, self.world.ask.end_duty, agent)
        self.overtime += longer
        self.paid += longer * pay
        if pay:
            self.world.tell.paid(Posting("wages", -longer * pay, "wages"))

    def _coach(self, coaching: CoachingSettings) -> None:
        """Of those who are idle all but a few are coached, the longest idle first."""
        now, block = self.world.env.now, coaching.block
        for group in self.world.groups.values():
            spare = len(group.idle) - coaching.keep
            if spare <= 0 or self._seen(group) >= coaching.below:
                continue
            for agent in [one for one in group.idle if one.on_until - now > block][:spare]:
                used = self._coached.get(agent, 0.0)
                if grant(block, used, coaching.most, self._midnight - now):
                    self._coached[agent] = used + block
                    self._send(agent, block)

    def _send(self, agent: Agent, block: float) -> None:
        env, until = self.world.env, agent.on_until
        agent.on_until = env.now
        self.world.ask.end_duty(agent)
        agent.trained = block
        self.coached += block
        self.world.tell.agent_trained(agent)
        env.after(block, self._back, (agent, until))

    def _back(self, coached: tuple[Agent, float]) -> None:
        """The block is over: back to the contacts, until the stretch of duty ends."""
        agent, until = coached
        if agent.employed and not agent.on_duty:
            self.world.ask.begin_duty(agent, until)

    def counts(self) -> dict[str, float]:
        """Seconds of help (of pairs of groups), of overtime and of coaching; pay for overtime, before inflation."""
        return {
            "flexing.lent": self.lent,
            "flexing.overtime": self.overtime,
            "flexing.coached": self.coached,
            "flexing.pay": self.paid,
        }

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """Help, overtime and coaching."""
        return [
            Measure(
                "help_hours", "hours of help between groups", "hours a year", "flexing.lent", "years", 1 / HOUR,
                meaning="hours in which one group helped another, pairs of groups added up",
            ),
            Measure(
                "overtime_hours", "hours of overtime", "hours a year", "flexing.overtime", "years", 1 / HOUR,
                meaning="hours that agents stayed after their shift",
            ),
            Measure(
                "overtime_pay", "pay for overtime", f"{scenario.currency} a year", "flexing.pay", "years", 1.0, "lower",
                meaning="in wages of the start; part of the wages in the ledger",
            ),
            Measure(
                "coached_hours", "hours of coaching in idle time", "hours a year", "flexing.coached", "years", 1 / HOUR,
                meaning="hours that idle agents spent in continued training",
            ),
        ]  # fmt: skip
