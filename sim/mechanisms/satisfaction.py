"""Satisfaction: what a contact is like, what a customer makes of it, and the relationship that remains."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from pydantic import Field

from sim.core import elementary, streams
from sim.core.calendar import Day
from sim.core.entities import Base, Contact
from sim.core.measures import Measure
from sim.core.units import DAY, Duration, Settings, Share, Span
from sim.core.world import Mechanism, World

Level = Annotated[float, Field(ge=0, le=100)]
"""A level of satisfaction or equity."""


class ExperienceSettings(Settings):
    """Score of one contact, 0 to 100: 100 x logistic(start - losses), each loss on the logit scale.

    repeat: per contact that the issue had before; wait: times ln(1 + wait / wait_unit of the channel); unresolved;
    not_reached: for giving up, being blocked or balking.
    """

    start: float = Field(ge=-10, le=10)
    repeat: float = Field(ge=0, le=10)
    wait: float = Field(ge=0, le=10)
    wait_unit: dict[str, Span]
    unresolved: float = Field(ge=0, le=10)
    not_reached: float = Field(ge=0, le=10)


class SurveySettings(Settings):
    """A survey after handled contacts: the share asked and the share of those who answer."""

    asked: Share
    answered: Share


class SatisfactionSettings(Settings):
    """Satisfaction of a customer, 0 to 100, and relationship equity, 0 to 100.

    resting: satisfaction of a customer of each segment without any contact; spread: its standard deviation between
    customers; at_start: mean satisfaction and equity of those who are there when the simulation begins, the resting
    level where none is given. A contact moves satisfaction towards its score by ``gain`` of the gap if it is better
    and ``loss`` if it is worse; it drifts back to its resting level with time constant ``recovery``. Equity follows
    satisfaction with time constant ``memory``.
    """

    resting: dict[str, Level]
    spread: float = Field(ge=0, le=30)
    at_start: dict[str, Level] | None = None
    gain: Share
    loss: Share
    recovery: Duration = Field(gt=0)
    memory: Duration = Field(gt=0)
    experience: ExperienceSettings
    survey: SurveySettings | None = None


Slots = npt.NDArray[np.int64]
Array = npt.NDArray[np.float64]
_RESTING = streams.named("resting satisfaction")
_SURVEY = streams.named("survey")
_MANY = 2000


def score(experience: ExperienceSettings, earlier: int, relative_wait: float, reached: bool, resolved: bool) -> float:
    """Score of a contact, 0 to 100.

    earlier: contacts for the same issue before; relative_wait: wait / wait_unit of the channel.
    """
    lost = 0.0 if resolved else experience.unresolved if reached else experience.not_reached
    waited = experience.wait * elementary.log(1.0 + relative_wait) if relative_wait else 0.0
    return 100.0 / (1.0 + elementary.exp(lost - (experience.start - experience.repeat * earlier - waited)))


def moved(level: float, experienced: float, gain: float, loss: float) -> float:
    """Satisfaction after a contact: anchored, and moved further by a bad one than by a good one."""
    gap = experienced - level
    return level + (gain if gap > 0.0 else loss) * gap


class Satisfaction(Mechanism[SatisfactionSettings]):
    """Satisfaction and equity of every customer, moved by contacts and by time.

    What the contacts of a day are like is worked out in one go when it is over, before anything looks at it.
    """

    answers = ("satisfaction", "equity")

    def __init__(self, world: World, settings: SatisfactionSettings) -> None:
        super().__init__(world, settings)
        assert world.base is not None
        self.base: Base = world.base
        self.level = self.base.column(np.float64)
        self.resting = self.base.column(np.float64)
        self.standing = self.base.column(np.float64)
        self._began = False
        self._ended: list[Contact] = []
        self._to_ask: list[tuple[int, float]] = []
        self._at_once: dict[tuple[int, bool, bool], float] = {}
        self._wait_units: list[float] = []
        self.on_contact_handled = self.on_contact_abandoned = self._ended.append
        self.on_contact_blocked = self.on_contact_balked = self._ended.append
        self._in_force = settings
        self.satisfaction_days = self.equity_days = 0.0
        self.customer_days = self.surveys = self.experiences = 0
        self.survey_score = self.experienced = 0.0

    def adopted(self) -> None:
        """How far satisfaction recovers and equity follows in a day; contacts so far count as they were lived."""
        self._work_out()
        self._ask_those_served()
        self._in_force = self.settings
        self._at_once = {}
        units = self.settings.experience.wait_unit
        self._wait_units = [units[name] for name in self.world.channels]
        self._recovers = 1.0 - elementary.exp(-DAY / self.settings.recovery)
        self._follows = 1.0 - elementary.exp(-DAY / self.settings.memory)

    def on_customers_joined(self, slots: Slots) -> None:
        """Newcomers begin at their own resting level, those there at the start where contacts have moved them."""
        settings, base = self.settings, self.base
        by_segment = np.array([settings.resting.get(segment, 0.0) for segment in base.segments])
        resting = by_segment[base.segment.array[slots]]
        if settings.spread:
            u = streams.uniforms(base.key.array[slots], _RESTING)
            resting = resting + settings.spread * elementary.normal_quantile_array(u)
        level = resting if self._began else resting + self._settled()[base.segment.array[slots]]
        self.resting.array[slots] = np.clip(resting, 0.0, 100.0)
        for column in (self.level, self.standing):
            column.array[slots] = np.clip(level, 0.0, 100.0)

    def _settled(self) -> npt.NDArray[np.float64]:
        """How far those who are there at the start are from their resting level, by segment."""
        at_start = self.settings.at_start or {}
        resting = self.settings.resting
        return np.array([at_start.get(name, resting[name]) - resting[name] for name in self.base.segments])

    def on_day_began(self, day: Day) -> None:
        """Count satisfaction, then let it recover and equity follow; one step over the base."""
        self._began = True
        self._work_out()
        base, size = self.base, self.base.size
        level, standing = self.level.array[:size], self.standing.array[:size]
        self.satisfaction_days += elementary.total(level)
        self.equity_days += elementary.total(standing)
        self.customer_days += len(base)
        step = np.subtract(self.resting.array[:size], level)
        step *= self._recovers
        level += step
        np.subtract(level, standing, out=step)
        step *= self._follows
        standing += step

    def _work_out(self) -> None:
        """Score the contacts that ended, and move the satisfaction of those who had them, in order."""
        settings, units = self._in_force, self._wait_units
        experience, gain, loss = settings.experience, settings.gain, settings.loss
        at_once, to_ask = self._at_once, self._to_ask
        level, who = self.level.view, self.base.key.view
        for contact in self._ended:
            issue, wait, resolved = contact.issue, contact.waited, contact.resolved
            if wait:
                relative = wait / units[contact.lane.channel.index]
                one = score(experience, contact.earlier, relative, contact.reached, resolved)
            else:
                ending = contact.earlier, contact.reached, resolved
                found = at_once.get(ending)
                if found is None:
                    found = at_once[ending] = score(experience, contact.earlier, 0.0, contact.reached, resolved)
                one = found
            self.experienced += one
            slot = issue.slot
            if slot >= 0 and who[slot] == issue.customer:
                level[slot] = moved(level[slot], one, gain, loss)
            if contact.reached:
                to_ask.append((contact.key, one))
        self.experiences += len(self._ended)
        self._ended.clear()
        if len(to_ask) > _MANY:
            self._ask_those_served()

    def _ask_those_served(self) -> None:
        """The survey: who is asked and answers belongs to the contact; many are drawn in one go."""
        survey = self._in_force.survey
        if survey is not None and self._to_ask:
            keys, experienced = zip(*self._to_ask, strict=True)
            answers = streams.uniforms(np.array(keys, dtype=np.uint64), _SURVEY) < survey.asked * survey.answered
            answered = [experienced[place] for place in answers.nonzero()[0].tolist()]
            self.surveys += len(answered)
            self.survey_score += sum(answered)
        self._to_ask.clear()

    def satisfaction(self) -> npt.NDArray[np.float64]:
        """Satisfaction at all places of the base."""
        return self.level.array[: self.base.size]

    def equity(self, slots: Slots, _: float) -> npt.NDArray[np.float64]:
        """Equity of some customers."""
        return self.standing.array[slots]

    def counts(self) -> dict[str, float]:
        """Satisfaction and equity summed over customers and days, and what contacts and surveys scored."""
        self._work_out()
        self._ask_those_served()
        return {
            "satisfaction.days": self.satisfaction_days,
            "equity.days": self.equity_days,
            "satisfaction.customer_days": self.customer_days,
            "survey.score": self.survey_score,
            "survey.answers": self.surveys,
            "experience.score": self.experienced,
            "experience.contacts": self.experiences,
        }

    def levels(self) -> dict[str, float]:
        """Mean satisfaction and equity now."""
        self._work_out()
        size, count = self.base.size, len(self.base)
        if not count:
            return {"satisfaction": 0.0, "equity": 0.0}
        return {
            "satisfaction": elementary.total(self.level.array[:size]) / count,
            "equity": elementary.total(self.standing.array[:size]) / count,
        }

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """Lived satisfaction, the survey beside it, equity."""
        found = [
            Measure(
                "satisfaction", "satisfaction lived", "points", "satisfaction.days", "satisfaction.customer_days",
                1.0, "higher", outcome=True,
                meaning="satisfaction of the whole base, 0 to 100, mean over customers and days",
            ),
            Measure(
                "survey_score", "satisfaction surveyed", "points", "survey.score", "survey.answers", 1.0, "higher",
                outcome=True,
                meaning="score of the contacts whose customers answered the survey, 0 to 100",
            ),
            Measure(
                "equity", "relationship equity", "points", "equity.days", "satisfaction.customer_days", 1.0, "higher",
                meaning="equity of the whole base, 0 to 100, mean over customers and days",
            ),
            Measure(
                "experience", "experience of a contact", "points", "experience.score", "experience.contacts", 1.0,
                "higher", meaning="score of a contact, 0 to 100, mean over contacts that ended",
            ),
        ]  # fmt: skip
        return (
            found if scenario.satisfaction.survey is not None else [one for one in found if one.name != "survey_score"]
        )
