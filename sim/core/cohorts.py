"""What customers are worth by cohort: those there when counting begins, then those who join, period by period.

Margin of a customer: fees paid, less what his contacts cost, before what it cost to win him. The cost of staff is
shared month by month by the time that agents spent with contacts. Discounted to the beginning of the cohort's period,
and counted within the horizon: later cohorts have had less time. Value as the present value of margins: Gupta, Lehmann
and Stuart (2004, J. Marketing Research 41(1):7-18); established. A cohort is one number however long the horizon.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

import numpy as np
import numpy.typing as npt
from pydantic import Field

from sim.core import elementary
from sim.core.entities import Contact
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

    worth: present value of one unit of money today, discounted to a moment given in seconds since counting began.
    """

    def __init__(self, world: World, settings: ValueSettings, worth: Callable[[float], float]) -> None:
        self.world = world
        self.length = settings.cohort
        self.names = cohort_names(world.calendar.settings.horizon, settings.cohort)
        self.worth = worth
        self.counting = False
        size = len(self.names)
        self.customers = [0] * size
        self.margin = [0.0] * size
        self._time = [0.0] * size
        self._fixed = [0.0] * size

    def begin_counting(self) -> None:
        """Who is there now is the first cohort."""
        self.counting = True
        self.customers[0] = len(self.world.base or ())

    def join(self, slots: Slots) -> None:
        """Newcomers belong to the period of today."""
        if self.counting:
            self.customers[self._of(self.world.env.now)] += int(slots.size)

    def pay(self, payments: CustomerPayments, scale: float) -> None:
        """Fees of customers, to the cohorts in which they are."""
        if not self.counting:
            return
        numbers = self._numbers(payments.slots)
        for number in np.unique(numbers).tolist():
            total = elementary.total(payments.amounts[numbers == number])
            self.margin[number] += float(total) * scale * self._worth(number)

    def serve(self, contact: Contact, fixed: float) -> None:
        """A contact handled: agents' time, and what it cost besides."""
        base, issue = self.world.base, contact.issue
        if self.counting and base is not None and issue.slot >= 0 and base.key.view[issue.slot] == issue.customer:
            number = 0 if base.present_at_start.view[issue.slot] else self._of(base.joined.view[issue.slot])
            self._time[number] += contact.spent
            self._fixed[number] += fixed

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

    def _began(self) -> float:
        return self.world.calendar.counted_from

    def _of(self, joined: float) -> int:
        return min(period_of(joined, self._began(), self.length), len(self.names) - 1)

    def _numbers(self, slots: Slots) -> npt.NDArray[np.int64]:
        base = self.world.base
        assert base is not None  # who pays is in it
        since = base.joined.array[slots] - self._began()
        periods = np.minimum((since / self.length).astype(np.int64) + 1, len(self.names) - 1)
        numbers: npt.NDArray[np.int64] = np.where(base.present_at_start.array[slots], 0, periods)
        return numbers

    def _worth(self, number: int) -> float:
        return self.worth(max(number - 1, 0) * self.length)


def value_measures(names: tuple[str, ...], currency: str) -> list[Measure]:
    """Value of a customer of each cohort."""
    return [
        Measure(
            f"value.{name}", f"value of a customer, {_said(name)}", currency, f"value.{name}.margin",
            f"value.{name}.customers", 1.0, "higher",
            meaning="fees less cost of contacts within the horizon, discounted to the beginning of the period, over "
            "customers of the cohort; before the cost of winning them",
        )
        for name in names
    ]  # fmt: skip


def _said(name: str) -> str:
    return "there at the start" if name == START else f"joined in period {name.rpartition('_')[2]}"
