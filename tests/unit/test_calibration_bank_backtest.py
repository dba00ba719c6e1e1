"""The back-test's measures on calls made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from sim.calibration.bank_backtest import Calls, Line, Measured, Month, compare, histograms, ratios
from sim.calibration.joining import busy_while_calls_wait, more_at_a_long_queue, variation


def _calls() -> Calls:
    """Four calls of PS: one is answered at once, two after waiting, one gives up after 90 s."""
    return Calls(
        day=np.zeros(4, dtype=np.int64),
        stream=np.zeros(4, dtype=np.int64),
        entered=np.array([0.0, 10.0, 20.0, 30.0]),
        waits=np.array([0.0, 15.0, 60.0, 90.0]),
        answered=np.array([True, True, True, False]),
        handle_s=np.array([100.0, 100.0, 100.0, 0.0]),
    )


def _ratio(name: str, unit: str = "%") -> float:
    above, below = ratios(_calls())[name, unit]
    return float(np.sum(above) / np.sum(below))


def test_ratios_have_the_calls_they_name_below_the_line() -> None:
    assert _ratio("abandoned of offered, PS") == 25.0
    assert _ratio("abandoned of queued, PS") == pytest.approx(100 / 3)
    assert _ratio("queued of offered, all") == 75.0
    assert _ratio("answered in 20 s of offered") == 50.0
    assert _ratio("answered in 60 s of offered") == 75.0
    assert _ratio("mean wait of queued", "s") == 55.0


def test_calls_answered_at_once_are_not_among_those_who_queued() -> None:
    found = histograms(_calls(), 1)
    assert found["offered"].sum() == 4
    assert found["queued"].sum() == 3


def test_a_miss_is_more_than_the_joint_half_width() -> None:
    inside = Line("January", "x", "%", Measured(10.0, 3.0), Measured(14.9, 4.0), 0.0)
    outside = Line("January", "x", "%", Measured(10.0, 3.0), Measured(15.1, 4.0), 0.0)
    assert inside.half_width == 5.0
    assert not inside.misses
    assert outside.misses


def test_simulated_ratios_are_ratios_of_sums_over_the_months() -> None:
    key = ("abandoned of offered, all", "%")
    months = [Month({key: (100.0, 10.0)}, {}, np.zeros(1)), Month({key: (300.0, 10.0)}, {}, np.zeros(1))]
    (line,) = compare("January", {key: Measured(17.0, 1.0)}, months)
    assert line.simulated.value == pytest.approx(20.0)
    assert line.spread == pytest.approx(np.std([10.0, 30.0], ddof=1))


def _busy(agents: list[int], waiting: list[int]) -> np.ndarray:
    """Minutes of one half-hour with so many agents busy and so many calls waiting, all from outside the queue."""
    entered, waits, handle = [], [], []
    for minute, (busy, queue) in enumerate(zip(agents, waiting, strict=True)):
        entered += [60.0 * minute] * (busy + queue)
        waits += [0.0] * busy + [59.0] * queue
        handle += [59.0] * busy + [0.0] * queue
    day = np.zeros(len(entered), dtype=np.int64)
    return busy_while_calls_wait(day, np.array(entered), np.array(waits), np.array(handle), 1)[0]


def test_agents_who_join_a_long_queue_are_seen() -> None:
    row = _busy([3, 3, 3, 5, 5], [1, 1, 1, 8, 8])
    assert more_at_a_long_queue(row) == pytest.approx(2.0)
    assert variation(row) == pytest.approx(np.std([3, 3, 3, 5]))  # looks end with the last arrival


def test_a_fixed_number_of_agents_does_not_vary_with_the_queue() -> None:
    row = _busy([4, 4, 4, 4, 4], [1, 3, 8, 8, 1])
    assert more_at_a_long_queue(row) == pytest.approx(0.0)
    assert variation(row) == pytest.approx(0.0)


def test_without_a_queue_nothing_is_said() -> None:
    row = _busy([4, 2, 3], [0, 0, 0])
    assert more_at_a_long_queue(row) == variation(row) == 0.0
