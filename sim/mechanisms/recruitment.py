"""Recruitment: who is chosen among applicants, what he brings, what the class teaches him, and who is let go again.

Applicants differ in behaviour, which lasts, and in knowledge, which the others catch up with. A selection of some
validity picks the best of several by a noisy score: validity r is the correlation of score and what is looked for
(about 0.4 for structured interviews, 0.2 for unstructured: Sackett, Zhang, Berry and Lievens 2022, Journal of Applied
Psychology 107(11)), and the mean of those picked is r times the mean of the best of n (Naylor and Shine 1965; Brogden
1949). The applicants for a seat are the same ones under every policy; a policy changes who of them is chosen.
"""

from __future__ import annotations

from math import sqrt
from typing import Any, NamedTuple

from pydantic import Field

from sim.core import elementary, streams
from sim.core.calendar import Day
from sim.core.elementary import added
from sim.core.entities import Agent
from sim.core.facts import Posting
from sim.core.measures import Measure
from sim.core.units import DAY, Duration, Money, Settings, Share
from sim.core.world import Mechanism, World


class PeopleSettings(Settings):
    """How applicants differ.

    ability, manner: standard deviation of what they add to the ability to resolve and to mood, on the logit scale.
    knowledge: practice that one standard deviation above the average is worth; below the average it is worth nothing.
    fit: log hazard ratio of leaving early for one standard deviation of behaviour less.
    """

    ability: float = Field(ge=0, le=3)
    manner: float = Field(ge=0, le=3)
    knowledge: Duration
    fit: float = Field(default=0.0, ge=0, le=3)


class SelectionSettings(Settings):
    """How one of them is chosen.

    applicants: how many are seen for a vacancy. validity: correlation of their score with what is looked for;
    behaviour: weight of behaviour in that, the rest is knowledge. cost: of seeing one.
    """

    applicants: int = Field(ge=1, le=100)
    validity: Share
    behaviour: Share
    cost: Money


class PreparationSettings(Settings):
    """What the class before deployment teaches: a week of it is worth so many weeks of practice.

    reference: the class after which people start as the section on agents says.
    """

    worth: float = Field(ge=0, le=20)
    reference: Duration


class ManagingOutSettings(Settings):
    """Letting go of the weakest: who is that far below the mean of his group, looked at in every ``review``.

    below: logit points of the ability to resolve; after: only those who have been deployed so long; error: standard
    deviation of the judgement.
    """

    below: float = Field(gt=0, le=10)
    after: Duration
    review: Duration = Field(ge=DAY)
    error: float = Field(ge=0, le=5)


class RecruitmentSettings(Settings):
    """Who comes and who is let go."""

    people: PeopleSettings
    selection: SelectionSettings
    early: Duration
    preparation: PreparationSettings | None = None
    managing_out: ManagingOutSettings | None = None


_ABILITY = streams.named("applicant's ability")
_MANNER = streams.named("applicant's manner")
_KNOWLEDGE = streams.named("applicant's knowledge")
_SCORE = streams.named("applicant's score")
_APPLICANT = streams.named("applicants")
_JUDGED = streams.named("judgement of an agent")
_ROOT_HALF = 0.7071067811865476


class Applicant(NamedTuple):
    """What an applicant is, in standard deviations from the average."""

    ability: float
    manner: float
    knowledge: float
    luck: float

    @property
    def behaviour(self) -> float:
        """Ability and manner in one."""
        return (self.ability + self.manner) * _ROOT_HALF


def applicant(key: int) -> Applicant:
    """The applicant with this key."""
    return Applicant(
        *(
            elementary.normal_quantile(streams.uniform(key, stream))
            for stream in (_ABILITY, _MANNER, _KNOWLEDGE, _SCORE)
        )
    )


def looked_for(behaviour: float, knowledge: float, weight: float) -> float:
    """What is looked for, in standard deviations: behaviour with its weight, knowledge with the rest."""
    rest = 1.0 - weight
    return (weight * behaviour + rest * knowledge) / sqrt(weight * weight + rest * rest)


def score(wanted: float, luck: float, validity: float) -> float:
    """Score of an applicant, whose correlation with what is looked for is the validity."""
    return validity * wanted + sqrt(1.0 - validity * validity) * luck


