"""Policies: named, dated sets of changes to settings, with their cost; the only thing that acts from outside.

A policy changes settings that a scenario could hold, and nothing else: it never writes a state, a probability or
an outcome. On its date the changed settings replace those in force; a ramp does it in weekly steps. A policy with a
watch acts only while a measure is bad, as far as management sees it (see ``core/watches.py``).
"""

from __future__ import annotations

import math
from typing import Any

from pydantic import Field, JsonValue, model_validator

from sim.core.calendar import Calendar, Day
from sim.core.elementary import added
from sim.core.facts import Posting
from sim.core.measures import Measure
from sim.core.units import DAY, WEEK, Date, Duration, Money, MoneyRate, Settings
from sim.core.watches import Watch, WatchSettings
from sim.core.world import Mechanism, World


class Change(Settings):
    """One setting changed: ``to`` a value, by an amount to ``add``, or by a factor to ``multiply``.

    from: the day it begins, the end of the warm-up where none is given; until: the day on which it is taken
    back; ramp: the time over which a number moves from the old to the new value.
    """

    to: JsonValue = None
    add: str | int | float | None = None
    multiply: float | None = Field(default=None, ge=0)
    from_: Date | None = Field(default=None, alias="from")
    until: Date | None = None
    ramp: Duration = 0.0

    @model_validator(mode="after")
    def _one_way(self) -> Change:
        if added(way is not None for way in (self.to, self.add, self.multiply)) != 1:
            raise ValueError("needs exactly one of to, add and multiply")
        if self.from_ and self.until and self.until <= self.from_:
            raise ValueError("ends before it begins")
        return self


class Costs(Settings):
    """What a policy costs besides what its changes cost by themselves."""

    one_off: Money = 0.0
    running: MoneyRate = 0.0


class PolicySettings(Settings):
    """A named policy.

    when: it acts only from when a measure is bad until it is good again, each time that happens once the counting has
    begun.
    """

    title: str = Field(min_length=1, max_length=200)
    when: WatchSettings | None = None
    changes: dict[str, Change] = Field(default_factory=dict)
    costs: Costs = Costs()


class PolicyProblem(Exception):  # noqa: N818  # read as a statement in messages
    """A policy that does not fit the scenario: the path of its change, what is wrong, and names that would fit."""

    def __init__(self, path: str, message: str, candidates: tuple[str, ...] = ()) -> None:
        super().__init__(f"{path} {message}")
        self.path = path
        self.message = message
        self.candidates = candidates


