"""Incentives: pay tied to what customers say or to speed, targets for handle time, and how agents answer to them.

Effort goes where pay can see it, and away from what it cannot see (Holmstrom and Milgrom 1991, Journal of Law,
Economics and Organization 7). What a survey says of one agent is uncertain, and he answers to it only as far as it is
reliable (the reliability of a mean of n answers, n / (n + noise): Spearman 1910, Brown 1910). Part of the answer goes
into the measure instead of the service. Under a strict target for handle time agents shorten contacts at the cost of
resolution and cut customers off: in the call log of a bank 7 % of services were under 10 s in ten months, 2 % after it
was noticed (Brown et al. 2005, JASA 100(469), section 4.1).
"""

from __future__ import annotations

from math import inf
from typing import Any

from pydantic import Field, model_validator

from sim.core import elementary, streams
from sim.core.answers import Effort
from sim.core.calendar import Day
from sim.core.entities import Agent, Contact
from sim.core.facts import Posting
from sim.core.measures import Measure
from sim.core.units import DAY, WEEK, Duration, Percent, Settings, Share
from sim.core.world import Mechanism, World


class OpinionSettings(Settings):
    """A bonus by what customers say of an agent in the survey.

    stake: the whole bonus, relative to basic pay; none_at, all_at: mean points at which none and all of it is paid.
    noise: variance of single answers over variance between agents. effort: what 10 % of pay at stake adds to mood, on
    the logit scale, if answers were reliable and honest; gaming: share of it that goes into begging for points,
    flattery: points that this adds to an answer per 10 % of pay at stake.
    """

    stake: Share
    none_at: float = Field(ge=0, le=100)
    all_at: float = Field(ge=0, le=100)
    noise: float = Field(ge=0, le=1000)
    effort: float = Field(ge=0, le=5)
    gaming: Share = 0.0
    flattery: float = Field(default=0.0, ge=0, le=100)

    @model_validator(mode="after")
    def _ascending(self) -> OpinionSettings:
        if self.all_at <= self.none_at:
            raise ValueError("needs all_at above none_at")
        return self


class SpeedSettings(Settings):
    """A bonus by an agent's handle time, relative to that of a fully proficient average agent.

    stake: the whole bonus, relative to basic pay; none_at, all_at: handle time at which none and all of it is paid.
    effort: log handle time that 10 % of pay at stake saves.
    """

    stake: Share
    none_at: Percent = Field(gt=0, le=5)
    all_at: Percent = Field(gt=0, le=5)
    effort: float = Field(ge=0, le=2)

    @model_validator(mode="after")
    def _descending(self) -> SpeedSettings:
        if self.all_at >= self.none_at:
            raise ValueError("needs all_at below none_at")
        return self


class TargetSettings(Settings):
    """A target for handle time, relative to that of a fully proficient average agent, and how strictly it is meant.

    strictness: share of an agent's gap above the target, as a logarithm, that presses him. hurry: share of that
    pressure to which he answers by taking less time; cut_off: share of contacts that he cuts off at a pressure of 0.1
    (about 10 % too slow), and no more than ``most``; short: how long those last.
    """

    handle_time: Percent = Field(gt=0, le=5)
    strictness: Share
    hurry: Share
    cut_off: Share = 0.0
    most: Share = 0.2
    short: Duration = Field(gt=0)


class IncentiveSettings(Settings):
    """What agents are paid and pressed for, looked at in every ``review``.

    rigour: logit points of the ability to resolve lost for each 0.1 of log handle time saved in haste; courtesy: points
    of mood lost for it.
    """

    review: Duration = Field(ge=WEEK)
    opinion: OpinionSettings | None = None
    speed: SpeedSettings | None = None
    target: TargetSettings | None = None
    rigour: float = Field(ge=0, le=5)
    courtesy: float = Field(default=0.0, ge=0, le=5)


_CUT_OFF = streams.named("contact cut off")


def reliability(answers: float, noise: float) -> float:
    """How far a mean of so many answers tells agents apart: n / (n + noise)."""
    return answers / (answers + noise) if answers else 0.0


def paid_share(value: float, none_at: float, all_at: float) -> float:
    """Share of a bonus that is paid: 0 at none_at, 1 at all_at, in proportion between."""
    share = (value - none_at) / (all_at - none_at)
    return 0.0 if share < 0.0 else 1.0 if share > 1.0 else share


def effort_of(care: float, haste: float, rigour: float, courtesy: float) -> Effort:
    """Factor on handle time, and what is added to edge and mood, by care (logit points) and haste (log time saved)."""
    if not haste:
        return 1.0, 0.0, care
    return elementary.exp(-haste), -rigour * haste * 10.0, care - courtesy * haste * 10.0


