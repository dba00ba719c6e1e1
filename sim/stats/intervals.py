"""Estimates with half-widths from independent replications, single and paired.

One number per replication (or one numerator and one denominator) goes in, replication `i` of one arm having
met the same customers on the same days as replication `i` of the other (common random numbers). Assumes
independent replications. Sums are exactly rounded (`math.fsum`), so that the bytes do not depend on the
processor's vector width. Service level, abandonment and occupancy are ratios: use the ratio functions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.stats import critical

_ROUNDING = 1e-9
"""What is smaller than this share of what it is computed from is rounding."""

Values: TypeAlias = Sequence[float] | NDArray[np.number[Any]]

MEAN = "mean over replications, Student t"
RATIO = "ratio of means, jackknife, Student t"
PAIRED = "paired difference of means, Student t"
PAIRED_RATIO = "paired difference of ratios of means, jackknife, Student t"
COMBINED = "paired combination of means, Student t"
COMBINED_RATIO = "paired combination of ratios of means, jackknife, Student t"
QUANTILE = "quantile over replications, order statistics"


@dataclass(frozen=True)
class Estimate:
    """A number with its half-width (None if not estimable), the replications behind it and the method."""

    value: float
    half_width: float | None
    n: int
    method: str
    confidence: float

    @property
    def low(self) -> float | None:
        """Lower end of the interval."""
        return None if self.half_width is None else self.value - self.half_width

    @property
    def high(self) -> float | None:
        """Upper end of the interval."""
        return None if self.half_width is None else self.value + self.half_width

    @property
    def excludes_zero(self) -> bool:
        """Whether the whole interval lies on one side of zero; never, where no interval is known."""
        return self.half_width is not None and abs(self.value) > self.half_width


def mean_interval(values: Values, confidence: float = 0.95) -> Estimate:
    """Mean over replications: average +- t(n-1) s / sqrt(n) (Law, 2015, Simulation Modeling, 4.5).

    Raises ValueError without a value, or where one is not finite.
    """
    return _student_interval(_finite(values, "values"), confidence, MEAN)


def ratio_interval(numerators: Values, denominators: Values, confidence: float = 0.95) -> Estimate | None:
    """Ratio of means over replications, such as answered / offered; None if the denominators sum to 0.

    Jackknife: pseudo-values n r - (n-1) r(-i), where r(-i) leaves out replication i. Their mean takes away
    the bias of order 1/n (Quenouille, 1956; for ratios Durbin, 1959), their spread estimates the variance
    (Tukey, 1958). Where one replication holds nearly all of the denominator, the correction can leave the
    range of a share; the half-width is then large too. It is None if only one denominator differs from 0.
    """
    above, below = _matched(numerators, denominators)
    return _jackknife([(above, below)], confidence, RATIO)


def paired_difference(treated: Values, baseline: Values, confidence: float = 0.95) -> Estimate:
    """Difference of means, treated minus baseline, replication by replication (paired t; Law, 2015, 10.2.1).

    Differences that are all equal have a half-width of exactly 0.
    """
    return _student_interval(_differences(treated, baseline), confidence, PAIRED)


def paired_ratio_difference(
    numerators_treated: Values,
    denominators_treated: Values,
    numerators_baseline: Values,
    denominators_baseline: Values,
    confidence: float = 0.95,
) -> Estimate | None:
    """Difference of two ratios of means, jackknifed by leaving the same replication out of both arms.

    Exactly 0 +- 0 where the arms are identical; None where the denominators of an arm sum to 0. Method as in
    `ratio_interval`; leaving out pairs keeps what the arms share out of the variance.
    """
    treated = _matched(numerators_treated, denominators_treated)
    baseline = _matched(numerators_baseline, denominators_baseline)
    _check_same_length(len(treated[0]), len(baseline[0]))
    return _jackknife([treated, baseline], confidence, PAIRED_RATIO)


def paired_combination(
    arms: Sequence[tuple[Values, Values | None]], weights: Sequence[float], confidence: float = 0.95
) -> Estimate | None:
    """Sum of weight x value over arms, of means, or of ratios of means where an arm has denominators too.

    For what two arms differ by where something is switched off against what they differ by where it is not: weights
    1, -1, -1, 1. Both ways are linear: combinations whose weights add up have values that add up. What is within
    rounding of 0 is exactly 0. None where the denominators of an arm sum to 0.
    """
    columns = [_pseudo_values(*arm) for arm in arms]
    known = [column for column in columns if column is not None]
    if len(known) < len(columns) or not known:
        return None
    parts = zip(*([w * value for value in column] for w, column in zip(weights, known, strict=True)), strict=True)
    largest = max(abs(value) for column in known for value in column)
    values = [_without_rounding(math.fsum(part), largest) for part in parts]
    return _student_interval(values, confidence, COMBINED if arms[0][1] is None else COMBINED_RATIO)


def _pseudo_values(above: Values, below: Values | None) -> list[float] | None:
    """The values themselves, or the jackknife's of a ratio of means; None if the denominators sum to 0."""
    if below is None:
        return _finite(above, "values")
    pair = _matched(above, below)
    n, total = len(pair[0]), math.fsum(pair[1])
    if total == 0.0:
        return None
    ratio = math.fsum(pair[0]) / total
    without = _leave_one_out([pair], [(math.fsum(pair[0]), total)]) if n > 1 else None
    return [ratio] * n if without is None else [n * ratio - (n - 1) * left for left in without]


