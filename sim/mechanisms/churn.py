"""Churn: at each renewal a customer leaves with a hazard made of tenure, equity and price."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
from pydantic import Field

from sim.core import elementary, streams
from sim.core.calendar import Day
from sim.core.entities import Base
from sim.core.lifetimes import TenureCurve, TenureFactors, thresholds
from sim.core.measures import Measure
from sim.core.units import Duration, Rate, Settings
from sim.core.world import Mechanism, World


class CustomerReference(Settings):
    """The named state for which the base hazard was solved; price is at its reference price in it."""

    name: str
    equity: float = Field(ge=0, le=100)
    base_hazard: Rate = Field(gt=0)


class ChurnSettings(Settings):
    """Who leaves: base hazard x tenure factor x exp(service + price).

    service = equity_effect x (reference equity - equity) / 10 points; price = price_loss x (price above the
    reference price, relative) or - price_gain x (price below it, relative).
    """

    half_life: Duration = Field(gt=0)
    tenure: TenureFactors = TenureFactors()
    equity_effect: float = Field(ge=0, le=10)
    price_loss: float = Field(ge=0, le=50)
    price_gain: float = Field(ge=0, le=50)
    reference: CustomerReference


Array = npt.NDArray[np.float64]
Slots = npt.NDArray[np.int64]
CAUSES: Final = ("service", "price", "other")
_TENURE = streams.named("tenure at the start")
_THRESHOLD = streams.named("churn threshold")
_CAUSE = streams.named("churn cause")


def service_term(equity: Array, reference: float, effect: float) -> Array:
    """Log hazard ratio of a relationship better or worse than the reference: effect per 10 points of equity."""
    return np.asarray(effect * (reference - equity) / 10.0)


def price_term(gap: Array, loss: float, gain: float) -> Array:
    """Log hazard ratio of a price above (loss) or below (gain) the reference price, gap relative to it.

    Loss aversion makes loss larger than gain (Neumann and Boeckenholt 2014, J. Retailing 90(2)).
    """
    return np.asarray(loss * np.maximum(gap, 0.0) + gain * np.minimum(gap, 0.0))


def cause(service: float, price: float, u: float) -> int:
    """Index into CAUSES of a loss.

    With the log hazard ratios s and p the share 1 - exp(-(s+ + p+)) of the hazard is due to service and price,
    in proportion to their positive parts; the rest would have happened in the reference state.
    """
    s, p = max(service, 0.0), max(price, 0.0)
    blamed = 1.0 - elementary.exp(-(s + p))
    if u >= blamed:
        return 2
    return 0 if u < blamed * s / (s + p) else 1


class Churn(Mechanism[ChurnSettings]):
    """Leaving at renewal: each customer has a unit exponential, and leaves when the cumulated hazard has used it up.

    left: what is left of it; lived: integral of the tenure factor up to the last renewal, in seconds.
    """

    def __init__(self, world: World, settings: ChurnSettings) -> None:
        super().__init__(world, settings)
        assert world.base is not None
        self.base: Base = world.base
        self.left = self.base.column(np.float64)
        self.lived = self.base.column(np.float64)
        self._curve = TenureCurve.of(settings.tenure)
        self.losses = [0, 0, 0]
        self._began = False

    def adopted(self) -> None:
        """The curve of the hazard by tenure; the time before a change counts by the curve in force then."""
        base, size, before = self.base, self.base.size, self._curve
        self._curve = TenureCurve.of(self.settings.tenure)
        if size:
            tenure = self.world.env.now - base.joined.array[:size]
            change = self._curve.cumulated(tenure) - before.cumulated(tenure)
            self.lived.array[:size] += change * base.active.array[:size]

    def on_day_began(self, _: Day) -> None:
        """From the first day on, whoever joins is new."""
        self._began = True

    def on_customers_joined(self, slots: Slots) -> None:
        """Newcomers draw how much hazard they stand; those there at the start also their tenure."""
        keys = self.base.key.array[slots]
        self.left.array[slots] = thresholds(keys, _THRESHOLD)
        if not self._began:
            u = streams.uniforms(keys, _TENURE)
            tenure = self._curve.stationary_tenures(self.settings.reference.base_hazard, u)
            self.base.joined.array[slots] = self.world.env.now - tenure
            self.lived.array[slots] = self._curve.cumulated(tenure)

    def on_customers_renewed(self, slots: Slots) -> None:
        """Take off the hazard of the time since the last renewal; those who have had enough leave."""
        service, price = self._terms(slots)
        lived = self._curve.cumulated(self.world.env.now - self.base.joined.array[slots])
        hazard = lived - self.lived.array[slots]
        hazard *= self.settings.reference.base_hazard
        hazard *= elementary.exp_array(service + price)
        left = self.left.array[slots]
        left -= hazard
        self.left.array[slots] = left
        self.lived.array[slots] = lived
        leaving = (left <= 0.0).nonzero()[0]
        if leaving.size:
            self._leave(slots[leaving], service[leaving], price[leaving])

    def _terms(self, slots: Slots) -> tuple[Array, Array]:
        """Log hazard ratios of customers by their relationship and by their price."""
        settings, ask, reference = self.settings, self.world.ask, self.settings.reference.equity
        service = service_term(ask.equity(slots, reference), reference, settings.equity_effect)
        gap = ask.price_gap(slots)
        return service, price_term(gap, settings.price_loss, settings.price_gain) if gap.any() else gap

    def _leave(self, slots: Slots, service: Array, price: Array) -> None:
        keys = self.base.key.array[slots].tolist()
        terms = zip(keys, service.tolist(), price.tolist(), strict=True)
        causes = [cause(s, p, streams.uniform(key, _CAUSE)) for key, s, p in terms]
        reprieve = self.world.ask.reprieve(slots, [CAUSES[number] for number in causes])
        going = reprieve <= 0.0
        self.left.array[slots] = reprieve
        for number in np.array(causes)[going].tolist():
            self.losses[number] += 1
        if going.any():
            self.world.ask.remove_customers(slots[going])

    def counts(self) -> dict[str, float]:
        """Customers lost, by cause."""
        return {f"losses.{name}": lost for name, lost in zip(CAUSES, self.losses, strict=True)}

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """Losses by cause."""
        return [
            Measure(
                f"losses.{name}", f"customers lost, cause {name}", "customers a year", f"losses.{name}", "years", 1.0,
                "lower", meaning=f"customers who left because of {name}, a year",
            )
            for name in CAUSES
        ]  # fmt: skip
