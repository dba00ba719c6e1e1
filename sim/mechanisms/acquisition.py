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
        self.left = self.base.column(np.float64)
        self.ordinal = self.base.column(np.int64)
        self._adverts = PointProcess(streams.child(world.root, streams.named("advertising")))
        self.advertised = self.referred = 0
        self.spent = 0.0

    def on_customers_joined(self, slots: Slots) -> None:
        """Start the clocks after which customers bring somebody."""
        self._wind(slots)

    def _wind(self, slots: Slots) -> None:
        keys = streams.children(streams.children(self.base.key.array[slots], _REFERRAL), self.ordinal.array[slots])
        self.left.array[slots] += -elementary.log_array(streams.uniforms(keys, _CLOCK))

    def on_day_began(self, _: Day) -> None:
        """Let the newcomers of the day join, and pay for them."""
        market = self.settings.market
        room = 1.0 if market is None else max(1.0 - len(self.base) / market, 0.0)
        joined = self._by_advertising(room) + self._by_referral(room)
        cost = joined * self.settings.joining_cost
        if self.settings.advertising is not None:
            cost += self.settings.advertising.spend * DAY
        if cost:
            self.spent += cost
            self.world.tell.paid(Posting("acquisition", -cost, "prices"))

    def _by_advertising(self, room: float) -> int:
        adverts = self.settings.advertising
        if adverts is None:
            return 0
        rate = newcomers_by_spend(adverts.newcomers, adverts.spend, adverts.reference_spend, adverts.elasticity)
        mass = self._adverts.passed + rate * DAY * room
        _, keys = self._adverts.points_up_to(mass)
        self._adverts.passed = mass
        if keys.size:
            shares = np.cumsum([self.settings.mix.get(segment, 0.0) for segment in self.base.segments])
            segments = np.searchsorted(shares, streams.uniforms(keys, _SEGMENT) * shares[-1], side="right")
            self.world.ask.add_customers(keys, segments.astype(np.int64))
            self.advertised += int(keys.size)
        return int(keys.size)

    def _by_referral(self, room: float) -> int:
        referral = self.settings.referral
        if referral is None:
            return 0
        base, size = self.base, self.base.size
        speaks = base.active.array[:size]
        satisfaction = self.world.ask.satisfaction()
        if satisfaction is not None:
            speaks = speaks & (satisfaction >= referral.from_satisfaction)
        left = self.left.array[:size]
        left -= np.where(speaks, referral.rate * DAY * room, 0.0)
        due = np.flatnonzero((left <= 0.0) & speaks)
        if due.size:
            keys = streams.children(streams.children(base.key.array[due], _REFERRAL), self.ordinal.array[due])
            self.ordinal.array[due] += 1
            self._wind(due)
            self.world.ask.add_customers(keys, base.segment.array[due])
            self.referred += int(due.size)
        return int(due.size)

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
