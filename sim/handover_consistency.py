"""What must fit together where an agent cannot end a contact alone: transfers and other departments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.names import Problem

if TYPE_CHECKING:
    from sim.scenario import Scenario


def problems_of_handing_over(scenario: Scenario) -> Iterator[Problem]:
    """All that does not fit of contacts handed on and of issues that go to other departments."""
    for check in (_transfers,):
        yield from check(scenario)


def _transfers(scenario: Scenario) -> Iterator[Problem]:
    """Rules name groups and kinds that there are, and hand on to somebody else."""
    groups, kinds = tuple(scenario.workforce.groups), tuple(scenario.agents.handle_time)
    for name, rule in (scenario.transfers.rules if scenario.transfers else {}).items():
        path = f"transfers.rules.{name}"
        for side in ("by", "to"):
            for index, group in enumerate(getattr(rule, side)):
                if group not in groups:
                    yield f"{path}.{side}.{index}", f"is {group!r}, which is no group of agents", groups
        for index, kind in enumerate(() if rule.kinds == "any" else rule.kinds):
            if kind not in kinds:
                yield f"{path}.kinds.{index}", f"is {kind!r}, which is no kind", kinds
