"""Where an estimated difference crosses zero, with its interval, by root finding on paired differences.

With the same random numbers at every value, the estimated difference is a function of the value alone, and ordinary
root finding applies to it (sample average approximation; Kim, Pasupathy and Henderson, 2015). The interval holds every
value at which the test of "no difference" does not reject: it covers the true crossing as often as the test is right
(inversion of a test; Fieller, 1954, is the case of a straight line).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sim.stats.intervals import Estimate

Evaluate = Callable[[Sequence[float]], Sequence[Estimate]]
"""Values -> the estimated difference at each."""

Point = tuple[float, Estimate]
_ROUNDS = 12
_PARTS = 200
"""A crossing is found to a part of the range."""


@dataclass(frozen=True)
class Crossing:
    """A value at which the difference is zero.

    low, high: ends of its interval; None where the range was too short to find one. falling: above zero before it and
    below zero after it. before, after: the values on either side that were simulated.
    """

    value: float
    low: float | None
    high: float | None
    falling: bool
    before: float
    after: float


@dataclass(frozen=True)
class Curve:
    """The difference at each value tried, in order, and where it crosses zero."""

    points: tuple[Point, ...]
    crossings: tuple[Crossing, ...]


def curve(evaluate: Evaluate, low: float, high: float, *, whole: bool = False, grid: int = 5) -> Curve:
    """The curve of a difference between two values, tried at ``grid`` of them and then closer to each crossing.

    whole: only whole numbers have a meaning. Crossings that lie between two neighbours of the grid in pairs are not
    seen. Raises ValueError where the range is empty or the grid has less than two values.
    """
    if not low < high or grid < 2:
        raise ValueError(f"from {low:g} to {high:g} with {grid} values; expected a range and at least two")
    values = [low + (high - low) * place / (grid - 1) for place in range(grid)]
    new = sorted({float(round(value)) for value in values} if whole else set(values))
    tolerance = 0.0 if whole else (high - low) / _PARTS
    known: dict[float, Estimate] = {}
    for _ in range(_ROUNDS):
        known.update(zip(new, evaluate(new), strict=True))
        points = tuple(sorted(known.items()))
        found = tuple(_crossings(points))
        new = sorted(set(_wanted(found, known, tolerance, whole)))
        if not new:
            break
    return Curve(points, found)


def _crossings(points: Sequence[Point]) -> Iterator[Crossing]:
    """Every change of sign between neighbours; values where the difference is exactly zero say nothing."""
    told = [place for place, (_, estimate) in enumerate(points) if estimate.value]
    for left, right in pairwise(told):
        (before, ours), (after, theirs) = points[left], points[right]
        if (ours.value > 0) == (theirs.value > 0):
            continue
        falling = ours.value > 0
        yield Crossing(
            value=_between(before, ours.value, after, theirs.value),
            low=_end(points[: right + 1][::-1], 1 if falling else -1),
            high=_end(points[left:], -1 if falling else 1),
            falling=falling,
            before=before,
            after=after,
        )


def _end(outwards: Sequence[Point], sign: int) -> float | None:
    """Where, going away from a crossing, the difference is first told from zero; sign: of the difference out there."""
    for (inner, near), (outer, far) in pairwise(outwards):
        close, clear = _margin(near, sign), _margin(far, sign)
        if clear > 0.0:
            return _between(inner, close, outer, clear) if close < 0.0 else inner
    return None


def _margin(estimate: Estimate, sign: int) -> float:
    """How far the end of the interval that is nearer to zero lies beyond it; below 0 where zero is in the interval."""
    half_width = math.inf if estimate.half_width is None else estimate.half_width
    return sign * estimate.value - half_width


def _between(left: float, at_left: float, right: float, at_right: float) -> float:
    """Where a straight line is zero; the middle where a margin is infinite."""
    if not math.isfinite(at_left) or not math.isfinite(at_right):
        return (left + right) / 2.0
    return left + (right - left) * at_left / (at_left - at_right)


def _wanted(found: Sequence[Crossing], known: dict[float, Estimate], tolerance: float, whole: bool) -> Iterator[float]:
    """Values to try next: where a crossing or an end is foreseen and nothing was tried close by."""
    for crossing in found:
        for value in (crossing.value, crossing.low, crossing.high):
            if value is None:
                continue
            if whole:
                yield from (one for one in (float(math.floor(value)), float(math.ceil(value))) if one not in known)
            elif min(abs(value - one) for one in known) > tolerance:
                yield value
