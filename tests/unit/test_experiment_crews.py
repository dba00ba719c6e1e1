"""Crews: what is lost is done again, a broken executor is replaced, and who is not there is named."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import pytest

from sim.core.registry import ADDED
from sim.experiment import crews, execution
from sim.experiment.crews import Crew, crew_of, run_in_crew
from sim.experiment.pool import WorkersDied


class Faulty(Executor):
    """Does tasks at once; what happens to the n-th is told beforehand: it is lost, cancelled, or breaks everything."""

    def __init__(self, faults: dict[int, str]) -> None:
        self.faults, self.count, self.broken = faults, 0, False
        self.closed = False

    def submit(self, function: Callable[..., Any], /, *task: Any, **_: Any) -> Future[Any]:
        self.count += 1
        fault = self.faults.get(self.count)
        self.broken = self.broken or fault == "broken"
        if self.broken:
            raise BrokenProcessPool("a worker was killed")
        future: Future[Any] = Future()
        if fault == "cancelled":
            future.cancel()
            future.set_running_or_notify_cancel()
        elif fault == "lost":
            future.set_exception(ConnectionError("its worker has gone"))
        else:
            future.set_result(function(*task))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self.closed = True


def double(number: int) -> int:
    return 2 * number


def done_by(make: Callable[[], Executor], count: int = 7) -> tuple[list[int], list[int]]:
    """Results in the order of the tasks, and how progress was told."""
    found: dict[int, int] = {}
    told: list[int] = []
    crew = Crew("faulty", make, lambda _: 1)
    run_in_crew(double, [(n,) for n in range(count)], found.__setitem__, lambda done, _: told.append(done), crew)
    return [found[place] for place in range(count)], told


@pytest.mark.parametrize("fault", ["lost", "cancelled", "broken"])
def test_what_is_lost_is_done_by_another_executor(fault: str) -> None:
    made: list[Faulty] = []

    def make() -> Executor:
        made.append(Faulty({} if made else {3: fault}))
        return made[-1]

    assert done_by(make) == ([0, 2, 4, 6, 8, 10, 12], list(range(8)))
    assert len(made) == 2
    assert all(each.closed for each in made)


def test_workers_that_lose_every_task_are_named_after_three_executors() -> None:
    made: list[Faulty] = []

    def make() -> Executor:
        made.append(Faulty(dict.fromkeys(range(1, 100), "lost") if made else {2: "lost", 3: "lost"}))
        return made[-1]

    message = r"\(faulty\) lose their tasks, with 1 of 7 replications done: ConnectionError: its worker has gone"
    with pytest.raises(WorkersDied, match=message):
        done_by(make)
    assert len(made) == 4


def test_an_empty_crew_is_waited_for_and_then_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crews, "_PATIENCE_S", -1.0)
    with pytest.raises(WorkersDied, match="no worker"):
        run_in_crew(double, [(1,)], lambda *_: None, lambda *_: None, Crew("empty", lambda: Faulty({}), lambda _: 0))


def test_no_more_is_submitted_than_the_workers_can_have_in_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once: list[int] = []
    wait = crews.wait
    monkeypatch.setattr(crews, "wait", lambda running, **how: at_once.append(len(running)) or wait(running, **how))
    crew = Crew("three", lambda: ThreadPoolExecutor(1), lambda _: 3)
    run_in_crew(double, [(n,) for n in range(50)], lambda *_: None, lambda *_: None, crew)
    assert max(at_once) == 6


def test_what_a_result_is_refused_for_ends_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(place: int, result: Any) -> None:
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError, match="the disk is full"):
        run_in_crew(double, [(1,), (2,)], refuse, lambda *_: None, Crew("faulty", lambda: Faulty({}), lambda _: 1))


def test_an_executor_of_ones_own_is_left_open_and_one_that_is_made_is_closed() -> None:
    own = Faulty({})
    for crew in (crew_of(own), crew_of(lambda: own)):
        assert not own.closed
        run_in_crew(double, [(1,)], lambda *_: None, lambda *_: None, crew)
    assert own.closed


def test_a_worker_with_another_model_says_so_instead_of_simulating() -> None:
    found = execution.done_elsewhere("0.0.1+other", (), double, 1)
    assert isinstance(found, execution.Failure)
    assert found.kind == "WorkersDied"
    assert found.message.startswith("a worker has another Frontline: ")
    assert found.message.endswith(", not 0.0.1+other")


def test_a_worker_forgets_what_studies_before_have_added(monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.core.registry import Extension

    left = Extension("left_over", "left_over.py", b"")
    monkeypatch.setitem(ADDED.extensions, "left_over", left)
    assert execution.done_elsewhere(execution.model_source(), (), lambda: tuple(ADDED.extensions)) == ()


def test_mpi_without_an_mpi_job_says_how_to_start_one() -> None:
    pytest.importorskip("mpi4py")
    import subprocess
    import sys

    code = "import sim.experiment.crews as c\ntry:\n    c.mpi_crew()\nexcept c.NoCrew as error:\n    print(error)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False).stdout
    assert "mpiexec -n 4 python -m mpi4py.futures -m sim" in said
