"""Acquisition: newcomers by advertising, with diminishing returns, and by referral from satisfied customers."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from sim.core import elementary, streams
from sim.core.calendar import Day
from sim.core.entities import Base
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


class ReferralSettings(Settings):
    """A customer whose satisfaction is above ``from_satisfaction`` brings newcomers at this rate."""

    rate: Rate
    from_satisfaction: float = Field(ge=0, le=100)


class AcquisitionSettings(Settings):
    """How newcomers come; mix: their segments when they come by advertising; market: customers there can be."""

    mix: dict[str, Share]
    advertising: AdvertisingSettings | None = None
    referral: ReferralSettings | None = None
    joining_cost: Money
    market: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _mix_sums_to_one(self) -> AcquisitionSettings:
        total = sum(self.mix.values())
        if abs(total - 1.0) > 1e-6:
            raise ValueError(f"the mix of segments adds up to {100 * total:g} %, not to 100 %")
        return self


Slots = npt.NDArray[np.int64]
Newcomers = tuple[npt.NDArray[np.uint64], Slots]
"""Keys and segments of newcomers, shape (n,) each."""

_NOBODY: Newcomers = (np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int64))
_REFERRAL = np.array([streams.named("referral")], dtype=np.uint64)
_CLOCK = streams.named("referral clock")
_SEGMENT = streams.named("segment of a newcomer")


def newcomers_by_spend(newcomers: float, spend: float, reference: float, elasticity: float) -> float:
    """Newcomers per second at a spend: diminishing returns with a constant elasticity."""
    return newcomers * elementary.power(spend / reference, elasticity)


class Acquisition(Mechanism[AcquisitionSettings]):
    """Newcomers: each belongs to an ordinal of the advertising, or to the customer who spoke for the firm."""

    def __init__(self, world: World, settings: AcquisitionSettings) -> None:
        super().__init__(world, settings)
        assert world.base is not None
        self.base: Base = world.base
        self.left = self.base.column(np.float64, np.inf)
        self.ordinal = self.base.column(np.int64)
        self._adverts = PointProcess(streams.child(world.root, streams.named("advertising")))
        self.advertised = self.referred = 0
        self.spent = 0.0

    def adopted(self) -> None:
        """The cumulated mix of segments."""
        self._shares = np.cumsum([self.settings.mix.get(segment, 0.0) for segment in self.base.segments])

    def on_customers_joined(self, slots: Slots) -> None:
        """Start the clocks after which customers bring somebody."""
        self.left.array[slots] = self._clocks(slots)

    def _keys(self, slots: Slots) -> npt.NDArray[np.uint64]:
        """Keys of the newcomers whom these customers will bring next."""
        return streams.children(streams.children(self.base.key.array[slots], _REFERRAL), self.ordinal.array[slots])

    def _clocks(self, slots: Slots) -> npt.NDArray[np.float64]:
        return -elementary.log_array(streams.uniforms(self._keys(slots), _CLOCK))

    def on_day_began(self, _: Day) -> None:
        """Let the newcomers of the day join, and pay for them."""
        market = self.settings.market
        room = 1.0 if market is None else max(1.0 - len(self.base) / market, 0.0)
        joined = self._join(self._by_advertising(room), self._by_referral(room))
        cost = joined * self.settings.joining_cost
        if self.settings.advertising is not None:
            cost += self.settings.advertising.spend * DAY
        if cost:
            self.spent += cost
            self.world.tell.paid(Posting("acquisition", -cost, "prices"))

    def _join(self, advertised: Newcomers, referred: Newcomers) -> int:
        keys = np.concatenate((advertised[0], referred[0]))
        if keys.size:
            self.world.ask.add_customers(keys, np.concatenate((advertised[1], referred[1])))
            self.advertised += int(advertised[0].size)
            self.referred += int(referred[0].size)
        return int(keys.size)

    def _by_advertising(self, room: float) -> Newcomers:
        adverts = self.settings.advertising
        if adverts is None:
            return _NOBODY
        rate = newcomers_by_spend(adverts.newcomers, adverts.spend, adverts.reference_spend, adverts.elasticity)
        mass = self._adverts.passed + rate * DAY * room
        _, keys = self._adverts.points_up_to(mass)
        self._adverts.passed = mass
        shares = self._shares
        return keys, np.searchsorted(shares, streams.uniforms(keys, _SEGMENT) * shares[-1], side="right")

    def _by_referral(self, room: float) -> Newcomers:
        referral = self.settings.referral
        if referral is None:
            return _NOBODY
        base, size = self.base, self.base.size
        satisfaction = self.world.ask.satisfaction()
        left, step = self.left.array[:size], referral.rate * DAY * room
        left -= step if satisfaction is None else (satisfaction >= referral.from_satisfaction) * step
        due = np.flatnonzero(left <= 0.0)
        if not due.size:
            return _NOBODY
        keys = self._keys(due)
        self.ordinal.array[due] += 1
        left[due] += self._clocks(due)
        return keys, base.segment.array[due]

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
                "lower", outcome=True, meaning="advertising and joining cost, over newcomers, in prices of the start",
            ),
            Measure(
                "referral_share", "newcomers by referral", "%", "newcomers.referral", "newcomers", 100.0, "higher",
                meaning="newcomers brought by customers, over newcomers",
            ),
        ]  # fmt: skip
