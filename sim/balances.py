"""The books of a replication: contacts, customers, agents, hours and money must add up, whoever runs it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.core.world import Mechanism

TOLERANCE = 1e-6
"""Relative difference of two long sums of floats that is still rounding."""


class BalanceBroken(Exception):  # noqa: N818  # read as a statement in messages
    """Two numbers that must be equal are not: the simulation is wrong and its results are worth nothing."""


def check_balances(mechanisms: Sequence[Mechanism[Any]], scenario: str, replication: int) -> None:
    """Check every balance of every mechanism.

    Raises BalanceBroken with all that fail.
    """
    pairs = [pair for mechanism in mechanisms for pair in mechanism.balances()]
    broken = [
        f"{what}: {one:.10g} is not {other:.10g}"
        for what, one, other in pairs
        if not abs(one - other) <= TOLERANCE * max(1.0, abs(one), abs(other))
    ]
    if broken:
        raise BalanceBroken(f"{scenario}, replication {replication}: " + "; ".join(broken))
