"""Sweeps: what 10,000 replications cost above themselves, that memory stays flat, what a second worker is worth."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from sim.core.observations import Observations
from sim.experiment import execution
from sim.experiment.conditions import Conditions
from sim.experiment.execution import cores
from sim.experiment.store import Store
from sim.experiment.sweep import execute_sweep, sweep_of_study
from sim.files.sweeps import load_sweep

pytestmark = pytest.mark.bench

POINTS, EACH = 1_000, 10
FIRM = Path(__file__).parents[1] / "behaviour" / "firm.yaml"
BROADBAND = Path(__file__).parents[2] / "scenarios" / "broadband.yaml"
STUDY = f"""
frontline: 1
study: many_points
kind: sweep
title: Many points
scenario: firm.yaml
replications: {EACH}
seed: 1
design: latin_hypercube
points: {POINTS}
settings:
  churn.price_loss: {{from: 1, to: 5}}
changes:
  fee: {{from: +0 %, to: +10 %}}
"""


def resident() -> int:
    """Bytes of memory that this process has."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


@pytest.mark.skipif(not Path("/proc/self/statm").is_file(), reason="reads its memory in /proc, as on Linux")
def test_ten_thousand_replications_cost_ten_percent_more_than_themselves_and_no_more_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    within, memory = [], []
    replication = execution._run_model

    def timed(*given: Any) -> Observations:
        began = time.process_time()
        try:
            return replication(*given)
        finally:
            within.append(time.process_time() - began)

    monkeypatch.setattr(execution, "_run_model", timed)
    firm = FIRM.read_text(encoding="utf-8").replace("horizon: 24 weeks", "horizon: 4 weeks")
    (tmp_path / "firm.yaml").write_text(firm)
    (tmp_path / "study.yaml").write_text(STUDY)
    sweep = sweep_of_study(load_sweep(tmp_path / "study.yaml"))
    began = time.process_time()
    with Store(tmp_path / "kept.sqlite") as store:
        conditions = Conditions(workers=1, progress=lambda done, total: memory.append(resident()), store=store)
        found = execute_sweep(sweep, conditions)
    spent = time.process_time() - began
    assert found.found.above.shape[:2] == (POINTS, EACH)
    overhead = spent / sum(within) - 1.0
    early, late = memory[len(memory) // 10], max(memory)
    print(
        f"\n{len(within):,} replications of {1e3 * sum(within) / len(within):.1f} ms: {overhead:.1%} above them; "
        f"memory {early / 1e6:.0f} MB after a tenth, {late / 1e6:.0f} MB at most"
    )
    assert len(within) == POINTS * EACH
    assert overhead < 0.10
    assert late - early < 8e6


STUDIED = """
import sys, time
import sim

if __name__ == "__main__":
    scenario = sim.load(sys.argv[1], {"calendar.horizon": "52 weeks"})
    began = time.perf_counter()
    sim.run(scenario, 48, workers=int(sys.argv[2]))
    print(time.perf_counter() - began)
"""


def elapsed(workers: int, folder: Path) -> float:
    """Seconds for replications of broadband with so many workers, of a fresh process; starts are included."""
    (folder / "studied.py").write_text(STUDIED)
    command = [sys.executable, str(folder / "studied.py"), str(BROADBAND), str(workers)]
    env = os.environ | {"PYTHONPATH": str(BROADBAND.parents[1])}
    return float(subprocess.run(command, check=True, capture_output=True, text=True, env=env).stdout)


@pytest.mark.skipif(cores() < 2, reason="needs two processors")
def test_two_workers_finish_at_least_1_8_times_as_many_replications_as_one_on_an_idle_machine(tmp_path: Path) -> None:
    one, two = elapsed(1, tmp_path), elapsed(2, tmp_path)
    print(f"\n48 replications: {one:.1f} s with one worker, {two:.1f} s with two, {one / two:.2f} times as fast")
    assert one / two >= 1.8
