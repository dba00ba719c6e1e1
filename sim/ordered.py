"""What orders imply before a scenario is run: how many are placed, and the issues that go wrong ones cause.

First-order arithmetic: every order finds its product at the first location of its segment that keeps it, each issue of
a kind that places orders places one, and no error is removed at its cause. Empty shelves, whose number only a run can
tell, and what is sold at contacts are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sim.core.distributions import Quantile
from sim.core.units import YEAR
from sim.mechanisms.fulfilment import ANY, FulfilmentSettings, left_over
from sim.scenario import Scenario

_HALVINGS = 40
Asked = tuple[str, str, float]
"""Segment, kind, issues a year."""


def issues_of_orders(scenario: Scenario, needed: Iterable[Asked]) -> list[Asked]:
    """Issues a year that orders cause, by segment and kind; needed: those of needs, of which some place orders."""
    settings, customers = scenario.fulfilment, scenario.customers
    if settings is None or customers is None:
        return []
    by_contact: dict[tuple[str, str], float] = {}
    for segment, kind, count in needed:
        if kind in settings.placed_by:
            place = segment, settings.placed_by[kind]
            by_contact[place] = by_contact.get(place, 0.0) + count
    found: list[Asked] = []
    for segment, one in customers.segments.items():
        for name, product in settings.products.items():
            orders = one.count * product.rate.get(segment, 0.0) * YEAR + by_contact.get((segment, name), 0.0)
            caused = _caused(settings, segment, name) if orders else {}
            found += [(segment, kind, orders * share) for kind, share in caused.items()]
    return found


def _caused(settings: FulfilmentSettings, segment: str, product: str) -> Mapping[str, float]:
    """Issues of each kind for each order of a product."""
    left = left_over(settings.checking.checks, settings.checking.caught)
    right = {"delivery": 1.0, "invoice": 1.0}
    met: dict[str, float] = {}
    for name, error in settings.errors.items():
        met[name] = error.share * left
        right[error.at] *= 1.0 - met[name]
    kept = settings.products[product].stock
    sources = settings.sources.get(segment, settings.sources.get(ANY, ()))
    place = next((one for one in sources if not kept or one in kept), None)
    in_time = share_within(settings.locations[place].delivery, settings.promised) if place is not None else 1.0
    met |= {"late": 1.0 - in_time, "prompt": in_time * right["delivery"], "right_invoice": right["invoice"]}
    found: dict[str, float] = {}
    for name, point in settings.points().items():
        for kind, cause in point.causes.items():
            found[kind] = found.get(kind, 0.0) + met.get(name, 0.0) * cause.share
    return found


def share_within(law: Quantile, limit: float) -> float:
    """Share of a law that lies at or under a limit, from its quantiles."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        low, high = (middle, high) if law.quantile(middle) <= limit else (low, middle)
    return low
