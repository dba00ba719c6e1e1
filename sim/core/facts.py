"""Facts: what has happened, each told to any number of listeners who return nothing.

A mechanism hears a fact by having a method ``on_<fact>``. At assembly each fact is bound once to a plain callable:
nobody listens, a no-op; one, the listener itself; many, a closure over a tuple, in the order of ``Scenario``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.core.calendar import Day
from sim.core.entities import Agent, Contact, Issue, Lane

Slots = npt.NDArray[np.int64]


class Posting(NamedTuple):
    """Money that changes hands: income is positive, cost negative, in prices of the day the counting starts.

    inflates: what its amount inflates with.
    """

    account: str
    amount: float
    inflates: Literal["wages", "prices", "none"]


class Cases(NamedTuple):
    """Cases of one contact point, by its name: their keys."""

    name: str
    keys: list[int]


class CustomerPayments(NamedTuple):
    """What customers pay at once: their places and the amounts, shape (n,); inflates: as that of a posting."""

    slots: Slots
    amounts: npt.NDArray[np.float64]
    inflates: Literal["wages", "prices", "none"] = "none"


class FeesPaid(NamedTuple):
    """Fees that customers pay: their places and the amounts, shape (n,); period: for how long, in seconds."""

    slots: Slots
    amounts: npt.NDArray[np.float64]
    period: float


class Sale(NamedTuple):
    """A product that a customer has bought of an agent: its name, key of the sale, place and key of the customer.

    holds: the product that he holds from now on; order: the one that has to be shipped; None where there is none.
    """

    product: str
    key: int
    slot: int
    customer: int
    holds: str | None
    order: str | None


def _nobody(_: Any) -> None:
    return None


class Facts:
    """All facts by name, each a callable that tells it."""

    day_began: Callable[[Day], None]
    counting_began: Callable[[float], None]
    settings_changed: Callable[[float], None]
    lane_opened: Callable[[Lane], None]
    contact_offered: Callable[[Contact], None]
    contact_blocked: Callable[[Contact], None]
    contact_balked: Callable[[Contact], None]
    contact_abandoned: Callable[[Contact], None]
    contact_answered: Callable[[Contact], None]
    contact_handed_on: Callable[[Contact], None]
    contact_handled: Callable[[Contact], None]
    contact_failed: Callable[[Contact], None]
    contact_promised: Callable[[Contact], None]
    contact_unreached: Callable[[Contact], None]
    issue_raised: Callable[[Issue], None]
    issue_referred: Callable[[Issue], None]
    issue_resolved: Callable[[Issue], None]
    issue_given_up: Callable[[Issue], None]
    issue_dropped: Callable[[Issue], None]
    agent_hired: Callable[[Agent], None]
    agent_deployed: Callable[[Agent], None]
    agent_left: Callable[[Agent], None]
    agent_trained: Callable[[Agent], None]
    agent_changed: Callable[[Agent], None]
    customers_joined: Callable[[Slots], None]
    customers_cared_for: Callable[[Slots], None]
    customers_renewed: Callable[[Slots], None]
    customers_left: Callable[[Slots], None]
    points_met: Callable[[Cases], None]
    customers_paid: Callable[[CustomerPayments], None]
    fees_paid: Callable[[FeesPaid], None]
    product_sold: Callable[[Sale], None]
    paid: Callable[[Posting], None]

    def heard(self, name: str) -> Callable[[Any], None] | None:
        """What tells a fact, None where nobody listens: then the hot path need not tell it (0.05 us)."""
        tell: Callable[[Any], None] = getattr(self, name)
        return None if tell is _nobody else tell

    def bind(self, listeners: Iterable[object]) -> None:
        """Bind every fact to the listeners that have a method for it, in their order.

        Raises TypeError where a listener has an ``on_`` method for a fact that does not exist.
        """
        names = set(Facts.__annotations__)
        listeners = list(listeners)
        for listener in listeners:
            for method in dir(listener):
                if method.startswith("on_") and method[3:] not in names:
                    raise TypeError(f"{type(listener).__name__} listens to {method[3:]!r}, which is no fact")
        for name in names:
            setattr(
                self,
                name,
                _bound([getattr(one, f"on_{name}") for one in listeners if hasattr(one, f"on_{name}")]),
            )


def _bound(hearers: list[Callable[[Any], None]]) -> Callable[[Any], None]:
    if not hearers:
        return _nobody
    if len(hearers) == 1:
        return hearers[0]
    all_hearers = tuple(hearers)

    def tell(entity: Any) -> None:
        for hear in all_hearers:
            hear(entity)

    return tell
