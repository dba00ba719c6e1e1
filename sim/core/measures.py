"""What a replication is asked for: named measures with unit, numerator, denominator and meaning.

A measure never holds a quotient. It names a counter, or two, of the observations; the quotient is formed by
``stats`` over all replications, because service level, abandonment and occupancy are ratios of means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Better = Literal["higher", "lower", "neither"]


@dataclass(frozen=True, slots=True)
class Measure:
    """One number that a study can report.

    numerator, denominator: names of totals in ``Observations.totals``; a measure without a denominator is the
    mean over replications of the numerator itself. factor turns internal units into the unit shown. of_policy: what a
    policy counts of itself: a run without the policy has 0 of it.
    """

    name: str
    label: str
    unit: str
    numerator: str
    denominator: str | None = None
    factor: float = 1.0
    better: Better = "neither"
    outcome: bool = False
    meaning: str = ""
    of_policy: bool = False

    def above(self, totals: Mapping[str, float]) -> float | None:
        """The numerator in the totals of a run; None where it is not counted."""
        return totals.get(self.numerator, 0.0 if self.of_policy else None)

    @property
    def is_ratio(self) -> bool:
        """Whether the measure is a ratio of two totals."""
        return self.denominator is not None
