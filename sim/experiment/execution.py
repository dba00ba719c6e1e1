"""Running cells: every arm with every replication, in this process or in several, with the same result.

A cell is (scenario, seed, replication), so neither the number of workers nor the order in which cells finish can
change a byte. A task carries its scenario, packed into a few kilobytes, and a worker holds a few scenarios at a time:
there may be thousands of arms. What a store holds is not run again, and what is run is kept in it at once. Nothing here
knows files or statistics.
"""

from __future__ import annotations

import json
import os
import threading
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from sim.core.observations import Observations
from sim.core.registry import ADDED, Extension, ExtensionProblem
from sim.experiment.crews import Crew, Workers, run_in_crew
from sim.experiment.identity import model_source
from sim.experiment.pool import Accept, Progress, Task, WorkersDied, run_in_processes, run_serially
from sim.experiment.store import Cell, Memory, Store
from sim.scenario import Scenario

T = TypeVar("T")
_AT_ONCE = 200
"""Replications that are taken out of a store at a time."""
_SCENARIOS_HELD = 8
_CUT = " without "


@dataclass(frozen=True)
class Arm:
    """One way to run the operation: a scenario with the policies of the arm in it.

    first: the number of its first replication; arms that are to meet the same customers begin with the same. cut: names
    of the links (``sim.links``) through which nothing gets.
    """

    name: str
    title: str
    scenario: Scenario
    first: int = 1
    cut: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What is run, as one text: the digest of the scenario, and what is cut."""
        digest = self.scenario.digest()
        return f"{digest}{_CUT}{','.join(self.cut)}" if self.cut else digest


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


class Watch(Protocol):
    """Who looks on while arms are run; changes nothing, and holds nothing up."""

    def begin(self, arms: int, replications: int) -> None:
        """So many arms are to be run, each with so many replications."""

    def expect(self, arm: Arm, key: str) -> None:
        """One of them; its cells have this key."""

    def saw(self, cell: Cell, seen: Observations) -> None:
        """What one replication found."""


class Unwatched:
    """Nobody looks on."""

    def begin(self, arms: int, replications: int) -> None:
        """Nothing is done."""

    def expect(self, arm: Arm, key: str) -> None:
        """Nothing is done."""

    def saw(self, cell: Cell, seen: Observations) -> None:
        """Nothing is done."""


def cores() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def simulate(
    arms: Sequence[Arm],
    replications: int,
    seed: int,
    workers: Workers = None,
    progress: Progress | None = None,
    *,
    store: Store | Memory | None = None,
    watch: Watch | None = None,
) -> dict[str, tuple[Observations, ...]]:
    """Observations of replications 1 .. n of every arm, in that order; the rest is as for ``observe``."""
    found = observe(arms, replications, seed, _whole, workers=workers, progress=progress, store=store, watch=watch)
    return {arm.name: seen for arm, seen in zip(arms, found, strict=True)}


def observe(
    arms: Sequence[Arm],
    replications: int,
    seed: int,
    take: Callable[[Observations], T],
    *,
    workers: Workers = None,
    progress: Progress | None = None,
    store: Store | Memory | None = None,
    watch: Watch | None = None,
) -> list[tuple[T, ...]]:
    """What ``take`` takes of n replications of each arm, in the order of arms and replications; no more is kept.

    Each arm is looked at once, so that a sequence may make its arms when it is asked for them. workers: processes; 1
    runs everything in this one; None takes all processors; or a crew. progress is called with (cells done, cells in
    all), at the beginning too. store: what it holds is not run again, what is run is kept in it. watch: looks at each
    replication before anything is taken of it.
    A cell that fails takes no other with it: raises ReplicationFailed for the first of them when all others are done.
    Raises ExtensionProblem where a worker cannot have what was added to the model, and KeyboardInterrupt when
    interrupted; no process is left behind in any case.
    """
    if replications < 1:
        raise ValueError(f"replications is {replications}; expected at least 1")
    if isinstance(workers, int) and workers < 1:
        raise ValueError(f"workers is {workers}; expected at least 1")
    _check_loaded()
    watch = watch or Unwatched()
    cells, packed = _cells_of(arms, replications, seed, watch)
    taken: dict[Cell, T] = {}

    def know(cell: Cell, plain: Mapping[str, Any]) -> None:
        seen = Observations.from_plain(plain)
        watch.saw(cell, seen)
        taken[cell] = take(seen)

    if store is not None:
        for start in range(0, len(cells), _AT_ONCE):
            for cell, plain in store.found(cells[start : start + _AT_ONCE]).items():
                know(cell, plain)
    missing = [cell for cell in dict.fromkeys(cells) if cell not in taken]
    failures: dict[Cell, Failure] = {}
    before = len(taken)
    report = progress or _silent

    def accept(place: int, outcome: Any) -> None:
        if isinstance(outcome, Failure):
            failures[missing[place]] = outcome
            return
        if store is not None:
            store.keep(missing[place], outcome)
        know(missing[place], outcome)

    tasks: list[Task] = [(*cell, packed[cell.scenario]) for cell in missing]
    work_through(_replicate, tasks, accept, workers, lambda done, total: report(before + done, before + total))
    if failures:
        raise _first_of(failures, cells, arms, replications)
    starts = range(0, len(cells), replications)
    return [tuple(taken[cell] for cell in cells[start : start + replications]) for start in starts]


def _cells_of(arms: Sequence[Arm], replications: int, seed: int, watch: Watch) -> tuple[list[Cell], dict[str, bytes]]:
    """The cells of all arms, one arm after the other, and the scenarios by their keys."""
    packed: dict[str, bytes] = {}
    cells: list[Cell] = []
    watch.begin(len(arms), replications)
    for arm in arms:
        key = arm.key
        packed.setdefault(key, packed_up(arm.scenario))
        cells += [Cell(key, seed, number) for number in range(arm.first, arm.first + replications)]
        watch.expect(arm, key)
    return cells, packed


def _whole(observed: Observations) -> Observations:
    return observed


def packed_up(scenario: Scenario) -> bytes:
    """The settings without their evidence, which changes nothing."""
    plain = scenario.plain() | {"evidence": []}
    return zlib.compress(json.dumps(plain, separators=(",", ":")).encode(), 1)


def work_through(
    function: Callable[..., Any], tasks: Sequence[Task], accept: Accept, workers: Workers, progress: Progress | None
) -> None:
    """Do tasks that simulate, wherever ``workers`` are, with what was added to the model; the function raises nothing.

    accept(place, outcome) is told each outcome as it comes, in any order. Raises ExtensionProblem where a worker cannot
    have what was added, and WorkersDied.
    """

    def check(place: int, outcome: Any) -> None:
        if isinstance(outcome, Failure) and outcome.kind in _OF_WORKERS:
            raise _OF_WORKERS[outcome.kind](outcome.message)
        accept(place, outcome)

    report = progress or _silent
    if isinstance(workers, Crew):
        with_all = [(model_source(), _extensions(), function, *task) for task in tasks]
        run_in_crew(done_elsewhere, with_all, check, report, workers)
        return
    count = min(workers or cores(), len(tasks))
    if count <= 1:
        run_serially(function, tasks, check, report)
    else:
        run_in_processes(function, tasks, check, report, workers=count, prepare=_prepare, given=_extensions())


def _first_of(
    failures: dict[Cell, Failure], cells: Sequence[Cell], arms: Sequence[Arm], replications: int
) -> ReplicationFailed:
    place = next(place for place, cell in enumerate(cells) if cell in failures)
    cell, arm = cells[place], arms[place // replications]
    return ReplicationFailed(arm, cell.seed, cell.replication, failures[cell], len(failures) - 1)


def _silent(done: int, total: int) -> None:
    """No progress shown."""


_OF_WORKERS: dict[str, type[Exception]] = {kind.__name__: kind for kind in (ExtensionProblem, WorkersDied)}
_scenarios: dict[str, Scenario] = {}
_unable: list[Failure] = []
_ONE_AT_A_TIME = threading.Lock()
"""What was added to the model belongs to the whole process, and threads gain nothing."""


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


def _prepare(extensions: tuple[Extension, ...]) -> None:
    """Make a worker ready for the cells to come: the model with what was added to it."""
    if not extensions:
        return
    from sim.extend import install  # noqa: PLC0415 - a coordinator of workers runs no model

    try:
        for extension in extensions:
            if ADDED.extensions.get(extension.name) != extension:  # a program may have loaded it
                install(extension)
    except ExtensionProblem as error:
        _unable.append(Failure(ExtensionProblem.__name__, str(error), ""))


def done_elsewhere(model: str, extensions: tuple[Extension, ...], function: Callable[..., Any], *task: Any) -> Any:
    """One task on a worker that nobody has prepared and that may have run cells of other studies before.

    model: the version of the coordinator's; another one would give other numbers without a word.
    """
    if model_source() != model:
        return Failure(WorkersDied.__name__, f"a worker has another Frontline: {model_source()}, not {model}", "")
    with _ONE_AT_A_TIME:
        if tuple(ADDED.extensions.values()) != extensions:
            from sim.extend import forget  # noqa: PLC0415 - only where something is to be forgotten

            forget()
            _unable.clear()
            _prepare(extensions)
        return function(*task)


def _replicate(key: str, seed: int, replication: int, packed: bytes) -> dict[str, Any] | Failure:
    """One cell, as plain data; key: that of its arm."""
    digest, _, cut = key.partition(_CUT)
    cuts = cut.split(",") if cut else []
    return attempted(lambda scenario: _run_model(scenario, seed, replication, cuts).to_plain(), digest, packed)


def attempted(work: Callable[[Scenario], T], digest: str, packed: bytes) -> T | Failure:
    """What work makes of a scenario that was packed up, or what it died of."""
    if _unable:
        return _unable[0]
    try:
        return work(_unpacked(digest, packed))
    except Exception as error:
        import traceback  # noqa: PLC0415 - only when something went wrong

        return Failure(type(error).__name__, str(error) + _line_of_extension(error), traceback.format_exc())


def _unpacked(digest: str, packed: bytes) -> Scenario:
    """The scenario of a cell; the last ones are held, as most cells have that of the cell before."""
    key = f"{digest} {ADDED.edition}"
    if key not in _scenarios:
        while len(_scenarios) >= _SCENARIOS_HELD:
            del _scenarios[next(iter(_scenarios))]
        _scenarios[key] = Scenario.from_plain(json.loads(zlib.decompress(packed)))
    return _scenarios[key]


def _line_of_extension(error: Exception) -> str:
    """Where in the script of an extension an error arose, or nothing."""
    import traceback  # noqa: PLC0415

    files = {extension.file for extension in ADDED.extensions.values()}
    lines = [
        f" ({one.filename}:{one.lineno})" for one in traceback.extract_tb(error.__traceback__) if one.filename in files
    ]
    return lines[-1] if lines else ""


def _run_model(scenario: Scenario, seed: int, replication: int, cut: Sequence[str]) -> Observations:
    from sim.model import Model  # noqa: PLC0415 - a coordinator of workers runs no model

    return Model(scenario, seed=seed, replication=replication, cut=cut).run()
