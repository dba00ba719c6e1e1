"""What a month of the bank's log says of its calls: kinds, volumes, handle times and patience.

Kinds are the streams of the log; PS and NE are split by priority, since the bank puts customers of high priority
ahead in the queue and they wait longer before they give up. Priority is known only of those who waited, so the
split is that of the calls that waited. Seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.calibration.bank_log import GROUPS, STREAMS, BankLog, Flags, Floats, weekday_group
from sim.calibration.bank_needs import Kind, Needs
from sim.calibration.discipline import HeadStart, change_day, fit_head_start, pairs
from sim.calibration.durations import gaps_under_queue, sample_moments
from sim.calibration.patience_fit import PatienceFit, fit_patience
from sim.calibration.volumes import count_table, shrunk_rates, within_day_index

LONGEST_SERVICE = 3600.0
HEAD_START = 90.0
"""The documented rule of the bank: how far a customer of high priority is put ahead (Guedj and Mandelbaum, 2000)."""

_REGULAR, _HIGH = (0, 1), (2,)


class KindOfCall(NamedTuple):
    """A kind: its stream, its priorities in the log (None: all), and its head start in steps of 90 s."""

    stream: str
    priorities: tuple[int, ...] | None
    steps: int


KINDS = {
    "PS_regular": KindOfCall("PS", _REGULAR, 1),
    "PS_high": KindOfCall("PS", _HIGH, 2),
    "NW": KindOfCall("NW", None, 0),
    "NE_regular": KindOfCall("NE", _REGULAR, 1),
    "NE_high": KindOfCall("NE", _HIGH, 2),
    "IN": KindOfCall("IN", None, 0),
    "TT": KindOfCall("TT", None, 1),
}
"""Callers whom the bank does not know (NW, IN) have no head start; all others have one over them."""


@dataclass(frozen=True)
class HandleTime:
    """Talk and wrap-up: mean, its standard error and coefficient of variation."""

    mean_s: float
    mean_se: float
    cv: float
    n: int


def dates_of(log: BankLog, month: int | None, group: str | None = None) -> list[int]:
    """Indices of the dates of a month and weekday group."""
    return [
        index
        for index, day in enumerate(log.dates)
        if (month is None or day.month == month) and (group is None or weekday_group(day) == group)
    ]


def counts(log: BankLog) -> Floats:
    """Offered calls by date, half-hour and stream."""
    table = count_table(log.day, log.half_hour, log.stream, len(log.dates), len(STREAMS))
    return table.astype(np.float64)


def expected_calls(log: BankLog) -> Floats:
    """Expected calls by date, half-hour and stream: the counts without the Poisson noise of a single half-hour.

    How far to trust a half-hour is January's dispersion within weekdays.
    """
    table = counts(log)
    index = within_day_index(table[dates_of(log, 1, "weekday")].sum(axis=2))
    rates = np.zeros_like(table)
    for month in sorted({day.month for day in log.dates}):
        for group in GROUPS:
            days = dates_of(log, month, group)
            rates[days] = shrunk_rates(table[days], index)
    return rates


def wrap_up(log: BankLog) -> dict[str, float]:
    """Seconds between two calls of an agent while calls wait."""
    served = log.where(log.answered)
    return sample_moments(
        gaps_under_queue(served.day, served.server, served.entered, served.queued_s, served.service_s)
    )


def handle_times(log: BankLog) -> dict[str, HandleTime]:
    """Services of at most an hour, short ones included, with a constant wrap-up after each."""
    after = wrap_up(log)["mean_s"]
    found = {}
    for number, stream in enumerate(STREAMS):
        mine = log.answered & (log.stream == number) & (log.service_s <= LONGEST_SERVICE)
        moments = sample_moments(log.service_s[mine])
        mean = moments["mean_s"] + after
        cv = moments["cv"] * moments["mean_s"] / mean
        found[stream] = HandleTime(mean, moments["mean_se"], cv, int(moments["n"]))
    return found


def is_kind(log: BankLog, kind: KindOfCall) -> Flags:
    """The calls of a kind, as far as their priority is known."""
    mine = log.stream == STREAMS.index(kind.stream)
    return np.asarray(mine if kind.priorities is None else mine & np.isin(log.priority, kind.priorities))


def patience(log: BankLog, kind: KindOfCall) -> tuple[PatienceFit, ...]:
    """Laws fitted to those who waited, best first."""
    waited = log.where(is_kind(log, kind) & (log.waited | ~log.answered))
    return fit_patience(waited.queued_s, ~waited.answered)


def share(log: BankLog, kind: KindOfCall) -> float:
    """Share of a kind among the calls of its stream, of those who waited."""
    of_stream = log.where(log.waited & (log.stream == STREAMS.index(kind.stream)))
    return float(np.mean(is_kind(of_stream, kind)))


def fit_needs(log: BankLog) -> Needs:
    """The kinds with all that they bring, from one month."""
    handle = handle_times(log)
    kinds = tuple(
        Kind(
            name=name,
            stream=kind.stream,
            share=share(log, kind),
            handle_mean_s=handle[kind.stream].mean_s,
            handle_cv=handle[kind.stream].cv,
            patience=patience(log, kind)[0],
            head_start_s=HEAD_START * kind.steps,
        )
        for name, kind in KINDS.items()
    )
    return Needs(kinds, queue_rule(log)[0])


def queue_rule(log: BankLog) -> tuple[int, dict[str, HeadStart]]:
    """The day (index) on which head starts began, and what they were from then on, read from who went first."""
    waiting = log.where(log.waited)
    regular, high = is_kind(waiting, KINDS["PS_regular"]), is_kind(waiting, KINDS["PS_high"])
    prospect = is_kind(waiting, KINDS["NW"])
    columns = (waiting.day, waiting.entered, waiting.queued_s, waiting.answered)
    lag, first, day = pairs(*columns, is_a=regular, is_b=high)
    begun = change_day(lag, first, day, HEAD_START)
    found = {}
    for name, behind, ahead in (
        ("high over regular", regular, high),
        ("regular over prospect", prospect, regular),
        ("high over prospect", prospect, high),
    ):
        lag, first, day = pairs(*columns, is_a=behind, is_b=ahead)
        found[name] = fit_head_start(lag[day >= begun], first[day >= begun])
    return begun, found
