"""Results from replications that were finished earlier: nothing is simulated, and nothing is kept anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.experiment.store import Cell, Store


class NotStored(Exception):  # noqa: N818  # read as a statement in messages
    """The store lacks replications that a result needs; ``lacking`` of ``total`` that were asked for."""

    def __init__(self, lacking: int, total: int) -> None:
        super().__init__(f"{lacking} of {total} replications are not in the store")
        self.lacking, self.total = lacking, total


class Finished(Store):
    """A store that only gives: who asks it for what it does not have is told so, and simulates nothing.

    Raises NotStored at once where there is no such file; it makes none.
    """

    def __init__(self, path: str | Path, model: str | None = None) -> None:
        if not Path(path).is_file():
            raise NotStored(0, 0)
        super().__init__(path, model)

    def found(self, cells: Sequence[Cell]) -> dict[Cell, dict[str, Any]]:
        """What was kept of these replications; raises NotStored where one is lacking."""
        wanted = set(cells)
        kept = super().found(list(wanted))
        if len(kept) < len(wanted):
            raise NotStored(len(wanted) - len(kept), len(wanted))
        return kept

    def keep(self, cell: Cell, plain: Mapping[str, Any]) -> None:
        """Nothing is simulated, so there is nothing to keep."""
        raise AssertionError(f"{cell} was simulated")
