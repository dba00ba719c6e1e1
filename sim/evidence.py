"""Evidence: where the numbers of a scenario come from, how strong that is, and between which values they may lie.

It changes nothing that is simulated. A number is named by its dotted path; in a pattern ``*`` stands for one part of a
path and ``**`` at the end for all that follow. Where several entries name a number, the last one holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from pydantic import Field, model_validator

from sim.core.units import Settings, Several

Kind = Literal["sourced", "derived", "assumed"]
KINDS: tuple[Kind, ...] = ("sourced", "derived", "assumed")
_NOT_OF_THE_FIRM = ("frontline", "evidence", "policies", "calendar.warm_up", "calendar.horizon")


class EvidenceSettings(Settings):
    """Where some numbers come from.

    settings: their paths. kind: ``sourced`` (published, or from the firm's records), ``derived`` (worked out from
    others) or ``assumed``. strength: of what is published: well established, known in direction only, or convention.
    range: the lowest and the highest value that the number may have, written like the number itself.
    """

    settings: Several[str] = Field(min_length=1)
    kind: Kind
    source: str = Field(min_length=1, max_length=500)
    strength: Literal["established", "direction", "convention"] | None = None
    range: Several[str | int | float] | None = Field(default=None, min_length=2, max_length=2)

    @model_validator(mode="after")
    def _range_of_one(self) -> EvidenceSettings:
        if self.range is not None and any("*" in pattern for pattern in self.settings):
            raise ValueError("has a range, so it names single numbers, without *")
        return self


def matches(pattern: str, path: str) -> bool:
    """Whether a pattern names a path."""
    wanted, parts = pattern.split("."), path.split(".")
    if wanted[-1] == "**":
        wanted = wanted[:-1]
        parts = parts[: len(wanted)] if len(parts) > len(wanted) else []
    return len(wanted) == len(parts) and all(one in ("*", part) for one, part in zip(wanted, parts, strict=True))


def numbers(plain: Any, path: str = "") -> Iterator[str]:
    """Paths of the numbers in plain settings, in their order; a row of numbers counts as one."""
    if path in _NOT_OF_THE_FIRM or plain is None:
        return
    if isinstance(plain, dict):
        for name, value in plain.items():
            yield from numbers(value, f"{path}.{name}" if path else name)
    elif isinstance(plain, list | tuple):
        if plain and all(_is_number(value) for value in plain):
            yield path
        else:
            for place, value in enumerate(plain):
                yield from numbers(value, f"{path}.{place}")
    elif _is_number(plain):
        yield path


def number_at(plain: Any, path: str) -> Any:
    """The value at the path of a number, places in lists by their number."""
    for part in path.split("."):
        plain = plain[int(part) if isinstance(plain, list) else part]
    return plain


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def entry_of(path: str, evidence: Sequence[EvidenceSettings]) -> EvidenceSettings | None:
    """The entry that holds for a number, None where nobody says where it comes from."""
    for entry in reversed(evidence):
        if any(matches(pattern, path) for pattern in entry.settings):
            return entry
    return None


def by_kind(paths: Sequence[str], evidence: Sequence[EvidenceSettings]) -> dict[str, list[str]]:
    """Paths of numbers that are sourced, derived, assumed, and ``unmarked``."""
    found: dict[str, list[str]] = {kind: [] for kind in (*KINDS, "unmarked")}
    for path in paths:
        entry = entry_of(path, evidence)
        found[entry.kind if entry is not None else "unmarked"].append(path)
    return found
