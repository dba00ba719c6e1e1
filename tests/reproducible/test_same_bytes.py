"""Same cell, same bytes: whatever the process, the order, the number of workers and the processor."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sim.experiment.execution import Arm, simulate
from sim.model import Model

ROOT = Path(__file__).parents[2]
SEED = 11
TUNABLES = "-AVX2,-AVX512F,-AVX512VL,-AVX512BW,-AVX512DQ,-AVX512CD,-FMA,-FMA4,-AVX,-BMI2,-AVX2_Usable,-FMA_Usable"

DIGEST = """
import hashlib, json, sys
from sim.model import Model
from sim.scenario import Scenario
scenario = Scenario.from_plain(json.load(sys.stdin))
plain = Model(scenario, {seed}, {replication}).run().to_plain()
print(hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest())
"""
DISPATCHED = """
from numpy._core import _multiarray_umath as umath
print(*[name for name in umath.__cpu_dispatch__ if umath.__cpu_features__.get(name)])
"""
STUDY = """
frontline: 1
study: tiny
title: A tiny study
scenario: tiny.yaml
replications: 3
seed: 7
policies:
  fee_up: {title: Raise the fee, changes: {pricing.fee.home: {multiply: 1.08}}}
  more_staff: {title: One more agent, changes: {workforce.groups.desk.headcount: {add: 1}}}
"""
TINY = """
frontline: 1
extends: firm.yaml
name: tiny
calendar: {warm_up: 7 days, horizon: 35 days}
"""


def digest(plain: Any) -> str:
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def python(*words: str, given: str | None = None, cwd: Path = ROOT, **environment: str) -> str:
    """What a fresh interpreter prints."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    command = [sys.executable, *words]
    done = subprocess.run(command, check=False, cwd=cwd, env=env, input=given, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def masked() -> dict[str, str]:
    """An environment in which neither NumPy nor the C library uses what only newer processors have."""
    features = python("-c", DISPATCHED).split()
    environment = {"GLIBC_TUNABLES": f"glibc.cpu.hwcaps={TUNABLES}"}
    return environment | ({"NPY_DISABLE_CPU_FEATURES": " ".join(features)} if features else {})


@pytest.fixture(scope="module")
def short(bench: Any) -> Any:
    """The firm with every mechanism, busy days and a policy, for five weeks."""
    busy = {"calendar.warm_up": "7 days", "calendar.horizon": "28 days"}
    busy |= {"calendar.busyness": {"cv": "15 %", "correlation": "50 %"}, "workforce.training.hours": "2 h"}
    firm = bench.changed(bench.firm, busy)
    return bench.with_policies(firm, fee_up={"changes": {"pricing.fee.home": {"multiply": 1.08, "ramp": "2 weeks"}}})


@pytest.fixture(scope="module")
def expected(short: Any) -> str:
    return digest(Model(short, SEED, 1).run().to_plain())


def test_the_same_cell_gives_the_same_bytes_again(short: Any, expected: str) -> None:
    assert digest(Model(short, SEED, 1).run().to_plain()) == expected


def test_replications_and_seeds_differ(short: Any, expected: str) -> None:
    others = {digest(Model(short, seed, number).run().to_plain()) for seed, number in ((SEED, 2), (SEED + 1, 1))}
    assert len(others | {expected}) == 3


@pytest.mark.parametrize("hash_seed", ["0", "4242"])
def test_another_process_gives_the_same_bytes_whatever_the_order_of_its_sets(
    short: Any, expected: str, hash_seed: str
) -> None:
    code = DIGEST.format(seed=SEED, replication=1)
    assert python("-c", code, given=json.dumps(short.plain()), PYTHONHASHSEED=hash_seed).strip() == expected


def test_a_processor_without_avx512_and_fma_gives_the_same_bytes(short: Any, expected: str) -> None:
    code = DIGEST.format(seed=SEED, replication=1)
    environment = masked()
    assert python("-c", DISPATCHED, **environment).split() == []
    assert python("-c", code, given=json.dumps(short.plain()), **environment).strip() == expected


def test_a_processor_without_avx512_and_fma_gives_the_same_broadband_firm(root: Path) -> None:
    from sim.files import load_scenario

    fortnight = {"calendar.warm_up": "7 days", "calendar.horizon": "14 days"}
    scenario = load_scenario(root / "scenarios" / "broadband.yaml", fortnight)
    here = digest(Model(scenario, SEED, 1).run().to_plain())
    code = DIGEST.format(seed=SEED, replication=1)
    assert python("-c", code, given=json.dumps(scenario.plain()), **masked()).strip() == here


@pytest.mark.parametrize("how", ["no", "always", "on a plain processor"])
def test_compiled_arithmetic_and_plain_give_the_same_bytes(short: Any, expected: str, how: str) -> None:
    pytest.importorskip("numba", reason="Numba is not installed")
    environment = {"FRONTLINE_COMPILED": "no" if how == "no" else "always"}
    if how == "on a plain processor":
        environment |= masked() | {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}
    code = DIGEST.format(seed=SEED, replication=1)
    assert python("-c", code, given=json.dumps(short.plain()), **environment).strip() == expected


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted((ROOT / "scenarios").glob("*.yaml")), ids=lambda path: path.stem)
def test_compiled_arithmetic_and_plain_give_the_same_numbers_of_every_scenario(path: Path) -> None:
    pytest.importorskip("numba", reason="Numba is not installed")
    from sim.files import load_scenario

    given = json.dumps(load_scenario(path, {"calendar.warm_up": "7 days", "calendar.horizon": "28 days"}).plain())
    code = DIGEST.format(seed=SEED, replication=1)
    plain, made = (python("-c", code, given=given, FRONTLINE_COMPILED=how) for how in ("no", "always"))
    assert made == plain


@pytest.fixture
def study(tmp_path: Path, root: Path) -> Path:
    (tmp_path / "firm.yaml").write_text((root / "tests" / "behaviour" / "firm.yaml").read_text())
    (tmp_path / "tiny.yaml").write_text(TINY)
    (tmp_path / "study.yaml").write_text(STUDY)
    return tmp_path


def test_a_compared_study_is_the_same_on_other_processors_and_with_other_workers(study: Path) -> None:
    words = ("-m", "sim", "compare", "study.yaml", "--json", "--workers")
    here = python(*words, "1", cwd=study)
    assert json.loads(here)["kind"] == "comparison"
    assert python(*words, "2", "--out", "again", cwd=study, PYTHONHASHSEED="7") == here
    assert python(*words, "1", "--out", "masked", cwd=study, **masked()) == here
    folders = [study / "results" / "tiny", study / "again", study / "masked"]
    tables = [{path.name: path.read_bytes() for path in folder.iterdir()} for folder in folders]
    for one in tables:
        del one["manifest.json"]
    assert tables[0] == tables[1]
    pictures = {".png", ".svg"}
    assert {n: b for n, b in tables[0].items() if Path(n).suffix not in pictures} == {
        n: b for n, b in tables[2].items() if Path(n).suffix not in pictures
    }


def test_one_worker_and_two_and_any_order_give_the_same_observations(short: Any, bench: Any) -> None:
    other = bench.changed(short, {"workforce.groups.desk.headcount": 6})
    arms = [Arm("as it is", "As it is", short), Arm("more", "One more", other)]
    serial = simulate(arms, 3, SEED, workers=1)
    parallel = simulate(arms, 3, SEED, workers=2)
    backwards = simulate(arms[::-1], 3, SEED, workers=2)
    assert serial == parallel == backwards
    alone = Model(short, SEED, 3).run()
    assert serial["as it is"][2].to_plain() == alone.to_plain()
