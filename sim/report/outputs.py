"""What a finished study can be made into, by the name of the format, and the folder that it is written to.

A file in that folder is replaced only if it is ours and nobody has changed it since: slides that a consultant has
worked on are not lost to a command.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from sim.files.problems import suggestion
from sim.report.reopened import Reopened
from sim.report.tables import json_text
from sim.version import __version__

CONTENTS = "report.json"
"""The list of the files that are ours, with their digests."""

Make = Callable[..., Mapping[str, bytes]]


@dataclass(frozen=True)
class Output:
    """A format.

    home: the module whose function ``made(study)`` gives the files, name -> bytes. packages: what it needs beyond the
    core, by the name of the import and by that for pip. templated: whether it is ``made(study, template)``, with the
    firm's own template or None.
    """

    home: str
    what: str
    packages: Mapping[str, str]
    templated: bool = False


OUTPUTS: Mapping[str, Output] = {
    "html": Output("sim.report.html.page", "one file for a browser, with everything", {}),
    "pdf": Output("sim.report.pdf", "the same on pages of A4", {}),
    "workbook": Output(
        "sim.report.workbook", "tables, charts, assumptions and inputs for a spreadsheet", {"xlsxwriter": "XlsxWriter"}
    ),
    "slides": Output(
        "sim.report.slides",
        "slides with titles that state the finding, charts and notes",
        {"pptx": "python-pptx", "xlsxwriter": "XlsxWriter"},
        templated=True,
    ),
    "tables": Output("sim.report.table_files", "tables as CSV, Parquet, Markdown and LaTeX", {"pyarrow": "pyarrow"}),
}
"""Format -> how it is made, in the order in which they are listed."""


class Unmade(Exception):  # noqa: N818  # read as a statement in messages
    """A report cannot be, or should not be, made or written; says why and what to do."""


def formats_of(words: Sequence[str]) -> tuple[str, ...]:
    """The formats that were asked for, such as ``["html,pdf"]``; html without any, ``all`` for all.

    Raises Unmade where one is unknown.
    """
    asked = [name.strip().lower() for word in words for name in word.split(",") if name.strip()] or ["html"]
    for name in asked:
        if name != "all" and name not in OUTPUTS:
            raise Unmade(f"--format {name}: is no format{suggestion(name, [*OUTPUTS, 'all'], 'known formats')}")
    return tuple(OUTPUTS) if "all" in asked else tuple(dict.fromkeys(asked))


def make(study: Reopened, formats: Sequence[str], template: Path | None = None) -> dict[str, bytes]:
    """The files of these formats, by their names; template: the firm's own, for those that take one.

    Raises Unmade where a package is lacking, or where no format takes the template.
    """
    if template is not None and not any(OUTPUTS[each].templated for each in formats):
        taking = ", ".join(name for name, output in OUTPUTS.items() if output.templated)
        raise Unmade(f"--template {template}: is for --format {taking}")
    files: dict[str, bytes] = {}
    for each in formats:
        maker = _maker(each)
        files |= maker(study, template) if OUTPUTS[each].templated else maker(study)
    return files


def _maker(name: str) -> Make:
    output = OUTPUTS[name]
    try:
        found: Make = import_module(output.home).made
        for package in output.packages:
            import_module(package)
    except ModuleNotFoundError as error:
        lacking = str(error.name).partition(".")[0]
        if lacking == "sim":
            raise
        needs = output.packages.get(lacking, lacking)
        raise Unmade(f"--format {name}: needs {needs}: pip install {needs}") from None
    return found


def write(files: Mapping[str, bytes], folder: Path, source: Path) -> tuple[Path, ...]:
    """Write the files into a folder of reports and list them in its contents; others of ours that stand there stay.

    Raises Unmade, before anything is written, where that would replace what is not ours or was changed.
    """
    try:
        known = _contents(folder)
        _check_replaceable(folder, files, known)
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            _put(folder / name, content)
            known[name] = hashlib.sha256(content).hexdigest()
            contents = {"frontline": __version__, "report_of": str(source), "files": dict(sorted(known.items()))}
            _put(folder / CONTENTS, json_text(contents).encode())
    except OSError as error:
        raise Unmade(f"{error.filename or folder}: cannot be written: {error.strerror or error}") from None
    return tuple(folder / name for name in files)


def check_writable(folder: Path) -> None:
    """Raises Unmade where the folder is none of ours, before anything is made for it."""
    _contents(folder)


def _contents(folder: Path) -> dict[str, str]:
    """Names and digests of our files in the folder; none where it is new."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return {}
    if not folder.is_dir():
        raise Unmade(f"{folder}: is a file; choose a folder with --out")
    try:
        found: Any = json.loads((folder / CONTENTS).read_text(encoding="utf-8"))["files"]
        return {str(name): str(digest) for name, digest in found.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise Unmade(
            f"{folder}: holds files but no report of Frontline, so it is left alone; choose another with --out"
        ) from None


def _check_replaceable(folder: Path, names: Mapping[str, bytes], known: Mapping[str, str]) -> None:
    for name in names:
        path = folder / name
        if not path.exists():
            continue
        if name not in known or not path.is_file():
            raise Unmade(f"{path}: is none of ours, so it is left alone; move it away, or choose another --out")
        if hashlib.sha256(path.read_bytes()).hexdigest() != known[name]:
            raise Unmade(
                f"{path}: was changed since it was made, so it is left alone; move it away, or choose another --out"
            )


def _put(path: Path, content: bytes) -> None:
    """The file, whole or not at all."""
    path.parent.mkdir(exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
