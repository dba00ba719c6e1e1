"""Probes for what totals do not hold."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.core.calendar import Day
from sim.core.entities import Contact
from sim.core.facts import Posting
from sim.core.observations import Observations
from sim.core.units import DAY
from sim.core.world import World
from sim.model import Model

Array = npt.NDArray[np.float64]


class WaitsWithin:
    """Contacts answered within further limits (s) than the channel's target: ``within.<number>``."""

    def __init__(self, limits: Sequence[float]) -> None:
        self.limits = limits
        self.counts = [0] * len(limits)

    def on_counting_began(self, _: float) -> None:
        """Forget what was seen before."""
        self.counts = [0] * len(self.limits)

    def on_contact_answered(self, contact: Contact) -> None:
        """Look at how long it waited."""
        wait = contact.answered_at - contact.offered_at
        for number, limit in enumerate(self.limits):
            if wait <= limit:
                self.counts[number] += 1

    def numbers(self, _: Model, __: Observations) -> dict[str, float]:
        """What was seen since the counting began."""
        return {f"within.{number}": float(count) for number, count in enumerate(self.counts)}


class Orbit:
    """Customers who will come again, and how issues end.

    ``orbit.area``: customer-seconds between a contact that was blocked or did not resolve and the next one;
    ``resolved.time``: seconds from raised to resolved, summed; ``resolved.at.<n>``: issues resolved by contact n.
    """

    def __init__(self, attempts: int = 0) -> None:
        self.attempts = attempts
        self.inside = 0
        self.on_counting_began(0.0)

    def on_counting_began(self, now: float) -> None:
        """Forget what was seen before."""
        self.area = self.time = 0.0
        self.settled = now
        self.at = [0] * (self.attempts + 1)

    def _step(self, now: float, step: int) -> None:
        self.area += self.inside * (now - self.settled)
        self.settled = now
        self.inside += step

    def on_contact_offered(self, contact: Contact) -> None:
        """Someone who came before comes again."""
        if contact.issue.contacts > 1:
            self._step(contact.offered_at, -1)

    def on_contact_blocked(self, contact: Contact) -> None:
        """Whoever is blocked will come again."""
        self._step(contact.offered_at, 1)

    def on_contact_handled(self, contact: Contact) -> None:
        """Look at what the contact took and how it ended."""
        now, issue = contact.answered_at + contact.spent, contact.issue
        if not contact.resolved:
            self._step(now, 1)
            return
        self.time += now - issue.raised_at
        if issue.handled <= self.attempts:
            self.at[issue.handled] += 1

    def numbers(self, model: Model, _: Observations) -> dict[str, float]:
        """What was seen since the counting began."""
        self._step(model.world.calendar.end, 0)
        found = {f"resolved.at.{number}": float(count) for number, count in enumerate(self.at) if number}
        return {"orbit.area": self.area, "resolved.time": self.time, **found}


