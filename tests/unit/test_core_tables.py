"""Values by interval of the day: which row holds for a day, and what a table must be."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from pydantic import ValidationError

from sim.core.calendar import Calendar, CalendarSettings
from sim.core.streams import root_key
from sim.core.tables import ByInterval

QUARTERS = {"interval": "6 h"}


def table(**rows: list[float]) -> ByInterval:
    return ByInterval.model_validate(QUARTERS | {"rows": rows})


@pytest.fixture
def days() -> Calendar:
    span = {"time_zone": "UTC", "start": "2026-01-05", "warm_up": "0 days", "horizon": "30 days"}
    settings = span | {"holidays": ["2026-01-06"]}
    return Calendar(CalendarSettings.model_validate(settings), root_key(1, 1))


def test_a_date_goes_before_a_holiday_before_a_weekday_before_every_day(days: Calendar) -> None:
    rows = {"2026-01-13": [4.0] * 4, "holiday": [3.0] * 4, "tuesday": [2.0] * 4, "every_day": [1.0] * 4}
    found = ByInterval.model_validate(QUARTERS | {"rows": rows})

    def first(date: str) -> float:
        return found.row(days, days.index_of(dt.date.fromisoformat(date)))[0]

    assert [first(date) for date in ("2026-01-13", "2026-01-06", "2026-01-20", "2026-01-07")] == [4.0, 3.0, 2.0, 1.0]


def test_a_day_without_a_row_has_nothing(days: Calendar) -> None:
    assert table(monday=[1.0, 2.0, 3.0, 4.0]).row(days, 0) == (1.0, 2.0, 3.0, 4.0)
    assert table(monday=[1.0, 2.0, 3.0, 4.0]).row(days, 1) == ()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"interval": "7 h", "rows": {"monday": [1.0] * 3}}, "must divide the day"),
        ({"interval": "6 h", "rows": {"monday": [1.0] * 3}}, "has 3 numbers, not 4"),
        ({"interval": "6 h", "rows": {"monday": [1.0, 1.0, -1.0, 1.0]}}, "negative"),
        ({"interval": "6 h", "rows": {"moonday": [1.0] * 4}}, "neither a weekday"),
        ({"interval": "6 h", "rows": {"2026-1-6": [1.0] * 4}}, "neither a weekday"),
        ({"interval": "6 h", "rows": {}}, "at least 1"),
    ],
)
def test_impossible_tables_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        ByInterval.model_validate(settings)
