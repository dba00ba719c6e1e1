"""What a lever is, and how it becomes the changes of a policy in a given scenario."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

Strength = Literal["established", "direction known", "convention"]
EVERY: Final = "*"
ANY_CURRENCY: Final = "¤"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a lever's claim comes from: the published source, and how strong it is."""

    strength: Strength
    source: str


@dataclass(frozen=True, slots=True)
class Move:
    """One change of a lever: the settings it touches, and an example of how far they go.

    path: dotted, ``*`` for any name, or for any entry of a list. Exactly one of the others, but for each_of: to: the
    value, with each_of for each name under another path; names_of: the list of all names under another path; add: an
    amount with its unit; multiply: a factor; closes: the share that it adds of what is missing to 100 %; shift: in a
    table of shares by channel, a share that goes from channels of one kind to the first of another. ``to`` also makes a
    setting that the section could have and does not; the others need one to start from.
    Amounts in it are written with the sign of any currency, ¤.
    """

    path: str
    to: Any = None
    each_of: str | None = None
    names_of: str | None = None
    add: str | int | None = None
    multiply: float | None = None
    closes: float | None = None
    shift: tuple[str, str, float] | None = None


@dataclass(frozen=True, slots=True)
class Lever:
    """Something that a planner can do.

    moves: what it changes. measure, direction: what it claims to move first. away: mechanisms between setting and
    measure are at least one, but for what acts on money alone. account: of the ledger, in which its cost is seen;
    running: an example of its cost a year where the settings do not cost by themselves, in the scenario's currency.
    cost, lag: in words. practices, claims: which of the checklist and of the field's claims it serves. when: what it
    waits for, an example, where it is there to be triggered.
    """

    name: str
    title: str
    group: str
    moves: tuple[Move, ...]
    measure: str
    direction: Literal["higher", "lower"]
    account: str
    cost: str
    lag: str
    evidence: Evidence
    practices: tuple[int, ...] = ()
    claims: tuple[str, ...] = ()
    running: float = 0.0
    when: Mapping[str, str] = field(default_factory=dict)

    @property
    def paths(self) -> tuple[str, ...]:
        """What it changes."""
        return tuple(move.path for move in self.moves)

    def policy(self, plain: Mapping[str, Any], currency: str) -> dict[str, Any]:
        """An example policy for a scenario, given as plain data, in the form of a study file.

        Its ``changes`` are empty where the scenario has none of the settings.
        """
        changes = {
            path: _priced(_change(move, value, plain), currency)
            for move in self.moves
            for path, value in matching(plain, move.path, absent=move.to is not None)
        }
        costs = {"running": f"{self.running:g} {currency} per year"} if self.running else {}
        found = {"title": self.title, "changes": {path: one for path, one in changes.items() if one}, "costs": costs}
        return found | ({"when": dict(self.when)} if self.when else {})


def matching(plain: Any, path: str, absent: bool = False) -> Iterator[tuple[str, Any]]:
    """The settings that a path with ``*`` stands for, and their values; none where the section is absent.

    absent: also those that a section could have and does not, with None.
    """
    found = _below(plain, path.split("."), ())
    yield from (one for one in found if one[1] is not None or (absent and "." in path))


def _below(place: Any, steps: Sequence[str], walked: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    if not steps:
        yield ".".join(walked), place
        return
    if isinstance(place, list | tuple):
        place = {str(number): one for number, one in enumerate(place)}
    if not isinstance(place, Mapping):
        return
    for name in place if steps[0] == EVERY else steps[:1]:
        if name in place:
            yield from _below(place[name], steps[1:], (*walked, name))


def _change(move: Move, value: Any, plain: Mapping[str, Any]) -> dict[str, Any]:
    """The change that a move makes of a setting; empty where it would change nothing."""
    if move.shift is not None:
        shares = _shifted(value, plain["channels"]["channels"], move.shift)
        return {"to": {name: f"{100 * share:.10g} %" for name, share in shares.items()}} if shares != value else {}
    if move.closes is not None:
        return {"to": f"{100 * (value + move.closes * (1 - value)):.10g} %"}
    if move.names_of is not None:
        names = [path.rpartition(".")[2] for path, _ in matching(plain, f"{move.names_of}.{EVERY}")]
        return {"to": names} if names != value else {}
    if move.each_of is not None:
        names = [path.rpartition(".")[2] for path, _ in matching(plain, f"{move.each_of}.{EVERY}")]
        return {"to": dict.fromkeys(names, move.to)}
    given = {"to": move.to, "add": move.add, "multiply": move.multiply}
    return {way: amount for way, amount in given.items() if amount is not None}


def _priced(value: Any, currency: str) -> Any:
    """A value of which the amounts are in a currency."""
    if isinstance(value, dict):
        return {name: _priced(one, currency) for name, one in value.items()}
    return value.replace(ANY_CURRENCY, currency) if isinstance(value, str) else value


def _shifted(
    shares: Mapping[str, float], channels: Mapping[str, Any], shift: tuple[str, str, float]
) -> dict[str, float]:
    """Shares by channel after a share of what goes to channels of one kind goes to the first of the other."""
    origin, goal, share = shift
    to = next((name for name, channel in channels.items() if channel["kind"] == goal), None)
    from_ = [name for name in shares if channels[name]["kind"] == origin]
    if to is None or not from_:
        return dict(shares)
    moved = sum(shares[name] for name in from_) * share
    found = {name: part * (1 - share) if name in from_ else part for name, part in shares.items()}
    found[to] = found.get(to, 0.0) + moved
    return found
