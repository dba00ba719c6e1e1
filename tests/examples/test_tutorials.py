"""The tutorials, followed to the letter: what is typed is typed, what is said to be printed is printed.

Each page is followed from top to bottom in one empty folder, with nothing cut short:

- a ``console`` block is what the reader types, a ``python`` block what he runs;
- a ``text`` block is what that printed, line by line; ``...`` stands for what is left out, lines or a part of one;
- ``<!-- goes into: FILE -->`` puts the next block into a file, at its end if it is there already;
- ``<!-- changes: FILE -->`` before a ``diff`` block replaces its lines with a minus by those with a plus;
- ``<!-- fills in: FILE SETTING VALUE -->`` does what the sentence beside it asks of a reader with a spreadsheet;
- ``<!-- made by: FILE -->`` before a picture says which file, made on the way, the picture is a copy of.

``pytest tests/examples/test_tutorials.py --refresh-golden`` writes what is printed, and the pictures, anew: numbers
into the lines that are there. A line that the program no longer prints is left as it is, and the test fails.
"""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.cli import app

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs" / "tutorials").glob("*.md"))
PIECE = re.compile(
    r"^<!-- (?P<order>goes into|changes|fills in|made by|not run): (?P<what>.+?) -->$"
    r"|^```(?P<language>\w+)\n(?P<text>.*?)^```$"
    r"|^!\[[^\]]+\]\((?P<picture>[\w.]+)\)$",
    re.MULTILINE | re.DOTALL,
)
SIMULATES = {"run", "compare", "whatif", "sweep", "uncertainty", "sensitivity", "break-even", "select"}
GAP = "..."


@dataclass(frozen=True)
class Piece:
    """A block or a picture of a page, with the order that stands before it."""

    line: int
    kind: str
    text: str
    order: str = ""
    what: str = ""


def pieces(text: str) -> Iterator[Piece]:
    order, what = "", ""
    for match in PIECE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        if match["order"] == "fills in":
            yield Piece(line, "sheet", match["what"])
        elif match["order"]:
            order, what = match["order"], match["what"]
        else:
            kind = match["language"] or "picture"
            yield Piece(line, kind, match["text"] or match["picture"], order, what)
            order, what = "", ""


def typed(text: str) -> list[list[str]]:
    """The words of each command of a block, one after each prompt."""
    commands = []
    for line in text.replace("\\\n", " ").splitlines():
        assert line.startswith("$ frontline "), f"only commands of Frontline are followed, not {line!r}"
        commands.append(shlex.split(line, comments=True)[2:])
    return commands


