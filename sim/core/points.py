"""A Poisson process of unit rate, taken as far as a cumulated rate has come; for whatever arrives from outside."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.core import streams

_GAP = streams.named("gap")
_BLOCK = 1024


class PointProcess:
    """Successive points of a Poisson process of unit rate, drawn in keyed blocks: the n-th belongs to ordinal n."""

    def __init__(self, key: int) -> None:
        self._key = key
        self.passed = 0.0
        self._points = np.empty(0)
        self._keys = np.empty(0, dtype=np.uint64)
        self._drawn = 0
        self._last = 0.0

    def points_up_to(self, mass: float) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.uint64]]:
        """Points not yet taken up to a cumulated mass, with their keys."""
        while self._last <= mass:
            keys = streams.brood(self._key, self._drawn, _BLOCK)
            gaps = streams.exponentials(keys, _GAP)
            points = np.cumsum(np.concatenate(([self._last], gaps)))[1:]
            self._points = np.concatenate((self._points, points))
            self._keys = np.concatenate((self._keys, keys))
            self._drawn += _BLOCK
            self._last = float(points[-1])
        count = int(self._points.searchsorted(mass, side="right"))
        taken = self._points[:count], self._keys[:count]
        self._points, self._keys = self._points[count:], self._keys[count:]
        return taken