class Incentives(Mechanism[IncentiveSettings]):
    """Each agent's answer to what he is paid and pressed for, from review to review."""

    answers = ("effort",)

    def __init__(self, world: World, settings: IncentiveSettings) -> None:
        super().__init__(world, settings)
        self._efforts: dict[Agent, Effort] = {}
        self._rated: dict[Agent, tuple[int, float]] = {}
        self._reviewed = -1
        self.cut_off = self.reviews = 0
        self.bonuses = self.haste = self.reliable = 0.0

    def effort(self, agent: Agent) -> Effort:
        """What an agent's effort makes of his contacts."""
        return self._efforts.get(agent, (1.0, 0.0, 0.0))

    def on_agent_left(self, agent: Agent) -> None:
        """A leaver is reviewed no more."""
        self._efforts.pop(agent, None)
        self._rated.pop(agent, None)

    def on_day_began(self, day: Day) -> None:
        """At each review: pay the bonuses of the time since the last, and let agents answer to what they now know."""
        review = max(round(self.settings.review / DAY), 1)
        if day.index % review:
            return
        time = (day.index - self._reviewed) * DAY if self._reviewed >= 0 else 0.0
        self._reviewed = day.index
        total = 0.0
        for agent in self.world.agents.values():
            if agent.deployed_at is not None:
                total += self._reviewed_one(agent, time)
        if total:
            self.bonuses += total
            self.world.tell.paid(Posting("wages", -total, "wages"))

    def on_settings_changed(self, _: float) -> None:
        """What is at stake may have changed: agents answer to it at the next review."""
        if self.settings.target is None:
            for agent in self.world.agents.values():
                agent.hides = agent.pressure = 0.0

    def _reviewed_one(self, agent: Agent, time: float) -> float:
        """Pay one agent's bonus, and find his effort for the time to come."""
        rated, rating = self._rated.get(agent, (0, 0.0))
        answers, points = agent.rated - rated, agent.rating - rating
        self._rated[agent] = agent.rated, agent.rating
        agent.bonus = self._bonus(agent, answers, points)
        care, haste = self._answer(agent, answers)
        pressed = self._pressed(agent, haste)
        self._efforts[agent] = effort_of(care, haste + pressed, self.settings.rigour, self.settings.courtesy)
        self.reviews += 1
        self.haste += haste + pressed
        self.world.tell.agent_changed(agent)
        since = self.world.env.now - (agent.deployed_at or 0.0)
        return agent.bonus * agent.group.wage * (time if time < since else since)

    def _bonus(self, agent: Agent, answers: int, points: float) -> float:
        """What an agent has earned, relative to basic pay."""
        opinion, speed = self.settings.opinion, self.settings.speed
        earned = 0.0
        if opinion is not None and answers:
            earned += opinion.stake * paid_share(points / answers, opinion.none_at, opinion.all_at)
        if speed is not None:
            earned += speed.stake * paid_share(agent.pace, speed.none_at, speed.all_at)
        return earned

    def _answer(self, agent: Agent, answers: int) -> tuple[float, float]:
        """Care and haste in answer to what is at stake; begging for points on the side."""
        opinion, speed = self.settings.opinion, self.settings.speed
        care = haste = agent.flattery = 0.0
        if opinion is not None:
            reliable = reliability(answers, opinion.noise)
            self.reliable += reliable
            agent.flattery = opinion.flattery * opinion.gaming * opinion.stake * 10.0
            care = opinion.effort * (1.0 - opinion.gaming) * reliable * opinion.stake * 10.0
        if speed is not None:
            haste = speed.effort * speed.stake * 10.0
        return care, haste

    def _pressed(self, agent: Agent, haste: float) -> float:
        """Log handle time saved under a target; who is pressed also cuts contacts off."""
        target = self.settings.target
        if target is None:
            agent.pressure = agent.hides = 0.0
            return 0.0
        hurried = self.effort(agent)[0]
        gap = elementary.log(agent.pace / hurried / target.handle_time) - haste
        agent.pressure = target.strictness * gap if gap > 0.0 else 0.0
        hides = target.cut_off * agent.pressure * 10.0
        agent.hides = hides if hides < target.most else target.most
        return target.hurry * agent.pressure

    def on_contact_answered(self, contact: Contact) -> None:
        """An agent who hides cuts some contacts off: they are short and resolve nothing, whatever they asked for.

        Which ones is settled by the contact's key, so a stricter target cuts the same ones off and some more.
        """
        agent = contact.agent
        if agent.hides and streams.uniform(contact.key, _CUT_OFF) < agent.hides:
            target = self.settings.target
            assert target is not None  # who hides is pressed by one
            contact.last(target.short)
            contact.threshold = inf
            self.cut_off += 1

    def counts(self) -> dict[str, float]:
        """Contacts cut off, bonuses, and agents' answers summed over reviews."""
        return {
            "incentives.cut_off": self.cut_off,
            "incentives.bonuses": self.bonuses,
            "incentives.haste": self.haste,
            "incentives.reliable": self.reliable,
            "incentives.reviews": self.reviews,
        }

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """Contacts cut off, bonuses, haste and how reliable the survey is of an agent."""
        return [
            Measure(
                "cut_off", "contacts cut off by agents", "%", "incentives.cut_off", "contacts.answered", 100.0, "lower",
                meaning="contacts that agents ended at once to look quicker, over contacts answered",
            ),
            Measure(
                "bonuses", "bonuses", f"{scenario.currency} a year", "incentives.bonuses", "years", 1.0,
                meaning="bonuses paid to agents, in money of the day when the counting starts",
            ),
            Measure(
                "haste", "handle time saved in haste", "%", "incentives.haste", "incentives.reviews", 100.0,
                meaning="log handle time saved by bonus and target, mean over agents and reviews",
            ),
            Measure(
                "survey_reliability", "reliability of an agent's survey", "%", "incentives.reliable",
                "incentives.reviews", 100.0, "higher",
                meaning="n / (n + noise) of the answers that an agent had in a review, mean over agents and reviews",
            ),
        ]  # fmt: skip
