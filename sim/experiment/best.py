"""Which arm is the best in a measure, the baseline included, and how sure one may be of it.

Two questions: with what probability an arm has the best mean (what further replications would bring out), and how often
it is the best in a single replication (what may happen in one course of events).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sim.core.measures import Measure
from sim.experiment.contributions import DRAWS, believed, contributions
from sim.experiment.estimates import Runs, per_replication
from sim.stats.beliefs import shares_of_best
from sim.stats.payback import wilson

METHOD = "Student's t about the paired changes of all arms together, 10,000 draws"
PROFIT = "profit"


@dataclass(frozen=True)
class Chance:
    """probability: that the arm's mean is the best, and where further draws would put it (low to high: Wilson).
    share: of replications in which no other arm was better, with Wilson's interval."""

    arm: str
    probability: float
    low: float
    high: float
    share: float
    share_low: float
    share_high: float


@dataclass(frozen=True)
class Best:
    """The chances of every arm, the baseline first, to be the best in a measure."""

    measure: Measure
    chances: tuple[Chance, ...]
    n: int
    confidence: float


def best_of(
    measure: Measure, runs: Mapping[str, Runs], seed: int, confidence: float, names: Sequence[str]
) -> Best | None:
    """The chances of the arms of these names, the baseline first; None where they cannot be estimated."""
    theirs = runs[names[0]]
    columns = [contributions(measure, runs[name], theirs) for name in names]
    singles = _singles(measure, runs, names)
    known = [column for column in columns if column is not None]
    if singles is None or len(known) < len(names) or len(theirs) < 2 or measure.better == "neither":
        return None
    higher = measure.better == "higher"
    believed_best = shares_of_best(believed(known, seed, f"best {measure.name}"), higher)
    ahead = [max(row) if higher else min(row) for row in singles]
    counts = [sum(row[place] == top for row, top in zip(singles, ahead, strict=True)) for place in range(len(names))]
    chances = []
    for name, probability, count in zip(names, believed_best, counts, strict=True):
        low, high = wilson(probability * DRAWS, DRAWS, confidence)
        below, above = wilson(count, len(theirs), confidence)
        chances.append(Chance(name, probability, low, high, count / len(theirs), below, above))
    return Best(measure, tuple(chances), len(theirs), confidence)


def _singles(measure: Measure, runs: Mapping[str, Runs], names: Sequence[str]) -> list[list[float]] | None:
    """The measure in each replication of every arm: a row per replication."""
    rows: list[list[float]] = []
    for row in zip(*(per_replication(measure, runs[name]) for name in names), strict=True):
        numbers = [value for value in row if value is not None]
        if len(numbers) < len(names):
            return None
        rows.append(numbers)
    return rows
