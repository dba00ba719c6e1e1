"""Coaching: team leaders with a span, who spend hours with their agents, off the contacts and paid.

Coaching brings an agent up by what is possible and closes part of his gap to his colleagues, so it moves the level and
the spread of quality (feedback raises performance by about 0.4 standard deviations on average, with a third of the
studies the other way: Kluger and DeNisi 1996, Psychological Bulletin 119(2)). What was coached fades. A leader can do
it well or badly: his whole team is like him. Agents also feel supported by it (Bakker, Demerouti and Schaufeli 2003).
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from sim.core import elementary, streams
from sim.core.calendar import Day
from sim.core.elementary import added
from sim.core.entities import Agent
from sim.core.facts import Posting
from sim.core.measures import Measure
from sim.core.units import DAY, HOUR, WEEK, YEAR, Duration, MoneyRate, Settings, Share
from sim.core.world import Mechanism, World


class CoachingSettings(Settings):
    """Team leaders and what their coaching does.

    span: agents of a leader. hours: of a leader's week that he spends with single agents, so each of them is coached
    hours / span a week. wage: what a leader costs the employer. How far an agent has been brought, c in 0..1: each hour
    closes the share ``gain`` of the gap to 1; it fades with the time constant ``fading``. lift, warmth: what c = 1 adds
    to the ability to resolve and to mood, on the logit scale; levelling: share of an agent's difference from the
    average that c = 1 takes away; leaders: standard deviation between leaders of what c = 1 adds to the ability to
    resolve. targeted: share of the hours of those who resolve more than the mean of their group that goes to the
    others instead. enough: hours of coaching a week with which an agent feels fully supported.
    """

    span: int = Field(ge=1, le=200)
    hours: Duration = Field(le=WEEK / 4)
    wage: MoneyRate
    gain: Share
    fading: Duration = Field(gt=0)
    lift: float = Field(default=0.0, ge=0, le=5)
    warmth: float = Field(default=0.0, ge=0, le=5)
    levelling: Share = 0.0
    leaders: float = Field(default=0.0, ge=0, le=5)
    targeted: Share = 0.0
    enough: Duration = Field(gt=0)


_LEADER = streams.named("team leader")


def coached_after(coached: float, hours: float, gain: float) -> float:
    """How far an agent is after so many hours: each closes the share ``gain`` of the gap to 1."""
    return 1.0 - (1.0 - coached) * elementary.power(1.0 - gain, hours) if gain < 1.0 else 1.0


def attention_of(agents: int, weak: int, targeted: float) -> tuple[float, float]:
    """Time that the weak and the others of a group get, relative to the mean, where a share goes to the weak."""
    return (1.0 + targeted * (agents - weak) / weak, 1.0 - targeted) if weak else (1.0, 1.0)


def levelled(own: float, coached: float, levelling: float, lift: float) -> float:
    """What an agent's own difference has become, and what coaching adds to all."""
    return own * (1.0 - levelling * coached) + lift * coached


