"""Price: the fee of each segment, met at renewal, the reference price, and the contacts that a rise causes."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import Field, field_validator

from sim.core import elementary, streams
from sim.core.calendar import Day
from sim.core.distributions import Law
from sim.core.entities import Base
from sim.core.facts import CustomerPayments, Posting
from sim.core.measures import Measure
from sim.core.units import DAY, MONTH, Duration, MoneyRate, Settings, Share
from sim.core.world import Mechanism, World


class ReactionSettings(Settings):
    """Issues that a rise causes when a customer first pays it: this share of customers per 10 % of rise."""

    share_per_10_percent: Share
    delay: Law


class PricingSettings(Settings):
    """Fees by segment, paid in advance at each renewal.

    renewal: days between renewals (a whole number of days). adaptation: time constant with which the reference
    price follows the price paid. reactions: kind of issue -> how a rise causes it.
    """

    fee: dict[str, MoneyRate]
    renewal: Duration = Field(gt=0)
    adaptation: Duration = Field(gt=0)
    reactions: dict[str, ReactionSettings] = Field(default_factory=dict)

    @field_validator("renewal")
    @classmethod
    def _whole_days(cls, value: float) -> float:
        if value % DAY:
            raise ValueError("must be a whole number of days")
        return value


Slots = npt.NDArray[np.int64]
_NEVER = (1 << 31) - 1
_PHASE = streams.named("renewal phase")
_REACTION = streams.named("price reaction")
_REACTION_DELAY = streams.named("price reaction delay")
_REACTION_MOMENT = streams.named("price reaction moment")
_REACTION_CHANNEL = streams.named("price reaction channel")


def above(price: npt.NDArray[np.float64], reference: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """How far prices are above others, relative to them; 0 where the other is 0."""
    ratio = np.divide(price, reference, out=np.ones_like(price), where=reference > 0.0)
    ratio -= 1.0
    return ratio


class Pricing(Mechanism[PricingSettings]):
    """Renewals: each customer pays in advance, at the fee in force, and notices a rise.

    The reference price moves every day, but the price only at a renewal and nobody asks in between: so the reference is
    worked out at each renewal, for all the time since the last.
    """

    answers = ("price_gap",)

    def __init__(self, world: World, settings: PricingSettings) -> None:
        super().__init__(world, settings)
        assert world.base is not None
        self.base: Base = world.base
        self.price = self.base.column(np.float64)
        self.reference = self.base.column(np.float64)
        self.due = self.base.column(np.int32, _NEVER)
        self.rises = self.base.column(np.int64)
        self._fee = np.empty(0)
        self._turns: dict[int, list[tuple[float, Slots]]] = {}
        self._today, self._met_by_all = 0, -1
        self._followed = 0.0
        self._began = self._ever_changed = False
        self.fees = 0.0
        self.payments = self.risen = 0

    def adopted(self) -> None:
        """Fees by segment; a changed one is met by all with the last of the turns that are now noted."""
        fee = np.array([self.settings.fee.get(segment, 0.0) for segment in self.base.segments])
        if self.base.size and fee.tolist() != self._fee.tolist():
            self._ever_changed = True
            self._met_by_all = max(self._turns, default=-1)
        self._fee = fee
        self._days = round(self.settings.renewal / DAY)

    def on_customers_joined(self, slots: Slots) -> None:
        """Newcomers pay at once and take the price as their reference; those there at the start have their turn."""
        fees = self._fee[self.base.segment.array[slots]]
        self.price.array[slots] = fees
        self.reference.array[slots] = fees
        if self._began:
            self._come_back(slots)
            self._pay(slots)
        else:
            phases = streams.uniforms(self.base.key.array[slots], _PHASE) * self._days
            self.due.array[slots] = phases.astype(np.int32)
            for day in range(self._days):
                turn = slots[self.due.array[slots] == day]
                self._turns.setdefault(day, []).append((0.0, turn))

    def _come_back(self, slots: Slots) -> None:
        """Note whose turn it is again after a renewal period."""
        day = self._today + self._days
        self.due.array[slots] = day
        self._turns.setdefault(day, []).append((self._followed, slots))

    def on_day_began(self, day: Day) -> None:
        """Renew those whose turn it is: they stay or leave, and pay."""
        self._today = day.index
        self._began = True
        self._followed += DAY / self.settings.adaptation
        turns = [self._whose_turn(since, slots) for since, slots in self._turns.pop(day.index, ())]
        if turns and (due := np.concatenate(turns)).size:
            self._renew(due)

    def _whose_turn(self, since: float, slots: Slots) -> Slots:
        """Those noted for today who are still there, with their reference price of today.

        since: time passed when they were noted, in time constants of the reference price.
        """
        due: Slots = slots[self.due.array[slots] == self._today]
        if self._ever_changed:  # until a price changes every reference is the price
            price = self.price.array[due]
            reference = self.reference.array[due] - price
            reference *= elementary.exp(since - self._followed)
            reference += price
            self.reference.array[due] = reference
        return due

    def _renew(self, due: Slots) -> None:
        rise = self._meet_the_fee(due) if self._today <= self._met_by_all else None
        self.world.tell.customers_renewed(due)
        staying = self.base.active.array[due]
        stayers = due[staying]
        self._come_back(stayers)
        self._pay(stayers)
        if rise is not None and (risen := rise[staying] > 1e-12).any():
            self._react(stayers[risen], rise[staying][risen])

    def _meet_the_fee(self, slots: Slots) -> npt.NDArray[np.float64]:
        """Put the fee in force for those who renew; returns how far it is above the price before, relative to it."""
        before = self.price.array[slots]
        fee = self._fee[self.base.segment.array[slots]]
        self.price.array[slots] = fee
        return above(fee, before)

    def _pay(self, slots: Slots) -> None:
        if slots.size:
            amounts = self.price.array[slots] * self.settings.renewal
            total = float(amounts.cumsum()[-1])
            self.fees += total
            self.payments += int(slots.size)
            if total:
                self.world.tell.paid(Posting("fees", total, "none"))
                self.world.tell.customers_paid(CustomerPayments(slots, amounts))

    def _react(self, slots: Slots, rise: npt.NDArray[np.float64]) -> None:
        base = self.base
        self.risen += int(slots.size)
        for kind, reaction in self.settings.reactions.items():
            name = np.array([streams.named(f"reaction {kind}")], dtype=np.uint64)
            issues = streams.children(streams.children(base.key.array[slots], name), self.rises.array[slots])
            chance = reaction.share_per_10_percent * rise * 10.0
            mine = np.flatnonzero(streams.uniforms(issues, _REACTION) < chance)
            if not mine.size:
                continue
            self._raise(kind, reaction, issues[mine], slots[mine])
        self.rises.array[slots] += 1

    def _raise(self, kind: str, reaction: ReactionSettings, keys: npt.NDArray[np.uint64], slots: Slots) -> None:
        world = self.world
        delays = reaction.delay.quantiles(streams.uniforms(keys, _REACTION_DELAY)).tolist()
        moments = (keys ^ np.uint64(_REACTION_MOMENT)).tolist()
        kinds = np.full(keys.size, world.kinds.index(kind), dtype=np.int64)
        channels = world.ask.choose(kinds, self.base.segment.array[slots], streams.uniforms(keys, _REACTION_CHANNEL))
        names = list(world.channels)
        times = [
            world.ask.moment_after(names[channel], world.env.now + delay, moment)
            for channel, delay, moment in zip(channels.tolist(), delays, moments, strict=True)
        ]
        world.ask.raise_issues(kinds, channels, keys, slots, np.array(times))

    def price_gap(self, slots: Slots) -> npt.NDArray[np.float64]:
        """Price above the reference price, relative to it, shape (n,)."""
        if not self._ever_changed:
            return np.zeros(slots.size)
        return above(self.price.array[slots], self.reference.array[slots])

    def counts(self) -> dict[str, float]:
        """Fees paid, and customers who met a rise."""
        return {"fees.paid": self.fees, "fees.payments": self.payments, "fees.risen": self.risen}

    def levels(self) -> dict[str, float]:
        """Mean price paid, per month."""
        active = self.base.active.array[: self.base.size]
        prices = self.price.array[: self.base.size][active]
        return {"price": float(np.cumsum(prices)[-1]) / prices.size * MONTH if prices.size else 0.0}

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """What customers pay."""
        return [
            Measure(
                "fee_per_customer", "fees per customer", f"{scenario.currency} a year", "fees.paid", "customers.years",
                meaning="fees paid, over customer-years",
            ),
        ]  # fmt: skip
