"""Who may know whom: imports run one way, and every tool stays in its room."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BELOW_MODEL = {"core", "mechanisms", "scenario", "model"}

ROOM_OF = {
    "sim": "cli",
    "sim.__main__": "cli",
    "sim.cli": "cli",
    "sim.arguments": "cli",
    "sim.commands": "cli",
    "sim.conduct": "cli",
    "sim.console": "cli",
    "sim.options": "cli",
    "sim.frames": "cli",
    "sim.door": "cli",  # the same doors as the commands, from Python
    "sim.studied": "cli",
    "sim.reporting": "cli",
    "sim.verified": "cli",
    "sim.cli_studies": "cli",
    "sim.cli_trust": "cli",
    "sim.warmed": "cli",
    "sim.templates": "cli",
    "sim.version": "version",
    "sim.check": "check",
    "sim.doubts": "check",
    "sim.ordered": "check",
    "sim.workload": "check",
    "sim.extend": "extend",
    "sim.compiling": "compiling",
    "sim.model": "model",
    "sim.balances": "model",
    "sim.rules": "model",
    "sim.scenario": "scenario",
    "sim.consistency": "scenario",
    "sim.evidence": "scenario",
    "sim.handover_consistency": "scenario",
    "sim.links": "model",
    "sim.names": "scenario",
    "sim.selling_consistency": "scenario",
    "sim.staff_consistency": "scenario",
    "sim.waiting_consistency": "scenario",
}
"""Rooms of one or a few files; every other room is a folder."""

MAY_IMPORT = {
    "version": (),
    "core": (),
    "levers": ("core",),
    "mechanisms": ("core",),
    "scenario": ("mechanisms", "core"),
    "compiling": ("core",),
    "model": ("compiling", "scenario", "mechanisms", "core"),
    "extend": ("levers", "model", "scenario", "mechanisms", "core"),
    "stats": ("core",),
    "calibration": ("model", "stats", "scenario", "mechanisms", "core"),
    "files": ("levers", "model", "scenario", "mechanisms", "core", "version"),
    "check": ("files", "calibration", "scenario", "mechanisms", "core"),
    "experiment": ("extend", "files", "calibration", "model", "stats", "scenario", "mechanisms", "core", "version"),
    "laws": ("experiment", "calibration", "model", "stats", "scenario", "core"),
    "report": (
        "laws",
        "experiment",
        "check",
        "files",
        "levers",
        "model",
        "stats",
        "scenario",
        "mechanisms",
        "core",
        "version",
    ),
    "cli": (
        "extend",
        "report",
        "laws",
        "experiment",
        "check",
        "files",
        "calibration",
        "model",
        "stats",
        "scenario",
        "core",
        "version",
    ),
}
"""cli -> report -> experiment -> model -> scenario -> mechanisms -> core, and experiment -> stats -> core; a room may
know all rooms further down. ``files``, ``calibration`` and ``check`` stand between experiment and scenario."""

BETWEEN_MECHANISMS = {
    ("service", "channels"): "service counts against the targets of channels, so it reads the same settings class",
}
STATS_MAY_KNOW = {"sim.core.measures", "sim.core.observations"}

ROOMS_OF_TOOLS = {
    "simpy": {"core", "mechanisms", "model"},
    "random": set(),
    "secrets": set(),
    "uuid": set(),
    "numpy.random": {"calibration"},
    "matplotlib": {"report"},
    "rich": {"report"},
    "typer": {"cli"},
    "yaml": {"files"},
    "scipy": {"stats", "calibration", "laws", "report"},
    "pandas": {"report", "cli"},
    "concurrent": {"experiment"},
    "multiprocessing": {"experiment"},
    "distributed": {"experiment"},
    "mpi4py": {"experiment"},
    "numba": {"compiling"},
}
"""Library -> rooms that may use it; numpy and pydantic may be used everywhere."""

OUTSIDE_WORLD = {
    "argparse", "csv", "io", "logging", "os", "pathlib", "platform", "shutil", "signal", "socket", "subprocess", "sys",
    "tempfile", "threading", "time", "urllib",
}  # fmt: skip
"""What a replication may not know: files, printing, the clock on the wall, the machine."""

CURVED = {"log", "log2", "log10", "log1p", "exp", "exp2", "expm1", "pow", "power", "float_power"}
"""Functions whose last bit depends on the library and the processor."""


@dataclass(frozen=True)
class Module:
    name: str
    room: str
    tree: ast.Module = field(repr=False)
    imports: tuple[str, ...]

    @property
    def own(self) -> tuple[str, ...]:
        return tuple(name for name in self.imports if name.split(".")[0] == "sim")

    @property
    def foreign(self) -> tuple[str, ...]:
        return tuple(name for name in self.imports if name.split(".")[0] != "sim")


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {module_name(path) for path in (ROOT / "sim").rglob("*.py")}


def room(name: str) -> str:
    return ROOM_OF.get(name) or name.split(".")[1]


def imports_of(tree: ast.AST) -> Iterator[str]:
    """Every module that is imported anywhere in the file, except for types alone."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"relative import in line {node.lineno}"
            deeper = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in NAMES else str(node.module) for name in deeper)
        else:
            yield from imports_of(node)


