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
from sim.core.units import DAY, YEAR
from sim.core.world import World
from sim.mechanisms.workforce import AttritionSettings, attrition_hazard
from sim.model import Model
from sim.scenario import Scenario
from sim.stats.survival import kaplan_meier

Slots = npt.NDArray[np.int64]
Array = npt.NDArray[np.float64]

TENURE_BIN = 15 * DAY
TENURE_BINS = 1500
"""Tenures are told apart by half a month, up to sixty years."""


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

    agent_days, hazards: by tenure, days of agents and their hazards relative to the base hazard, added up; their
    ratio is the hazard of those who have stayed so long, far more exactly than the few who leave tell it.
    """

    def __init__(self, attrition: AttritionSettings | None = None) -> None:
        self._attrition = attrition
        self._curve = TenureCurve.of(attrition.tenure) if attrition is not None else None
        self.agent_days = np.zeros(TENURE_BINS)
        self.hazards = np.zeros(TENURE_BINS)
        self.totals: dict[str, float] = {}
        self.customers = Stays()
        self.agents = Stays()
        self._since: float | None = None

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
        attrition, curve = self._attrition, self._curve
        if self._since is None or attrition is None or curve is None:
            return
        now, reference = self._world.env.now, attrition.reference.occupancy
        for agent in self._world.agents.values():
            tenure = now - agent.hired_at
            place = min(int(tenure / TENURE_BIN), TENURE_BINS - 1)
            self.agent_days[place] += 1.0
            factor, effect = curve.factor_at(tenure), attrition.strain_effect
            hazard = attrition_hazard(1.0, factor, agent.strain, reference, effect)
            added = self._world.ask.unrest(agent) + self._world.ask.misfit(agent)
            self.hazards[place] += hazard * elementary.exp(added) if added else hazard

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


def attrition_base_hazard(attrition: AttritionSettings, agent_days: Array, hazards: Array) -> float:
    """The base hazard for which half the agents stay for the half-life, given hazards by tenure as in ``StaysProbe``.

    ln 2 = base hazard x the integral over tenure of the mean relative hazard of those who have stayed so long (Nelson
    and Aalen). Who works in a busier group leaves sooner and is replaced by one who does: no mean over all would do.
    """
    ends = np.arange(1.0, TENURE_BINS + 1.0) * TENURE_BIN
    width = np.clip(attrition.half_life - (ends - TENURE_BIN), 0.0, TENURE_BIN)
    alone = TenureCurve.of(attrition.tenure).factor(np.asarray(ends - 0.5 * TENURE_BIN))
    relative = np.where(agent_days > 0.0, hazards / np.maximum(agent_days, 1.0), alone)
    return elementary.log(2.0) / elementary.total(relative * width)


def pooled(probes: Iterable[StaysProbe]) -> tuple[Stays, Stays]:
    """Stays of customers and of agents over replications."""
    customers, agents = Stays(), Stays()
    for probe in probes:
        customers.extend(probe.customers)
        agents.extend(probe.agents)
    return customers, agents
