"""``frontline report``: a finished study as something to hand on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.console import near, print_json, print_text
from sim.options import BadUsage
from sim.report.deck import NoTemplate
from sim.report.outputs import Unmade, check_writable, formats_of, make, write
from sim.report.reopened import Unfilled, reopened
from sim.report.tables import json_text

FORMAT = 1


def report(
    folder: Path, formats: Sequence[str], out: Path | None, store: Path | None, *, template: Path | None, as_json: bool
) -> None:
    """Make reports of a result folder from what the store holds, and write them beside it; template: for slides."""
    place = out or folder.parent / f"{folder.resolve().name}-report"
    try:
        asked = formats_of(formats)
        check_writable(place)
        study = reopened(folder, store)
        written = write(make(study, asked, template), place, folder)
    except (NoTemplate, Unmade, Unfilled) as problem:
        raise BadUsage(str(problem)) from None
    if as_json:
        files = [{"path": str(path), "bytes": path.stat().st_size} for path in written]
        print_json(json_text({"format": FORMAT, "kind": "report", "name": study.name, "files": files}))
    else:
        print_text("\n".join(f"{near(path)} ({_size(path.stat().st_size)})" for path in written))


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{max(1, round(count / 1e3))} kB"
