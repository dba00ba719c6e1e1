"""Morale: burnout from the load, commitment from what the firm gives, and what both do to mood, absence and leaving.

Demands and resources act on two separate paths (Bakker, Demerouti and Schaufeli 2003, European Journal of Work and
Organizational Psychology 12(4)): demands wear out, and who is worn out is absent; resources commit, and who is not
committed leaves. Burnout follows occupancy above a comfortable level with a delay of weeks (Maslach, Schaufeli and
Leiter 2001, Annual Review of Psychology 52, for its slow course; the form is a convention). Each agent has his own,
brought up to date once a week.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from sim.core import elementary
from sim.core.calendar import Day
from sim.core.elementary import added
from sim.core.entities import Agent, Contact
from sim.core.facts import Posting
from sim.core.measures import Measure
from sim.core.units import WEEK, Duration, MoneyRate, Settings, Share
from sim.core.world import Mechanism, World


class BurnoutSettings(Settings):
    """Burnout B, 0 to 1: dB/dt = (g - B) / time_constant.

    g = rest + load x (occupancy above ``comfortable``, relative to the room above it) + abuse x (share of contacts
    whose issue had failed or was abandoned before) + pressure x (that of a handle-time target) - what relieves.
    """

    time_constant: Duration = Field(gt=0)
    rest: Share
    comfortable: Share = Field(lt=1)
    load: float = Field(ge=0, le=2)
    abuse: float = Field(default=0.0, ge=0, le=2)
    pressure: float = Field(default=0.0, ge=0, le=5)


class ResourceSettings(Settings):
    """Something that the firm gives its agents, 0 % to 100 %: premises, recognition, a say in their hours.

    reference: the level for which commitment and burnout were given. commitment, relief: what all of it instead of
    nothing adds to commitment and takes from burnout in the long run, 0 to 1. cost: of all of it, per agent.
    """

    level: Share
    reference: Share
    commitment: float = Field(ge=0, le=1)
    relief: float = Field(default=0.0, ge=0, le=1)
    cost: MoneyRate


class CommitmentSettings(Settings):
    """Commitment C, 0 to 1: dC/dt = (h - C) / time_constant.

    h = reference commitment + pay x (pay / market - 1) + support x (support of team leaders - support_reference) +
    resources - exhaustion x (burnout - reference burnout). Without ``market`` for a group, its pay is the market's.
    """

    time_constant: Duration = Field(gt=0)
    market: dict[str, MoneyRate] = Field(default_factory=dict)
    pay: float = Field(default=0.0, ge=0, le=5)
    support: float = Field(default=0.0, ge=0, le=1)
    support_reference: Share = 0.0
    exhaustion: float = Field(default=0.0, ge=0, le=1)


class MoraleReference(Settings):
    """The named state in which morale changes nothing: that of the base hazard and of the usual absence."""

    name: str
    burnout: Share
    commitment: Share


class MoraleEffects(Settings):
    """What 10 points of burnout above, or of commitment below their reference do.

    cold, warm: logit points of a contact's score; absence: logit points of the share of shifts missed, by burnout;
    leaving: log hazard, by commitment; leaving_worn: log hazard, by burnout.
    """

    cold: float = Field(default=0.0, ge=0, le=2)
    warm: float = Field(default=0.0, ge=0, le=2)
    absence: float = Field(default=0.0, ge=0, le=2)
    leaving: float = Field(default=0.0, ge=0, le=2)
    leaving_worn: float = Field(default=0.0, ge=0, le=2)


class MoraleSettings(Settings):
    """Burnout and commitment of agents, what the firm gives them, and what morale does."""

    burnout: BurnoutSettings
    commitment: CommitmentSettings
    resources: dict[str, ResourceSettings] = Field(default_factory=dict)
    effects: MoraleEffects
    reference: MoraleReference


def overload(occupancy: float, comfortable: float) -> float:
    """Occupancy above the comfortable level relative to the room above it: 0 up to there, 1 at full occupancy."""
    return (occupancy - comfortable) / (1.0 - comfortable) if occupancy > comfortable else 0.0


def approached(level: float, goal: float, share: float) -> float:
    """A level that has gone a share of the way to its goal, the goal kept within 0 and 1."""
    goal = 0.0 if goal < 0.0 else 1.0 if goal > 1.0 else goal
    return level + share * (goal - level)


def shifted_share(share: float, logits: float) -> float:
    """A share moved on the logit scale: share e^x / (1 - share + share e^x)."""
    if not logits:
        return share
    odds = share * elementary.exp(logits)
    return odds / (1.0 - share + odds)


class Morale(Mechanism[MoraleSettings]):
    """Burnout and commitment of every agent, week by week."""

    answers = ("spirit", "absence", "unrest")

    def __init__(self, world: World, settings: MoraleSettings) -> None:
        super().__init__(world, settings)
        self._seen: dict[Agent, Sequence[float]] = {}
        self._served: dict[Agent, list[int]] = {}
        self.agent_weeks = 0
        self.burnout_weeks = self.commitment_weeks = self.mood_weeks = 0.0
        self._began = False

    def adopted(self) -> None:
        """How far burnout and commitment move in a week; what the resources add and cost."""
        settings = self.settings
        self._wears = 1.0 - elementary.exp(-WEEK / settings.burnout.time_constant)
        self._commits = 1.0 - elementary.exp(-WEEK / settings.commitment.time_constant)
        given = [(one, one.level - one.reference) for one in settings.resources.values()]
        self._given = added(one.commitment * more for one, more in given)
        self._relief = added(one.relief * more for one, more in given)
        self._cost = added(one.cost * one.level for one in settings.resources.values()) * WEEK

    def on_agent_hired(self, agent: Agent) -> None:
        """Whoever comes is rested, as far as work lets one rest, and as committed as people are in the reference."""
        reference, burnout = self.settings.reference, self.settings.burnout
        agent.burnout = min(burnout.rest, reference.burnout) if self._began else reference.burnout
        agent.commitment = reference.commitment
        self._served[agent] = [0, 0]
        self._seen[agent] = (0.0, 0.0)

    def on_agent_left(self, agent: Agent) -> None:
        """A leaver is nobody's concern any more."""
        del self._seen[agent]
        del self._served[agent]

    def on_contact_handled(self, contact: Contact) -> None:
        """An agent has served somebody, who was perhaps angry already."""
        served = self._served.get(contact.agent)
        if served is not None:
            served[0] += 1
            if contact.earlier:
                served[1] += 1

    def on_day_began(self, day: Day) -> None:
        """Once a week: pay for what is given, and let everybody's burnout and commitment follow his week."""
        self._began = True
        if day.index % 7:
            return
        if self._cost and self.world.agents:
            self.world.tell.paid(Posting("overheads", -self._cost * len(self.world.agents), "prices"))
        for agent in self.world.agents.values():
            self._live_a_week(agent)
            self.agent_weeks += 1
            self.burnout_weeks += agent.burnout
            self.commitment_weeks += agent.commitment
            self.mood_weeks += self.spirit(agent)
            self.world.tell.agent_changed(agent)

    def _live_a_week(self, agent: Agent) -> None:
        before, served = self._seen[agent], self._served[agent]
        duty, busy = self._seen[agent] = agent.worked(self.world.env.now)
        worked = duty - before[0]
        occupancy = (busy - before[1]) / worked if worked > 0.0 else 0.0
        abused = served[1] / served[0] if served[0] else 0.0
        served[0] = served[1] = 0
        if worked > 0.0 or agent.deployed_at is not None:
            agent.burnout = approached(agent.burnout, self._demands(agent, occupancy, abused), self._wears)
        agent.commitment = approached(agent.commitment, self._resources(agent), self._commits)

    def _demands(self, agent: Agent, occupancy: float, abused: float) -> float:
        burnout = self.settings.burnout
        loaded = burnout.load * overload(occupancy, burnout.comfortable)
        return burnout.rest + loaded + burnout.abuse * abused + burnout.pressure * agent.pressure - self._relief

    def _resources(self, agent: Agent) -> float:
        commitment, reference = self.settings.commitment, self.settings.reference
        market = commitment.market.get(agent.group.name, 0.0)
        better = agent.group.wage * (1.0 + agent.bonus) / market - 1.0 if market else agent.bonus
        supported = self.world.ask.support(agent, commitment.support_reference) - commitment.support_reference
        worn = commitment.exhaustion * (agent.burnout - reference.burnout)
        return reference.commitment + commitment.pay * better + commitment.support * supported + self._given - worn

    def spirit(self, agent: Agent) -> float:
        """What an agent's morale adds to the score of his contacts, on the logit scale."""
        effects, reference = self.settings.effects, self.settings.reference
        worn, committed = agent.burnout - reference.burnout, agent.commitment - reference.commitment
        return (effects.warm * committed - effects.cold * worn) * 10.0

    def absence(self, agent: Agent, usual: float) -> float:
        """The share of shifts that an agent misses as worn out as he is."""
        worn = agent.burnout - self.settings.reference.burnout
        return shifted_share(usual, self.settings.effects.absence * worn * 10.0)

    def unrest(self, agent: Agent) -> float:
        """What an agent's morale adds to the log hazard of leaving."""
        effects, reference = self.settings.effects, self.settings.reference
        worn, committed = agent.burnout - reference.burnout, agent.commitment - reference.commitment
        return (effects.leaving_worn * worn - effects.leaving * committed) * 10.0

    def counts(self) -> dict[str, float]:
        """Burnout, commitment and mood, summed over agents and weeks."""
        return {
            "morale.agent_weeks": self.agent_weeks,
            "morale.burnout": self.burnout_weeks,
            "morale.commitment": self.commitment_weeks,
            "morale.mood": self.mood_weeks,
        }

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """Burnout, commitment and mood."""
        return [
            Measure(
                "burnout", "burnout", "%", "morale.burnout", "morale.agent_weeks", 100.0, "lower",
                meaning="burnout of agents, 0 to 100, mean over agents and weeks",
            ),
            Measure(
                "commitment", "commitment", "%", "morale.commitment", "morale.agent_weeks", 100.0, "higher",
                meaning="commitment of agents, 0 to 100, mean over agents and weeks",
            ),
            Measure(
                "mood", "mood from morale", "logit points", "morale.mood", "morale.agent_weeks", 1.0, "higher",
                meaning="what morale adds to the score of a contact on the logit scale, mean over agents and weeks",
            ),
        ]  # fmt: skip
