"""The files that ``frontline init`` writes: a scenario, a study and what to do with them."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

NAMES = ("scenario.yaml", "study.yaml", "README.md")


def write_templates(folder: Path) -> list[Path]:
    """Write the templates into a folder, which is made if need be; returns what was written.

    Raises FileExistsError, before anything is written, where one of them would be overwritten.
    """
    targets = {name: folder / name for name in NAMES}
    for target in targets.values():
        if target.exists():
            raise FileExistsError(17, "exists", str(target))
    folder.mkdir(parents=True, exist_ok=True)
    for name, target in targets.items():
        text = files(__package__).joinpath(name).read_text(encoding="utf-8")
        with target.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    return list(targets.values())
