"""What the answer hangs on: results beside this one, of studies that tell it for the same scenario."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from sim.core.registry import ExtensionProblem
from sim.experiment.comparison import Result
from sim.files.header import COMMANDS
from sim.report.folder import FolderRefused, kept_kind, kept_manifest
from sim.report.kinds import HOMES
from sim.report.paper.blocks import Block, Picture, Section, Words
from sim.report.reopened import Reopened, Unfilled, reopened
from sim.report.terminal import WIDTH

_TELLING = {
    "sensitivity": "which of some numbers matter, and how much",
    "uncertainty": "which uncertain numbers move the outcomes most",
    "break_even": "at which value of a number a policy no longer pays",
    "sweep": "what each of some settings does",
}
"""Kinds of study that tell what an answer hangs on, and what each tells."""
_MOST_LINES = 60


def hangs_section(study: Reopened, result: Result) -> Section:
    """The studies found beside the result, and for the other kinds the command that would tell."""
    blocks: list[Block] = []
    kinds = {name: told for name, told in _TELLING.items() if name in HOMES}
    digest = result.plan.baseline.scenario.digest()
    for folder, kind in _beside(study.folder, digest):
        if kind in kinds:
            blocks += _told(folder, study.store)
            kinds.pop(kind)
    name = result.plan.baseline.scenario.name
    for kind, told in kinds.items():
        command = f"frontline {COMMANDS[kind]} STUDY"
        blocks.append(Words(f"No result beside this one says {told}. With a study file of {name}: {command}", "note"))
    return Section("hangs", "What the answer hangs on", blocks)


def _beside(folder: Path, digest: str) -> Iterator[tuple[Path, str]]:
    """Result folders beside this one, of studies of another kind on the same scenario, the latest first."""
    found = []
    for manifest in folder.resolve().parent.glob("*/manifest.json"):
        try:
            kind, kept = kept_kind(manifest.parent), kept_manifest(manifest.parent)
        except (FolderRefused, OSError, ValueError):
            continue
        if kind is not None and kind in HOMES and kept.get("scenario_digest") == digest:
            found.append((str(kept.get("finished", "")), manifest.parent.name, kind))
    for _, name, kind in sorted(found, reverse=True):
        yield folder.parent / name, kind


def _told(folder: Path, store: Path) -> list[Block]:
    try:
        other = reopened(folder, store)
    except (FolderRefused, Unfilled, ExtensionProblem) as problem:
        return [Words(str(problem), "note")]
    assert other.kind is not None
    drawn = other.kind.figures(other.found)
    text = other.kind.render(other.found, False, WIDTH).splitlines()
    more = [f"... frontline report {shlex.quote(str(folder))} tells the rest"] if len(text) > _MOST_LINES else []
    pictures: list[Block] = [Picture(partial(drawn.__getitem__, name), f"{other.name}: {name}") for name in drawn]
    return [Words(other.asked.title), *pictures, Words("\n".join([*text[:_MOST_LINES], *more]), "terminal")]
