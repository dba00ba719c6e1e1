"""Estimates over replications: hand-calculated values, exact zeros and honest coverage."""

import math
import subprocess
import sys

import numpy as np
import pytest

from sim.stats.intervals import (
    Estimate,
    at_confidence,
    bonferroni,
    common_random_numbers_gain,
    mean_interval,
    paired_combination,
    paired_difference,
    paired_ratio_difference,
    paired_ratio_values,
    quantile_interval,
    ratio_interval,
)

# Two-sided critical values of Student's t at 95 %, as printed in any table.
T_95 = {1: 12.706205, 2: 4.302653, 4: 2.776445}


def width(estimate: Estimate | None) -> float:
    assert estimate is not None
    assert estimate.half_width is not None
    return estimate.half_width


def test_a_mean_has_the_half_width_of_student() -> None:
    estimate = mean_interval([1, 2, 3, 4, 5])
    assert estimate.value == 3.0
    assert width(estimate) == pytest.approx(T_95[4] * math.sqrt(2.5 / 5), rel=1e-6)
    assert (estimate.n, estimate.confidence) == (5, 0.95)
    assert estimate.low == pytest.approx(3 - width(estimate))
    assert estimate.high == pytest.approx(3 + width(estimate))


def test_one_replication_gives_a_value_without_a_half_width() -> None:
    estimates = [
        mean_interval([7.0]),
        paired_difference([7.0], [5.0]),
        ratio_interval([1], [2]),
        paired_ratio_difference([1], [2], [1], [4]),
        quantile_interval([7.0], 0.5),
    ]
    for estimate in estimates:
        assert estimate is not None
        assert (estimate.half_width, estimate.low, estimate.high) == (None, None, None)
        assert not estimate.excludes_zero
    assert [e.value for e in estimates if e is not None] == [7.0, 2.0, 0.5, 0.25, 7.0]


def test_equal_values_have_a_half_width_of_exactly_zero() -> None:
    estimate = mean_interval([1 / 49] * 49)
    assert (estimate.value, estimate.half_width) == (1 / 49, 0.0)


@pytest.mark.parametrize(
    ("value", "half_width", "excludes"),
    [
        (2.0, 1.0, True),
        (-2.0, 1.0, True),
        (1.0, 1.0, False),
        (0.0, 0.0, False),
        (0.1, 0.0, True),
        (9.0, None, False),
    ],
)
def test_an_interval_excludes_zero_only_if_it_lies_on_one_side(
    value: float, half_width: float | None, excludes: bool
) -> None:
    assert Estimate(value, half_width, 5, "by hand", 0.95).excludes_zero is excludes


def test_arrays_and_lists_give_the_same_estimate() -> None:
    assert mean_interval(np.array([1, 2, 4])) == mean_interval([1, 2, 4])
    assert ratio_interval(np.array([1.0, 2.0]), np.array([2, 5])) == ratio_interval([1, 2], [2, 5])


def test_a_ratio_of_means_is_jackknifed() -> None:
    # r = 6/12; left out in turn: 5/10, 4/8, 3/6 -> all 1/2, so nothing to correct and no spread.
    assert ratio_interval([1, 2, 3], [2, 4, 6]) == Estimate(0.5, 0.0, 3, "ratio of means, jackknife, Student t", 0.95)
    # r = 6/10; left out in turn: 5/8, 4/6, 3/6; pseudo-values 3 r - 2 r(-i): 0.55, 7/15, 0.8.
    estimate = ratio_interval([1, 2, 3], [2, 4, 4])
    pseudo = [0.55, 7 / 15, 0.8]
    mean = sum(pseudo) / 3
    spread = math.sqrt(sum((p - mean) ** 2 for p in pseudo) / 2 / 3)
    assert estimate is not None
    assert estimate.value == pytest.approx(mean, rel=1e-12)
    assert width(estimate) == pytest.approx(T_95[2] * spread, rel=1e-6)


def test_a_ratio_with_equal_denominators_is_the_mean_interval_scaled() -> None:
    ratio, mean = ratio_interval([3, 5, 4, 9], [10, 10, 10, 10]), mean_interval([0.3, 0.5, 0.4, 0.9])
    assert ratio is not None
    assert ratio.value == pytest.approx(mean.value, rel=1e-12)
    assert width(ratio) == pytest.approx(width(mean), rel=1e-12)


