"""Axes of charts whose program does not look at error bars when it chooses one."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sim.report.bridge import Step, pieces_of
from sim.stats.intervals import Estimate

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_MOST_STEPS = 5


def scale_of(estimates: Sequence[Estimate]) -> tuple[float, float, float]:
    """Lowest and highest value and the step of an axis that holds zero and every interval."""
    ends = [end for each in estimates for end in (each.value, each.low, each.high) if end is not None]
    return scale(min([*ends, 0.0]), max([*ends, 0.0]))


def scale_of_bridge(steps: Sequence[Step]) -> tuple[float, float, float]:
    """The same for bars of which each begins where the one before ends."""
    ends = [
        end
        for piece in pieces_of(steps)
        for end in (piece.unseen_above + piece.above, piece.unseen_below + piece.below)
    ]
    return scale(min(ends), max(ends))


def scale(low: float, high: float) -> tuple[float, float, float]:
    """The same from the ends: round numbers with a round step between them."""
    if not high > low:
        low, high = min(low, 0.0), max(high, 0.0) or 1.0
    rough = (high - low) / _MOST_STEPS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(size * power for size in _STEPS if size * power >= rough * (1 - 1e-9))
    return math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step, step


def places_of(step: float) -> int:
    """Decimals that the labels of an axis need."""
    return next((places for places in range(10) if abs(round(step, places) - step) < 1e-9 * step), 10)
