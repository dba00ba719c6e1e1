"""The workforce: groups of named agents, hiring, training, practice, strain and attrition."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Generator
from typing import Any, Literal

import numpy as np
from pydantic import Field
from simpy import Timeout

from sim.core import compiled, elementary, streams
from sim.core.calendar import Day
from sim.core.elementary import added
from sim.core.entities import Agent, Group, Seat
from sim.core.facts import Posting
from sim.core.lifetimes import TenureCurve, TenureFactors
from sim.core.measures import Measure
from sim.core.units import DAY, YEAR, Duration, Money, MoneyRate, Rate, Settings, Several, Share
from sim.core.world import Mechanism, World


class GroupSettings(Settings):
    """A group of agents with the same skills, equipment and pay.

    channels, kinds: what they can serve ("any" for all kinds). tools, authority: how well equipped and how far
    empowered they are, 0 % to 100 %. Wage: what an agent costs the employer.
    """

    headcount: int = Field(ge=0, le=20_000)
    channels: Several[str] = Field(min_length=1)
    kinds: Literal["any"] | Several[str] = Field(default="any")
    wage: MoneyRate = 0.0
    tools: Share = 1.0
    authority: Share = 1.0


class HiringSettings(Settings):
    """How a vacancy is filled: after a lead time a recruit joins a training class, paid but not yet on duty.

    class_capacity: how many can be in class at once; who finds no place is hired when there is one.
    """

    lead_time: Duration
    class_length: Duration
    class_capacity: int | None = Field(default=None, ge=1)
    cost: Money
    class_cost: Money
    severance: Money


class TrainingSettings(Settings):
    """Continued training: hours off the contacts, paid, that build knowledge which fades.

    Knowledge k in 0..1 of an agent: each hour closes the share ``gain`` of the gap to 1; without training it
    fades with the time constant ``forgetting``. cost: per agent and hour, besides the wage.
    """

    hours: Duration = Field(le=40 * 3600.0)
    gain: Share
    forgetting: Duration = Field(gt=0)
    cost: Money


class StaffReference(Settings):
    """The named state for which the base hazard was solved."""

    name: str
    occupancy: Share
    base_hazard: Rate = Field(gt=0)


class AttritionSettings(Settings):
    """When agents leave: base hazard x tenure factor x exp(strain_effect x (strain - reference) / 10 points).

    Strain is an agent's own occupancy, smoothed with ``strain_memory``.
    """

    half_life: Duration = Field(gt=0)
    tenure: TenureFactors = TenureFactors()
    strain_effect: float = Field(ge=0, le=5)
    strain_memory: Duration = Field(gt=0)
    reference: StaffReference


class WorkforceSettings(Settings):
    """Groups of agents and how they come, learn and go; without attrition nobody leaves of himself."""

    groups: dict[str, GroupSettings] = Field(min_length=1)
    hiring: HiringSettings | None = None
    training: TrainingSettings | None = None
    attrition: AttritionSettings | None = None


_TENURE = streams.named("agent tenure at the start")
_THRESHOLD = streams.named("attrition threshold")
_LONG = 10 * YEAR


@compiled.one("float64(float64, float64, float64, float64, float64)")
def attrition_hazard(base: float, factor: float, strain: float, reference: float, effect: float) -> float:
    """Hazard per second: base x tenure factor x exp(effect x (strain - reference) / 10 points), strain in 0..1."""
    hazard = base * factor
    return hazard * elementary.exp(effect * (strain - reference) * 10.0) if effect != 0.0 else hazard


def knowledge_after(knowledge: float, hours: float, gain: float) -> float:
    """Knowledge after training: each hour closes the share ``gain`` of the gap to 1."""
    return 1.0 - (1.0 - knowledge) * elementary.power(1.0 - gain, hours) if gain < 1.0 else 1.0


class Workforce(Mechanism[WorkforceSettings]):
    """Seats and the people on them: hired, trained, deployed, strained, and gone."""

    answers = ("deployed", "training_hours", "lesson", "dismiss")

    def __init__(self, world: World, settings: WorkforceSettings) -> None:
        super().__init__(world, settings)
        self._seats: dict[str, list[Seat]] = {}
        for name in settings.groups:
            world.groups[name] = Group(name)
            self._seats[name] = []
        self.initial = self.hired = self.left = self.dismissed = self._in_class = 0
        self.agent_days = self.strain_days = 0.0
        self._at_start = 0
        self._kept_a_year: int | None = None
        self._unmatched = True

    def adopted(self) -> None:
        """Skills, equipment and pay of the groups, whose seats may be too many or too few; the hazard by tenure."""
        self._unmatched = True
        for name, settings in self.settings.groups.items():
            group = self.world.groups[name]
            group.channels = settings.channels
            group.kinds = None if settings.kinds == "any" else settings.kinds
            group.skills = len(group.channels) * (len(group.kinds) if group.kinds is not None else 1_000)
            group.tools, group.authority, group.wage = settings.tools, settings.authority, settings.wage
        attrition = self.settings.attrition
        self._curve = curve = TenureCurve.of(attrition.tenure) if attrition is not None else None
        self._tenures: list[float] = curve.ends.tolist() if curve is not None else []
        self._factors: list[float] = curve.factors.tolist() if curve is not None else []
        self._strains = 1.0 - elementary.exp(-DAY / attrition.strain_memory) if attrition is not None else 0.0
        training = self.settings.training
        self._forgets = 1.0 - elementary.exp(-DAY / training.forgetting) if training is not None else 0.0

    def begin(self) -> None:
        """Fill all seats with agents of the long-run mix of tenures."""
        for name, settings in self.settings.groups.items():
            for number in range(settings.headcount):
                agent = self._person(name, self._seat(name, number), number)
                agent.hired_at = agent.deployed_at = self.world.env.now - self._tenure(agent)
                self.world.tell.agent_deployed(agent)
                self.initial += 1

    def _seat(self, group: str, number: int) -> Seat:
        seats = self._seats[group]
        while len(seats) <= number:
            root = streams.child(self.world.root, streams.named(f"seats of {group}"))
            seats.append(Seat(streams.child(root, len(seats))))
        return seats[number]

    def _person(self, group: str, seat: Seat, number: int) -> Agent:
        seat.holders += 1
        key = streams.child(seat.key, seat.holders)
        agent = Agent(f"{group} {number + 1}.{seat.holders}", key, self.world.groups[group], number)
        agent.threshold = streams.exponential(key, _THRESHOLD)
        agent.hired_at = self.world.env.now
        if self.settings.attrition is not None:
            agent.strain = self.settings.attrition.reference.occupancy
        seat.holder = agent
        self.world.agents[agent.name] = agent
        self.world.tell.agent_hired(agent)
        return agent

    def _tenure(self, agent: Agent) -> float:
        attrition = self.settings.attrition
        u = streams.uniform(agent.key, _TENURE)
        if attrition is None or self._curve is None:
            return _LONG  # nobody leaves, so everybody has had time to learn
        return float(self._curve.stationary_tenures(attrition.reference.base_hazard, np.array([u]))[0])

    def deployed(self, group: str) -> list[Agent]:
        """Agents of a group who are deployed, by seat."""
        holders = (seat.holder for seat in self._seats[group])
        return [agent for agent in holders if agent is not None and agent.deployed_at is not None]

    def training_hours(self) -> float:
        """Continued training and coaching of an agent in a week, in seconds."""
        own = self.settings.training.hours if self.settings.training is not None else 0.0
        return own + self.world.ask.coaching_hours()

    def lesson(self, agent: Agent) -> float:
        """The same of this agent: leaders may give some of their people more of their time."""
        own = self.settings.training.hours if self.settings.training is not None else 0.0
        return own + self.world.ask.coaching_hours() * self.world.ask.attention(agent)

    def on_counting_began(self, _: float) -> None:
        """Mark who is employed when the counting starts."""
        for agent in self.world.agents.values():
            agent.present_at_start = True
        self._at_start = len(self.world.agents)

    def on_day_began(self, day: Day) -> None:
        """Pay a day's wages; let people tire, forget, and leave; fill and cut seats."""
        if day.counted * DAY == YEAR:
            self._kept_a_year = self._still_here()
        self._forget()
        if self.settings.attrition is not None:
            self._tire()
            self._attrition(self.settings.attrition)
        if self._unmatched:
            self._unmatched = False
            for name, settings in self.settings.groups.items():
                self._match(name, settings.headcount)
        self._pay()

    def _forget(self) -> None:
        """A day's knowledge fades."""
        forgets = self._forgets
        if forgets:
            for agent in self.world.agents.values():
                if agent.knowledge:
                    agent.knowledge -= forgets * agent.knowledge

    def _attrition(self, attrition: AttritionSettings) -> None:
        """Add the hazard of a day for everybody; who has passed his threshold leaves."""
        now, tenures, factors, effect = self.world.env.now, self._tenures, self._factors, attrition.strain_effect
        base, reference = attrition.reference.base_hazard, attrition.reference.occupancy
        unrest, misfit = self.world.ask.unrest, self.world.ask.misfit
        leavers = []
        for agent in self.world.agents.values():
            factor = factors[bisect_right(tenures, now - agent.hired_at)]
            hazard = attrition_hazard(base, factor, agent.strain, reference, effect) * DAY
            added = unrest(agent) + misfit(agent)
            agent.hazard += hazard * elementary.exp(added) if added else hazard
            if agent.hazard >= agent.threshold:
                leavers.append(agent)
        for agent in leavers:
            self.left += 1
            self._go(agent)

    def _tire(self) -> None:
        """Bring everybody's strain up to date by his occupancy since it was looked at last."""
        now, strains = self.world.env.now, self._strains
        for agent in self.world.agents.values():
            duty, busy = agent.duty, agent.busy
            if agent.on_duty:
                duty += now - agent.on_since
            if agent.contact is not None:
                busy += now - agent.busy_since
            worked = duty - agent.seen_duty
            if worked > 0.0:
                occupancy = (busy - agent.seen_busy) / worked
                agent.strain += strains * ((occupancy if occupancy < 1.0 else 1.0) - agent.strain)
            agent.seen_duty, agent.seen_busy = duty, busy

    def _go(self, agent: Agent) -> None:
        self._unmatched = True
        agent.employed = False
        agent.on_until = self.world.env.now
        self.world.ask.end_duty(agent)
        self._seats[agent.group.name][agent.seat].holder = None
        del self.world.agents[agent.name]
        self.world.tell.agent_left(agent)

    def _match(self, group: str, headcount: int) -> None:
        for number in range(headcount):
            seat = self._seat(group, number)
            if seat.holder is None and not seat.recruiting:
                seat.recruiting = True
                self.world.env.process(self._recruit(group, seat, number))
        for seat in self._seats[group][headcount:]:
            if seat.holder is not None:
                self.dismiss(seat.holder)

    def dismiss(self, agent: Agent) -> None:
        """An agent goes, with severance."""
        self.dismissed += 1
        self._cost("severance", self.settings.hiring.severance if self.settings.hiring else 0.0)
        self._go(agent)

    def _recruit(self, group: str, seat: Seat, number: int) -> Generator[Timeout, None, None]:
        """A vacancy: the lead time, then the class, then the telephone; dropped if the seat was cut meanwhile."""
        hiring = self.settings.hiring
        if hiring is not None and hiring.lead_time:
            yield self.world.env.timeout(hiring.lead_time)
        while self._class_is_full():
            yield self.world.env.timeout(DAY)
        if number >= self.settings.groups[group].headcount:
            seat.recruiting = False
            self._unmatched = True
            return
        agent = self._person(group, seat, number)
        self.hired += 1
        seat.recruiting = False
        if hiring is not None:
            self._cost("hiring", hiring.cost)
            self._cost("training", hiring.class_cost)
            if hiring.class_length:
                self._in_class += 1
                yield self.world.env.timeout(hiring.class_length)
                self._in_class -= 1
        if agent.employed:
            agent.deployed_at = self.world.env.now
            self.world.tell.agent_deployed(agent)

    def _class_is_full(self) -> bool:
        most = self.settings.hiring.class_capacity if self.settings.hiring is not None else None
        return most is not None and self._in_class >= most

    def on_agent_trained(self, agent: Agent) -> None:
        """An agent was in training today: he knows more, and it cost something."""
        training = self.settings.training
        if training is not None:
            lesson = self.lesson(agent)
            hours = agent.trained / 3600.0 * (training.hours / lesson if lesson else 1.0)
            agent.knowledge = knowledge_after(agent.knowledge, hours, training.gain)
            self._cost("training", hours * training.cost)

    def _cost(self, account: str, amount: float) -> None:
        if amount:
            self.world.tell.paid(Posting(account, -amount, "prices" if account != "severance" else "wages"))

    def _pay(self) -> None:
        total, strain = 0.0, self.strain_days
        for agent in self.world.agents.values():
            total += agent.group.wage * DAY
            strain += agent.strain
        self.strain_days = strain
        self.agent_days += len(self.world.agents)
        if total:
            self.world.tell.paid(Posting("wages", -total, "wages"))

    def _still_here(self) -> int:
        return added(agent.present_at_start for agent in self.world.agents.values())

    def counts(self) -> dict[str, float]:
        """People hired, left and dismissed; agent-years; strain."""
        return {
            "agents.hired": self.hired,
            "agents.left": self.left,
            "agents.dismissed": self.dismissed,
            "agents.years": self.agent_days * DAY / YEAR,
            "agents.days": self.agent_days,
            "agents.strain": self.strain_days,
        }

    def levels(self) -> dict[str, float]:
        """Headcount now, present at the start, and kept."""
        kept = self._still_here()
        found: dict[str, float] = {
            "headcount": len(self.world.agents),
            "agents.at_start": self._at_start,
            "agents.kept": kept,
        }
        a_year = self._kept_a_year
        if a_year is None and self.world.calendar.settings.horizon == YEAR:
            a_year = kept
        if a_year is not None:
            found["agents.kept_a_year"] = a_year
        return found

    def balances(self) -> list[tuple[str, float, float]]:
        """Agents now = seats held; people = at the beginning + hired - left - dismissed."""
        held = added(seat.holder is not None for seats in self._seats.values() for seat in seats)
        people = self.initial + self.hired - self.left - self.dismissed
        return [("agents by seats", held, len(self.world.agents)), ("agents by the books", people, held)]

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """Retention of agents, attrition, headcount and strain."""
        return [
            Measure(
                "employee_retention_12m", "agents kept after 12 months", "%",
                "agents.kept_a_year", "agents.at_start", 100.0, "higher", outcome=True,
                meaning="agents employed at the start who still are 365 days later",
            ),
            Measure(
                "employee_retention_end", "agents kept to the end", "%",
                "agents.kept", "agents.at_start", 100.0, "higher", outcome=True,
                meaning="agents employed at the start who still are at the end of the horizon",
            ),
            Measure(
                "attrition", "attrition", "% a year", "agents.left", "agents.years", 100.0, "lower",
                meaning="agents who left of themselves, over agent-years",
            ),
            Measure(
                "headcount", "headcount", "agents", "agents.years", "years", 1.0,
                meaning="agents employed, mean over time, classes included",
            ),
            Measure(
                "strain", "strain", "%", "agents.strain", "agents.days", 100.0, "lower",
                meaning="an agent's own occupancy, smoothed; mean over agents and days",
            ),
        ]  # fmt: skip
