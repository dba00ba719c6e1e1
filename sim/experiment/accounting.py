"""Where a difference of profit comes from, by accounting: exact, replication by replication, to rounding.

Profit is the sum of the accounts of the ledger, so its difference is the sum of theirs. Fees, the cost of staff and
that of contacts are split further, by what the ledger keeps beside its accounts. For each segment, with V the time that
fees were paid for, P = fees / V, and the baseline marked by ',

    fees - fees' = V (P - P') + P' (V - V'),  V - V' = sum by origin of (won - won') - sum by cause of (lost - lost')

The first is the price: the time of the arm at another price. The second is the customers, at the price of the
baseline. See docs/explaining.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sim.core.observations import Observations
from sim.experiment.estimates import Verdict, verdict
from sim.mechanisms.economics import STAFF, SUMS
from sim.stats.intervals import Estimate, mean_interval

Group = Literal["accounts", "fees", "people", "contacts"]
Values = dict[str, float]
PROFIT = "profit"
_SPLIT: Mapping[Group, tuple[str, ...]] = {"fees": ("fees",), "people": STAFF, "contacts": ("contacts",)}
"""Groups and the accounts that they split."""

_DUST = 1e-9
"""Money below this share of all that was moved is rounding."""


@dataclass(frozen=True)
class Line:
    """One part of a difference of profit: income is positive, cost negative.

    group: what the lines of the group add up to: "accounts" to profit, "fees" to that account, "people" to wages,
    hiring, training and severance, "contacts" to that account. values: by replication.
    """

    group: Group
    name: str
    estimate: Estimate
    verdict: Verdict
    values: tuple[float, ...]


@dataclass(frozen=True)
class Accounting:
    """The difference of an arm's profit and its parts."""

    profit: Line
    lines: tuple[Line, ...]

    def group(self, name: Group) -> tuple[Line, ...]:
        """The lines of one group."""
        return tuple(line for line in self.lines if line.group == name)

    @property
    def parts(self) -> tuple[Line, ...]:
        """The finest parts that add up to the difference of profit: accounts, where they are not split."""
        whole = {name for group, accounts in _SPLIT.items() if self.group(group) for name in accounts}
        finer = [line for line in self.lines if line.group != "accounts"]
        return (*finer, *(line for line in self.group("accounts") if line.name not in whole))


def account(
    treated: Sequence[Observations], baseline: Sequence[Observations], confidence: float = 0.95
) -> Accounting | None:
    """The difference of an arm's profit from the baseline's by what it comes from; None where there is no ledger."""
    if any("ledger.profit" not in run.totals for run in (*treated, *baseline)):
        return None
    pairs = [(one.totals, other.totals) for one, other in zip(treated, baseline, strict=True)]
    found = [_split(ours, theirs) for ours, theirs in pairs]
    names: dict[tuple[Group, str], None] = dict.fromkeys(key for parts in found for key in parts)
    lines = [_line(*key, [parts.get(key, 0.0) for parts in found], confidence) for key in names]
    profit = [_difference("ledger.profit", ours, theirs) for ours, theirs in pairs]
    kept = (line for line in lines if line.group == "accounts" or any(line.values))
    return Accounting(_line("accounts", PROFIT, profit, confidence), tuple(kept))


def _split(ours: Mapping[str, float], theirs: Mapping[str, float]) -> dict[tuple[Group, str], float]:
    """Every part of the difference of one replication."""
    accounts = _accounts(ours) | _accounts(theirs)
    moved = math.fsum(abs(totals.get(f"ledger.{name}", 0.0)) for totals in (ours, theirs) for name in accounts)
    parts: dict[Group, Values] = {
        "accounts": {name: _difference(f"ledger.{name}", ours, theirs) for name in accounts},
        "fees": _of_fees(ours, theirs),
        "people": {
            name: -_difference(f"ledger.staff.{name}", ours, theirs) for name in ("first", "repeats", "without")
        },
        "contacts": _of_contacts(ours, theirs),
    }
    return {
        (group, name): 0.0 if abs(value) < _DUST * moved else value
        for group, values in parts.items()
        for name, value in values.items()
    }


def _of_fees(ours: Mapping[str, float], theirs: Mapping[str, float]) -> Values:
    """Price, customers won and lost, payments to customers, and what is left, which is nothing but rounding."""
    found: Values = {"price": 0.0}
    for name in _segments(ours) | _segments(theirs):
        time, before = ours.get(f"{name}.paid", 0.0), theirs.get(f"{name}.paid", 0.0)
        fees = theirs.get(f"{name}.fees", 0.0)
        price = fees / before if before else 0.0
        found["price"] += ours.get(f"{name}.fees", 0.0) - price * time
        for way, sign in (("won", 1.0), ("lost", -1.0)):
            for reason in _reasons(f"{name}.{way}.", (ours, theirs)):
                change = _difference(f"{name}.{way}.{reason}", ours, theirs)
                part = f"{way} {reason}"
                found[part] = found.get(part, 0.0) + sign * price * change
    paid = math.fsum(
        totals[f"{name}.fees"] * sign for totals, sign in ((ours, 1.0), (theirs, -1.0)) for name in _segments(totals)
    )
    given = _difference("ledger.fees", ours, theirs) - paid
    return found | {"given": given, "left": paid - math.fsum(found.values())}


def _of_contacts(ours: Mapping[str, float], theirs: Mapping[str, float]) -> Values:
    repeats = -_difference("ledger.contacts.repeats", ours, theirs)
    return {"first": _difference("ledger.contacts", ours, theirs) - repeats, "repeats": repeats}


def _accounts(totals: Mapping[str, float]) -> dict[str, None]:
    """Names of the accounts, in the order of the ledger."""
    names = (name.removeprefix("ledger.") for name in totals if name.startswith("ledger."))
    return dict.fromkeys(name for name in names if "." not in name and name not in SUMS)


def _segments(totals: Mapping[str, float]) -> dict[str, None]:
    """What the totals of each segment's fees begin with."""
    return dict.fromkeys(
        name.removesuffix(".paid") for name in totals if name.startswith("ledger.revenue.") and name.endswith(".paid")
    )


def _reasons(prefix: str, both: Iterable[Mapping[str, float]]) -> dict[str, None]:
    return dict.fromkeys(name.removeprefix(prefix) for totals in both for name in totals if name.startswith(prefix))


def _difference(name: str, ours: Mapping[str, float], theirs: Mapping[str, float]) -> float:
    return ours.get(name, 0.0) - theirs.get(name, 0.0)


def _line(group: Group, name: str, values: Sequence[float], confidence: float) -> Line:
    estimate = mean_interval(values, confidence)
    return Line(group, name, estimate, verdict(estimate), tuple(values))
