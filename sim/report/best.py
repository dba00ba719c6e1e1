"""Which arm is the best, in a table, a sentence and records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sim.experiment.best import METHOD, Best, Chance
from sim.experiment.comparison import Result
from sim.files.problems import printable
from sim.report.numbers import folded, percent, rounded, whole_percent
from sim.report.sentences import listed, name_in_sentence

_SURE = 0.995
_PERHAPS = 0.05


def best_sentence(result: Result, found: Best) -> str:
    """Which arm is most probably the best; nothing more than that where another may be as well."""
    first = max(found.chances, key=lambda chance: chance.probability)
    titles = {arm.name: printable(arm.title) for arm in result.plan.arms}
    text = f"Best in {name_in_sentence(found.measure)}, on average"
    if first.probability >= _SURE:
        return f"{text}: {titles[first.arm]} ({whole_percent(first.probability)})."
    leading = [chance for chance in found.chances if chance.probability == first.probability]
    others = [chance for chance in found.chances if chance not in leading and chance.probability >= _PERHAPS]
    named, also = (
        [f"{titles[chance.arm]} ({whole_percent(chance.probability)})" for chance in some] for some in (leading, others)
    )
    text += f": {'most' if len(named) == 1 else 'equally'} probably {listed(named, 'or')}"
    return f"{text}; it may also be {listed(also, 'or')}." if also else f"{text}."


def best_rows(result: Result, found: Best) -> list[list[str]]:
    """A head, and for each arm the probability of the best mean and the share of replications in which it is best."""
    head = [
        f"Best in {name_in_sentence(found.measure)}",
        "on average",
        f"in a single replication ({percent(found.confidence)} interval)",
    ]
    titles = {arm.name: arm.title for arm in result.plan.arms}
    rows = [[_line(titles[each.arm]), whole_percent(each.probability), _counted(each)] for each in found.chances]
    return [head, *rows]


def _line(title: str) -> str:
    return (folded(title, 44, max_lines=1, placeholder=" …") or [""])[0]


def _counted(chance: Chance) -> str:
    return f"{_whole(chance.share)} ({_whole(chance.share_low)} to {_whole(chance.share_high)})"


def _whole(share: float) -> str:
    return f"{100 * share:.0f} %"


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
