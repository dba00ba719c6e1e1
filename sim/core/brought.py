"""What contacts bring with them, drawn by their keys: for one at a time, or for many along with others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy.typing as npt

Brought = tuple[int, float, float, float, float, bool]
"""What a contact brings: its key, patience, work, the ability that it takes to resolve its issue, after how long the
issue comes back if that ability is not there, and whether a survey would be answered."""


class Drawn:
    """What the second contacts of many issues bring, by the laws of an edition.

    A quarter of them come: what they bring stays in columns, from which one is read in a fifth of the time that it
    takes to draw it.
    """

    __slots__ = ("_columns", "edition")

    def __init__(self, edition: int, columns: Sequence[npt.NDArray[Any]]) -> None:
        self.edition = edition
        self._columns: tuple[Any, ...] = tuple(map(memoryview, columns))  # type: ignore[arg-type, unused-ignore]  # it has a buffer

    def brought(self, place: int) -> Brought:
        """What the second contact of the issue at a place brings."""
        keys, patience, work, threshold, returns_in, asked = self._columns
        return keys[place], patience[place], work[place], threshold[place], returns_in[place], asked[place]
