"""What studies of all kinds have in common once they are loaded: a name, replications, a seed, a way to be repeated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, TypeVar

from sim.core.registry import ADDED
from sim.files.header import HeaderSettings

A = TypeVar("A", bound="AskedStudy")
FORMAT = 1


@dataclass(frozen=True)
class AskedStudy:
    """What is to be run, as far as every kind has it; confidence: of the intervals."""

    kind: ClassVar[str] = ""

    name: str
    title: str
    replications: int
    seed: int
    confidence: float

    def altered(self: A, replications: int | None = None, seed: int | None = None) -> A:
        """The study with other replications or another seed; None leaves them as they are."""
        return replace(
            self,
            replications=self.replications if replications is None else replications,
            seed=self.seed if seed is None else seed,
        )

    def head(self) -> dict[str, Any]:
        """The first lines of ``to_plain``, with what was added to the model."""
        return {
            "frontline": FORMAT,
            "plan": self.kind,
            "name": self.name,
            "title": self.title,
            "replications": self.replications,
            "seed": self.seed,
            "confidence": self.confidence,
            **ADDED.recorded(),
        }


def head_of(settings: HeaderSettings) -> dict[str, Any]:
    """What every kind takes over from its file."""
    return {
        "name": settings.study,
        "title": settings.title,
        "replications": settings.replications,
        "seed": settings.seed,
        "confidence": settings.confidence,
    }


def head_from(plain: dict[str, Any]) -> dict[str, Any]:
    """The same from what ``head`` wrote; raises ExtensionProblem where other extensions were in force then."""
    ADDED.check_recorded(plain.get("extensions", ()))
    return {name: plain[name] for name in ("name", "title", "replications", "seed", "confidence")}
