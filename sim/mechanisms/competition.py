"""Competitors' price: an outside price that drifts, and the gap to it that grows or shrinks.

Only movements count: a customer joined, or was there at the start, at some ratio of the firm's price to the market's,
and has accepted it; what is felt is how far the ratio has moved since. Customers judge a price against what they paid
and against what others ask (Mazumdar, Raj and Sinha 2005, J. Marketing 69(4)); that the second pulls customers away is
established in direction, its weight is a convention. A policy cannot change what competitors ask.
"""

from __future__ import annotations

from bisect import bisect_right

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from sim.core.calendar import Day
from sim.core.entities import Base
from sim.core.units import Date, Growth, Percent, Settings, Several
from sim.core.world import Mechanism, World


class MarketStep(Settings):
    """From a date on, competitors' prices stand this far above (or below) those of the start, before drift."""

    from_: Date = Field(alias="from")
    change: Percent


class CompetitionSettings(Settings):
    """What competitors ask, relative to the start of the horizon, by segment.

    drift: simple growth of their price from the start of the horizon; steps: jumps at dates, for all segments; weight:
    how much a relative gap to the market counts, where a gap to the reference price counts 1.
    """

    drift: dict[str, Growth] = Field(default_factory=dict)
    steps: Several[MarketStep] = ()
    weight: float = Field(ge=0, le=10)

    @model_validator(mode="after")
    def _ascending(self) -> CompetitionSettings:
        dates = [step.from_ for step in self.steps]
        if sorted(set(dates)) != dates:
            raise ValueError("the steps of the market must have rising dates")
        return self


Array = npt.NDArray[np.float64]
Slots = npt.NDArray[np.int64]
_LOWEST = 0.01


def level(drift: float, time: float, step: float) -> float:
    """Competitors' price relative to the start: (1 + step) x (1 + drift x time), never under a hundredth."""
    return max((1.0 + step) * (1.0 + drift * time), _LOWEST)


def moved_apart(price: Array, market: Array, accepted: Array) -> Array:
    """How far the ratio of price to market has moved from the one accepted, relative to it; 0 where none was."""
    ratio = np.divide(price, market * accepted, out=np.ones_like(price), where=accepted > 0.0)
    ratio -= 1.0
    return ratio


class Competition(Mechanism[CompetitionSettings]):
    """The market outside: its price today by segment, and the ratio to it that each customer has accepted."""

    answers = ("enter_market", "market_gap", "market_level")

    def __init__(self, world: World, settings: CompetitionSettings) -> None:
        super().__init__(world, settings)
        assert world.base is not None
        self.base: Base = world.base
        self.accepted = self.base.column(np.float64)
        self._market = np.ones(len(self.base.segments))

    def on_day_began(self, day: Day) -> None:
        """Move the market to today."""
        calendar, settings = self.world.calendar, self.settings
        past = bisect_right([calendar.index_of(step.from_) for step in settings.steps], day.index)
        step = settings.steps[past - 1].change if past else 0.0
        time = max(calendar.day_start(day.index) - calendar.counted_from, 0.0)
        drifts = [settings.drift.get(segment, 0.0) for segment in self.base.segments]
        self._market = np.array([level(drift, time, step) for drift in drifts])

    def market_level(self) -> Array:
        """Competitors' price today relative to the start, by segment."""
        return self._market

    def enter_market(self, slots: Slots, price: Array) -> None:
        """Customers have compared prices and accepted theirs."""
        self.accepted.array[slots] = price / self._market[self.base.segment.array[slots]]

    def market_gap(self, slots: Slots, price: Array) -> Array:
        """What customers feel of the market at a price: weight x movement of the ratio, shape (n,)."""
        market = self._market[self.base.segment.array[slots]]
        return self.settings.weight * moved_apart(price, market, self.accepted.array[slots])

    def levels(self) -> dict[str, float]:
        """Competitors' price relative to the start, by segment."""
        return {f"market.{name}": price for name, price in zip(self.base.segments, self._market.tolist(), strict=True)}
