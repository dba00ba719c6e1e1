"""The shape of the code: sizes, docstrings, where things stand, and no trace of the machine that wrote it."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "sim").rglob("*.py"))
LINES_OF_A_FILE = 400
LINES_OF_A_FUNCTION = 40

LONG_FUNCTIONS: dict[str, str] = {}
"""Functions of 40 lines or more, each with its reason."""

TOP_FOLDERS = {".ci", "docs", "experiments", "results", "scenarios", "sim", "tests"}
ROOMS = {"calibration", "core", "experiment", "files", "laws", "levers", "mechanisms", "report", "stats", "templates"}
KINDS_OF_TEST = {"architecture", "behaviour", "bench", "examples", "golden", "laws", "reproducible", "unit"}

MACHINE = re.compile(
    r"(?<![\w.])/(?:work|home|root|Users|tmp|mnt|opt|srv|var/folders)/[\w.]|\b[A-Z]:\\\\?\w|localhost:\d|\b127\.0\.0\.1\b"
)
TEXT = {".py", ".md", ".yaml", ".yml", ".toml", ".cff", ".csv", ".json", ".txt", ".svg", ".html", ""}


def names(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tracked() -> tuple[Path, ...]:
    """Files that are, or would be, in the repository."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        found = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs a git repository")
    return tuple(path for name in found.split("\0") if name and (path := ROOT / name).is_file())


def functions(
    tree: ast.AST, prefix: str = ""
) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield f"{prefix}{node.name}", node
            yield from functions(node, f"{prefix}{node.name}.")
        else:
            yield from functions(node, prefix)


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body without the docstring."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_files_are_under_400_lines() -> None:
    long = {names(path): count for path in FILES if (count := len(path.read_text().splitlines())) >= LINES_OF_A_FILE}
    assert not long


def test_functions_are_under_40_lines() -> None:
    long = {
        f"{names(path)}:{name}": count
        for path in FILES
        for name, node in functions(ast.parse(path.read_text()))
        if not isinstance(node, ast.ClassDef) and (count := length(node)) >= LINES_OF_A_FUNCTION
    }
    assert set(long) == set(LONG_FUNCTIONS), long


def is_public(name: str) -> bool:
    parts = name.split(".")
    return not any(part.startswith("_") for part in parts)


def test_everything_public_says_what_it_is() -> None:
    silent = []
    for path in FILES:
        tree = ast.parse(path.read_text())
        if ast.get_docstring(tree) is None and path.read_text().strip():
            silent.append(names(path))
        depth_of_methods = {name for name, node in functions(tree) if isinstance(node, ast.ClassDef)}
        for name, node in functions(tree):
            outer = name.rpartition(".")[0]
            nested_in_function = outer and outer not in depth_of_methods
            if is_public(name) and not nested_in_function and ast.get_docstring(node) is None:
                silent.append(f"{names(path)}:{node.lineno} {name}")
    assert not silent


def test_mechanisms_stand_in_the_order_of_the_scenario_each_in_its_own_file() -> None:
    from sim.model import MECHANISMS
    from sim.scenario import Scenario

    fields = [name for name in Scenario.model_fields if name in MECHANISMS]
    assert list(MECHANISMS) == fields
    others = set(Scenario.model_fields) - set(MECHANISMS)
    assert others == {"frontline", "name", "title", "currency", "calendar", "evidence"}
    homes = [kind.__module__ for kind in MECHANISMS.values()]
    assert len(set(homes)) == len(homes)
    files = {path.stem for path in (ROOT / "sim" / "mechanisms").glob("*.py")} - {"__init__"}
    assert {home.rpartition(".")[2] for home in homes} | {"service"} == files


def test_the_top_of_the_repository_holds_what_it_should() -> None:
    folders = {path.relative_to(ROOT).parts[0] for path in tracked() if len(path.relative_to(ROOT).parts) > 1}
    assert folders <= TOP_FOLDERS
    rooms = {path.relative_to(ROOT).parts[1] for path in FILES if len(path.relative_to(ROOT).parts) > 2}
    assert rooms == ROOMS
    kinds = {path.relative_to(ROOT).parts[1] for path in tracked() if path.is_relative_to(ROOT / "tests")}
    assert {kind for kind in kinds if not kind.endswith(".py")} <= KINDS_OF_TEST


def test_nothing_names_the_machine_on_which_it_was_written() -> None:
    wrong = []
    for path in tracked():
        if path.suffix in TEXT and path != Path(__file__):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                if MACHINE.search(line):
                    wrong.append(f"{names(path)}:{number}: {line.strip()[:80]}")
    assert not wrong


@pytest.mark.parametrize("text", ["/wo" + "rk/main", "see /ho" + "me/me/x", "C:" + "\\Users", "(/t" + "mp/v/bin)"])
def test_a_path_of_a_machine_would_be_found(text: str) -> None:
    assert MACHINE.search(text)


@pytest.mark.parametrize("text", ["scenarios/work/home", "EUR/home/year", "https://example.org/home/page", "a: b\\n"])
def test_other_slashes_are_no_paths_of_a_machine(text: str) -> None:
    assert not MACHINE.search(text)


def test_no_word_of_the_house_is_left_out() -> None:
    banned = {"utils", "helpers", "helper", "manager", "util", "misc", "common"}
    assert not [names(path) for path in FILES if set(path.stem.split("_")) & banned]


def test_the_page_of_the_architecture_lists_every_port_with_who_answers_it() -> None:
    from sim.mechanisms.service import Service
    from sim.model import MECHANISMS

    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = page[page.index("| answered by | ports |") :].split("\n\n")[0].splitlines()[2:]
    told = {name: set(ports.replace("`", "").split(", ")) for name, ports in (row[2:-2].split(" | ") for row in table)}
    answered = {
        kind.__module__.rpartition(".")[2].replace("_", " "): set(kind.answers)
        for kind in (*MECHANISMS.values(), Service)
        if kind.answers
    }
    assert {name.replace("-", " "): ports for name, ports in told.items()} == answered


def test_the_page_of_the_architecture_lists_every_fact_once() -> None:
    from typing import get_type_hints

    from sim.core.facts import Facts

    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = page[page.index("| fact | of | told by |") :].split("\n\n")[0].splitlines()[2:]
    told = [name for row in table for name in row.split(" | ")[0].removeprefix("| ").replace("`", "").split(", ")]
    assert sorted(told) == sorted(get_type_hints(Facts))
