"""Names that must be known: problems of names that nobody knows, and of names that are missing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

Problem = tuple[str, str, tuple[str, ...]]
"""Dotted path, what is wrong, and names that would be right."""
SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
"""A name that can be part of a dotted path and of a measure's name."""


def unknown_names(path: str, names: Iterable[str], known: Iterable[str], what: str) -> Iterator[Problem]:
    """Names that are none of those known."""
    candidates = tuple(known)
    for name in names:
        if name not in candidates:
            yield f"{path}.{name}", f"names {name!r}, which is no {what} of this scenario", candidates


def unknown_in_list(path: str, names: Iterable[str], known: Iterable[str], what: str) -> Iterator[Problem]:
    """Names in a list that are none of those known; each has a path by its place."""
    candidates = tuple(known)
    for place, name in enumerate(names):
        if name not in candidates:
            yield f"{path}.{place}", f"is {name!r}, which is no {what}", candidates


def missing_names(path: str, names: Iterable[str], needed: Iterable[str], what: str) -> Iterator[Problem]:
    """Names that are needed and not given."""
    given = set(names)
    for name in needed:
        if name not in given:
            yield path, f"gives nothing for the {what} {name!r}", ()
