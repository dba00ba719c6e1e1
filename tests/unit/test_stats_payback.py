"""Payback: the month in which the cumulated gain is back above zero for good."""

from __future__ import annotations

import pytest

from sim.stats.payback import payback, payback_month, wilson


@pytest.mark.parametrize(
    ("gains", "month"),
    [
        ([-10, 4, 4, 4, 4], 4),  # -10 -6 -2 +2
        ([-10, 5, 5, 0], 3),  # exactly nothing lost is paid back
        ([1, 1, 1], 1),
        ([0, 0], 1),
        ([5, -6, 2, 1], 3),  # below zero once more: for good only from the third on
        ([-10, 4, 4], None),
        ([9, -1, -9], None),
    ],
)
def test_the_month_is_the_first_from_which_the_cumulated_gain_stays_above_zero(
    gains: list[float], month: int | None
) -> None:
    assert payback_month(gains) == month


def test_the_series_are_paired_and_the_share_counts_replications() -> None:
    baseline = [[10.0, 10, 10, 10], [20.0, 20, 20, 20], [0.0, 0, 0, 0]]
    treated = [[4.0, 13, 13, 13], [10.0, 26, 26, 26], [-9.0, 2, 2, 2]]
    found = payback(treated, baseline)
    assert (found.earliest, found.latest, found.n, found.months) == (3, 3, 3, 4)
    assert found.share == pytest.approx(2 / 3)
    assert found.month == 4  # of the mean: -25/3, then +11/3 a month
    assert found.low < found.share < found.high


def test_arms_that_are_the_same_pay_from_the_start() -> None:
    found = payback([[1.0, 2.0]], [[1.0, 2.0]])
    assert (found.month, found.share) == (1, 1.0)


def test_series_that_do_not_match_are_refused() -> None:
    with pytest.raises(ValueError):
        payback([[1.0, 2.0]], [[1.0]])
    with pytest.raises(ValueError):
        payback([], [])


def test_the_interval_of_a_share_is_wilsons() -> None:
    low, high = wilson(8, 10, 0.95)
    assert (low, high) == (pytest.approx(0.4902, abs=1e-4), pytest.approx(0.9433, abs=1e-4))
    assert wilson(0, 10, 0.95)[0] == 0.0
    assert wilson(10, 10, 0.95)[1] == 1.0
