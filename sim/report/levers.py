"""The library of levers for a reader: on the terminal, as a JSON document, and as the page of the docs."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from sim.levers import Lever, levers
from sim.levers.coverage import CLAIMS, MISSING, PRACTICES, bearing_on, serving
from sim.levers.lever import Move
from sim.report.numbers import folded
from sim.report.sentences import capital
from sim.report.terminal import WIDTH, painter

FORMAT = 1
_INDENT = "      "


def render_levers(colour: bool = False, width: int = WIDTH) -> str:
    """All levers by group: what each moves, costs, how soon, on what evidence."""
    paint = painter(colour)
    parts = []
    for group, of_group in groupby(levers(), key=lambda lever: lever.group):
        lines = [paint(capital(group), "strong")]
        for lever in of_group:
            lines.append(f"  {lever.name}: {lever.title}")
            for said in _said(lever):
                lines += folded(said, width, initial_indent=_INDENT, subsequent_indent=f"{_INDENT}  ")
        parts.append("\n".join(lines))
    practices = sum(isinstance(one, int) for one in MISSING)
    claims = len(MISSING) - practices
    parts.append(
        f"{len(levers())} levers; {practices} of {len(PRACTICES)} practices and {claims} of {len(CLAIMS)} claims "
        "have none yet."
    )
    return "\n\n".join(parts) + "\n"


def _said(lever: Lever) -> list[str]:
    changes = "; ".join(f"{move.path} {example(move)}" for move in lever.moves)
    waits = [f"acts when {_waiting(lever)}"] if lever.when else []
    return [
        f"changes {changes}",
        *waits,
        f"claims: {lever.measure} {lever.direction}",
        f"costs: {lever.cost}",
        f"lag: {lever.lag}",
        f"evidence: {lever.evidence.strength}; {lever.evidence.source}",
    ]


def _waiting(lever: Lever) -> str:
    """What a lever waits for, as in a file."""
    return ", ".join(f"{name}: {value}" for name, value in lever.when.items())


def example(move: Move) -> str:
    """How far the example of a move goes, in words."""
    if move.shift is not None:
        origin, goal, share = move.shift
        return f"{100 * share:g} % of {origin} to {goal}"
    if move.names_of is not None:
        return f"all of {move.names_of}"
    if move.closes is not None:
        return f"closes {100 * move.closes:g} % of the gap to 100 %"
    if move.multiply is not None:
        return f"x {move.multiply:g}"
    if move.add is not None:
        return f"+ {move.add}"
    return f"to {_plainly(move.to)}" + (f" for each of {move.each_of}" if move.each_of is not None else "")


def _plainly(value: Any) -> str:
    """A value as it would stand in a file."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_plainly(one)}" for name, one in value.items()) + "}"
    return str(value).lower() if isinstance(value, bool) else str(value)


def levers_document() -> dict[str, Any]:
    """All levers, practices and claims as one JSON document of format 1."""
    return {
        "format": FORMAT,
        "kind": "levers",
        "levers": [_plain(lever) for lever in levers()],
        "practices": [
            {
                "number": one.number,
                "group": one.group,
                "what": one.what,
                "context": one.context,
                "levers": list(serving(one.number)),
                "missing": MISSING.get(one.number),
            }
            for one in PRACTICES
        ],
        "claims": [
            {"name": name, "what": what, "levers": list(bearing_on(name)), "missing": MISSING.get(name)}
            for name, what in CLAIMS.items()
        ],
    }


def _plain(lever: Lever) -> dict[str, Any]:
    return {
        "name": lever.name,
        "title": lever.title,
        "group": lever.group,
        "changes": [{"path": move.path, "example": example(move)} for move in lever.moves],
        "when": dict(lever.when) or None,
        "measure": lever.measure,
        "direction": lever.direction,
        "cost": lever.cost,
        "account": lever.account or None,
        "lag": lever.lag,
        "evidence": {"strength": lever.evidence.strength, "source": lever.evidence.source},
        "practices": list(lever.practices),
        "claims": list(lever.claims),
    }


_PAGE = """# The levers

What a planner can pull, as `frontline levers` lists it (`--json` for programs). This page is made from the library in
`sim/levers/` by `frontline levers --markdown`; a test compares the two. Adding a lever is one entry there.

A lever changes settings and nothing else. `*` stands for any name. Beside each setting stands an example of how far
it goes, not advice. The measure is the one that the lever claims to move first; a paired test in two operations holds
it to that. "Account" is where its cost is seen in the ledger: what a setting does not cost by itself is a cost of the
policy. Evidence is marked established, direction known (the size is uncertain) or convention. A lever that waits for a
measure is a policy with [`when`](mechanisms/interventions.md); any other may be given one as well.
"""


def levers_page() -> str:
    """The page of the docs."""
    parts = [_PAGE]
    for group, of_group in groupby(levers(), key=lambda lever: lever.group):
        parts.append(f"## {capital(group)}\n\n" + "\n".join(_item(lever) for lever in of_group))
    parts.append("## The practices\n\n" + _table(["no.", "group", "practice", "levers"], _practices()))
    parts.append("## The claims\n\n" + _table(["claim", "about", "levers"], _claims()))
    return "\n".join(parts)


def _item(lever: Lever) -> str:
    changes = ", ".join(f"`{move.path}` ({example(move)})" for move in lever.moves)
    account = f"`{lever.account}`" if lever.account else "none"
    waits = f"- acts when {_waiting(lever)}\n" if lever.when else ""
    return (
        f"### `{lever.name}`: {lever.title}\n\n"
        f"- changes {changes}\n"
        f"{waits}"
        f"- claims: `{lever.measure}` {lever.direction}\n"
        f"- costs: {lever.cost}. Account: {account}\n"
        f"- lag: {lever.lag}\n"
        f"- evidence: {lever.evidence.strength}; {lever.evidence.source}\n"
    )


def _practices() -> list[list[str]]:
    return [
        [str(one.number), one.group, one.what, _served(serving(one.number), MISSING.get(one.number, "context"))]
        for one in PRACTICES
    ]


def _claims() -> list[list[str]]:
    return [[name, what, _served(bearing_on(name), MISSING.get(name, ""))] for name, what in CLAIMS.items()]


def _served(names: tuple[str, ...], otherwise: str) -> str:
    if names:
        return ", ".join(f"`{name}`" for name in names)
    return otherwise if otherwise == "context" else f"missing: {otherwise}"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]
    return "\n".join(lines) + "\n"
