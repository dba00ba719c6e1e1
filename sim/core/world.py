"""The world of one replication: its clock, calendar, keys, facts and ports; and what a mechanism is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Generic, Protocol, TypeVar, runtime_checkable

from sim.core import streams
from sim.core.calendar import Calendar, CalendarSettings
from sim.core.entities import Agent, Base, Channel, Group, Lane
from sim.core.facts import Facts
from sim.core.kernel import Environment
from sim.core.measures import Measure
from sim.core.ports import Ports

S = TypeVar("S")


class World:
    """What all mechanisms of a replication share.

    env: the SimPy environment; root: the key from which all keys descend; base: the customers, None where only
    exogenous arrivals are known; kinds: of issues, by number; channels, lanes, groups, agents: the operation;
    adopt: puts the scenario with the given changes (path, change, share in force) in force; watch: a reading of what a
    measure is made of, and the factor to the unit it is shown in.
    """

    def __init__(self, calendar: CalendarSettings, seed: int, replication: int) -> None:
        self.env = Environment()
        self.root = streams.root_key(seed, replication)
        self.calendar = Calendar(calendar, self.root)
        self.tell = Facts()
        self.ask = Ports()
        self.base: Base | None = None
        self.channels: dict[str, Channel] = {}
        self.kinds: tuple[str, ...] = ()
        self.lanes: list[Lane] = []
        self.groups: dict[str, Group] = {}
        self.agents: dict[str, Agent] = {}
        self.adopt: Callable[[Sequence[Any]], None] = _refuse
        self.watch: Callable[[str], tuple[Callable[[], tuple[float, float]], float]] = _refuse


def _refuse(_: Any) -> Any:
    raise RuntimeError("the world is not assembled yet")


@runtime_checkable
class Probe(Protocol):
    """A listener from outside that is shown the world before it begins."""

    def attach(self, world: World) -> None:
        """Take note of the world."""


class Mechanism(Generic[S]):
    """A mechanism: its settings in force, what it answers and hears, its process and its counts.

    Assembly: every mechanism is made; ports and facts are bound; ``begin`` is called in the order of Scenario.
    ``settings`` is replaced, never changed; ``adopted`` then derives what follows from the new settings.
    """

    answers: ClassVar[tuple[str, ...]] = ()

    def __init__(self, world: World, settings: S) -> None:
        self.world = world
        self.settings = settings

    def adopted(self) -> None:
        """Derive numbers from the settings in force; called before ``begin`` and after each change."""

    def begin(self) -> None:
        """Set up the initial state and start processes."""

    def counts(self) -> dict[str, float]:
        """Counters since the beginning, by name; what is reported is their growth after the warm-up."""
        return {}

    def levels(self) -> dict[str, float]:
        """Values at this moment, by name, for series at the ends of months and the end of the run."""
        return {}

    def balances(self) -> list[tuple[str, float, float]]:
        """Pairs of numbers that must be equal: (what, one side, other side)."""
        return []

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """What this mechanism lets a study report."""
        return []

    @classmethod
    def problems(cls, scenario: Any) -> list[tuple[str, str, tuple[str, ...]]]:
        """What in the section of an extension does not fit the rest: dotted path, what is wrong, right names.

        Those of the sections that are built in stand in ``sim.consistency``.
        """
        return []
