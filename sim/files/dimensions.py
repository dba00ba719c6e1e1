"""Settings that take several values in one study: as lists or ranges, from the start or as the change of a policy.

A value is written as in ``sim.files.shorthand``: ``+8 %`` is a part of the setting more, ``"+2"`` so many more,
``x1.1`` a factor; any other replaces. In a range both ends are written alike, and what lies between them is written
alike too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pydantic import Field, ValidationError

from sim.core.units import NUMBER, Settings, Several
from sim.evidence import number_at
from sim.files.policies import clash
from sim.files.problems import FileProblem, Place, shown
from sim.files.shorthand import Unclear, change_of, made, paths_of
from sim.files.tree import planted
from sim.files.wording import problems_of
from sim.mechanisms.interventions import Change, PolicyProblem, PolicySettings
from sim.scenario import Scenario, may_change, scenario_model

Value = str | int | float
_SAID = re.compile(rf"(?P<sign>x|[+-])?\s*(?P<number>{NUMBER.removeprefix('[+-]?')})\s*(?P<unit>.*)")
_DECIMALS = 15
_POLICY = "values_of_the_point"


class RangeSettings(Settings):
    """From one value to another; points: how many values, ends included, where they are not drawn."""

    from_: Value = Field(alias="from")
    to: Value
    points: int | None = Field(default=None, ge=2, le=10_000)


Given = Several[Value] | RangeSettings


@dataclass(frozen=True)
class Level:
    """One value of a dimension: as it is written, as a number in the unit of the dimension (None: it is none), and what
    it changes, by path."""

    value: Value | None
    number: float | None
    changes: dict[str, dict[str, Any]]

    @property
    def label(self) -> str:
        """As a person reads it."""
        if self.value is None:
            return "as it is"
        found = _SAID.fullmatch(str(self.value))
        if found is None:
            return str(self.value)
        sign, number, unit = found.groups()
        return f"{sign or ''}{float(number.replace(',', '').replace('_', '')):.6g} {unit}".rstrip()


@dataclass(frozen=True)
class Dimension:
    """A setting, or settings that differ in one name, with the values that they take.

    policy: whether they change as by a policy, at the end of the warm-up, instead of from the start. way: ``to``,
    ``add`` or ``multiply``. unit: of the numbers of its levels. levels: of a list, or of a range of so many points;
    ends: of a range. whole: whether only whole numbers fit.
    """

    name: str
    paths: tuple[str, ...]
    policy: bool
    way: str
    unit: str
    levels: tuple[Level, ...]
    ends: tuple[Level, Level] | None
    scenario: Scenario
    whole: bool

    @property
    def span(self) -> str:
        """From where to where it goes, in words."""
        low, high = self.ends or (self.levels[0], self.levels[-1])
        return f"{low.label} to {high.label}"

    def at(self, share: float) -> Level:
        """The value at a share of the way from one end to the other, or of the list."""
        if self.ends is None:
            return self.levels[min(int(share * len(self.levels)), len(self.levels) - 1)]
        low, high = self.ends
        if low.number is None or high.number is None:  # cannot be: a range has numbers
            return low
        number = self._rounded(low.number + share * (high.number - low.number))
        value = written(number, low.value)
        change = _change_between(low, value, number)
        return Level(value, _parts(value)[1], dict.fromkeys(self.paths, change))

    def level(self, value: Value | None) -> Level:
        """The level of a value; None is the setting as it is. Raises Unclear where it cannot be meant."""
        if value is None:
            return self.as_it_is
        said = value if isinstance(value, str) else str(value).removeprefix("-")
        changes = {path: change_of(self.scenario, path, said) for path in self.paths}
        if not isinstance(value, str):
            changes = {path: {"to": value} for path in self.paths}
        return Level(value, _parts(value)[1], changes)

    @cached_property
    def as_it_is(self) -> Level:
        """No change; as a number where that has the unit of the others."""
        if self.way != "to":
            return Level(None, 0.0 if self.unit else (1.0 if self.way == "multiply" else 0.0), {})
        plain = self.scenario.plain()
        old = [number_at(plain, path) for path in self.paths]
        known = next((one for one in (*(self.ends or ()), *self.levels) if one.number), None)
        if known is None or known.number is None or any(one != old[0] for one in old):
            return Level(None, None, {})
        try:
            inside = number_at(self.scenario.with_settings(_changes([known])).plain(), self.paths[0])
        except (PolicyProblem, ValidationError):
            return Level(None, None, {})
        fits = isinstance(old[0], int | float) and not isinstance(old[0], bool) and inside
        return Level(None, old[0] * known.number / inside if fits else None, {})

    def same(self, level: Level) -> bool:
        """Whether a level leaves the settings as they are."""
        try:
            return scenario_at(self.scenario, [(self, level)]).digest() == self.scenario.digest()
        except Unclear:
            return False

    def reference(self) -> Level:
        """The level that the others are compared with: the one that changes nothing, else the first."""
        return next((one for one in self.levels if self.same(one)), self.levels[0])

    def given(self) -> Any:
        """The values as a file would say them."""
        if self.ends is None:
            return [level.value for level in self.levels]
        points = {"points": len(self.levels)} if self.levels else {}
        return {"from": self.ends[0].value, "to": self.ends[1].value, **points}

    def _rounded(self, number: float) -> float:
        return round(number) if self.whole and self.way != "multiply" else number


def dimension_of(scenario: Scenario, name: str, given: Any, policy: bool) -> Dimension:
    """The dimension of a name and its values or range; raises Unclear. Whether a value fits is seen at the points."""
    paths = (name,) if name in scenario.numbers() else paths_of(scenario, name)
    if policy and (fixed := next((path for path in paths if not may_change(path)), None)) is not None:
        raise Unclear(f"{fixed} cannot change while the operation runs; write it under settings")
    plain = scenario.plain()
    olds = [number_at(plain, path) for path in paths]
    if any(isinstance(old, list | dict) for old in olds):
        raise Unclear(f"{paths[0]} is no single value")
    whole = all(isinstance(old, int) and not isinstance(old, bool) for old in olds)
    values = [given.from_, given.to] if isinstance(given, RangeSettings) else list(given)
    values = _with_no_step(values)
    parts = [_parts(value) for value in values]
    way = parts[0][0]
    if any(part[0] != way for part in parts):
        raise Unclear(f"{shown(values[0])} and {shown(_other(values, parts, 0))} are written in different ways")
    units = {unit for _, number, unit in parts if number is not None}
    alike = len(units) == 1 and all(number is not None for _, number, _ in parts)
    found = Dimension(name, paths, policy, way, _unit(way, units) if alike else "", (), None, scenario, whole)
    if twice := next((value for place, value in enumerate(values) if value in values[:place]), None):
        raise Unclear(f"names {shown(twice)} twice")
    levels = [found.level(value) for value in values]
    if not alike:
        levels = [Level(level.value, None, level.changes) for level in levels]
    if isinstance(given, RangeSettings):
        return _ranged(found, levels, given.points, alike)
    return _remade(found, levels=tuple(levels))


def _ranged(found: Dimension, ends: Sequence[Level], points: int | None, alike: bool) -> Dimension:
    low, high = ends
    if not alike:
        raise Unclear(f"{low.label} and {high.label} are no ends of a range: write both as numbers in the same unit")
    if low.number == high.number:
        raise Unclear(f"from {low.label} to {high.label} is no range")
    found = _remade(found, ends=(low, high))
    between = [found.at(place / (points - 1)) for place in range(1, points - 1)] if points else []
    levels = (low, *between, high) if points else ()
    if len({level.value for level in levels}) < len(levels):
        raise Unclear(f"from {low.label} to {high.label} there are fewer than {points} whole numbers")
    return _remade(found, levels=levels)


def _remade(found: Dimension, **fields: Any) -> Dimension:
    return Dimension(**{name: getattr(found, name) for name in Dimension.__dataclass_fields__} | fields)


def refusal(dimension: Dimension, level: Level) -> str:
    """Why a level alone makes no scenario, or nothing."""
    try:
        scenario_at(dimension.scenario, [(dimension, level)])
    except Unclear as problem:
        hint = ""
        if isinstance(level.value, int | float) and level.value < 0:
            hint = f'; to take {-level.value:g} away write "{level.value:g}", in quotes'
        return f"{shown(level.value)}: {problem}{hint}"
    return ""


def check_ends(dimensions: Sequence[Dimension], places: Mapping[str, Place], section: str) -> None:
    """Raises FileProblem for the first end, or value of a list, that alone makes no scenario.

    places: of the dimensions by name; section: of the file in which they stand.
    """
    for one in dimensions:
        for level in one.ends or one.levels:
            if wrong := refusal(one, level):
                raise FileProblem([places.get(one.name, Place("")).problem(f": {wrong}", f"{section}.{one.name}")])


def check_points(
    scenario: Scenario,
    points: Iterable[Sequence[tuple[Dimension, Level]]],
    policies: Sequence[PolicySettings],
    *,
    what: str,
    place: Place,
    key: str,
) -> None:
    """Raises FileProblem for the first point that is no scenario, or one that a policy does not fit.

    what: what a point is called; place, key: where the file asks for all of them.
    """
    for number, levels in enumerate(points, 1):
        try:
            base = scenario_at(scenario, levels)
            for policy in policies:
                if wrong := clash(base, [*base.policies.values(), policy]):
                    raise Unclear(wrong)
        except Unclear as problem:
            values = ", ".join(f"{one.name} {level.label}" for one, level in levels if level.value is not None)
            raise FileProblem([place.problem(f": {what} {number} ({values}) is no scenario: {problem}", key)]) from None


def _with_no_step(values: list[Value]) -> list[Value]:
    """Between values that begin with + or -, 0 is no change."""
    signed = any(isinstance(value, str) and value[:1] in ("+", "-") for value in values)
    return ["+0" if signed and str(value) == "0" else value for value in values]


def _parts(value: Value) -> tuple[str, float | None, str]:
    """Way, number and unit of a value as it is written; no number where it is a word."""
    if not isinstance(value, str):
        return "to", float(value), ""
    found = _SAID.fullmatch(value.strip())
    if found is None:
        return "to", None, ""
    sign, digits, unit = found.groups()
    number = float(digits.replace(",", "").replace("_", ""))
    if sign == "x":
        return "multiply", number, unit
    if sign is None:
        return "to", number, unit
    return "multiply" if unit == "%" else "add", -number if sign == "-" else number, unit


def _other(values: Sequence[Value], parts: Sequence[tuple[str, float | None, str]], first: int) -> Value:
    return next(value for value, part in zip(values, parts, strict=True) if part[0] != parts[first][0])


def _unit(way: str, units: set[str]) -> str:
    (unit,) = units
    return "% change" if way == "multiply" and unit else unit


def written(number: float, like: Value | None) -> Value:
    """A number in the words of another value."""
    if not isinstance(like, str):
        return number
    way, _, unit = _parts(like)
    digits = f"{abs(number):.{_DECIMALS}f}".rstrip("0").rstrip(".") or "0"
    sign = "x" if like.strip().startswith("x") else ("" if way == "to" else "-" if number < 0 else "+")
    return f"{sign}{digits} {unit}".rstrip()


def _change_between(end: Level, value: Value, number: float) -> dict[str, Any]:
    """What a value between two ends changes, said as one of the ends says it."""
    ((way, said),) = next(iter(end.changes.values())).items()
    if way == "multiply":
        share = isinstance(value, str) and value.endswith("%")
        return {way: round(1.0 + number / 100.0, 12) if share else number}
    if not isinstance(said, str):
        return {way: number}
    text = str(value).replace("points", "%")
    return {way: text.removeprefix("+") if way == "add" else value}


def scenario_at(scenario: Scenario, chosen: Sequence[tuple[Dimension, Level]]) -> Scenario:
    """The scenario with one level of each dimension; raises Unclear where they do not go together.

    What changes as by a policy is one, in force from the end of the warm-up.
    """
    changed = _from_the_start(scenario, [level for dimension, level in chosen if not dimension.policy])
    late = {path: one for dimension, level in chosen if dimension.policy for path, one in level.changes.items()}
    if not late:
        return changed
    policy = made(changed, "Values of the point", late)
    if wrong := clash(changed, [*changed.policies.values(), policy]):
        raise Unclear(wrong)
    if changed.with_changes([(path, one, 1.0) for path, one in policy.changes.items()]).digest() == changed.digest():
        return changed
    return changed.model_copy(update={"policies": {**changed.policies, _POLICY: policy}})


def _changes(levels: Sequence[Level]) -> dict[str, Change]:
    return {path: Change.model_validate(one) for level in levels for path, one in level.changes.items()}


def _from_the_start(scenario: Scenario, levels: Sequence[Level]) -> Scenario:
    changes = _changes(levels)
    if not changes:
        return scenario
    try:
        changed = scenario.with_settings(changes)
    except PolicyProblem as problem:
        raise Unclear(str(problem)) from None
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        first = problems_of(details, planted(scenario.plain(), Place("")), scenario_model())[0]
        raise Unclear(f"{first.where} would not be right; {first.message.rpartition('; ')[2]}") from None
    wrong = next(iter(changed.problems()), None)
    if wrong is not None:
        raise Unclear(f"{wrong[0]} {wrong[1]}")
    return changed
