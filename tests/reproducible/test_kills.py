"""A study that is killed again and again, workers and parent alike, ends with the bytes of one that was left alone."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FIRM = ROOT / "tests" / "behaviour" / "firm.yaml"
STORE = Path("results", "replications.sqlite")
pytestmark = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="finds workers in /proc, as on Linux")


def started(replications: int, cwd: Path) -> subprocess.Popen[bytes]:
    """The command in a folder, its words thrown away."""
    words = [
        "run",
        str(FIRM),
        "-n",
        str(replications),
        "--workers",
        "2",
        "--quiet",
        "--set",
        "calendar.horizon=28 days",
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-m", "sim", *words],
        cwd=cwd, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def workers_of(process: int) -> list[int]:
    """Processes of its that simulate; there is one more, which watches over what they share."""
    found = []
    try:
        for child in Path(f"/proc/{process}/task/{process}/children").read_text().split():
            if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                found.append(int(child))
    except OSError:
        return []
    return found


def disturbed(replications: int, kills: int, cwd: Path, chance: random.Random, moments: Any) -> tuple[int, int]:
    """Kill at random moments until so many kills have hit; returns how many hit the parent and how many a worker.

    A parent that gives up, since two pools after each other were killed before they did anything, is started again.
    """
    parents = workers = 0
    running = started(replications, cwd)
    while parents + workers < kills:
        moments.await_one(running, cwd / STORE, chance)
        if running.poll() == 0:
            break
        if running.poll() is not None:
            running = started(replications, cwd)
            continue
        children = workers_of(running.pid)
        if children and chance.random() < 0.5:
            with contextlib.suppress(ProcessLookupError):
                os.kill(chance.choice(children), signal.SIGKILL)
                workers += 1
        else:
            running.kill()
            running.wait()
            parents += 1
            running = started(replications, cwd)
    running.kill()
    running.wait()
    return parents, workers


def results(cwd: Path) -> dict[str, bytes]:
    """All files of the result but the manifest."""
    folder = cwd / "results" / "firm-run"
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.name != "manifest.json"}


def after_kills(replications: int, kills: int, tmp_path: Path, seed: int, moments: Any) -> None:
    for name in ("alone", "disturbed"):
        (tmp_path / name).mkdir()
    hit = disturbed(replications, kills, tmp_path / "disturbed", random.Random(seed), moments)
    before = moments.kept(tmp_path / "disturbed" / STORE)
    for name in ("alone", "disturbed"):
        assert started(replications, tmp_path / name).wait(timeout=1200) == 0
    print(f"\nkilled {hit[0]} times the parent, {hit[1]} times a worker, with {before} of {replications} done by then")
    assert sum(hit) == kills, "the study ended before it had been killed so often"
    assert 0 < before < replications
    assert results(tmp_path / "disturbed") == results(tmp_path / "alone")
    left = [path.name for path in (tmp_path / "disturbed" / "results").iterdir()]
    assert sorted(left) == ["firm-run", "replications.sqlite"]


def test_a_study_killed_five_times_ends_with_the_same_bytes(tmp_path: Path, moments: Any) -> None:
    after_kills(90, 5, tmp_path, 1, moments)


@pytest.mark.slow
def test_a_study_killed_two_hundred_times_ends_with_the_same_bytes(tmp_path: Path, moments: Any) -> None:
    after_kills(2500, 200, tmp_path, 2, moments)
