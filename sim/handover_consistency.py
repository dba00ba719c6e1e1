"""What must fit together where an agent cannot end a contact alone: transfers and other departments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.names import SAFE, Problem, unknown_in_list, unknown_names

if TYPE_CHECKING:
    from sim.scenario import Scenario


def problems_of_handing_over(scenario: Scenario) -> Iterator[Problem]:
    """All that does not fit of contacts handed on and of issues that go to other departments."""
    for check in (_transfers, _departments):
        yield from check(scenario)


def _transfers(scenario: Scenario) -> Iterator[Problem]:
    """Rules name groups and kinds that there are, and hand on to somebody else."""
    groups, kinds = scenario.workforce.groups, scenario.agents.handle_time
    for name, rule in (scenario.transfers.rules if scenario.transfers else {}).items():
        path = f"transfers.rules.{name}"
        for side in ("by", "to"):
            yield from unknown_in_list(f"{path}.{side}", getattr(rule, side), groups, "group of agents")
        yield from unknown_in_list(f"{path}.kinds", () if rule.kinds == "any" else rule.kinds, kinds, "kind")


def _departments(scenario: Scenario) -> Iterator[Problem]:
    """Departments take kinds that there are, and pass cases on to departments that there are; points have own names."""
    settings = scenario.departments
    if settings is None:
        return
    names = tuple(settings.departments)
    for name, one in settings.departments.items():
        path = f"departments.departments.{name}"
        if SAFE.fullmatch(name) is None:
            yield path, f"is called {name!r}; a name has letters, digits, - and _", ()
        yield from unknown_names(f"{path}.takes", one.takes, tuple(scenario.agents.handle_time), "kind")
        if one.then is not None and one.then.to not in names:
            yield f"{path}.then.to", f"is {one.then.to!r}, which is no department", names
    points = settings.points()
    if points and scenario.customers is None:
        yield "departments", "has contact points, which need the section 'customers'", ()
    for section in (scenario.fulfilment, scenario.contact_points):
        for name in sorted(set(points) & set(section.points() if section else ())):
            yield "departments", f"has a contact point of the name {name!r}, which another section has too", ()
