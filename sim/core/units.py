"""Numbers that carry their unit: durations, shares, rates and money, as they stand in a scenario.

Inside the simulation time is in seconds, a rate is per second, a share lies in 0..1 and money is in the
scenario's currency. Outside, every number says its unit ("20 s", "12 %", "1.5 per year", "32.50 EUR per
month"). A bare number is refused, because a reader cannot tell what it means. A day has 86,400 seconds, a week
7 days and a year 365 days; a month is a twelfth of a year wherever it is a unit of a rate.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationInfo,
    WithJsonSchema,
)

SECOND = 1.0
MINUTE = 60.0
HOUR = 3600.0
DAY = 86_400.0
WEEK = 7 * DAY
YEAR = 365 * DAY
MONTH = YEAR / 12

INTERNAL = {"units": "internal"}
"""Validation context under which numbers already in internal units are taken as they are."""

_TIME_UNITS = {
    "s": SECOND,
    "sec": SECOND,
    "second": SECOND,
    "seconds": SECOND,
    "min": MINUTE,
    "minute": MINUTE,
    "minutes": MINUTE,
    "h": HOUR,
    "hour": HOUR,
    "hours": HOUR,
    "day": DAY,
    "days": DAY,
    "week": WEEK,
    "weeks": WEEK,
    "year": YEAR,
    "years": YEAR,
}
_PER = {
    "s": SECOND,
    "second": SECOND,
    "min": MINUTE,
    "minute": MINUTE,
    "h": HOUR,
    "hour": HOUR,
    "day": DAY,
    "week": WEEK,
    "month": MONTH,
    "year": YEAR,
}
NUMBER = r"[+-]?(?:\d[\d_,]*\.?\d*|\.\d+)"
_QUANTITY = re.compile(rf"^\s*({NUMBER})\s*(.*?)\s*$")
_ISO_DURATION = re.compile(r"^P(?:(\d+)W|(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?)$")
_CLOCK = re.compile(r"^([01]?\d|2[0-4]):([0-5]\d)$")


class Settings(BaseModel):
    """Frozen settings of a mechanism: every field typed, bounded and given; unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


T = TypeVar("T")


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


Several = Annotated[tuple[T, ...], BeforeValidator(_as_tuple)]
"""Several values in order; a list in a file."""


def _split(text: str, example: str) -> tuple[float, str]:
    match = _QUANTITY.match(text)
    if match is None:
        raise ValueError(f"is no quantity; write it like {example}")
    return number_of(match.group(1), example), match.group(2)


def number_of(text: str, example: str) -> float:
    """The number of a text that ``NUMBER`` matches; raises ValueError where a comma separates no thousands."""
    if re.search(r",\d{1,2}(?!\d)", text) or text.endswith(","):
        raise ValueError(f"has a comma that is no thousands separator; write it like {example}")
    return float(text.replace(",", "").replace("_", ""))


def parse_duration(text: str) -> float:
    """Seconds of "20 s", "4 min", "2.5 h", "30 days", "6 weeks", "5 years" or ISO 8601 "PT6M".

    Raises ValueError where the unit is missing, unknown or depends on the calendar (months).
    """
    iso = _ISO_DURATION.match(text.strip())
    if iso and any(iso.groups()):
        weeks, days, hours, minutes, seconds = (float(part or 0) for part in iso.groups())
        return weeks * WEEK + days * DAY + hours * HOUR + minutes * MINUTE + seconds
    number, unit = _split(text, "'20 s', '4 min', '3 h', '30 days'")
    if unit in ("month", "months"):
        raise ValueError("a month has no fixed length; say it in days or weeks")
    if unit not in _TIME_UNITS:
        raise ValueError(f"needs a unit of time, such as '{number:g} min' or '{number:g} days'")
    return number * _TIME_UNITS[unit]


def parse_share(text: str) -> float:
    """Share of "12 %" as 0.12."""
    number, unit = _split(text, "'12 %'")
    if unit != "%":
        raise ValueError(f"needs a percent sign, such as '{number:g} %'")
    return number / 100


def parse_rate(text: str) -> float:
    """Events per second of "1.5 per year", "12 per hour" or, for a growth, "3 % per year"."""
    number, unit = _split(text, "'1.5 per year'")
    percent = unit.startswith("%")
    words = unit.removeprefix("%").split()
    if len(words) != 2 or words[0] != "per" or words[1] not in _PER:
        raise ValueError(f"needs a rate, such as '{number:g} per year' or '{number:g} per hour'")
    return (number / 100 if percent else number) / _PER[words[1]]


