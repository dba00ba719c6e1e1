"""The calendar: real dates, days of 23 and 25 hours, weights of demand and the busyness of a day."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from sim.core.calendar import MONTHS, WEEKDAYS, Calendar, CalendarSettings
from sim.core.streams import root_key
from sim.core.units import DAY, HOUR

WEEK = dict(zip(WEEKDAYS, [1.25, 1.1, 1.05, 1.0, 1.0, 0.9, 0.7], strict=True))
YEAR_OF_MONTHS = {month: 1.0 + 0.02 * number for number, month in enumerate(MONTHS)}


def calendar(replication: int = 1, **settings: Any) -> Calendar:
    given: dict[str, Any] = {
        "time_zone": "Europe/Amsterdam",
        "start": "2026-01-05",
        "warm_up": "14 days",
        "horizon": "365 days",
    }
    return Calendar(CalendarSettings.model_validate(given | settings), root_key(1, replication))


def index(days: Calendar, date: str) -> int:
    return days.index_of(dt.date.fromisoformat(date))


def test_the_days_on_which_the_clocks_change_have_23_and_25_hours() -> None:
    days = calendar()
    lengths = {str(day.date): (day.end - day.start) / HOUR for day in days.all_days}
    assert lengths.pop("2026-03-29") == 23
    assert lengths.pop("2026-10-25") == 25
    assert set(lengths.values()) == {24}
    assert days.end == 379 * DAY + HOUR - HOUR


def test_opening_times_stay_on_the_wall_clock_when_the_clocks_change() -> None:
    days = calendar()
    spring, autumn, plain = (index(days, date) for date in ("2026-03-29", "2026-10-25", "2026-06-01"))
    assert days.clock(plain, 8 * HOUR) - days.day_start(plain) == 8 * HOUR
    assert days.clock(spring, 8 * HOUR) - days.day_start(spring) == 7 * HOUR
    assert days.clock(autumn, 8 * HOUR) - days.day_start(autumn) == 9 * HOUR
    assert days.clock(autumn, HOUR) - days.day_start(autumn) == HOUR
    for day in (spring, autumn, plain):
        assert days.clock(day, DAY) == days.day_start(day + 1)


def test_a_zone_without_daylight_saving_has_days_of_24_hours() -> None:
    days = calendar(time_zone="UTC")
    assert {day.end - day.start for day in days.all_days} == {DAY}


def test_every_moment_lies_in_its_day() -> None:
    days = calendar()
    for day in days.all_days:
        assert days.index_at(day.start) == day.index
        assert days.index_at(day.start + 1) == day.index
        assert days.index_at(math.nextafter(day.end, 0)) == day.index
        assert days.index_of(day.date) == day.index
        assert days.date(day.index) == day.date
        assert WEEKDAYS[day.date.weekday()] == WEEKDAYS[day.weekday]


def test_days_beyond_the_end_go_on() -> None:
    days = calendar()
    far = days.days + 500
    assert days.date(far) == dt.date(2026, 1, 5) + dt.timedelta(days=far)
    assert days.day_start(far + 1) - days.day_start(far) == DAY


def test_the_warm_up_is_not_counted_and_months_number_from_the_first_that_counts() -> None:
    days = calendar().all_days
    assert [day.counted for day in days[:15]] == list(range(-14, 1))
    assert days[14].month == 0
    assert {day.month for day in days} == set(range(13))


def test_weights_have_mean_one_over_a_week_and_over_the_months() -> None:
    days = calendar(start="2026-01-01", day_of_week=WEEK, horizon="364 days", warm_up="0 days")
    assert np.mean([days.weight(day) for day in range(364)]) == pytest.approx(1.0)
    months = calendar(month=YEAR_OF_MONTHS)
    ratio = months.weight(index(months, "2026-12-01")) / months.weight(index(months, "2026-02-01"))
    assert ratio == pytest.approx(YEAR_OF_MONTHS["december"] / YEAR_OF_MONTHS["february"])
    by_month = [months.weight(index(months, f"2026-{number:02d}-10")) for number in range(1, 13)]
    assert np.mean(by_month) == pytest.approx(1.0)


def test_a_holiday_has_its_own_weight_besides_that_of_its_weekday() -> None:
    days = calendar(holidays=["2026-04-06", "2026-12-25"], holiday_weight=0.4, day_of_week=WEEK)
    easter, week_later = index(days, "2026-04-06"), index(days, "2026-04-13")
    assert days.weight(easter) == pytest.approx(0.4 * days.weight(week_later))
    assert [day.date.isoformat() for day in days.all_days if day.holiday] == ["2026-04-06", "2026-12-25"]


def test_growth_begins_after_the_warm_up_and_is_simple() -> None:
    days = calendar(growth="10 % per year", warm_up="30 days", horizon="730 days")
    assert {days.weight(day) for day in range(31)} == {1.0}
    assert days.weight(30 + 365) == pytest.approx(1.10)
    assert days.weight(30 + 730) == pytest.approx(1.20)
    shrinking = calendar(growth="-300 % per year")
    assert shrinking.weight(14 + 364) == 0.0


def factors(replications: int, **settings: Any) -> list[np.ndarray[Any, Any]]:
    return [
        np.array([day.busyness for day in calendar(n, horizon="3650 days", warm_up="0 days", **settings).all_days])
        for n in range(1, replications + 1)
    ]


def test_the_busyness_of_days_has_the_mean_spread_and_correlation_that_was_asked_for() -> None:
    cv, r = 0.15, 0.5
    runs = factors(3, busyness={"cv": "15 %", "correlation": "50 %"})
    n = sum(run.size for run in runs)
    inflation = math.sqrt((1 + r) / (1 - r))
    mean = np.mean(np.concatenate(runs))
    spread = np.std(np.concatenate(runs))
    lagged = np.mean([np.corrcoef(run[1:], run[:-1])[0, 1] for run in runs])
    assert abs(mean - 1.0) < 4 * cv * inflation / math.sqrt(n)
    assert abs(spread / cv - 1.0) < 4 * inflation / math.sqrt(2 * n)
    assert abs(lagged - r) < 4 / math.sqrt(n) + 0.01  # the copula takes a little off the normal's correlation
    assert min(run.min() for run in runs) > 0.0


def test_busyness_is_that_of_its_day_whatever_the_horizon_and_multiplies_its_weight() -> None:
    busy = {"cv": "20 %", "correlation": "30 %"}
    short = calendar(busyness=busy, horizon="10 days", day_of_week=WEEK).all_days
    long = calendar(busyness=busy, horizon="300 days", day_of_week=WEEK).all_days
    assert [day.busyness for day in short] == [day.busyness for day in long[: len(short)]]
    days = calendar(day_of_week=WEEK)
    for day in short:
        assert day.weight == days.weight(day.index) * day.busyness


def test_replications_have_days_of_their_own_and_no_busyness_means_one() -> None:
    one, other = factors(2, busyness={"cv": "20 %", "correlation": "0 %"})
    assert abs(np.corrcoef(one, other)[0, 1]) < 4.5 / math.sqrt(one.size)
    assert {day.busyness for day in calendar().all_days} == {1.0}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"time_zone": "Europe/Atlantis"}, "is no time zone"),
        ({"warm_up": "36 h"}, "whole number of days"),
        ({"day_of_week": {"monday": 1.0}}, "gives no weight for tuesday"),
        ({"month": dict.fromkeys(MONTHS, 0.0)}, "not all 0"),
        ({"start": "5 January"}, "write it like 2026-03-01"),
        ({"busyness": {"cv": "0 %", "correlation": "0 %"}}, "greater than 0"),
        ({"busyness": {"cv": "10 %", "correlation": "100 %"}}, "less than 1"),
    ],
)
def test_impossible_calendars_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        calendar(**settings)
