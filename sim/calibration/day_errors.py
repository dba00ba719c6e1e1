"""What the log says happened, with errors that allow for dependence within a day.

Ratios keep numerator and denominator. Standard errors come from a bootstrap over whole days within weekday
groups (Efron and Tibshirani, 1993): waits of one day share the day's luck, so calls are not independent.
Seconds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.calibration.bank_log import Flags, Floats, Ints
from sim.core.streams import brood, named, root_key, uniforms

_LONGEST = 2000


@dataclass(frozen=True)
class DayResampling:
    """Days drawn with replacement within groups: ``times[b, d]`` is how often day d is in resample b."""

    times: Floats

    @staticmethod
    def of(groups: Ints, resamples: int = 400, seed: int = 1999) -> DayResampling:
        """Draw the resamples; ``groups`` gives each day's group, -1 where the day takes no part."""
        times = np.zeros((resamples, len(groups)))
        for group in np.unique(groups[groups >= 0]):
            days = np.flatnonzero(groups == group)
            keys = brood(root_key(seed, int(group)), 0, resamples * len(days))
            drawn = days[(uniforms(keys, named("day")) * len(days)).astype(np.int64)]
            np.add.at(times, (np.repeat(np.arange(resamples), len(days)), drawn), 1.0)
        return DayResampling(times)

    def ratio(self, numerator: Floats, denominator: Floats) -> tuple[float, float]:
        """Ratio of two daily totals: value and standard error."""
        above, below = float(np.sum(numerator)), float(np.sum(denominator))
        drawn = (self.times @ numerator) / np.maximum(self.times @ denominator, 1e-12)
        return (above / below if below else 0.0), float(np.std(drawn, ddof=1))

    def statistic(self, daily: Floats, function: Callable[[Floats], float]) -> tuple[float, float]:
        """Any function of the sum over days of daily rows: value and standard error."""
        drawn = [function(row) for row in self.times @ daily]
        return function(daily.sum(axis=0)), float(np.std(drawn, ddof=1))


def daily_total(day: Ints, value: Floats | Flags, days: int) -> Floats:
    """Sum of a value over the calls of each day."""
    return np.asarray(np.bincount(day, np.asarray(value, dtype=np.float64), days), dtype=np.float64)


def wait_histogram(day: Ints, waits: Floats, days: int) -> Floats:
    """Calls by day and whole second of waiting."""
    second = np.minimum(waits, _LONGEST - 1).astype(np.int64)
    return np.bincount(day * _LONGEST + second, minlength=days * _LONGEST).reshape(days, _LONGEST).astype(float)


def quantile_of_histogram(counts: Floats, probability: float) -> float:
    """Smallest second at which the share of calls reaches the probability."""
    total = np.cumsum(counts)
    return float(np.searchsorted(total, probability * total[-1]))
