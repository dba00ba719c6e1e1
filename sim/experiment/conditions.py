"""Under what conditions a study runs: on how many processors, told to whom, kept where. None changes a result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sim.core.observations import Observations
from sim.experiment.execution import Arm, simulate
from sim.experiment.pool import Progress
from sim.experiment.store import Memory, Store


@dataclass(frozen=True)
class Conditions:
    """workers: processes, None for all processors. progress: told (cells done, cells in all). store: what it holds is
    not run again, what is run is kept in it."""

    workers: int | None = None
    progress: Progress | None = None
    store: Store | Memory | None = None

    def simulate(self, arms: Sequence[Arm], replications: int, seed: int) -> dict[str, tuple[Observations, ...]]:
        """Observations of replications 1 .. n of every arm by its name; raises as ``execution.simulate``."""
        return simulate(arms, replications, seed, self.workers, self.progress, store=self.store)