class Reader:
    """Follows a page; printed is what the last block printed, pictures holds what is in the file of each."""

    def __init__(self) -> None:
        self.printed = ""
        self.names: dict[str, object] = {"__name__": "__main__"}
        self.pictures: dict[str, bytes] = {}

    def follow(self, piece: Piece) -> None:
        if piece.order == "not run":
            return
        if piece.order == "goes into":
            self.write(Path(piece.what), piece.text)
        elif piece.kind == "diff":
            self.change(Path(piece.what), piece.text)
        elif piece.kind == "sheet":
            self.fill_in(*piece.text.split())
        elif piece.kind == "picture":
            self.pictures[piece.text] = Path(piece.what).read_bytes()
        elif piece.kind == "console":
            self.printed = "".join(self.typed(words) for words in typed(piece.text))
        elif piece.kind == "python":
            self.printed = self.ran(piece)
        else:
            raise AssertionError(f"line {piece.line}: a block of {piece.kind} that nobody follows")

    def typed(self, words: list[str]) -> str:
        """What a command prints, on both streams; one worker, for the result does not depend on it."""
        alone = ["--workers", "1"] if SIMULATES & {*words} else []
        found = CliRunner().invoke(app, [*words, *alone])
        assert found.exit_code == 0, f"frontline {shlex.join(words)}\n{found.output}"
        return found.output

    def ran(self, piece: Piece) -> str:
        seen = io.StringIO()
        code = compile("\n" * piece.line + piece.text, "<tutorial>", "exec")
        with contextlib.redirect_stdout(seen):
            exec(code, self.names)
        return seen.getvalue()

    def write(self, path: Path, text: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(text)

    def change(self, path: Path, text: str) -> None:
        whole = path.read_text(encoding="utf-8")
        for old, new in re.findall(r"((?:^-.*\n)+)((?:^\+.*\n)*)", text, re.MULTILINE):
            before, after = (re.sub(r"^.", "", each, flags=re.MULTILINE) for each in (old, new))
            assert whole.count(before) == 1, f"{path} has not once but {whole.count(before)} times:\n{before}"
            whole = whole.replace(before, after)
        path.write_text(whole, encoding="utf-8")

    def fill_in(self, file: str, setting: str, value: str) -> None:
        import openpyxl

        book = openpyxl.load_workbook(file)
        rows = list(book["Inputs"].iter_rows())
        heads = {str(cell.value): number for row in rows for number, cell in enumerate(row) if cell.value == "setting"}
        named = heads["setting"]
        row = next(row for row in rows if row[named].value == setting)
        row[named + 1].value = float(value) if re.fullmatch(r"[\d.]+", value) else value
        book.save(file)


def same(shown: str, printed: str) -> bool:
    """Whether lines stand in what was printed, in order, with nothing left out but where a gap is marked."""
    parts = [re.escape(line.rstrip()) for line in shown.strip("\n").splitlines()]
    pattern = r"\n".join(parts).replace(re.escape(GAP), r"(?:.*)")
    return re.fullmatch(pattern, tidy(printed), re.DOTALL) is not None


def tidy(printed: str) -> str:
    return "\n".join(line.rstrip() for line in printed.strip("\n").splitlines())


def words_of(line: str) -> str:
    """A line without its numbers, marks and spaces."""
    return re.sub(r"[\d.,+±°~=\s-]+", " ", line).strip()


def renewed(shown: str, printed: str) -> str:
    """What is shown, with the numbers that are printed now."""
    lines = shown.splitlines()
    if GAP not in shown:
        return tidy(printed) + "\n"
    rest = tidy(printed).splitlines()
    for place, line in enumerate(lines):
        found = next((n for n, each in enumerate(rest) if words_of(each) == words_of(line)), None)
        if GAP not in line and found is not None:
            lines[place], rest = rest[found], rest[found + 1 :]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_tutorial_says_what_happens(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    monkeypatch.setenv("COLUMNS", "100")
    refresh = request.config.getoption("--refresh-golden")
    text = page.read_text(encoding="utf-8")
    reader = Reader()
    written = ""
    for piece in pieces(text):
        if piece.kind != "text":
            reader.follow(piece)
        elif refresh:
            upto, text = text.split(f"```text\n{piece.text}```\n", 1)
            written += f"{upto}```text\n{renewed(piece.text, reader.printed)}```\n"
        else:
            assert same(piece.text, reader.printed), f"{page.name}:{piece.line}: the program prints\n{reader.printed}"
    if refresh:
        page.write_text(written + text, encoding="utf-8")
    for name, made in reader.pictures.items():
        if refresh:
            (page.parent / name).write_bytes(made)
        assert (page.parent / name).is_file()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_number_in_a_sentence_of_a_tutorial_stands_in_a_block_of_it(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    shown = " ".join(piece.text for piece in pieces(text))
    said = re.sub(r"\]\([^)]*\)", "]", PIECE.sub("", text))
    exact = re.findall(r"\d[\d,]*[.,]\d+", said)
    assert exact
    assert [number for number in exact if number not in shown] == []


def test_a_wrong_number_or_a_line_left_out_is_seen() -> None:
    printed = "Profit  12 ± 1\nloss  3\nend\n"
    assert same("Profit  12 ± 1\nloss  3\nend", printed)
    assert same("Profit  12 ± 1\n...\nend", printed)
    assert not same("Profit  13 ± 1\n...\nend", printed)
    assert not same("Profit  12 ± 1\nend", printed)
    assert renewed("Profit  11 ± 2\n...\n", printed) == "Profit  12 ± 1\n...\n"