def strength(change: Change, day: int, first_day: int, calendar: Calendar, since: int | None = None) -> float:
    """Share of a change that is in force on a day (index): 0 before it begins, rising in weekly steps over its ramp.

    since: the day on which its policy was triggered, before which it cannot begin, where it waits for that.
    """
    begins = calendar.index_of(change.from_) if change.from_ else first_day
    if since is not None and since > begins:
        begins = since
    if day < begins or (change.until is not None and day >= calendar.index_of(change.until)):
        return 0.0
    weeks = math.ceil(change.ramp / WEEK)
    return 1.0 if weeks == 0 else min(((day - begins) // 7 + 1) / weeks, 1.0)


def setting_at(plain: Any, path: str) -> Any:
    """The value at a dotted path of plain settings, into lists by number; raises PolicyProblem where there is none."""
    place = plain
    walked = ""
    for part in path.split("."):
        if isinstance(place, list) and part.isdecimal() and int(part) < len(place):
            place, walked = place[int(part)], f"{walked}{part}."
            continue
        if not isinstance(place, dict) or part not in place:
            names = tuple(f"{walked}{name}" for name in place) if isinstance(place, dict) else ()
            raise PolicyProblem(path, "is no setting of the scenario", names)
        place = place[part]
        walked += f"{part}."
    return place


def changed_value(path: str, old: Any, change: Change, share: float, read: Any) -> Any:
    """A setting with a share of a change in force.

    read: turns a text with its unit into the value of the setting at the path. A number moves by the share; any
    other value is replaced as soon as the share is not 0.
    """
    if change.to is not None:
        target = read(path, change.to)
        if share < 1.0 and _is_number(old) and _is_number(target):
            return _like(old, old + share * (target - old))
        return target
    if not _is_number(old):
        raise PolicyProblem(path, "is no number: say what to set it to with 'to'")
    if change.multiply is not None:
        return _like(old, old * (1.0 + share * (change.multiply - 1.0)))
    amount = change.add if change.add is not None else 0
    step = read(path, amount) if isinstance(amount, str) else amount
    return _like(old, old + share * step)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _like(old: Any, new: float) -> Any:
    return round(new) if isinstance(old, int) and math.isfinite(new) else new


def put_at(plain: dict[str, Any], path: str, value: Any) -> None:
    """Set the value at a dotted path."""
    above, _, last = path.rpartition(".")
    place: Any = setting_at(plain, above) if above else plain
    place[int(last) if isinstance(place, list) else last] = value


class Interventions(Mechanism[dict[str, PolicySettings]]):
    """The policies of a run: replaces the settings in force on the days when a policy changes them."""

    def __init__(self, world: World, settings: dict[str, PolicySettings]) -> None:
        super().__init__(world, settings)
        self._in_force: tuple[float, ...] = ()
        self._charged: set[str] = set()
        self._watches: dict[str, Watch] = {}
        self._times: dict[str, int] = {}
        self._days: dict[str, int] = {}

    def begin(self) -> None:
        """Begin to watch what policies go by."""
        for name, policy in self.settings.items():
            if policy.when is not None:
                read, factor = self.world.watch(policy.when.measure)
                self._watches[name] = Watch(policy.when, read, factor)
                self._times[name] = self._days[name] = 0

    def on_day_began(self, day: Day) -> None:
        """Put into force what begins, ramps or ends today, and pay for the policies."""
        for name, watch in self._watches.items():
            self._look(name, watch, day)
        shares = {name: self._shares(name, policy, day) for name, policy in self.settings.items()}
        in_force = tuple(share for found in shares.values() for share in found)
        if in_force != self._in_force and (any(in_force) or any(self._in_force)):
            changes = [one for policy in self.settings.values() for one in policy.changes.items()]
            self.world.adopt([(*change, share) for change, share in zip(changes, in_force, strict=True)])
        self._in_force = in_force
        for name, policy in self.settings.items():
            waits = name in self._watches and self._watches[name].since is None
            if not waits and (
                any(shares[name]) or not (policy.changes or day.index < self.world.calendar.first_counted)
            ):
                self._charge(name, policy)

    def _look(self, name: str, watch: Watch, day: Day) -> None:
        """Look at the measure of a policy; count the days on which it acts, and how often it has been triggered."""
        before = watch.since
        watch.look(day.index, day.counted >= 0)
        self._days[name] += watch.since is not None
        if before is None and watch.since is not None:
            self._times[name] += 1
            self._charged.discard(name)

    def _shares(self, name: str, policy: PolicySettings, day: Day) -> list[float]:
        """Shares of the changes of a policy that are in force today."""
        calendar, since = self.world.calendar, None
        if name in self._watches:
            since = self._watches[name].since
            if since is None:
                return [0.0] * len(policy.changes)
        return [
            strength(change, day.index, calendar.first_counted, calendar, since) for change in policy.changes.values()
        ]

    def _charge(self, name: str, policy: PolicySettings) -> None:
        """The one-off cost when a policy begins, the running cost while any of its changes is in force."""
        cost = policy.costs.running * DAY
        if name not in self._charged:
            self._charged.add(name)
            cost += policy.costs.one_off
        if cost:
            self.world.tell.paid(Posting("policies", -cost, "prices"))

    def counts(self) -> dict[str, float]:
        """Days on which policies with a watch acted, and how often they were triggered."""
        days = {f"policies.{name}.days": count for name, count in self._days.items()}
        return {**days, **{f"policies.{name}.times": count for name, count in self._times.items()}}

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """How much of the time, and how often, policies with a watch acted."""
        return [
            measure
            for name, policy in scenario.policies.items()
            if policy.when is not None
            for measure in (
                Measure(
                    f"in_force.{name}", f"in force: {policy.title}", "%", f"policies.{name}.days", "days", 100.0,
                    meaning="days on which the policy acted because of what it watches, over all days", of_policy=True,
                ),
                Measure(
                    f"triggered.{name}", f"triggered: {policy.title}", "times a year", f"policies.{name}.times",
                    "years", meaning="how often what it watches made the policy act", of_policy=True,
                ),
            )
        ]  # fmt: skip
