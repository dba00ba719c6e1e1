"""Arithmetic of prices: who pays what, what is felt of it, and which offers are taken."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from sim.core import streams
from sim.core.units import YEAR
from sim.mechanisms.billing import felt
from sim.mechanisms.competition import CompetitionSettings, level, moved_apart
from sim.mechanisms.pricing import ExemptionSettings, agreed_price, sensitivities, taken_as_fair
from sim.mechanisms.retention import taken

NOBODY = np.array([False, False, False])


def test_the_price_agreed_is_the_fee_where_nobody_is_spared() -> None:
    before, fee = np.array([10.0, 0.0, 30.0]), np.array([12.0, 5.0, 20.0])
    assert agreed_price(before, fee, NOBODY, None).tolist() == fee.tolist()


def test_who_is_exempt_keeps_his_price_at_a_rise_and_has_the_benefit_of_a_cut() -> None:
    exempt = np.array([True, True, False])
    found = agreed_price(np.array([10.0, 10.0, 10.0]), np.array([12.0, 8.0, 12.0]), exempt, None)
    assert found.tolist() == [10.0, 8.0, 12.0]


def test_a_phased_rise_reaches_the_fee_in_the_fewest_steps_that_the_cap_allows() -> None:
    price, prices = np.array([100.0]), []
    while price[0] < 120.0:
        price = agreed_price(price, np.array([120.0]), NOBODY[:1], 0.05)
        prices.append(float(price[0]))
    assert prices == pytest.approx([105.0, 110.25, 115.7625, 120.0])  # 4 = the ceiling of ln 1.2 / ln 1.05


def test_a_price_of_nothing_meets_the_fee_at_once_and_a_cut_knows_no_cap() -> None:
    found = agreed_price(np.array([0.0, 10.0]), np.array([5.0, 2.0]), NOBODY[:2], 0.05)
    assert found.tolist() == [5.0, 2.0]


@pytest.mark.parametrize(("accepted", "expected"), [(0.0, 100.0), (0.4, 108.0), (1.0, 120.0)])
def test_a_reason_moves_the_reference_price_by_the_share_that_is_taken_as_fair(
    accepted: float, expected: float
) -> None:
    found = taken_as_fair(np.array([100.0]), np.array([20.0]), np.array([120.0]), accepted)
    assert found[0] == pytest.approx(expected)


def test_a_reason_never_moves_the_reference_price_above_the_price_nor_down() -> None:
    found = taken_as_fair(np.array([115.0, 130.0, 100.0]), np.array([20.0, 20.0, -20.0]), np.full(3, 120.0), 1.0)
    assert found.tolist() == [120.0, 130.0, 100.0]


def test_tenure_lowers_and_products_raise_what_is_felt() -> None:
    tenure, several = np.array([0.0, 5.0, 0.0, 5.0]) * YEAR, np.array([False, False, True, True])
    assert sensitivities(tenure, several, 0.2, 0.5).tolist() == pytest.approx([1.0, 0.5, 1.5, 0.75])
    assert sensitivities(tenure, several, 0.0, 0.0).tolist() == [1.0] * 4


def test_only_movements_of_the_market_are_felt() -> None:
    price, market, accepted = (
        np.array([30.0, 30.0, 33.0, 1.0]),
        np.array([1.0, 0.75, 1.1, 1.0]),
        np.array([30.0] * 3 + [0.0]),
    )
    assert moved_apart(price, market, accepted).tolist() == pytest.approx([0.0, 1 / 3, 0.0, 0.0])


def test_the_market_drifts_from_the_start_and_never_to_nothing() -> None:
    assert level(0.05 / YEAR, 2 * YEAR, 0.0) == pytest.approx(1.10)
    assert level(-0.05 / YEAR, 2 * YEAR, -0.10) == pytest.approx(0.81)
    assert level(-0.5 / YEAR, 5 * YEAR, 0.0) == 0.01


def test_a_gap_is_felt_more_only_above_the_threshold_of_a_shock() -> None:
    assert felt(np.array([-0.5, 0.1, 0.2, 0.3]), 0.2, 3.0).tolist() == pytest.approx([-0.5, 0.1, 0.2, 0.9])


def test_offers_are_taken_as_often_as_the_formula_says_and_a_larger_one_by_the_same_and_more() -> None:
    uniforms = streams.uniforms(streams.brood(7, 0, 4000), streams.named("a test"))
    small, large = ([taken(discount, 0.2, u) for u in uniforms.tolist()] for discount in (0.1, 0.3))
    for discount, found in ((0.1, small), (0.3, large)):
        share = 1.0 - np.exp(-discount / 0.2)
        assert abs(np.mean(found) - share) < 4 * (share * (1 - share) / 4000) ** 0.5
    assert all(more for more, less in zip(large, small, strict=True) if less)
    assert not any(taken(0.0, 0.2, u) for u in uniforms.tolist())


def test_an_exemption_must_say_who_and_steps_of_the_market_must_rise() -> None:
    with pytest.raises(ValidationError, match="at least one of"):
        ExemptionSettings()
    steps = [{"from": "2026-05-01", "change": "1 %"}, {"from": "2026-04-01", "change": "2 %"}]
    with pytest.raises(ValidationError, match="rising dates"):
        CompetitionSettings.model_validate({"weight": 1.0, "steps": steps})
