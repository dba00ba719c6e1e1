"""Sales at a contact: whom agents offer something at its end, who takes it, what that earns and whom it annoys.

An agent who has helped a customer may go on to offer him a product. Whether he does is a rule: after a contact that has
resolved its issue, while few wait and enough agents are idle, and not to the same customer again within a time. A rule
by the number waiting is nearly the best that can be done (Armony and Gurvich 2010, M&SOM 12(3)); whom to offer what
matters too (Gurvich, Armony and Maglaras 2009, Operations Research 57(2)). The offer takes time whether it is accepted
or not. That acceptance follows how the contact went and how satisfied the customer is, and that offers at the wrong
moment annoy, is plausible in direction; all sizes are conventions.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NamedTuple

import numpy as np
from pydantic import Field, model_validator

from sim.core import elementary, streams
from sim.core.calendar import Day
from sim.core.distributions import Law
from sim.core.elementary import added
from sim.core.entities import Agent, Base, Contact
from sim.core.facts import CustomerPayments, Posting, Sale
from sim.core.measures import Measure
from sim.core.units import DAY, Money, Settings, Several, Share, Span
from sim.core.world import Mechanism, World

Effect = Annotated[float, Field(ge=0, le=5)]
Score = Annotated[float, Field(ge=0, le=100)]


class OfferSettings(Settings):
    """A product that agents offer after contacts of some kinds, or any.

    share: of the chances that the rule allows, by segment, those that agents take; accepted: share of offers that are
    taken at the reference experience and satisfaction, by segment. revenue: margin of a sale; commission: to whoever
    sells it. holds: the product of ``spend`` that the customer then holds; order: the product of ``fulfilment`` that is
    shipped to him.
    """

    kinds: Literal["any"] | Several[str] = "any"
    share: dict[str, Share]
    accepted: dict[str, Annotated[Share, Field(gt=0, lt=1)]]
    revenue: Money
    commission: Money
    holds: str | None = None
    order: str | None = None

    @model_validator(mode="after")
    def _same_segments(self) -> OfferSettings:
        if odd := sorted(set(self.share) ^ set(self.accepted)):
            raise ValueError(f"needs both 'share' and 'accepted' of {odd[0]!r}")
        return self


class RuleSettings(Settings):
    """When an agent may offer something. What is not given does not matter.

    only_resolved: after contacts that have ended their issue; most_waiting: while no more contacts than that wait for
    his group (written work apart); least_idle: while at least this share of his group on duty is idle; pause: since the
    last offer to this customer.
    """

    only_resolved: bool
    most_waiting: int | None = Field(default=None, ge=0, le=10_000)
    least_idle: Share | None = None
    pause: Span | None = None


class AcceptanceSettings(Settings):
    """What moves acceptance on the logit scale, per 10 points above the reference: this contact, and satisfaction."""

    experience: Effect
    reference_experience: Score
    satisfaction: Effect
    reference_satisfaction: Score


class AnnoyanceSettings(Settings):
    """How an offer that is not taken is for the customer, 0 to 100; the worst that applies; never better than he was.

    refused: any such offer; after_bad: if the contact was below ``bad``; too_often: within ``within`` of another one.
    """

    refused: Score
    after_bad: Score
    bad: Score
    too_often: Score
    within: Span


class KeennessSettings(Settings):
    """How commission moves the share of chances taken: on the logit scale, effect x (commission / reference - 1)."""

    reference: Money = Field(gt=0)
    effect: Effect


class SalesSettings(Settings):
    """Products offered, the first that an agent thinks of being offered; on which channels, and how long it takes."""

    products: dict[str, OfferSettings] = Field(min_length=1)
    channels: Several[str] = Field(min_length=1)
    takes: Law
    rule: RuleSettings
    acceptance: AcceptanceSettings
    annoyance: AnnoyanceSettings | None = None
    keenness: KeennessSettings | None = None


class Offer(NamedTuple):
    """An offer that is being made: which product, after how good a contact, and whether one was made not long ago."""

    product: str
    experience: float
    again: bool


_NEVER = -(1 << 30)
_THOUGHT_OF = streams.named("offer thought of")
_TAKES = streams.named("time of an offer")
_ACCEPTED = streams.named("offer accepted")
_SALE = streams.named("sale")


def inclination(accepted: float, experience: float, satisfaction: float, effects: AcceptanceSettings) -> float:
    """Logit of the chance that an offer is taken; experience and satisfaction from 0 to 100."""
    by_experience = effects.experience * (experience - effects.reference_experience) / 10.0
    by_satisfaction = effects.satisfaction * (satisfaction - effects.reference_satisfaction) / 10.0
    return elementary.logit(accepted) + by_experience + by_satisfaction


def is_taken(inclined: float, u: float) -> bool:
    """Whether an offer is taken: the inclination exceeds a logistic threshold that the contact brings."""
    return inclined > elementary.logit(u)


def keen_share(share: float, commission: float, keenness: KeennessSettings | None) -> float:
    """Share of the chances that agents take, given what they get of a sale."""
    if keenness is None or not 0.0 < share < 1.0:
        return share
    return elementary.logistic(elementary.logit(share) + keenness.effect * (commission / keenness.reference - 1.0))


def felt(offer: Offer, annoyance: AnnoyanceSettings) -> float:
    """How an offer that was not taken is for the customer."""
    found = annoyance.refused
    if offer.experience < annoyance.bad:
        found = min(found, annoyance.after_bad)
    return min(found, annoyance.too_often) if offer.again else found


class Sales(Mechanism[SalesSettings]):
    """Offers at the end of contacts.

    offered: the day of the last offer to each customer. An offer is thought of, takes its time and is taken by
    thresholds of the contact's key: a looser rule makes the same offers and more.
    """

    answers = ("offer", "sell_to")

    def __init__(self, world: World, settings: SalesSettings) -> None:
        super().__init__(world, settings)
        assert world.base is not None
        self.base: Base = world.base
        self.offered = self.base.column(np.int32, _NEVER)
        self._under_way: dict[Contact, Offer] = {}
        self._annoyed: list[tuple[int, int, float]] = []
        self.chances = self.offers = self.accepted = self.refused = self.annoyed = 0
        self.revenue = self.commission = self.time = 0.0
        self.sold = dict.fromkeys(settings.products, 0)

    def adopted(self) -> None:
        """What is offered after which kind to which segment, and the share of chances taken, by kind and segment."""
        settings = self.settings
        self._channels = frozenset(settings.channels)
        self._seeds = {name: streams.named(name) for name in settings.products}
        self._offers: dict[tuple[str, int], list[tuple[str, float]]] = {}
        for name, product in settings.products.items():
            for number, segment in enumerate(self.base.segments):
                share = product.share.get(segment, 0.0)
                if share:
                    taken = keen_share(share, product.commission, settings.keenness)
                    for kind in self.world.kinds if product.kinds == "any" else product.kinds:
                        self._offers.setdefault((kind, number), []).append((name, taken))

    def begin(self) -> None:
        """Find out how contacts are judged, and whether anybody follows what single customers pay."""
        self._judges = self.world.ask.answered("score")
        self._followed = self.world.tell.heard("customers_paid")

    def offer(self, contact: Contact) -> float:
        """How long the agent goes on to make an offer, in seconds; 0 if he makes none, or has made it."""
        if contact in self._under_way:
            return 0.0
        slot, lane = contact.issue.slot, contact.lane
        if lane.channel.name not in self._channels or not self.base.has(slot, contact.issue.customer):
            return 0.0
        products = self._offers.get((lane.kind, self.base.segment.view[slot]))
        if products is None or not self._may(contact, slot):
            return 0.0
        self.chances += 1
        product = self._thought_of(products, contact.key, slot)
        if product is None:
            return 0.0
        experience = self.settings.acceptance.reference_experience if self._judges is None else self._judges(contact)
        self._under_way[contact] = Offer(product, experience, self._is_again(slot))
        self._note_offer(slot)
        takes = self.settings.takes.quantile(streams.uniform(contact.key, _TAKES))
        self.time += takes
        return takes

    def _may(self, contact: Contact, slot: int) -> bool:
        """Whether the rule allows an offer now."""
        rule, agent = self.settings.rule, contact.agent
        contact.resolved = self.world.ask.resolves(contact)
        if rule.only_resolved and not contact.resolved:
            return False
        if rule.pause is not None and self._days_since(slot) * DAY < rule.pause:
            return False
        return self._has_time(agent)

    def _has_time(self, agent: Agent) -> bool:
        rule, group = self.settings.rule, agent.group
        if rule.most_waiting is not None and added(queue.waiting for queue in group.urgent) > rule.most_waiting:
            return False
        return rule.least_idle is None or len(group.idle) >= rule.least_idle * group.present

    def _thought_of(self, products: list[tuple[str, float]], key: int, slot: int) -> str | None:
        """The first product that the agent thinks of and the customer does not hold yet."""
        for name, share in products:
            if streams.uniform(key ^ self._seeds[name], _THOUGHT_OF) < share:
                holds = self.settings.products[name].holds
                if holds is None or not self.world.ask.holds(slot, holds):
                    return name
        return None

    def _days_since(self, slot: int) -> int:
        today = self.world.calendar.index_at(self.world.env.now)
        return int(today - self.offered.view[slot])

    def _is_again(self, slot: int) -> bool:
        annoyance = self.settings.annoyance
        return annoyance is not None and self._days_since(slot) * DAY < annoyance.within

    def _note_offer(self, slot: int) -> None:
        self.offered.view[slot] = self.world.calendar.index_at(self.world.env.now)
        self.offers += 1

    def on_contact_handled(self, contact: Contact) -> None:
        """The offer at the end of a contact is taken or not."""
        offer = self._under_way.pop(contact, None) if self._under_way else None
        if offer is None:
            return
        issue = contact.issue
        if not self.base.has(issue.slot, issue.customer):
            self.refused += 1
            return
        self._decide(offer, issue.slot, contact.key)

    def sell_to(self, product: str, slot: int, key: int) -> bool | None:
        """Offer a product to a customer out of a contact; whether he takes it, None if it is not for him.

        key: of the occasion. The rule of offers at contacts does not hold for it.
        """
        settings = self.settings.products[product]
        segment = self.base.segments[self.base.segment.view[slot]]
        if segment not in settings.accepted:
            return None
        if settings.holds is not None and self.world.ask.holds(slot, settings.holds):
            return None
        offer = Offer(product, self.settings.acceptance.reference_experience, self._is_again(slot))
        self._note_offer(slot)
        return self._decide(offer, slot, key)

    def _decide(self, offer: Offer, slot: int, key: int) -> bool:
        settings, product = self.settings, self.settings.products[offer.product]
        accepted = product.accepted.get(self.base.segments[self.base.segment.view[slot]])
        levels = self.world.ask.satisfaction()
        satisfaction = settings.acceptance.reference_satisfaction if levels is None else float(levels[slot])
        if accepted is not None:
            inclined = inclination(accepted, offer.experience, satisfaction, settings.acceptance)
            if is_taken(inclined, streams.uniform(key ^ self._seeds[offer.product], _ACCEPTED)):
                self._sell(offer.product, product, slot, key)
                return True
        self.refused += 1
        if settings.annoyance is not None:
            self._annoyed.append((slot, self.base.key.view[slot], felt(offer, settings.annoyance)))
        return False

    def _sell(self, name: str, product: OfferSettings, slot: int, key: int) -> None:
        self.accepted += 1
        self.sold[name] += 1
        self.revenue += product.revenue
        self.commission += product.commission
        tell = self.world.tell
        tell.paid(Posting("sales", product.revenue, "prices"))
        if product.commission:
            tell.paid(Posting("commission", -product.commission, "wages"))
        if self._followed is not None:
            self._followed(CustomerPayments(np.array([slot]), np.array([product.revenue]), "prices"))
        who = streams.child(key, _SALE), slot, self.base.key.view[slot]
        tell.product_sold(Sale(name, *who, product.holds, product.order))

    def on_day_began(self, _: Day) -> None:
        """Yesterday's unwelcome offers are lived through, by each customer once; never as better than he was."""
        levels = self.world.ask.satisfaction()
        if self._annoyed and levels is not None:
            worst: dict[int, float] = {}
            for slot, customer, felt in self._annoyed:
                if self.base.has(slot, customer):
                    worst[slot] = min(felt, worst.get(slot, felt))
            slots = np.array(list(worst), dtype=np.int64)
            felt_by = np.minimum(np.array(list(worst.values())), levels[slots])
            self.annoyed += slots.size
            self.world.ask.live_through("unwelcome_offer", slots.tolist(), felt_by.tolist())
        self._annoyed.clear()

    def counts(self) -> dict[str, float]:
        """Chances, offers and what came of them, money in prices of the start, time in seconds."""
        return {
            "sales.chances": self.chances,
            "sales.offers": self.offers,
            "sales.accepted": self.accepted,
            "sales.annoyed": self.annoyed,
            "sales.revenue": self.revenue,
            "sales.commission": self.commission,
            "sales.time": self.time,
            **{f"sales.{name}.sold": count for name, count in self.sold.items()},
        }

    def balances(self) -> list[tuple[str, float, float]]:
        """Offers = taken + not taken + being made; sales by product add up."""
        ended = self.accepted + self.refused + len(self._under_way)
        return [("offers", self.offers, ended), ("sales by product", added(self.sold.values()), self.accepted)]

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """Offers, acceptance, and what they earn."""
        currency = scenario.currency
        found = [
            Measure(
                "offers", "offers to customers", "offers a year", "sales.offers", "years",
                meaning="offers of a product to customers, at contacts and in campaigns, a year",
            ),
            Measure(
                "sales_acceptance", "offers accepted", "%", "sales.accepted", "sales.offers", 100.0, "higher",
                meaning="offers of a product that customers took, over offers",
            ),
            Measure(
                "sales_revenue", "sales", f"{currency} a year", "sales.revenue", "years", 1.0, "higher",
                meaning="margin of products sold, a year, in prices of the start",
            ),
            Measure(
                "sales_per_contact", "sales per contact", currency, "sales.revenue", "contacts.handled", 1.0, "higher",
                meaning="margin of products sold, over contacts handled, in prices of the start",
            ),
            Measure(
                "offer_time", "handle time of offers", "s", "sales.time", "contacts.handled", 1.0, "lower",
                meaning="time that offers take, over contacts handled",
            ),
        ]  # fmt: skip
        if scenario.satisfaction is not None and scenario.sales.annoyance is not None:
            found.append(
                Measure(
                    "unwelcome_offers", "unwelcome offers", "a customer-year", "sales.annoyed", "customers.years", 1.0,
                    "lower", meaning="mornings on which a customer felt an offer of the day before to be unwelcome",
                )
            )  # fmt: skip
        return found
