"""The bank's telephone log of 1999, read as columns, and what counts as a call offered to agents.

Source: "Anonymous Bank" call log (Guedj and Mandelbaum, 2000), the data behind Brown et al. (2005, JASA
100(469):36-50). Decisions taken here:

- PHANTOM rows are dropped when reading.
- A call is *offered* to agents when it was answered or when its queue clock started. A call that hung up in
  the voice-response unit (outcome HANG, no queue clock) never asked for an agent and is not offered.
- A call enters the queue at its queue clock; one answered without a queue enters at its service clock.
- Streams are PS, NW, NE, IN and TT. English calls (PE, 0.5 %) are regular calls in another language and join
  PS.
- Opening hours are 7:00-24:00 from Sunday to Thursday, 7:00-14:00 on Friday and 19:00-24:00 on Saturday.

All times are seconds, clocks are seconds since local midnight.
"""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

STREAMS: Final = ("PS", "NW", "NE", "IN", "TT")
HALF_HOUR: Final = 1800
GROUPS: Final = ("weekday", "friday", "saturday")
OPENING: Final = {"weekday": (14, 48), "friday": (14, 28), "saturday": (38, 48)}
"""First half-hour and the one after the last, counted from midnight."""

_STREAM_OF: Final = {"PE": "PS"} | {name: name for name in STREAMS}
_NO_CLOCK: Final = "0:00:00"
_FRIDAY, _SATURDAY = 4, 5


@dataclass(frozen=True)
class BankLog:
    """Calls as equally long columns; ``day`` and ``stream`` index ``dates`` and ``STREAMS``."""

    dates: tuple[date, ...]
    day: Ints
    stream: Ints
    priority: Ints
    entered: Floats
    queued_s: Floats
    answered: Flags
    offered: Flags
    service_s: Floats
    server: Ints
    """Number of the agent, 0 where the log names none; for checks and handle times, never for staffing."""

    def where(self, mask: Flags) -> BankLog:
        """The calls of a mask; dates keep their numbers."""
        return BankLog(
            dates=self.dates,
            day=self.day[mask],
            stream=self.stream[mask],
            priority=self.priority[mask],
            entered=self.entered[mask],
            queued_s=self.queued_s[mask],
            answered=self.answered[mask],
            offered=self.offered[mask],
            service_s=self.service_s[mask],
            server=self.server[mask],
        )

    @property
    def waited(self) -> Flags:
        """Calls that stood in the queue for at least a second."""
        return self.queued_s > 0

    @property
    def half_hour(self) -> Ints:
        """Half-hour of entering the queue, counted from midnight."""
        return (self.entered // HALF_HOUR).astype(np.int64)

    @property
    def group(self) -> Ints:
        """Weekday group of each call as an index into ``GROUPS``."""
        of_date = np.array([GROUPS.index(weekday_group(day)) for day in self.dates])
        return np.asarray(of_date[self.day], dtype=np.int64)

    @property
    def open(self) -> Flags:
        """Calls that entered the queue in opening hours."""
        bounds = np.array([OPENING[name] for name in GROUPS])[self.group]
        return np.asarray((self.half_hour >= bounds[:, 0]) & (self.half_hour < bounds[:, 1]))

    def month(self, month: int) -> Flags:
        """Calls of a calendar month."""
        return np.asarray(np.array([day.month == month for day in self.dates])[self.day])


def weekday_group(day: date) -> str:
    """``weekday`` (Sunday to Thursday), ``friday`` or ``saturday``."""
    return {_FRIDAY: "friday", _SATURDAY: "saturday"}.get(day.weekday(), "weekday")


def read_bank_log(path: Path) -> BankLog:
    """Read the log (plain or gzip CSV) without PHANTOM rows.

    Raises ``ValueError`` with file and line where a row cannot be read.
    """
    opener = gzip.open if path.suffix == ".gz" else open
    rows: list[tuple[str, int, int, float, float, bool, bool, float, int]] = []
    with opener(path, "rt", newline="") as stream:
        for number, row in enumerate(csv.DictReader(stream), start=2):
            if row.get("outcome") == "PHANTOM":
                continue
            try:
                rows.append(_call(row))
            except (KeyError, ValueError) as error:
                raise ValueError(f"{path}:{number}: not a row of the bank's log ({error})") from error
    return _columns(rows)


def _call(row: dict[str, str]) -> tuple[str, int, int, float, float, bool, bool, float, int]:
    answered = row["outcome"] == "AGENT"
    queued = row["q_start_clock"] != _NO_CLOCK
    if queued:
        entered = _seconds(row["q_start_clock"])
    elif answered and row["ser_start_clock"] != _NO_CLOCK:
        entered = _seconds(row["ser_start_clock"])
    else:
        entered = _seconds(row["vru_entry_clock"]) + max(float(row["vru_s"]), 0.0)
    server = 0 if row["server"] == "none" else int(row["server"].removeprefix("agent"))
    return (
        row["date"],
        STREAMS.index(_STREAM_OF[row["type"]]),
        int(row["priority"]),
        entered,
        float(row["queue_s"]),
        answered,
        answered or queued,
        float(row["service_s"]) if answered else 0.0,
        server,
    )


def _seconds(clock: str) -> float:
    hours, minutes, seconds = clock.split(":")
    return 3600.0 * int(hours) + 60.0 * int(minutes) + int(seconds)


def _columns(rows: list[tuple[str, int, int, float, float, bool, bool, float, int]]) -> BankLog:
    rows.sort(key=lambda row: (row[0], row[3]))
    columns = list(zip(*rows, strict=True))
    names = sorted(set(columns[0]))
    number = {name: index for index, name in enumerate(names)}
    return BankLog(
        dates=tuple(date.fromisoformat(name) for name in names),
        day=np.array([number[name] for name in columns[0]], dtype=np.int64),
        stream=np.array(columns[1], dtype=np.int64),
        priority=np.array(columns[2], dtype=np.int64),
        entered=np.array(columns[3], dtype=np.float64),
        queued_s=np.array(columns[4], dtype=np.float64),
        answered=np.array(columns[5], dtype=np.bool_),
        offered=np.array(columns[6], dtype=np.bool_),
        service_s=np.array(columns[7], dtype=np.float64),
        server=np.array(columns[8], dtype=np.int64),
    )
