"""The arithmetic of contact points: the state of premises."""

from __future__ import annotations

from math import exp

import pytest

from sim.mechanisms.contact_points import state_after


def test_premises_follow_their_upkeep_exponentially() -> None:
    assert state_after(1.0, 0.0, 100.0, 10.0, 20.0) == pytest.approx(exp(-0.5))
    assert state_after(0.2, 50.0, 100.0, 10.0, 20.0) == pytest.approx(0.5 - 0.3 * exp(-0.5))


def test_more_upkeep_than_is_needed_does_no_more() -> None:
    assert state_after(1.0, 300.0, 100.0, 10.0, 20.0) == 1.0
    assert state_after(0.4, 300.0, 100.0, 10.0, 20.0) == state_after(0.4, 100.0, 100.0, 10.0, 20.0)


def test_two_steps_are_one_of_both_together() -> None:
    halfway = state_after(0.9, 30.0, 100.0, 5.0, 20.0)
    assert state_after(halfway, 30.0, 100.0, 7.0, 20.0) == pytest.approx(state_after(0.9, 30.0, 100.0, 12.0, 20.0))
