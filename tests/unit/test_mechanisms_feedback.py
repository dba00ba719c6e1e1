"""The arithmetic of a feedback programme."""

from __future__ import annotations

from math import exp

import pytest

from sim.mechanisms.feedback import relapsed, taken_up


def test_causes_creep_back_exponentially_and_no_further_than_all() -> None:
    assert relapsed(0.4, 50.0, 100.0) == pytest.approx(1.0 - 0.6 * exp(-0.5))
    assert relapsed(relapsed(0.4, 20.0, 100.0), 30.0, 100.0) == pytest.approx(relapsed(0.4, 50.0, 100.0))
    assert relapsed(1.0, 50.0, 100.0) == 1.0
    assert relapsed(0.4, 1e9, 100.0) == 1.0


def test_the_most_reported_causes_come_first() -> None:
    none_busy = [False] * 4
    assert taken_up([5, 30, 12, 30], none_busy, needed=10, free=2) == [1, 3]
    assert taken_up([5, 30, 12, 30], none_busy, needed=10, free=9) == [1, 3, 2]
    assert taken_up([5, 30, 12, 30], [False, True, False, False], needed=10, free=1) == [3]
    assert taken_up([5, 30, 12, 30], none_busy, needed=31, free=4) == []
    assert taken_up([50], [False], needed=1, free=0) == []
