"""What one replication leaves behind: totals after the warm-up, months and days; plain numbers only.

Nothing here knows other replications, files or the clock on the wall, so the same cell gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SIGNIFICANT = 12
"""Digits that are kept of a total; the last ones of a long sum mean nothing to anyone."""


def rounded(value: float) -> float:
    """The value to twelve significant digits."""
    return float(f"{value:.{SIGNIFICANT}g}")


@dataclass(frozen=True)
class Observations:
    """Totals, monthly and daily series of one replication, all counted after the warm-up.

    totals: name -> number (counts, seconds, money; see each mechanism's page for its names).
    months: name -> one number per calendar month touched by the horizon, in order; ``month_names`` says which.
    days: name -> one number per day after the warm-up.
    """

    replication: int
    totals: Mapping[str, float]
    months: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    days: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    month_names: tuple[str, ...] = ()

    def to_plain(self) -> dict[str, Any]:
        """As nested plain dictionaries and lists, ready for JSON."""
        return {
            "replication": self.replication,
            "totals": {name: rounded(value) for name, value in self.totals.items()},
            "months": {name: [rounded(value) for value in row] for name, row in self.months.items()},
            "days": {name: [rounded(value) for value in row] for name, row in self.days.items()},
            "month_names": list(self.month_names),
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Observations:
        """The observations that ``to_plain`` wrote."""
        return cls(
            replication=plain["replication"],
            totals=dict(plain["totals"]),
            months={name: tuple(row) for name, row in plain["months"].items()},
            days={name: tuple(row) for name, row in plain["days"].items()},
            month_names=tuple(plain["month_names"]),
        )
