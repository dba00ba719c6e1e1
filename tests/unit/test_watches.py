"""Watches: the window, how late it is known, when it triggers and when it is over."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from pydantic import ValidationError

from sim.core.watches import Averaged, Watch, WatchSettings, level_of

BELOW = {"measure": "x.service_level", "below": "80 %", "over": "1 days"}


def settings(**given: str) -> WatchSettings:
    return WatchSettings.model_validate(BELOW | given)


def triggered(made: WatchSettings, daily: Iterable[float], may_from: int = 0) -> list[int]:
    """Days on which a watch is triggered where the day before had so many of 100 good."""
    counted = [0.0, 0.0]

    def read() -> tuple[float, float]:
        return counted[0], counted[1]

    watch, found = Watch(made, read, 100.0), []
    for day, share in enumerate([None, *daily]):  # nothing has happened before the first midnight
        if share is not None:
            counted = [counted[0] + share, counted[1] + 100.0]
        watch.look(day, day >= may_from)
        if watch.since is not None:
            found.append(day)
    return found


def test_a_level_has_a_number_and_a_unit() -> None:
    assert level_of("80 %") == (80.0, "%")
    assert level_of("-1,200.5 logit points") == (-1200.5, "logit points")
    with pytest.raises(ValueError, match="needs a number and the unit"):
        level_of("eighty")


@pytest.mark.parametrize("text", ["1,5 %", "80, %", "1,2345,67 points"])
def test_a_comma_in_a_level_that_is_no_thousands_separator_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="has a comma that is no thousands separator"):
        level_of(text)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"above": "90 %"}, "exactly one of below and above"),
        ({"below": None}, "exactly one of below and above"),
        ({"release": "70 %"}, "released before it is triggered"),
        ({"release": "85 points"}, "release in points and its level in %"),
        ({"over": "12 h"}, "greater than or equal to 86400"),
    ],
)
def test_a_watch_that_makes_no_sense_is_refused(given: dict[str, str], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        settings(**given)


def test_a_watch_is_triggered_on_the_morning_after_and_stays_where_nothing_ends_it() -> None:
    assert triggered(settings(), [90, 70, 90, 90]) == [2, 3, 4]


def test_a_value_at_the_level_is_good() -> None:
    assert triggered(settings(), [80, 80]) == []
    assert triggered(settings(below=None, above="80 %"), [80, 80]) == []


def test_a_report_that_is_late_is_acted_on_late() -> None:
    assert triggered(settings(seen_after="2 days"), [90, 70, 90, 90, 90]) == [4, 5]


def test_a_window_is_the_quotient_of_sums_and_waits_until_it_is_whole() -> None:
    week = settings(over="3 days", release="80 %")
    assert triggered(week, [0, 100, 100, 100]) == [3]
    assert triggered(week, [100, 100, 50, 80, 100, 100]) == [4, 5]


def test_a_release_keeps_it_until_the_measure_is_well_above_the_level() -> None:
    assert triggered(settings(release="90 %"), [70, 85, 89, 90, 79]) == [2 - 1, 2, 3, 5]


def test_it_lasts_for_its_time_and_goes_on_while_the_measure_is_bad() -> None:
    lasting = settings(lasts="3 days")
    assert triggered(lasting, [70, 90, 90, 90, 90]) == [1, 2, 3]
    assert triggered(lasting, [70, 90, 70, 70, 90]) == [1, 2, 3, 4]


def test_it_cannot_be_triggered_before_it_may() -> None:
    assert triggered(settings(), [70, 70, 70], may_from=3) == [3]


def test_where_nothing_happened_nothing_is_decided() -> None:
    watch = Watch(settings(), lambda: (0.0, 0.0), 100.0)
    for day in range(5):
        watch.look(day, True)
    assert watch.since is None


def test_a_level_is_read_as_the_mean_of_the_midnights_of_the_window() -> None:
    backlog = iter([10.0, 10.0, 50.0, 30.0])
    made = WatchSettings.model_validate({"measure": "x", "above": "35 contacts", "over": "2 days"})
    watch, days = Watch(made, Averaged(lambda: next(backlog)), 1.0), []
    for day in range(4):
        watch.look(day, True)
        days.append(watch.since)
    assert days == [None, None, None, 3]
