"""Base hazards of churn and attrition, solved so that a scenario's half-lives come true in its reference state.

A firm knows that half its customers leave in five years; it does not know the hazard of a customer whose equity is
just at the reference. Customers differ, and what they live through moves their hazard, so the hazard is solved by
simulation: run the operation as it is, estimate how many stay for the half-life (Kaplan and Meier 1958, with
delayed entry for those who were there at the start), and scale the hazard until it is half.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.core import elementary
from sim.core.calendar import Day
from sim.core.entities import Agent
from sim.core.lifetimes import TenureCurve
from sim.core.units import YEAR
from sim.core.world import World
from sim.mechanisms.workforce import AttritionSettings, attrition_hazard
from sim.model import Model
from sim.scenario import Scenario
from sim.stats.survival import kaplan_meier

Slots = npt.NDArray[np.int64]


@dataclass
class Stays:
    """Lengths of stay in years: tenure when first seen, tenure when last seen, whether it ended by leaving."""

    entry: list[float] = field(default_factory=list)
    exit: list[float] = field(default_factory=list)
    ended: list[bool] = field(default_factory=list)

    def add(self, entry: float, exit: float, ended: bool) -> None:
        """One stay, in seconds; one that was not observed for any time says nothing."""
        if exit <= max(entry, 0.0):
            return
        self.entry.append(max(entry, 0.0) / YEAR)
        self.exit.append(exit / YEAR)
        self.ended.append(ended)

    def extend(self, other: Stays) -> None:
        """Pool the stays of another replication."""
        self.entry += other.entry
        self.exit += other.exit
        self.ended += other.ended


class StaysProbe:
    """Records how long customers and agents stay, from the end of the warm-up on.

    strained, unstrained: agent-days weighted by the tenure factor, with and without the effect of strain; their
    ratio tells the mean effect far more exactly than the few agents who leave.
    """

    def __init__(self, attrition: AttritionSettings | None = None) -> None:
        self._attrition = attrition
        self.strained = self.unstrained = 0.0
        self.totals: dict[str, float] = {}
        self.customers = Stays()
        self.agents = Stays()
        self._since: float | None = None
        self._came: dict[str, float] = {}

    def attach(self, world: World) -> None:
        """Take note of the world."""
        self._world = world

    def on_counting_began(self, now: float) -> None:
        """Stays are observed from here on."""
        self._since = now

    def _seen_from(self, joined: float) -> float:
        return max((self._since or 0.0) - joined, 0.0)

    def on_customers_left(self, slots: Slots) -> None:
        """Customers leave."""
        base = self._world.base
        if self._since is None or base is None:
            return
        for joined in base.joined.array[slots].tolist():
            self.customers.add(self._seen_from(joined), self._world.env.now - joined, ended=True)

    def on_agent_left(self, agent: Agent) -> None:
        """An agent leaves, of himself or dismissed."""
        if self._since is not None:
            ended = agent.hazard >= agent.threshold
            self.agents.add(self._seen_from(agent.hired_at), self._world.env.now - agent.hired_at, ended)

    def on_day_began(self, _: Day) -> None:
        """Add a day of everyone's hazard, relative to the base hazard."""
        attrition = self._attrition
        if self._since is None or attrition is None:
            return
        for agent in self._world.agents.values():
            tenure = np.array([self._world.env.now - agent.hired_at])
            factor = float(TenureCurve.of(attrition.tenure).factor(tenure)[0])
            reference = attrition.reference.occupancy
            self.unstrained += factor
            self.strained += attrition_hazard(1.0, factor, agent.strain, reference, attrition.strain_effect)

    def close(self) -> None:
        """Add those who are still there, as censored."""
        now, base = self._world.env.now, self._world.base
        if base is not None:
            for joined in base.joined.array[: base.size][base.active.array[: base.size]].tolist():
                self.customers.add(self._seen_from(joined), now - joined, ended=False)
        for agent in self._world.agents.values():
            self.agents.add(self._seen_from(agent.hired_at), now - agent.hired_at, ended=False)


def observed_stays(plain: dict[str, Any], seed: int, replication: int) -> StaysProbe:
    """The stays of one replication of a scenario in plain data."""
    scenario = Scenario.from_plain(plain)
    probe = StaysProbe(scenario.workforce.attrition)
    probe.totals = dict(Model(scenario, seed, replication, probes=[probe]).run().totals)
    probe.close()
    del probe._world
    return probe


def staying(stays: Stays, years: float) -> float:
    """Share that stays at least so many years."""
    curve = kaplan_meier(stays.entry, stays.exit, stays.ended)
    place = int(np.searchsorted(np.asarray(curve.times), years, side="right")) - 1
    return float(curve.survival[place]) if place >= 0 else 1.0


def scaled_hazard(hazard: float, share_staying: float) -> float:
    """The hazard for which half would have stayed, given the share that did under the present one."""
    return hazard * elementary.log(0.5) / elementary.log(share_staying)


def attrition_base_hazard(attrition: AttritionSettings, strained: float, unstrained: float) -> float:
    """The hazard for which half the agents stay for the half-life, given the mean effect of strain."""
    return TenureCurve.of(attrition.tenure).base_hazard(attrition.half_life) * unstrained / strained


def pooled(probes: Iterable[StaysProbe]) -> tuple[Stays, Stays]:
    """Stays of customers and of agents over replications."""
    customers, agents = Stays(), Stays()
    for probe in probes:
        customers.extend(probe.customers)
        agents.extend(probe.agents)
    return customers, agents
