"""What differs between groups and what within them: the balanced one-way analysis of variance with random effects.

A group is a draw of uncertain inputs, its members are replications with that draw: y = mean + a_group + e_member, with
variances of a (inputs) and e (chance). Estimates are those of the analysis of variance; the interval of the mean is
Student's t over group means; of the share of the inputs it is the exact one from the F ratio, of the inputs' variance
the modified-large-sample one (Burdick and Graybill, 1992, Confidence Intervals on Variance Components), of the variance
of chance that from chi squared. They assume normal effects. One number per group and member; all groups of one size.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.stats.critical import checked_confidence, normal
from sim.stats.intervals import Estimate, mean_interval

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Bounded:
    """A number with the ends of its interval, which need not be equally far; None where it cannot be told."""

    value: float | None
    low: float | None
    high: float | None

    @property
    def excludes_zero(self) -> bool:
        """Whether the whole interval lies on one side of zero; never, where none is known."""
        return self.low is not None and self.high is not None and (self.low > 0.0 or self.high < 0.0)


@dataclass(frozen=True)
class Components:
    """The mean, and how much of the differences is between groups.

    between, within: standard deviations of the effect of a group and of a member. share: of the variance of one member
    that is between groups. groups: their expected values, spread as widely as the variance between groups says.
    """

    mean: Estimate
    between: Bounded
    within: Bounded
    share: Bounded
    groups: Array


def components(values: Array, confidence: float = 0.95) -> Components:
    """Components of values by group and member; raises ValueError with fewer than two groups."""
    checked_confidence(confidence)
    groups, members = values.shape
    if groups < 2:
        raise ValueError(f"there are {groups} groups; expected at least 2")
    means = values.mean(axis=1)
    mean = mean_interval(means, confidence)
    square_between = float(members * means.var(ddof=1))
    if members < 2:
        nothing = Bounded(None, None, None)
        return Components(mean, nothing, nothing, nothing, means)
    square_within = float(values.var(axis=1, ddof=1).mean())
    between = max(0.0, (square_between - square_within) / members)
    whole = between + square_within
    share = between / whole if whole else None
    return Components(
        mean=mean,
        between=_root(between, _between_ends(square_between, square_within, groups, members, confidence)),
        within=_root(square_within, _within_ends(square_within, groups * (members - 1), confidence)),
        share=_share(share, square_between, square_within, (groups, members), confidence),
        groups=_spread(means, between, square_between / members),
    )


def _spread(means: Array, between: float, observed: float) -> Array:
    """Group means drawn together until their variance is that of the groups: what chance has added is taken out.

    A shrunken estimate of each would vary too little, the mean itself too much (Louis, 1984).
    """
    if observed <= 0.0:
        return means
    centre = means.mean()
    return np.asarray(centre + math.sqrt(between / observed) * (means - centre))


def _root(value: float, ends: tuple[float, float]) -> Bounded:
    low, high = (math.sqrt(max(0.0, end)) for end in ends)
    return Bounded(math.sqrt(value), low, high)


def _within_ends(square: float, freedom: int, confidence: float) -> tuple[float, float]:
    from scipy.special import chdtri  # noqa: PLC0415 - as in sim.stats.critical

    tail = (1.0 - confidence) / 2
    return square * freedom / float(chdtri(freedom, tail)), square * freedom / float(chdtri(freedom, 1.0 - tail))


def _between_ends(between: float, within: float, groups: int, members: int, confidence: float) -> tuple[float, float]:
    """Ends of the variance between groups from the two mean squares."""
    from scipy.special import chdtri, fdtri  # noqa: PLC0415

    tail, n1, n2 = (1.0 - confidence) / 2, groups - 1, groups * (members - 1)
    upper, lower = float(fdtri(n1, n2, 1.0 - tail)), float(fdtri(n1, n2, tail))
    g1, g2 = (1.0 - n / float(chdtri(n, tail)) for n in (n1, n2))
    h1, h2 = (n / float(chdtri(n, 1.0 - tail)) - 1.0 for n in (n1, n2))
    g12 = ((upper - 1.0) * (upper - 1.0) - g1 * g1 * upper * upper - h2 * h2) / upper
    h12 = ((1.0 - lower) * (1.0 - lower) - h1 * h1 * lower * lower - g2 * g2) / lower
    below = g1 * g1 * between * between + h2 * h2 * within * within + g12 * between * within
    above = h1 * h1 * between * between + g2 * g2 * within * within + h12 * between * within
    difference = between - within
    return (
        (difference - math.sqrt(max(0.0, below))) / members,
        (difference + math.sqrt(max(0.0, above))) / members,
    )


def _share(share: float | None, between: float, within: float, size: tuple[int, int], confidence: float) -> Bounded:
    """The exact interval, from the ratio of the two mean squares; size: groups and members of each."""
    from scipy.special import fdtri  # noqa: PLC0415

    if share is None:
        return Bounded(None, None, None)
    if within == 0.0:
        return Bounded(1.0, 1.0, 1.0)
    groups, members = size
    tail, n1, n2 = (1.0 - confidence) / 2, groups - 1, groups * (members - 1)
    ratio = between / within
    ends = (ratio / float(fdtri(n1, n2, 1.0 - tail)), ratio / float(fdtri(n1, n2, tail)))
    low, high = (min(1.0, max(0.0, (end - 1.0) / (end - 1.0 + members))) if end + members > 1 else 0.0 for end in ends)
    return Bounded(share, low, high)


def share_above(values: Array, groups: int, confidence: float) -> Bounded:
    """Share of values above zero, with Wilson's interval (1927) for as many independent ones as there are groups.

    Members of a group are alike, and count as one: the interval is rather too wide than too narrow.
    """
    share = float((values > 0.0).mean())
    low, high = wilson_share(share, groups, confidence)
    return Bounded(share, low, high)


def wilson_share(share: float, n: int, confidence: float) -> tuple[float, float]:
    """Wilson's interval of a share that need not be a whole count of n."""
    z = normal(confidence)
    room = z * z / n
    middle = (share + room / 2) / (1 + room)
    half = z / (1 + room) * math.sqrt(share * (1 - share) / n + room / (4 * n))
    return max(0.0, middle - half) if share > 0.0 else 0.0, min(1.0, middle + half) if share < 1.0 else 1.0
