"""Acquisition: newcomers by advertising, with diminishing returns, and by referral from satisfied customers."""

from __future__ import annotations

from bisect import bisect_right
from heapq import heappop, heappush
from itertools import accumulate
from math import sqrt
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from sim.core import elementary, streams
from sim.core.calendar import Day
from sim.core.elementary import added
from sim.core.entities import ORIGINS, Base
from sim.core.facts import Posting
from sim.core.measures import Measure
from sim.core.points import PointProcess
from sim.core.units import DAY, Money, MoneyRate, Rate, Settings, Share
from sim.core.world import Mechanism, World


class AdvertisingSettings(Settings):
    """Newcomers from spend: newcomers x (spend / reference_spend)^elasticity."""

    spend: MoneyRate
    reference_spend: MoneyRate = Field(gt=0)
    newcomers: Rate
    elasticity: Share


class RewardSettings(Settings):
    """A reward for each newcomer brought: the rate of referral x (1 + lift x sqrt(amount / reference))."""

    amount: Money
    reference: Money = Field(gt=0)
    lift: float = Field(ge=0, le=5)


class ReferralSettings(Settings):
    """A customer whose satisfaction is at least ``from_satisfaction`` brings newcomers at this rate."""

    rate: Rate
    from_satisfaction: float = Field(ge=0, le=100)
    reward: RewardSettings | None = None


class WarningSettings(Settings):
    """Customers below this satisfaction warn others off: newcomers x exp(-strength x their share of the base)."""

    below_satisfaction: float = Field(ge=0, le=100)
    strength: float = Field(ge=0, le=20)


class AskingSettings(Settings):
    """What the fee that newcomers are asked for does: newcomers x (fee / fee at the start)^-elasticity."""

    elasticity: float = Field(ge=0, le=10)


class AcquisitionSettings(Settings):
    """How newcomers come; mix: their segments when they come by advertising; market: customers there can be.

    price: how a fee above or below that of the start, relative to competitors', keeps them away or draws them.
    """

    mix: dict[str, Share]
    advertising: AdvertisingSettings | None = None
    referral: ReferralSettings | None = None
    warning: WarningSettings | None = None
    price: AskingSettings | None = None
    joining_cost: Money
    market: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _mix_sums_to_one(self) -> AcquisitionSettings:
        total = added(self.mix.values())
        if abs(total - 1.0) > 1e-6:
            raise ValueError(f"the mix of segments adds up to {100 * total:.12g} %, not to 100 %")
        return self


Slots = npt.NDArray[np.int64]
Newcomers = list[tuple[int, int]]
"""Key and segment of each newcomer."""

_ORIGINS = np.array([ORIGINS.index("advertising"), ORIGINS.index("referral")], dtype=np.int8)
_REFERRAL = streams.named("referral")
_FIRST_OCCASION = streams.named("first occasion to refer")
_NEXT_OCCASION = streams.named("next occasion to refer")
_SEGMENT = streams.named("segment of a newcomer")
_AHEAD = 7
"""Days for which the base is searched in one go for occasions to refer."""


def newcomers_by_spend(newcomers: float, spend: float, reference: float, elasticity: float) -> float:
    """Newcomers per second at a spend: diminishing returns with a constant elasticity."""
    return newcomers * elementary.power(spend / reference, elasticity)


def referral_rate(rate: float, amount: float, reference: float, lift: float) -> float:
    """Rate of referral with a reward: more for more, and less so the more it is already."""
    return rate * (1.0 + lift * sqrt(amount / reference))


def drawn_by_price(ratio: float, elasticity: float) -> float:
    """Newcomers at a price over those at the price of the start; ratio: the one over the other."""
    return elementary.power(ratio, -elasticity) if ratio > 0.0 else 1.0


def put_off(strength: float, share: float) -> float:
    """Share of newcomers who come although a share of the base warns them off."""
    return elementary.exp(-strength * share)


