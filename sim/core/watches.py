"""Watches: a measure looked at every midnight over the days before, and whether something should be done about it.

What is looked at is the quotient of what numerator and denominator have grown by over a window of whole days, as
management would read it off a report; a level, such as a backlog, is the mean of the window's midnights. A report may
be late. Once triggered, a watch holds for a time, and until the measure is good again.
"""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from sim.core.units import DAY, NUMBER, Duration, Settings, Span, number_of

_LEVEL = re.compile(rf"^\s*({NUMBER})\s*([^\s\d.,].*?)\s*$")
_EXAMPLE = "'80 %' or '60 points'"


def level_of(text: str) -> tuple[float, str]:
    """Number and unit of a level: "80 %" as (80.0, "%")."""
    match = _LEVEL.match(text)
    if match is None:
        raise ValueError(f"needs a number and the unit in which the measure is shown, such as {_EXAMPLE}")
    return number_of(match.group(1), _EXAMPLE), match.group(2)


def _readable(value: Any) -> Any:
    if isinstance(value, str | int | float):
        level_of(str(value))  # raises where there is no unit
    return value


Level = Annotated[
    str,
    BeforeValidator(_readable),
    WithJsonSchema(
        {"type": "string", "description": "a level with the unit of the measure", "examples": ["80 %", "60 points"]}
    ),
]
"""A value of a measure with the unit that reports show it in."""


class WatchSettings(Settings):
    """When to act: once the measure is below (or above) a level over a window.

    over: the window, in whole days; seen_after: how long after its end what it shows is known. lasts: the least time
    for which to act then; release: the level at which to stop, on the good side of the other. Without release it is
    the same level; without both the watch is over once it has been triggered, and what it triggered stays.
    """

    measure: str = Field(min_length=1)
    below: Level | None = None
    above: Level | None = None
    over: Span = Field(ge=DAY)
    seen_after: Duration = 0.0
    lasts: Duration | None = None
    release: Level | None = None

    @model_validator(mode="after")
    def _fits(self) -> WatchSettings:
        if (self.below is None) == (self.above is None):
            raise ValueError("needs exactly one of below and above")
        bound, unit = level_of(self.bound)
        if self.release is not None:
            release, other = level_of(self.release)
            if other != unit:
                raise ValueError(f"has its release in {other} and its level in {unit}")
            if release < bound if self.below is not None else release > bound:
                raise ValueError("is released before it is triggered; release lies on the good side of the level")
        return self

    @property
    def bound(self) -> str:
        """The level that triggers it."""
        return self.below if self.below is not None else self.above or ""


Reading = Callable[[], tuple[float, float]]
"""Numerator and denominator as counted so far."""


class Averaged:
    """A level, read so that a window of readings gives its mean: the sum of all looks so far, and their number."""

    def __init__(self, look: Callable[[], float]) -> None:
        self._look = look
        self._sum = self._looks = 0.0

    def __call__(self) -> tuple[float, float]:
        """Look once more."""
        self._sum += self._look()
        self._looks += 1.0
        return self._sum, self._looks


class Watch:
    """One watch at work: what has been read so far, and since which day it is triggered, None while it is not."""

    def __init__(self, settings: WatchSettings, read: Reading, factor: float) -> None:
        self._read = read
        self._factor = factor
        self._below = settings.below is not None
        self._bound = level_of(settings.bound)[0]
        self._release = level_of(settings.release)[0] if settings.release is not None else self._bound
        self._for_good = settings.release is None and settings.lasts is None
        self._lasts = math.ceil((settings.lasts or 0.0) / DAY)
        self._window = math.ceil(settings.over / DAY)
        late = math.ceil(settings.seen_after / DAY)
        self._past: deque[tuple[float, float]] = deque(maxlen=self._window + late + 1)
        self.since: int | None = None

    def look(self, day: int, may_trigger: bool) -> None:
        """Read at the beginning of a day, and decide for it."""
        self._past.append(self._read())
        value = self._value()
        if self.since is None:
            if may_trigger and value is not None and self._worse(value, self._bound):
                self.since = day
        elif self._is_over(day - self.since, value):
            self.since = None

    def _is_over(self, days: int, value: float | None) -> bool:
        """Whether it has lasted for its time and the measure is good again."""
        if self._for_good or days < self._lasts or value is None:
            return False
        return not self._worse(value, self._release)

    def _value(self) -> float | None:
        """The measure over the window that is known by now; None where it is not whole, or nothing has happened."""
        if len(self._past) < (self._past.maxlen or 0):
            return None
        before, after = self._past[0], self._past[self._window]
        below = after[1] - before[1]
        return (after[0] - before[0]) / below * self._factor if below > 0.0 else None

    def _worse(self, value: float, level: float) -> bool:
        return value < level if self._below else value > level