class Presence:
    """When contacts were inside, against a period of demand: everything in seconds.

    ``inside.<t>``: mean number inside at time t of the period; ``came.<t>``: the same as expected from the arrivals
    alone, contacts weighted with the chance to be inside still; ``amplitude``, ``lag``: of the first harmonic of
    the number inside; ``response.lag``: the lag with which contacts that stay as long as these follow their
    arrivals. The last day of the run is left out, since some of its contacts are not done.
    """

    def __init__(self, times: Sequence[float], period: float, hour: float, stay: float) -> None:
        self.times, self.period, self.hour, self.stay = times, period, hour, stay
        self.came: list[float] = []
        self.went: list[float] = []

    def on_contact_handled(self, contact: Contact) -> None:
        """Look at what the contact took and how it ended."""
        self.came.append(contact.offered_at)
        self.went.append(contact.answered_at + contact.spent)

    def numbers(self, model: Model, _: Observations) -> dict[str, float]:
        """What was seen since the counting began."""
        start = model.world.calendar.counted_from
        span = model.world.calendar.day_start(model.world.calendar.days - 1) - start
        periods = span / self.period
        came, went = np.array(self.came) - start, np.array(self.went) - start
        begin, end = np.clip(came, 0.0, span), np.clip(went, 0.0, span)
        found = {}
        for time in self.times:
            moment = time * self.hour
            inside = np.ceil((end - moment) / self.period) - np.ceil((begin - moment) / self.period)
            following = np.ceil((came - moment) / self.period)
            counted = (following >= 0) & (following < periods)
            rest = following * self.period + moment - came
            found[f"inside.{time:g}"] = float(inside.sum()) / periods
            found[f"came.{time:g}"] = float(np.exp(-rest[counted] / self.stay).sum()) / periods
        return found | self._harmonic(begin, end, span) | self._response(went - came, (came >= 0.0) & (came < span))

    def _harmonic(self, begin: Array, end: Array, span: float) -> dict[str, float]:
        pace = 2.0 * math.pi / self.period
        sine = float((np.cos(pace * begin) - np.cos(pace * end)).sum()) * 2.0 / (pace * span)
        cosine = float((np.sin(pace * end) - np.sin(pace * begin)).sum()) * 2.0 / (pace * span)
        lag = math.atan2(-cosine, sine) / pace / self.hour
        return {"amplitude": math.hypot(sine, cosine), "lag": lag}

    def _response(self, stays: Array, counted: npt.NDArray[np.bool_]) -> dict[str, float]:
        """Phase of the mean of the integral of exp(i pace x) over a stay, less none for no stay: Eick et al. (1993)."""
        pace = 2.0 * math.pi / self.period
        stays = stays[counted]
        real, imaginary = float(np.sin(pace * stays).sum()), float((1.0 - np.cos(pace * stays)).sum())
        return {"response.lag": math.atan2(imaginary, real) / pace / self.hour}


class DayCounts:
    """Contacts per day against their mean and a limit: ``days``, ``days.contacts``, ``days.variance``, ``days.over``.

    With ``at_the_door`` contacts are counted where the arrivals hand them over and go no further; what would happen
    to them cannot change how many come. ``days.busyness``, ``.squares`` and ``.busy``: sums of the days' factors, of
    their squares, and days whose factor alone would take them over the limit.
    """

    def __init__(self, mean: float, limit: float, channel: str, at_the_door: bool) -> None:
        self.mean, self.limit, self.channel, self.at_the_door = mean, limit, channel, at_the_door
        self.today = 0
        self.counts: list[int] = []
        self.busyness: list[float] = []

    def attach(self, world: World) -> None:
        """Know the world that is watched."""
        self.world = world

    def on_counting_began(self, _: float) -> None:
        """Forget what was seen before."""
        if self.at_the_door:
            self.world.ask.raise_issues = self._count

    def _count(self, *births: Any) -> None:
        self.today += int(births[2].size)

    def on_day_began(self, day: Day) -> None:
        """A probe hears of a day after the arrivals have handed over its contacts."""
        self.busyness.append(day.busyness)
        self.counts.append(self.today)
        self.today = 0

    def numbers(self, _: Model, observed: Observations) -> dict[str, float]:
        """What was seen since the counting began."""
        counts = np.array(self.counts if self.at_the_door else observed.days[f"{self.channel}.offered"])
        factors = np.array(self.busyness)
        return {
            "days.contacts": float(counts.sum()),
            "days.variance": float(counts.var(ddof=1)),
            "days.over": float((counts > self.limit).sum()),
            "days.busyness": float(factors.sum()),
            "days.squares": float((factors * factors).sum()),
            "days.busy": float((factors * self.mean > self.limit).sum()),
        }


