"""Staff survey: what agents say of their commitment and burnout when they are asked, beside what they feel.

Not everybody answers; who does is not exact, may be kinder than he feels, and those who care least keep silent. So what
is measured and what is lived differ, by chance and to one side. Nothing happens because of it here; a policy that
watches what is said acts on it, late and on the wrong day.

That those who do not answer are less committed and intend to leave more often is known (Rogelberg, Luong, Sederburg
and Cristol 2000, Journal of Applied Psychology 85(2):284-293); how much each of these does is the firm's own.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field, field_validator

from sim.core import elementary, streams
from sim.core.ability import base_logit
from sim.core.calendar import Day
from sim.core.elementary import added
from sim.core.entities import Agent
from sim.core.facts import Posting
from sim.core.measures import Measure
from sim.core.units import DAY, Duration, Money, Settings, Share, whole_days
from sim.core.world import Mechanism, World


class StaffSurveySettings(Settings):
    """How agents are asked.

    every: whole days from one survey to the next; answered: share of agents of the usual commitment who answer. error:
    standard deviation of an answer about what is felt, in points of 0 to 100; kindness: points by which answers are
    kinder than that. silence: what 10 points of commitment below that of all agents take from answering, on the logit
    scale. cost: of an agent who is asked.
    """

    every: Duration = Field(ge=DAY)
    answered: Share
    error: float = Field(ge=0, le=50)
    kindness: float = Field(ge=-50, le=50)
    silence: float = Field(ge=0, le=5)
    cost: Money

    _whole_days = field_validator("every")(whole_days)


_ASKED = streams.named("staff survey")
_ANSWERS = streams.named("answers the staff survey")
_COMMITTED = streams.named("says how committed he is")
_WORN = streams.named("says how worn out he is")


def said(felt: float, kindness: float, error: float, u: float) -> float:
    """What is said of something felt, all within 0 and 1: u is uniform; without error nothing is drawn from it."""
    told = felt + kindness + (error * elementary.normal_quantile(u) if error else 0.0)
    return 0.0 if told < 0.0 else 1.0 if told > 1.0 else told


class StaffSurvey(Mechanism[StaffSurveySettings]):
    """Surveys of all agents who work, and what they say."""

    def __init__(self, world: World, settings: StaffSurveySettings) -> None:
        super().__init__(world, settings)
        self.rounds = 0
        self._next = 0
        self.surveys = self.asked = self.answered = 0
        self.committed = self.worn = self.misread = self.spent = 0.0

    def adopted(self) -> None:
        """From what logit on agents of the usual commitment answer."""
        self._answers = base_logit(self.settings.answered, 0.0)

    def on_day_began(self, day: Day) -> None:
        """Ask everybody when it is time."""
        if day.index < self._next:
            return
        self._next = day.index + round(self.settings.every / DAY)
        agents = [agent for agent in self.world.agents.values() if agent.deployed_at is not None]
        if agents:
            self._ask(agents)
            self.rounds += 1

    def _ask(self, agents: list[Agent]) -> None:
        settings, before = self.settings, self.answered
        usual = added(agent.commitment for agent in agents) / len(agents)
        self.asked += len(agents)
        committed = 0.0
        for agent in agents:
            key = streams.child(streams.child(agent.key, _ASKED), self.rounds)
            limit = self._answers + 10.0 * settings.silence * (agent.commitment - usual)
            if elementary.logit(streams.uniform(key, _ANSWERS)) < limit:
                committed += self._listen(agent, key)
        answers = self.answered - before
        if answers:
            self.surveys += 1
            self.committed += committed
            self.misread += committed / answers - usual
        spent = settings.cost * len(agents)
        if spent:
            self.spent += spent
            self.world.tell.paid(Posting("overheads", -spent, "prices"))

    def _listen(self, agent: Agent, key: int) -> float:
        """One agent answers: how committed he says he is; what he says of his burnout is summed at once."""
        kindness, error = self.settings.kindness / 100.0, self.settings.error / 100.0
        self.answered += 1
        self.worn += said(agent.burnout, -kindness, error, streams.uniform(key, _WORN))
        return said(agent.commitment, kindness, error, streams.uniform(key, _COMMITTED))

    def counts(self) -> dict[str, float]:
        """Who was asked and who answered, what was said (sums over answers), and by how much it was wrong."""
        return {
            "staff_survey.asked": self.asked,
            "staff_survey.answers": self.answered,
            "staff_survey.committed": self.committed,
            "staff_survey.worn": self.worn,
            "staff_survey.surveys": self.surveys,
            "staff_survey.misread": self.misread,
            "staff_survey.spent": self.spent,
        }

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """What is said, who says it, and how far it lies from what is felt."""
        return [
            Measure(
                "commitment_said", "commitment as agents say", "%", "staff_survey.committed", "staff_survey.answers",
                100.0, "higher", meaning="commitment that agents state in the staff survey, mean over answers",
            ),
            Measure(
                "burnout_said", "burnout as agents say", "%", "staff_survey.worn", "staff_survey.answers", 100.0,
                "lower", meaning="burnout that agents state in the staff survey, mean over answers",
            ),
            Measure(
                "staff_answers", "answers to the staff survey", "%", "staff_survey.answers", "staff_survey.asked",
                100.0, "higher", meaning="agents who answered, over those asked",
            ),
            Measure(
                "commitment_misread", "commitment said above felt", "points", "staff_survey.misread",
                "staff_survey.surveys", 100.0,
                meaning="mean commitment that was said less that of all agents on the day, mean over surveys",
            ),
        ]  # fmt: skip
