"""Needs: the issues that customers have, by kind, at rates per customer-year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from pydantic import Field

from sim.core import streams
from sim.core.calendar import Day
from sim.core.entities import Birth, Issue
from sim.core.units import DAY, Rate, Settings
from sim.core.world import Mechanism, World


class NeedSettings(Settings):
    """One kind of issue: how often a customer of each segment has it."""

    rate: dict[str, Rate]


class NeedsSettings(Settings):
    """All kinds of issue that arise from the base by themselves.

    one_at_a_time: who has an open issue of these raises no other until it is over: the customer's clocks stop.
    """

    kinds: dict[str, NeedSettings] = Field(min_length=1)
    one_at_a_time: bool = False


Slots = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]
Array = npt.NDArray[np.float64]
_CLOCK = streams.named("need clock")
_CAUSE = streams.named("need cause")
_CHOICE = streams.named("channel choice")
_FIRST = np.zeros(1, dtype=np.uint64)
_AHEAD = 7
"""Days that are planned in one go: a week's costs a fifth of what seven days' would, one by one."""


def times_between(rates: Array) -> Array:
    """Mean times between the issues of a clock that runs at these rates; at a rate of 0 longer than any horizon."""
    return np.where(rates > 0.0, 1.0 / np.where(rates > 0.0, rates, 1.0), 1e300)


class Turn(NamedTuple):
    """Clocks that run down, and how they stand when they have been wound up again: columns of shape (n,).

    at: marks at which they run down; issues: keys of what they raise; ordinal, mark: of the next issue.
    """

    clocks: Slots
    at: Array
    issues: Keys
    ordinal: Slots
    mark: Array


@dataclass(frozen=True)
class Plan:
    """What will arise in the next days if nothing changes: turns in the order of their marks, and what is born of them.

    first: index of the first day; bounds: where the turns of each day begin, and end; slots, customers: places and keys
    of customers, by turn; births: by day and time, without those whose cause has been removed; born: where the births
    of each day begin, and end.
    """

    first: int
    bounds: list[int]
    turns: Turn
    slots: Slots
    customers: Keys
    births: list[Birth]
    born: list[int]


class Needs(Mechanism[NeedsSettings]):
    """Needs of the whole base: a week at a time is planned, and lived day by day.

    Each customer and kind has a clock, a unit exponential that runs down by rate x weight of the days. It is kept as
    the mark at which it will have run down, on a scale that all share: the weights of the days so far, in seconds
    (``soonest``: the first mark of a customer). A
    need arises on the day in which its mark lies, at the fraction of the day's demand at which it does. Clocks go on
    as planned only when the day has come, so that a plan can be thrown away when settings change.

    With one issue at a time a day is planned at a time, and only the next issue of each customer. From then on his
    marks are what will be left to run down, counted from the moment at which the issue is over (``open``: its key).
    """

    def __init__(self, world: World, settings: NeedsSettings) -> None:
        super().__init__(world, settings)
        assert world.base is not None
        self.base = world.base
        self._width = len(settings.kinds)
        self._names = np.array([streams.named(kind) for kind in settings.kinds], dtype=np.uint64)
        self.mark = self.base.column(np.float64, np.inf, self._width)
        self.ordinal = self.base.column(np.int64, 0, self._width)
        self.soonest = self.base.column(np.float64, np.inf)
        self._between = np.zeros((len(self.base.segments), self._width))
        self._passed = 0.0
        self._plans: list[Plan] = []
        self._ends = np.empty(0)
        if settings.one_at_a_time:
            self.open = self.base.column(np.uint64)
            self.on_issue_resolved = self.on_issue_given_up = self.on_issue_dropped = self._over

    def adopted(self) -> None:
        """Put the rates in force: what is left of each clock runs on at the new rate."""
        kinds, segments = self.settings.kinds, self.base.segments
        self._numbers = np.array([self.world.kinds.index(kind) for kind in kinds], dtype=np.int64)
        before, size = self._between, self.base.size
        rates = np.array([[need.rate.get(segment, 0.0) for need in kinds.values()] for segment in segments])
        self._between = times_between(rates)
        if size:
            segment, mark = self.base.segment.array[:size], self.mark.array[:size]
            since = np.full((size, 1), self._passed)
            if self.settings.one_at_a_time:
                since[self.open.array[:size] > 0] = 0.0
            left = (mark - since) / before[segment]
            changed = (before != self._between)[segment] & self.base.active.array[:size, None]
            mark[:] = np.where(changed, since + left * self._between[segment], mark)
            self.soonest.array[:size] = mark.min(axis=1)
            if self.settings.one_at_a_time:
                self.soonest.array[:size][self.open.array[:size] > 0] = np.inf

    def begin(self) -> None:
        """Plan no day ahead where customers choose channels by what they live through until then."""
        self._days_ahead = _AHEAD if self.world.ask.answered("avoided") is None else 1

    def on_customers_joined(self, slots: Slots) -> None:
        """Newcomers start all their clocks; what will run down in the days already planned is planned too."""
        customers = self.base.key.array[slots]
        issues = streams.children(streams.children(customers[:, None], self._names), _FIRST)
        mark = self._passed + self._drawn(issues) * self._between[self.base.segment.array[slots]]
        self.mark.array[slots] = mark
        self.soonest.array[slots] = soonest = np.minimum.reduce(mark, axis=1)
        if self._plans and np.minimum.reduce(soonest) <= self._ends[-1]:
            places, kinds = (mark <= self._ends[-1]).nonzero()
            self._plans.append(self._planned(self._plans[0].first, slots[places] * self._width + kinds))

    def on_settings_changed(self, _: float) -> None:
        """Plan anew: rates, channels or laws may have changed."""
        self._plans = []

    def on_day_began(self, day: Day) -> None:
        """Let the day's weight pass, and what has become due arise."""
        if self.settings.one_at_a_time:
            self._day, begin = day, self._passed
            self._ends = np.array([begin, begin + day.weight * DAY])
            self._passed = float(self._ends[1])
            self._raise_next((self.soonest.array[: self.base.size] <= self._passed).nonzero()[0])
            return
        if not self._plans or day.index - self._plans[0].first >= self._days_ahead:
            self._look_ahead(day)
        ahead = day.index - self._plans[0].first
        for plan in self._plans:
            self._live(plan, ahead)
        self._passed = float(self._ends[ahead + 1])

    def _raise_next(self, slots: Slots) -> None:
        """Let the next issue of each of these customers arise today, and stop their clocks."""
        if not slots.size:
            return
        kinds = self.mark.array[slots].argmin(axis=1)
        marks = self.mark.array[slots, kinds]
        clocks = slots * self._width + kinds
        ordinals = self.ordinal.array[slots, kinds]
        issues = self._issues(clocks, ordinals)
        left = self._drawn(self._issues(clocks, ordinals + 1))
        between = self._between_of(clocks)
        plan = self._births_of(self._day.index, Turn(clocks, marks, issues, ordinals + 1, left * between))
        self.mark.array[slots] -= marks[:, None]
        self.mark.array[slots, kinds] = left * between
        self.ordinal.array[slots, kinds] = ordinals + 1
        self.soonest.array[slots] = np.inf
        self.open.array[slots] = issues
        now, ask = self.world.env.now, self.world.ask
        ask.bear([
            birth if birth[0] >= now else (ask.moment_after(birth[3].channel.name, now, birth[2]), *birth[1:])
            for birth in plan.births
        ])  # fmt: skip

    def _over(self, issue: Issue) -> None:
        """An issue is over: its customer's clocks run on, and may run down today."""
        slot, now, day = issue.slot, self.world.env.now, self._day
        if slot < 0 or self.open.view[slot] != issue.key:
            return
        passed = self._ends[0] + day.weight * DAY * ((now - day.start) / (day.end - day.start))
        marks = self.mark.array[slot]
        marks += passed
        self.open.view[slot] = 0
        self.soonest.view[slot] = soonest = float(marks.min())
        if soonest <= self._passed:
            self._raise_next(np.array([slot], dtype=np.int64))

    def _look_ahead(self, day: Day) -> None:
        """Find the clocks that run down in the next days."""
        days = self.world.calendar.all_days[day.index : day.index + self._days_ahead]
        self._ends = np.cumsum([self._passed, *(day.weight * DAY for day in days)])
        slots = (self.soonest.array[: self.base.size] <= self._ends[-1]).nonzero()[0]
        places, kinds = (self.mark.array[slots] <= self._ends[-1]).nonzero()
        self._plans = [self._planned(day.index, slots[places] * self._width + kinds)]

    def _planned(self, first: int, clocks: Slots) -> Plan:
        """What clocks will raise until the last of the planned days is over, if its cause has not been removed."""
        turns = self._turns(clocks)
        left = np.array([self.world.ask.causes_left(kind) for kind in self.settings.kinds])
        caused = None
        if left.min() < 1.0:
            caused = streams.uniforms(turns.issues, _CAUSE) < left[turns.clocks % self._width]
        return self._births_of(first, turns, caused)

    def _births_of(self, first: int, turns: Turn, caused: npt.NDArray[np.bool_] | None = None) -> Plan:
        """What turns bring, the earliest of which are on a first day; caused: which bring anything, None for all."""
        ends = self._ends
        ahead = np.searchsorted(ends[1:], turns.at, side="left")
        span = ends[1:] - ends[:-1]
        fractions = (turns.at - ends[ahead]) / span[ahead]
        slots, columns = np.divmod(turns.clocks, self._width)
        kinds = self._numbers[columns]
        ask = self.world.ask
        channels = ask.choose(kinds, slots, streams.uniforms(turns.issues, _CHOICE))
        times = ask.moments(channels, first + ahead, fractions) if slots.size else fractions
        order = np.lexsort((times, ahead))
        if caused is not None:
            order = order[caused[order]]
        births = ask.births(kinds[order], channels[order], turns.issues[order], slots[order], times[order])
        days = np.arange(ends.size)
        bounds, born = (np.searchsorted(each, days).tolist() for each in (ahead, ahead[order]))
        return Plan(first, bounds, turns, slots, self.base.key.array[slots], births, born)

    def _turns(self, clocks: Slots) -> Turn:
        """Every time that clocks run down within the planned days, in the order of their marks."""
        at = self.mark.array.reshape(-1)[clocks]
        ordinal = self.ordinal.array.reshape(-1)[clocks]
        issues = self._issues(clocks, ordinal)
        rounds: list[Turn] = []
        while clocks.size or not rounds:
            after = self._issues(clocks, ordinal + 1)
            left = self._drawn(after)
            mark = at + left * self._between_of(clocks)
            rounds.append(Turn(clocks, at, issues, ordinal + 1, mark))
            again = np.flatnonzero(mark <= self._ends[-1])
            clocks, at, issues, ordinal = clocks[again], mark[again], after[again], ordinal[again] + 1
        columns = [np.concatenate(column) for column in zip(*rounds, strict=True)]
        order = np.argsort(columns[1], kind="stable")
        return Turn(*(column[order] for column in columns))

    def _live(self, plan: Plan, ahead: int) -> None:
        """Let arise what was planned for a day, but for customers who have left since."""
        begin, end = plan.bounds[ahead], plan.bounds[ahead + 1]
        if begin == end:
            return
        turns, slots = plan.turns, plan.slots[begin:end]
        clocks, mark, ordinal = turns.clocks[begin:end], turns.mark[begin:end], turns.ordinal[begin:end]
        births = plan.births[plan.born[ahead] : plan.born[ahead + 1]]
        here = self.base.key.array[slots] == plan.customers[begin:end]
        if not here.all():
            slots, clocks, mark, ordinal = slots[here], clocks[here], mark[here], ordinal[here]
            births = [birth for birth in births if self.base.has(birth[4], birth[5])]
        self.mark.array.reshape(-1)[clocks] = mark
        self.soonest.array[slots] = np.minimum.reduce(self.mark.array[slots], axis=1)
        self.ordinal.array.reshape(-1)[clocks] = ordinal
        self.world.ask.bear(births)

    def _issues(self, clocks: Slots, ordinals: Slots) -> Keys:
        """Keys of the issues that clocks (place x width + kind) raise, by ordinal, shape (n,)."""
        slots, kinds = np.divmod(clocks, self._width)
        customers = self.base.key.array[slots]
        return streams.children(streams.children(customers, self._names[kinds]), ordinals)

    def _between_of(self, clocks: Slots) -> Array:
        slots, kinds = np.divmod(clocks, self._width)
        return np.asarray(self._between[self.base.segment.array[slots], kinds])

    @staticmethod
    def _drawn(issues: Keys) -> Array:
        """How much each clock has to run down before it raises an issue: a unit exponential."""
        return streams.exponentials(issues, _CLOCK)
