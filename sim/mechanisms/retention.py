"""Retention offers and goodwill: a discount for a while to who is about to leave or complains, a payment to make good.

Who is about to leave because of price or service says so in time with some probability and is offered the discount; a
caller with a named kind of issue, once it is resolved, is offered it as far as the agent has authority. An offer is
taken if the discount exceeds what the customer wants, a threshold of her own. Who takes it at the brink starts with a
fresh threshold of leaving. While it lasts the price is lower, and the reference price goes down with it; when it ends
the bill rises. That compensation raises satisfaction after a failure is established (Gelbrich and Roschk 2011,
J. Service Research 14(1)); that offers save some leavers (review: Ascarza et al. 2018, Customer Needs and Solutions 5)
and that discounts lower reference prices (Kalyanaram and Winer 1995, Marketing Science 14(3)) is known in direction.
Shares are conventions.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from sim.core import elementary, streams
from sim.core.entities import Base, Contact
from sim.core.facts import Posting
from sim.core.measures import Measure
from sim.core.units import Money, Percent, Settings, Share, Span
from sim.core.world import Mechanism, World


class GoodwillSettings(Settings):
    """A payment after contacts of a kind: in this share of them at full authority; experience: what it is like."""

    share: Share
    amount: Money
    experience: float = Field(ge=0, le=100)


class RetentionSettings(Settings):
    """A discount for a while, who is offered it, and goodwill payments.

    discount: share of the fee, for ``lasts``; wanted: mean discount that it takes (exponential over customers).
    leavers: cause -> share of those about to leave because of it who say so in time; callers: kind -> share of resolved
    contacts in which an agent with full authority offers it; cost: of an offer, besides the discount.
    """

    discount: Share
    lasts: Span
    wanted: Percent = Field(gt=0)
    cost: Money
    leavers: dict[Literal["price", "service"], Share] = Field(default_factory=dict)
    callers: dict[str, Share] = Field(default_factory=dict)
    goodwill: dict[str, GoodwillSettings] = Field(default_factory=dict)


Array = npt.NDArray[np.float64]
Slots = npt.NDArray[np.int64]
_BRINK = streams.named("about to leave")
_SAYS_SO = streams.named("says so before leaving")
_OFFERED = streams.named("retention offer")
_WANTED = streams.named("discount wanted")
_FRESH = streams.named("churn threshold after an offer")
_GOODWILL = streams.named("goodwill payment")


def taken(discount: float, wanted: float, u: float) -> bool:
    """Whether a discount exceeds what a customer wants, -wanted ln u: with probability 1 - exp(-discount / wanted)."""
    return discount > -wanted * elementary.log(u)


class Retention(Mechanism[RetentionSettings]):
    """Discounts that run, by customer: how large and until when; and what was offered, taken and paid."""

    answers = ("discounts", "reprieve", "offer_discount")

    def __init__(self, world: World, settings: RetentionSettings) -> None:
        super().__init__(world, settings)
        assert world.base is not None
        self.base: Base = world.base
        self.discount = self.base.column(np.float64)
        self.until = self.base.column(np.float64)
        self.brinks = self.base.column(np.int32)
        self.offers = self.accepted = self.saved = self.goodwills = 0
        self.goodwill_paid = self.offers_paid = 0.0

    def discounts(self, slots: Slots) -> Array:
        """Discount in force of some customers, as a share of their fee, shape (n,)."""
        running = self.until.array[slots] > self.world.env.now
        return np.where(running, self.discount.array[slots], 0.0)

    def reprieve(self, slots: Slots, causes: list[str]) -> Array:
        """How much hazard those about to leave stand from now on: 0 for who leaves, more for who takes an offer."""
        found = np.zeros(slots.size)
        shares = self.settings.leavers
        for place, (slot, cause) in enumerate(zip(slots.tolist(), causes, strict=True)):
            share = shares.get(cause, 0.0)  # type: ignore[call-overload]  # causes without offers have no share
            key = streams.child(streams.child(self.base.key.view[slot], _BRINK), self.brinks.view[slot])
            if streams.uniform(key, _SAYS_SO) < share and self.offer_discount(slot, key):
                self.brinks.view[slot] += 1
                self.saved += 1
                found[place] = streams.exponential(key, _FRESH)
        return found

    def offer_discount(self, slot: int, key: int) -> bool:
        """Offer the discount to a customer who has none; whether it is taken."""
        settings, now = self.settings, self.world.env.now
        if self.until.view[slot] > now:
            return False
        self.offers += 1
        if settings.cost:
            self.offers_paid += settings.cost
            self.world.tell.paid(Posting("fees", -settings.cost, "prices"))
        if not taken(settings.discount, settings.wanted, streams.uniform(key, _WANTED)):
            return False
        self.accepted += 1
        self.discount.view[slot] = settings.discount
        self.until.view[slot] = now + settings.lasts
        return True

    def on_contact_handled(self, contact: Contact) -> None:
        """A caller who has been helped is offered the discount, or paid something, as far as the agent may."""
        settings, kind = self.settings, contact.lane.kind
        if kind not in settings.callers and kind not in settings.goodwill:
            return
        issue = contact.issue
        if not self.base.has(issue.slot, issue.customer):
            return
        authority = contact.agent.group.authority
        share = settings.callers.get(kind, 0.0) if contact.resolved else 0.0
        if share and streams.uniform(contact.key, _OFFERED) < share * authority:
            self.offer_discount(issue.slot, contact.key)
        goodwill = settings.goodwill.get(kind)
        if goodwill is not None and streams.uniform(contact.key, _GOODWILL) < goodwill.share * authority:
            self._make_good(issue.slot, goodwill)

    def _make_good(self, slot: int, goodwill: GoodwillSettings) -> None:
        world = self.world
        self.goodwills += 1
        self.goodwill_paid += goodwill.amount
        world.tell.paid(Posting("fees", -goodwill.amount, "prices"))
        world.ask.live_through("goodwill", [slot], [goodwill.experience])

    def counts(self) -> dict[str, float]:
        """Offers made and taken, customers saved, goodwill paid (in prices of the start)."""
        return {
            "retention.offers": self.offers,
            "retention.accepted": self.accepted,
            "retention.saved": self.saved,
            "retention.offer_cost": self.offers_paid,
            "retention.goodwills": self.goodwills,
            "retention.goodwill_paid": self.goodwill_paid,
        }

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """Offers, what they save and what they give away."""
        currency = scenario.currency
        return [
            Measure(
                "offer_acceptance", "retention offers taken", "%", "retention.accepted", "retention.offers", 100.0,
                meaning="retention offers taken, over offers made to leavers and callers",
            ),
            Measure(
                "customers_saved", "customers kept by an offer", "customers a year", "retention.saved", "years",
                meaning="times that a customer about to leave took an offer and stayed, a year",
            ),
            Measure(
                "discounts", "discounts given", f"{currency} a year", "fees.discounted", "years", 1.0, "lower",
                meaning="fees not charged because of discounts, a year, as paid",
            ),
            Measure(
                "goodwill", "goodwill paid", f"{currency} a year", "retention.goodwill_paid", "years", 1.0, "lower",
                meaning="goodwill payments, a year, in prices of the start",
            ),
        ]  # fmt: skip
