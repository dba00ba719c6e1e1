"""Orders as columns, and what happens to them on days to come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.core.measures import Better

Slots = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]
Array = npt.NDArray[np.float64]

ORDER_MEASURES: tuple[tuple[str, str, str, str, str, float, Better, str], ...] = (
    ("orders_per_customer", "orders", "a customer-year", "orders.placed", "customers.years", 1.0, "higher",
     "orders placed, over customer-years"),
    ("orders_on_time", "orders delivered as promised", "%", "orders.on_time", "orders.delivered", 100.0,
     "higher", "orders delivered within the promised time, over orders delivered"),
    ("fill_rate", "orders filled from stock", "%", "orders.at_once", "orders.placed", 100.0, "higher",
     "orders for which a location had the product at once, over orders placed"),
    ("orders_lost", "orders lost", "%", "orders.lost", "orders.placed", 100.0, "lower",
     "orders lost for want of stock, over orders placed"),
    ("issues_per_order", "issues caused by orders", "an order", "orders.issues", "orders.placed", 1.0, "lower",
     "issues that contact points of orders caused, over orders placed"),
    ("stock_on_hand", "stock on hand", "units", "orders.unit_days", "days", 1.0, "neither",
     "units on hand in all locations, mean over days"),
)  # fmt: skip
"""What orders let a study report: the columns of a measure."""


class Orders(NamedTuple):
    """Orders as columns of shape (n,): key, customer's place and key, product and location by number, times.

    placed: when; due: the end of the promise; arrives: when the customer has it, infinite until it is shipped; late:
    whether its being late has been noted.
    """

    key: Keys
    slot: Slots
    customer: Keys
    product: Slots
    location: Slots
    placed: Array
    due: Array
    arrives: Array
    late: npt.NDArray[np.bool_]

    def of(self, which: Any) -> Orders:
        """Some of the orders."""
        return Orders(*(column[which] for column in self))

    @property
    def size(self) -> int:
        """How many there are."""
        return int(self.key.size)


def new_orders(  # noqa: PLR0917  # columns of the same orders
    keys: Keys, slots: Slots, customers: Keys, products: Slots, placed: Array, promised: float
) -> Orders:
    """Orders that have just been placed, with a promise of so many seconds."""
    nowhere, unknown = np.full(keys.size, -1, dtype=np.int64), np.full(keys.size, np.inf)
    late = np.zeros(keys.size, dtype=np.bool_)
    return Orders(keys, slots, customers, products, nowhere, placed, placed + promised, unknown, late)


def no_orders() -> Orders:
    """No orders at all."""
    keys, slots, times = np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int64), np.empty(0)
    return new_orders(keys, slots, keys, slots, times, 0.0)


def together(parts: Iterable[Orders]) -> Orders:
    """Orders one after the other."""
    return Orders(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


class Diary:
    """What happens to orders on which day, in the order in which it was noted."""

    def __init__(self, ends: Array) -> None:
        self._ends = ends
        self._days: dict[int, dict[str, list[tuple[Orders, Array]]]] = {}

    def note(self, what: str, orders: Orders, times: Array) -> None:
        """Note what happens at times (s), shape (n,), on the days on which they fall."""
        days = self._ends.searchsorted(times, side="right")
        for day in dict.fromkeys(days.tolist()):
            mine = days == day
            self._days.setdefault(day, {}).setdefault(what, []).append((orders.of(mine), times[mine]))

    def take(self, day: int) -> Iterator[tuple[str, Orders, Array]]:
        """What happens on a day: what, the orders, the times."""
        for what, entries in self._days.pop(day, {}).items():
            yield what, together(orders for orders, _ in entries), np.concatenate([times for _, times in entries])

    def to_come(self, what: str) -> int:
        """Orders to which it has yet to happen."""
        return sum(orders.size for day in self._days.values() for orders, _ in day.get(what, ()))
