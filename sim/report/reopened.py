"""A finished study taken up again: plan from the result folder, replications from the store, all else from them."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.experiment.comparison import Result
from sim.experiment.conditions import Conditions
from sim.experiment.finished import Finished, NotStored
from sim.experiment.precision import execute_precisely
from sim.files.header import COMMANDS
from sim.report.folder import FolderRefused, kept_kind, kept_manifest, kept_plan, kept_study
from sim.report.kinds import HOMES, Kind, kind_named

STORE = "replications.sqlite"
"""The store of the commands, in the folder that holds the result folders."""


class Unfilled(Exception):  # noqa: N818  # read as a statement in messages
    """What was finished is not there any more, or was made by another version; names the command that fills it."""


@dataclass(frozen=True)
class Reopened:
    """A finished study: what was asked, what was found, and how that came about.

    kind: None for a run or a comparison, whose ``asked`` is a Plan and whose ``found`` a Result. manifest: versions,
    command and digests as they were kept. store: where its replications are.
    """

    folder: Path
    kind: Kind | None
    asked: Any
    found: Any
    manifest: Mapping[str, Any]
    store: Path

    @property
    def name(self) -> str:
        """Of the study, fit for a file."""
        return str(self.asked.name)

    @property
    def result(self) -> Result | None:
        """What a run or a comparison found; None for a study of another kind."""
        return self.found if isinstance(self.found, Result) else None


def reopened(folder: Path, store: Path | None = None) -> Reopened:
    """The study of a result folder, without simulating anything.

    store: the file of finished replications; None: the one beside the folder, else that of the commands. Raises
    FolderRefused where the folder is no result, Unfilled where a replication is lacking.
    """
    name = kept_kind(folder)
    if name is None:
        raise FolderRefused(f"{folder}: is no result of Frontline; name the folder that a study was written to")
    kind = kind_named(name) if name in HOMES else None
    asked: Any = kept_plan(folder) if kind is None else kept_study(folder, name)
    place = store or _store_of(folder)
    try:
        with Finished(place) as kept:
            conditions = Conditions(workers=1, store=kept)
            found = execute_precisely(asked, 1, None, kept) if kind is None else kind.execute(asked, conditions)
    except NotStored as lacking:
        fills = _fills(folder, store, "run" if name == "run" else COMMANDS[name], asked.name)
        raise Unfilled(f"{folder}: {_why(place, lacking)}; to fill it: {fills}") from None
    return Reopened(folder, kind, asked, found, kept_manifest(folder), place)


def _store_of(folder: Path) -> Path:
    beside = folder.resolve().parent / STORE
    return beside if beside.is_file() else Path("results") / STORE


def _fills(folder: Path, store: Path | None, command: str, name: str) -> str:
    """The command that simulates what is lacking, and puts the result where it was."""
    words = ["frontline", command, str(folder)]
    usual = Path("results") / (f"{name}-run" if command == "run" else name)
    if folder.resolve() != usual.resolve():
        words += ["--out", str(folder)]
    if store is not None:
        words += ["--store", str(store)]
    return shlex.join(words)


def _why(place: Path, lacking: NotStored) -> str:
    if not lacking.total:
        return f"there is no store {place}"
    return f"{lacking.lacking} of {lacking.total} replications are not in {place}, or were made by another version"
