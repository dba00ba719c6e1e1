"""A feedback programme: it asks customers what went wrong, finds causes with a lag, and removes a share of them.

Cases of the causes it looks at (errors in orders, kinds of need) are asked about, and some customers answer. A cause
with enough reports is taken up, the most reported first; after a lag a share of what is left of it is removed, at a
cost. Causes creep back.

Assumptions: who answers is a property of the case (non-response is independent of how it was lived, which favours the
programme); a fix removes the same share of whatever is left, so returns diminish; causes come back with a time
constant. That complaints be asked for and their causes removed is an old recommendation (Fornell and Wernerfelt 1987;
Tax and Brown 1998); the sizes are conventions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from sim.core import elementary, streams
from sim.core.calendar import Day
from sim.core.elementary import added
from sim.core.entities import Issue
from sim.core.facts import Cases, Posting
from sim.core.measures import Measure
from sim.core.units import DAY, Duration, Money, MoneyRate, Settings, Several, Share, Span
from sim.core.world import Mechanism, World


class FeedbackSettings(Settings):
    """What is asked, when a cause is found, and what removing it takes.

    errors, needs: the causes that it looks at, errors in orders and kinds of need; asked: share of cases that are asked
    about; answered: share of those who answer; ask_cost: of each case asked about; reports: that it takes until a cause
    is found; at_once: causes that can be worked at; lag: from then until it is removed; removes: share of what is left
    of the cause; fix_cost: of each removal; relapse: time constant with which causes come back; running: cost of the
    programme.
    """

    errors: Several[str] = ()
    needs: Several[str] = ()
    asked: Share
    answered: Share
    ask_cost: Money
    reports: Annotated[int, Field(ge=1, le=1_000_000)]
    at_once: Annotated[int, Field(ge=1, le=1000)]
    lag: Duration
    removes: Share
    fix_cost: Money
    relapse: Span
    running: MoneyRate


_ASKED, _ANSWERED = streams.named("feedback asked"), streams.named("feedback answered")


def relapsed(left: float, time: float, relapse: float) -> float:
    """Share of a cause that is there after a time in which it creeps back towards all of it."""
    return 1.0 - (1.0 - left) * elementary.exp(-time / relapse) if left < 1.0 else left


def taken_up(reports: Sequence[int], busy: Sequence[bool], needed: int, free: int) -> list[int]:
    """Causes to take up, by number: enough reports, not being worked at; the most reported first, as many as go."""
    ready = [place for place, count in enumerate(reports) if count >= needed and not busy[place]]
    return sorted(ready, key=lambda place: (-reports[place], place))[: max(free, 0)]


class Feedback(Mechanism[FeedbackSettings]):
    """The programme: reports by cause, what is being worked at, and the share of each cause that is left."""

    answers = ("causes_left",)

    def __init__(self, world: World, settings: FeedbackSettings) -> None:
        super().__init__(world, settings)
        self._place = {name: place for place, name in enumerate((*settings.errors, *settings.needs))}
        count = len(self._place)
        self.left = [1.0] * count
        self.reports = [0] * count
        self._ready_on: list[int | None] = [None] * count
        self.asked = self.heard = self.fixes = 0
        self.left_days = [0.0] * count
        self._spent = 0.0
        if settings.needs:
            self.on_issue_raised = self._raised

    def begin(self) -> None:
        """Open the account."""
        self.world.tell.paid(Posting("feedback", 0.0, "prices"))

    def causes_left(self, name: str) -> float:
        """Share of a cause that is left; all of it where the programme does not look at it."""
        place = self._place.get(name)
        return 1.0 if place is None else self.left[place]

    def on_points_met(self, cases: Cases) -> None:
        """Ask about cases of an error."""
        place = self._place.get(cases.name)
        if place is not None:
            for key in cases.keys:
                self._ask(place, key)

    def _raised(self, issue: Issue) -> None:
        """Ask about an issue of a kind that the programme looks at."""
        place = self._place.get(issue.lane.kind)
        if place is not None:
            self._ask(place, issue.key)

    def _ask(self, place: int, key: int) -> None:
        """Ask about a case by its key, and perhaps hear of it."""
        settings = self.settings
        if streams.uniform(key, _ASKED) >= settings.asked:
            return
        self.asked += 1
        self._spent += settings.ask_cost
        if streams.uniform(key, _ANSWERED) < settings.answered:
            self.heard += 1
            self.reports[place] += 1

    def on_day_began(self, day: Day) -> None:
        """Causes creep back, those whose time has come are removed, others are taken up."""
        settings = self.settings
        for place, ready_on in enumerate(self._ready_on):
            self.left_days[place] += self.left[place]
            self.left[place] = relapsed(self.left[place], DAY, settings.relapse)
            if ready_on is not None and ready_on <= day.index:
                self._remove(place)
        working = [one is not None for one in self._ready_on]
        free = settings.at_once - added(working)
        for place in taken_up(self.reports, working, settings.reports, free):
            self._ready_on[place] = day.index + max(1, int(-(-settings.lag // DAY)))
        self._spent += settings.running * DAY
        if self._spent:
            self.world.tell.paid(Posting("feedback", -self._spent, "prices"))
            self._spent = 0.0

    def _remove(self, place: int) -> None:
        """A cause is removed as far as it goes, and its reports are done with."""
        self.left[place] *= 1.0 - self.settings.removes
        self._ready_on[place] = None
        self.reports[place] = 0
        self.fixes += 1
        self._spent += self.settings.fix_cost

    def counts(self) -> dict[str, float]:
        """Cases asked about, reports, removals, and what is left of each cause summed over days."""
        left = {f"feedback.left.{name}": self.left_days[place] for name, place in self._place.items()}
        return {"feedback.asked": self.asked, "feedback.heard": self.heard, "feedback.fixes": self.fixes, **left}

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """How often causes are removed, what is left of each, and how many customers answer."""
        found = [
            Measure(
                "feedback_fixes", "causes removed", "a year", "feedback.fixes", "years",
                meaning="removals of a share of a cause by the feedback programme, a year",
            ),
            Measure(
                "feedback_answered", "answers to the programme", "%", "feedback.heard", "feedback.asked", 100.0,
                meaning="cases reported, over cases asked about",
            ),
        ]  # fmt: skip
        return found + [
            Measure(
                f"cause_left.{name}", f"left of the cause {name.replace('_', ' ')}", "%", f"feedback.left.{name}",
                "days", 100.0, "lower", meaning="share of the cause that the programme has not removed, mean over days",
            )
            for name in (*scenario.feedback.errors, *scenario.feedback.needs)
        ]  # fmt: skip
