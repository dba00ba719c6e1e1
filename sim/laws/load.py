"""Controls: what the arrivals and the handle times alone say about the load, whatever agents and queues did.

Of three systems driven by the same arrivals and work as the simulated one, and untouched by it, theory knows all that
is needed: infinitely many agents (number busy: Poisson), work that fades exponentially (shot noise, with cumulants
lambda E[S^n] tau / n; here in small bins of time, where they are exact), and, instead of several agents, one who is
as fast as all of them (Pollaczek-Khinchine and Takacs). Where chance has made the load
heavier or more uneven than its law says, waits are longer; regression on these deviations takes nine tenths of the
noise away, and each control is itself tested against its known mean.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.signal import lfilter
from scipy.stats import poisson

from sim.core.entities import Contact
from sim.core.observations import Observations
from sim.laws.plans import Extra, ratio
from sim.model import Model

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Load:
    """Arrivals and work of a stream: all in units of time of the case, ``unit`` seconds long.

    contacts: rate; moments: E[S], E[S^2], E[S^3] of the work that an arrival brings; levels: numbers busy of which
    the mean excess is taken, of infinitely many agents; memories: time constants of fading work; speed: of the one
    agent instead of several, None for no such control; powers: of the deviation of fading work, 2 and 3; kind: of
    the contacts that count, None for all; tail: units at the end in which arrivals may not have brought all their
    work yet.
    """

    contacts: float
    moments: tuple[float, float, float]
    unit: float
    levels: Sequence[int]
    memories: Sequence[float]
    speed: int | None = None
    powers: Sequence[int] = (2,)
    kind: str | None = None
    tail: float = 0.0
    name: str = "load"

    def watch(self, by_issue: bool = False) -> Recorder:
        """The probe that records the inputs."""
        return Recorder(self, by_issue)

    def controls(self, prefix: str = "") -> dict[str, Extra]:
        """Names of the recorder's numbers with their known means."""
        found = {}
        for level in self.levels:
            name = f"{self.name}.over.{level}"
            found[name] = Extra(ratio(prefix + name), excess(self.contacts * self.moments[0], level))
        for number, memory in enumerate(self.memories):
            for power in self.powers:
                name = f"{self.name}.fading.{number}.{power}"
                found[name] = Extra(ratio(prefix + name), self.fading(memory, power))
        if self.speed is not None:
            for power, known in zip((1, 2), self.one_fast_agent(self.speed), strict=True):
                name = f"{self.name}.fast.{power}"
                found[name] = Extra(ratio(prefix + name), known)
        return found

    def one_fast_agent(self, speed: int) -> tuple[float, float]:
        """E[V] and E[V^2] of the wait for one agent of this speed (Pollaczek 1930; Takacs 1962)."""
        one, two, three = (moment / speed**power for power, moment in enumerate(self.moments, start=1))
        idle = 1.0 - self.contacts * one
        mean = self.contacts * two / (2.0 * idle)
        return mean, 2.0 * mean**2 + self.contacts * three / (3.0 * idle)

    def bin(self, memory: float) -> float:
        """Width of a bin of time for a time constant."""
        return min(memory / 10.0, max(1.0, 0.2 / self.contacts))

    def fading(self, memory: float, power: int) -> float:
        """Second or third central moment of fading work, relative to the power of its mean."""
        width = self.bin(memory)
        keeps = math.exp(-width / memory)
        mean = self.contacts * width * self.moments[0] / (1.0 - keeps)
        return self.contacts * width * self.moments[power - 1] / (1.0 - keeps**power) / mean**power


def excess(mean: float, level: int) -> float:
    """E(N - level)+ of a Poisson number N."""
    return float(mean * poisson.sf(level - 1, mean) - level * poisson.sf(level, mean))


def relaxation(contacts: float, mean: float, agents: int) -> float:
    """Time in which a queue M/M/c forgets: 1 / (sqrt(c mu) - sqrt(lambda))^2."""
    return mean / (math.sqrt(agents) - math.sqrt(contacts * mean)) ** 2


class Recorder:
    """Probe: records arrivals and work, by contact as it is offered or by issue as its contacts are handled."""

    def __init__(self, load: Load, by_issue: bool) -> None:
        self.load = load
        self.came: list[float] = []
        self.work: list[float] = []
        self.issues: dict[int, list[float]] = {}
        if by_issue:
            self.on_contact_handled: Callable[[Contact], None] = self._handled
        else:
            self.on_contact_offered: Callable[[Contact], None] = self._offered

    def _offered(self, contact: Contact) -> None:
        if self.load.kind is None or contact.lane.kind == self.load.kind:
            self.came.append(contact.offered_at)
            self.work.append(contact.work)

    def _handled(self, contact: Contact) -> None:
        issue = contact.issue
        found = self.issues.get(issue.key)
        if found is None:
            found = self.issues[issue.key] = [issue.raised_at, 0.0]
        found[1] += contact.spent

    def numbers(self, model: Model, _: Observations) -> dict[str, float]:
        """What was seen since the counting began."""
        load, calendar = self.load, model.world.calendar
        if self.issues:
            came, work = np.array(sorted(self.issues.values())).T / load.unit
        else:
            came, work = np.array(self.came) / load.unit, np.array(self.work) / load.unit
        start, end = calendar.counted_from / load.unit, calendar.end / load.unit - load.tail
        found = {}
        if load.levels:
            busy, lengths = _busy(came, work, start, end)
            for level in load.levels:
                over = float((np.maximum(busy - level, 0) * lengths).sum())
                found[f"{load.name}.over.{level}"] = over / (end - start)
        for number, memory in enumerate(load.memories):
            deviation = self._fading(came, work, memory, start, end)
            for power in load.powers:
                found[f"{load.name}.fading.{number}.{power}"] = float((deviation**power).mean())
        if load.speed is not None:
            waits = _one_fast_agent(came, work / load.speed)[(came >= start) & (came < end)]
            for power in (1, 2):
                found[f"{load.name}.fast.{power}"] = float((waits**power).mean())
        return found

    def _fading(self, came: Array, work: Array, memory: float, start: float, end: float) -> Array:
        """Fading work at the ends of bins, less its mean and relative to it; it begins at its mean."""
        load = self.load
        width = load.bin(memory)
        bins = int(end / width)
        inside = came < bins * width
        brought = np.bincount((came[inside] / width).astype(np.int64), weights=work[inside], minlength=bins)
        keeps = math.exp(-width / memory)
        mean = load.contacts * width * load.moments[0] / (1.0 - keeps)
        left, _ = lfilter([1.0], [1.0, -keeps], brought, zi=[keeps * mean])
        return np.asarray(left[int(start / width) :] / mean - 1.0)


def _busy(came: Array, work: Array, start: float, end: float) -> tuple[npt.NDArray[np.int64], Array]:
    """Number busy of infinitely many agents after each event, and for how long within the time that counts."""
    moments = np.concatenate((came, came + work))
    order = np.argsort(moments, kind="stable")
    steps = np.concatenate((np.ones(came.size, dtype=np.int64), -np.ones(came.size, dtype=np.int64)))
    moments = np.append(np.clip(moments[order], start, end), end)
    return np.cumsum(steps[order]), np.diff(moments)


def _one_fast_agent(came: Array, work: Array) -> Array:
    """Waits of all arrivals for one agent (Lindley 1952), in order of arrival."""
    drift = np.concatenate(([0.0], np.cumsum(work[:-1] - np.diff(came))))
    return np.asarray(drift - np.minimum.accumulate(drift))