def _currency(found: str, info: ValidationInfo | None) -> None:
    if re.fullmatch(r"[A-Z]{3}", found) is None:
        raise ValueError("needs a currency of three capitals, such as '32.50 EUR'")
    expected = (info.context or {}).get("currency") if info is not None else None
    if expected is not None and found != expected:
        raise ValueError(f"is in {found}, but the scenario counts in {expected}")


def parse_money(text: str, info: ValidationInfo | None = None) -> float:
    """Amount of "32.50 EUR"; the currency must be the scenario's."""
    number, unit = _split(text, "'32.50 EUR'")
    _currency(unit, info)
    return number


def parse_money_rate(text: str, info: ValidationInfo | None = None) -> float:
    """Money per second of "34,000 EUR per year"."""
    number, unit = _split(text, "'34,000 EUR per year'")
    words = unit.split()
    if len(words) != 3 or words[1] != "per" or words[2] not in _PER:
        raise ValueError(f"needs an amount and a period, such as '{number:g} EUR per month'")
    _currency(words[0], info)
    return number / _PER[words[2]]


def parse_clock(text: str) -> float:
    """Seconds after midnight of "08:30"; "24:00" is the end of the day."""
    match = _CLOCK.match(text.strip())
    if match is None or (match.group(1) == "24" and match.group(2) != "00"):
        raise ValueError("is no time of day; write it like '08:30'")
    return int(match.group(1)) * HOUR + int(match.group(2)) * MINUTE


def _reader(parse: Callable[..., float], with_info: bool = False) -> Callable[[Any, ValidationInfo], Any]:
    def read(value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, str):
            return parse(value, info) if with_info else parse(value)
        if (info.context or {}).get("units") == "internal" and isinstance(value, int | float):
            return float(value)
        if isinstance(value, bool) or value is None or not isinstance(value, int | float):
            raise ValueError("must be a text with a number and its unit")
        parse(f"{value:g}")  # raises, and says which unit is missing
        raise ValueError("must be a text with a number and its unit")

    return read


def _schema(description: str, *examples: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "description": description, "examples": list(examples)})


Duration = Annotated[
    float,
    BeforeValidator(_reader(parse_duration)),
    Field(ge=0),
    _schema("a duration", "20 s", "4 min", "30 days"),
]
"""A length of time, in seconds."""

Span = Annotated[
    float, BeforeValidator(_reader(parse_duration)), Field(gt=0), _schema("a duration", "20 s", "4 min", "30 days")
]
"""A length of time that is not zero, in seconds."""


def whole_days(value: float) -> float:
    """A length of time, if it is a whole number of days; for a validator."""
    if value % DAY:
        raise ValueError("must be a whole number of days")
    return value


Share = Annotated[float, BeforeValidator(_reader(parse_share)), Field(ge=0, le=1), _schema("a share", "12 %")]
"""A share, 0 to 1."""

Percent = Annotated[
    float,
    BeforeValidator(_reader(parse_share)),
    Field(ge=-0.99, le=100),
    _schema("a percentage, may exceed 100 %", "12 %"),
]
"""A ratio given in percent that may be negative or exceed 1."""

Rate = Annotated[
    float, BeforeValidator(_reader(parse_rate)), Field(ge=0), _schema("a rate", "1.5 per year", "12 per hour")
]
"""Events per second."""

Growth = Annotated[float, BeforeValidator(_reader(parse_rate)), _schema("a growth", "3 % per year")]
"""Relative growth per second (simple, not negative 100 % or less over the horizon)."""

Money = Annotated[
    float,
    BeforeValidator(_reader(parse_money, with_info=True)),
    Field(ge=0),
    _schema("an amount", "32.50 EUR"),
]
"""An amount in the scenario's currency."""

MoneyRate = Annotated[
    float,
    BeforeValidator(_reader(parse_money_rate, with_info=True)),
    Field(ge=0),
    _schema("an amount per period", "34,000 EUR per year"),
]
"""Money per second in the scenario's currency."""

Clock = Annotated[float, BeforeValidator(_reader(parse_clock)), Field(ge=0, le=DAY), _schema("a time of day", "08:30")]
"""A time of day, in seconds after midnight."""


def _read_date(value: Any) -> Any:
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            raise ValueError("is no date; write it like 2026-03-01") from None
    return value


Date = Annotated[
    dt.date,
    BeforeValidator(_read_date),
    PlainSerializer(lambda day: day.isoformat(), return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date"}),
]
"""A calendar date."""
