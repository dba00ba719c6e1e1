"""The customer base: who they are, in segments, and who is there when the simulation begins."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import Field

from sim.core import streams
from sim.core.calendar import Day
from sim.core.entities import Base
from sim.core.measures import Measure
from sim.core.units import DAY, YEAR, Settings
from sim.core.world import Mechanism, World


class SegmentSettings(Settings):
    """One segment: how many customers it has at the start."""

    count: int = Field(ge=0, le=5_000_000)


class CustomerSettings(Settings):
    """The segments of the base."""

    segments: dict[str, SegmentSettings] = Field(min_length=1)


Slots = npt.NDArray[np.int64]
Origins = npt.NDArray[np.int8]


class Customers(Mechanism[CustomerSettings]):
    """The base: who is in it, who of those present at the start still is."""

    answers = ("add_customers", "remove_customers")

    def __init__(self, world: World, settings: CustomerSettings) -> None:
        super().__init__(world, settings)
        world.base = self.base = Base(tuple(settings.segments))
        self.joined = self.left = self.initial = 0
        self.customer_days = 0.0
        self._at_start = 0
        self._kept_a_year: int | None = None

    def begin(self) -> None:
        """Bring the customers who are there at the start; churn gives them their tenures."""
        root = streams.child(self.world.root, streams.named("customers"))
        for index, (name, segment) in enumerate(self.settings.segments.items()):
            keys = streams.brood(streams.child(root, streams.named(name)), 0, segment.count)
            self._enter(keys, np.full(segment.count, index, dtype=np.int64), np.zeros(segment.count, dtype=np.int8))
        self.initial, self.joined = self.joined, 0

    def add_customers(self, keys: npt.NDArray[np.uint64], segments: Slots, origins: Origins) -> Slots:
        """Newcomers join; returns their places, shape (n,)."""
        return self._enter(keys, segments, origins)

    def _enter(self, keys: npt.NDArray[np.uint64], segments: Slots, origins: Origins) -> Slots:
        base = self.base
        slots = base.places(int(keys.size))
        base.key.array[slots] = keys
        base.segment.array[slots] = segments
        base.origin.array[slots] = origins
        base.active.array[slots] = True
        base.joined.array[slots] = self.world.env.now
        self.joined += int(keys.size)
        self.world.tell.customers_joined(slots)
        return slots

    def remove_customers(self, slots: Slots) -> None:
        """Customers leave; everybody is told while they are still known."""
        self.world.tell.customers_left(slots)
        self.left += int(slots.size)
        self.base.vacate(slots)

    def on_counting_began(self, _: float) -> None:
        """Mark who is present when the counting starts."""
        base = self.base
        base.present_at_start.array[: base.size] = base.active.array[: base.size]
        self._at_start = self._still_here()

    def _still_here(self) -> int:
        base = self.base
        return int(np.count_nonzero(base.present_at_start.array[: base.size] & base.active.array[: base.size]))

    def on_day_began(self, day: Day) -> None:
        """Count customer-days, and after a year those who are still there."""
        self.customer_days += len(self.base)
        if day.counted * DAY == YEAR:
            self._kept_a_year = self._still_here()

    def counts(self) -> dict[str, float]:
        """Customers joined and left, and customer-years."""
        return {
            "customers.joined": self.joined,
            "customers.left": self.left,
            "customers.years": self.customer_days * DAY / YEAR,
        }

    def levels(self) -> dict[str, float]:
        """Customers now, present at the start, and kept."""
        found: dict[str, float] = {"customers": len(self.base), "customers.at_start": self._at_start}
        found["customers.kept"] = self._still_here()
        kept = self._kept_a_year
        if kept is None and self.world.calendar.settings.horizon == YEAR:
            kept = self._still_here()
        if kept is not None:
            found["customers.kept_a_year"] = kept
        return found

    def balances(self) -> list[tuple[str, float, float]]:
        """Customers now = at the beginning + joined - left, by the books and by counting heads."""
        heads = int(np.count_nonzero(self.base.active.array[: self.base.size]))
        return [
            ("customers by the books", self.initial + self.joined - self.left, len(self.base)),
            ("customers by counting heads", heads, len(self.base)),
        ]

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """Retention and the size of the base."""
        return [
            Measure(
                "customer_retention_12m", "customers kept after 12 months", "%",
                "customers.kept_a_year", "customers.at_start", 100.0, "higher", outcome=True,
                meaning="customers present at the start who are still customers 365 days later",
            ),
            Measure(
                "customer_retention_end", "customers kept to the end", "%",
                "customers.kept", "customers.at_start", 100.0, "higher", outcome=True,
                meaning="customers present at the start who are still customers at the end of the horizon",
            ),
            Measure(
                "newcomers_per_year", "newcomers", "customers a year", "customers.joined", "years", 1.0, "higher",
                outcome=True, meaning="customers who joined, a year",
            ),
            Measure("customers_end", "customers at the end", "customers", "customers", None, 1.0, "higher"),
            Measure(
                "churn", "churn", "% a year", "customers.left", "customers.years", 100.0, "lower",
                meaning="customers who left, over customer-years",
            ),
        ]  # fmt: skip
