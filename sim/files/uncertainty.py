"""Study files of the kind ``uncertainty``: which numbers are not known well, and what they may be."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from sim.core.units import Settings, Several
from sim.evidence import entry_of, matches
from sim.files.dimensions import Dimension, Level, RangeSettings, Value, dimension_of
from sim.files.header import HeaderSettings, name_problem, read_study, unknown_measures
from sim.files.policies import policy_problems
from sim.files.problems import FileProblem, Place, Problem, shown
from sim.files.shorthand import Unclear
from sim.files.studies import BASELINE
from sim.files.sweeps import measures_of, places_of
from sim.files.tree import Node
from sim.mechanisms.interventions import PolicySettings
from sim.scenario import Scenario

_COLUMNS = ("draw", "arm", "replication", "measure", "value", "change")


class TriangleSettings(Settings):
    """A triangular law: the least, the likeliest and the greatest value."""

    low: Value
    mode: Value
    high: Value


GivenLaw = Several[Value] | RangeSettings | TriangleSettings


class UncertaintySettings(HeaderSettings):
    """A scenario some of whose numbers are not known well, with policies or alone.

    draws: of all uncertain numbers together; each is simulated ``replications`` times. uncertain: setting -> ``{from:,
    to:}`` any value between is equally likely, ``{low:, mode:, high:}`` triangular, or a list of equally likely values.
    evidence: patterns of settings whose ranges in the scenario's evidence are taken, all between equally likely.
    """

    kind: Literal["uncertainty"]
    draws: int = Field(ge=3, le=100_000)
    uncertain: dict[str, GivenLaw] = Field(default_factory=dict)
    evidence: Several[str] = ()
    policies: dict[str, PolicySettings] = Field(default_factory=dict)
    measures: Several[str] = ()


@dataclass(frozen=True)
class Uncertain:
    """A number that is not known well; mode: place of the likeliest value between the ends, of a triangular law."""

    dimension: Dimension
    given: Any
    mode: float | None = None

    @property
    def name(self) -> str:
        """As in the file."""
        return self.dimension.name

    @property
    def law(self) -> str:
        """Name of the law."""
        return "list" if self.dimension.ends is None else "uniform" if self.mode is None else "triangular"

    def at(self, uniform: float) -> Level:
        """The value at a quantile."""
        if self.mode is None:
            return self.dimension.at(uniform)
        if uniform < self.mode:
            return self.dimension.at(math.sqrt(uniform * self.mode))
        return self.dimension.at(1.0 - math.sqrt((1.0 - uniform) * (1.0 - self.mode)))


@dataclass(frozen=True)
class UncertaintyStudy:
    """A study of uncertainty as loaded; places: of the lines of the uncertain numbers, and of ``draws``."""

    settings: UncertaintySettings
    scenario: Scenario
    uncertain: tuple[Uncertain, ...]
    policies: dict[str, PolicySettings]
    places: dict[str, Place]


def load_uncertainty(path: str | Path) -> UncertaintyStudy:
    """The study of a file; raises FileProblem with everything that is wrong."""
    settings, scenario, root = read_study(path, UncertaintySettings)
    problems = name_problem(settings, root) + taken_names(settings.policies, scenario, root)
    problems += policy_problems(scenario, settings.policies, root)
    if settings.measures:
        problems += unknown_measures(settings.measures, measures_of(scenario), root)
    found, wrong = uncertain_read(scenario, settings.uncertain, settings.evidence, root)
    problems += wrong
    if not found and not wrong:
        problems.append((root.child("draws") or root).key.problem("has nothing uncertain to draw", "draws"))
    if problems:
        raise FileProblem(problems)
    places = places_of(root, ("uncertain",), "draws")
    return UncertaintyStudy(settings, scenario, found, settings.policies, places)


def taken_names(policies: Mapping[str, PolicySettings], scenario: Scenario, root: Node) -> list[Problem]:
    """Names of policies that stand for something already."""
    return [
        (root.at(("policies", name)) or root).key.problem("is taken; give it another name", f"policies.{name}")
        for name in policies
        if name in scenario.policies or name == BASELINE
    ]


def uncertain_read(
    scenario: Scenario,
    given: Mapping[str, Any],
    patterns: tuple[str, ...],
    root: Node,
    section: str = "uncertain",
) -> tuple[tuple[Uncertain, ...], list[Problem]]:
    """The uncertain numbers that a file names, then those of the evidence, and what is wrong with them."""
    found: dict[str, Uncertain] = {}
    problems: list[Problem] = []
    touched: dict[str, str] = {}
    for name, law in given.items():
        place = (root.at((section, name)) or root).key
        try:
            one = uncertain_of(scenario, name, law)
        except Unclear as problem:
            problems.append(place.problem(f": {problem}", f"{section}.{name}"))
            continue
        both = next((touched[path] for path in one.dimension.paths if path in touched), None)
        if both is not None or name in _COLUMNS:
            words = f"touches the same setting as {both}" if both else "is the name of a column; write more of its path"
            problems.append(place.problem(words, f"{section}.{name}"))
        touched |= dict.fromkeys(one.dimension.paths, name)
        found[name] = one
    ranges = ranges_of_evidence(scenario)
    for place_in_list, pattern in enumerate(patterns):
        names = [path for path in ranges if matches(pattern, path)]
        if not names:
            node = root.at(("evidence", place_in_list)) or root.child("evidence") or root
            message = f"is {shown(pattern)}, which names no number with a range in the scenario's evidence"
            problems.append(node.place.problem(message, "evidence"))
        for path in names:
            if path not in touched:
                found[path] = uncertain_of(scenario, path, ranges[path])
                touched[path] = path
    return tuple(found.values()), problems


def ranges_of_evidence(scenario: Scenario) -> dict[str, RangeSettings]:
    """The ranges that the evidence of a scenario gives, by path."""
    found = {}
    for path in scenario.numbers():
        entry = entry_of(path, scenario.evidence)
        if entry is not None and entry.range is not None:
            low, high = entry.range
            if low != high:
                found[path] = RangeSettings.model_validate({"from": low, "to": high})
    return found


def uncertain_of(scenario: Scenario, name: str, given: Any) -> Uncertain:
    """An uncertain number; raises Unclear."""
    if not isinstance(given, TriangleSettings):
        return Uncertain(dimension_of(scenario, name, given, policy=False), given)
    ends = RangeSettings.model_validate({"from": given.low, "to": given.high})
    found = dimension_of(scenario, name, ends, policy=False)
    mode = found.level(given.mode)
    (low, high), middle = found.ends or (mode, mode), mode.number
    alike = isinstance(given.mode, str) is isinstance(given.low, str)
    if low.number is None or high.number is None or middle is None or not alike:
        raise Unclear(f"{shown(given.mode)} is written in another way than {shown(given.low)}")
    share = (middle - low.number) / (high.number - low.number)
    if not 0.0 <= share <= 1.0:
        raise Unclear(f"the mode {shown(given.mode)} does not lie between {shown(given.low)} and {shown(given.high)}")
    return Uncertain(found, given, share)


def given_plain(one: Uncertain) -> Any:
    """The law as a file would say it."""
    if isinstance(one.given, RangeSettings | TriangleSettings):
        return one.given.model_dump(mode="json", by_alias=True, exclude_none=True)
    return list(one.given)


def uncertain_from(scenario: Scenario, name: str, plain: Any) -> Uncertain:
    """The uncertain number that stands in a plan."""
    if not isinstance(plain, dict):
        return uncertain_of(scenario, name, plain)
    kind = TriangleSettings if "mode" in plain else RangeSettings
    return uncertain_of(scenario, name, kind.model_validate(plain))
