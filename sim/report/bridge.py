"""The bridge from the baseline's profit to an arm's, part by part, in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sim.experiment.accounting import Accounting, Line
from sim.experiment.estimates import TOLD, verdict
from sim.experiment.execution import Arm
from sim.experiment.explanation import Explanation
from sim.report.numbers import with_half_width
from sim.report.passages import parts_of
from sim.stats.intervals import Estimate, mean_interval

_TOLD = 4
_DRAWN = 9
_NAMES = {
    ("fees", "price"): "price",
    ("fees", "won advertising"): "newcomers by advertising",
    ("fees", "won referral"): "newcomers by referral",
    ("fees", "won win_back"): "customers won back",
    ("fees", "lost other"): "customers lost to other causes",
    ("fees", "lost involuntary"): "customers lost involuntarily",
    ("fees", "given"): "offers and goodwill",
    ("fees", "left"): "fees left over",
    ("people", "first"): "staff with first contacts",
    ("people", "repeats"): "staff with repeats",
    ("people", "without"): "staff without a contact",
    ("contacts", "first"): "cost of first contacts",
    ("contacts", "repeats"): "cost of repeats",
    ("accounts", "policies"): "cost of the policy itself",
}


@dataclass(frozen=True)
class Step:
    """A bar of a bridge: what it is, how much, whether it can be told from zero; whole: the sum of all others."""

    label: str
    estimate: Estimate
    told: bool
    whole: bool = False


def label_of(line: Line) -> str:
    """What a part is called."""
    return _NAMES.get((line.group, line.name)) or _other(line)


def _other(line: Line) -> str:
    way, _, reason = line.name.partition(" ")
    if line.group == "fees" and way == "lost":
        return f"customers lost to {reason.replace('_', ' ')}"
    return line.name.replace("_", " ")


def told_parts(found: Accounting, most: int = _TOLD) -> tuple[Line, ...]:
    """The largest parts that can be told from zero, and all others together as one, if they are not all nothing.

    They add up to the difference of profit like the parts.
    """
    parts = [line for line in found.parts if any(line.values)]
    sure = sorted(filter(_sure, parts), key=_size)[:most]
    others = [line for line in parts if line not in sure]
    return (*sure, *([_together(others)] if others else []))


def _size(line: Line) -> float:
    return -abs(line.estimate.value)


def _together(lines: list[Line]) -> Line:
    if len(lines) == 1:
        return lines[0]
    values = tuple(math.fsum(column) for column in zip(*(line.values for line in lines), strict=True))
    estimate = mean_interval(values, lines[0].estimate.confidence)
    return Line("accounts", "the rest", estimate, verdict(estimate), values)


def steps_of(found: Accounting) -> list[Step]:
    """The bars of a bridge, the largest first, and the whole; none where nothing changes."""
    if not any(found.profit.values):
        return []
    steps = [Step(label_of(line), line.estimate, _sure(line)) for line in told_parts(found, _DRAWN)]
    return [*steps, Step("profit", found.profit.estimate, _sure(found.profit), whole=True)]


def passing_steps(found: Explanation) -> list[Step]:
    """The bars of an effect by what it passes through, and the whole; what carries exactly nothing is left out."""
    steps = [Step(title, part.estimate, part.told) for _, title, part in parts_of(found) if not part.nothing]
    return [*steps, Step("the effect", found.effect.estimate, found.effect.told, whole=True)]


def _sure(line: Line) -> bool:
    return line.verdict in TOLD


def bridge_sentence(arm: Arm, found: Accounting) -> str:
    """The parts of an arm's difference of profit, in one line; what cannot be told from zero is in the rest."""
    told = [f"{label_of(line)} {with_half_width(line.estimate, sign=True)}" for line in told_parts(found)]
    return f"{arm.title}: {', '.join(told)}."


@dataclass(frozen=True)
class Piece:
    """A bar of a bridge in a stacked chart: what stands under it unseen, and the bar, above and below zero."""

    unseen_above: float
    above: float
    unseen_below: float
    below: float


def pieces_of(steps: Sequence[Step]) -> list[Piece]:
    """Each bar begins where the one before ends; the whole begins at zero."""
    pieces, end = [], 0.0
    for step in steps:
        begin = 0.0 if step.whole else end
        end = begin + step.estimate.value
        low, high = min(begin, end), max(begin, end)
        above, below = max(low, 0.0), min(high, 0.0)
        pieces.append(Piece(above, max(high, 0.0) - above, below, min(low, 0.0) - below))
    return pieces
