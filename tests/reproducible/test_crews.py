"""The same bytes from processes, threads, Dask workers (one of them killed) and the ranks of an MPI job."""

from __future__ import annotations

import importlib.util
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import sim

ROOT = Path(__file__).parents[2]
FIRM = ROOT / "tests" / "behaviour" / "firm.yaml"
SHORT = ("--set", "calendar.horizon=28 days", "--set", "calendar.warm_up=7 days")
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
HERE = socket.gethostbyname("localhost")
WITHIN_S = 120.0

needs_dask = pytest.mark.skipif(importlib.util.find_spec("distributed") is None, reason="needs Dask")
needs_mpi = pytest.mark.skipif(
    importlib.util.find_spec("mpi4py") is None or not Path(sys.executable).with_name("mpiexec").exists(),
    reason="needs mpi4py, and an mpiexec beside this Python, as of the wheels of MPICH",
)


def command(count: int, out: Path, *words: str) -> list[str]:
    kept = str(out.with_suffix(".sqlite"))
    return ["sim", "run", str(FIRM), "-n", str(count), *SHORT, "--quiet", "--store", kept, "--out", str(out), *words]


def started(words: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as out:
        return subprocess.Popen([sys.executable, "-m", *words], env=ENVIRONMENT, stdout=out, stderr=out)


def results(folder: Path) -> dict[str, bytes]:
    """All files of a result but the manifest."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "manifest.json"}


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What processes of this machine make of six replications."""
    out = tmp_path_factory.mktemp("here") / "out"
    subprocess.run([sys.executable, "-m", *command(6, out)], env=ENVIRONMENT, check=True, stdout=subprocess.DEVNULL)
    return results(out)


class Cluster:
    """A Dask scheduler and two workers as processes of their own, on the loopback alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "scheduler.json"
        self.nowhere = ("--host", HERE, "--dashboard-address", f"{HERE}:0", "--scheduler-file", str(self.file))
        self.scheduler = started(["dask", "scheduler", "--port", "0", *self.nowhere], folder / "scheduler.log")
        self.workers = [self.worker(number) for number in (1, 2)]

    def worker(self, number: int) -> subprocess.Popen[bytes]:
        one = ["dask", "worker", "--nthreads", "1", "--no-nanny", *self.nowhere]
        return started(one, self.folder / f"worker{number}.log")

    def replace(self, at: int) -> None:
        """Kill a worker, and start another in its place."""
        self.workers[at].kill()
        self.workers[at].wait()
        self.workers[at] = self.worker(at + 1)

    def address(self) -> str:
        import json

        end = time.monotonic() + WITHIN_S
        while time.monotonic() < end:
            if self.file.exists() and (text := self.file.read_text(encoding="utf-8")):
                return str(json.loads(text)["address"])
            time.sleep(0.1)
        raise AssertionError((self.folder / "scheduler.log").read_text())

    def end(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path)
    try:
        yield made
    finally:
        made.end()


@needs_dask
def test_a_dask_cluster_gives_the_same_bytes(cluster: Cluster, tmp_path: Path, expected: dict[str, bytes]) -> None:
    words = command(6, tmp_path / "out", "--executor", "dask", "--address", cluster.address())
    done = started(words, tmp_path / "log")
    assert done.wait(WITHIN_S) == 0, (tmp_path / "log").read_text()
    assert results(tmp_path / "out") == expected


@needs_dask
def test_a_dask_worker_that_is_killed_changes_no_byte(
    cluster: Cluster, tmp_path: Path, expected: dict[str, bytes], moments: Any
) -> None:
    words = command(6, tmp_path / "out", "--executor", "dask", "--address", cluster.address())
    running = started(words, tmp_path / "log")
    moments.get_on(running, tmp_path / "out.sqlite")
    assert running.poll() is None, (tmp_path / "log").read_text()
    os.kill(cluster.workers[0].pid, signal.SIGKILL)
    assert running.wait(WITHIN_S) == 0, (tmp_path / "log").read_text()
    assert results(tmp_path / "out") == expected


def disturbed(
    cluster: Cluster, words: Sequence[str], store: Path, *, kills: int, chance: random.Random, moments: Any
) -> tuple[int, int]:
    """Kill workers, now and then the coordinator, while a study runs; returns how many of each were hit.

    A coordinator that gives up with a message is started again, as a user would.
    """
    workers = coordinators = 0
    log = store.with_suffix(".log")
    running = started(words, log)
    while workers + coordinators < kills:
        moments.await_one(running, store, chance)
        if running.poll() == 0:
            break
        if running.poll() is not None:
            running = started(words, log)
        elif chance.random() < 0.75:
            cluster.replace(chance.randrange(2))
            workers += 1
        else:
            running.kill()
            running.wait()
            coordinators += 1
            running = started(words, log)
    running.kill()
    running.wait()
    return workers, coordinators


@needs_dask
@pytest.mark.slow
def test_two_hundred_kills_around_a_dask_cluster_change_no_byte(cluster: Cluster, tmp_path: Path, moments: Any) -> None:
    count = 2500
    dask = ("--executor", "dask", "--address", cluster.address())
    words, store = command(count, tmp_path / "out", *dask), tmp_path / "out.sqlite"
    hit = disturbed(cluster, words, store, kills=200, chance=random.Random(3), moments=moments)
    print(f"\nkilled {hit[0]} times a worker, {hit[1]} times the coordinator")
    assert sum(hit) == 200, "the study ended before it had been killed so often"
    before = moments.kept(store)
    print(f"{before} of {count} replications were done by then")
    for name, more in (("out", dask), ("alone", ())):
        log = tmp_path / f"{name}.log"
        assert started(command(count, tmp_path / name, *more), log).wait(1800) == 0, log.read_text()
    assert 0 < before < count
    assert results(tmp_path / "out") == results(tmp_path / "alone")


@needs_dask
def test_a_scheduler_that_does_not_answer_is_one_clear_message(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind((HERE, 0))
        address = f"tcp://{HERE}:{free.getsockname()[1]}"
    done = started(command(2, tmp_path / "out", "--executor", "dask", "--address", address), tmp_path / "log")
    assert done.wait(WITHIN_S) == 2
    said = (tmp_path / "log").read_text()
    assert said.startswith(f"no Dask scheduler answers at {address}: ")
    assert said.count("\n") == 1


@needs_mpi
def test_two_ranks_of_an_mpi_job_give_the_same_bytes(tmp_path: Path, expected: dict[str, bytes]) -> None:
    mpiexec = Path(sys.executable).with_name("mpiexec")
    words = [str(mpiexec), "-n", "2", sys.executable, "-m", "mpi4py.futures", "-m"]
    done = subprocess.run(
        [*words, *command(6, tmp_path / "out", "--executor", "mpi")],
        env=ENVIRONMENT, capture_output=True, text=True, timeout=WITHIN_S, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert results(tmp_path / "out") == expected


def test_any_executor_gives_the_same_observations_from_python() -> None:
    scenario = sim.load(FIRM, {"calendar.horizon": "14 days", "calendar.warm_up": "7 days"})
    alone = sim.run(scenario, 3, workers=1).to_json()
    with ThreadPoolExecutor(2) as threads:
        assert sim.run(scenario, 3, executor=threads).to_json() == alone
    assert sim.run(scenario, 3, executor=lambda: ProcessPoolExecutor(2)).to_json() == alone