def read(path: Path) -> Module:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    name = module_name(path)
    return Module(name, room(name), tree, tuple(dict.fromkeys(imports_of(tree))))


MODULES = [read(path) for path in sorted((ROOT / "sim").rglob("*.py"))]


def test_every_module_has_a_room() -> None:
    assert {module.room for module in MODULES} == set(MAY_IMPORT)


def test_imports_between_rooms_run_one_way() -> None:
    wrong = [
        f"{module.name} imports {name}"
        for module in MODULES
        for name in module.own
        if room(name) != module.room and room(name) not in MAY_IMPORT[module.room]
    ]
    assert not wrong


def test_the_version_of_a_model_is_that_of_every_module_which_a_model_is_made_of() -> None:
    from sim.experiment.identity import _MODULES, _SHAPING

    without_effect = {"compiling"}  # what it makes gives the same bits: tests/unit/test_compiling.py
    assert set(_SHAPING) | {"model", "scenario"} == {"model", *MAY_IMPORT["model"]} - without_effect
    made_of = {module.name for module in MODULES if module.room in ("model", "scenario")}
    assert {f"sim.{name.removesuffix('.py')}" for name in _MODULES} == made_of


def test_rooms_are_in_an_order() -> None:
    placed: set[str] = set()
    for name, below in MAY_IMPORT.items():
        assert set(below) <= placed, f"{name} may import a room that stands above it"
        placed.add(name)


def cycles(graph: dict[str, Iterable[str]]) -> list[list[str]]:
    """Cycles met by a walk in depth."""
    found: list[list[str]] = []
    done: set[str] = set()

    def walk(name: str, path: list[str]) -> None:
        if name in path:
            found.append([*path[path.index(name) :], name])
        elif name not in done:
            for other in graph.get(name, ()):
                walk(other, [*path, name])
            done.add(name)

    for name in graph:
        walk(name, [])
    return found


def test_no_module_imports_itself_by_a_roundabout_way() -> None:
    assert cycles({module.name: module.own for module in MODULES}) == []


def test_a_cycle_would_be_found() -> None:
    assert cycles({"a": ["b"], "b": ["c"], "c": ["a"]}) == [["a", "b", "c", "a"]]


def test_mechanisms_do_not_import_each_other() -> None:
    found = {
        (module.name.split(".")[-1], name.split(".")[-1])
        for module in MODULES
        if module.room == "mechanisms"
        for name in module.own
        if room(name) == "mechanisms"
    }
    assert found == set(BETWEEN_MECHANISMS)
    service = next(module for module in MODULES if module.name == "sim.mechanisms.service")
    taken = [
        alias.name
        for node in ast.walk(service.tree)
        if isinstance(node, ast.ImportFrom) and node.module == "sim.mechanisms.channels"
        for alias in node.names
    ]
    assert taken == ["ChannelsSettings"]


def test_statistics_know_observations_and_measures_only() -> None:
    known = {name for module in MODULES if module.room == "stats" for name in module.own if room(name) != "stats"}
    assert known <= STATS_MAY_KNOW


