"""Survival with delayed entry, medians and relative risks, against hand-calculated and published values."""

import math

import numpy as np
import pytest

from sim.stats.survival import (
    SurvivalCurve,
    clustered_median,
    hazard_ratio,
    kaplan_meier,
    median,
    median_interval,
    odds_ratio,
)

# Weeks in remission under 6-MP (Freireich et al., 1963, Blood 21), most textbooks' example of Kaplan-Meier.
WEEKS = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
RELAPSED = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]


@pytest.fixture
def remission() -> SurvivalCurve:
    return kaplan_meier([0] * len(WEEKS), WEEKS, RELAPSED)


def test_the_curve_of_published_remissions_is_reproduced(remission: SurvivalCurve) -> None:
    assert remission.times.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert remission.at_risk.tolist() == [21, 17, 15, 12, 11, 7, 6]
    assert remission.survival.round(4).tolist() == [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482]
    assert remission.std_error.round(4).tolist() == [0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346]


def test_the_median_interval_inverts_the_log_log_band(remission: SurvivalCurve) -> None:
    # By hand, (log(-log S) - log(log 2)) S |log S| / se is -2.60 at 6 weeks, -2.33 at 7, -1.98 at 10,
    # -1.50 at 13 and 0.39 at the last relapse; 95 % lies within 1.96, 99 % within 2.58.
    found = median_interval(remission)
    assert (found.value, found.low, found.high) == (23.0, 13.0, None)
    assert median_interval(remission, 0.99).low == 7.0


def test_late_entries_are_at_risk_only_after_they_entered() -> None:
    # At 2, spells 0 and 1 are at risk and one leaves: 1/2. At 3, spells 0 and 2 are, 3 only enters: 1/4.
    # At 6, spells 3 and 4 are: 1/8. Each adds 1 / (2 x 1) to the sum of Greenwood.
    curve = kaplan_meier([0, 0, 2, 3, 5], [4, 2, 3, 8, 6], [0, 1, 1, 0, 1])
    assert curve.times.tolist() == [2, 3, 6]
    assert curve.at_risk.tolist() == [2, 2, 2]
    assert curve.survival.tolist() == [0.5, 0.25, 0.125]
    expected = [0.5 * math.sqrt(0.5), 0.25, 0.125 * math.sqrt(1.5)]
    assert curve.std_error.tolist() == pytest.approx(expected, rel=1e-15)


def test_ignoring_late_entry_would_overstate_how_long_customers_stay() -> None:
    # Constant hazard of 1 a year; customers of random age are met at it, so short stays are seldom met.
    generator = np.random.default_rng(7)
    age, stay = generator.random(40_000) * 2, generator.exponential(1.0, 40_000)
    met = stay > age
    curve = kaplan_meier(age[met], stay[met], np.ones(int(met.sum()), dtype=bool))
    naive = kaplan_meier(np.zeros(int(met.sum())), stay[met], np.ones(int(met.sum()), dtype=bool))
    at_one = curve.survival[np.searchsorted(curve.times, 1.0) - 1]
    error = curve.std_error[np.searchsorted(curve.times, 1.0) - 1]
    assert at_one == pytest.approx(math.exp(-1), abs=4 * error)
    assert naive.survival[np.searchsorted(naive.times, 1.0) - 1] > at_one + 4 * error


def test_without_censoring_the_curve_is_the_share_still_there() -> None:
    curve = kaplan_meier([0] * 4, [1, 2, 2, 5], [True] * 4)
    assert curve.survival.tolist() == [0.75, 0.25, 0.0]
    assert curve.std_error.tolist() == pytest.approx([math.sqrt(0.75 * 0.25 / 4)] * 2 + [0.0])
    assert median(curve) == 2.0


def test_the_median_of_an_even_number_of_stays_is_the_lower_middle_one() -> None:
    for half in range(1, 200):
        stays = range(1, 2 * half + 1)
        assert median(kaplan_meier([0] * len(stays), list(stays), [True] * len(stays))) == half