def test_a_ratio_weighs_replications_by_their_denominator() -> None:
    estimate = ratio_interval([80, 0], [100, 100])
    assert estimate is not None
    assert estimate.value == pytest.approx(0.4)


def test_a_ratio_over_nothing_is_absent() -> None:
    assert ratio_interval([0, 0, 0], [0, 0, 0]) is None
    assert paired_ratio_difference([1, 1], [2, 2], [0, 0], [0, 0]) is None


def test_a_ratio_counted_in_one_replication_only_has_no_half_width() -> None:
    estimate = ratio_interval([0, 3, 0], [0, 4, 0])
    assert estimate is not None
    assert (estimate.value, estimate.half_width) == (0.75, None)


def test_a_paired_difference_takes_out_what_the_arms_share() -> None:
    # Differences 1, 2, 3: mean 2, s = 1, half-width t(2) / sqrt(3).
    estimate = paired_difference([101, 52, 13], [100, 50, 10])
    assert estimate.value == 2.0
    assert width(estimate) == pytest.approx(T_95[2] / math.sqrt(3), rel=1e-6)
    assert paired_difference([101, 51, 11], [100, 50, 10]).half_width == 0.0


def test_a_policy_that_changes_nothing_differs_by_exactly_zero() -> None:
    above, below = [0.1, 0.7, 1.3], [0.3, 0.9, 1.7]
    for estimate in (paired_difference(above, above), paired_ratio_difference(above, below, above, below)):
        assert estimate is not None
        assert (estimate.value, estimate.half_width) == (0.0, 0.0)
        assert not estimate.excludes_zero
    once = paired_ratio_difference([0, 3], [0, 4], [0, 3], [0, 4])
    assert once is not None
    assert (once.value, once.half_width) == (0.0, 0.0)


def test_a_difference_of_ratios_leaves_the_same_replication_out_of_both_arms() -> None:
    treated, baseline = ([6, 9, 4], [10, 12, 8]), ([5, 7, 4], [10, 13, 8])
    contrast = 19 / 30 - 16 / 31
    without = [13 / 20 - 11 / 21, 10 / 18 - 9 / 18, 15 / 22 - 12 / 23]
    pseudo = [3 * contrast - 2 * left for left in without]
    mean = sum(pseudo) / 3
    spread = math.sqrt(sum((p - mean) ** 2 for p in pseudo) / 2 / 3)
    estimate = paired_ratio_difference(*treated, *baseline)
    assert estimate is not None
    assert estimate.value == pytest.approx(mean, rel=1e-12)
    assert width(estimate) == pytest.approx(T_95[2] * spread, rel=1e-6)


def test_a_quantile_is_enclosed_by_order_statistics() -> None:
    # Median of 10: ranks 2 and 9 enclose it with 1 - 2 (1 + 10) / 1024 = 97.9 %, ranks 3 and 8 with 89.1 %.
    estimate = quantile_interval([10, 20, 30, 40, 50, 60, 70, 80, 90, 1000], 0.5)
    assert (estimate.value, estimate.half_width) == (55.0, 35.0)
    assert quantile_interval([1, 2, 3, 4, 5], 0.5).half_width is None
    assert quantile_interval([3, 1, 2], 0.25).value == 1.5


def test_bonferroni_shares_out_the_error() -> None:
    assert bonferroni(0.95, 5) == pytest.approx(0.99)
    assert bonferroni(0.9, 1) == pytest.approx(0.9)
    with pytest.raises(ValueError, match="at least one interval"):
        bonferroni(0.95, 0)


def test_the_gain_of_common_random_numbers_is_a_ratio_of_variances() -> None:
    # Variances 4 and 1, differences 1, 2, 3 with variance 1.
    assert common_random_numbers_gain([2, 4, 6], [1, 2, 3]) == pytest.approx(5.0)
    assert common_random_numbers_gain([2, 4, 6], [1, 3, 5]) is None
    assert common_random_numbers_gain([2], [1]) is None


