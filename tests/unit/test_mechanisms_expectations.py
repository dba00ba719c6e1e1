"""What a customer expects, and how a contact is judged against it."""

from __future__ import annotations

import pytest

from sim.mechanisms.expectations import expectation, judgement


def test_an_expectation_lies_between_what_one_is_used_to_and_the_market() -> None:
    assert expectation(80.0, 60.0, 1.0) == 80
    assert expectation(80.0, 60.0, 0.0) == 60
    assert expectation(80.0, 60.0, 0.25) == pytest.approx(65)


def test_a_contact_as_expected_is_judged_as_it_was() -> None:
    assert judgement(70.0, 70.0, 0.8) == 70
    assert judgement(70.0, 40.0, 0.0) == 70


def test_disconfirmation_adds_to_the_score_within_its_bounds() -> None:
    assert judgement(70.0, 80.0, 0.5) == pytest.approx(65)
    assert judgement(70.0, 60.0, 0.5) == pytest.approx(75)
    assert judgement(95.0, 40.0, 1.0) == 100
    assert judgement(5.0, 60.0, 1.0) == 0
