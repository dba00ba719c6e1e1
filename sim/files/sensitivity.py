"""Study files of the kind ``sensitivity``: over which ranges settings are moved, and how what hangs on them is
found."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from sim.core.units import Several
from sim.files.dimensions import Dimension, RangeSettings
from sim.files.header import HeaderSettings, name_problem, read_study, unknown_measures
from sim.files.policies import policy_problems
from sim.files.problems import FileProblem, Place, Problem
from sim.files.sweeps import measures_of, no_power_of_two, places_of
from sim.files.tree import Node
from sim.files.uncertainty import taken_names, uncertain_read
from sim.mechanisms.interventions import PolicySettings
from sim.scenario import Scenario

Method = Literal["tornado", "morris", "sobol"]
_SIZE = {"morris": "paths", "sobol": "points"}


class SensitivitySettings(HeaderSettings):
    """On which settings the outcomes hang, or what a policy changes in them.

    method: ``tornado``, each setting at its low and its high end; ``morris``, elementary effects along so many
    ``paths``; ``sobol``, shares of the variance from so many ``points``, a power of two. settings: name -> ``{from:,
    to:}``. evidence: patterns of settings whose ranges in the scenario's evidence are taken. policies: none, or the one
    whose change is asked of. measures: beside the outcomes.
    """

    kind: Literal["sensitivity"]
    method: Method
    paths: int | None = Field(default=None, ge=2, le=10_000)
    points: int | None = Field(default=None, ge=4, le=100_000)
    settings: dict[str, RangeSettings] = Field(default_factory=dict)
    evidence: Several[str] = ()
    policies: dict[str, PolicySettings] = Field(default_factory=dict, max_length=1)
    measures: Several[str] = ()


@dataclass(frozen=True)
class SensitivityStudy:
    """A study as loaded; places: of the lines of the settings, and of ``method``."""

    settings: SensitivitySettings
    scenario: Scenario
    dimensions: tuple[Dimension, ...]
    places: dict[str, Place]


def load_sensitivity(path: str | Path) -> SensitivityStudy:
    """The study of a file; raises FileProblem with everything that is wrong."""
    settings, scenario, root = read_study(path, SensitivitySettings)
    problems = name_problem(settings, root) + taken_names(settings.policies, scenario, root)
    problems += policy_problems(scenario, settings.policies, root)
    if settings.measures:
        problems += unknown_measures(settings.measures, measures_of(scenario), root)
    found, wrong = uncertain_read(scenario, settings.settings, settings.evidence, root, "settings")
    problems += wrong or _misfits(settings, len(found), root)
    if problems:
        raise FileProblem(problems)
    places = places_of(root, ("settings",), "method")
    return SensitivityStudy(settings, scenario, tuple(one.dimension for one in found), places)


def _misfits(settings: SensitivitySettings, count: int, root: Node) -> list[Problem]:
    """What does not fit the method."""
    method = root.child("method") or root
    if not count:
        return [method.place.problem("has nothing to move: name settings with their ranges, or evidence", "method")]
    needed = _SIZE.get(settings.method)
    problems = []
    for name in ("paths", "points"):
        node = root.child(name)
        if name == needed and node is None:
            problems.append(method.place.problem(f"is {settings.method}, which needs {name}: how many", "method"))
        elif name != needed and node is not None:
            problems.append(node.key.problem(f"has no meaning for the method {settings.method}", name))
    if settings.method == "sobol" and (message := no_power_of_two(settings.points, "the method sobol")):
        problems.append((root.child("points") or root).place.problem(message, "points"))
    return problems
