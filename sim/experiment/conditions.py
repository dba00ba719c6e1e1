"""Under what conditions a study runs: on how many processors, told to whom, kept where. None changes a result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sim.core.observations import Observations
from sim.experiment.crews import Workers
from sim.experiment.execution import Arm, Watch, observe, simulate
from sim.experiment.pool import Progress
from sim.experiment.store import Memory, Store

T = TypeVar("T")


@dataclass(frozen=True)
class Conditions:
    """workers: processes, None for all processors; or a crew. progress: told (cells done, cells in all).

    store: what it holds is not run again, what is run is kept in it. watch: looks on.
    """

    workers: Workers = None
    progress: Progress | None = None
    store: Store | Memory | None = None
    watch: Watch | None = None

    def simulate(self, arms: Sequence[Arm], replications: int, seed: int) -> dict[str, tuple[Observations, ...]]:
        """Observations of replications 1 .. n of every arm by its name; raises as ``execution.simulate``."""
        return simulate(arms, replications, seed, self.workers, self.progress, store=self.store, watch=self.watch)

    def observe(
        self, arms: Sequence[Arm], replications: int, seed: int, take: Callable[[Observations], T]
    ) -> list[tuple[T, ...]]:
        """What is taken of n replications of each of many arms; nothing else of them is held."""
        return observe(
            arms,
            replications,
            seed,
            take,
            workers=self.workers,
            progress=self.progress,
            store=self.store,
            watch=self.watch,
        )
