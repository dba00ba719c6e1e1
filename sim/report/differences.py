"""What differs between two scenarios or policies, in words and as a JSON document."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from sim.files.differences import Difference, Side
from sim.files.problems import printable
from sim.report.numbers import counted, folded, rounded
from sim.report.terminal import WIDTH, painter

FORMAT = 1
_MANY = 10
_TERMS = {"begins": "begins on", "ends": "ends on", "ramp": "moves over"}


def render_differences(
    one: Side, other: Side, found: Sequence[Difference], colour: bool = False, width: int = WIDTH
) -> str:
    """The differences, a line each, under the section of the scenario in which they stand."""
    paint = painter(colour)
    parts = [_heading(one, other, found, width)]
    for section, group in groupby(found, key=lambda difference: difference.path.partition(".")[0]):
        lines = [paint(printable(section), "strong")]
        for difference in group:
            text = printable(sentence(difference))
            lines += folded(text, width, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def sentence(difference: Difference) -> str:
    """One difference in words."""
    name = difference.path.partition(".")[2] or difference.path
    old, new, change = difference.old, difference.new, difference.change
    if difference.kind == "changed" and change is not None:
        verb = "rises" if change > 0 else "falls"
        size = f"{change * 100:+.3g} %" if change < _MANY - 1 else f"{change + 1:,.3g} times"
        return f"{name} {verb} from {old} to {new} ({size})"
    if difference.kind == "changed":
        return f"{name} becomes {new}; it was {old}"
    term, _, setting = name.partition(".")
    if difference.path.startswith("policy.") and term in _TERMS and difference.kind == "added":
        return f"{setting} {_TERMS[term]} {new}"
    size = f", with {counted(difference.settings, 'setting')}"
    if difference.kind == "added":
        return f"{name} is added" + (f": {new}" if new is not None else size)
    return f"{name} is left out" + (f"; it was {old}" if old is not None else size)


def _heading(one: Side, other: Side, found: Sequence[Difference], width: int) -> str:
    names = "\n".join(
        folded(printable(f"{mark} {side.reference}: {side.title}"), width, subsequent_indent="  ")[0]
        for mark, side in (("from", one), ("to  ", other))
    )
    count = "No setting differs." if not found else counted(len(found), "difference")
    return f"{names}\n{count}"


def differences_document(one: Side, other: Side, found: Sequence[Difference]) -> dict[str, Any]:
    """The differences as one JSON document of format 1."""
    return {
        "format": FORMAT,
        "kind": "diff",
        "from": {"reference": one.reference, "title": one.title},
        "to": {"reference": other.reference, "title": other.title},
        "differences": [
            {
                "path": each.path,
                "kind": each.kind,
                "old": each.old,
                "new": each.new,
                "change": rounded(each.change),
                "settings": each.settings,
                "sentence": sentence(each),
            }
            for each in found
        ],
    }
