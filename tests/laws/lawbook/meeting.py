"""Whether what a plan reads is narrow enough and holds what is known."""

from __future__ import annotations

from collections.abc import Sequence

from lawbook.cases import Case
from lawbook.effort import Effort
from lawbook.estimates import estimate
from lawbook.plans import Numbers, Plan

EXACT = 1e-9


def misses(
    case: Case, plan: Plan, effort: Effort, rows: Sequence[Numbers], confidences: tuple[float, float]
) -> list[str]:
    """What is too wide, and what lies outside its interval, in words; nothing if all is well.

    confidences: of each interval of a measure, and of a control or a further known number.
    """
    confidence, confidence_of_inputs = confidences
    found = []
    for name, reading in plan.readings.items():
        known, allowed = case.expected[name], case.demanded(name) * effort.looser
        seen = estimate(reading, rows, confidence, tuple(plan.controls.values()))
        found += _compared(name, seen.value, seen.half_width, known, allowed)
    for name, extra in (plan.controls | plan.extras).items():
        allowed = float("inf") if extra.precision is None else extra.precision * abs(extra.known) * effort.looser
        seen = estimate(extra.reading, rows, confidence_of_inputs)
        found += _compared(name, seen.value, seen.half_width, extra.known, allowed)
    return found


def _compared(name: str, value: float, half_width: float | None, known: float, allowed: float) -> list[str]:
    assert half_width is not None, name
    found = []
    if half_width > allowed:
        found.append(f"{name} is known to +-{half_width:.3g}, not to +-{allowed:.3g}")
    if abs(value - known) > half_width + EXACT * abs(known):
        found.append(f"{name} is {value:.6g} +-{half_width:.2g}, known is {known:.6g}")
    return found
