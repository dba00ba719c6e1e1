"""Who takes calls while calls wait: agents with calls, looked at within one half-hour of one date.

With a fixed number on duty, all who can help are with calls as soon as calls wait, however many: their number hardly
varies within a half-hour. Where it does vary, agents come and go; if they came and went whatever the queue, long
queues would go with few of them. The log's ``server`` column is not used: who is with a call is counted from the starts
and lengths of services.
"""

from __future__ import annotations

import numpy as np

from sim.calibration.bank_log import HALF_HOUR, Floats, Ints

LONG_QUEUE = 7
STEP = 20.0
"""Seconds between two looks."""


def busy_while_calls_wait(day: Ints, entered: Floats, waits: Floats, handle_s: Floats, days: int) -> Floats:
    """Agents with calls as departures from the mean of the half-hour, over the looks at which calls wait.

    Returns by day the sum of the departures and the number of looks with one call waiting, the same with a long queue,
    the sum of the squared departures and the number of all looks, shape (days, 6). handle_s: 0 for calls that were not
    answered.
    """
    found = np.zeros((days, 6))
    for number in np.unique(day):
        mine = day == number
        found[number] = _of_day(entered[mine], waits[mine], handle_s[mine])
    return found


def more_at_a_long_queue(row: Floats) -> float:
    """How many more agents are with calls when the queue is long than when one call waits, from sums over days."""
    return float(row[2] / max(row[3], 1.0) - row[0] / max(row[1], 1.0))


def variation(row: Floats) -> float:
    """Standard deviation of agents with calls within a half-hour while calls wait, from sums over days."""
    return float(np.sqrt(row[4] / max(row[5], 1.0)))


def _of_day(entered: Floats, waits: Floats, handle_s: Floats) -> Floats:
    looks = np.arange(float(entered.min()), float(entered.max()), STEP)
    waiting = _inside(looks, entered, entered + waits)
    served = handle_s > 0
    starts = (entered + waits)[served]
    busy = _inside(looks, starts, starts + handle_s[served])[waiting > 0].astype(np.float64)
    cell = (looks[waiting > 0] // HALF_HOUR).astype(np.int64)
    waiting = waiting[waiting > 0]
    if not len(waiting):
        return np.zeros(6)
    departure = busy - (np.bincount(cell, busy) / np.maximum(np.bincount(cell), 1))[cell]
    one, long = waiting == 1, waiting >= LONG_QUEUE
    sums = [departure[one].sum(), one.sum(), departure[long].sum(), long.sum(), np.sum(departure**2), len(departure)]
    return np.array(sums, dtype=np.float64)


def _inside(looks: Floats, starts: Floats, ends: Floats) -> Ints:
    begun = np.searchsorted(np.sort(starts), looks, side="right")
    return np.asarray(begun - np.searchsorted(np.sort(ends), looks, side="right"), dtype=np.int64)
