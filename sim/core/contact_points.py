"""Contact points: what customers meet besides a contact itself; each is lived through, costs, and causes issues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import numpy as np
import numpy.typing as npt
from pydantic import Field

from sim.core import streams
from sim.core.distributions import Law
from sim.core.facts import Cases
from sim.core.measures import Measure
from sim.core.units import Money, Settings, Share
from sim.core.world import World

Slots = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]
Array = npt.NDArray[np.float64]
Score = Annotated[float, Field(ge=0, le=100)]
"""How something is lived through, 0 to 100."""

_CAUSED, _DELAY, _MOMENT, _CHANNEL = (
    streams.named(f"contact point {name}") for name in ("issue", "delay", "moment", "channel")
)


class CauseSettings(Settings):
    """Issues that a contact point causes: in this share of the cases, after this delay."""

    share: Share
    delay: Law


class PointSettings(Settings):
    """One contact point: how it is lived (no trace where no score is given), what it costs, what it causes.

    cost: of each case, such as a credit or another shipment; causes: kind of issue -> how often.
    """

    score: Score | None = None
    cost: Money
    causes: dict[str, CauseSettings] = Field(default_factory=dict)


class ContactPoints:
    """The contact points of a mechanism at work: who met them, what that cost and caused.

    met, caused: cases and issues by point; spent: their cost so far.
    """

    def __init__(self, world: World, names: Sequence[str]) -> None:
        self.world = world
        self.met = dict.fromkeys(names, 0)
        self.caused = dict.fromkeys(names, 0)
        self.spent = 0.0
        self._to_raise: list[tuple[Slots, Keys, Slots, Array]] = []
        self._noted: dict[str, list[tuple[int, int, int, float]]] = {}

    def meet(  # noqa: PLR0917  # columns of the same cases
        self, name: str, point: PointSettings | None, keys: Keys, slots: Slots, customers: Keys, times: Array
    ) -> None:
        """Customers meet a contact point; those who have left since live through nothing. Issues wait to be raised.

        keys: of what went wrong or right; slots, customers: places and keys; times: seconds; all of shape (n,).
        """
        if point is None or not keys.size:
            return
        self.met[name] += int(keys.size)
        self.spent += int(keys.size) * point.cost
        self.world.tell.points_met(Cases(name, keys))
        base = self.world.base
        assert base is not None
        here = base.key.array[slots] == customers
        keys, slots, times = keys[here], slots[here], times[here]
        if point.score is not None:
            self._live_through(name, slots, point.score)
        for kind, cause in point.causes.items():
            issues = streams.children(keys, np.array([streams.named(f"{name} {kind}")], dtype=np.uint64))
            mine = streams.uniforms(issues, _CAUSED) < cause.share
            if mine.any():
                self.caused[name] += int(np.count_nonzero(mine))
                after = times[mine] + cause.delay.quantiles(streams.uniforms(issues[mine], _DELAY))
                kinds = np.full(after.size, self.world.kinds.index(kind), dtype=np.int64)
                self._to_raise.append((kinds, issues[mine], slots[mine], after))

    def _live_through(self, name: str, slots: Slots, score: float) -> None:
        """Each customer once at a time; who meets a point twice on a day lives through it twice."""
        while slots.size:
            once, first = np.unique(slots, return_index=True)
            self.world.ask.live_through(name, once, np.full(once.size, score))
            slots = np.delete(slots, first)

    def raise_issues(self) -> None:
        """Raise all issues that contact points have caused since the last time, in one go."""
        if not self._to_raise:
            return
        world, ask = self.world, self.world.ask
        assert world.base is not None
        kinds, keys, slots, after = (np.concatenate(column) for column in zip(*self._to_raise, strict=True))
        self._to_raise = []
        channels = ask.choose(kinds, world.base.segment.array[slots], streams.uniforms(keys, _CHANNEL))
        names, moments = list(world.channels), (keys ^ np.uint64(_MOMENT)).tolist()
        times = [
            ask.moment_after(names[channel], time, moment)
            for channel, time, moment in zip(channels.tolist(), after.tolist(), moments, strict=True)
        ]
        ask.raise_issues(kinds, channels, keys, slots, np.array(times))

    def note(self, name: str, key: int, slot: int, customer: int) -> None:
        """Note that a customer meets a contact point now; it is lived through at the next midnight."""
        if name in self.met and slot >= 0:
            self._noted.setdefault(name, []).append((key, slot, customer, self.world.env.now))

    def live_through_noted(self, points: Mapping[str, PointSettings]) -> float:
        """Let what was noted be lived through, and raise what it causes; returns what it costs."""
        for name, noted in self._noted.items():
            keys, slots, customers, times = zip(*noted, strict=True)
            who = np.array(keys, dtype=np.uint64), np.array(slots), np.array(customers, dtype=np.uint64)
            # an issue that follows at once still comes after this midnight
            self.meet(name, points.get(name), *who, np.maximum(np.array(times), self.world.env.now))
        self._noted = {}
        self.raise_issues()
        spent, self.spent = self.spent, 0.0
        return spent

    def counts(self) -> dict[str, float]:
        """Cases by point, and the issues that they caused."""
        return {
            **{f"points.{name}": count for name, count in self.met.items()},
            **{f"points.{name}.issues": count for name, count in self.caused.items()},
        }


def measures_of(points: Mapping[str, PointSettings], satisfaction: bool) -> list[Measure]:
    """How often each point is met a customer-year, and how far a case of it moves satisfaction."""
    found = [
        Measure(
            f"point.{name}", f"{name.replace('_', ' ')} met", "a customer-year", f"points.{name}", "customers.years",
            meaning="cases of this contact point, over customer-years",
        )
        for name in points
    ]  # fmt: skip
    if satisfaction:
        found += [
            Measure(
                f"moved.{name}", f"moved by {name.replace('_', ' ')}", "points a case", f"episodes.{name}.moved",
                f"episodes.{name}",
                meaning="change of satisfaction at the moment, over customers who lived through this contact point",
            )
            for name, point in points.items()
            if point.score is not None
        ]  # fmt: skip
    return found
