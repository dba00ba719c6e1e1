"""Every example runs: code and commands of the README and the docs, scenarios and studies of the repository."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.files import load_scenario, load_study
from sim.files.header import COMMANDS, kind_of_study
from sim.model import Model, measures
from sim.report.kinds import HOMES, kind_named

ROOT = Path(__file__).parents[2]
TUTORIALS = ROOT / "docs" / "tutorials"  # see test_tutorials.py: nothing of theirs is cut short
PAGES = [
    path
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
    if path.is_file() and TUTORIALS not in path.parents
]
SHORT = {"calendar.warm_up": "7 days", "calendar.horizon": "14 days"}
CUT = {"warm_up": "3 days", "horizon": "8 days", "replications": "2", "draws": "10", "evaluations": "12"}
SKIP = re.compile(r"<!--\s*not run: (?P<reason>.+?)\s*-->")
INTO = re.compile(r"<!--\s*goes into: (?P<file>[\w./]+)\s*-->")
FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)[^\n]*\n(?P<text>.*?)^(?P=indent)```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block of a page; skipped says why it is not run, into which file of the reader it goes."""

    page: Path
    line: int
    language: str
    text: str
    skipped: str | None
    into: str | None

    @property
    def is_shown(self) -> bool:
        """Whether it stands for itself, to be run or loaded."""
        return self.skipped is None and self.into is None

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    found = []
    for match in FENCE.finditer(text):
        before = text[: match.start()].rstrip().rpartition("\n")[2]
        skip, into = SKIP.search(before), INTO.search(before)
        line = text.count("\n", 0, match.start()) + 1
        indent = match["indent"]
        body = "\n".join(line.removeprefix(indent) for line in match["text"].splitlines())
        reason, file = skip["reason"] if skip else None, into["file"] if into else None
        found.append(Block(page, line, match["language"], body, reason, file))
    return found


def write_files(page: Path, folder: Path) -> None:
    """The files that a page has its reader make: the blocks that go into each, one after the other."""
    texts: dict[str, str] = {}
    for block in blocks(page):
        if block.into is not None:
            texts[block.into] = texts.get(block.into, "") + block.text + "\n"
    for name, text in texts.items():
        (folder / name).write_text(cut(text) if name.endswith(".yaml") else text, encoding="utf-8")


def any_study(path: Path) -> Any:
    """The study of a file, of whatever kind."""
    kind = kind_of_study(path)
    return kind_named(kind).load(path) if kind in HOMES else load_study(path)


def commands(block: Block) -> list[list[str]]:
    """The words of each ``frontline`` command of a shell block, prompts and comments taken away."""
    if block.language not in ("bash", "console", "sh"):
        return []
    found = []
    for line in block.text.replace("\\\n", " ").splitlines():
        for piece in re.sub(r"^\s*\$ ", "", line).split(" && "):
            words = shlex.split(piece, comments=True) if "frontline" in piece else []
            if words and Path(words[0]).name == "frontline":
                found.append(words[1:])
    return found


def shortened(words: list[str]) -> list[str]:
    """The command with two replications and one worker, where it simulates."""
    if not {"run", *COMMANDS.values()} & set(words):
        return words
    kept: list[str] = []
    rest = iter(words)
    for word in rest:
        if word in ("--replications", "-n", "--workers"):
            next(rest, None)
        elif not word.startswith(("--replications=", "--workers=")):
            kept.append(word)
    return [*kept, "--replications", "2", "--workers", "1"]


def cut(text: str) -> str:
    """A scenario or study file with a short warm-up and horizon, two replications and few draws."""
    for key, value in CUT.items():
        text = re.sub(rf"^(\s*{key}:)[^#\n]*", rf"\1 {value}", text, count=1, flags=re.MULTILINE)
    return text


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Scenarios and experiments in a folder of their own, cut short so that every example is quick."""
    for name in ("scenarios", "experiments"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        for path in (tmp_path / name).rglob("*.yaml"):
            path.write_text(cut(path.read_text(encoding="utf-8")), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    return tmp_path


def title(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


each_page = pytest.mark.parametrize("page", PAGES, ids=title)


def anchors(page: Path) -> set[str]:
    """What a link may point to in a page: its headings, as those who show pages name them."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    plain = (re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower() for heading in headings)
    return {re.sub(r"[^\w\- ]", "", heading).strip().replace(" ", "-") for heading in plain}


