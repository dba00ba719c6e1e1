"""Which arm is the best, in a table, a sentence and records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sim.experiment.best import METHOD, Best, Chance
from sim.experiment.comparison import Result
from sim.files.problems import printable
from sim.report.numbers import folded, percent, rounded
from sim.report.sentences import name_in_sentence

_SURE = 0.995


def best_sentence(result: Result, found: Best) -> str:
    """Which arm is most probably the best; nothing more than that where another may be as well."""
    first = max(found.chances, key=lambda chance: chance.probability)
    titles = {arm.name: printable(arm.title) for arm in result.plan.arms}
    title, what = titles[first.arm], name_in_sentence(found.measure)
    if first.probability >= _SURE:
        return f"Best in {what}, on average: {title} ({_share(first.probability)})."
    others = [chance for chance in found.chances if chance.arm != first.arm and chance.probability >= 0.05]
    also = ", ".join(f"{titles[chance.arm]} ({_share(chance.probability)})" for chance in others)
    return (
        f"Best in {what}, on average: most probably {title} ({_share(first.probability)})"
        f"{f'; it may also be {also}' if also else ''}."
    )


def best_rows(result: Result, found: Best) -> list[list[str]]:
    """A head, and for each arm the probability of the best mean and the share of replications in which it is best."""
    head = [
        f"Best in {name_in_sentence(found.measure)}",
        "on average",
        f"in a single replication ({percent(found.confidence)} interval)",
    ]
    titles = {arm.name: arm.title for arm in result.plan.arms}
    rows = [[_line(titles[each.arm]), _share(each.probability), _counted(each)] for each in found.chances]
    return [head, *rows]


def _line(title: str) -> str:
    return (folded(title, 44, max_lines=1, placeholder=" …") or [""])[0]


def _counted(chance: Chance) -> str:
    return f"{_whole(chance.share)} ({_whole(chance.share_low)} to {_whole(chance.share_high)})"


def _whole(share: float) -> str:
    return f"{100 * share:.0f} %"


def _share(share: float) -> str:
    """A probability, never rounded to certainty."""
    if 0.0 < share < 0.005:
        return "under 0.5 %"
    return "over 99.5 %" if 0.995 < share < 1.0 else _whole(share)


def best_document(found: Best) -> dict[str, Any]:
    """The part of the JSON document."""
    return {"measure": found.measure.name, "n": found.n, "method": METHOD, "arms": list(best_records(found))}


def best_records(found: Best) -> Iterator[dict[str, Any]]:
    """A record for each arm."""
    for each in found.chances:
        yield {
            "arm": each.arm,
            "measure": found.measure.name,
            "probability": rounded(each.probability),
            "low": rounded(each.low),
            "high": rounded(each.high),
            "share": rounded(each.share),
            "share_low": rounded(each.share_low),
            "share_high": rounded(each.share_high),
            "n": found.n,
        }
