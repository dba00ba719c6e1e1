"""Care's arithmetic: how often customers have their turn, and when first."""

from __future__ import annotations

import numpy as np
import pytest

from sim.core.units import DAY, YEAR
from sim.mechanisms.care import days_between, first_turns


def test_a_rate_is_an_interval_of_at_least_a_day() -> None:
    between = days_between(np.array([4 / YEAR, 0.0, 3 / DAY]))
    assert between == pytest.approx([365 / 4, np.inf, 1.0])


def test_turns_are_spread_over_the_interval_and_never_come_at_rate_0() -> None:
    phases = (np.arange(1000) + 0.5) / 1000
    due = first_turns(7, phases, np.full(1000, 91.25))
    assert due.min() == 7
    assert due.max() == 98
    assert np.bincount(due)[7:98] == pytest.approx(np.full(91, 1000 / 91.25), abs=1)
    assert first_turns(7, phases[:1], np.array([np.inf]))[0] == 2**31 - 1