def _without_rounding(value: float, largest: float) -> float:
    return 0.0 if abs(value) < _ROUNDING * largest else value


def paired_values(treated: Values, baseline: Values) -> list[float]:
    """What each replication says of the difference of means; their mean is that of `paired_difference`."""
    return _differences(treated, baseline)


def paired_ratio_values(
    numerators_treated: Values, denominators_treated: Values, numerators_baseline: Values, denominators_baseline: Values
) -> list[float] | None:
    """What each replication says of the difference of ratios: the pseudo-values of `paired_ratio_difference`.

    None where that has no interval. Like differences they can be added and taken from each other, arm by arm.
    """
    treated = _matched(numerators_treated, denominators_treated)
    baseline = _matched(numerators_baseline, denominators_baseline)
    _check_same_length(len(treated[0]), len(baseline[0]))
    if any(math.fsum(below) == 0.0 for _, below in (treated, baseline)):
        return None
    return [0.0] * len(treated[0]) if treated == baseline else _pseudo_contrasts([treated, baseline])


def at_confidence(estimate: Estimate, confidence: float) -> Estimate:
    """The same estimate with the interval of another confidence, where its method is Student's t."""
    if estimate.half_width is None:
        return replace(estimate, confidence=critical.checked_confidence(confidence))
    wider = critical.student(confidence, estimate.n - 1) / critical.student(estimate.confidence, estimate.n - 1)
    return replace(estimate, half_width=estimate.half_width * wider, confidence=confidence)


def quantile_interval(values: Values, probability: float, confidence: float = 0.95) -> Estimate:
    """Quantile over replications, such as the profit that one year in ten falls short of.

    Value: linear between order statistics (Hyndman and Fan, 1996, definition 7). Interval: the order
    statistics whose ranks enclose a binomial(n, probability) count (Thompson, 1936), whatever the law; the
    half-width reaches to the farther one, and is None where n is too small for such ranks.
    """
    if not 0.0 < probability < 1.0:
        raise ValueError(f"probability is {probability}; expected a share strictly between 0 and 1")
    ordered = sorted(_finite(values, "values"))
    n = len(ordered)
    position = probability * (n - 1)
    lower = int(position)
    upper = min(lower + 1, n - 1)
    value = ordered[lower] + (position - lower) * (ordered[upper] - ordered[lower])
    ranks = _enclosing_ranks(n, probability, critical.checked_confidence(confidence))
    half_width = None if ranks is None else max(value - ordered[ranks[0] - 1], ordered[ranks[1] - 1] - value)
    return Estimate(value, half_width, n, QUANTILE, confidence)


def bonferroni(confidence: float, k: int) -> float:
    """Confidence of each of `k` intervals for all to hold together with `confidence` (Dunn, 1961)."""
    if k < 1:
        raise ValueError(f"k is {k}; expected at least one interval")
    return 1.0 - (1.0 - critical.checked_confidence(confidence)) / k


def common_random_numbers_gain(treated: Values, baseline: Values) -> float | None:
    """How many times as many replications independent seeds would need: (var t + var b) / var(t - b).

    Law (2015), 11.2. None where the difference never varies or fewer than two replications are known.
    """
    differences = _differences(treated, baseline)
    if _all_equal(differences):
        return None
    apart = _variance(_finite(treated, "treated")) + _variance(_finite(baseline, "baseline"))
    return apart / _variance(differences)


