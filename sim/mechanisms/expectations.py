"""Expectations: a contact is judged against what the customer has come to expect, of this firm and of the market.

Satisfaction follows from an experience and from its disconfirmation, how far it is above or below what was expected
(Oliver 1980, Journal of Marketing Research 17(4)). The expectation is made of the customer's own experience and of the
market's standard, which rises while others improve: an operation that stays as it is loses ground.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import Field

from sim.core.calendar import Day
from sim.core.entities import Base
from sim.core.measures import Measure
from sim.core.units import DAY, Rate, Settings, Share
from sim.core.world import Mechanism, World


class MarketSettings(Settings):
    """The standard of the market: where it stands when the counting starts, how fast it rises, and how far."""

    standard: float = Field(ge=0, le=100)
    rise: Rate
    ceiling: float = Field(ge=0, le=100)


class ExpectationSettings(Settings):
    """Expectation = own x what the customer is used to + (1 - own) x the standard of the market.

    disconfirmation: how much of the gap between an experience and the expectation is added to its score. habit: by
    which part of the gap each contact moves what a customer is used to. at_start: what customers of each segment who
    are there at the start are used to; newcomers come with the standard of the market. rise: points a year.
    """

    disconfirmation: float = Field(ge=0, le=5)
    own: Share
    habit: Share
    at_start: dict[str, float]
    market: MarketSettings


Slots = npt.NDArray[np.int64]


def expectation(used_to: float, standard: float, own: float) -> float:
    """What a customer expects, 0 to 100."""
    return own * used_to + (1.0 - own) * standard


def judgement(experienced: float, expected: float, disconfirmation: float) -> float:
    """Score of an experience judged against the expectation, cut to 0 .. 100."""
    judged = experienced + disconfirmation * (experienced - expected)
    return 0.0 if judged < 0.0 else min(judged, 100.0)


class Expectations(Mechanism[ExpectationSettings]):
    """What customers are used to, moved by every contact, and the standard of the market, moved by the day."""

    answers = ("judged",)

    def __init__(self, world: World, settings: ExpectationSettings) -> None:
        super().__init__(world, settings)
        assert world.base is not None
        self.base: Base = world.base
        self.used_to = self.base.column(np.float64)
        self.standard = settings.market.standard
        self._began = False
        self.contacts = 0
        self.expected = self.disconfirmed = 0.0

    def on_customers_joined(self, slots: Slots) -> None:
        """Newcomers expect what the market offers; those there at the start, what they are used to."""
        if self._began:
            self.used_to.array[slots] = self.standard
        else:
            at_start = np.array([self.settings.at_start.get(segment, 0.0) for segment in self.base.segments])
            self.used_to.array[slots] = at_start[self.base.segment.array[slots]]

    def on_day_began(self, day: Day) -> None:
        """The standard of the market rises from the first counted day on."""
        self._began = True
        if day.counted > 0:
            market = self.settings.market
            self.standard = max(self.standard, min(self.standard + market.rise * DAY, market.ceiling))

    def judged(self, slot: int, experienced: float) -> float:
        """Score of a contact, as the customer judges it who had it; it moves what he is used to."""
        settings, used_to = self.settings, self.used_to.view
        before = used_to[slot]
        expected = expectation(before, self.standard, settings.own)
        used_to[slot] = before + settings.habit * (experienced - before)
        self.contacts += 1
        self.expected += expected
        self.disconfirmed += experienced - expected
        return judgement(experienced, expected, settings.disconfirmation)

    def counts(self) -> dict[str, float]:
        """Expectations, and how far contacts were from them, added up over contacts."""
        return {
            "expectations.contacts": self.contacts,
            "expectations.expected": self.expected,
            "expectations.disconfirmed": self.disconfirmed,
        }

    def levels(self) -> dict[str, float]:
        """The standard of the market now."""
        return {"expectations.market": self.standard}

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """What is expected of a contact, and how far it is from that."""
        return [
            Measure(
                "expectation", "expectation of a contact", "points", "expectations.expected", "expectations.contacts",
                meaning="what customers expected of the contacts that they had, 0 to 100",
            ),
            Measure(
                "disconfirmation", "contacts above expectation", "points", "expectations.disconfirmed",
                "expectations.contacts", 1.0, "higher",
                meaning="how far contacts were above (or, negative, below) what customers expected of them",
            ),
        ]  # fmt: skip
