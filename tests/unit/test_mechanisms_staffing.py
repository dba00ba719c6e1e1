"""Staffing: blocks cut out of a working day, places of a table, and duty that goes on past midnight."""

from __future__ import annotations

from itertools import pairwise
from math import fsum

import pytest

from sim.core import streams
from sim.core.stretches import Stretch, joined, shortened
from sim.mechanisms.staffing import on_duty_by_place

HOUR = 3600.0
MORNING_AND_AFTERNOON: list[Stretch] = [(8 * HOUR, 12 * HOUR), (12.5 * HOUR, 14 * HOUR), (14.25 * HOUR, 17 * HOUR)]
WHOLE = 8.25 * HOUR


def length(stretches: list[Stretch]) -> float:
    return fsum(end - start for start, end in stretches)


def test_two_blocks_out_of_a_day_leave_stretches_in_order_and_no_slivers() -> None:
    """Rounding may not leave a stretch of no length at the edge of a block: who goes on duty for it would stay."""
    u = streams.uniforms(streams.brood(streams.root_key(7, 1), 0, 4000), streams.named("test")).tolist()
    for one, other in zip(u[::2], u[1::2], strict=True):
        less = shortened(MORNING_AND_AFTERNOON, WHOLE, 3000.0, one)
        left = shortened(less, length(less), 1440.0, other)
        assert length(left) == pytest.approx(WHOLE - 4440.0, abs=1e-6)
        assert all(end - start > 1e-6 for start, end in left)
        assert all(before[1] < after[0] for before, after in pairwise(left))


def test_a_block_as_long_as_the_day_leaves_nothing_and_one_of_no_length_everything() -> None:
    assert shortened(MORNING_AND_AFTERNOON, WHOLE, WHOLE, 0.3) == []
    assert shortened(MORNING_AND_AFTERNOON, WHOLE, 0.0, 0.3) == MORNING_AND_AFTERNOON
    assert shortened([], 0.0, 0.0, 0.3) == []


def test_shifts_that_follow_each_other_without_a_gap_are_one_stretch() -> None:
    assert joined([(12.0, 16.0), (8.0, 12.0), (17.0, 18.0)]) == [(8.0, 16.0), (17.0, 18.0)]
    assert joined([]) == []


@pytest.mark.parametrize("row", [(), (0, 2, 3, 3, 1, 0, 1.5, 0.2), (4, 4), (1, 0, 1), (9, 0, 0, 2)])
def test_places_of_a_table_work_the_intervals_that_ask_for_so_many(row: tuple[float, ...]) -> None:
    for place, stretches in enumerate(on_duty_by_place(row, 0.5, 4)):
        worked = [index for index, _ in enumerate(row) if any(s <= index * 0.5 < e for s, e in stretches)]
        assert worked == [index for index, wanted in enumerate(row) if wanted > place]
        assert joined(stretches) == stretches
