"""Reading the bank's log: what is offered, streams and clocks; and the numbers known of the real log."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from sim.calibration.bank_log import STREAMS, BankLog, read_bank_log, weekday_group
from sim.calibration.patience_fit import fit_exponential

REAL = Path(__file__).parents[3] / "shared" / "data" / "bank1999_calls_jan_feb.csv.gz"
HEAD = (
    "customer,priority,type,date,vru_entry_clock,vru_s,q_start_clock,queue_s,outcome,ser_start_clock,service_s,server"
)
ROWS = (
    "1,2,PS,1999-01-03,9:00:00,5,9:00:05,30,AGENT,9:00:35,120,agent07",
    "0,0,NW,1999-01-03,9:10:00,10,0:00:00,0,HANG,0:00:00,0,none",
    "0,0,NW,1999-01-03,9:20:00,10,9:20:10,0,HANG,0:00:00,0,none",
    "0,0,PE,1999-01-03,8:00:00,10,0:00:00,0,AGENT,8:00:12,60,none",
    "9,1,PS,1999-01-03,9:30:00,10,9:30:10,5,PHANTOM,0:00:00,0,none",
    "0,0,IN,1999-01-08,20:00:00,-8,20:00:00,4,HANG,0:00:00,0,none",
)


def _log(folder: Path, *rows: str) -> BankLog:
    path = folder / "log.csv"
    path.write_text("\n".join([HEAD, *rows]) + "\n")
    return read_bank_log(path)


def test_phantoms_are_dropped_and_rows_are_in_order_of_the_queue(tmp_path: Path) -> None:
    log = _log(tmp_path, *ROWS)
    assert len(log.day) == 5
    assert log.entered.tolist() == [28812.0, 32405.0, 33010.0, 33610.0, 72000.0]


def test_a_call_that_ends_in_the_voice_response_is_not_offered(tmp_path: Path) -> None:
    log = _log(tmp_path, *ROWS)
    assert log.offered.tolist() == [True, True, False, True, True]
    assert log.waited.tolist() == [False, True, False, False, True]


def test_english_calls_join_the_regular_stream(tmp_path: Path) -> None:
    log = _log(tmp_path, *ROWS)
    assert [STREAMS[number] for number in log.stream] == ["PS", "PS", "NW", "NW", "IN"]


def test_friday_evening_is_outside_opening_hours(tmp_path: Path) -> None:
    log = _log(tmp_path, *ROWS)
    assert log.open.tolist() == [True, True, True, True, False]


def test_an_unreadable_row_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"log\.csv:3: not a row"):
        _log(tmp_path, ROWS[0], "1,2,XX,1999-01-03,9:00:00,5,9:00:05,30,AGENT,9:00:35,120,agent07")


def test_weeks_run_from_sunday_to_thursday() -> None:
    groups = [weekday_group(date(1999, 1, day)) for day in range(3, 10)]
    assert groups == ["weekday"] * 5 + ["friday", "saturday"]


@pytest.mark.skipif(not REAL.exists(), reason="the bank's log is not beside the repository")
def test_the_real_log_has_the_numbers_known_of_it() -> None:
    log = read_bank_log(REAL)
    for month, per_day, shares in (
        (1, 1477, {"PS": 0.141, "NW": 0.340, "NE": 0.099, "IN": 0.312}),
        (2, 1514, {"PS": 0.148, "NW": 0.431, "NE": 0.111, "IN": 0.308}),
    ):
        calls = log.where(log.month(month))
        weekday = calls.where(calls.group == 0)
        assert round(len(weekday.day) / len(np.unique(weekday.day))) == per_day
        for name, share in shares.items():
            stood = calls.where(calls.waited & (calls.stream == STREAMS.index(name)))
            # English calls are in PS here and not in the numbers known, hence the third decimal.
            assert np.mean(~stood.answered) == pytest.approx(share, abs=0.0015)


@pytest.mark.skipif(not REAL.exists(), reason="the bank's log is not beside the repository")
def test_exponential_patience_of_the_real_log_is_that_known_of_it() -> None:
    log = read_bank_log(REAL)
    stood = log.where(log.waited)
    for name, mean in (("NW", 215), ("IN", 439)):
        mine = stood.where(stood.stream == STREAMS.index(name))
        fit = fit_exponential(mine.queued_s, ~mine.answered)
        assert fit.mean_s == pytest.approx(mean, rel=0.02)
