"""Stock of one product at one place: units dealt out, and ordered again up to a level on fixed days."""

from __future__ import annotations

from collections.abc import Sequence

from sim.core.elementary import added

Wanted = tuple[int, Sequence[int], int]
"""A unit that is wanted: its product, the places in the order in which they are tried, and the place of what is not
kept in stock."""


class Shelf:
    """Units on hand and on order. Counts: at the start + received = dealt out + on hand."""

    __slots__ = ("coming", "on_hand", "orders", "out", "received", "start")

    def __init__(self, start: int) -> None:
        self.start = self.on_hand = start
        self.received = self.out = self.orders = 0
        self.coming: dict[int, int] = {}

    @property
    def on_order(self) -> int:
        """Units that are on their way."""
        return added(self.coming.values())

    def deal(self, wanted: int) -> int:
        """Deal out as many of the units wanted as there are; returns how many."""
        units = min(wanted, self.on_hand)
        self.on_hand -= units
        self.out += units
        return units

    def receive(self, day: int) -> int:
        """Take in what comes on a day; returns how many units."""
        units = self.coming.pop(day, 0)
        self.on_hand += units
        self.received += units
        return units

    def missing(self, up_to: int, waiting: int) -> int:
        """Units to order so that stock on hand and on order, less what waits, comes up to a level."""
        return max(0, up_to - (self.on_hand + self.on_order - waiting))

    def order(self, units: int, day: int) -> None:
        """Order units that come on a day."""
        self.orders += 1
        self.coming[day] = self.coming.get(day, 0) + units


class Stock:
    """All shelves, by the numbers of product and place."""

    def __init__(self) -> None:
        self.shelves: dict[tuple[int, int], Shelf] = {}

    def deal(self, wanted: Sequence[Wanted]) -> list[int]:
        """The place that ships each of some units, -1 where none has the product: first choices of all go first."""
        kept = {product for product, _ in self.shelves}
        places = [-1 if product in kept else home for product, _, home in wanted]
        for choice in range(max((len(sources) for _, sources, _ in wanted), default=0)):
            for unit, (product, sources, _) in enumerate(wanted):
                if places[unit] < 0 and choice < len(sources):
                    shelf = self.shelves.get((product, sources[choice]))
                    if shelf is not None and shelf.deal(1):
                        places[unit] = sources[choice]
        return places

    def books(self) -> tuple[int, int, int, int]:
        """Units at the start, received, dealt out, and on hand."""
        each = [(shelf.start, shelf.received, shelf.out, shelf.on_hand) for shelf in self.shelves.values()]
        start, received, out, on_hand = map(sum, zip(*each, strict=True)) if each else (0, 0, 0, 0)
        return start, received, out, on_hand
