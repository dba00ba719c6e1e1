"""What customers are worth by cohort: those there when counting begins, then those who join, period by period.

Margin of a customer: what he paid, less what his contacts cost, before what it cost to win him. The cost of staff is
shared month by month by the time that agents spent with contacts. Discounted to the beginning of the cohort's period,
and counted within the horizon: later cohorts have had less time. Value as the present value of margins: Gupta, Lehmann
and Stuart (2004, J. Marketing Research 41(1):7-18); established. A cohort is one number however long the horizon.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

import numpy as np
from pydantic import Field

from sim.core.entities import Base, Column, Contact
from sim.core.facts import CustomerPayments, Slots
from sim.core.measures import Measure
from sim.core.units import DAY, Duration, Settings
from sim.core.world import World

START = "start"


class ValueSettings(Settings):
    """Counting of lifetime value by cohort.

    cohort: length of the periods in which newcomers are put together.
    """

    cohort: Duration = Field(ge=7 * DAY)


def cohort_names(horizon: float, length: float) -> tuple[str, ...]:
    """Those there at the start, then one cohort for each period of the horizon."""
    return (START, *(f"period_{number + 1}" for number in range(ceil(horizon / length - 1e-9))))


def period_of(joined: float, began: float, length: float) -> int:
    """Number of the period in which a newcomer joined, from 1."""
    return int((joined - began) / length) + 1


class Cohorts:
    """Books of margin by cohort; the ledger says what money is worth and when a month's cost is shared out.

    worth: present value of one unit of money today, discounted to a moment given in seconds since counting began;
    fixed: what a contact costs besides the agent, by channel; the ledger keeps it up to date.
    """

    base: Base
    number: Column[np.int16]

    def __init__(self, world: World, settings: ValueSettings, worth: Callable[[float], float]) -> None:
        self.world = world
        self.length = settings.cohort
        self.names = cohort_names(world.calendar.settings.horizon, settings.cohort)
        self.worth = worth
        self.fixed: dict[str, float] = {}
        self.counting = False
        size = len(self.names)
        self.customers = [0] * size
        self.margin = [0.0] * size
        self._time = [0.0] * size
        self._fixed = [0.0] * size

    def begin(self) -> None:
        """Note at each customer to which cohort he belongs."""
        assert self.world.base is not None  # who asks for it has customers
        self.base = self.world.base
        self.number = self.base.column(np.int16)

    def begin_counting(self, _: float) -> None:
        """Who is there now is the first cohort."""
        self.counting = True
        self.customers[0] = len(self.base)

    def join(self, slots: Slots) -> None:
        """Newcomers belong to the period of today."""
        if self.counting:
            period = period_of(self.world.env.now, self.world.calendar.counted_from, self.length)
            number = min(period, len(self.names) - 1)
            self.customers[number] += int(slots.size)
            self.number.array[slots] = number

    def pay(self, payments: CustomerPayments, scale: float) -> None:
        """What customers pay, to the cohorts in which they are."""
        if not self.counting:
            return
        totals = np.bincount(self.number.array[payments.slots], payments.amounts).tolist()  # one after the other
        for number, total in enumerate(totals):
            if total:
                self.margin[number] += total * scale * self._worth(number)

    def serve(self, contact: Contact) -> None:
        """A contact handled: agents' time, and what it cost besides."""
        issue = contact.issue
        if self.counting and self.base.has(issue.slot, issue.customer):
            number = self.number.view[issue.slot]
            self._time[number] += contact.spent
            self._fixed[number] += self.fixed[contact.lane.channel.name]

    def share_out(self, per_second: float, prices: float) -> None:
        """Charge the cohorts for the agents' time and contacts since the last time."""
        for number in range(len(self.names)):
            cost = self._time[number] * per_second + self._fixed[number] * prices
            self.margin[number] -= cost * self._worth(number) if cost else 0.0
            self._time[number] = self._fixed[number] = 0.0

    def counts(self) -> dict[str, float]:
        """Margin and customers by cohort."""
        found: dict[str, float] = {}
        for number, name in enumerate(self.names):
            found[f"value.{name}.margin"] = self.margin[number]
            found[f"value.{name}.customers"] = self.customers[number]
        return found

    def _worth(self, number: int) -> float:
        return self.worth(max(number - 1, 0) * self.length)


def value_measures(names: tuple[str, ...], currency: str) -> list[Measure]:
    """Value of a customer of each cohort."""
    return [
        Measure(
            f"value.{name}", f"value of a customer, {_said(name)}", currency, f"value.{name}.margin",
            f"value.{name}.customers", 1.0, "higher",
            meaning="what customers pay less cost of contacts within the horizon, discounted to the beginning of the "
            "period, over customers of the cohort; before the cost of winning them",
        )
        for name in names
    ]  # fmt: skip


def _said(name: str) -> str:
    return "there at the start" if name == START else f"joined in period {name.rpartition('_')[2]}"
