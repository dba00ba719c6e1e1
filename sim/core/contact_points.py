"""Contact points: what customers meet besides a contact itself; each is lived through, costs, and causes issues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field

from sim.core import streams
from sim.core.distributions import Law
from sim.core.entities import Birth
from sim.core.facts import Cases
from sim.core.measures import Measure
from sim.core.reactions import caused
from sim.core.units import Money, Settings, Share
from sim.core.world import World

Case = tuple[int, int, int, float]
"""Who met a contact point: the key of what went wrong or right, the customer's place and key, the time."""
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
        self._to_raise: list[Birth] = []
        self._noted: dict[str, list[tuple[int, int, int]]] = {}

    def meet(self, name: str, point: PointSettings | None, cases: Sequence[Case]) -> None:
        """Customers meet a contact point; those who have left since live through nothing. Issues wait to be raised."""
        if point is None or not cases:
            return
        self.met[name] += len(cases)
        self.spent += len(cases) * point.cost
        self.world.tell.points_met(Cases(name, [case[0] for case in cases]))
        base = self.world.base
        assert base is not None
        here = [case for case in cases if base.has(case[1], case[2])]
        if point.score is not None and here:
            self.world.ask.live_through(name, [slot for _, slot, _, _ in here], [point.score] * len(here))
        for kind, cause in point.causes.items():
            self._cause(name, kind, cause, here)

    def _cause(self, name: str, kind: str, cause: CauseSettings, cases: Sequence[Case]) -> None:
        """Issues of a kind that follow from cases of a point."""
        child = streams.named(f"{name} {kind}")
        for key, slot, _, time in cases:
            issue = streams.child(key, child)
            if streams.uniform(issue, _CAUSED) < cause.share:
                self.caused[name] += 1
                after = time + cause.delay.quantile(streams.uniform(issue, _DELAY))
                self._to_raise.append(caused(self.world, kind, issue, slot, after, _CHANNEL, _MOMENT))

    def raise_issues(self) -> None:
        """Raise all issues that contact points have caused since the last time, in one go."""
        if self._to_raise:
            self.world.ask.bear(self._to_raise)
            self._to_raise = []

    def note(self, name: str, key: int, slot: int, customer: int) -> None:
        """Note that a customer meets a contact point now; it is lived through at the next midnight."""
        if name in self.met and slot >= 0:
            self._noted.setdefault(name, []).append((key, slot, customer))

    def live_through_noted(self, points: Mapping[str, PointSettings]) -> float:
        """Let what was noted be lived through, and raise what it causes; returns what it costs."""
        for name, noted in self._noted.items():
            # an issue that follows at once still comes after this midnight
            self.meet(name, points.get(name), [(*who, self.world.env.now) for who in noted])
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
