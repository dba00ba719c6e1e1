"""Numbers that carry their unit: what is read, and how what is wrong is refused."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from sim.core.units import (
    DAY,
    HOUR,
    INTERNAL,
    MONTH,
    YEAR,
    Clock,
    Date,
    Duration,
    Growth,
    Money,
    MoneyRate,
    Percent,
    Rate,
    Settings,
    Share,
)

EUR = {"currency": "EUR"}


def read(kind: Any, value: Any, context: dict[str, Any] | None = None) -> Any:
    return TypeAdapter(kind).validate_python(value, strict=True, context=context)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Duration, "20 s", 20.0),
        (Duration, "4 min", 240.0),
        (Duration, "2.5h", 2.5 * HOUR),
        (Duration, "6 weeks", 42 * DAY),
        (Duration, "5 years", 5 * YEAR),
        (Duration, "PT6M", 360.0),
        (Duration, "P1DT12H", 1.5 * DAY),
        (Share, "12 %", 0.12),
        (Percent, "140 %", 1.4),
        (Rate, "1.5 per year", 1.5 / YEAR),
        (Rate, "12 per hour", 12 / HOUR),
        (Growth, "-3 % per year", -0.03 / YEAR),
        (Money, "5,000 EUR", 5000.0),
        (MoneyRate, "32.50 EUR per month", 32.5 / MONTH),
        (MoneyRate, "34,000 EUR per year", 34_000 / YEAR),
        (Clock, "08:30", 8.5 * HOUR),
        (Clock, "24:00", DAY),
        (Date, "2026-03-01", dt.date(2026, 3, 1)),
    ],
)
def test_a_number_with_its_unit_is_read(kind: Any, text: str, value: Any) -> None:
    assert read(kind, text, EUR) == pytest.approx(value) if isinstance(value, float) else read(kind, text) == value


@pytest.mark.parametrize(
    ("kind", "wrong", "message"),
    [
        (Duration, 20, "needs a unit of time"),
        (Duration, "20", "needs a unit of time"),
        (Duration, "2 months", "a month has no fixed length"),
        (Duration, "-3 min", "greater than or equal to 0"),
        (Duration, "3,5 min", "no thousands separator"),
        (Duration, True, "must be a text"),
        (Duration, "soon", "is no quantity"),
        (Share, 0.5, "needs a percent sign"),
        (Share, "120 %", "less than or equal to 1"),
        (Rate, "1.5", "needs a rate"),
        (Rate, "1.5 per fortnight", "needs a rate"),
        (Money, "50", "three capitals"),
        (Money, "50 USD", "counts in EUR"),
        (MoneyRate, "50 EUR", "an amount and a period"),
        (Clock, "8:75", "no time of day"),
        (Clock, "24:30", "no time of day"),
        (Clock, 930, "is no time of day"),
        (Date, "1 March 2026", "is no date"),
    ],
)
def test_a_number_without_its_unit_or_beyond_its_bounds_is_refused(kind: Any, wrong: Any, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        read(kind, wrong, EUR)


def test_numbers_in_internal_units_are_taken_only_where_that_was_said() -> None:
    assert read(Duration, 20, INTERNAL) == 20.0
    with pytest.raises(ValidationError):
        read(Duration, 20)


def test_settings_are_frozen_strict_and_refuse_unknown_keys() -> None:
    class Queue(Settings):
        lines: int

    queue = Queue(lines=3)
    with pytest.raises(ValidationError, match="frozen"):
        queue.lines = 4  # type: ignore[misc]  # what is tested
    for wrong in ({"lines": "3"}, {"lines": 3, "line": 3}, {"lines": True}, {}):
        with pytest.raises(ValidationError):
            Queue.model_validate(wrong)