def _student_interval(values: list[float], confidence: float, method: str) -> Estimate:
    critical.checked_confidence(confidence)
    n = len(values)
    if _all_equal(values):
        # A rounded mean of equal numbers can miss them by a bit; no spread must print as exactly 0.
        return Estimate(values[0], None if n < 2 else 0.0, n, method, confidence)
    half_width = critical.student(confidence, n - 1) * math.sqrt(_variance(values) / n)
    return Estimate(math.fsum(values) / n, half_width, n, method, confidence)


def _jackknife(arms: list[tuple[list[float], list[float]]], confidence: float, method: str) -> Estimate | None:
    """First arm's ratio of means, minus the second's if there is one; None if a denominator sums to 0."""
    critical.checked_confidence(confidence)
    n = len(arms[0][0])
    totals = [(math.fsum(above), math.fsum(below)) for above, below in arms]
    if any(below == 0.0 for _, below in totals):
        return None
    if len(arms) == 2 and arms[0] == arms[1]:
        return Estimate(0.0, None if n < 2 else 0.0, n, method, confidence)
    ratio = _contrast([above / below for above, below in totals])
    pseudo = _pseudo_contrasts(arms)
    if pseudo is None:
        return Estimate(ratio, None, n, method, confidence)
    if _all_equal(pseudo):
        return Estimate(ratio, 0.0, n, method, confidence)
    return _student_interval(pseudo, confidence, method)


def _pseudo_contrasts(arms: list[tuple[list[float], list[float]]]) -> list[float] | None:
    """n r - (n-1) r(-i) of the contrast of ratios; None where a ratio without one of the replications is unknown."""
    n = len(arms[0][0])
    totals = [(math.fsum(above), math.fsum(below)) for above, below in arms]
    without = _leave_one_out(arms, totals) if n > 1 else None
    if without is None:
        return None
    ratio = _contrast([above / below for above, below in totals])
    return [n * ratio - (n - 1) * left for left in without]


def _leave_one_out(
    arms: list[tuple[list[float], list[float]]], totals: list[tuple[float, float]]
) -> list[float] | None:
    """Contrast of ratios without each replication in turn; None if nothing remains in some denominator."""
    columns = []
    for (above, below), (total_above, total_below) in zip(arms, totals, strict=True):
        rest = [total_below - each for each in below]
        if 0.0 in rest:
            return None
        columns.append([(total_above - a) / r for a, r in zip(above, rest, strict=True)])
    return [_contrast(ratios) for ratios in zip(*columns, strict=True)]


def _contrast(ratios: Sequence[float]) -> float:
    return ratios[0] if len(ratios) == 1 else ratios[0] - ratios[1]


def _enclosing_ranks(n: int, probability: float, confidence: float) -> tuple[int, int] | None:
    """Ranks l < u with P(count < l) and P(count >= u) at most (1 - confidence) / 2; None if too few."""
    tail = (1.0 - confidence) / 2
    below = [critical.binomial_at_most(rank - 1, n, probability) for rank in range(1, n + 1)]
    lowers = [rank for rank, share in enumerate(below, start=1) if share <= tail]
    uppers = [rank for rank, share in enumerate(below, start=1) if share >= 1.0 - tail]
    return (lowers[-1], uppers[0]) if lowers and uppers else None


def _variance(values: list[float]) -> float:
    mean = math.fsum(values) / len(values)
    return math.fsum((value - mean) * (value - mean) for value in values) / (len(values) - 1)


def _all_equal(values: list[float]) -> bool:
    return all(value == values[0] for value in values)


def _differences(treated: Values, baseline: Values) -> list[float]:
    left, right = _finite(treated, "treated"), _finite(baseline, "baseline")
    _check_same_length(len(left), len(right))
    return [t - b for t, b in zip(left, right, strict=True)]


def _matched(numerators: Values, denominators: Values) -> tuple[list[float], list[float]]:
    above, below = _finite(numerators, "numerators"), _finite(denominators, "denominators")
    _check_same_length(len(above), len(below))
    return above, below


def _check_same_length(first: int, second: int) -> None:
    if first != second:
        raise ValueError(f"{first} replications against {second}; expected the same on both sides")


def _finite(values: Values, name: str) -> list[float]:
    numbers = [float(value) for value in values]
    if not numbers:
        raise ValueError(f"{name} is empty; expected one number per replication")
    for replication, number in enumerate(numbers):
        if not math.isfinite(number):
            raise ValueError(f"{name}[{replication}] is {number}; expected a finite number per replication")
    return numbers
