"""A pool of processes that starts quietly, stops promptly and says plainly what killed a worker.

Built on ``ProcessPoolExecutor`` with three additions: workers never see Ctrl-C (the coordinator ends them), never
import the caller's main module (so that five lines in a file work without an ``if __name__ == "__main__"``), and end
by themselves if the coordinator dies.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import types
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeAlias

Task: TypeAlias = tuple[Any, ...]
Progress: TypeAlias = Callable[[int, int], None]
Accept: TypeAlias = Callable[[int, Any], None]

_WAITING_PER_WORKER = 2
_POOLS = 2


class WorkersDied(Exception):  # noqa: N818  # read as a statement in messages
    """Workers were killed from outside, twice; usually for want of memory."""


def run_serially(function: Callable[..., Any], tasks: Sequence[Task], accept: Accept, progress: Progress) -> None:
    """Do all tasks, one after the other in this process; accept(place, result) is told each result as it comes."""
    progress(0, len(tasks))
    for place, task in enumerate(tasks):
        accept(place, function(*task))
        progress(place + 1, len(tasks))


def run_in_processes(
    function: Callable[..., Any],
    tasks: Sequence[Task],
    accept: Accept,
    progress: Progress,
    *,
    workers: int,
    prepare: Callable[[Any], None] | None = None,
    given: Any = None,
) -> None:
    """Do all tasks in several processes; ``prepare(given)`` runs once in each before its first task.

    accept(place, result) is told each result as it comes, in any order, and may raise to end everything; nothing is
    kept here. A pool whose workers were killed is replaced, and only what is missing is run again. Raises WorkersDied
    when two pools after each other have finished nothing.
    """
    done: set[int] = set()

    def keep(place: int, result: Any) -> None:
        accept(place, result)
        done.add(place)
        progress(len(done), len(tasks))

    progress(0, len(tasks))
    in_vain = 0
    while len(done) < len(tasks) and in_vain < _POOLS:
        before = len(done)
        missing = [place for place in range(len(tasks)) if place not in done]
        with _pool(min(workers, len(missing)), prepare, given) as pool, contextlib.suppress(BrokenProcessPool):
            _drain(pool, function, {place: tasks[place] for place in missing}, workers, keep)
        in_vain = in_vain + 1 if len(done) == before else 0
    if len(done) < len(tasks):
        raise WorkersDied(
            f"worker processes were killed from outside, twice, with {len(done)} of {len(tasks)} replications done; "
            "the machine may be short of memory: try fewer workers, such as --workers 1"
        )


def _drain(
    pool: ProcessPoolExecutor,
    function: Callable[..., Any],
    tasks: dict[int, Task],
    workers: int,
    keep: Accept,
) -> None:
    """Submit in a bounded window and hand over every result as it comes."""
    places = iter(tasks)
    running: dict[Future[Any], int] = {}
    while True:
        for place in places:
            with _starting_quietly():
                running[pool.submit(function, *tasks[place])] = place
            if len(running) >= workers * _WAITING_PER_WORKER:
                break
        if not running:
            return
        # A timeout, because on Windows a wait without one cannot be interrupted.
        done, _ = wait(running, timeout=1.0, return_when=FIRST_COMPLETED)
        for future in sorted(done, key=running.__getitem__):
            keep(running.pop(future), future.result())


@contextlib.contextmanager
def _pool(workers: int, prepare: Callable[[Any], None] | None, given: Any) -> Iterator[ProcessPoolExecutor]:
    pool = ProcessPoolExecutor(
        max_workers=workers,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_settle_in,
        initargs=(prepare, given),
    )
    try:
        yield pool
    except BaseException:
        _end(pool)
        raise
    pool.shutdown()


def _end(pool: ProcessPoolExecutor) -> None:
    """Stop at once: whoever is in the middle of a replication is ended, not waited for."""
    processes = list((pool._processes or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.kill()
    for process in processes:
        process.join()


def _settle_in(prepare: Callable[[Any], None] | None, given: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow_the_coordinator, daemon=True).start()
    if prepare is not None:
        prepare(given)


def _follow_the_coordinator() -> None:
    coordinator = multiprocessing.parent_process()
    if coordinator is not None:
        coordinator.join()
        os._exit(1)


@contextlib.contextmanager
def _starting_quietly() -> Iterator[None]:
    """While a worker starts: hide the caller's main module from it, and have it born deaf to Ctrl-C.

    A spawned process imports the main module of its parent again unless there is none to find; ours needs nothing
    from it. A blocked signal is inherited, so Ctrl-C in the first tenths of a second prints no traceback either;
    here it is only delayed.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    masking = hasattr(signal, "pthread_sigmask") and threading.current_thread() is threading.main_thread()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if masking else set()
    try:
        yield
    finally:
        sys.modules["__main__"] = main
        if masking:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
