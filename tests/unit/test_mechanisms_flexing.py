"""Flexing: who helps, and what is granted."""

from __future__ import annotations

from sim.mechanisms.flexing import LendingSettings, grant, helps

HOUR = 3600.0
LENDING = LendingSettings.model_validate(
    {"helpers": {"desk": ("shop",)}, "above": "50 %", "ends": "0 %", "spare": "-20 %"}
)


def test_a_block_is_granted_whole_within_the_week_and_the_day_or_not_at_all() -> None:
    assert grant(HOUR, 0.0, 4 * HOUR, 5 * HOUR) == HOUR
    assert grant(HOUR, 3 * HOUR, 4 * HOUR, HOUR) == HOUR
    assert grant(HOUR, 3.1 * HOUR, 4 * HOUR, 5 * HOUR) == 0.0
    assert grant(HOUR, 0.0, 4 * HOUR, 0.9 * HOUR) == 0.0


def test_help_begins_above_one_bound_and_ends_below_another() -> None:
    assert not helps(False, 0.4, -0.5, LENDING)
    assert helps(False, 0.6, -0.5, LENDING)
    assert helps(True, 0.4, -0.5, LENDING)
    assert not helps(True, -0.1, -0.5, LENDING)


def test_who_is_in_need_helps_nobody() -> None:
    assert not helps(False, 0.9, -0.1, LENDING)
    assert not helps(True, 0.9, -0.1, LENDING)
