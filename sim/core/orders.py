"""Orders, and what happens to them on days to come."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import ItemsView, Iterable, Sequence

from sim.core.elementary import added
from sim.core.measures import Better

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

Entry = tuple["Order", float]
"""An order, and the time at which something happens to it."""


class Order:
    """One order: its key, place and key of its customer, product and location by number, when it was placed.

    due: the end of the promise; late: whether its being late is known.
    """

    __slots__ = ("customer", "due", "key", "late", "location", "placed", "product", "slot")

    def __init__(self, key: int, slot: int, customer: int, product: int, placed: float, due: float) -> None:  # noqa: PLR0917
        self.key = key
        self.slot = slot
        self.customer = customer
        self.product = product
        self.placed = placed
        self.due = due
        self.location = -1
        self.late = False


class Diary:
    """What happens to orders on which day, in the order in which it was noted.

    ends: of the days, in seconds.
    """

    def __init__(self, ends: Sequence[float]) -> None:
        self._ends = ends
        self._days: dict[int, dict[str, list[Entry]]] = {}

    def note(self, what: str, entries: Iterable[Entry]) -> None:
        """Note what happens to orders, on the days on which it does."""
        for entry in entries:
            day = bisect_right(self._ends, entry[1])
            self._days.setdefault(day, {}).setdefault(what, []).append(entry)

    def take(self, day: int) -> ItemsView[str, list[Entry]]:
        """What happens on a day: what, and to which orders when."""
        return self._days.pop(day, {}).items()

    def to_come(self, what: str) -> int:
        """Orders to which it has yet to happen."""
        return added(len(day.get(what, ())) for day in self._days.values())
