"""Compiled arithmetic: the bits of the plain one, for numbers and arrays, on any processor; and when it comes."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
needs_numba = pytest.mark.skipif(importlib.util.find_spec("numba") is None, reason="Numba is not installed")

DIGESTS = """
import hashlib, json, sys
import numpy as np
from sim import compiling
from sim.core import compiled, elementary, streams
from sim.mechanisms import agents, satisfaction, workforce

marked = sorted(f"{one.function.__module__}.{one.function.__name__}" for one in compiled.MARKED)
there = compiling.ready()
count = int(sys.argv[1])
keys = streams.brood(streams.root_key(3, 1), 0, count)
u = streams.uniforms(keys, streams.named("u"))
wide = np.exp2(1000 * (u - 0.5))
edges = np.array([5e-324, 2.0**-53, 0.075, 0.5, 0.925, 1 - 2**-53])
probabilities = np.concatenate((edges, u, np.exp2(-50 * u)))
scale = np.resize(1.0 + 100.0 * streams.uniforms(keys, 5), probabilities.size)
shape = np.resize(0.3 + 3.0 * streams.uniforms(keys, 6), probabilities.size)
ordinals = np.concatenate((keys[::-1], np.arange(count, dtype=np.uint64)))
given = {
    "log": (np.concatenate((probabilities, wide, [2.2250738585072014e-308, 1e300])),),
    "exp": (np.concatenate((1400 * (u - 0.5), 4 * (u - 0.5), [-1e6, -0.0, 0.0, 1e6])),),
    "logit": (probabilities[1:],),
    "normal_quantile": (probabilities[1:],),
    "exponential_quantile": (probabilities[1:], scale[1:]),
    "lognormal_quantile": (probabilities[1:], scale[1:] / 20, shape[1:]),
    "weibull_quantile": (probabilities[1:], scale[1:], shape[1:]),
}


def digest(values):
    return hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()[:16]


found = {}
for name, columns in given.items():
    one, many = getattr(elementary, name), getattr(elementary, f"{name}_array")
    found[name] = digest([one(*row) for row in zip(*(column.tolist() for column in columns))])
    found[f"{name}_array"] = digest(many(*columns))
    assert found[name] == found[f"{name}_array"], name
    few = [many(*(column[i : i + 3] for column in columns)) for i in range(0, 300, 3)]
    found[f"{name}_array, few"] = digest(np.concatenate(few))
    found[f"{name}_array, every other"] = digest(many(*(column[::2] for column in columns)))
both = np.concatenate((keys, keys))
one_by_one = [streams.child(*row) for row in zip(both.tolist(), ordinals.tolist())]
found["child"] = digest(np.array(one_by_one, dtype=np.uint64))
found["children"] = digest(streams.children(both, ordinals))
assert found["child"] == found["children"]
found["broadcast"] = digest(streams.children(keys[:, None], ordinals[:5].astype(np.int64)))
found["brood"] = digest(streams.brood(int(keys[7]), 5, count))
found["mix"] = digest(np.array([streams.mix(key) for key in keys.tolist()], dtype=np.uint64))
found["mix_array"] = digest(streams.mix_array(keys))
for name in ("uniform", "exponential"):
    one, many = getattr(streams, name), getattr(streams, f"{name}s")
    for stream in (0, 7, 2**63 + 11):
        found[f"{name} {stream}"] = digest([one(key, stream) for key in keys.tolist()])
        found[f"{name}s {stream}"] = digest(many(keys, stream))
        assert found[f"{name} {stream}"] == found[f"{name}s {stream}"]
rows = zip(u.tolist(), scale.tolist(), shape.tolist(), range(count))
felt = [satisfaction.felt(3 * a, 0.1 * b, c, d % 4, a * c if d % 3 else 0.0, b - 50) for a, b, c, d in rows]
found["felt"] = digest(felt)
three = list(zip(u.tolist(), scale.tolist(), shape.tolist()))
hazards = [workforce.attrition_hazard(a, b, c, 0.8, a if place % 3 else 0.0) for place, (a, b, c) in enumerate(three)]
found["attrition_hazard"] = digest(hazards)
found["proficiency"] = digest([agents.proficiency(a, 1e6 * c, 1e5 * b) for a, b, c in three])
for size in (0, 1, 127, 128, 129, 5000):
    level, standing, resting = (100 * u[place * size : (place + 1) * size] for place in range(3))
    sums = [satisfaction.settle(level, standing, resting, 0.01, 0.003) for _ in range(3)]
    found[f"settle {size}"] = digest(np.concatenate((level, standing, np.array(sums).ravel())))
