"""Volumes: the day factor, and rates cleaned of the Poisson noise of a single half-hour.

Form: N(day, half-hour) is Poisson with rate B_day x profile, B_day gamma with
mean 1 and lag-1 correlation between successive working days.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.calibration.bank_log import Floats, Ints


@dataclass(frozen=True)
class DayFactor:
    """Gamma factor of a day: CV net of Poisson noise, gamma shape, lag-1 correlation."""

    days: int
    mean_calls: float
    raw_cv: float
    cv: float
    cv_se: float
    shape: float
    lag_1: float
    lag_1_se: float


def count_table(day: Ints, half_hour: Ints, stream: Ints, days: int, streams: int) -> Ints:
    """Calls by day, half-hour (48) and stream."""
    cell = (day * 48 + half_hour) * streams + stream
    return np.bincount(cell, minlength=days * 48 * streams).reshape(days, 48, streams)


def day_factor(daily: Floats | Ints, follows: Floats | None = None) -> DayFactor:
    """Gamma day factor from daily totals by moments.

    CV^2 = (variance - mean) / mean^2; lag-1 = covariance of successive days / (variance - mean). ``follows``
    flags the days (1 or 0) that come right after the day before them in the sequence; default all. The error
    of the CV is that of a standard deviation from n values, widened for the lag-1 correlation r by (1 +
    r^2)/(1 - r^2).
    """
    x = np.asarray(daily, dtype=np.float64)
    n, mean, variance = len(x), float(np.mean(x)), float(np.var(x, ddof=1))
    excess = max(variance - mean, 0.0)
    linked = np.ones(n - 1, dtype=bool) if follows is None else np.asarray(follows[1:], dtype=bool)
    products = ((x[1:] - mean) * (x[:-1] - mean))[linked]
    lag = float(np.clip(np.mean(products) / excess, -0.99, 0.99)) if excess > 0 else 0.0
    cv = excess**0.5 / mean
    fewer = (1 + lag**2) / (1 - lag**2)
    cv_se = cv * (fewer / (2 * (n - 1))) ** 0.5
    shape = 1 / cv**2 if cv > 0 else float("inf")
    lag_se = ((1 - lag**2) / len(products)) ** 0.5
    return DayFactor(n, mean, variance**0.5 / mean, cv, cv_se, shape, lag, lag_se)


def within_day_index(counts: Floats | Ints) -> float:
    """Index of dispersion of half-hour counts (days x half-hours) around day total x profile; 1 = Poisson."""
    x = np.asarray(counts, dtype=np.float64)
    expected = np.outer(x.sum(axis=1), x.sum(axis=0)) / x.sum()
    used = expected > 0
    freedom = (x.shape[0] - 1) * (int(np.sum(x.sum(axis=0) > 0)) - 1)
    return float(np.sum((x[used] - expected[used]) ** 2 / expected[used]) / freedom)


def shrunk_rates(counts: Floats | Ints, index: float) -> Floats:
    """Expected calls by day, half-hour and stream given the counts (empirical Bayes).

    A count is the rate plus Poisson noise; simulating a Poisson number around the count itself would have the
    noise twice. The total of a half-hour is moved from the count towards day total x profile by 1/index,
    where ``index`` is the index of dispersion within the day; it is split by the month's mix of the half-hour
    and the day's mix.
    """
    x = np.asarray(counts, dtype=np.float64)
    total = x.sum(axis=2)
    day_total = total.sum(axis=1)
    expected = np.outer(day_total, total.sum(axis=0)) / total.sum()
    kept = max(0.0, 1 - 1 / index)
    rate = expected + kept * (total - expected)
    by_hour = x.sum(axis=0) / np.maximum(total.sum(axis=0), 1)[:, None]
    usual = np.einsum("dh,hs->ds", expected, by_hour)
    tilt = (x.sum(axis=1) + 0.5) / (usual + 0.5)
    mix = by_hour[None, :, :] * tilt[:, None, :]
    scale = mix.sum(axis=2, keepdims=True)
    mix = np.divide(mix, scale, out=np.zeros_like(mix), where=scale > 0)
    return np.asarray(rate[:, :, None] * mix)