@pytest.mark.parametrize("tool", ROOMS_OF_TOOLS)
def test_a_tool_stays_in_its_rooms(tool: str) -> None:
    users = {
        module.name
        for module in MODULES
        for name in module.foreign
        if name == tool or name.startswith(f"{tool}.")
        if module.room not in ROOMS_OF_TOOLS[tool]
    }
    assert not users


def test_random_numbers_come_from_the_streams_alone() -> None:
    users = {
        module.name
        for module in MODULES
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node) in ("np.random", "numpy.random")
        if module.room != "calibration"
    }
    assert not users


def test_a_replication_knows_no_files_no_printing_and_no_clock_on_the_wall() -> None:
    wrong = [
        f"{module.name} imports {name}"
        for module in MODULES
        if module.room in {*BELOW_MODEL, "stats"}
        for name in module.foreign
        if name.split(".")[0] in OUTSIDE_WORLD
    ]
    for module in MODULES:
        if module.room in BELOW_MODEL:
            for node in ast.walk(module.tree):
                called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
                if called in ("print", "open", "input") or called.endswith((".now()", ".today", ".utcnow")):
                    wrong.append(f"{module.name}:{node.lineno} calls {called}")
    assert not wrong


def test_a_replication_adds_in_an_order_that_no_version_of_python_changes() -> None:
    users = {
        f"{module.name}:{node.lineno}"
        for module in MODULES
        if module.room in BELOW_MODEL - {"scenario"}
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("sum", "math.fsum", "fsum", "np.sum")
    }
    assert not users, "use elementary.added: from Python 3.12 on sum adds floats otherwise"


def curved_calls(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) in ("math", "np", "numpy", "cmath"):
            if node.attr in CURVED:
                yield f"{node.lineno}: {ast.unparse(node)}"
        elif isinstance(node, ast.ImportFrom) and node.module in ("math", "numpy"):
            yield from (f"{node.lineno}: {alias.name}" for alias in node.names if alias.name in CURVED)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            exponent = node.right.operand if isinstance(node.right, ast.UnaryOp) else node.right
            if not (isinstance(exponent, ast.Constant) and isinstance(exponent.value, int)):
                yield f"{node.lineno}: {ast.unparse(node)}"


def test_logarithms_exponentials_and_powers_come_from_elementary() -> None:
    wrong = [
        f"{module.name}:{found}"
        for module in MODULES
        if module.room in {*BELOW_MODEL, "experiment"} and module.name != "sim.core.elementary"
        for found in curved_calls(module.tree)
    ]
    assert not wrong


def test_elementary_itself_uses_none_of_them() -> None:
    tree = next(module.tree for module in MODULES if module.name == "sim.core.elementary")
    assert list(curved_calls(tree)) == []


def loaded_by(code: str) -> set[str]:
    """Top-level modules and modules of sim that a fresh interpreter has loaded after the code."""
    script = f"import json, sys\n{code}\nprint(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(json.loads(done.stderr.splitlines()[-1]))


def test_a_worker_loads_no_pandas_no_scipy_and_no_plotting() -> None:
    loaded = loaded_by("import sim.model")
    assert "sim.mechanisms.service" in loaded
    assert not loaded & {"pandas", "scipy", "matplotlib", "typer", "rich", "yaml", "sim.report", "sim.files"}


def test_importing_the_package_loads_nothing_of_it_but_the_version() -> None:
    loaded = loaded_by("import sim; sim.__version__; dir(sim)")
    assert {name for name in loaded if name.startswith("sim.")} == {"sim.version"}


def test_the_version_is_told_without_loading_what_simulates() -> None:
    code = (
        "import sim.cli\nsys.argv = ['frontline', '--version']\ntry:\n    sim.cli.main()\nexcept SystemExit:\n    pass"
    )
    loaded = loaded_by(code)
    assert "sim.cli" in loaded
    assert not loaded & {"numpy", "pydantic", "simpy", "scipy", "matplotlib", "pandas", "yaml", "sim.commands"}