class WorkBelow:
    """Handle times up to a limit (s), and squares of the distance of their logarithms from a centre, summed."""

    def __init__(self, limit: float, centre: float) -> None:
        self.limit, self.centre = limit, centre
        self.on_counting_began(0.0)

    def on_counting_began(self, _: float) -> None:
        """Forget what was seen before."""
        self.below, self.squares = 0, 0.0

    def on_contact_handled(self, contact: Contact) -> None:
        """Look at what the contact took and how it ended."""
        if contact.spent <= self.limit:
            self.below += 1
        distance = math.log(contact.spent) - self.centre
        self.squares += distance * distance

    def numbers(self, _: Model, __: Observations) -> dict[str, float]:
        """What was seen since the counting began."""
        return {"work.below": float(self.below), "work.squares": self.squares}


class ChatsOfSize:
    """Chats handled whose work (s) lies between two bounds: ``sized.work``, ``sized.sojourn``; and of all, ``chats``.

    ``chats.work`` and ``chats.handled`` are work and number of all chats handled.
    """

    def __init__(self, least: float, most: float) -> None:
        self.least, self.most = least, most
        self.on_counting_began(0.0)

    def on_counting_began(self, _: float) -> None:
        """Forget what was seen before."""
        self.sized, self.sojourn, self.work, self.handled = 0.0, 0.0, 0.0, 0

    def on_contact_handled(self, contact: Contact) -> None:
        """Look at what the contact took and how it ended."""
        self.work += contact.work
        self.handled += 1
        if self.least <= contact.work <= self.most:
            self.sized += contact.work
            self.sojourn += contact.waited + contact.spent

    def numbers(self, _: Model, __: Observations) -> dict[str, float]:
        """What was seen since the counting began."""
        return {
            "sized.work": self.sized,
            "sized.sojourn": self.sojourn,
            "chats.work": self.work,
            "chats.handled": float(self.handled),
        }


class Tenures:
    """Tenure of the staff (s), mean over the last day: half a day less than at its end, when nobody's place is empty.

    ``staff``, ``staff.tenure``, ``staff.young``: people, their tenures summed, and how many were hired within a limit.
    """

    def __init__(self, limit: float) -> None:
        self.limit = limit

    def numbers(self, model: Model, _: Observations) -> dict[str, float]:
        """What was seen since the counting began."""
        tenures = [model.world.calendar.end - agent.hired_at for agent in model.world.agents.values()]
        return {
            "staff": float(len(tenures)),
            "staff.tenure": sum(tenures) - 0.5 * DAY * len(tenures),
            "staff.young": float(sum(tenure <= self.limit for tenure in tenures)),
        }


class Payments:
    """Fees by the year in which they are paid, for customers who all joined on the first day.

    ``fees.<k>`` would be many names, so what is needed of them is summed: ``value`` (discounted) and
    ``value.by_year`` (discounted, times the number of the year).
    """

    def __init__(self, year: int, discount: float) -> None:
        self.year, self.discount = year, discount
        self.day = 0
        self.value = self.by_year = 0.0

    def on_day_began(self, day: Day) -> None:
        """A probe hears of a day after the mechanisms have lived it: fees paid since belong to this day."""
        self.day = day.index + 1

    def on_paid(self, posting: Posting) -> None:
        """Take the fees, and only these."""
        if posting.account == "fees":
            number, rest = divmod(self.day, self.year)
            assert rest == 0 or posting.amount == 0.0, "a fee between two anniversaries"
            present = posting.amount / (1.0 + self.discount) ** number
            self.value += present
            self.by_year += number * present

    def numbers(self, _: Model, __: Observations) -> dict[str, float]:
        """What was seen since the counting began."""
        return {"value": self.value, "value.by_year": self.by_year}


class SegmentsLeft:
    """Customers left in each segment, as many independent bases: mean and unbiased standard deviation over them."""

    def numbers(self, model: Model, _: Observations) -> dict[str, float]:
        """What was seen since the counting began."""
        base = model.world.base
        assert base is not None
        size = base.size
        left = np.bincount(base.segment.array[:size][base.active.array[:size]], minlength=len(base.segments))
        return {"bases": float(left.size), "bases.left": float(left.sum()), "bases.variance": float(left.var(ddof=1))}