class Coaching(Mechanism[CoachingSettings]):
    """How far each agent has been brought, and by whom."""

    answers = ("coaching_hours", "attention", "person", "support")

    def __init__(self, world: World, settings: CoachingSettings) -> None:
        super().__init__(world, settings)
        self._skills: dict[tuple[str, int], float] = {}
        self._attention: dict[Agent, float] = {}
        self.hours = self.leader_days = self.coached_weeks = self.spread_weeks = 0.0
        self.agent_weeks = 0

    def adopted(self) -> None:
        """How much fades in a week."""
        self._fades = 1.0 - elementary.exp(-WEEK / self.settings.fading)

    def begin(self) -> None:
        """Those who are there at the start are as far as the coaching in force brings people in the long run."""
        settings = self.settings
        coached = self._in_the_long_run(self.coaching_hours() / HOUR) if settings.hours else 0.0
        for agent in self.world.agents.values():
            agent.coached = coached
            self.world.tell.agent_changed(agent)

    def _in_the_long_run(self, hours: float) -> float:
        """Where a week's coaching makes up for a week's fading: c = after(c (1 - fades))."""
        kept = elementary.power(1.0 - self.settings.gain, hours) if self.settings.gain < 1.0 else 0.0
        return (1.0 - kept) / (1.0 - kept * (1.0 - self._fades))

    def coaching_hours(self) -> float:
        """Coaching of an agent in a week, in seconds."""
        return self.settings.hours / self.settings.span

    def attention(self, agent: Agent) -> float:
        """How much of a leader's time an agent gets, relative to the mean."""
        return self._attention.get(agent, 1.0)

    def support(self, agent: Agent, _: float) -> float:
        """How supported an agent is, 0 to 1."""
        share = self.coaching_hours() * self.attention(agent) / self.settings.enough
        return share if share < 1.0 else 1.0

    def person(self, agent: Agent) -> tuple[float, float]:
        """What an agent adds to edge and mood as the person he is, coached as he is."""
        settings, coached = self.settings, agent.coached
        lift = settings.lift + settings.leaders * self._leader(agent) if settings.leaders else settings.lift
        ability = levelled(agent.ability, coached, settings.levelling, lift)
        return ability, levelled(agent.manner, coached, settings.levelling, settings.warmth)

    def _leader(self, agent: Agent) -> float:
        """How good the leader of an agent's team is, a standard normal deviate; teams are neighbouring seats."""
        team = agent.group.name, agent.seat // self.settings.span
        if team not in self._skills:
            root = streams.child(self.world.root, streams.named(f"leaders of {team[0]}"))
            u = streams.uniform(streams.child(root, team[1]), _LEADER)
            self._skills[team] = elementary.normal_quantile(u)
        return self._skills[team]

    def on_agent_trained(self, agent: Agent) -> None:
        """An agent was off the contacts today: part of it was coaching."""
        coaching = self.coaching_hours() * self.attention(agent)
        if coaching:
            hours = agent.trained / HOUR * (coaching / self.world.ask.lesson(agent))
            agent.coached = coached_after(agent.coached, hours, self.settings.gain)
            self.hours += hours

    def on_day_began(self, day: Day) -> None:
        """Pay the leaders; once a week, let what was coached fade and look at what it has made of people."""
        settings = self.settings
        leaders = added(-(-len(agents) // settings.span) for agents in self._by_group().values())
        self.leader_days += leaders
        if settings.wage and leaders:
            self.world.tell.paid(Posting("wages", -settings.wage * leaders * DAY, "wages"))
        if day.index % 7 == 0:
            for agent in self.world.agents.values():
                agent.coached -= self._fades * agent.coached
                self.world.tell.agent_changed(agent)
            self._look()

    def on_agent_left(self, agent: Agent) -> None:
        """A leaver gets no more attention."""
        self._attention.pop(agent, None)

    def _by_group(self) -> dict[str, list[Agent]]:
        found: dict[str, list[Agent]] = {}
        for agent in self.world.agents.values():
            found.setdefault(agent.group.name, []).append(agent)
        return found

    def _look(self) -> None:
        """See how much agents differ from the mean of their group in what they resolve, and who needs more time."""
        for agents in self._by_group().values():
            mean = added(agent.edge for agent in agents) / len(agents)
            weak = added(agent.edge < mean for agent in agents)
            more, less = attention_of(len(agents), weak, self.settings.targeted)
            self._attention.update((agent, more if agent.edge < mean else less) for agent in agents)
            self.agent_weeks += len(agents)
            self.spread_weeks += added(abs(agent.edge - mean) for agent in agents)
            self.coached_weeks += added(agent.coached for agent in agents)

    def counts(self) -> dict[str, float]:
        """Hours of coaching, leaders, how far agents are and how much they differ."""
        return {
            "coaching.hours": self.hours,
            "coaching.leader_years": self.leader_days * DAY / YEAR,
            "coaching.coached": self.coached_weeks,
            "coaching.spread": self.spread_weeks,
            "coaching.agent_weeks": self.agent_weeks,
        }

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """Hours of coaching, how far it has brought agents, and the spread between them."""
        return [
            Measure(
                "coaching_hours", "hours of coaching", "hours a year", "coaching.hours", "years",
                meaning="hours that agents spent with their team leader off the contacts",
            ),
            Measure(
                "team_leaders", "team leaders", "leaders", "coaching.leader_years", "years",
                meaning="team leaders employed, mean over time",
            ),
            Measure(
                "coached", "coached", "%", "coaching.coached", "coaching.agent_weeks", 100.0, "higher",
                meaning="how far coaching has brought agents, mean over agents and weeks",
            ),
            Measure(
                "spread_of_ability", "spread of ability between agents", "logit points", "coaching.spread",
                "coaching.agent_weeks", 1.0, "lower",
                meaning="ability to resolve, absolute distance from the mean of the group, mean over agents and weeks",
            ),
        ]  # fmt: skip
