"""The arithmetic of sales, spend and campaigns: pure functions of numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from pydantic import ValidationError

from sim.mechanisms.outbound import CampaignSettings, chosen, share_at
from sim.mechanisms.sales import (
    AcceptanceSettings,
    AnnoyanceSettings,
    KeennessSettings,
    Offer,
    felt,
    inclination,
    is_taken,
    keen_share,
)
from sim.mechanisms.spend import lifted, sizes_of_sets, worth_by_set

EFFECTS = AcceptanceSettings(
    experience=0.4, reference_experience=80.0, satisfaction=0.2, reference_satisfaction=70.0
)  # fmt: skip
ANNOYANCE = AnnoyanceSettings.model_validate(
    {"refused": 60.0, "after_bad": 30.0, "bad": 50.0, "too_often": 40.0, "within": "1 days"}
)


def test_an_offer_is_taken_with_the_probability_given_at_the_reference_and_more_often_above_it() -> None:
    u = (np.arange(10_000) + 0.5) / 10_000
    at_reference = inclination(0.05, 80.0, 70.0, EFFECTS)
    assert sum(is_taken(at_reference, one) for one in u.tolist()) == 500
    assert inclination(0.05, 90.0, 70.0, EFFECTS) == pytest.approx(at_reference + 0.4)
    assert inclination(0.05, 80.0, 50.0, EFFECTS) == pytest.approx(at_reference - 0.4)


def test_commission_makes_agents_keener_within_none_and_all_of_the_chances() -> None:
    keenness = KeennessSettings.model_validate({"reference": "5 EUR", "effect": 1.0})
    assert keen_share(0.3, 5.0, keenness) == pytest.approx(0.3)
    assert keen_share(0.3, 0.0, keenness) == pytest.approx(1 / (1 + math.exp(1.0) * 0.7 / 0.3))
    assert 0.3 < keen_share(0.3, 10.0, keenness) < keen_share(0.3, 500.0, keenness) <= 1.0
    assert keen_share(0.3, 50.0, None) == 0.3
    assert keen_share(0.0, 50.0, keenness) == 0.0


def test_an_offer_not_taken_is_felt_by_the_worst_that_applies() -> None:
    assert felt(Offer("x", 80.0, False), ANNOYANCE) == 60.0
    assert felt(Offer("x", 80.0, True), ANNOYANCE) == 40.0
    assert felt(Offer("x", 40.0, True), ANNOYANCE) == 30.0


def test_the_margin_of_a_set_is_the_sum_of_what_it_holds() -> None:
    assert worth_by_set([1.0, 10.0, 100.0]).tolist() == [0, 1, 10, 11, 100, 101, 110, 111]
    assert sizes_of_sets(3).tolist() == [0, 1, 1, 2, 1, 2, 2, 3]


def test_equity_lifts_a_rate_by_the_exponential_of_its_effect_per_ten_points() -> None:
    found = lifted(np.array([60.0, 70.0, 85.0]), 70.0, 0.2)
    assert found == pytest.approx([math.exp(-0.2), 1.0, math.exp(0.3)])


def test_the_share_reached_is_that_of_the_last_step_before() -> None:
    profile = {0.0: 0.2, 17 * 3600.0: 0.45, 20 * 3600.0: 0.1}
    assert [share_at(profile, hour * 3600.0) for hour in (0, 16.99, 17, 19, 23)] == [0.2, 0.2, 0.45, 0.45, 0.1]


def test_a_larger_share_calls_the_same_customers_and_more_and_a_limit_the_first_of_them() -> None:
    u = np.array([0.9, 0.1, 0.5, 0.3, 0.05])
    few, many = chosen(u, 0.2, None), chosen(u, 0.6, None)
    assert few.tolist() == [False, True, False, False, True]
    assert (many >= few).all()
    assert chosen(u, 0.6, 3).tolist() == [False, True, False, True, True]
    assert not chosen(u, 0.6, 0).any()


@pytest.mark.parametrize("reached", [{"08:00": 0.3}, {"00:00": 0.3, "8:00": 0.2, "08:00": 0.4}, {"soon": 0.3}])
def test_shares_reached_that_leave_a_time_open_are_refused(reached: dict[str, float]) -> None:
    settings = {
        "every": 86_400.0, "share": 1.0, "pause": 1.0, "begins": 0.0, "attempts": 1, "again": 86_400.0,
        "reached": reached, "unreached": 1.0, "cost": 0.0, "work": {"kind": "a", "channel": "b"}, "felt": 50.0,
        "minded": 0.0, "disturbed": 50.0,
    }  # fmt: skip
    with pytest.raises(ValidationError, match=r"00:00|no time of day"):
        CampaignSettings.model_validate(settings, context={"units": "internal"})
