"""Study files that ask what policies do together: every combination of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import ClassVar, Literal

from sim.core.units import Several
from sim.files.armed import ArmedStudy
from sim.files.asked import head_of
from sim.files.header import unknown_measures
from sim.files.problems import Problem, shown
from sim.files.studies import BASELINE, PoliciesSettings, arms_read, measures_of, read_policies
from sim.files.tree import Node
from sim.scenario import Scenario

FEWEST, MOST = 2, 6
TOGETHER = "+"


class FactorialSettings(PoliciesSettings):
    """All combinations of two to six policies.

    measures: to be told beside the outcomes.
    """

    kind: Literal["factorial"] = "factorial"
    measures: Several[str] = ()


@dataclass(frozen=True)
class FactorialStudy(ArmedStudy):
    """A factorial as loaded; ``arms`` are the baseline and every combination of ``factors``, single ones first."""

    kind: ClassVar[str] = "factorial"

    factors: tuple[str, ...]
    titles: tuple[str, ...]
    measures: tuple[str, ...]


def name_of(factors: Sequence[str]) -> str:
    """The name of the arm in which these policies are in force."""
    return TOGETHER.join(factors)


def subsets(factors: Sequence[str]) -> list[tuple[str, ...]]:
    """Every combination of one policy or more, the small ones first."""
    return [chosen for size in range(1, len(factors) + 1) for chosen in combinations(factors, size)]


def load_factorial(path: str | Path) -> FactorialStudy:
    """The factorial of a file; raises FileProblem with everything that is wrong."""
    settings, scenario, root = read_policies(path, FactorialSettings, _further)
    factors = tuple(settings.policies)
    choices = {name_of(chosen): chosen for chosen in subsets(factors)}
    arms = arms_read(settings, choices, scenario, root)
    return FactorialStudy(
        **head_of(settings),
        scenario=scenario,
        arms=tuple(arms.values()),
        factors=factors,
        titles=tuple(settings.policies[name].title for name in factors),
        measures=settings.measures,
    )


def _further(settings: FactorialSettings, scenario: Scenario, root: Node) -> list[Problem]:
    problems = []
    count = len(settings.policies)
    if not FEWEST <= count <= MOST:
        node = root.child("policies") or root
        message = f"are {count}; a factorial takes {FEWEST} to {MOST}, every one with and without every other"
        problems.append(node.place.problem(message, "policies"))
    if settings.measures:
        problems += unknown_measures(settings.measures, measures_of(settings, scenario), root)
    if BASELINE in settings.policies:
        node = root.at(("policies", BASELINE)) or root
        message = f"is {shown(BASELINE)}, which stands for the scenario as it is; give it another name"
        problems.append(node.key.problem(message, f"policies.{BASELINE}"))
    return problems
