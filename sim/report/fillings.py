"""How the marks of changes are filled in figures: by how sure each change is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.experiment.comparison import Row
from sim.experiment.estimates import TOLD, Change


def filled(change: Change) -> dict[str, Any]:
    """How the mark of a change is filled: not where it cannot be told, by half where it is told by itself alone."""
    if change.verdict == "cannot tell":
        return {"markerfacecolor": "white"}
    return {"fillstyle": "full" if change.holds_together else "left", "markerfacecoloralt": "white"}


def fillings(rows: Sequence[Row]) -> str:
    """What the fillings of the marks in these rows mean, in words."""
    changes = [change for row in rows for change in row.changes.values() if change is not None]
    alone = any(change.verdict in TOLD and not change.holds_together for change in changes)
    half = "; half-filled: not sure beside the others" if alone else ""
    return f"hollow: cannot be told from zero{half}"
