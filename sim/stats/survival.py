"""How long customers (or agents) stay: survival curves with delayed entry, medians, hazard and odds ratios.

A customer already there when observation begins enters the risk set late, at the tenure she then has (left
truncation); one still there at the horizon leaves it without an event (right censoring). Assumes that entry
and censoring say nothing about the time left. Times in any one unit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.stats import critical
from sim.stats.intervals import Estimate, mean_interval

# A product of many rounded factors can miss one half by a few bits.
_HALF = 0.5 * (1.0 + 1e-9)


@dataclass(frozen=True, eq=False)
class SurvivalCurve:
    """Share still there just after each time at which someone left; arrays shaped (distinct event times,)."""

    times: NDArray[np.float64]
    survival: NDArray[np.float64]
    std_error: NDArray[np.float64]
    at_risk: NDArray[np.int64]


@dataclass(frozen=True)
class MedianInterval:
    """Median time with an interval; None where the curve or its band stays above a half."""

    value: float | None
    low: float | None
    high: float | None
    confidence: float


@dataclass(frozen=True)
class RelativeRisk:
    """An odds or hazard ratio with an interval that is symmetric on the log scale."""

    value: float
    low: float
    high: float
    confidence: float
    method: str

    @property
    def excludes_one(self) -> bool:
        """Whether the whole interval lies on one side of no effect."""
        return self.low > 1.0 or self.high < 1.0


def kaplan_meier(entry: ArrayLike, exit: ArrayLike, event: ArrayLike) -> SurvivalCurve:
    """Product-limit curve S(t) = product of 1 - d/n over event times up to t (Kaplan and Meier, 1958).

    The n at risk at t have entry < t <= exit (delayed entry: Tsai, Jewell and Wang, 1987). Standard error:
    S sqrt(sum d / (n (n - d))) (Greenwood, 1926), whose limit is 0 at S = 0. Late entries make early risk
    sets small: if all of one leave, the curve stays at 0, so look at `at_risk`. `event` is true where the
    exit is a departure and false where it is censored. Raises ValueError where an exit precedes its entry, or
    a departure does not follow it.
    """
    entries, exits, events = _checked_spells(entry, exit, event)
    times, departures = np.unique(exits[events], return_counts=True)
    entered = np.searchsorted(np.sort(entries), times, side="left")
    gone = np.searchsorted(np.sort(exits), times, side="left")
    at_risk = (entered - gone).astype(np.int64)
    risk, left = at_risk.astype(np.float64), departures.astype(np.float64)
    survival = np.cumprod((risk - left) / risk, dtype=np.float64)
    terms = np.zeros_like(survival)
    # At S = 0 a term is infinite, but the standard error has the limit 0, which any finite term gives.
    np.divide(left, risk * (risk - left), out=terms, where=survival > 0.0)
    return SurvivalCurve(times, survival, survival * np.sqrt(np.cumsum(terms)), at_risk)


def median(curve: SurvivalCurve) -> float | None:
    """First time at which at most half are still there; None if more than half remain to the end."""
    return _first_time(curve, curve.survival <= _HALF)


def median_interval(curve: SurvivalCurve, confidence: float = 0.95) -> MedianInterval:
    """Median with the times at which the log-log band around the curve holds one half.

    Brookmeyer and Crowley (1982), with the band on log(-log S) (Kalbfleisch and Prentice, 1980): from the
    first time the lower limit is at most 1/2 to the first time the upper limit is. Where S = 0 the variance
    is unbounded and the band is taken as 0 to 1. For customers who share their days, use `clustered_median`.
    """
    low, high = _log_log_band(curve, confidence)
    return MedianInterval(median(curve), _first_time(curve, low <= 0.5), _first_time(curve, high <= 0.5), confidence)


def clustered_median(curves: Sequence[SurvivalCurve], confidence: float = 0.95) -> Estimate | None:
    """Mean over independent replications of the median of each, with Student t.

    Customers within a replication share queues and price rises: replications, not customers, are the sample.
    None if a replication has no median: leaving it out would favour short stays.
    """
    medians = [time for time in map(median, curves) if time is not None]
    return mean_interval(medians, confidence) if medians and len(medians) == len(curves) else None


def odds_ratio(a: float, b: float, c: float, d: float, confidence: float = 0.95) -> RelativeRisk | None:
    """Odds ratio a d / (b c) of a two-by-two table; a, c had the event (treated, baseline) and b, d had not.

    Interval: exp(log OR +- z sqrt(1/a + 1/b + 1/c + 1/d)) (Woolf, 1955), 1/2 added to every cell if one is 0
    (Haldane, 1956). None where an arm is empty.
    """
    _check_counts(a, b, c, d)
    if a + b == 0 or c + d == 0:
        return None
    method = "odds ratio, Woolf log interval"
    if 0 in (a, b, c, d):
        a, b, c, d = a + 0.5, b + 0.5, c + 0.5, d + 0.5
        method += ", Haldane correction"
    return _log_interval(a * d / (b * c), 1 / a + 1 / b + 1 / c + 1 / d, confidence, method)


def hazard_ratio(
    events_treated: float,
    time_treated: float,
    events_baseline: float,
    time_baseline: float,
    confidence: float = 0.95,
) -> RelativeRisk | None:
    """Ratio of events per time at risk, treated to baseline.

    Assumes a constant hazard in each arm. Interval: exp(log HR +- z sqrt(1/events + 1/events)) (Breslow and
    Day, 1987; for rates what Woolf, 1955, is for odds), 1/2 added to both counts if one is 0. None where an
    arm has no time at risk.
    """
    _check_counts(events_treated, time_treated, events_baseline, time_baseline)
    if time_treated == 0 or time_baseline == 0:
        return None
    method = "ratio of events per time at risk, log interval"
    treated, baseline = events_treated, events_baseline
    if 0 in (treated, baseline):
        treated, baseline = treated + 0.5, baseline + 0.5
        method += ", Haldane correction"
    ratio = (treated / time_treated) / (baseline / time_baseline)
    return _log_interval(ratio, 1 / treated + 1 / baseline, confidence, method)


def _checked_spells(
    entry: ArrayLike, exit: ArrayLike, event: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    entries, exits = np.asarray(entry, dtype=np.float64), np.asarray(exit, dtype=np.float64)
    events = np.asarray(event, dtype=np.bool_)
    if entries.ndim != 1 or not entries.shape == exits.shape == events.shape:
        found = f"{entries.shape}, {exits.shape}, {events.shape}"
        raise ValueError(f"entry, exit and event are shaped {found}; expected one of each per spell")
    ordered = np.where(events, entries < exits, entries <= exits)
    if not ordered.all():
        spell = int(np.argmin(ordered))
        found = f"spell {spell} enters at {entries[spell]} and exits at {exits[spell]}"
        raise ValueError(f"{found}; expected an exit after entry")
    return entries, exits, events


def _first_time(curve: SurvivalCurve, reached: NDArray[np.bool_]) -> float | None:
    return float(curve.times[int(np.argmax(reached))]) if reached.any() else None


def _log_log_band(curve: SurvivalCurve, confidence: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Limits S ** exp(+-z se), se = Greenwood's standard error of log(-log S) = std_error / (S |log S|)."""
    z = critical.normal(confidence)
    low, high = np.zeros_like(curve.survival), np.ones_like(curve.survival)
    alive = curve.survival > 0.0
    share = curve.survival[alive]
    spread = np.exp(z * curve.std_error[alive] / (share * -np.log(share)))
    low[alive], high[alive] = share**spread, share ** (1.0 / spread)
    return low, high


def _check_counts(*counts: float) -> None:
    if not all(math.isfinite(count) and count >= 0 for count in counts):
        raise ValueError(f"counts are {counts}; expected finite numbers of at least 0")


def _log_interval(value: float, variance_of_log: float, confidence: float, method: str) -> RelativeRisk:
    spread = math.exp(critical.normal(confidence) * math.sqrt(variance_of_log))
    return RelativeRisk(value, value / spread, value * spread, confidence, method)