class Acquisition(Mechanism[AcquisitionSettings]):
    """Newcomers: each belongs to an ordinal of the advertising, or to the customer who spoke for the firm.

    Occasions on which a customer may refer are a Poisson process. The marks of the next ones are kept on a scale that
    all share: the cumulated rate of referral so far. A changed rate makes the scale run faster and moves no mark.
    """

    def __init__(self, world: World, settings: AcquisitionSettings) -> None:
        super().__init__(world, settings)
        assert world.base is not None
        self.base: Base = world.base
        self.mark = self.base.column(np.float64, np.inf)
        self.ordinal = self.base.column(np.int32)
        self._passed = self._searched = 0.0
        self._occasions: list[tuple[float, int]] = []
        self._adverts = PointProcess(streams.child(world.root, streams.named("advertising")))
        self.advertised = self.referred = 0
        self.spent = self._warning = 0.0

    def adopted(self) -> None:
        """The cumulated mix of segments, and what advertising brings and costs in a day."""
        settings, adverts = self.settings, self.settings.advertising
        referral = settings.referral
        reward = referral.reward if referral is not None else None
        self._rate = referral.rate if referral is not None else 0.0
        self._reward = reward.amount if reward is not None else 0.0
        if reward is not None:
            self._rate = referral_rate(self._rate, reward.amount, reward.reference, reward.lift)
        self._shares = list(accumulate(settings.mix.get(segment, 0.0) for segment in self.base.segments))
        self._mixed = self._shares[-1]
        self._advertise = self._adverts_cost = 0.0
        if adverts is not None:
            self._adverts_cost = adverts.spend * DAY
            self._advertise = DAY * newcomers_by_spend(
                adverts.newcomers, adverts.spend, adverts.reference_spend, adverts.elasticity
            )

    def on_customers_joined(self, slots: Slots) -> None:
        """Note when newcomers first have occasion to refer."""
        marks = self._passed + streams.exponentials(self.base.key.array[slots], _FIRST_OCCASION)
        self.mark.array[slots] = marks
        for occasion in zip(marks.tolist(), slots.tolist(), strict=True):
            if occasion[0] <= self._searched:
                heappush(self._occasions, occasion)

    def on_day_began(self, day: Day) -> None:
        """Let the newcomers of the day join, and pay for them."""
        market, warning = self.settings.market, self.settings.warning
        room = 1.0 if market is None else max(1.0 - len(self.base) / market, 0.0)
        if warning is not None:
            if day.index % _AHEAD == 0:
                self._warning = self._share_below(warning.below_satisfaction)
            room *= put_off(warning.strength, self._warning)
        if self.settings.price is not None:
            room *= self._drawn_by_price(self.settings.price.elasticity)
        advertised, referred = self._by_advertising(room), self._by_referral(room)
        joined = self._join(advertised, referred)
        cost = joined * self.settings.joining_cost + self._adverts_cost + len(referred) * self._reward
        if cost:
            self.spent += cost
            self.world.tell.paid(Posting("acquisition", -cost, "prices"))

    def _satisfaction(self) -> npt.NDArray[np.float64] | None:
        """With which satisfaction customers speak of the firm, at all places of the base."""
        return self.world.ask.satisfaction()

    def _drawn_by_price(self, elasticity: float) -> float:
        """What the price asked for today does to newcomers in all; more come from segments that are asked less."""
        ratios, mix = self.world.ask.price_offered(), self.settings.mix
        if ratios is None:
            return 1.0
        drawn = zip(self.base.segments, ratios.tolist(), strict=True)
        shares = [mix.get(segment, 0.0) * drawn_by_price(ratio, elasticity) for segment, ratio in drawn]
        self._shares = list(accumulate(shares))
        return self._shares[-1] / self._mixed

    def _share_below(self, satisfaction: float) -> float:
        """Share of the customers whose satisfaction is below a level; looked at once a week."""
        levels, count = self._satisfaction(), len(self.base)
        if levels is None or not count:
            return 0.0
        vacant = self.base.size - count if satisfaction > 0.0 else 0  # a vacant place stands at 0
        return (int(np.count_nonzero(levels < satisfaction)) - vacant) / count

    def _join(self, advertised: Newcomers, referred: Newcomers) -> int:
        newcomers = advertised + referred
        if newcomers:
            keys, segments = zip(*newcomers, strict=True)
            origins = np.repeat(_ORIGINS, (len(advertised), len(referred)))
            self.world.ask.add_customers(np.array(keys, dtype=np.uint64), np.array(segments, dtype=np.int64), origins)
            self.advertised += len(advertised)
            self.referred += len(referred)
        return len(newcomers)

    def _by_advertising(self, room: float) -> Newcomers:
        adverts, shares = self._adverts, self._shares
        adverts.passed += self._advertise * room
        _, keys = adverts.points_up_to(adverts.passed)
        return [(key, bisect_right(shares, streams.uniform(key, _SEGMENT) * shares[-1])) for key in keys.tolist()]

    def _by_referral(self, room: float) -> Newcomers:
        """Newcomers whom customers bring who have occasion to refer today and are satisfied."""
        referral = self.settings.referral
        if referral is None:
            return []
        self._passed += self._rate * DAY * room
        if self._passed > self._searched:
            self._look_ahead()
        satisfaction = self._satisfaction()
        found = []
        for slot, key in self._occasions_of_today():
            if satisfaction is None or satisfaction.item(slot) >= referral.from_satisfaction:
                found.append((key, self.base.segment.view[slot]))
        return found

    def _look_ahead(self) -> None:
        """Find the occasions of the next days; where the rate rises they come sooner, and the next search does."""
        self._searched = self._passed + (_AHEAD - 1) * self._rate * DAY
        marks = self.mark.array[: self.base.size]
        soon = (marks <= self._searched).nonzero()[0]
        self._occasions = sorted(zip(marks[soon].tolist(), soon.tolist(), strict=True))  # sorted is a heap

    def _occasions_of_today(self) -> list[tuple[int, int]]:
        """Places of customers with occasion to refer and keys of whom they would bring; the next occasions follow."""
        waiting, found = self._occasions, []
        while waiting and waiting[0][0] <= self._passed:
            mark, slot = heappop(waiting)
            if self.mark.view[slot] != mark:  # the customer has left since
                continue
            ordinal = self.ordinal.view[slot]
            key = streams.child(streams.child(self.base.key.view[slot], _REFERRAL), ordinal)
            self.ordinal.view[slot] = ordinal + 1
            self.mark.view[slot] = after = mark + streams.exponential(key, _NEXT_OCCASION)
            if after <= self._searched:
                heappush(waiting, (after, slot))
            found.append((slot, key))
        return found

    def counts(self) -> dict[str, float]:
        """Newcomers by how they came, and what was spent on them (in prices of the start)."""
        return {
            "newcomers": self.advertised + self.referred,
            "newcomers.advertising": self.advertised,
            "newcomers.referral": self.referred,
            "acquisition.spent": self.spent,
        }

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """Cost of a newcomer, share of referrals."""
        return [
            Measure(
                "cost_per_newcomer", "cost of a newcomer", scenario.currency, "acquisition.spent", "newcomers", 1.0,
                "lower", outcome=True,
                meaning="advertising, rewards and joining cost, over newcomers, in prices of the start",
            ),
            Measure(
                "referral_share", "newcomers by referral", "%", "newcomers.referral", "newcomers", 100.0, "higher",
                meaning="newcomers brought by customers, over newcomers",
            ),
        ]  # fmt: skip
