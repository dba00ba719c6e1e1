"""Study files of the kind ``sweep``: which settings take which values, and which combinations of these are tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from sim.core.measures import Measure
from sim.core.units import Several
from sim.files.dimensions import Dimension, Given, RangeSettings, dimension_of
from sim.files.header import HeaderSettings, name_problem, read_study, unknown_measures
from sim.files.problems import FileProblem, Place, Problem
from sim.files.shorthand import Unclear
from sim.files.tree import Node
from sim.scenario import Scenario

Design = Literal["grid", "list", "one_at_a_time", "latin_hypercube", "sobol"]
DRAWN = ("latin_hypercube", "sobol")
COLUMNS = ("point", "replication", "measure", "label", "unit", "value", "numerator", "denominator", "half_width", "n")
"""Names that columns of its tables have already."""


class SweepSettings(HeaderSettings):
    """A scenario at many points.

    design: ``grid``, every combination; ``list``, the first value of each dimension together, then the second, and so
    on; ``one_at_a_time``; ``latin_hypercube`` or ``sobol``, so many ``points`` drawn. settings: by name, what has the
    value from the start; changes: what changes to it at the end of the warm-up, as by a policy. measures: beside the
    outcomes.
    """

    kind: Literal["sweep"]
    design: Design
    points: int | None = Field(default=None, ge=2, le=100_000)
    settings: dict[str, Given] = Field(default_factory=dict)
    changes: dict[str, Given] = Field(default_factory=dict)
    measures: Several[str] = ()


@dataclass(frozen=True)
class SweepStudy:
    """A sweep as loaded; places: of the lines of the dimensions, and of the design under ``design``."""

    settings: SweepSettings
    scenario: Scenario
    dimensions: tuple[Dimension, ...]
    places: dict[str, Place]


def load_sweep(path: str | Path) -> SweepStudy:
    """The sweep of a file with its scenario and dimensions; raises FileProblem with everything that is wrong."""
    settings, scenario, root = read_study(path, SweepSettings)
    problems = name_problem(settings, root)
    if settings.measures:
        problems += unknown_measures(settings.measures, measures_of(scenario), root)
    dimensions, wrong = dimensions_read(scenario, {"settings": settings.settings, "changes": settings.changes}, root)
    problems += wrong or _misfits(settings, dimensions, root)
    if problems:
        raise FileProblem(problems)
    return SweepStudy(settings, scenario, dimensions, places_of(root, ("settings", "changes"), "design"))


def dimensions_read(
    scenario: Scenario, sections: Mapping[str, Mapping[str, Given]], root: Node
) -> tuple[tuple[Dimension, ...], list[Problem]]:
    """The dimensions of the sections of a file, and what is wrong with them; ``changes`` are those of a policy."""
    found: list[Dimension] = []
    problems: list[Problem] = []
    for section, givens in sections.items():
        for name, given in givens.items():
            place = (root.at((section, name)) or root).key
            try:
                one = dimension_of(scenario, name, given, policy=section == "changes")
            except Unclear as problem:
                problems.append(place.problem(f": {problem}", f"{section}.{name}"))
                continue
            both = next((other for other in found if set(other.paths) & set(one.paths)), None)
            if both is not None:
                problems.append(place.problem(f"touches the same setting as {both.name}", f"{section}.{name}"))
            elif name in COLUMNS:
                problems.append(place.problem("is the name of a column; write more of its path", f"{section}.{name}"))
            found.append(one)
    return tuple(found), problems


def places_of(root: Node, sections: Sequence[str], whole: str) -> dict[str, Place]:
    """Where the dimensions of some sections stand, by name, and the key that stands for all points."""
    nodes = {name: node for section in sections for name, node in (root.child(section) or root).entries().items()}
    return {**{name: node.key for name, node in nodes.items()}, whole: (root.child(whole) or root).place}


def no_power_of_two(points: int | None, what: str) -> str:
    """What is wrong with a number of points where Sobol' points are drawn, or nothing."""
    if points is None or not points & (points - 1):
        return ""
    power = 1 << (points.bit_length() - 1)
    return f"is {points}; {what} needs a power of 2, such as {power} or {2 * power}"


def measures_of(scenario: Scenario) -> tuple[Measure, ...]:
    """Everything that a scenario can report."""
    from sim.model import measures  # noqa: PLC0415  # the model is heavy, and most studies name no measures

    return tuple(measures(scenario))


def _misfits(settings: SweepSettings, dimensions: tuple[Dimension, ...], root: Node) -> list[Problem]:
    """What does not fit the design."""
    design = root.child("design") or root
    if not dimensions:
        return [design.place.problem("has nothing to vary: name settings or changes with their values", "design")]
    drawn = settings.design in DRAWN
    node = root.child("points")
    if drawn and settings.points is None:
        return [design.place.problem(f"is {settings.design}, which needs points: how many to draw", "design")]
    if not drawn and node is not None:
        return [node.key.problem(f"has no meaning for the design {settings.design}", "points")]
    if settings.design == "sobol" and (message := no_power_of_two(settings.points, "the design sobol")):
        return [(node or root).place.problem(message, "points")]
    problems = []
    for section, givens in (("settings", settings.settings), ("changes", settings.changes)):
        for name, given in givens.items():
            place = (root.at((section, name)) or root).key
            if isinstance(given, RangeSettings) and (given.points is None) is not drawn:
                message = f"needs points: how many values for the design {settings.design}"
                if drawn:
                    message = f"has points, but the design {settings.design} draws its values; say points of the study"
                problems.append(place.problem(message, f"{section}.{name}"))
    counts = {len(one.levels) for one in dimensions}
    if settings.design == "list" and not problems and len(counts) > 1:
        problems.append(design.place.problem("is list, so every dimension needs equally many values", "design"))
    return problems
