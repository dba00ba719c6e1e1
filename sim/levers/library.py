"""All levers, in the order of the life of a customer, then of the operation, then of the staff."""

from __future__ import annotations

from sim.core.registry import ADDED
from sim.levers.customers import CUSTOMERS
from sim.levers.handover import HANDOVER
from sim.levers.lever import Lever
from sim.levers.operation import OPERATION
from sim.levers.orders import ORDERS
from sim.levers.people import PEOPLE
from sim.levers.selling import SELLING
from sim.levers.skills import SKILLS
from sim.levers.staff import STAFF

LEVERS: tuple[Lever, ...] = (*CUSTOMERS, *ORDERS, *SELLING, *OPERATION, *HANDOVER, *STAFF, *SKILLS, *PEOPLE)


def levers() -> tuple[Lever, ...]:
    """All levers and those that extensions have added, group by group."""
    every = (*LEVERS, *ADDED.levers.values())
    groups = list(dict.fromkeys(one.group for one in every))
    return tuple(sorted(every, key=lambda one: groups.index(one.group)))


def lever(name: str) -> Lever:
    """The lever of a name; raises KeyError where there is none."""
    for one in levers():
        if one.name == name:
            return one
    raise KeyError(name)
