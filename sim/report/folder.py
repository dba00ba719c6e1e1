"""The result folder: built beside its place, put there whole, and only after success.

A folder is replaced only if it is empty or an earlier result (its manifest says so). That it can be written is
found out before anything is simulated.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import glob
import hashlib
import json
import os
import platform
import shutil
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from sim.core.registry import ADDED, ExtensionProblem
from sim.experiment.comparison import Result
from sim.experiment.plan import Plan
from sim.files.header import COMMANDS
from sim.report.kinds import Asked, Kind, kind_named
from sim.report.parquet import parquet_of
from sim.report.tables import Record, csv_text, files, json_text
from sim.version import __version__

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MANIFEST = "manifest.json"
PLAN = "plan.json"
_PACKAGES = ("numpy", "scipy", "simpy", "pydantic", "matplotlib", "numba")


class FolderRefused(Exception):  # noqa: N818  # read as a statement in messages
    """The result folder cannot be, or should not be, written; says why and what to do."""


class ResultFolder:
    """A place for a result: ``with ResultFolder(path) as folder: ...; folder.write(...); folder.commit()``.

    Entering checks the place and makes a hidden folder beside it; leaving without ``commit`` takes away all that
    was made, whatever happened. Raises FolderRefused.
    """

    def __init__(self, path: Path) -> None:
        self.path = _real(path)
        self._staging = self._beside("part")
        self._made: list[Path] = []
        self.committed = False

    def __enter__(self) -> ResultFolder:
        self._tidy_up()
        _check_replaceable(self.path)
        try:
            self._make_parents()
            shutil.rmtree(self._staging, ignore_errors=True)
            self._staging.mkdir()
        except OSError as error:
            self._clear()
            raise FolderRefused(f"{self.path}: cannot be written: {error.strerror or error}") from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._clear()

    def write(self, name: str, content: str | bytes) -> None:
        """One file, on the disk for good."""
        raw = content.encode() if isinstance(content, str) else content
        target = self._staging / name
        with target.open("wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())

    def commit(self) -> None:
        """Put the folder in its place; the one that stood there goes only after that."""
        old = self._beside("old")
        _check_replaceable(self.path)
        try:
            if self.path.exists():
                self.path.rename(old)
            self._staging.rename(self.path)
        finally:
            # Whatever came between, Ctrl-C included: the old result stands there again, or the new one does.
            if not self.path.exists() and old.exists():
                old.rename(self.path)
        self.committed = True
        self._made.clear()
        _sync_folder(self.path.parent)
        shutil.rmtree(old, ignore_errors=True)

    def digests(self) -> dict[str, str]:
        """SHA-256 of every file written so far."""
        found = sorted(self._staging.iterdir())
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in found}

    def _beside(self, suffix: str) -> Path:
        return self.path.parent / f".{self.path.name}.{os.getpid()}.{suffix}"

    def _tidy_up(self) -> None:
        """Put right what a process that was killed has left: an earlier result on its way out, and half a new one."""
        for left in sorted(self.path.parent.glob(f".{glob.escape(self.path.name)}.*")):
            number, _, suffix = left.name.removeprefix(f".{self.path.name}.").partition(".")
            if suffix not in ("part", "old") or not number.isdigit() or _runs(int(number)):
                continue
            with contextlib.suppress(OSError):
                if suffix == "old" and not self.path.exists():
                    left.rename(self.path)
                else:
                    shutil.rmtree(left)

    def _make_parents(self) -> None:
        missing = [parent for parent in self.path.parents if not parent.exists()]
        for parent in reversed(missing):
            parent.mkdir()
            self._made.append(parent)

    def _clear(self) -> None:
        shutil.rmtree(self._staging, ignore_errors=True)
        for parent in reversed(self._made):
            try:
                parent.rmdir()
            except OSError:
                break
        self._made.clear()


def save(result: Result, folder: ResultFolder, pictures: Mapping[str, bytes], circumstances: Mapping[str, Any]) -> None:
    """Tables, figures, the plan and last the manifest, and put them in their place together.

    circumstances: what only the manifest may hold, such as the command and the number of workers.
    """
    for name, text in files(result).items():
        folder.write(name, text)
    for name, picture in pictures.items():
        folder.write(name, picture)
    folder.write(PLAN, json_text(result.plan.to_plain()))
    folder.write(MANIFEST, json_text(manifest(result.plan, folder.digests(), circumstances)))
    folder.commit()


def save_files(
    folder: ResultFolder,
    texts: Mapping[str, str],
    tables: Mapping[str, Iterable[Record]],
    figures: Mapping[str, Figure],
    manifested: tuple[Mapping[str, Any], Mapping[str, Any]],
) -> None:
    """Files by name, tables, figures, and last the manifest; put in their place together.

    Each table is written as Parquet too, where pyarrow is installed. manifested: what was run, and how it came about.
    """
    from sim.report.figures import picture  # noqa: PLC0415 - most commands draw nothing

    for name, text in texts.items():
        folder.write(name, text)
    for name, records in tables.items():
        whole = list(records)
        folder.write(f"{name}.csv", csv_text(whole))
        parquet = parquet_of(whole)
        if parquet is not None:
            folder.write(f"{name}.parquet", parquet)
    for name, figure in figures.items():
        for ending in ("png", "svg"):
            folder.write(f"{name}.{ending}", picture(figure, ending))
    what, circumstances = manifested
    folder.write(MANIFEST, json_text(_manifest(what, folder.digests(), circumstances)))
    folder.commit()


def save_study(kind: Kind, found: Any, asked: Asked, folder: ResultFolder, circumstances: Mapping[str, Any]) -> None:
    """The same for what a study of another kind found."""
    plain = asked.to_plain()
    what = {
        "kind": plain["plan"],
        "name": asked.name,
        "seed": asked.seed,
        "replications": asked.replications,
        "scenario_digest": asked.scenario.digest(),
    }
    texts = {"result.json": json_text(kind.document(found)), PLAN: json_text(plain)}
    save_files(folder, texts, kind.tables(found), kind.figures(found), (what, circumstances))


def manifest(plan: Plan, digests: Mapping[str, str], circumstances: Mapping[str, Any]) -> dict[str, Any]:
    """What was run, by what, when and where; with plan.json beside it the run can be repeated."""
    what = {
        "kind": plan.kind,
        "name": plan.name,
        "seed": plan.seed,
        "replications": plan.replications,
        "scenario_digest": plan.baseline.scenario.digest(),
        "arm_digests": {arm.name: arm.scenario.digest() for arm in plan.arms},
        **({"links": list(plan.links)} if plan.links else {}),
    }
    return _manifest(what, digests, circumstances)


def _manifest(what: Mapping[str, Any], digests: Mapping[str, str], circumstances: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "frontline": __version__,
        **what,
        **ADDED.recorded(),
        **circumstances,
        "finished": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "versions": {"python": platform.python_version(), **_versions()},
        "platform": platform.platform(),
        "processor": platform.machine(),
        "files": dict(digests),
    }


def kept_plan(path: Path) -> Plan | None:
    """The plan of an earlier run or comparison, if ``path`` is its folder; to repeat it."""
    plan: Plan | None = _kept(path, ("run", "comparison"), Plan.from_plain)
    return plan


def kept_study(path: Path, name: str) -> Asked | None:
    """The study of another kind of which ``path`` is the result folder; to repeat it."""
    asked: Asked | None = _kept(path, (name,), kind_named(name).restored)
    return asked


def kept_kind(path: Path) -> str | None:
    """The kind of study of which ``path`` is the result folder: "run", "comparison" or another; None if it is none."""
    if not _is_result(path) or not (path / PLAN).is_file():
        return None
    try:
        return str(json.loads((path / PLAN).read_text(encoding="utf-8")).get("plan", "comparison"))
    except (AttributeError, OSError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise FolderRefused(f"{path / PLAN}: is damaged and cannot be read: {reason}") from None


def kept_manifest(path: Path) -> dict[str, Any]:
    """What a result folder says of how it came about."""
    found: dict[str, Any] = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    return found


def _kept(path: Path, kinds: Sequence[str], restored: Callable[[dict[str, Any]], Any]) -> Any:
    if not _is_result(path) or not (path / PLAN).is_file():
        return None
    try:
        plain = json.loads((path / PLAN).read_text(encoding="utf-8"))
        kind = plain.get("plan", "comparison")
        if kind in COMMANDS and kind not in kinds:
            raise FolderRefused(f"{path}: is the result of frontline {COMMANDS[kind]}, which repeats it")
        return restored(plain)
    except ExtensionProblem as error:
        raise FolderRefused(f"{path / PLAN}: {error}") from None
    except (AttributeError, OSError, ValueError, KeyError, TypeError) as error:
        reason = str(error).partition("\n")[0]
        raise FolderRefused(f"{path / PLAN}: is damaged and cannot be repeated: {reason}") from None


def elapsed(since: float) -> float:
    """Seconds since a reading of ``time.perf_counter``."""
    return round(time.perf_counter() - since, 2)


def _versions() -> dict[str, str]:
    found = {}
    for package in _PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found


def _runs(process: int) -> bool:
    """Whether there is a process of this number; where that cannot be told, it is taken to be there."""
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _real(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError) as error:
        raise FolderRefused(f"{path}: cannot be written: {error}") from None


def _check_replaceable(path: Path) -> None:
    try:
        if not path.exists():
            return
        if not path.is_dir():
            raise FolderRefused(f"{path}: is a file; choose a folder with --out")
        here = Path.cwd()
        if path == here or path in here.parents:
            raise FolderRefused(f"{path}: is the folder you are in; choose one inside it with --out")
        if any(path.iterdir()) and not _is_result(path):
            raise FolderRefused(
                f"{path}: holds files but no result of Frontline, so it is left alone; choose another with --out"
            )
    except OSError as error:
        raise FolderRefused(f"{path}: cannot be written: {error.strerror or error}") from None


def _is_result(path: Path) -> bool:
    """Whether the folder holds a manifest of ours."""
    try:
        found = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and "frontline" in found


def _sync_folder(path: Path) -> None:
    if os.name == "posix":
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
