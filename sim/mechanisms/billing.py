"""Bills: charges on top of the fee, and the shock of a bill far above the usual.

The usual is the reference price. A bill above it by more than a threshold is felt several times as much as its size
says, and makes customers call. Overage payments move customers to switch about six times as strongly as savings of the
same size in one large panel (Genakos, Roumanias and Valletti 2015, CEP Discussion Paper 1373; telephone tariffs): the
direction is known. How many call is a convention.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import Field

from sim.core import streams
from sim.core.distributions import Law
from sim.core.entities import Base
from sim.core.measures import Measure
from sim.core.reactions import raise_later
from sim.core.units import Percent, Settings, Share
from sim.core.world import Mechanism, World


class ChargeSettings(Settings):
    """Charges for use: on this share of the bills, so much of the price on top of it."""

    share: Share
    size: Percent = Field(ge=0)


class ShockReactionSettings(Settings):
    """Issues that a shocking bill causes: this share of those who get one, after a delay."""

    share: Share
    delay: Law


class ShockSettings(Settings):
    """A bill is a shock if it is above the reference price by more than ``above``; the gap is felt ``felt`` times."""

    above: Percent = Field(gt=0)
    felt: float = Field(ge=1, le=20)
    reactions: dict[str, ShockReactionSettings] = Field(default_factory=dict)


class BillingSettings(Settings):
    """Charges on bills, and what a shocking bill does."""

    charges: ChargeSettings | None = None
    shock: ShockSettings | None = None


Array = npt.NDArray[np.float64]
Slots = npt.NDArray[np.int64]
_CHARGE = streams.named("charge on a bill")
_REACTION = streams.named("bill shock")


def felt(gap: Array, above: float, times: float) -> Array:
    """Gaps to the reference price as they are felt: those over the threshold so many times."""
    return np.where(gap > above, times * gap, gap)


class Billing(Mechanism[BillingSettings]):
    """Charges and shocks: each bill is a child of its customer and of its day, on which no policy has a hold."""

    answers = ("charges", "shock", "billed")

    def __init__(self, world: World, settings: BillingSettings) -> None:
        super().__init__(world, settings)
        assert world.base is not None
        self.base: Base = world.base
        self.bills = self.shocks = 0

    def charges(self, slots: Slots) -> Array:
        """What today's bills of customers are, relative to their price, shape (n,)."""
        charges = self.settings.charges
        if charges is None:
            return np.ones(slots.size)
        charged = streams.uniforms(self._keys("bill", slots), _CHARGE) < charges.share
        return np.where(charged, 1.0 + charges.size, 1.0)

    def _keys(self, name: str, slots: Slots) -> npt.NDArray[np.uint64]:
        customers = self.base.key.array[slots]
        number = np.array([streams.named(name)], dtype=np.uint64)
        today = np.array([self.world.calendar.index_at(self.world.env.now)], dtype=np.int64)
        return streams.children(streams.children(customers, number), today)

    def shock(self, gap: Array) -> Array:
        """Gaps to the reference price as they are felt."""
        shock = self.settings.shock
        return gap if shock is None else felt(gap, shock.above, shock.felt)

    def billed(self, slots: Slots, gap: Array) -> None:
        """Customers have paid bills that far above the usual: count the shocks, and let them make contact."""
        self.bills += int(slots.size)
        shock = self.settings.shock
        if shock is None:
            return
        slots = slots[gap > shock.above]
        self.shocks += int(slots.size)
        for kind, reaction in shock.reactions.items() if slots.size else ():
            issues = self._keys(f"bill shock {kind}", slots)
            mine = np.flatnonzero(streams.uniforms(issues, _REACTION) < reaction.share)
            if mine.size:
                who = zip(issues[mine].tolist(), slots[mine].tolist(), strict=True)
                raise_later(self.world, kind, reaction.delay, who)

    def counts(self) -> dict[str, float]:
        """Bills at renewals, and those that were a shock."""
        return {"bills": self.bills, "bills.shocking": self.shocks}

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """How many bills are a shock."""
        return [
            Measure(
                "bill_shocks", "shocking bills", "%", "bills.shocking", "bills", 100.0, "lower",
                meaning="bills above the usual by more than the threshold of a shock, over bills paid at renewals",
            ),
        ]  # fmt: skip
