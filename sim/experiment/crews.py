"""Crews: whoever does the work instead of processes of this machine, behind the interface of ``concurrent.futures``.

A Dask cluster, the ranks of an MPI job, or any executor. Workers there are not prepared, may have lived through other
studies and may vanish: each task carries all it needs, what was lost with a worker is submitted again, and an executor
that is broken is replaced by a new one.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass
from typing import Any, TypeAlias

from sim.experiment.pool import Accept, Progress, Task, WorkersDied

_AHEAD = 2
"""Tasks submitted for each worker: one in hand, one that waits."""
_ROUNDS = 3
_PATIENCE_S = 60.0
_LOOK_S = 1.0


class NoCrew(Exception):  # noqa: N818  # read as a statement in messages
    """There is no crew of this kind here: not installed, not started, or not to be reached."""


@dataclass(frozen=True)
class Crew:
    """make: an executor, used as a context; size: how many tasks it can have in hand now, 0 where nobody is there."""

    name: str
    make: Callable[[], contextlib.AbstractContextManager[Executor]]
    size: Callable[[Executor], int]


Workers: TypeAlias = int | Crew | None
"""Processes of this machine, None for one per processor; or a crew."""


def crew_of(executor: Executor | Callable[[], Executor], size: int = 32) -> Crew:
    """The crew of an executor, which is left open, or of a function that makes one, which is closed after use.

    A broken executor can be replaced only where a function makes it. size: tasks that it can have in hand.
    """
    if isinstance(executor, Executor):
        return Crew("executor", lambda: contextlib.nullcontext(executor), lambda _: size)
    return Crew("executor", executor, lambda _: size)


def workers_of(workers: int | None, executor: Executor | Callable[[], Executor] | None) -> Workers:
    """Who works: the executor where one is given, else so many processes."""
    return workers if executor is None else crew_of(executor)


def dask_crew(address: str) -> Crew:
    """The workers of a Dask cluster; raises NoCrew where Dask is not installed or no address is given."""
    try:
        from distributed import Client  # noqa: PLC0415 - an extra
    except ImportError:
        raise NoCrew("--executor dask needs Dask: pip install 'frontline-sim[dask]'") from None

    @contextlib.contextmanager
    def make() -> Iterator[Executor]:
        try:
            client = Client(address, set_as_default=False, timeout="10s")
        except (OSError, ValueError, TypeError) as error:
            raise NoCrew(f"no Dask scheduler answers at {address}: {error}") from None
        with client:
            executor = client.get_executor(pure=False)
            executor.client = client
            yield executor

    def size(executor: Any) -> int:
        return sum(worker["nthreads"] for worker in executor.client.scheduler_info()["workers"].values())

    return Crew("dask", make, size)


def mpi_crew() -> Crew:
    """The other ranks of this MPI job; raises NoCrew where there is none."""
    try:
        from mpi4py import MPI  # noqa: PLC0415 - an extra
        from mpi4py.futures import MPIPoolExecutor  # noqa: PLC0415
    except (ImportError, RuntimeError) as error:
        raise NoCrew(f"--executor mpi needs MPI: pip install 'frontline-sim[mpi]' ({error})") from None
    others = MPI.COMM_WORLD.Get_size() - 1
    if others < 1:
        raise NoCrew("--executor mpi is for an MPI job: mpiexec -n 4 python -m mpi4py.futures -m sim ...")
    return Crew("mpi", lambda: MPIPoolExecutor(main=False), lambda _: others)


def run_in_crew(
    function: Callable[..., Any], tasks: Sequence[Task], accept: Accept, progress: Progress, crew: Crew
) -> None:
    """Do all tasks; as ``pool.run_in_processes``, for a function that raises nothing by itself.

    Raises WorkersDied when nothing was finished with three executors after each other, or where nobody is there for a
    minute, and NoCrew.
    """
    done: set[int] = set()

    def keep(place: int, result: Any) -> None:
        accept(place, result)
        done.add(place)
        progress(len(done), len(tasks))

    progress(0, len(tasks))
    in_vain, reason = 0, ""
    while len(done) < len(tasks):
        before = len(done)
        with crew.make() as executor:
            missing = [place for place in range(len(tasks)) if place not in done]
            reason = _drain(crew, executor, function, {place: tasks[place] for place in missing}, keep) or reason
        in_vain = 0 if len(done) > before else in_vain + 1
        if in_vain == _ROUNDS:
            raise WorkersDied(f"the workers ({crew.name}) lose their tasks, {_so_far(done, tasks)}: {reason}")


def _drain(crew: Crew, executor: Executor, function: Callable[..., Any], tasks: dict[int, Task], keep: Accept) -> str:
    """Submit in a bounded window and hand over what comes; after a loss, only what is in hand is waited for.

    Returns what the last lost task died of, nothing if none was lost.
    """
    places = iter(tasks)
    running: dict[Future[Any], int] = {}
    lost = ""
    seen = time.monotonic()
    try:
        while True:
            size = crew.size(executor)
            seen = time.monotonic() if size else seen
            if time.monotonic() - seen > _PATIENCE_S:
                raise WorkersDied(f"no worker ({crew.name}) has been there for {_PATIENCE_S:.0f} s")
            while not lost and len(running) < max(size, 1) * _AHEAD and (place := next(places, None)) is not None:
                try:
                    running[executor.submit(function, *tasks[place])] = place
                except RuntimeError as error:  # broken, or shut down
                    lost = _in_words(error)
            if not running:
                return lost
            done, _ = wait(running, timeout=_LOOK_S, return_when=FIRST_COMPLETED)
            for future in sorted(done, key=running.__getitem__):
                place = running.pop(future)
                if future.cancelled():
                    lost = "a task was cancelled"
                elif (why := future.exception()) is not None:
                    lost = _in_words(why)
                else:
                    keep(place, future.result())
    finally:
        for future in running:
            future.cancel()


def _in_words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".partition("\n")[0]


def _so_far(done: set[int], tasks: Sequence[Task]) -> str:
    return f"with {len(done)} of {len(tasks)} replications done"
