"""The rule by which waiting calls were chosen, read from who was served before whom.

Whenever a waiting call is answered while another waits, the pair tells which of the two went first. With
first come first served the earlier goes first; with a head start of H seconds for class B, a call of class A
goes first only if it came more than H seconds before the one of class B. Times in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.calibration.bank_log import Flags, Floats, Ints


@dataclass(frozen=True)
class HeadStart:
    """Head start of class B over class A: seconds, share of B's pairs that show it, pairs used."""

    seconds: float
    share: float
    share_se: float
    pairs: int


def pairs(
    day: Ints, entered: Floats, queued_s: Floats, answered: Flags, *, is_a: Flags, is_b: Flags
) -> tuple[Floats, Flags, Ints]:
    """All pairs of a waiting call of A and one of B at the moment one of them is answered.

    Returns seconds by which A came after B (negative: A came first), whether A went first, and the day.
    """
    lags: list[Floats] = []
    firsts: list[Flags] = []
    days: list[Ints] = []
    left = entered + queued_s
    for number in np.unique(day):
        a, b = np.flatnonzero((day == number) & is_a), np.flatnonzero((day == number) & is_b)
        lag = entered[a][:, None] - entered[b][None, :]
        for first, other, lead in ((a, b, True), (b, a, False)):
            moment = left[first][:, None]
            met = (entered[other][None, :] < moment - 1) & (left[other][None, :] > moment + 1)
            met &= answered[first][:, None]
            found = lag[met] if lead else lag.T[met]
            lags.append(found)
            firsts.append(np.full(len(found), lead))
            days.append(np.full(len(found), number))
    return np.concatenate(lags), np.concatenate(firsts), np.concatenate(days)


def fit_head_start(lag: Floats, a_first: Flags, longest: float = 240.0, step: float = 5.0) -> HeadStart:
    """The step that best explains who went first: one probability for lags in (-H, 0), another below -H.

    H by maximum binomial likelihood on a grid. ``share`` = 1 - (A first inside) / (A first beyond); its error
    is binomial, so optimistic, as pairs of one busy spell are dependent.
    """
    early = (lag < -2) & (lag > -2 * longest)
    grid = np.arange(10.0, longest + step, step)
    scores = []
    for length in grid:
        inside = early & (lag > -length)
        outside = early & ~inside
        scores.append(_binomial(a_first[inside]) + _binomial(a_first[outside]))
    best = float(grid[int(np.argmax(scores))])
    inside = early & (lag > -best)
    outside = early & ~inside
    inner, outer = float(np.mean(a_first[inside])), float(np.mean(a_first[outside]))
    share = 1 - inner / outer if outer > 0 else 0.0
    error = (inner * (1 - inner) / max(int(np.sum(inside)), 1)) ** 0.5 / max(outer, 1e-9)
    return HeadStart(best, share, error, int(np.sum(early)))


def change_day(lag: Floats, a_first: Flags, day: Ints, head_start: float) -> int:
    """First day of the new rule: the split that best explains who went first inside the head start."""
    inside = (lag < -2) & (lag > -head_start)
    first, day = a_first[inside], day[inside]
    splits = np.unique(day)[1:]
    scores = [_binomial(first[day < split]) + _binomial(first[day >= split]) for split in splits]
    return int(splits[int(np.argmax(scores))])


def _binomial(outcomes: Flags) -> float:
    n, k = len(outcomes), int(np.sum(outcomes))
    if k in (0, n):
        return 0.0
    return k * float(np.log(k / n)) + (n - k) * float(np.log(1 - k / n))
