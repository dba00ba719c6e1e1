"""Settings in internal units written as a file would write them, so that they are read back to the last bit."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from sim.core.units import parse_duration, parse_money, parse_money_rate, parse_rate, parse_share
from sim.files.problems import Place
from sim.files.shape import Schema, Shape, clock, shape_of
from sim.files.tree import Node, Path, planted
from sim.scenario import Scenario, scenario_model

_A_MONTH, _FEW_DIGITS = "an amount per period", 6
"""Money is said by the month where that takes few digits."""

_PERIODS = ("year", "month", "week", "day", "h", "min", "s")
_BY_MONTH = ("month", *(period for period in _PERIODS if period != "month"))
_KINDS: dict[str, tuple[Callable[[str], float], tuple[str, ...]]] = {
    "a duration": (parse_duration, ("years", "days", "weeks", "h", "min", "s")),
    "a share": (parse_share, ("%",)),
    "a percentage, may exceed 100 %": (parse_share, ("%",)),
    "a rate": (parse_rate, tuple(f"per {period}" for period in _PERIODS)),
    "a growth": (parse_rate, ("% per year", "% per month", "% per week", "% per day", "per s")),
    "an amount": (parse_money, ("{currency}",)),
    "an amount per period": (parse_money_rate, tuple(f"{{currency}} per {period}" for period in _BY_MONTH)),
}
"""What the schema calls a quantity -> its parser, and the units in which it may be written."""

CLOCK, LEVEL = "a time of day", "a level with the unit of the measure"
_SPLIT = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)) ([%A-Za-z].*)")
_MOST_DIGITS = 17


def file_words(scenario: Scenario, written: Node | None = None) -> dict[str, Any]:
    """The scenario as a file would say it, all that it extends laid together and tables written out.

    written: the tree of its file, whose own words are taken where it has them.
    """
    plain = scenario.model_dump(mode="json", by_alias=True, exclude_unset=True)
    tree = planted(plain, Place(""))
    words = _Words(shape_of(scenario_model()), tree, scenario.currency, written)
    found: dict[str, Any] = words.of(plain, ())
    return found


class _Words:
    """Turns plain settings into words, leaf by leaf."""

    def __init__(self, shape: Shape, tree: Node, currency: str, written: Node | None) -> None:
        self._shape, self._tree, self._currency, self._written = shape, tree, currency, written

    def of(self, value: Any, path: Path) -> Any:
        """The value at a path, with what is below it."""
        if isinstance(value, dict):
            return {name: self.of(inner, (*path, name)) for name, inner in value.items() if inner is not None}
        if isinstance(value, list) and any(isinstance(inner, dict) for inner in value):
            return [self.of(inner, (*path, place)) for place, inner in enumerate(value)]
        if isinstance(value, list):
            schemas = self._shape.at(self._tree, (*path, 0)) if value else []
            return [self._leaf(inner, (*path, place), schemas) for place, inner in enumerate(value)]
        return self._leaf(value, path, self._shape.at(self._tree, path))

    def _leaf(self, value: Any, path: Path, schemas: list[Schema]) -> Any:
        described = quantity_of(schemas)
        if described is None or not isinstance(value, int | float) or isinstance(value, bool):
            return value
        node = self._written.at(path) if self._written is not None else None
        if node is not None and isinstance(node.value, str):
            return node.value
        return said(value, described, self._currency)


def quantity_of(schemas: list[Schema]) -> str | None:
    """What kind of quantity stands where these shapes do, None where none does."""
    found = (schema.get("description") for schema in schemas)
    return next((str(each) for each in found if each in _KINDS or each == CLOCK), None)


def said(value: float, described: str, currency: str) -> str:
    """A quantity in internal units as a text that is read back as the same number: the shortest there is."""
    if described == CLOCK:
        return clock(value)
    parse, units = _KINDS[described]
    texts = [text for unit in units for text in _written(value, parse, unit.format(currency=currency))]
    if described == _A_MONTH and texts and _digits(texts[0]) <= _FEW_DIGITS:
        return texts[0]
    return min(texts, key=_digits) if texts else _nearest(value, parse, units[-1].format(currency=currency))


def _digits(text: str) -> int:
    return len(text.partition(" ")[0])


def _written(value: float, parse: Callable[[str], float], unit: str) -> Iterator[str]:
    """The number in a unit with as few digits as it takes, if any number of digits gives it exactly."""
    size = parse(f"1 {unit}")
    for digits in range(1, _MOST_DIGITS + 1):
        text = f"{decimal_text(float(f'{value / size:.{digits}g}'))} {unit}"
        if parse(text) == value:
            yield text
            return


def _nearest(value: float, parse: Callable[[str], float], unit: str) -> str:
    return f"{decimal_text(value / parse(f'1 {unit}'))} {unit}"


def decimal_text(number: float) -> str:
    """The number written out, without an exponent and without needless zeros."""
    text = format(Decimal(repr(number)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def parts_of(text: str, schemas: list[Schema]) -> tuple[float, str] | None:
    """Number and unit of a text that is a quantity; None where it is none, or would not be the same put together."""
    free = [schema for schema in schemas if not {"type", "anyOf", "$ref"} & schema.keys()]
    if not free and quantity_of(schemas) is None and all(each.get("description") != LEVEL for each in schemas):
        return None
    match = _SPLIT.fullmatch(text.replace(",", "") if quantity_of(schemas) else text)
    if match is None:
        return None
    number = float(match[1])
    exact = quantity_of(schemas) is not None or f"{decimal_text(number)} {match[2]}" == text
    return (number, match[2]) if exact else None
