"""Fulfilment: orders, the stock they are served from, and what goes wrong and right with them.

Customers place orders by themselves, at rates per customer-year, and by contacts of some kinds that were resolved. An
order is shipped from the first location of its segment that has the product in stock; otherwise it is lost or waits.
Wrong product or size, a late delivery, a wrong invoice and an empty shelf are contact points: each is lived through,
costs something and causes issues; so are a prompt delivery and a right invoice.

Assumptions: one unit an order; stock is dealt out once a day, to waiting orders first and then by time of order, and
points are lived through at the beginning of the day on which they fall; each location reviews its stock on fixed days
and orders up to a level (Silver, Pyke and Thomas 2017, periodic review); checks before shipment catch the same share of
the errors left each, one after the other, so that care has diminishing returns (the form is a convention); a share of
customers contacts the firm over an error, independently of each other (direction known: Keaveney 1995 on failures of
the core service and responses to them).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field, field_validator, model_validator

from sim.core import elementary, streams
from sim.core.calendar import Day
from sim.core.clocks import Clocks
from sim.core.contact_points import ContactPoints, PointSettings, measures_of
from sim.core.distributions import Law
from sim.core.elementary import added
from sim.core.entities import Base, Issue
from sim.core.facts import Posting, Sale
from sim.core.measures import Measure
from sim.core.orders import ORDER_MEASURES, Diary, Entry, Order
from sim.core.stock import Shelf, Stock, Wanted
from sim.core.units import DAY, Duration, Money, MoneyRate, Rate, Settings, Several, Share, whole_days
from sim.core.world import Mechanism, World

ANY = "any"


class ErrorSettings(PointSettings):
    """An error in orders, found at delivery or on the invoice: the share of orders that have it before any check."""

    at: Literal["delivery", "invoice"]
    share: Share


class StockOutSettings(PointSettings):
    """No location has the product: a share of the orders is lost, the others wait for stock."""

    lost: Share


class StockSettings(Settings):
    """Stock of a product at a location: looked at every ``review`` (whole days), ordered up to ``up_to`` units.

    lead_time: until what was ordered is there.
    """

    up_to: int = Field(ge=0, le=10_000_000)
    review: Duration = Field(ge=DAY)
    lead_time: Law

    _whole_days = field_validator("review")(whole_days)


class ProductSettings(Settings):
    """One product: orders that customers of each segment place by themselves, its margin, stock by location.

    margin: price less purchase of a unit shipped; holding: cost of keeping a unit; without stock it is always there.
    """

    rate: dict[str, Rate]
    margin: Money
    holding: MoneyRate
    stock: dict[str, StockSettings] = Field(default_factory=dict)


class LocationSettings(Settings):
    """A place that ships: time from the order, or from when its stock is there, until the customer has it."""

    delivery: Law


class CheckingSettings(Settings):
    """Checks before shipment: how many an order goes through, the share of errors left that each catches, its cost."""

    checks: float = Field(ge=0, le=20)
    caught: Share = Field(lt=1)
    cost: Money


class FulfilmentSettings(Settings):
    """Products, the locations that ship them, the promise, and the contact points of orders.

    sources: segment (or any) -> locations in the order in which they are tried; placed_by: kind of issue -> the product
    that a customer orders when one is resolved; promised: time within which an order should be delivered;
    invoice_after: time from delivery to invoice.
    """

    products: dict[str, ProductSettings] = Field(min_length=1)
    locations: dict[str, LocationSettings] = Field(min_length=1)
    sources: dict[str, Several[str]] = Field(min_length=1)
    placed_by: dict[str, str] = Field(default_factory=dict)
    promised: Duration
    invoice_after: Duration
    checking: CheckingSettings
    errors: dict[str, ErrorSettings] = Field(default_factory=dict)
    stock_out: StockOutSettings | None = None
    late: PointSettings | None = None
    prompt: PointSettings | None = None
    right_invoice: PointSettings | None = None

    @model_validator(mode="after")
    def _fits(self) -> FulfilmentSettings:
        for what, names, known in self._named():
            if unknown := sorted(set(names) - set(known)):
                raise ValueError(f"{what} names {unknown[0]!r}, which is none of {', '.join(known)}")
        if self.stock_out is None and any(product.stock for product in self.products.values()):
            raise ValueError("a product has stock; say under 'stock_out' what happens without")
        for segment, sources in self.sources.items():
            for name, product in self.products.items():
                if not sources or (product.stock and not set(product.stock) & set(sources)):
                    raise ValueError(f"no source of {segment} has the product {name}")
        if taken := sorted(set(self.errors) & set(_POINTS)):
            raise ValueError(f"an error may not be called {taken[0]!r}; that is another contact point")
        return self

    def _named(self) -> Iterator[tuple[str, Iterable[str], Iterable[str]]]:
        yield "placed_by", self.placed_by.values(), self.products
        yield from ((f"the stock of {name}", product.stock, self.locations) for name, product in self.products.items())
        yield from ((f"the sources of {name}", sources, self.locations) for name, sources in self.sources.items())

    def points(self) -> dict[str, PointSettings]:
        """All contact points by name."""
        others = {name: found for name in _POINTS if (found := getattr(self, name)) is not None}
        return {**self.errors, **others}


Slots = npt.NDArray[np.int64]
_POINTS = ("stock_out", "late", "prompt", "right_invoice")
_CLOCK = streams.named("order clock")
_PATIENCE = streams.named("order lost")
_DELIVERY = streams.named("order delivery")
_BY_CONTACT = streams.named("order by contact")
_LEAD = streams.named("lead time")


def left_over(checks: float, caught: float) -> float:
    """Share of errors that is left after checks that each catch a share: (1 - caught)^checks."""
    return elementary.power(1.0 - caught, checks) if checks else 1.0


class Fulfilment(Mechanism[FulfilmentSettings]):
    """Orders of the base, a day at a time: placed, dealt out from stock, delivered, and lived through."""

    def __init__(self, world: World, settings: FulfilmentSettings) -> None:
        super().__init__(world, settings)
        assert world.base is not None
        self.base: Base = world.base
        self._clocks = Clocks(self.base, list(settings.products), _CLOCK)
        self._stock = Stock()
        self._by_contact: list[Order] = []
        self._waiting: list[Order] = []
        self._diary = Diary([day.end for day in world.calendar.all_days])
        self._points = ContactPoints(world, list(settings.points()))
        self.placed = self.ordered = self.at_once = self.shipped = self.lost = self.cancelled = 0
        self.delivered = self.in_time = self.unit_days = 0
        self._income = self._spent = 0.0

    def adopted(self) -> None:
        """Rates, margins and sources by number, and the share of errors that checks leave."""
        settings, segments = self.settings, self.base.segments
        products, places = list(settings.products.values()), list(settings.locations)
        self._clocks.run_at(np.array([[one.rate.get(name, 0.0) for one in products] for name in segments]))
        self._numbers = {name: number for number, name in enumerate(settings.products)}
        self._margins = [one.margin for one in products]
        tried = [settings.sources.get(name, settings.sources.get(ANY, ())) for name in segments]
        self._sources = [[places.index(place) for place in one] for one in tried]
        keeping = [[[place for place in one if place in product.stock] or one for product in products] for one in tried]
        self._home = [[places.index(one[0]) for one in row] for row in keeping]
        self._laws = [place.delivery for place in settings.locations.values()]
        self._met = settings.points()
        self._left = left_over(settings.checking.checks, settings.checking.caught)

    def begin(self) -> None:
        """Fill the shelves, and open the accounts."""
        places = list(self.settings.locations)
        for number, product in enumerate(self.settings.products.values()):
            for location, stock in product.stock.items():
                self._stock.shelves[number, places.index(location)] = Shelf(stock.up_to)
        self._settle()

    def on_customers_joined(self, slots: Slots) -> None:
        """Newcomers begin to order."""
        self._clocks.start(slots)

    def on_issue_resolved(self, issue: Issue) -> None:
        """A contact in which an order was placed; it is dealt with at the next midnight."""
        product = self.settings.placed_by.get(issue.lane.kind)
        if product is not None and issue.slot >= 0:
            self._note(product, issue.key, issue.slot, issue.customer)

    def on_product_sold(self, sale: Sale) -> None:
        """What was sold at a contact and has to be shipped is an order too."""
        if sale.order is not None:
            self._note(sale.order, sale.key, sale.slot, sale.customer)

    def _note(self, product: str, cause: int, slot: int, customer: int) -> None:
        key, now, due = streams.child(cause, _BY_CONTACT), self.world.env.now, self.settings.promised
        self._by_contact.append(Order(key, slot, customer, self._numbers[product], now, now + due))

    def on_day_began(self, day: Day) -> None:
        """Stock comes, orders are placed, shipped and delivered, and are lived through; then stock is reviewed."""
        self._drop_leavers()
        self._receive(day.index)
        self._place(day)
        self._note_overdue(day)
        self._live_the_day(day.index)
        self._points.raise_issues()
        self._review(day.index)
        self._settle()

    def _drop_leavers(self) -> None:
        """Orders of customers who have left wait no longer."""
        customer = self.base.key.view
        before, self._waiting = self._waiting, [one for one in self._waiting if customer[one.slot] == one.customer]
        self.cancelled += len(before) - len(self._waiting)

    def _receive(self, today: int) -> None:
        """Take in what comes, and ship what waited for it."""
        for (product, place), shelf in self._stock.shelves.items():
            shelf.receive(today)
            if self._waiting and shelf.on_hand:
                mine = self._waiting_for(product, place)
                served = mine[: shelf.deal(len(mine))]
                self._ship(served)
                gone = set(served)
                self._waiting = [order for order in self._waiting if order not in gone]

    def _waiting_for(self, product: int, place: int) -> list[Order]:
        return [order for order in self._waiting if order.product == product and order.location == place]

    def _place(self, day: Day) -> None:
        """Orders of the day, and those placed by contacts since the last midnight."""
        customer, promised = self.base.key.view, self.settings.promised
        orders = [order for order in self._by_contact if customer[order.slot] == order.customer]
        self._by_contact = []
        self.ordered += len(orders)
        due = self._clocks.pass_by(day.weight * DAY)
        columns = due.keys, due.slots, due.columns, day.start + due.fractions * (day.end - day.start)
        for key, slot, product, placed in zip(*(column.tolist() for column in columns), strict=True):
            orders.append(Order(key, slot, customer[slot], product, placed, placed + promised))
        self.placed += len(orders)
        self._deal(orders)

    def _deal(self, orders: list[Order]) -> None:
        """Ship what is in stock; of the rest some is lost, and some waits where its customer looked first."""
        segment, stock_out = self.base.segment.view, self.settings.stock_out
        wanted: list[Wanted] = []
        for order in orders:
            of = segment[order.slot]
            order.location = self._home[of][order.product]
            wanted.append((order.product, self._sources[of], order.location))
        places = list(zip(orders, self._stock.deal(wanted), strict=True))
        for order, place in places:
            order.location = place if place >= 0 else order.location
        self.at_once += added(place >= 0 for _, place in places)
        self._ship([order for order, place in places if place >= 0])
        missed = [order for order, place in places if place < 0]
        if missed and stock_out is not None:
            self._meet("stock_out", [(order, max(order.placed, self.world.env.now)) for order in missed])
            waiting = [order for order in missed if streams.uniform(order.key, _PATIENCE) >= stock_out.lost]
            self.lost += len(missed) - len(waiting)
            self._waiting += waiting

    def _ship(self, orders: list[Order]) -> None:
        """Orders leave: from now on it is known when they arrive, and whether that is late."""
        now, checking, late, arrivals = self.world.env.now, self.settings.checking, [], []
        for order in orders:
            taken = self._laws[order.location].quantile(streams.uniform(order.key, _DELIVERY))
            arrives = max(order.placed, now) + taken
            arrivals.append((order, arrives))
            if arrives > order.due and not order.late:
                late.append((order, max(order.due, now)))
            order.late = arrives > order.due
        self._diary.note("late", late)
        self._diary.note("delivery", arrivals)
        self._diary.note("invoice", [(order, arrives + self.settings.invoice_after) for order, arrives in arrivals])
        self.shipped += len(orders)
        self._income += added(self._margins[order.product] for order in orders)
        self._spent += len(orders) * checking.checks * checking.cost

    def _note_overdue(self, day: Day) -> None:
        """Orders that still wait when their promise ends."""
        overdue = [order for order in self._waiting if not order.late and order.due < day.end]
        for order in overdue:
            order.late = True
        self._meet("late", [(order, max(order.due, self.world.env.now)) for order in overdue])

    def _live_the_day(self, today: int) -> None:
        """What happens to orders today: deliveries, invoices, promises that end."""
        for what, entries in self._diary.take(today):
            if what == "late":
                self._meet("late", entries)
                continue
            wrong = self._wrong(what, entries)
            right = [entry for entry in entries if entry[0] not in wrong]
            if what == "delivery":
                self.delivered += len(entries)
                self.in_time += added(not order.late for order, _ in entries)
                right = [entry for entry in right if not entry[0].late]
            self._meet("prompt" if what == "delivery" else "right_invoice", right)

    def _wrong(self, at: str, entries: list[Entry]) -> set[Order]:
        """Let errors come out; returns the orders that have any."""
        wrong: set[Order] = set()
        for name, error in self.settings.errors.items():
            if error.at == at:
                stream = streams.named(f"error {name}")
                share = error.share * self._left * self.world.ask.causes_left(name)
                hit = [entry for entry in entries if streams.uniform(entry[0].key, stream) < share]
                self._meet(name, hit)
                wrong.update(order for order, _ in hit)
        return wrong

    def _meet(self, name: str, entries: list[Entry]) -> None:
        """Customers meet a contact point of their orders."""
        cases = [(order.key, order.slot, order.customer, time) for order, time in entries]
        self._points.meet(name, self._met.get(name), cases)

    def _review(self, today: int) -> None:
        """Order stock again where it is the day to look at it, and pay for what is kept."""
        places, products = list(self.settings.locations), list(self.settings.products.values())
        for (product, place), shelf in self._stock.shelves.items():
            self.unit_days += shelf.on_hand
            self._spent += shelf.on_hand * products[product].holding * DAY
            stock = products[product].stock[places[place]]
            if today % round(stock.review / DAY):
                continue
            units = shelf.missing(stock.up_to, len(self._waiting_for(product, place)))
            if units:
                root = streams.child(self.world.root, _LEAD)
                key = streams.child(streams.child(streams.child(root, product), place), shelf.orders)
                days = stock.lead_time.quantile(streams.uniform(key, _LEAD)) / DAY
                shelf.order(units, today + max(1, int(-(-days // 1))))

    def _settle(self) -> None:
        """Book the day."""
        self.world.tell.paid(Posting("orders", self._income, "prices"))
        self.world.tell.paid(Posting("fulfilment", -self._spent - self._points.spent, "prices"))
        self._income = self._spent = self._points.spent = 0.0

    def counts(self) -> dict[str, float]:
        """Orders, units kept, contact points met and issues caused."""
        return {
            "orders.placed": self.placed,
            "orders.by_contact": self.ordered,
            "orders.at_once": self.at_once,
            "orders.shipped": self.shipped,
            "orders.lost": self.lost,
            "orders.cancelled": self.cancelled,
            "orders.delivered": self.delivered,
            "orders.on_time": self.in_time,
            "orders.issues": added(self._points.caused.values()),
            "orders.unit_days": self.unit_days,
            **self._points.counts(),
        }

    def levels(self) -> dict[str, float]:
        """Orders that wait for stock, and units on hand."""
        return {"orders.waiting": len(self._waiting), "orders.on_hand": self._stock.books()[3]}

    def balances(self) -> list[tuple[str, float, float]]:
        """Ordered = shipped + lost + cancelled + waiting; shipped = delivered + under way; stock in = out + on hand."""
        begun, come, gone, there = self._stock.books()
        ended = self.shipped + self.lost + self.cancelled + len(self._waiting)
        return [
            ("orders placed and what became of them", self.placed, ended),
            ("orders shipped and delivered", self.shipped, self.delivered + self._diary.to_come("delivery")),
            ("stock that came in and went out", begun + come, gone + there),
        ]

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """How well orders are served, and each contact point of theirs."""
        found = [Measure(*row[:7], meaning=row[7]) for row in ORDER_MEASURES]
        return found + measures_of(scenario.fulfilment.points(), scenario.satisfaction is not None)
