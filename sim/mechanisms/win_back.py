"""Win-back: customers who have left are approached with an offer, and some come back, with what they remember.

Stauss and Friege (1999, Journal of Service Research 1(4)) and Thomas, Blattberg and Fox (2004, Journal of Marketing
Research 41(1)): who can be won back, and for how long, depends on why he left. Shares are the firm's own.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.core import streams
from sim.core.calendar import Day
from sim.core.distributions import Law
from sim.core.elementary import added
from sim.core.entities import ORIGINS, Base
from sim.core.facts import Posting
from sim.core.measures import Measure
from sim.core.units import Money, Settings, Share
from sim.core.world import Mechanism, World

Cause = Literal["service", "price", "other", "neglect", "involuntary"]


class WinBackSettings(Settings):
    """Who is approached, who comes back, when, and for what.

    approached: share of those who leave to whom the offer is made; share: of those approached who come back, by the
    cause for which they left, nobody for a cause that is not given; delay: until then; offer: cost of each offer
    made; reward: cost of each customer who comes back, such as a credit.
    """

    approached: Share
    share: dict[Cause, Share]
    delay: Law
    offer: Money
    reward: Money


Slots = npt.NDArray[np.int64]
_APPROACHED = streams.named("approached to win back")
_WON = streams.named("won back")
_DELAY = streams.named("delay of a return")
_SECOND_LIFE = streams.named("life after a return")


class Memory(NamedTuple):
    """What is kept of a customer who will come back: key of the new life, segment, satisfaction and equity."""

    key: int
    segment: int
    satisfaction: float
    equity: float


class WinBack(Mechanism[WinBackSettings]):
    """Offers to those who leave, and their return, each to a life of which the key descends from the customer's."""

    def __init__(self, world: World, settings: WinBackSettings) -> None:
        super().__init__(world, settings)
        assert world.base is not None
        self.base: Base = world.base
        self._to_come: dict[int, list[Memory]] = {}
        self.lost = self.offers = self.accepted = self.returned = 0
        self.spent = 0.0

    def on_customers_left(self, slots: Slots) -> None:
        """Approach some of those who leave; note who will come back, and when."""
        settings, ask = self.settings, self.world.ask
        self.lost += int(slots.size)
        key, offers = self.base.key.view, 0
        for slot, cause in zip(slots.tolist(), ask.cause_of_loss(slots), strict=True):
            if streams.uniform(key[slot], _APPROACHED) < settings.approached:
                offers += 1
                share = settings.share.get(cause, 0.0)  # type: ignore[call-overload]  # causes without offers have none
                if streams.uniform(key[slot], _WON) < share:
                    self._note(slot)
        self.offers += offers
        self._pay(offers * settings.offer)

    def _note(self, slot: int) -> None:
        """Keep what a customer remembers until the day on which he comes back."""
        world, base = self.world, self.base
        key, now = base.key.view[slot], world.env.now
        when = now + self.settings.delay.quantile(streams.uniform(key, _DELAY))
        day = max(world.calendar.index_at(when), world.calendar.index_at(now) + 1)
        satisfaction = world.ask.satisfaction()
        level = 0.0 if satisfaction is None else satisfaction.item(slot)
        equity = world.ask.equity(np.array([slot]), 0.0).item()
        memory = Memory(streams.child(key, _SECOND_LIFE), base.segment.view[slot], level, equity)
        self._to_come.setdefault(day, []).append(memory)
        self.accepted += 1

    def on_day_began(self, day: Day) -> None:
        """Those who come back today are customers again."""
        back = self._to_come.pop(day.index, None)
        if back is None:
            return
        key, segment, satisfaction, equity = zip(*back, strict=True)
        ask = self.world.ask
        origins = np.full(len(back), ORIGINS.index("win_back"), dtype=np.int8)
        slots = ask.add_customers(np.array(key, dtype=np.uint64), np.array(segment, dtype=np.int64), origins)
        ask.remember(slots, np.array(satisfaction), np.array(equity))
        self.returned += len(back)
        self._pay(len(back) * self.settings.reward)

    def _pay(self, cost: float) -> None:
        if cost:
            self.spent += cost
            self.world.tell.paid(Posting("win_back", -cost, "prices"))

    def counts(self) -> dict[str, float]:
        """Offers made, customers who came back, and what that cost."""
        return {
            "win_back.lost": self.lost,
            "win_back.offers": self.offers,
            "win_back.returned": self.returned,
            "win_back.spent": self.spent,
        }

    def balances(self) -> list[tuple[str, float, float]]:
        """Those who accepted = those who came back + those still to come."""
        to_come = added(len(back) for back in self._to_come.values())
        return [("customers won back", self.accepted, self.returned + to_come)]

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """Customers won back, their share of those lost, and what one costs."""
        currency = scenario.currency
        found = [
            Measure(
                "won_back", "customers won back", "customers a year", "win_back.returned", "years", 1.0, "higher",
                meaning="customers who had left and came back, a year",
            ),
            Measure(
                "won_back_share", "losses won back", "%", "win_back.returned", "win_back.lost", 100.0, "higher",
                meaning="customers who came back, over those who left; who comes back late left in an earlier time",
            ),
            Measure(
                "cost_per_won_back", "cost of a customer won back", currency, "win_back.spent", "win_back.returned",
                1.0, "lower", meaning="offers and rewards, over customers who came back, in prices of the start",
            ),
        ]  # fmt: skip
        if scenario.economics is not None:
            found.append(Measure("ledger.win_back", "win-back (income +, cost -)", currency, "ledger.win_back"))
        return found
