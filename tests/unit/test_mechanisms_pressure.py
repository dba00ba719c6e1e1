"""Work pressure: time given, care and the standard as functions of numbers."""

from __future__ import annotations

from math import exp, log

import pytest

from sim.mechanisms.pressure import PaceSettings, care_lost, cut, slowed, standard_after

WEEK = 7 * 86_400.0


@pytest.mark.parametrize("pressure", [-1.0, -0.3, 0.0, 0.2])
def test_who_is_not_pressed_takes_his_own_time(pressure: float) -> None:
    assert cut(pressure, 0.4, 0.2, 1.0) == 1.0


def test_time_falls_with_pressure_up_to_saturation_and_no_further() -> None:
    assert cut(0.7, 0.4, 0.2, 1.0) == pytest.approx(exp(-0.4 * 0.5))
    assert cut(1.0, 0.4, 0.2, 1.0) == cut(9.0, 0.4, 0.2, 1.0) == pytest.approx(exp(-0.4 * 0.8))


def test_a_negative_sign_makes_people_slower_under_pressure() -> None:
    assert cut(0.7, -0.4, 0.2, 1.0) == pytest.approx(exp(0.4 * 0.5))
    assert cut(0.7, 0.0, 0.2, 1.0) == 1.0


def test_what_lies_above_the_bound_slows_down_and_what_lies_below_does_nothing() -> None:
    assert slowed(-0.5, 0.3) == slowed(0.0, 0.3) == slowed(2.0, 0.0) == 1.0
    assert slowed(0.5, 0.3) == pytest.approx(exp(0.15))


def test_a_tenth_less_time_costs_about_three_points_of_resolution() -> None:
    """At first-contact resolution of 70 % and an effect of 1.5 (docs/mechanisms/pressure.md)."""
    logit = log(0.7 / 0.3) + care_lost(0.9, 1.5)
    assert 1.0 / (1.0 + exp(-logit)) == pytest.approx(0.67, abs=0.005)


def test_the_full_time_and_more_add_nothing_to_care() -> None:
    assert care_lost(1.0, 1.5) == care_lost(1.3, 1.5) == 0.0


def test_the_standard_goes_half_the_way_down_in_the_half_life_of_its_time_constant() -> None:
    after = standard_after(1.0, 0.8, 10 * WEEK * log(2.0), 10 * WEEK, 500 * WEEK)
    assert after == pytest.approx(0.9)


def test_the_standard_is_the_same_in_one_step_or_in_many() -> None:
    steps = 0.95
    for _ in range(20):
        steps = standard_after(steps, 0.7, WEEK, 19 * WEEK, 900 * WEEK)
    assert steps == pytest.approx(standard_after(0.95, 0.7, 20 * WEEK, 19 * WEEK, 900 * WEEK))


def test_what_is_lost_in_weeks_does_not_come_back_in_as_many() -> None:
    low = standard_after(1.0, 0.7, 19 * WEEK, 19 * WEEK, 950 * WEEK)
    later = standard_after(low, 1.0, 19 * WEEK, 19 * WEEK, 950 * WEEK)
    assert 0.0 < later - low < 0.021 * (1.0 - low)


def test_who_keeps_the_standard_lets_it_climb_towards_the_full_time() -> None:
    """Time given equal to the standard is no drift downwards."""
    assert standard_after(0.8, 0.8, WEEK, WEEK, 10 * WEEK) > 0.8
    assert standard_after(1.0, 1.0, WEEK, WEEK, 10 * WEEK) == 1.0


def test_saturation_below_the_beginning_is_an_error() -> None:
    pace = {"speed_up": 0.1, "begins": "50 %", "saturation": "20 %", "slow_down": 0.0, "least": "50 %", "care": 1.5}
    with pytest.raises(ValueError, match="saturated before it begins"):
        PaceSettings.model_validate(pace)
