"""Forgetting: the exact solution of losing and repairing."""

from __future__ import annotations

import pytest

from sim.mechanisms.forgetting import lapsed


def test_it_ends_where_losing_and_repairing_balance() -> None:
    assert lapsed(0.0, 0.3, 0.9, 1e6) == pytest.approx(0.25)
    assert lapsed(1.0, 0.3, 0.9, 1e6) == pytest.approx(0.25)


def test_two_steps_are_one() -> None:
    assert lapsed(lapsed(0.1, 0.3, 0.5, 1.0), 0.3, 0.5, 2.0) == pytest.approx(lapsed(0.1, 0.3, 0.5, 3.0))


def test_without_losing_and_repairing_nothing_moves() -> None:
    assert lapsed(0.4, 0.0, 0.0, 9.0) == 0.4
    assert lapsed(0.0, 0.0, 0.7, 9.0) == 0.0
