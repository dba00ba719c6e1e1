"""Spend: the products that customers hold beside their contract, and what they use; both grow with equity and shrink.

Each customer has a clock for each product: a unit exponential that the rate of buying runs down while he does not hold
it, and the rate of dropping while he does. Equity raises the one and lowers the other. That a relationship that is
valued widens is known in direction, and the effect is small (Verhoef 2003, J. Marketing 67(4), on commitment and
customer share); so is that customers with more products stay longer (Dahana, Morisada and Miwa 2019, J. Marketing
Channels), which may well be who they are and not what the products do. Sizes are conventions.
"""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from pydantic import Field

from sim.core import elementary, streams
from sim.core.calendar import Day
from sim.core.elementary import added
from sim.core.entities import Base
from sim.core.facts import CustomerPayments, Posting, Sale
from sim.core.measures import Measure
from sim.core.units import DAY, WEEK, MoneyRate, Rate, Settings, Share
from sim.core.world import Mechanism, World

Effect = Annotated[float, Field(ge=0, le=5)]
"""An effect per 10 points, on the logarithmic scale."""


class HeldProductSettings(Settings):
    """A product beside the contract.

    at_start, at_joining: share of customers of each segment who hold it when the simulation begins, and when they join.
    bought: rate of those who do not hold it; dropped: rate of those who do, both at the reference equity. margin: of a
    customer who holds it.
    """

    at_start: dict[str, Share]
    at_joining: dict[str, Share]
    bought: dict[str, Rate]
    dropped: Rate
    margin: MoneyRate


class SpendSettings(Settings):
    """Products that customers can hold, what they use beside them, and what equity does to both.

    usage: margin on what a customer of each segment uses, at the reference equity. buying, dropping, using: what 10
    points of equity above the reference add to (of dropping: take from) the logarithm of the rates and of usage.
    bond: what each product held takes from the logarithm of the hazard of leaving; nothing where it is not given.
    """

    products: dict[str, HeldProductSettings] = Field(min_length=1, max_length=8)
    usage: dict[str, MoneyRate] = Field(default_factory=dict)
    reference: float = Field(ge=0, le=100)
    buying: Effect
    dropping: Effect
    using: Effect
    bond: Effect | None = None


Slots = npt.NDArray[np.int64]
Array = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
_DAYS = round(WEEK / DAY)
_HELD = streams.named("product held")
_CLOCK = streams.named("product clock")


def lifted(equity: Array, reference: float, effect: float) -> Array:
    """Factor of equity on a rate: exp(effect x (equity - reference) / 10 points), shape (n,)."""
    return elementary.exp_array((effect / 10.0) * (equity - reference))


def worth_by_set(margins: list[float]) -> Array:
    """Margin per second of each set of products, a set being the number whose bits say what is held."""
    return np.array([added(m for bit, m in enumerate(margins) if held >> bit & 1) for held in range(1 << len(margins))])


def sizes_of_sets(products: int) -> Array:
    """How many products each set holds."""
    return worth_by_set([1.0] * products)


