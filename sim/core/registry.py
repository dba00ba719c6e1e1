"""What extensions have added to the model, by name; empty where there are none.

``sim.extend`` fills it before anything is read; from then on it is only looked at: laws by the settings that hold one,
rules by routing, sections by ``Scenario`` and the model, measures and levers by whoever lists them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sim.core.measures import Measure


class ExtensionProblem(Exception):  # noqa: N818  # read as a statement in messages
    """An extension cannot be used, or one that is needed is missing; says which and why."""


@dataclass(frozen=True)
class Extension:
    """A script that adds to the model: its name, its file as the user gave it, and its text.

    source: None where it was typed at a prompt or in a notebook; then no other process can have it.
    """

    name: str
    file: str
    source: bytes | None

    @property
    def digest(self) -> str | None:
        """SHA-256 of the script, None where there is none."""
        return None if self.source is None else hashlib.sha256(self.source).hexdigest()


@dataclass(frozen=True)
class Section:
    """A mechanism with its section of a scenario, and where it stands in a day: at its end where neither is given."""

    name: str
    settings: type[Any]
    mechanism: type[Any]
    before: str | None = None
    after: str | None = None


class Registry:
    """All that was added; edition: another one after every addition, for whoever keeps what follows from them.

    loading: the extension whose script is running just now.
    """

    KINDS: ClassVar = ("extensions", "laws", "rules", "sections", "measures", "levers")

    def __init__(self) -> None:
        self.extensions: dict[str, Extension] = {}
        self.laws: dict[str, type[Any]] = {}
        self.rules: dict[str, type[Any]] = {}
        self.sections: dict[str, Section] = {}
        self.measures: dict[str, Measure] = {}
        self.levers: dict[str, Any] = {}
        self.loading: Extension | None = None
        self.edition = 0

    def snapshot(self) -> dict[str, dict[str, Any]]:
        """What is there now, for ``restore``."""
        return {kind: dict(getattr(self, kind)) for kind in self.KINDS}

    def restore(self, snapshot: Mapping[str, dict[str, Any]]) -> None:
        """Have again what a snapshot holds, and nothing else."""
        for kind in self.KINDS:
            setattr(self, kind, dict(snapshot.get(kind, {})))
        self.edition += 1

    def recorded(self) -> dict[str, Any]:
        """What a result says of the extensions in force; nothing where there are none."""
        found = [{"name": one.name, "digest": one.digest} for one in self.extensions.values()]
        return {"extensions": found} if found else {}

    def check_recorded(self, made_with: Sequence[Mapping[str, Any]]) -> None:
        """Raise ExtensionProblem unless the extensions in force are those that a result was made with."""
        wanted = {one["name"]: one["digest"] for one in made_with}
        for name, digest in wanted.items():
            if name not in self.extensions:
                raise ExtensionProblem(
                    f"was made with the extension {name!r}, which is missing; name its script: frontline --with SCRIPT"
                )
            if digest is None or self.extensions[name].digest != digest:
                raise ExtensionProblem(f"was made with another text of the extension {name!r}, so it is another model")
        for name in self.extensions:
            if name not in wanted:
                raise ExtensionProblem(f"was made without the extension {name!r}; leave it out")


ADDED = Registry()
"""What has been added in this process."""
