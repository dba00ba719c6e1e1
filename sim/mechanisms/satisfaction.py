"""Satisfaction: what a contact is like, what a customer makes of it, and the relationship that remains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from pydantic import Field

from sim.core import compiled, elementary, streams
from sim.core.calendar import Day
from sim.core.entities import OUTBOUND, Base, Contact
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
Keys = npt.NDArray[np.uint64]
_RESTING = streams.named("resting satisfaction")
_SURVEY = streams.named("survey")
_FEW = 32
"""Customers up to whom one after the other is quicker than array steps (measured)."""
_AT_ONCE = 8
"""Earlier contacts up to which the scores of contacts that meet no wait are worked out beforehand."""


@compiled.one("float64(float64, float64, float64, float64, float64, float64)")
def felt(start: float, repeat: float, wait: float, earlier: float, relative_wait: float, lost: float) -> float:  # noqa: PLR0917  # numbers
    """Score of a contact, 0 to 100: 100 x logistic(start - repeat x earlier - wait x ln(1 + relative_wait) - lost).

    earlier: contacts for the same issue before; relative_wait: wait / wait_unit of the channel; lost: by how it ended,
    less the mood of the agent.
    """
    waited = wait * elementary.log(1.0 + relative_wait) if relative_wait != 0.0 else 0.0
    return 100.0 / (1.0 + elementary.exp(lost - (start - repeat * earlier - waited)))


def moved(level: float, experienced: float, gain: float, loss: float) -> float:
    """Satisfaction after a contact: anchored, and moved further by a bad one than by a good one."""
    gap = experienced - level
    return level + (gain if gap > 0.0 else loss) * gap


def within_bounds(level: Array) -> Array:
    """Levels cut to 0 .. 100."""
    return np.asarray(np.minimum(np.maximum(level, 0.0), 100.0))


def _settle_each(level: Array, standing: Array, resting: Array, recovers: float, follows: float) -> tuple[float, float]:
    """``settle`` in one go, and the sums in the order of ``elementary.total``."""
    whole = level.size - level.size % 128
    levels, standings = np.zeros(128), np.zeros(128)
    rest = rest_standing = 0.0
    for place in range(level.size):
        now, stands = level[place], standing[place]
        if place < whole:
            levels[place % 128] += now
            standings[place % 128] += stands
        else:
            rest += now
            rest_standing += stands
        level[place] = now = now + (resting[place] - now) * recovers
        standing[place] = stands + (now - stands) * follows
    of_level = of_standing = 0.0
    for column in range(128):
        of_level += levels[column]
        of_standing += standings[column]
    return of_level + rest, of_standing + rest_standing


@compiled.instead(_settle_each, "UniTuple(float64, 2)(float64[::1], float64[::1], float64[::1], float64, float64)")
def settle(level: Array, standing: Array, resting: Array, recovers: float, follows: float) -> tuple[float, float]:
    """A day passes for all customers: satisfaction recovers, equity follows it. Returns the sums of both before.

    level, standing, resting: satisfaction, equity and resting satisfaction, shape (n,); the first two are changed.
    """
    sums = elementary.total(level), elementary.total(standing)
    step = np.subtract(resting, level)
    step *= recovers
    level += step
    np.subtract(level, standing, out=step)
    step *= follows
    standing += step
    return sums


class Satisfaction(Mechanism[SatisfactionSettings]):
    """Satisfaction and equity of every customer, moved by contacts and by time.

    A contact that meets no wait is like all others with the same ending: its score stands in ``_at_once``. Endings are
    numbered: 0 not reached, 1 unresolved, 2 resolved.
    """

    answers = ("satisfaction", "equity", "live_through", "remember", "lose_equity", "asked", "asked_one", "score")

    def __init__(self, world: World, settings: SatisfactionSettings) -> None:
        super().__init__(world, settings)
        assert world.base is not None
        self.base: Base = world.base
        self.level = self.base.column(np.float64)
        self.resting = self.base.column(np.float64)
        self.standing = self.base.column(np.float64)
        self._began = False
        self.episodes: dict[str, int] = {}
        self.moved_by: dict[str, float] = {}
        self.satisfaction_days = self.equity_days = 0.0
        self.customer_days = self.surveys = self.experiences = 0
        self.survey_score = self.experienced = 0.0

    def adopted(self) -> None:
        """How far satisfaction recovers and equity follows in a day, what a contact without a wait is like."""
        self._gain, self._loss = self.settings.gain, self.settings.loss
        experience = self.settings.experience
        self._felt = experience.start, experience.repeat, experience.wait
        self._losses = [experience.not_reached, experience.unresolved, 0.0]
        self._at_once = [
            [felt(*self._felt, earlier, 0.0, lost) for lost in self._losses] for earlier in range(_AT_ONCE)
        ]
        self._at_rest = np.array([self.settings.resting.get(segment, 0.0) for segment in self.base.segments])
        survey = self.settings.survey
        self._answering = survey.asked * survey.answered if survey is not None else 0.0
        units = self.settings.experience.wait_unit
        self._wait_units = [units[name] for name in self.world.channels]
        self._recovers = 1.0 - elementary.exp(-DAY / self.settings.recovery)
        self._follows = 1.0 - elementary.exp(-DAY / self.settings.memory)

    def begin(self) -> None:
        """Find out whether contacts are judged against expectations, and whether they are handed on."""
        self._judged = self.world.ask.answered("judged")
        self._burden = self.world.ask.answered("burden")

    def on_customers_joined(self, slots: Slots) -> None:
        """Newcomers begin at their own resting level, those there at the start where contacts have moved them."""
        settings, base = self.settings, self.base
        resting = self._at_rest[base.segment.array[slots]]
        if settings.spread:
            u = streams.uniforms(base.key.array[slots], _RESTING)
            resting = resting + settings.spread * elementary.normal_quantile_array(u)
        level = within_bounds(resting)
        self.resting.array[slots] = level
        if not self._began:
            level = within_bounds(resting + self._settled()[base.segment.array[slots]])
        self.level.array[slots] = level
        self.standing.array[slots] = level

    def _settled(self) -> npt.NDArray[np.float64]:
        """How far those who are there at the start are from their resting level, by segment."""
        at_start = self.settings.at_start or {}
        resting = self.settings.resting
        return np.array([at_start.get(name, resting[name]) - resting[name] for name in self.base.segments])

    def on_day_began(self, day: Day) -> None:
        """Count satisfaction, then let it recover and equity follow; one step over the base."""
        self._began = True
        base, size = self.base, self.base.size
        columns = self.level.array[:size], self.standing.array[:size], self.resting.array[:size]
        satisfaction, equity = settle(*columns, self._recovers, self._follows)
        self.satisfaction_days += satisfaction
        self.equity_days += equity
        self.customer_days += len(base)

    def _live(self, contact: Contact) -> None:
        """A contact has ended: score it, and move the satisfaction of the customer who had it."""
        issue = contact.issue
        slot = issue.slot
        if slot == OUTBOUND:
            return  # the firm's own work, which a customer lives through otherwise
        wait, earlier, reached = contact.waited, contact.earlier, contact.reached
        ending = 2 if contact.resolved else 1 if reached else 0
        mood = contact.agent.mood if reached else 0.0
        if self._burden is not None:
            mood -= self._burden(contact)
        if wait or mood or earlier >= _AT_ONCE:
            relative = wait / self._wait_units[contact.lane.channel.index]
            start, repeat, waiting = self._felt
            experienced = felt(start, repeat, waiting, earlier, relative, self._losses[ending] - mood)
        else:
            experienced = self._at_once[earlier][ending]
        self.experiences += 1
        self.experienced += experienced
        if slot >= 0 and self.base.key.view[slot] == issue.customer:
            if self._judged is not None:
                experienced = self._judged(slot, experienced)
            level = self.level.view
            level[slot] = moved(level[slot], experienced, self._gain, self._loss)
        if contact.asked and reached:
            agent = contact.agent
            heard = min(experienced + agent.flattery, 100.0)
            self.surveys += 1
            self.survey_score += heard
            agent.rated += 1
            agent.rating += heard

    on_contact_handled = on_contact_abandoned = on_contact_blocked = on_contact_balked = _live

    def score(self, contact: Contact) -> float:
        """What a contact that has ended was like, 0 to 100; nothing comes of asking."""
        mood = contact.agent.mood if contact.reached else 0.0
        if self._burden is not None:
            mood -= self._burden(contact)
        relative = contact.waited / self._wait_units[contact.lane.channel.index]
        lost = self._losses[2 if contact.resolved else 1 if contact.reached else 0] - mood
        return felt(*self._felt, contact.earlier, relative, lost)

    def asked(self, keys: Keys) -> npt.NDArray[np.bool_]:
        """Whether customers are asked after contacts, if they are served, and answer, shape (n,)."""
        return streams.uniforms(keys, _SURVEY) < self._answering

    def asked_one(self, key: int) -> bool:
        """``asked`` of one contact."""
        return streams.uniform(key, _SURVEY) < self._answering

    def live_through(self, name: str, slots: Sequence[int], experienced: Sequence[float]) -> None:
        """Customers live through something other than a contact: it moves their satisfaction like one.

        name: of the contact point, by which it is counted; slots: their places, who stands there twice lives
        through it twice; experienced: how it was for each, 0 to 100.
        """
        if not slots:
            return
        move = self._move_few if len(slots) <= _FEW else self._move_many
        self.episodes[name] = self.episodes.get(name, 0) + len(slots)
        self.moved_by[name] = self.moved_by.get(name, 0.0) + move(slots, experienced)

    def _move_few(self, slots: Sequence[int], experienced: Sequence[float]) -> float:
        """Move customers' satisfaction, one after the other; returns the sum of the changes."""
        level, gain, loss, change = self.level.view, self._gain, self._loss, 0.0
        for slot, how in zip(slots, experienced, strict=True):
            before = level[slot]
            level[slot] = after = moved(before, how, gain, loss)
            change += after - before
        return change

    def _move_many(self, places: Sequence[int], experienced: Sequence[float]) -> float:
        """The same for many, in rounds in which nobody stands twice."""
        change, slots, how = 0.0, np.array(places, dtype=np.int64), np.array(experienced)
        while slots.size:
            once, first = np.unique(slots, return_index=True)
            before = self.level.array[once]
            gap = how[first] - before
            self.level.array[once] = after = before + np.where(gap > 0.0, self._gain, self._loss) * gap
            change += elementary.total(after - before)
            slots, how = np.delete(slots, first), np.delete(how, first)
        return change

    def remember(self, slots: Slots, satisfaction: Array, equity: Array) -> None:
        """Customers who come back feel as they did when they left."""
        self.level.array[slots] = satisfaction
        self.standing.array[slots] = equity

    def lose_equity(self, slots: Slots, points: Array) -> None:
        """Customers, each once, lose points of equity; it follows satisfaction again from there."""
        self.standing.array[slots] -= points

    def satisfaction(self) -> npt.NDArray[np.float64]:
        """Satisfaction at all places of the base."""
        return self.level.array[: self.base.size]

    def equity(self, slots: Slots, _: float) -> npt.NDArray[np.float64]:
        """Equity of some customers."""
        return self.standing.array[slots]

    def counts(self) -> dict[str, float]:
        """Satisfaction and equity summed over customers and days, and what contacts and surveys scored."""
        return {
            "satisfaction.days": self.satisfaction_days,
            "equity.days": self.equity_days,
            "satisfaction.customer_days": self.customer_days,
            "survey.score": self.survey_score,
            "survey.answers": self.surveys,
            "experience.score": self.experienced,
            "experience.contacts": self.experiences,
            **{f"episodes.{name}": count for name, count in self.episodes.items()},
            **{f"episodes.{name}.moved": moved for name, moved in self.moved_by.items()},
        }

    def levels(self) -> dict[str, float]:
        """Mean satisfaction and equity now."""
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
