"""The store: every finished replication, kept at once in one file, so that nothing is simulated twice.

A replication is known by the digest of its scenario with the policies in it, its seed, its number and the version of
the model. The file is SQLite in WAL mode with ``synchronous=FULL``: what ``keep`` has returned from survives the death
of the process and of the machine, and several studies may use one file at the same time. Only the coordinator of a
study opens it; workers hand their results to the coordinator.
"""

from __future__ import annotations

import json
import sqlite3
import time
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from sim.experiment.identity import model_version

MARK = 0x46524C4E
"""SQLite's number for whose file it is: FRLN."""
FORMAT = 1
_PATIENCE_S = 60.0
_PAUSE_S = 0.02
_AT_ONCE = 200
_TABLE = """
CREATE TABLE IF NOT EXISTS replications (
    scenario TEXT NOT NULL,
    seed INTEGER NOT NULL,
    replication INTEGER NOT NULL,
    model TEXT NOT NULL,
    observed BLOB NOT NULL,
    PRIMARY KEY (scenario, seed, replication, model)
) WITHOUT ROWID
"""


class StoreRefused(Exception):  # noqa: N818  # read as a statement in messages
    """The file cannot be used as a store; says why and what to do. Nothing in it was touched."""


class StoreFailed(Exception):  # noqa: N818  # read as a statement in messages
    """The store could not keep a replication; what it kept before stands."""


class Cell(NamedTuple):
    """One replication: digest of the scenario with its policies and what is cut in it, seed, number."""

    scenario: str
    seed: int
    replication: int


class Memory:
    """What a store does, for as long as the process lives: a study that grows repeats nothing."""

    def __init__(self) -> None:
        self._kept: dict[Cell, dict[str, Any]] = {}

    def found(self, cells: Sequence[Cell]) -> dict[Cell, dict[str, Any]]:
        """What was kept of these replications, as plain data."""
        return {cell: self._kept[cell] for cell in cells if cell in self._kept}

    def keep(self, cell: Cell, plain: dict[str, Any]) -> None:
        """Keep a replication."""
        self._kept[cell] = plain


class Store:
    """``with Store(path) as store: store.keep(cell, plain); store.found(cells)``; made where there is none.

    Raises StoreRefused where the file is none of ours, is of another version, damaged, or cannot be written.
    """

    def __init__(self, path: str | Path, model: str | None = None) -> None:
        self.path = Path(path)
        self._model = model or model_version()
        self._file = self._opened()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def found(self, cells: Sequence[Cell]) -> dict[Cell, dict[str, Any]]:
        """What was kept of these replications, as plain data."""
        kept: dict[Cell, dict[str, Any]] = {}
        wanted: dict[tuple[str, int], list[int]] = {}
        for cell in cells:
            wanted.setdefault((cell.scenario, cell.seed), []).append(cell.replication)
        for (scenario, seed), numbers in wanted.items():
            for number, observed in self._rows(scenario, seed, numbers):
                kept[Cell(scenario, seed, number)] = self._unpacked(observed, number)
        return kept

    def _rows(self, scenario: str, seed: int, numbers: Sequence[int]) -> Iterable[tuple[int, bytes]]:
        for start in range(0, len(numbers), _AT_ONCE):
            some = numbers[start : start + _AT_ONCE]
            marks = ",".join("?" * len(some))
            query = (
                "SELECT replication, observed FROM replications "
                f"WHERE scenario = ? AND seed = ? AND model = ? AND replication IN ({marks})"
            )
            try:
                yield from self._file.execute(query, (scenario, seed, self._model, *some)).fetchall()
            except sqlite3.DatabaseError as error:
                raise StoreRefused(self._damaged(error)) from None

    def keep(self, cell: Cell, plain: Mapping[str, Any]) -> None:
        """Keep a replication for good; one that another study has kept meanwhile is the same."""
        packed = zlib.compress(json.dumps(plain, separators=(",", ":")).encode(), 6)
        try:
            self._file.execute(
                "INSERT OR IGNORE INTO replications VALUES (?, ?, ?, ?, ?)", (*cell, self._model, packed)
            )
        except sqlite3.DatabaseError as error:
            raise StoreFailed(
                f"{self.path}: a replication could not be kept: {error}; those kept before are safe: make room, or "
                "name another file with --store, and run the same command again"
            ) from None

    def __len__(self) -> int:
        """Replications kept, of all studies and versions."""
        (count,) = self._file.execute("SELECT count(*) FROM replications").fetchone()
        return int(count)

    def _opened(self) -> sqlite3.Connection:
        """The file, opened; two who make it at the same moment may lock each other out, and try again."""
        last = time.monotonic() + _PATIENCE_S
        while True:
            try:
                return self._tried()
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > last:
                    raise StoreRefused(self._cannot(error)) from None
                time.sleep(_PAUSE_S)
            except (OSError, sqlite3.Error) as error:
                damaged = "not a database" in str(error) or "malformed" in str(error)
                raise StoreRefused(self._damaged(error) if damaged else self._cannot(error)) from None

    def _tried(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = sqlite3.connect(self.path, timeout=_PATIENCE_S, isolation_level=None)
        try:
            file.execute("BEGIN")
            known = self._recognised(file)
            file.execute("COMMIT")
            if not known:
                self._begin(file)
            file.execute("PRAGMA journal_mode = WAL")
            file.execute("PRAGMA synchronous = FULL")
        except BaseException:
            file.close()
            raise
        return file

    def _begin(self, file: sqlite3.Connection) -> None:
        """Make a new file a store in one transaction: who opens it at the same time sees nothing of it, or all."""
        file.execute("BEGIN IMMEDIATE")
        if not self._recognised(file):
            file.execute(_TABLE)
            file.execute(f"PRAGMA application_id = {MARK}")
            file.execute(f"PRAGMA user_version = {FORMAT}")
        file.execute("COMMIT")

    def _recognised(self, file: sqlite3.Connection) -> bool:
        """Whether the file is a store already; one of somebody else or of another format is refused."""
        (mark,), (version,) = (file.execute(f"PRAGMA {name}").fetchone() for name in ("application_id", "user_version"))
        (tables,) = file.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if mark != MARK and (mark or tables):
            raise StoreRefused(f"{self.path}: is a database, but no store of Frontline; name another with --store")
        if mark == MARK and version != FORMAT:
            age = "a later" if version > FORMAT else "an earlier"
            raise StoreRefused(
                f"{self.path}: was made by {age} version of Frontline (format {version}, this one reads {FORMAT}) "
                "and is left as it is; name another with --store"
            )
        return bool(mark == MARK and tables)

    def _unpacked(self, observed: bytes, number: int) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads(zlib.decompress(observed))
        except (zlib.error, ValueError, TypeError) as error:
            raise StoreRefused(self._damaged(f"replication {number} cannot be read: {error}")) from None
        return found

    def _damaged(self, reason: object) -> str:
        return (
            f"{self.path}: is damaged or no store of Frontline ({reason}), and is left as it is; move it away, or name "
            "another with --store"
        )

    def _cannot(self, reason: object) -> str:
        return f"{self.path}: cannot be used as a store: {reason}; name another with --store, or do without: --no-store"