def test_unusable_input_says_what_was_found() -> None:
    with pytest.raises(ValueError, match=r"values is empty"):
        mean_interval([])
    with pytest.raises(ValueError, match=r"values\[1\] is nan"):
        mean_interval([1.0, math.nan])
    with pytest.raises(ValueError, match="3 replications against 2"):
        paired_difference([1, 2, 3], [1, 2])
    with pytest.raises(ValueError, match="confidence is 95"):
        mean_interval([1, 2], 95)
    with pytest.raises(ValueError, match="probability is 0"):
        quantile_interval([1, 2], 0.0)


def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
    # Offered is Poisson(100), 10 % of it abandon; 10 replications. Tolerance: 4 standard errors.
    generator, samples = np.random.default_rng(20240501), 600
    offered = generator.poisson(100, (samples, 10))
    abandoned = generator.binomial(offered, 0.1)
    ratios = [ratio_interval(a, o) for a, o in zip(abandoned, offered, strict=True)]
    covered = sum(r is not None and abs(r.value - 0.1) <= width(r) for r in ratios) / samples
    assert covered == pytest.approx(0.95, abs=4 * math.sqrt(0.95 * 0.05 / samples))
    quantiles = [quantile_interval(generator.random(40), 0.1) for _ in range(samples)]
    assert sum(abs(q.value - 0.1) <= width(q) for q in quantiles) / samples >= 0.95 - 4 * 0.0089


def test_importing_the_statistics_does_not_import_scipy() -> None:
    code = "import sys, sim.stats.intervals, sim.stats.survival; print('scipy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_combination_of_two_arms_is_their_paired_difference() -> None:
    ours, theirs, below = [3.0, 5.0, 4.5, 6.0], [2.0, 3.5, 4.0, 4.0], [10.0, 12.0, 11.0, 9.0]
    found = paired_combination([(ours, None), (theirs, None)], [1.0, -1.0])
    known = paired_difference(ours, theirs)
    assert found is not None
    assert (found.value, found.half_width) == pytest.approx((known.value, known.half_width))
    ratio = paired_combination([(ours, below), (theirs, below[::-1])], [1.0, -1.0])
    same = paired_ratio_difference(ours, below, theirs, below[::-1])
    assert ratio is not None
    assert same is not None
    assert (ratio.value, ratio.half_width) == pytest.approx((same.value, same.half_width))


def test_a_combination_in_which_everything_cancels_is_exactly_nothing() -> None:
    arms = [([0.1, 0.2, 0.7], [0.3, 0.9, 1.1]), ([0.4, 0.1, 0.9], [1.3, 0.7, 1.1])]
    found = paired_combination([*arms, *arms], [1.0, -1.0, -1.0, 1.0])
    assert found is not None
    assert (found.value, found.half_width) == (0.0, 0.0)
    assert paired_combination([([1.0, 2.0], [0.0, 0.0])], [1.0]) is None
    one = paired_combination([([1.0], [2.0]), ([1.0], [4.0])], [1.0, -1.0])
    assert one is not None
    assert (one.value, one.half_width) == (0.25, None)


def test_what_replications_say_of_a_ratio_adds_up_to_its_difference() -> None:
    ours, theirs = ([80.0, 92.0, 75.0], [100.0, 110.0, 95.0]), ([70.0, 85.0, 72.0], [99.0, 108.0, 96.0])
    values = paired_ratio_values(*ours, *theirs)
    found = paired_ratio_difference(*ours, *theirs)
    assert values is not None and found is not None
    assert sum(values) / 3 == pytest.approx(found.value, rel=1e-12)
    assert mean_interval(values).half_width == pytest.approx(found.half_width)
    assert paired_ratio_values(*ours, *ours) == [0.0, 0.0, 0.0]
    assert paired_ratio_values([1.0], [2.0], [1.0], [3.0]) is None
    assert paired_ratio_values([1.0, 1.0], [0.0, 0.0], [1.0, 1.0], [2.0, 2.0]) is None


def test_another_confidence_gives_the_interval_that_it_would_have_had_from_the_beginning() -> None:
    values = [3.0, 5.0, 4.0, 9.0]
    assert at_confidence(mean_interval(values), 0.99).half_width == pytest.approx(
        mean_interval(values, 0.99).half_width
    )
    assert at_confidence(mean_interval([3.0]), 0.99).half_width is None
