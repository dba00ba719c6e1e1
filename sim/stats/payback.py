"""When a policy has earned back what it cost, from monthly series paired replication by replication."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from sim.stats.critical import normal


@dataclass(frozen=True)
class Payback:
    """When the cumulated gain of a policy is back above zero for good.

    month: of the mean over replications, from 1; None where it is not by the end of the horizon. share: of the
    replications that have paid back by then, between low and high with the confidence given. earliest, latest: the
    months of the replications that have. months: of the horizon; n: replications.
    """

    month: int | None
    share: float
    low: float
    high: float
    earliest: int | None
    latest: int | None
    months: int
    n: int
    confidence: float


def payback_month(gains: Sequence[float]) -> int | None:
    """The month, from 1, from which on the cumulated gain is never below zero; None where it is below at the end."""
    below = [place for place, so_far in enumerate(accumulate(gains)) if so_far < 0.0]
    first = below[-1] + 2 if below else 1
    return first if first <= len(gains) else None


def payback(
    treated: Sequence[Sequence[float]], baseline: Sequence[Sequence[float]], confidence: float = 0.95
) -> Payback:
    """Payback from the monthly profit of each replication of an arm and of the baseline.

    The share has Wilson's interval (1927), which is sound at 0 and 1 too. Raises ValueError where the replications or
    their months do not match, or there are none.
    """
    gains = [[ours - theirs for ours, theirs in zip(t, b, strict=True)] for t, b in zip(treated, baseline, strict=True)]
    if not gains:
        raise ValueError("there are no replications")
    n = len(gains)
    months = [payback_month(each) for each in gains]
    back = [month for month in months if month is not None]
    mean = [math.fsum(column) / n for column in zip(*gains, strict=True)]
    low, high = wilson(len(back), n, confidence)
    return Payback(
        month=payback_month(mean),
        share=len(back) / n,
        low=low,
        high=high,
        earliest=min(back, default=None),
        latest=max(back, default=None),
        months=len(mean),
        n=n,
        confidence=confidence,
    )


def wilson(count: float, n: int, confidence: float) -> tuple[float, float]:
    """Interval of a share of which ``count`` in ``n`` were seen (Wilson, 1927)."""
    z = normal(confidence)
    share, room = count / n, z * z / n
    middle = (share + room / 2) / (1 + room)
    half = z / (1 + room) * math.sqrt(share * (1 - share) / n + room / (4 * n))
    return max(middle - half, 0.0) if count else 0.0, min(middle + half, 1.0) if count < n else 1.0