def test_nobody_leaving_gives_an_empty_curve_without_a_median() -> None:
    curve = kaplan_meier([0, 0], [3, 4], [False, False])
    assert curve.times.size == 0
    assert median(curve) is None
    found = median_interval(curve)
    assert (found.value, found.low, found.high) == (None, None, None)


def test_a_band_is_unknown_where_everybody_has_left() -> None:
    found = median_interval(kaplan_meier([0], [3], [True]))
    assert (found.value, found.low, found.high) == (3.0, 3.0, None)


def test_the_median_interval_covers_the_truth_as_often_as_it_says() -> None:
    generator, samples = np.random.default_rng(11), 400
    covered = 0
    for _ in range(samples):
        stay, observed = generator.exponential(1.0, 60), generator.random(60) * 4
        found = median_interval(kaplan_meier(np.zeros(60), np.minimum(stay, observed), stay <= observed))
        covered += (found.low or 0.0) <= math.log(2) < (found.high or math.inf)
    assert covered / samples == pytest.approx(0.95, abs=4 * math.sqrt(0.95 * 0.05 / samples))


def test_medians_of_replications_are_averaged() -> None:
    curves = [kaplan_meier([0] * 3, [1, m, 9], [True] * 3) for m in (2, 3, 4)]
    estimate = clustered_median(curves)
    assert estimate is not None
    assert (estimate.value, estimate.n) == (3.0, 3)
    assert estimate.half_width == pytest.approx(4.302653 / math.sqrt(3), rel=1e-6)


def test_a_replication_without_a_median_leaves_none_to_report() -> None:
    short, endless = kaplan_meier([0], [1], [True]), kaplan_meier([0, 0], [1, 2], [False, False])
    assert clustered_median([short, endless]) is None
    assert clustered_median([]) is None


def test_spells_that_end_before_they_begin_are_refused() -> None:
    with pytest.raises(ValueError, match=r"spell 1 enters at 5.0 and exits at 4.0"):
        kaplan_meier([0, 5], [1, 4], [True, False])
    with pytest.raises(ValueError, match="spell 0"):
        kaplan_meier([2], [2], [True])
    with pytest.raises(ValueError, match="one of each per spell"):
        kaplan_meier([0, 0], [1], [True])
    assert kaplan_meier([2], [2], [False]).times.size == 0


def test_the_odds_ratio_has_woolfs_interval() -> None:
    # Smokers among men with lung cancer, 647 of 649, and without, 622 of 649 (Doll and Hill, 1950, BMJ 2).
    # log OR = 2.6421, se = sqrt(1/647 + 1/2 + 1/622 + 1/27) = 0.73498.
    found = odds_ratio(647, 2, 622, 27)
    assert found is not None
    assert found.value == pytest.approx(14.04, abs=0.005)
    assert (found.low, found.high) == pytest.approx((3.325, 59.30), rel=1e-3)
    assert found.excludes_one
    assert "Haldane" not in found.method


def test_an_empty_cell_gets_haldanes_half() -> None:
    found = odds_ratio(0, 10, 5, 5)
    assert found is not None
    assert found.value == pytest.approx(0.5 * 5.5 / (10.5 * 5.5))
    error = math.sqrt(1 / 0.5 + 1 / 10.5 + 2 / 5.5)
    assert found.high / found.value == pytest.approx(math.exp(1.959964 * error), rel=1e-6)
    assert "Haldane" in found.method
    assert odds_ratio(0, 0, 5, 5) is None


def test_the_hazard_ratio_compares_events_per_time_at_risk() -> None:
    found = hazard_ratio(20, 100.0, 40, 100.0)
    assert found is not None
    assert found.value == 0.5
    assert found.low == pytest.approx(0.5 / math.exp(1.959964 * math.sqrt(0.075)), rel=1e-6)
    assert found.excludes_one
    assert hazard_ratio(3, 0.0, 4, 10.0) is None
    none_left = hazard_ratio(0, 10.0, 2, 10.0)
    assert none_left is not None
    assert none_left.value == pytest.approx(0.2)
    assert not none_left.excludes_one
    with pytest.raises(ValueError, match="at least 0"):
        hazard_ratio(-1, 1.0, 1, 1.0)
