"""What it takes to run a case: scenarios, probes and readings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from sim.core.observations import Observations
from sim.model import Model
from sim.scenario import Scenario

Numbers = Mapping[str, float]
"""What one replication leaves behind: totals, numbers of probes, and ``one`` (1)."""


class Watcher(Protocol):
    """A probe that turns what it saw into numbers at the end."""

    def numbers(self, model: Model, observed: Observations) -> dict[str, float]:
        """What was seen since the counting began."""


@dataclass(frozen=True)
class Reading:
    """A measure as a ratio of means over replications: both sides are functions of one replication's numbers."""

    above: Callable[[Numbers], float]
    below: Callable[[Numbers], float]


def ratio(above: str | Mapping[str, float], below: str | Mapping[str, float] = "one", factor: float = 1.0) -> Reading:
    """Reading of a total, or a sum of totals with weights, over another; times a factor."""
    over, under = _weights(above), _weights(below)
    return Reading(
        lambda numbers: factor * sum(weight * numbers[name] for name, weight in over.items()),
        lambda numbers: sum(weight * numbers[name] for name, weight in under.items()),
    )


def _weights(names: str | Mapping[str, float]) -> Mapping[str, float]:
    return {names: 1.0} if isinstance(names, str) else names


@dataclass(frozen=True)
class Extra:
    """A further number that theory gives for the same scenario; precision relative, None if it may be anything."""

    reading: Reading
    known: float
    precision: float | None = None


@dataclass(frozen=True)
class Run:
    """One scenario of a case: plain settings by size (days, customers or agents), and who watches."""

    scenario: Callable[[int], dict[str, Any]]
    watchers: Callable[[], tuple[Watcher, ...]] = tuple


@dataclass(frozen=True)
class Plan:
    """How a case is met.

    runs: scenarios by name; numbers carry "name:" in front, those of a run without a name nothing. readings: measure
    of the file -> how it is read. exact: measures that a formula of the engine gives without noise. controls: inputs
    whose means are known; their chance deviations explain part of those of the readings, and they are tested
    themselves. extras: further numbers that are known.
    """

    runs: Mapping[str, Run]
    readings: Mapping[str, Reading]
    exact: Mapping[str, float] = field(default_factory=dict)
    controls: Mapping[str, Extra] = field(default_factory=dict)
    extras: Mapping[str, Extra] = field(default_factory=dict)

    @property
    def intervals(self) -> int:
        """Number of intervals that are tested."""
        return len(self.readings) + len(self.controls) + len(self.extras)


def replicate(plan: Plan, seed: int, replication: int, size: int) -> dict[str, float]:
    """The numbers of one replication of all runs of a plan."""
    found: dict[str, float] = {"one": 1.0}
    for name, run in plan.runs.items():
        watchers = run.watchers()
        scenario = Scenario.model_validate(run.scenario(size), context={"currency": "EUR"})
        problems = scenario.problems()
        if problems:
            raise ValueError(f"the scenario of the case does not fit together: {problems}")
        model = Model(scenario, seed, replication, probes=watchers)
        observed = model.run()
        numbers: dict[str, float] = dict(observed.totals)
        for watcher in watchers:
            numbers |= watcher.numbers(model, observed)
        prefix = f"{name}:" if name else ""
        found |= {f"{prefix}{key}": value for key, value in numbers.items()}
    return found
