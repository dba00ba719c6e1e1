"""Every number of a scenario with its unit, where it comes from, and how strong that is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sim.core.units import MONTH
from sim.evidence import entry_of, number_at
from sim.experiment.execution import Arm
from sim.files.problems import Place
from sim.files.quantities import file_words, parts_of
from sim.files.shape import shape_of
from sim.files.tree import planted
from sim.report.tables import Record
from sim.scenario import Scenario, scenario_model

UNMARKED = "not said"


def assumptions(scenario: Scenario) -> Iterator[Record]:
    """A record for each number that the scenario gives of the firm; a row of numbers is one."""
    words = file_words(scenario)
    tree = planted(words, Place(""))
    shape = shape_of(scenario_model())
    for path in scenario.numbers():
        value = number_at(words, path)
        steps = tuple(int(part) if part.isdecimal() else part for part in path.split("."))
        entry = entry_of(path, scenario.evidence)
        low, high = entry.range if entry is not None and entry.range is not None else (None, None)
        yield {
            "setting": path,
            **_parts(value, shape.at(tree, steps)),
            "kind": entry.kind if entry is not None else UNMARKED,
            "strength": entry.strength if entry is not None else None,
            "source": entry.source if entry is not None else None,
            "lowest": low,
            "highest": high,
        }


def _parts(value: Any, schemas: list[Any]) -> Record:
    """Value and unit; of a row of numbers how many there are."""
    if isinstance(value, list):
        return {"value": f"{len(value)} numbers", "unit": None}
    parts = parts_of(value, schemas) if isinstance(value, str) else None
    return {"value": value, "unit": None} if parts is None else {"value": parts[0], "unit": parts[1]}


def policy_changes(arms: Iterable[Arm]) -> Iterator[Record]:
    """A record for each setting that a policy of an arm changes: how, from when, until when; costs once and a month."""
    for arm in arms:
        for name, policy in arm.scenario.policies.items():
            costs = policy.costs
            for path, change in policy.changes.items():
                way = next(way for way in ("to", "add", "multiply") if getattr(change, way) is not None)
                yield {
                    "arm": arm.name,
                    "title": arm.title,
                    "policy": name,
                    "setting": path,
                    "how": way,
                    "value": str(getattr(change, way)),
                    "from": change.from_.isoformat() if change.from_ else "the end of the warm-up",
                    "until": change.until.isoformat() if change.until else None,
                    "one_off": costs.one_off,
                    "running": costs.running * MONTH,
                }
