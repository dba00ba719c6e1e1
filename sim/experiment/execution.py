"""Running cells: every arm with every replication, in this process or in several, with the same result.

A cell is (scenario, seed, replication), so neither the number of workers nor the order in which cells finish can
change a byte. Workers get the scenarios once, as plain data, when they start; each task is two short texts and two
numbers. What a store holds is not run again, and what is run is kept in it at once. Nothing here knows files or
statistics.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sim.core.observations import Observations
from sim.core.registry import ADDED, Extension, ExtensionProblem
from sim.experiment.pool import Accept, Progress, Task, run_in_processes, run_serially
from sim.experiment.store import Cell, Memory, Store
from sim.scenario import Scenario


@dataclass(frozen=True)
class Arm:
    """One way to run the operation: a scenario with the policies of the arm in it."""

    name: str
    title: str
    scenario: Scenario


@dataclass(frozen=True)
class Failure:
    """What a replication died of, as text: not every exception survives the way between processes."""

    kind: str
    message: str
    trace: str


class ReplicationFailed(Exception):  # noqa: N818  # read as a statement in messages
    """A replication ended with an error; says which one, so that it can be run alone.

    others: how many more failed; all that did not fail were finished, and kept where there is a store.
    """

    def __init__(self, arm: Arm, seed: int, replication: int, failure: Failure, others: int = 0) -> None:
        self.arm, self.seed, self.replication, self.failure, self.others = arm, seed, replication, failure, others
        more = f"; so did {others} more" if others else ""
        super().__init__(
            f"scenario {arm.scenario.name!r}, arm {arm.name!r}, seed {seed}, replication {replication} failed: "
            f"{failure.kind}: {failure.message}{more}"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.arm, self.seed, self.replication, self.failure, self.others)


def cores() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def simulate(
    arms: Sequence[Arm],
    replications: int,
    seed: int,
    workers: int | None = None,
    progress: Progress | None = None,
    *,
    store: Store | Memory | None = None,
) -> dict[str, tuple[Observations, ...]]:
    """Observations of replications 1 .. n of every arm, in that order.

    workers: processes; 1 runs everything in this one; None takes all processors. progress is called with
    (cells done, cells in all), at the beginning too. store: what it holds is not run again, what is run is kept in it.
    A cell that fails takes no other with it: raises ReplicationFailed for the first of them when all others are done.
    Raises ExtensionProblem where a worker cannot have what was added to the model, and KeyboardInterrupt when
    interrupted; no process is left behind in any case.
    """
    if replications < 1:
        raise ValueError(f"replications is {replications}; expected at least 1")
    if workers is not None and workers < 1:
        raise ValueError(f"workers is {workers}; expected at least 1")
    _check_loaded()
    digests = [arm.scenario.digest() for arm in arms]
    plain = {digest: arm.scenario.plain() for digest, arm in zip(digests, arms, strict=True)}
    cells = [Cell(digest, seed, number) for digest in digests for number in range(1, replications + 1)]
    outcomes = store.found(cells) if store is not None else {}
    missing = [cell for cell in dict.fromkeys(cells) if cell not in outcomes]
    failures: dict[Cell, Failure] = {}
    before = len(outcomes)
    report = progress or _silent

    def accept(place: int, outcome: Any) -> None:
        if isinstance(outcome, Failure):
            if outcome.kind == ExtensionProblem.__name__:
                raise ExtensionProblem(outcome.message)
            failures[missing[place]] = outcome
            return
        if store is not None:
            store.keep(missing[place], outcome)
        outcomes[missing[place]] = outcome

    _run(missing, plain, workers, accept, lambda done, total: report(before + done, before + total))
    if failures:
        raise _first_of(failures, cells, arms, replications)
    return _by_arm(arms, replications, [outcomes[cell] for cell in cells])


def _run(
    cells: Sequence[Cell], plain: dict[str, dict[str, Any]], workers: int | None, accept: Accept, report: Progress
) -> None:
    tasks: list[Task] = [tuple(cell) for cell in cells]
    count = min(workers or cores(), len(tasks))
    if count <= 1:
        _hold(plain)
        run_serially(_replicate, tasks, accept, report)
    else:
        given = _extensions(), plain
        run_in_processes(_replicate, tasks, accept, report, workers=count, prepare=_prepare, given=given)


def _first_of(
    failures: dict[Cell, Failure], cells: Sequence[Cell], arms: Sequence[Arm], replications: int
) -> ReplicationFailed:
    place = next(place for place, cell in enumerate(cells) if cell in failures)
    cell, arm = cells[place], arms[place // replications]
    return ReplicationFailed(arm, cell.seed, cell.replication, failures[cell], len(failures) - 1)


def _by_arm(
    arms: Sequence[Arm], replications: int, outcomes: Sequence[dict[str, Any]]
) -> dict[str, tuple[Observations, ...]]:
    observations = [Observations.from_plain(outcome) for outcome in outcomes]
    starts = range(0, len(observations), replications)
    return {
        arm.name: tuple(observations[start : start + replications]) for arm, start in zip(arms, starts, strict=True)
    }


def _silent(done: int, total: int) -> None:
    """No progress shown."""


_plain: dict[str, dict[str, Any]] = {}
_scenarios: dict[str, Scenario] = {}


_unable: list[Failure] = []


def _check_loaded() -> None:
    """A script that is still being loaded has not added all it adds, and must not simulate."""
    if ADDED.loading is not None:
        raise ExtensionProblem(
            "simulates while it is loaded as an extension, as workers do; put that under if __name__ == '__main__':"
        )


def _extensions() -> tuple[Extension, ...]:
    """The extensions in force, for workers; they need the text of each."""
    for extension in ADDED.extensions.values():
        if extension.source is None:
            raise ExtensionProblem(
                "what was added to the model stands in no file, so worker processes cannot have it; put it into a "
                "script and load that with sim.extend.load, or take one worker"
            )
    return tuple(ADDED.extensions.values())


def _prepare(given: tuple[tuple[Extension, ...], dict[str, dict[str, Any]]]) -> None:
    """Make a worker ready for the cells to come: the model with what was added to it, and the scenarios."""
    extensions, plain = given
    if extensions:
        from sim.extend import install  # noqa: PLC0415 - a coordinator of workers runs no model

        try:
            for extension in extensions:
                if ADDED.extensions.get(extension.name) != extension:  # a program may have loaded it
                    install(extension)
        except ExtensionProblem as error:
            _unable.append(Failure(ExtensionProblem.__name__, str(error), ""))
    _hold(plain)


def _hold(plain: dict[str, dict[str, Any]]) -> None:
    """Hold the scenarios of the cells to come; each is validated at its first cell, once per process."""
    _plain.clear()
    _scenarios.clear()
    _plain.update(plain)


def _replicate(digest: str, seed: int, replication: int) -> dict[str, Any] | Failure:
    """One cell, as plain data."""
    if _unable:
        return _unable[0]
    try:
        if digest not in _scenarios:
            _scenarios[digest] = Scenario.from_plain(_plain[digest])
        return _run_model(_scenarios[digest], seed, replication).to_plain()
    except Exception as error:
        import traceback  # noqa: PLC0415 - only when something went wrong

        return Failure(type(error).__name__, str(error) + _line_of_extension(error), traceback.format_exc())


def _line_of_extension(error: Exception) -> str:
    """Where in the script of an extension an error arose, or nothing."""
    import traceback  # noqa: PLC0415

    files = {extension.file for extension in ADDED.extensions.values()}
    lines = [
        f" ({one.filename}:{one.lineno})" for one in traceback.extract_tb(error.__traceback__) if one.filename in files
    ]
    return lines[-1] if lines else ""


def _run_model(scenario: Scenario, seed: int, replication: int) -> Observations:
    from sim.model import Model  # noqa: PLC0415 - a coordinator of workers runs no model

    return Model(scenario, seed=seed, replication=replication).run()
