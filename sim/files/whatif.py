"""A study without a file: what if this were changed, and that by so much or so much?"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from pathlib import Path

import yaml

from sim.files.problems import shown
from sim.files.shorthand import Changes, Unclear, changes_of, made, several, split
from sim.files.studies import BASELINE, Arm, Study
from sim.mechanisms.interventions import PolicySettings
from sim.scenario import Scenario

MOST_ARMS = 60
_LONGEST = 64


def study_of(
    scenario: Scenario, file: Path, always: Sequence[str], varied: Sequence[str], *, replications: int, seed: int
) -> Study:
    """A study of each combination of the values of ``varied``, with all of ``always`` changed too.

    Each text is ``name=value`` or ``name=value,value,...`` as ``sim.files.shorthand`` reads it. Every change comes into
    force at the end of the warm-up. Raises Unclear with the text that is not understood.
    """
    rows = [_parts(scenario, "--set", text) for text in always] + [_parts(scenario, "--vary", text) for text in varied]
    if not rows:
        raise Unclear("nothing is changed; say what with --set fee=+8% or --vary headcount.front_line=-2,0,+2")
    combined = list(itertools.product(*rows))
    if len(combined) > MOST_ARMS:
        raise Unclear(f"--vary gives {len(combined)} combinations, and at most {MOST_ARMS} fit a table; use a sweep")
    policies: dict[str, PolicySettings] = {}
    for parts in combined:
        name, policy = _policy(scenario, parts)
        policies[_distinct(name, [*scenario.policies, *policies])] = policy
    return Study(
        name=f"{scenario.name}-whatif",
        title=f"What if? {scenario.title or scenario.name}",
        scenario=scenario,
        arms={
            BASELINE: Arm(BASELINE, "Baseline", dict(scenario.policies)),
            **{name: Arm(name, one.title, {**scenario.policies, name: one}) for name, one in policies.items()},
        },
        replications=replications,
        seed=seed,
        measures=(),
        confidence=0.95,
        path=file,
    )


Part = tuple[str, str, Changes]
"""A name, a value, and the changes that they mean."""


def _parts(scenario: Scenario, option: str, text: str) -> list[Part]:
    """What the text of an option says: one part for each value of ``--vary``, a single one for ``--set``."""
    try:
        name, value = split(text)
        values = dict.fromkeys(several(value)) if option == "--vary" else (value,)
        return [(name, one, changes_of(scenario, name, one)) for one in values]
    except Unclear as problem:
        raise Unclear(f"{option} {shown(text)}: {problem}") from None


def _policy(scenario: Scenario, parts: Sequence[Part]) -> tuple[str, PolicySettings]:
    """One combination, by a name that a folder can have; what the same setting is told twice, the last holds."""
    title = ", ".join(f"{name} {value}" for name, value, _ in parts)
    name = re.sub(r"[^A-Za-z0-9]+", "_", title.replace("+", " plus ").replace("-", " minus ")).strip("_")
    changes = {path: change for _, _, some in parts for path, change in some.items()}
    return name[:_LONGEST] or "change", made(scenario, title, changes)


def _distinct(name: str, taken: Sequence[str]) -> str:
    """The name, or with a number at its end where another one differs from it in capitals at most.

    Long names may begin alike, and a policy of the scenario may have the name.
    """
    found, number = name, 1
    folded = {one.lower() for one in taken}
    while found.lower() in folded:
        number += 1
        found = f"{name[: _LONGEST - 3]}_{number}"
    return found


def study_text(study: Study, scenario: str) -> str:
    """The file that says the same study; scenario: its file as the study file refers to it."""
    new = {name: arm.policies[name] for name, arm in study.arms.items() if name in arm.policies}
    policies = {
        name: {
            "title": policy.title,
            "changes": {
                path: change.model_dump(mode="json", by_alias=True, exclude_unset=True)
                for path, change in policy.changes.items()
            },
        }
        for name, policy in new.items()
    }
    plain = {
        "frontline": 1,
        "study": study.name,
        "title": study.title,
        "scenario": scenario,
        "replications": study.replications,
        "seed": study.seed,
        "policies": policies,
    }
    return yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=120)
