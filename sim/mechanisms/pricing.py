"""Price: the fee of each segment, met at renewal, the reference price, and the contacts that a rise causes.

A rise may spare some (exemptions), come in steps for each customer (most_rise), be justified, and be felt more by some
than by others. Reference price and loss aversion: Neumann and Boeckenholt (2014, J. Retailing 90(2)); justification:
Kahneman, Knetsch and Thaler (1986, American Economic Review 76(4)); tenure and breadth: Dawes (2009, J. Service
Research 11(3)). The directions are known, the sizes are not.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import Field, field_validator, model_validator

from sim.core import elementary, streams
from sim.core.calendar import Day
from sim.core.distributions import Law
from sim.core.entities import Base
from sim.core.facts import CustomerPayments, FeesPaid, Posting
from sim.core.measures import Measure
from sim.core.reactions import raise_later
from sim.core.units import (
    DAY,
    MONTH,
    YEAR,
    Date,
    Duration,
    MoneyRate,
    Percent,
    Settings,
    Several,
    Share,
    Span,
    whole_days,
)
from sim.core.world import Mechanism, World


class ReactionSettings(Settings):
    """Issues that a rise causes when a customer first pays it: this share of customers per 10 % of rise."""

    share_per_10_percent: Share
    delay: Law


class ExemptionSettings(Settings):
    """Customers who keep their price when the fee rises: those for whom all that is given holds.

    joined_before: a date; tenure: at least so long at the renewal; segments: one of these.
    """

    joined_before: Date | None = None
    tenure: Span | None = None
    segments: Several[str] | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _says_who(self) -> ExemptionSettings:
        if self.joined_before is None and self.tenure is None and self.segments is None:
            raise ValueError("needs at least one of joined_before, tenure and segments")
        return self


class JustificationSettings(Settings):
    """A reason given with a rise: the share of it that is taken as fair, and the share of reactions that it spares."""

    accepted: Share
    calmed: Share


class SensitivitySettings(Settings):
    """Who feels a price more: the gap is felt x (1 + breadth if several products) / (1 + tenure x tenure in years).

    several_products: share of the customers of each segment who hold more than one product.
    """

    tenure: float = Field(ge=0, le=10)
    breadth: float = Field(ge=0, le=10)
    several_products: dict[str, Share] = Field(default_factory=dict)


class PricingSettings(Settings):
    """Fees by segment, paid in advance at each renewal.

    renewal: days between renewals (a whole number of days). adaptation: time constant with which the reference
    price follows the price paid. reactions: kind of issue -> how a rise causes it. exemptions: who keeps the price
    that he has; most_rise: by how much one renewal can raise a customer's price, the rest follows at the next.
    """

    fee: dict[str, MoneyRate]
    renewal: Duration = Field(gt=0)
    adaptation: Duration = Field(gt=0)
    reactions: dict[str, ReactionSettings] = Field(default_factory=dict)
    exemptions: Several[ExemptionSettings] = ()
    most_rise: Percent | None = Field(default=None, gt=0)
    justification: JustificationSettings | None = None
    sensitivity: SensitivitySettings | None = None

    _whole_days = field_validator("renewal")(whole_days)


Slots = npt.NDArray[np.int64]
Array = npt.NDArray[np.float64]
_NEVER = (1 << 31) - 1
_NOBODY = np.empty(0, dtype=np.int64)
_PHASE = streams.named("renewal phase")
_REACTION = streams.named("price reaction")
_PRODUCTS = streams.named("several products")


def above(price: Array, reference: Array) -> Array:
    """How far prices are above others, relative to them; 0 where the other is 0."""
    ratio = np.divide(price, reference, out=np.ones_like(price), where=reference > 0.0)
    ratio -= 1.0
    return ratio


def agreed_price(before: Array, fee: Array, exempt: npt.NDArray[np.bool_], most_rise: float | None) -> Array:
    """The price agreed at a renewal: the fee, but for who is exempt not above the price before, and in steps.

    most_rise: by how much of the price before one renewal can raise it; a price of nothing meets the fee at once.
    """
    if most_rise is not None:
        fee = np.where(before > 0.0, np.minimum(fee, before * (1.0 + most_rise)), fee)
    return np.where(exempt, np.minimum(fee, before), fee)


def taken_as_fair(reference: Array, rise: Array, price: Array, accepted: float) -> Array:
    """Reference price after a justified rise (in money): moved by the accepted share of it, not above the price."""
    moved = np.minimum(reference + accepted * np.maximum(rise, 0.0), price)
    return np.asarray(np.maximum(moved, reference))


def sensitivities(tenure: Array, several: npt.NDArray[np.bool_], per_year: float, breadth: float) -> Array:
    """How much a gap is felt, 1 for a new customer with one product: less with tenure (s), more with products."""
    return np.where(several, 1.0 + breadth, 1.0) / (1.0 + per_year * (tenure / YEAR))


class Pricing(Mechanism[PricingSettings]):
    """Renewals: each customer pays in advance, at the fee in force, and notices a rise.

    The reference price moves every day, but the price only at a renewal and nobody asks in between: so the reference is
    worked out at each renewal, for all the time since the last.
    """

    answers = ("price_gap", "price_offered", "renewal_day", "explain_price")

    def __init__(self, world: World, settings: PricingSettings) -> None:
        super().__init__(world, settings)
        assert world.base is not None
        self.base: Base = world.base
        self.price = self.base.column(np.float64)
        self.reference = self.base.column(np.float64)
        self.agreed = self.price  # what is paid is what was agreed, unless a discount or a charge comes between
        self.due = self.base.column(np.int32, _NEVER)
        self.rises = self.base.column(np.int32)
        self._fee = self._fee_at_start = np.empty(0)
        self._turns: dict[int, list[tuple[float, Slots]]] = {}
        self._today, self._met_by_all = 0, -1
        self._followed = 0.0
        self._began = self._ever_changed = self._one_by_one = self._discounts = False
        self.fees = self.discounted = 0.0
        self.payments = self.risen = 0

    def adopted(self) -> None:
        """Fees by segment; a changed one is met by all with the last of the turns that are now noted."""
        fee = np.array([self.settings.fee.get(segment, 0.0) for segment in self.base.segments])
        if self.base.size and fee.tolist() != self._fee.tolist():
            self._ever_changed = True
            self._met_by_all = max(self._turns, default=-1)
        if not self._fee.size:
            self._fee_at_start = fee
        self._fee = fee
        settings = self.settings
        self._discounts = self.world.ask.discounts(_NOBODY) is not None
        charged = self.world.ask.charges(_NOBODY) is not None
        if not self.base.size and (charged or self._discounts):
            self.agreed = self.base.column(np.float64)
        one_by_one = bool(settings.exemptions) or settings.most_rise is not None or charged
        if self._one_by_one and not one_by_one:
            self._met_by_all = max(self._turns, default=-1)
        self._one_by_one = one_by_one or self._discounts
        self._days = round(self.settings.renewal / DAY)

    def on_customers_joined(self, slots: Slots) -> None:
        """Newcomers pay at once and take the price as their reference; those there at the start have their turn."""
        fees = self._fee[self.base.segment.array[slots]]
        self.price.array[slots] = self.agreed.array[slots] = self.reference.array[slots] = fees
        self.world.ask.enter_market(slots, fees)
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
        meeting = self._one_by_one or self._today <= self._met_by_all
        before = self.price.array[due]
        charges, discounts = self.world.ask.charges(due) if meeting else None, None
        if meeting:
            self._meet_the_fee(due, charges)
        self.world.tell.customers_renewed(due)
        staying = self.base.active.array[due]
        stayers = due[staying]
        self._come_back(stayers)
        if meeting and self._discounts:
            discounts = self._put_prices(
                stayers, charges if charges is None else charges[staying]
            )  # some have an offer
        self._pay(stayers, discounts)
        if meeting:
            rise = above(self.price.array[stayers], before[staying])
            if (risen := rise > 1e-12).any():
                self._react(stayers[risen], rise[risen])
        if stayers.size:
            self.world.ask.billed(stayers, self._over_usual(stayers))

    def _meet_the_fee(self, slots: Slots, charges: Array | None) -> None:
        """Agree on a price with those who renew; a rise for which a reason is given moves their reference price."""
        settings, before = self.settings, self.agreed.array[slots]
        fee = self._fee[self.base.segment.array[slots]]
        agreed = agreed_price(before, fee, self._exempt(slots), settings.most_rise)
        self.agreed.array[slots] = agreed
        self._put_prices(slots, charges)
        if settings.justification is not None and settings.justification.accepted:
            price, reference = self.price.array[slots], self.reference.array[slots]
            accepted = settings.justification.accepted
            self.reference.array[slots] = taken_as_fair(reference, agreed - before, price, accepted)

    def _exempt(self, slots: Slots) -> npt.NDArray[np.bool_]:
        """Who keeps the price that he has."""
        base, calendar = self.base, self.world.calendar
        joined, exempt = base.joined.array[slots], np.zeros(slots.size, dtype=np.bool_)
        for rule in self.settings.exemptions:
            mine = np.ones(slots.size, dtype=np.bool_)
            if rule.joined_before is not None:
                index = calendar.index_of(rule.joined_before)
                mine &= joined < (calendar.day_start(index) if index > 0 else index * DAY)
            if rule.tenure is not None:
                mine &= self.world.env.now - joined >= rule.tenure
            if rule.segments is not None:
                spared = np.array([segment in rule.segments for segment in base.segments])
                mine &= spared[base.segment.array[slots]]
            exempt |= mine
        return exempt

    def _put_prices(self, slots: Slots, charges: Array | None) -> Array | None:
        """What the bill of today asks for: the price agreed, less a discount, with charges; returns the discounts."""
        price = self.agreed.array[slots]
        discounts = self.world.ask.discounts(slots)
        if discounts is not None:
            price = price * (1.0 - discounts)
        if charges is not None:
            price = price * charges
        if not self._ever_changed:
            self._ever_changed = bool((price != self.price.array[slots]).any())
        self.price.array[slots] = price
        return discounts

    def _pay(self, slots: Slots, discounts: Array | None = None) -> None:
        if slots.size:
            amounts = self.price.array[slots] * self.settings.renewal
            total = float(amounts.cumsum()[-1])
            self.fees += total
            self.payments += int(slots.size)
            if total:
                self.world.tell.paid(Posting("fees", total, "none"))
                self.world.tell.customers_paid(CustomerPayments(slots, amounts))
            self.world.tell.fees_paid(FeesPaid(slots, amounts, self.settings.renewal))
            if discounts is not None:
                self.discounted += elementary.total(self.agreed.array[slots] * discounts) * self.settings.renewal

    def _react(self, slots: Slots, rise: Array) -> None:
        base, reason = self.base, self.settings.justification
        self.risen += int(slots.size)
        for kind, reaction in self.settings.reactions.items():
            name = np.array([streams.named(f"reaction {kind}")], dtype=np.uint64)
            issues = streams.children(
                streams.children(base.key.array[slots], name), self.rises.array[slots].astype(np.int64)
            )
            chance = reaction.share_per_10_percent * rise * 10.0
            if reason is not None:
                chance *= 1.0 - reason.calmed
            mine = np.flatnonzero(streams.uniforms(issues, _REACTION) < chance)
            if not mine.size:
                continue
            raise_later(self.world, kind, reaction.delay, zip(issues[mine].tolist(), slots[mine].tolist(), strict=True))
        self.rises.array[slots] += 1

    def _over_usual(self, slots: Slots) -> Array:
        """How far prices are above the reference price, relative to it."""
        if not self._ever_changed:
            return np.zeros(slots.size)
        return above(self.price.array[slots], self.reference.array[slots])

    def price_gap(self, slots: Slots) -> Array:
        """Price as it is felt: above the reference price, relative to it, and what it has moved from the market's.

        A shocking bill is felt more; tenure and products make a gap be felt less or more. Shape (n,).
        """
        gap = self.world.ask.shock(self._over_usual(slots))
        market = self.world.ask.market_gap(slots, self.price.array[slots])
        if market is not None:
            gap = gap + market
        if (who := self.settings.sensitivity) is not None and gap.any():
            tenure = self.world.env.now - self.base.joined.array[slots]
            gap = gap * sensitivities(tenure, self._several(slots, who), who.tenure, who.breadth)
        return gap

    def _several(self, slots: Slots, who: SensitivitySettings) -> npt.NDArray[np.bool_]:
        """Who holds a product beside the contract: as far as it is known, and by the shares given where it is not."""
        held = self.world.ask.breadth(slots)
        if held is not None:
            return held > 0.0
        shares = np.array([who.several_products.get(name, 0.0) for name in self.base.segments])
        products = streams.uniforms(self.base.key.array[slots], _PRODUCTS)
        return products < shares[self.base.segment.array[slots]]

    def price_offered(self) -> Array | None:
        """The fee in force over that of the start, by segment, and over what competitors ask where that is known."""
        market = self.world.ask.market_level()
        if market is None and self._fee is self._fee_at_start:
            return None
        ratio = above(self._fee, self._fee_at_start) + 1.0
        return ratio if market is None else np.asarray(ratio / market)

    def renewal_day(self, slots: Slots) -> Slots:
        """Index of the day on which some customers renew next, shape (n,)."""
        return self.due.array[slots].astype(np.int64)

    def explain_price(self, slots: Slots, accepted: float) -> None:
        """Customers, each once, hear the reason for their price: their reference price moves up by a share of the gap.

        The gap fades in proportion, so that it does not matter that it is that of the last renewal.
        """
        price, reference = self.price.array[slots], self.reference.array[slots]
        self.reference.array[slots] = reference + accepted * np.maximum(price - reference, 0.0)

    def counts(self) -> dict[str, float]:
        """Fees paid, and customers who met a rise; discounts where there can be any."""
        found: dict[str, float] = {
            "fees.paid": self.fees,
            "fees.payments": self.payments,
            "fees.risen": self.risen,
        }
        if self._discounts:
            found["fees.discounted"] = self.discounted
        return found

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
