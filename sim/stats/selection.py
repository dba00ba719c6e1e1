"""Selection of the best of several arms with a stated probability, dropping arms as soon as they may be: procedure KN.

Kim and Nelson (2001), A fully sequential procedure for indifference-zone selection in simulation, with c = 1. After a
first stage of n0 replications of each of k arms, arm i is dropped at stage r if for some arm l that is still there

    sum_j (X_lj - X_ij) > max(0, h^2 S_il^2 / (2 d) - d r / 2),

S_il^2 being the variance of the paired differences in the first stage, d the indifference zone, h^2 = 2 eta (n0 - 1)
and eta = ((2 alpha / (k - 1))^(-2 / (n0 - 1)) - 1) / 2. If the best mean is at least d better than every other, the
best is left with probability 1 - alpha or more. Assumes normal replications, independent of each other; arms may be
dependent (common random numbers), since only differences enter.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Dropped:
    """An arm that was dropped: after how many replications, and by which arm."""

    at: int
    by: int


@dataclass(frozen=True)
class Screening:
    """Where the procedure stands: arms by their places.

    stage: replications that were looked at; left: arms that are still there; dropped: the others; chosen: the arm that
    is selected, None while several are left; tied: arms that are exactly as good as the one chosen.
    """

    stage: int
    left: tuple[int, ...]
    dropped: dict[int, Dropped] = field(default_factory=dict)
    chosen: int | None = None
    tied: tuple[int, ...] = ()


def eta(arms: int, first: int, probability: float) -> float:
    """The constant of Kim and Nelson for k arms and n0 replications in the first stage."""
    if arms < 2 or first < 2 or not 0.0 < probability < 1.0:
        raise ValueError(f"{arms} arms, {first} replications, probability {probability}; expected 2, 2, a share")
    share = 2.0 * (1.0 - probability) / (arms - 1)
    return 0.5 * math.expm1(-2.0 / (first - 1) * math.log(share))


def h_squared(arms: int, first: int, probability: float) -> float:
    """2 eta (n0 - 1): how many times S^2 / d^2 replications the longest comparison may take."""
    return 2.0 * eta(arms, first, probability) * (first - 1)


def screen(
    columns: Sequence[Sequence[float]], first: int, indifference: float, probability: float, higher: bool = True
) -> Screening:
    """The procedure from its beginning, as far as the replications of the columns go.

    columns: of each arm one number per replication; those of dropped arms may end where they were dropped. Looks at as
    many replications as every arm that is left has; with more of them, what was dropped before is dropped again.
    """
    if indifference <= 0.0:
        raise ValueError(f"indifference is {indifference}; expected a number above 0")
    sign = 1.0 if higher else -1.0
    values = [[sign * value for value in column] for column in columns]
    reach = _reaches(values, first, indifference, h_squared(len(columns), first, probability))
    left, dropped = list(range(len(columns))), dict[int, Dropped]()
    sums = [math.fsum(column[:first]) for column in values]
    stage = first
    while True:
        found = _dropped(left, sums, reach, stage, indifference)
        dropped |= {place: Dropped(stage, by) for place, by in found.items()}
        left = [place for place in left if place not in found]
        over = not found and all(reach[i][j] <= stage * indifference for i in left for j in left if i != j)
        if len(left) == 1 or over:
            return Screening(stage, tuple(left), dropped, left[0], tuple(left[1:]))
        if stage == min(len(values[place]) for place in left):
            return Screening(stage, tuple(left), dropped)
        for place in left:
            sums[place] += values[place][stage]
        stage += 1


def boundary(
    columns: Sequence[Sequence[float]], first: int, indifference: float, probability: float
) -> list[list[float]]:
    """h^2 S_il^2 / d for each pair: at stage r, a mean that is (this / r - d) / 2 behind is dropped."""
    return _reaches(columns, first, indifference, h_squared(len(columns), first, probability))


def _reaches(values: Sequence[Sequence[float]], first: int, indifference: float, h2: float) -> list[list[float]]:
    if any(len(column) < first for column in values):
        raise ValueError(f"an arm has less than the {first} replications of the first stage")
    return [[h2 * _variance(one[:first], other[:first]) / indifference for other in values] for one in values]


def _variance(one: Sequence[float], other: Sequence[float]) -> float:
    apart = [a - b for a, b in zip(one, other, strict=True)]
    mean = math.fsum(apart) / len(apart)
    return math.fsum((each - mean) * (each - mean) for each in apart) / (len(apart) - 1)


def _dropped(
    left: Sequence[int], sums: Sequence[float], reach: Sequence[Sequence[float]], stage: int, indifference: float
) -> dict[int, int]:
    """Arms that may be dropped now, each with the arm that is the farthest ahead of it beyond what chance allows."""
    found = {}
    for place in left:
        ahead = {
            other: sums[other] - sums[place] - max(0.0, 0.5 * (reach[place][other] - indifference * stage))
            for other in left
            if other != place
        }
        by = max(ahead, key=lambda other: ahead[other], default=place)
        if ahead and ahead[by] > 0.0:
            found[place] = by
    return found
