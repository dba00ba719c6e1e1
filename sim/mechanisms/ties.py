"""Ties: a part of a customer's equity belongs to the agent he knows best, and goes with him.

Customers of services know people before they know firms (Gremler and Brown 1996, on bonds between persons as a root of
loyalty; Palmatier, Scheer and Steenkamp 2007, J. Marketing Research 44(2), on loyalty that belongs to the salesperson;
direction known, sizes convention). Whom a customer knows best is kept as a majority vote (Boyer and Moore 1991): a
contact with that agent strengthens the tie by one, a contact with another weakens it by one, and who meets no tie
begins one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import Field

from sim.core import elementary
from sim.core.entities import Agent, Base, Contact
from sim.core.measures import Measure
from sim.core.units import Settings, Share
from sim.core.world import Mechanism, World


class TieSettings(Settings):
    """Equity that goes with the agent: share x n / (n + half), n the strength of the tie in contacts.

    share: of the equity, of a tie of any number of contacts; half: contacts at which a tie has half its strength.
    """

    share: Share
    half: float = Field(gt=0, le=1000)


Array = npt.NDArray[np.float64]
Strengths = npt.NDArray[np.int64]


def part_of_the_agent(strengths: Strengths, settings: TieSettings) -> Array:
    """Part of customers' equity that belongs to the agents they know best, shape (n,)."""
    return np.asarray(settings.share * strengths / (strengths + settings.half))


class Ties(Mechanism[TieSettings]):
    """Whom each customer knows best, and what goes with him.

    best: key of that agent; strength: of the tie, in contacts.
    """

    def __init__(self, world: World, settings: TieSettings) -> None:
        super().__init__(world, settings)
        assert world.base is not None
        self.base: Base = world.base
        self.best = self.base.column(np.uint64)
        self.strength = self.base.column(np.int64)
        self.leavers = self.broken = 0
        self.lost = 0.0

    def on_contact_handled(self, contact: Contact) -> None:
        """A customer has met an agent."""
        issue = contact.issue
        slot = issue.slot
        if not self.base.has(slot, issue.customer):
            return
        best, strength, agent = self.best.view, self.strength.view, contact.agent.key
        if best[slot] == agent:
            strength[slot] += 1
        elif strength[slot]:
            strength[slot] -= 1
        else:
            best[slot] = agent
            strength[slot] = 1

    def on_agent_left(self, agent: Agent) -> None:
        """Those who knew the leaver best lose a part of what bound them to the firm, and know nobody best."""
        self.leavers += 1
        size = self.base.size
        tied = self.strength.array[:size] > 0
        tied &= self.best.array[:size] == np.uint64(agent.key)
        slots = tied.nonzero()[0]
        if not slots.size:
            return
        ask = self.world.ask
        points = part_of_the_agent(self.strength.array[slots], self.settings) * ask.equity(slots, 0.0)
        ask.lose_equity(slots, points)
        self.strength.array[slots] = 0
        self.broken += int(slots.size)
        self.lost += elementary.total(points)

    def counts(self) -> dict[str, float]:
        """Agents who left, ties that went with them, and equity."""
        return {"ties.leavers": self.leavers, "ties.broken": self.broken, "ties.equity": self.lost}

    def levels(self) -> dict[str, float]:
        """Customers who know an agent best, and the sum of the strengths of their ties."""
        strengths = self.strength.array[: self.base.size]
        return {"ties": int(np.count_nonzero(strengths)), "ties.strength": int(strengths.sum())}

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """What goes with an agent who leaves."""
        return [
            Measure(
                "ties_broken", "customers who knew a leaver best", "customers", "ties.broken", "ties.leavers",
                meaning="customers who knew the agent best, over agents who left",
            ),
            Measure(
                "equity_with_leavers", "equity that went with a leaver", "points", "ties.equity", "ties.leavers", 1.0,
                "lower", meaning="points of equity that customers who knew the leaver best lost, per agent who left",
            ),
        ]  # fmt: skip
