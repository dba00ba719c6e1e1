"""Values by interval of the day, for weekdays or for dates; in a file they may stand in a CSV beside it."""

from __future__ import annotations

from pydantic import Field, model_validator

from sim.core.calendar import WEEKDAYS, Calendar
from sim.core.units import DAY, MINUTE, Duration, Settings, Several


class ByInterval(Settings):
    """One number per interval of the day, for each weekday or date that has any.

    rows: weekday or ISO date -> the numbers of that day from midnight on; a day without a row has none. A row
    for the date goes before a row for its weekday, and ``holiday`` before the weekday on public holidays.
    """

    interval: Duration = Field(ge=MINUTE, le=DAY)
    rows: dict[str, Several[float]] = Field(min_length=1)

    @model_validator(mode="after")
    def _whole(self) -> ByInterval:
        count = DAY / self.interval
        if count != int(count):
            raise ValueError("the interval must divide the day")
        for name, row in self.rows.items():
            if len(row) != int(count):
                raise ValueError(f"the row {name!r} has {len(row)} numbers, not {int(count)}")
            if min(row) < 0:
                raise ValueError(f"the row {name!r} has a negative number")
            if name not in WEEKDAYS and name not in ("every_day", "holiday") and not _is_date(name):
                raise ValueError(f"the row {name!r} is neither a weekday, 'every_day', 'holiday' nor a date")
        return self

    def row(self, calendar: Calendar, index: int) -> tuple[float, ...]:
        """The numbers of day ``index``; empty where nothing is given for it."""
        date = calendar.date(index)
        names = [date.isoformat(), WEEKDAYS[date.weekday()], "every_day"]
        if calendar.is_holiday(index) and "holiday" in self.rows:
            names.insert(1, "holiday")
        return next((self.rows[name] for name in names if name in self.rows), ())


def _is_date(name: str) -> bool:
    parts = name.split("-")
    return [len(part) for part in parts] == [4, 2, 2] and all(part.isdigit() for part in parts)