class Spend(Mechanism[SpendSettings]):
    """What each customer holds, one step over the base a week; paid a week ahead.

    held: the set of products, a bit for each; left: of each product's clock until he buys or drops it; ordinal: of that
    clock. Since a step sees each clock once, nobody buys and drops the same product within a week.
    """

    answers = ("bond", "breadth", "holds")

    def __init__(self, world: World, settings: SpendSettings) -> None:
        super().__init__(world, settings)
        assert world.base is not None
        self.base: Base = world.base
        self._names = tuple(settings.products)
        width = len(self._names)
        self.held = self.base.column(np.uint8)
        self.left = self.base.column(np.float32, np.inf, width)
        self.ordinal = self.base.column(np.int16, 0, width)
        self.first, self.brought, self.bought, self.sold, self.dropped, self.gone = ([0] * width for _ in range(6))
        self.paid = self.used = 0.0
        self._began = False

    def adopted(self) -> None:
        """Rates, shares and margins by number of segment and product."""
        segments, products = self.base.segments, list(self.settings.products.values())
        self._at_start = np.array([[one.at_start.get(name, 0.0) for one in products] for name in segments])
        self._at_joining = np.array([[one.at_joining.get(name, 0.0) for one in products] for name in segments])
        self._buying = np.array([[one.bought.get(name, 0.0) for one in products] for name in segments])
        self._worth = worth_by_set([one.margin for one in products])
        self._sizes = sizes_of_sets(len(products))
        self._usage = np.array([self.settings.usage.get(name, 0.0) for name in segments])
        self._seeds = [np.array([streams.named(f"product {name}")], dtype=np.uint64) for name in self._names]

    def begin(self) -> None:
        """Find out whether anybody follows what single customers pay."""
        self._followed = self.world.tell.heard("customers_paid")

    def on_customers_joined(self, slots: Slots) -> None:
        """Newcomers, and those there at the start, hold some products from the beginning."""
        shares = self._at_joining if self._began else self._at_start
        came = self.brought if self._began else self.first
        segments = self.base.segment.array[slots]
        for number, seed in enumerate(self._seeds):
            keys = streams.children(self.base.key.array[slots], seed)
            holds = streams.uniforms(keys, _HELD) < shares[segments, number]
            self.held.array[slots] |= holds.astype(np.uint8) << np.uint8(number)
            came[number] += int(np.count_nonzero(holds))
            self._wind(slots, number)

    def on_customers_left(self, slots: Slots) -> None:
        """What leavers hold goes with them."""
        for number in range(len(self._names)):
            self.gone[number] += int(np.count_nonzero(self._holding(slots, number)))

    def _holding(self, slots: Slots, number: int) -> Bools:
        return (self.held.array[slots] >> np.uint8(number) & np.uint8(1)).astype(np.bool_)

    def _wind(self, slots: Slots, number: int) -> None:
        """Draw how far off the next change of a product is: a unit exponential of customer, product and ordinal."""
        products = streams.children(self.base.key.array[slots], self._seeds[number])
        ordinals = self.ordinal.array[slots, number]
        keys = streams.children(products, ordinals.astype(np.int64))
        self.left.array[slots, number] = streams.exponentials(keys, _CLOCK)
        self.ordinal.array[slots, number] = ordinals + 1

    def on_day_began(self, day: Day) -> None:
        """Once a week, products are bought and dropped, and what is held and used in the week to come is paid."""
        self._began = True
        if day.counted % _DAYS:
            return
        here = self.base.active.array[: self.base.size].nonzero()[0]
        equity = self.world.ask.equity(here, self.settings.reference)
        self._change(here, equity)
        self._pay(here, equity)

    def _change(self, slots: Slots, equity: Array) -> None:
        settings, segments = self.settings, self.base.segment.array[slots]
        buys = WEEK * lifted(equity, settings.reference, settings.buying)
        drops = WEEK * lifted(equity, settings.reference, -settings.dropping)
        for number, product in enumerate(settings.products.values()):
            holds = self._holding(slots, number)
            run = np.where(holds, product.dropped * drops, self._buying[segments, number] * buys)
            left = self.left.array[slots, number] - run.astype(np.float32)
            self.left.array[slots, number] = left
            due = left <= 0.0
            if due.any():
                self.bought[number] += int(np.count_nonzero(due & ~holds))
                self.dropped[number] += int(np.count_nonzero(due & holds))
                self._turn(slots[due], number)

    def _turn(self, slots: Slots, number: int) -> None:
        """Who holds a product has dropped it, who does not has it; their clocks are wound up."""
        self.held.array[slots] ^= np.uint8(1 << number)
        self._wind(slots, number)

    def _pay(self, slots: Slots, equity: Array) -> None:
        settings = self.settings
        amounts = WEEK * self._worth[self.held.array[slots]]
        if self._usage.any():
            used = WEEK * self._usage[self.base.segment.array[slots]]
            used *= lifted(equity, settings.reference, settings.using)
            self.used += elementary.total(used)
            amounts += used
        total = elementary.total(amounts)
        if total:
            self.paid += total
            self.world.tell.paid(Posting("spend", total, "prices"))
            if self._followed is not None:
                self._followed(CustomerPayments(slots, amounts, "prices"))

    def on_product_sold(self, sale: Sale) -> None:
        """A product that was sold to a customer is held from now on."""
        if sale.holds is None or self.holds(sale.slot, sale.holds):
            return
        number = self._names.index(sale.holds)
        self.sold[number] += 1
        self._turn(np.array([sale.slot]), number)

    def holds(self, slot: int, name: str) -> bool:
        """Whether the customer at a place holds a product."""
        return bool(self.held.view[slot] >> self._names.index(name) & 1)

    def breadth(self, slots: Slots) -> Array:
        """How many products customers hold beside their contract, shape (n,)."""
        return np.asarray(self._sizes[self.held.array[slots]])

    def bond(self, slots: Slots) -> Array | None:
        """What the products of customers add to their log hazard of leaving, shape (n,); None where it is off."""
        if not self.settings.bond:
            return None
        return -self.settings.bond * self.breadth(slots)

    def counts(self) -> dict[str, float]:
        """Products bought, sold, dropped and gone, in all; and what was paid, in prices of the start."""
        moves = {"bought": self.bought, "sold": self.sold, "dropped": self.dropped, "gone": self.gone}
        found: dict[str, float] = {f"products.{name}": added(counts) for name, counts in moves.items()}
        return found | {"products.brought": added(self.brought), "spend.paid": self.paid, "spend.used": self.used}

    def levels(self) -> dict[str, float]:
        """Products held now."""
        return {"products.held": elementary.total(self._sizes[self.held.array[: self.base.size]])}

    def balances(self) -> list[tuple[str, float, float]]:
        """Products held = at the start + brought by newcomers + bought + sold - dropped - gone with leavers."""
        everywhere = np.arange(self.base.size)
        pairs: list[tuple[str, float, float]] = []
        for number, name in enumerate(self._names):
            come = self.first[number] + self.brought[number] + self.bought[number] + self.sold[number]
            held = int(np.count_nonzero(self._holding(everywhere, number)))
            pairs.append((f"customers who hold {name}", come - self.dropped[number] - self.gone[number], held))
        return pairs

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """Products held, bought and dropped, and what customers spend beside the fee."""
        currency = scenario.currency
        return [
            Measure(
                "products_per_customer", "products per customer at the end", "products", "products.held", "customers",
                1.0, "higher", meaning="products held beside the contract, over customers, at the end",
            ),
            Measure(
                "products_bought", "products bought", "a customer-year", "products.bought", "customers.years", 1.0,
                "higher", meaning="products that customers took of themselves, over customer-years",
            ),
            Measure(
                "products_dropped", "products dropped", "a customer-year", "products.dropped", "customers.years", 1.0,
                "lower", meaning="products that customers gave up while they stayed, over customer-years",
            ),
            Measure(
                "spend_per_customer", "spend beside the fee", f"{currency} a year", "spend.paid", "customers.years",
                1.0, "higher", meaning="margin of products held and of usage, over customer-years, in prices of the "
                "start",
            ),
        ]  # fmt: skip
