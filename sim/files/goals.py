"""How precise a study is to be, as in a file or on the command line: ``profit: 5 %``, ``satisfaction: 0.1``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sim.core.measures import Measure
from sim.files.problems import shown, suggestion

_TEXT = re.compile(r"^\s*(\d[\d,]*(?:\.\d+)?|\.\d+)\s*(.*?)\s*$")


@dataclass(frozen=True)
class Goal:
    """A half-width that is not to be exceeded.

    half_width: in the unit of the measure; relative: as a share of the baseline's value instead.
    """

    measure: str
    half_width: float
    relative: bool = False


class NoGoal(Exception):  # noqa: N818  # read as a statement in messages
    """A precision that cannot be asked for; what is wrong, to be read after the name of the measure."""


def goal_of(known: Sequence[Measure], name: str, asked: str | int | float) -> Goal:
    """The goal of a measure: ``5 %`` of the baseline's value, or a number in the measure's unit, with it or without.

    Of a measure in percent an absolute half-width is in ``points``. Raises NoGoal.
    """
    measure = next((one for one in known if one.name == name), None)
    if measure is None:
        raise NoGoal("is no measure of the scenario" + suggestion(name, [one.name for one in known], "known measures"))
    example = f"'5 %' of the baseline's value or '{f'2 {_unit(measure)}'.rstrip()}'"
    match = _TEXT.match(asked) if isinstance(asked, str) else None
    number = float(match.group(1).replace(",", "")) if match else asked
    unit = match.group(2) if match else ""
    if isinstance(number, str | bool) or not 0.0 < number < float("inf"):
        raise NoGoal(f"is {shown(asked)}; it must be above 0, such as {example}")
    if unit == "%":
        return Goal(name, number / 100.0, relative=True)
    if unit not in ("", _unit(measure), _unit(measure).partition(" ")[0]):
        raise NoGoal(f"is {shown(asked)}; it must be such as {example}")
    return Goal(name, number)


def goals_of(known: Sequence[Measure], asked: Mapping[str, str | int | float]) -> tuple[Goal, ...]:
    """All goals; raises NoGoal with the name of the measure before what is wrong."""
    found = []
    for name, value in asked.items():
        try:
            found.append(goal_of(known, name, value))
        except NoGoal as problem:
            raise NoGoal(f"{shown(name)} {problem}") from None
    return tuple(found)


def _unit(measure: Measure) -> str:
    return "points" if measure.unit.startswith("%") else measure.unit
