"""Coaching: hours that close a gap, and a difference that it takes away."""

from __future__ import annotations

import pytest

from sim.mechanisms.coaching import attention_of, coached_after, levelled


def test_each_hour_closes_its_share_of_the_gap() -> None:
    assert coached_after(0.2, 0.0, 0.05) == pytest.approx(0.2)
    assert coached_after(0.0, 1.0, 0.05) == pytest.approx(0.05)
    assert coached_after(coached_after(0.1, 2.0, 0.05), 3.0, 0.05) == pytest.approx(coached_after(0.1, 5.0, 0.05))
    assert coached_after(0.3, 1.0, 1.0) == 1.0


def test_full_levelling_leaves_nothing_of_a_difference() -> None:
    assert levelled(0.7, 0.0, 1.0, 0.5) == 0.7
    assert levelled(0.7, 1.0, 1.0, 0.5) == levelled(-0.7, 1.0, 1.0, 0.5) == 0.5
    assert levelled(0.8, 0.5, 0.5, 0.0) == pytest.approx(0.6)


def test_time_given_to_the_weak_is_taken_from_the_others() -> None:
    for weak in (1, 3, 7):
        more, less = attention_of(8, weak, 0.5)
        assert weak * more + (8 - weak) * less == pytest.approx(8)
        assert more > 1.0 > less
    assert attention_of(8, 0, 0.5) == (1.0, 1.0)
    assert attention_of(8, 3, 0.0) == (1.0, 1.0)
