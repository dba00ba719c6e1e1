"""Stretches of working time: cutting blocks out of them, and joining those that meet."""

from __future__ import annotations

from collections.abc import Iterable

Stretch = tuple[float, float]
"""From and to, in seconds after midnight."""


def without(stretches: list[Stretch], hole: Stretch) -> list[Stretch]:
    """The stretches with a hole cut out of them."""
    left = []
    for start, end in stretches:
        if hole[1] <= start or hole[0] >= end:
            left.append((start, end))
            continue
        if start < hole[0]:
            left.append((start, hole[0]))
        if hole[1] < end:
            left.append((hole[1], end))
    return left


def shortened(stretches: list[Stretch], total: float, length: float, u: float) -> list[Stretch]:
    """Stretches of ``total`` seconds less a block at a place of its own; what is no working time does not count."""
    if not length:
        return stretches
    first = u * (total - length) if total > length else 0.0
    last = first + length
    left: list[Stretch] = []
    worked = 0.0
    for stretch in stretches:
        start, end = stretch
        until = worked + end - start
        if until <= first or worked >= last:
            left.append(stretch)
        else:
            if first > worked:
                left.append((start, start + first - worked))
            if last < until:
                left.append((end - (until - last), end))
        worked = until
    return left


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The stretches in order, those that follow each other without a gap made one."""
    found: list[Stretch] = []
    for start, end in sorted(stretches):
        follows = found and found[-1][1] == start
        found.append((found.pop()[0] if follows else start, end))
    return found