def test_every_link_of_the_docs_leads_somewhere() -> None:
    dead = []
    for page in (*PAGES, *sorted(TUTORIALS.glob("*.md"))):
        text = re.sub(r"`[^`\n]*`", "", FENCE.sub("", page.read_text(encoding="utf-8")))
        for link in re.findall(r"\]\(([^)\s]+)\)", text):
            file, _, anchor = link.partition("#")
            target = page.parent / file if file else page
            if "://" in link:
                continue
            if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
                dead.append(f"{title(page)}: {link}")
    assert dead == []


@each_page
def test_the_python_of_a_page_runs_in_order(here: Path, page: Path) -> None:
    names: dict[str, object] = {"__name__": "__main__"}
    write_files(page, here)
    for block in blocks(page):
        if block.language == "python" and block.is_shown:
            code = compile("\n" * block.line + block.text, title(page), "exec")
            with contextlib.redirect_stdout(io.StringIO()):
                exec(code, names)


@each_page
def test_the_commands_of_a_page_run(here: Path, page: Path, undrawn: None) -> None:
    write_files(page, here)
    for block in blocks(page):
        for words in commands(block) if block.skipped is None else ():
            found = CliRunner().invoke(app, shortened(words))
            assert found.exit_code == 0, f"{block}: frontline {shlex.join(words)}\n{found.output}"


@each_page
def test_the_files_shown_on_a_page_load(here: Path, page: Path) -> None:
    for block in blocks(page):
        if block.language == "yaml" and block.text.startswith("frontline: 1") and block.is_shown:
            is_study = re.search(r"^study:", block.text, re.MULTILINE) is not None
            path = here / ("experiments" if is_study else "scenarios") / "shown_on_a_page.yaml"
            path.write_text(block.text, encoding="utf-8")
            (any_study if is_study else load_scenario)(path)


def scenario_files() -> list[Path]:
    """Files in scenarios/ that are whole scenarios, not sections that others read."""
    texts = {path: path.read_text(encoding="utf-8") for path in sorted((ROOT / "scenarios").rglob("*.yaml"))}
    return [path for path, text in texts.items() if re.search(r"^name:", text, re.MULTILINE)]


@pytest.mark.parametrize("path", scenario_files(), ids=lambda path: path.stem)
def test_every_scenario_loads_and_runs(path: Path) -> None:
    whole = load_scenario(path)
    assert whole.name
    assert measures(whole)
    seen = Model(load_scenario(path, SHORT), 1, 1).run()
    assert seen.totals["contacts.offered"] > 0


def study_files(*, comparison: bool) -> list[Path]:
    return [
        path
        for path in sorted((ROOT / "experiments").rglob("*.yaml"))
        if re.search(r"^study:", path.read_text(encoding="utf-8"), re.MULTILINE)
        and (kind_of_study(path) == "comparison") is comparison
    ]


def test_every_study_of_another_kind_is_run_by_a_page() -> None:
    shown = [block for page in PAGES for block in blocks(page) if block.skipped is None]
    run = {tuple(words[:2]) for block in shown for words in commands(block)}
    asked = {
        (COMMANDS[kind_of_study(path)], path.relative_to(ROOT).as_posix()) for path in study_files(comparison=False)
    }
    assert asked <= run


@pytest.mark.parametrize("path", study_files(comparison=True), ids=lambda path: path.stem)
def test_every_study_loads_and_runs_one_short_replication_of_each_arm(path: Path, here: Path) -> None:
    study = load_study(path)
    known = {measure.name for measure in measures(study.scenario)}
    assert set(study.measures) <= known
    quick = load_study(here / path.relative_to(ROOT))
    for arm in quick.arms.values():
        seen = Model(quick.scenario_of(arm), quick.seed, 1).run()
        assert seen.totals["contacts.offered"] > 0
