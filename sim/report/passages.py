"""What of a policy's effects passes through which link, as tables and in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.core.measures import Measure
from sim.experiment.comparison import Result
from sim.experiment.execution import Arm
from sim.experiment.explanation import Explanation, Part
from sim.links import LINKS
from sim.report.numbers import columns, folded, with_half_width
from sim.report.sentences import MARKS, listed, name_in_sentence, unit_of_change

NONE, TOGETHER = "none of these", "together or counted twice"
"""What the parts are called that belong to no single link."""
_HEADS = {
    "profit": "profit",
    "customer_retention_end": "customers kept",
    "customer_retention_12m": "customers kept",
    "newcomers_per_year": "newcomers",
    "satisfaction": "satisfaction",
    "employee_retention_end": "agents kept",
    "employee_retention_12m": "agents kept",
}


def parts_of(found: Explanation) -> Iterator[tuple[str, str, Part]]:
    """Name, title and size of every part of an effect; they add up to it."""
    for name, part in found.links.items():
        yield name, LINKS[name].title, part
    yield "none", NONE, found.none
    yield "together", TOGETHER, found.together


def tables(found: Sequence[Explanation], width: int) -> list[list[list[str]]]:
    """Tables of an arm: a column for each outcome that moves, a row for the effect and each part that carries."""
    found = [each for each in found if not _still(each)] or found
    names = [(name, title) for name, title, _ in parts_of(found[0])]
    carrying = [name for place, (name, _) in enumerate(names) if not all(_at(each, place).nothing for each in found)]
    first = ["", "the effect", *(title for name, title in names if name in carrying)]
    room = width - max(map(len, first))
    blocks: list[list[list[str]]] = []
    left = 0
    for each in found:
        cells = [_head(each.measure), _cell(each.effect)]
        cells += [_cell(part) for name, _, part in parts_of(each) if name in carrying]
        needed = 2 + max(map(columns, cells))
        if needed > left:
            blocks.append([first])
            left = room
        blocks[-1].append(cells)
        left -= needed
    return [[list(row) for row in zip(*block, strict=True)] for block in blocks]


def _still(found: Explanation) -> bool:
    """Whether nothing at all moves the outcome, whatever is cut."""
    return found.effect.nothing and all(part.nothing for _, _, part in parts_of(found))


def _at(found: Explanation, place: int) -> Part:
    return list(parts_of(found))[place][2]


def _head(measure: Measure) -> str:
    unit = unit_of_change(measure)
    name = _HEADS.get(measure.name, measure.label)
    return f"{name}, {unit}  " if unit and unit not in name else f"{name}  "


def _cell(part: Part) -> str:
    return f"{with_half_width(part.estimate, sign=True)} {MARKS[part.verdict]}"


def idle_links(found: Sequence[Explanation]) -> list[str]:
    """Titles of the links through which exactly nothing passes."""
    return [LINKS[name].title for name in found[0].links if all(each.links[name].nothing for each in found)]


def passage(arm: Arm, found: Sequence[Explanation]) -> str:
    """One sentence of an arm: of each effect that can be told from zero, the largest part that can be told too.

    Where only parts can be told, the two largest, which may work against each other.
    """
    told = [_largest(each) if each.effect.told else _hidden(each) for each in found if each.effect.told or _told(each)]
    if not told:
        return f"{arm.title}: no effect that could be told from zero, so there is nothing to explain."
    return f"{arm.title}: {'; '.join(told)}."


def _largest(found: Explanation) -> str:
    """Through which link most of an effect passes, as far as that can be told."""
    name, unit = name_in_sentence(found.measure), unit_of_change(found.measure)
    effect = f"the change of {name} ({with_half_width(found.effect.estimate, sign=True)} {unit})".replace(" )", ")")
    parts = _told(found)
    if not parts:
        return f"of {effect} no single part can be told from zero"
    title, part = parts[0]
    size = with_half_width(part.estimate, sign=True)
    where = "passes through none of these links" if title == NONE else f"passes through: {title}"
    return f"of {effect} {size} {where}"


def _told(found: Explanation) -> list[tuple[str, Part]]:
    """Parts with their titles that can be told from zero, the largest first; what several do together is none."""
    parts = [(title, part) for _, title, part in parts_of(found) if part.told and title != TOGETHER]
    return sorted(parts, key=lambda one: -abs(one[1].estimate.value))


def _hidden(found: Explanation) -> str:
    """The parts of an effect that cannot be told from zero itself."""
    unit = unit_of_change(found.measure)
    parts = [
        f"{title} ({with_half_width(part.estimate, sign=True)} {unit}".rstrip() + ")" for title, part in _told(found)
    ]
    name, known = name_in_sentence(found.measure), "is" if found.effect.nothing else "cannot be told from"
    return f"the change of {name} {known} zero, but what passes through {listed(parts[:2], 'and')} can be told"


def note(result: Result, width: int) -> str:
    """How to read the tables, and which links carry nothing."""
    first, *others = [idle_links(found) for found in result.explanations.values()]
    idle = [title for title in first if all(title in other for other in others)]
    text = (
        "A link carries what is missing from the effect when it is cut in the policy's arm and in the baseline alike; "
        f"the parts add up to the effect. '{TOGETHER}': links that follow one another count the same twice, "
        "others carry more together."
    )
    if idle:
        text += f" Nothing at all passes through: {listed(idle, 'and')}."
    return "\n".join(folded(text, width, break_on_hyphens=False))
