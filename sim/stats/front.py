"""The front of Pareto: arms that no other arm beats, being as good in every outcome and better in one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def beats(values: Array, higher: Sequence[bool]) -> Flags:
    """Whether arm i beats arm j, in each of many rows: indices row, i, j.

    values: row, arm, outcome. higher: of each outcome, whether more is better.
    """
    signed = values * np.where(np.array(higher), 1.0, -1.0)
    ours, theirs = signed[:, :, None, :], signed[:, None, :, :]
    found: Any = (ours >= theirs).all(axis=3) & (ours > theirs).any(axis=3)
    return np.asarray(found)


def ellipse(first: Sequence[float], second: Sequence[float], confidence: float, points: int = 90) -> Array | None:
    """The joint confidence region of two means from paired replications, as points around it.

    Of Hotelling's T squared (1931): (m - x)' S^-1 (m - x) n (n - 2) / (2 (n - 1)) is at most F of 2 and n - 2. None
    with fewer than three replications, or where an outcome never varies, or both vary only together.
    """
    from scipy.special import fdtri  # noqa: PLC0415 - SciPy is not needed to simulate

    n = len(first)
    if n < 3:
        return None
    spread = np.cov(np.array([first, second], dtype=np.float64))
    scale = np.sqrt(np.diag(spread))
    if not scale.all() or abs(spread[0, 1]) >= (1.0 - 1e-12) * scale[0] * scale[1]:
        return None
    reach = np.sqrt(2.0 * (n - 1) / (n * (n - 2)) * float(fdtri(2, n - 2, confidence)))
    turn = np.linspace(0.0, 2.0 * np.pi, points)
    circle = np.array([np.cos(turn), np.sin(turn)])
    centre = np.array([[np.mean(first)], [np.mean(second)]])
    found: Array = centre + reach * (np.linalg.cholesky(spread) @ circle)
    return found