class Recruitment(Mechanism[RecruitmentSettings]):
    """Chooses people for seats, prepares them, and lets the weakest go."""

    answers = ("misfit",)

    def __init__(self, world: World, settings: RecruitmentSettings) -> None:
        super().__init__(world, settings)
        self._behaviour: dict[Agent, float] = {}
        self._reviewed: dict[Agent, int] = {}
        self._began = False
        self.seen = self.chosen = self.let_go = self.early_leavers = 0
        self.behaviour_chosen = 0.0

    def on_agent_hired(self, agent: Agent) -> None:
        """A seat has a person: the one of the applicants with the best score."""
        selection, people = self.settings.selection, self.settings.people
        root = streams.child(agent.key, _APPLICANT)
        best, best_score = applicant(streams.child(root, 0)), -1e9
        for number in range(selection.applicants):
            one = applicant(streams.child(root, number))
            wanted = looked_for(one.behaviour, one.knowledge, selection.behaviour)
            found = score(wanted, one.luck, selection.validity)
            if found > best_score:
                best, best_score = one, found
        agent.ability = people.ability * best.ability
        agent.manner = people.manner * best.manner
        agent.head_start = people.knowledge * best.knowledge if best.knowledge > 0.0 else 0.0
        self._behaviour[agent] = best.behaviour
        if self._began:
            self.seen += selection.applicants
            self.chosen += 1
            self.behaviour_chosen += best.behaviour
            if selection.cost:
                self.world.tell.paid(Posting("hiring", -selection.cost * selection.applicants, "prices"))

    def on_agent_deployed(self, agent: Agent) -> None:
        """A recruit comes out of class with what it has taught him beyond the usual one, or without what it has not."""
        preparation = self.settings.preparation
        if preparation is not None and self._began:
            in_class = self.world.env.now - agent.hired_at
            start = agent.head_start + preparation.worth * (in_class - preparation.reference)
            agent.head_start = start if start > 0.0 else 0.0

    def on_agent_left(self, agent: Agent) -> None:
        """Count who leaves early."""
        del self._behaviour[agent]
        self._reviewed.pop(agent, None)
        if self.world.env.now - agent.hired_at < self.settings.early:
            self.early_leavers += 1

    def misfit(self, agent: Agent) -> float:
        """What the fit of a newcomer adds to the log hazard of leaving; over all applicants the hazard is the same."""
        fit = self.settings.people.fit
        if not fit or self.world.env.now - agent.hired_at >= self.settings.early:
            return 0.0
        return -fit * self._behaviour[agent] - 0.5 * fit * fit

    def on_day_began(self, day: Day) -> None:
        """At each review, let the weakest go."""
        self._began = True
        rule = self.settings.managing_out
        if rule is not None and day.index > 0 and day.index % max(round(rule.review / DAY), 1) == 0:
            for agent in self._weakest(rule):
                self.let_go += 1
                self.world.ask.dismiss(agent)

    def _weakest(self, rule: ManagingOutSettings) -> list[Agent]:
        now, found = self.world.env.now, []
        for group in self.world.groups:
            agents = [
                agent for agent in self.world.ask.deployed(group) if now - (agent.deployed_at or 0.0) >= rule.after
            ]
            mean = added(agent.edge for agent in agents) / len(agents) if agents else 0.0
            found += [agent for agent in agents if self._judged(agent, rule.error) < mean - rule.below]
        return found

    def _judged(self, agent: Agent, error: float) -> float:
        """An agent's ability to resolve as it is judged this time."""
        self._reviewed[agent] = number = self._reviewed.get(agent, 0) + 1
        u = streams.uniform(streams.child(agent.key, number), _JUDGED)
        return agent.edge + error * elementary.normal_quantile(u)

    def counts(self) -> dict[str, float]:
        """Applicants seen, recruits and what they are like, agents let go, leavers who had just come."""
        return {
            "recruitment.seen": self.seen,
            "recruitment.chosen": self.chosen,
            "recruitment.behaviour": self.behaviour_chosen,
            "recruitment.let_go": self.let_go,
            "recruitment.early_leavers": self.early_leavers,
        }

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """Quality of recruits, agents let go, early leavers."""
        return [
            Measure(
                "recruits_behaviour", "behaviour of recruits", "standard deviations", "recruitment.behaviour",
                "recruitment.chosen", 1.0, "higher",
                meaning="ability and manner of those chosen, in standard deviations above the average applicant",
            ),
            Measure(
                "let_go", "agents let go as the weakest", "agents a year", "recruitment.let_go", "years",
                meaning="agents dismissed because they resolve too little",
            ),
            Measure(
                "early_leavers", "agents gone early", "agents a year", "recruitment.early_leavers", "years", 1.0,
                "lower", meaning="agents who left, or had to, within the early time after they were hired",
            ),
        ]  # fmt: skip