how = {name: type(getattr(sys.modules[name.rpartition(".")[0]], name.rpartition(".")[2])).__name__ for name in marked}
print(json.dumps({"there": there, "how": how, "found": found}))
"""


def python(code: str, *words: str, given: str | None = None, **environment: str) -> str:
    """What a fresh interpreter prints; it must end well and complain of nothing."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    command = [sys.executable, "-c", code, *words]
    done = subprocess.run(command, check=False, cwd=ROOT, env=env, input=given, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def digests(count: int, **environment: str) -> dict[str, Any]:
    """What a fresh interpreter finds."""
    found: dict[str, Any] = json.loads(python(DIGESTS, str(count), **environment))
    return found


def check_the_bits(count: int) -> None:
    plain, made = digests(count, FRONTLINE_COMPILED="no"), digests(count)
    assert not plain["there"]
    assert set(plain["how"].values()) == {"function"}
    assert made["there"]
    assert set(made["how"].values()) == {"CPUDispatcher", "ufunc"}
    assert made["found"] == plain["found"]
    elsewhere = digests(count, NUMBA_CPU_NAME="generic", NUMBA_CPU_FEATURES="")
    assert elsewhere == made


@needs_numba
def test_compiled_functions_give_the_bits_of_the_plain_ones_on_this_processor_and_on_a_plain_one() -> None:
    check_the_bits(20_000)


@needs_numba
@pytest.mark.slow
def test_compiled_functions_give_the_bits_of_the_plain_ones_over_a_million_values() -> None:
    check_the_bits(1_000_000)


WHEN = """
import json, sys
from sim import compiling
from sim.core import elementary
from sim.model import Model
from sim.scenario import Scenario
compiling.ENOUGH = int(sys.argv[1])
scenario, seen = Scenario.from_plain(json.load(sys.stdin)), []
for _ in range(3):
    seen.append([type(elementary.log).__name__, Model(scenario, 1, 0).run().to_plain()])
print(json.dumps([[kind for kind, _ in seen], all(plain == seen[0][1] for _, plain in seen)]))
"""


@pytest.mark.parametrize(
    ("enough", "wish", "kinds"),
    [
        ("100000000", "", ["function"] * 3),
        ("1", "", ["function", "function", "CPUDispatcher"]),
        ("1", "no", ["function"] * 3),
        ("100000000", "always", ["function", "CPUDispatcher", "CPUDispatcher"]),
    ],
)
def test_a_process_is_made_ready_when_it_pays_or_as_asked_and_the_numbers_stay(
    bench: Any, enough: str, wish: str, kinds: list[str]
) -> None:
    if "CPUDispatcher" in kinds:
        pytest.importorskip("numba", reason="Numba is not installed")
    given = json.dumps(bench.span("1 week", "3 weeks").plain())
    assert json.loads(python(WHEN, enough, given=given, FRONTLINE_COMPILED=wish)) == [kinds, True]


WITHOUT = """
import sys
sys.modules["numba"] = None  # as if it were not installed
from sim import compiling
from sim.core import elementary
assert compiling.ready() is False
assert type(elementary.log).__name__ == "function"
"""
NOWHERE = """
from sim import compiling
from sim.core import elementary
compiling._place = lambda: "/proc/nowhere"
assert compiling.ready() is True
assert type(elementary.log).__name__ == "CPUDispatcher"
assert elementary.log(1.0) == 0.0
"""
UNABLE = """
import numba
from sim import compiling
from sim.core import elementary, streams

def fails(*_, **__):
    def decorate(function):
        raise numba.core.errors.TypingError("it does not know how")
    return decorate

numba.njit = fails
assert compiling.ready() is True
assert type(elementary.log).__name__ == type(streams.child).__name__ == "function"
assert elementary.log_array([1.0, 1.0]).tolist() == [0.0, 0.0]
"""


@pytest.mark.parametrize("code", [WITHOUT, *(pytest.param(code, marks=needs_numba) for code in (NOWHERE, UNABLE))])
def test_without_numba_or_a_place_to_keep_what_it_compiled_or_if_it_cannot_all_goes_on(code: str) -> None:
    assert python(code) == ""
