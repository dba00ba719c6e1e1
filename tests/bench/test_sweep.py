"""What a sweep of 10,000 replications of some 50 ms costs above them, and that its memory stays flat."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from sim.core.observations import Observations
from sim.experiment import execution
from sim.experiment.conditions import Conditions
from sim.experiment.store import Store
from sim.experiment.sweep import execute_sweep, sweep_of_study
from sim.files.sweeps import load_sweep

pytestmark = pytest.mark.bench

POINTS, EACH = 1_000, 10
FIRM = Path(__file__).parents[1] / "behaviour" / "firm.yaml"
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
