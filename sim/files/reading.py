"""Files as the user gave them: opened with care, decoded strictly, and of a format that we know."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from sim.files.composing import compose
from sim.files.problems import FileProblem, Place, nearest, shown
from sim.files.tree import Node
from sim.scenario import FORMAT, scenario_model
from sim.version import __version__

LARGEST_YAML = 1_000_000


def read_text(file: str, largest: int) -> str:
    """The text of a regular UTF-8 file of at most ``largest`` bytes."""
    place = Place(file)
    wrong = wrong_with(Path(file))
    if wrong:
        raise FileProblem([place.problem(wrong)])
    try:
        with Path(file).open("rb") as stream:
            content = stream.read(largest + 1)
    except OSError as error:
        raise FileProblem([place.problem(f"cannot be read: {error.strerror}")]) from None
    if len(content) > largest:
        raise FileProblem([place.problem(f"is larger than {largest / 1_000_000:g} MB")])
    return _decoded(content, place)


def _decoded(content: bytes, place: Place) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileProblem([place.problem("is UTF-16; save it as UTF-8")])
    if b"\0" in content:
        raise FileProblem([place.problem("is no text: it holds NUL bytes")])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        bad = Place(place.file, line, 1)
        raise FileProblem([bad.problem("the line is not UTF-8; save the file as UTF-8")]) from None


def wrong_with(path: Path, written: Path | None = None) -> str:
    """Why a path names no file that can be read, or nothing; ``written`` is how it stands in the file."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return "does not exist" + _neighbour(path, written or path)
    except (OSError, ValueError) as error:
        return f"cannot be read: {getattr(error, 'strerror', None) or 'it is no file name'}"
    if stat.S_ISDIR(mode):
        return "is a directory, not a file" + _inside(path)
    return "" if stat.S_ISREG(mode) else "is no regular file"


def _neighbour(path: Path, written: Path) -> str:
    near = nearest(path.name, _names(path.parent))
    return f" — did you mean {written.parent / near}?" if near else ""


def _inside(path: Path) -> str:
    found = [name for name in _names(path) if name.endswith((".yaml", ".yml"))][:3]
    return f" — did you mean {' or '.join(str(path / name) for name in found)}?" if found else ""


def _names(folder: Path) -> list[str]:
    try:
        return sorted(inner.name for inner in folder.iterdir())[:1000]
    except OSError:
        return []


def read_tree(file: str, expected: str) -> Node:
    """The tree of a YAML file or a workbook of our format; ``expected`` says what it should be, such as "scenario"."""
    root = _workbook(file) if is_workbook(file) else compose(read_text(file, LARGEST_YAML), file)
    if not isinstance(root.value, dict):
        found = "a list" if isinstance(root.value, list) else shown(root.value)
        message = f"is no {expected}: it holds {found} instead of 'key: value' lines"
        raise FileProblem([root.place.problem(message, "the file")])
    _check_format(root, expected)
    _check_purpose(root, expected)
    return root


def is_workbook(file: str | Path) -> bool:
    """Whether a file is a workbook, by its name."""
    return Path(file).suffix.lower() in (".xlsx", ".xlsm")


def _workbook(file: str) -> Node:
    from sim.files.sheets import read_inputs  # noqa: PLC0415 - most files are no workbooks

    wrong = wrong_with(Path(file))
    if wrong:
        raise FileProblem([Place(file).problem(wrong)])
    return read_inputs(file)


def _check_format(root: Node, expected: str) -> None:
    found = root.entries().get("frontline")
    if found is None:
        near = nearest("frontline", [name for name in root.entries() if name not in scenario_model().model_fields])
        message = f"is missing; a {expected} begins with the line 'frontline: {FORMAT}', the version of its format"
        place = root.place if near is None else root.entries()[near].key
        raise FileProblem([place.problem(message, "frontline")])
    if found.value == FORMAT and isinstance(found.value, int) and not isinstance(found.value, bool):
        return
    message = f"is {shown(found.value)}; this version of Frontline ({__version__}) reads format {FORMAT}"
    if isinstance(found.value, int) and not isinstance(found.value, bool):
        message += (
            "; the file is newer: install a newer Frontline"
            if found.value > FORMAT
            else "; the file is older: see the changelog for what to change in it"
        )
    else:
        message += f", written as 'frontline: {FORMAT}'"
    raise FileProblem([found.key.problem(message, "frontline")])


def _check_purpose(root: Node, expected: str) -> None:
    is_study = "study" in root.entries()
    if expected == "scenario" and is_study and "scenario" in root.entries():
        place = root.entries()["study"].key
        raise FileProblem([place.problem("stands in a study; here a scenario is expected", "study")])
    if expected == "study" and not is_study and "calendar" in root.entries():
        message = "is a scenario; here a study (with the keys study, scenario, replications ...) is expected"
        raise FileProblem([root.place.problem(message, "the file")])


def referred(node: Node, where: str, within: Path | None) -> str:
    """The file that a text in a file names, relative to the file in which it stands.

    within: the folder in whose tree it must lie, and from which a name counts that stands in no file; None lets a
    study reach its scenario elsewhere.
    """
    if not isinstance(node.value, str) or not node.value.strip():
        raise FileProblem([node.key.problem(f"is {shown(node.value)}; it must be the name of a file", where)])
    named = Path(node.value)
    if named.is_absolute() or named.drive or node.value.startswith("~"):
        message = f"is {shown(node.value)}; name the file relative to this one"
        raise FileProblem([node.place.problem(message, where)])
    folder = within if within is not None and not node.place.line else Path(node.place.file).parent
    target = folder / named
    if within is not None and not _lies_within(target, within):
        message = f"is {shown(node.value)}, which lies outside the folder of the file that was asked for ({within})"
        raise FileProblem([node.place.problem(message, where)])
    wrong = wrong_with(target, named)
    if wrong:
        raise FileProblem([node.place.problem(f"is {shown(node.value)}, which {wrong}", where)])
    return _shortest(target)


def _lies_within(target: Path, folder: Path) -> bool:
    try:
        return target.resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError, RuntimeError):
        return False


def _shortest(target: Path) -> str:
    """The path without ``..`` where that names the same file."""
    plain = os.path.normpath(target)
    return plain if Path(plain).exists() and target.samefile(plain) else str(target)
