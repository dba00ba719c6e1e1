"""Whether what a plan reads is narrow enough and holds what is known."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sim.laws.cases import Case
from sim.laws.effort import Effort
from sim.laws.estimates import estimate
from sim.laws.plans import Numbers, Plan, Reading

EXACT = 1e-9
"""Relative difference at which two numbers without noise are the same."""


@dataclass(frozen=True)
class Check:
    """One number of a law, simulated and exact.

    kind: "answer", simulated; "formula", computed by the engine without noise; "input", what arrivals and handle times
    alone determine. half_width: of the interval, None for a formula; allowed: the widest that tells anything, None
    where any does.
    """

    measure: str
    kind: str
    simulated: float
    half_width: float | None
    exact: float
    allowed: float | None

    @property
    def out(self) -> float:
        """How far the exact value lies from the simulated one, in half-widths; 1 is the end of the interval."""
        distance, reach = abs(self.simulated - self.exact), (self.half_width or 0.0) + EXACT * abs(self.exact)
        return distance / reach if reach else math.inf if distance else 0.0

    @property
    def verdict(self) -> str:
        """What the interval says: "holds", "broken", or "too wide" to tell."""
        if not self.out <= 1.0:
            return "broken"
        if self.allowed is not None and self.half_width is not None and self.half_width > self.allowed:
            return "too wide"
        return "holds"


def checks(
    case: Case, plan: Plan, effort: Effort, rows: Sequence[Numbers], confidences: tuple[float, float]
) -> tuple[Check, ...]:
    """Every number of a law: formulas, answers, and inputs.

    confidences: of each interval of a measure, and of a control or a further known number.
    """
    controls = tuple(plan.controls.values())

    def simulated(name: str, kind: str, reading: Reading, exact: float, allowed: float | None) -> Check:
        found = estimate(reading, rows, confidences[kind == "input"], controls if kind == "answer" else ())
        return Check(name, kind, found.value, found.half_width, exact, allowed)

    found = [Check(name, "formula", value, None, case.expected[name], None) for name, value in plan.exact.items()]
    for name, reading in plan.readings.items():
        found.append(simulated(name, "answer", reading, case.expected[name], case.demanded(name) * effort.looser))
    for name, extra in {**plan.controls, **plan.extras}.items():
        allowed = None if extra.precision is None else extra.precision * abs(extra.known) * effort.looser
        found.append(simulated(name, "input", extra.reading, extra.known, allowed))
    return tuple(found)


def misses(
    case: Case, plan: Plan, effort: Effort, rows: Sequence[Numbers], confidences: tuple[float, float]
) -> list[str]:
    """What is too wide, and what lies outside its interval, in words; nothing if all is well."""
    return [
        f"{check.measure} {check.verdict}: {check.simulated:.6g} +-{check.half_width or 0.0:.2g}, not {check.exact:.6g}"
        for check in checks(case, plan, effort, rows, confidences)
        if check.verdict != "holds"
    ]
