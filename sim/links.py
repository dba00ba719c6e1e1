"""Causal links of the simulated world, each of which can be cut: from then on what it carried no longer gets through.

A cut leaves the customers, their needs and every draw as they are. It is made in the settings in force, whatever a
policy changes, or by another mechanism in place of one; where there is a choice it is made so that the operation as it
is changes least. Links follow one another along a path (waiting moves experience, experience moves who leaves), so what
passes through one may pass through another too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.core.units import Settings
from sim.core.world import Mechanism, World
from sim.mechanisms.acquisition import Acquisition, AcquisitionSettings
from sim.mechanisms.churn import Churn
from sim.mechanisms.satisfaction import Satisfaction
from sim.scenario import Scenario

Array = npt.NDArray[np.float64]
Slots = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Link:
    """A link, and how it is cut.

    settings: dotted path (* for any name) -> the value with which nothing gets through; instead: field of the scenario
    -> the mechanism that hears nothing of it, by: settings one of which must be there, and not 0, for that to matter.
    """

    title: str
    what: str
    settings: Mapping[str, float] = field(default_factory=dict)
    instead: Mapping[str, type[Mechanism[Any]]] = field(default_factory=dict)
    by: tuple[str, ...] = ()


class LeavingUnmoved(Churn):
    """Churn in which every relationship is at its reference, and no unresolved issue rankles."""

    def _terms(self, slots: Slots) -> tuple[Array, Array, Array | None]:
        _, price, neglect = super()._terms(slots)
        return np.zeros(slots.size), price, neglect


class ReferringUnmoved(Acquisition):
    """Acquisition in which each customer speaks as he felt when he came, whatever he has lived through since."""

    def __init__(self, world: World, settings: AcquisitionSettings) -> None:
        super().__init__(world, settings)
        self.at_first = self.base.column(np.float64)

    def on_customers_joined(self, slots: Slots) -> None:
        """Keep how newcomers feel."""
        super().on_customers_joined(slots)
        levels = self.world.ask.satisfaction()
        if levels is not None:
            self.at_first.array[slots] = levels[slots]

    def _satisfaction(self) -> Array | None:
        known = super()._satisfaction()
        return None if known is None else self.at_first.array[: self.base.size]


class ContactsAlone(Satisfaction):
    """Satisfaction that nothing but contacts moves."""

    def live_through(self, name: str, slots: Sequence[int], experienced: Sequence[float]) -> None:
        """It leaves no trace."""


LINKS: Mapping[str, Link] = {
    "price_leaving": Link(
        "price moves who leaves",
        "a price above or below the usual, or the market's, changes the hazard of leaving",
        {"churn.price_loss": 0.0, "churn.price_gain": 0.0},
    ),
    "price_contacts": Link(
        "price makes customers call",
        "a rise, or a shocking bill, causes contacts",
        {"pricing.reactions.*.share_per_10_percent": 0.0, "billing.shock.reactions.*.share": 0.0},
    ),
    "experience_leaving": Link(
        "experience moves who leaves",
        "equity and unresolved issues change the hazard of leaving; cut, every relationship is at its reference",
        instead={"churn": LeavingUnmoved},
        by=("churn.equity_effect", "churn.unresolved"),
    ),
    "neglect_leaving": Link(
        "neglect moves who leaves",
        "equity that wears off without a sign of care changes the hazard of leaving",
        {"churn.neglect.points": 0.0},
    ),
    "experience_referral": Link(
        "experience moves referrals",
        "satisfaction decides who refers and who warns others off; cut, that of the day on which each customer came",
        instead={"acquisition": ReferringUnmoved},
        by=("acquisition.referral.rate", "acquisition.warning.strength"),
    ),
    "experience_spend": Link(
        "experience moves spend",
        "equity changes what customers buy, drop and use beside their contract",
        {"spend.buying": 0.0, "spend.dropping": 0.0, "spend.using": 0.0},
    ),
    "waiting_experience": Link(
        "waiting moves experience",
        "waiting, and not being reached, lower the score of a contact",
        {"satisfaction.experience.wait": 0.0, "satisfaction.experience.not_reached": 0.0},
    ),
    "resolution_experience": Link(
        "resolution moves experience",
        "an unresolved issue, and having to come again, lower the score of a contact",
        {"satisfaction.experience.unresolved": 0.0, "satisfaction.experience.repeat": 0.0},
    ),
    "points_experience": Link(
        "other points move experience",
        "what customers live through besides contacts: deliveries, premises, calls back, care, self-service, goodwill, "
        "offers",
        instead={"satisfaction": ContactsAlone},
        by=(
            "contact_points",
            "fulfilment",
            "departments",
            "callback",
            "voice_mail",
            "self_service",
            "care",
            "records",
            "sales",
            "outbound",
            "retention.goodwill",
        ),
    ),
    "waiting_channels": Link(
        "waiting moves the choice of channel",
        "who was not reached on a channel, or waited long there, takes his next issues elsewhere",
        {"avoidance.not_reached": 0.0, "avoidance.waited": 0.0},
    ),
    "habit_experience": Link(
        "experience becomes expected",
        "what customers have lived through raises or lowers what they expect of the next contact",
        {"expectations.habit": 0.0},
    ),
    "issues_again": Link(
        "unresolved issues come again",
        "an issue that is not resolved causes another contact, and so load",
        {"resolution.returns.share": 0.0},
    ),
    "load_quitting": Link(
        "load moves which agents quit",
        "occupancy strains agents and changes their hazard of leaving",
        {"workforce.attrition.strain_effect": 0.0},
    ),
    "morale_quitting": Link(
        "morale moves which agents quit",
        "burnout and commitment change agents' hazard of leaving",
        {"morale.effects.leaving": 0.0, "morale.effects.leaving_worn": 0.0},
    ),
    "morale_service": Link(
        "morale moves service",
        "burnout and commitment colour contacts, and burnout makes agents absent",
        {"morale.effects.cold": 0.0, "morale.effects.warm": 0.0, "morale.effects.absence": 0.0},
    ),
    "practice_work": Link(
        "recruits must learn",
        "agents without practice are slower and resolve less; cut, everybody works like an agent in full practice",
        {"agents.learning.start": 1.0},
    ),
    "load_work": Link(
        "load moves pace and care",
        "work pressure and fatigue change the time and the care given to a contact",
        {
            "pressure.pace.speed_up": 0.0,
            "pressure.pace.slow_down": 0.0,
            "pressure.pace.care": 0.0,
            "pressure.fatigue.effect": 0.0,
        },
    ),
    "quitting_ties": Link(
        "ties go with agents",
        "an agent who leaves takes part of the equity of the customers who knew him best",
        {"ties.share": 0.0},
    ),
}
"""Every link that can be cut, by name."""


def without(scenario: Scenario, names: Sequence[str]) -> Scenario:
    """The settings of a scenario with the settings of these links cut."""
    cut: Any = scenario
    for name in names:
        for path, value in LINKS[name].settings.items():
            cut = _put(cut, path.split("."), value)
    return cut  # type: ignore[no-any-return]  # what goes in comes out


def replaced(names: Sequence[str]) -> dict[str, type[Mechanism[Any]]]:
    """The mechanisms that stand in for others where these links are cut, by field."""
    return {section: kind for name in names for section, kind in LINKS[name].instead.items()}


def links_of(scenario: Scenario, changed: Sequence[str] = ()) -> tuple[str, ...]:
    """Names of the links that carry something in a scenario, or may where policies change settings at these paths."""
    return tuple(name for name, link in LINKS.items() if _carries(scenario, link, changed))


def _carries(scenario: Scenario, link: Link, changed: Sequence[str]) -> bool:
    if any(getattr(scenario, section) is None for section in link.instead):
        return False
    if any(_put(scenario, path.split("."), value) is not scenario for path, value in link.settings.items()):
        return True
    if any(_there(scenario, path) for path in link.by):
        return True
    roots = {".".join(path.split(".")[:2]) for path in (*link.settings, *link.by)}
    return any(f"{path}.".startswith(f"{root}.") for path in changed for root in roots)


def _there(place: Any, path: str) -> bool:
    """Whether something stands at a path, and it is not 0."""
    for step in path.split("."):
        place = getattr(place, step, None)
    return bool(place)


def _put(place: Any, steps: Sequence[str], value: float) -> Any:
    """A place of the settings with a value at a path below it; the place itself where nothing changes or stands."""
    if not steps:
        return place if place is None or place == value else value
    head, *rest = steps
    if isinstance(place, Mapping):
        names = list(place) if head == "*" else [head] if head in place else []
        changed = {name: _put(place[name], rest, value) for name in names}
        return {**place, **changed} if any(changed[name] is not place[name] for name in names) else place
    if isinstance(place, Settings) and head in type(place).model_fields:
        old = getattr(place, head)
        new = _put(old, rest, value)
        return place if new is old else place.model_copy(update={head: new})
    return place
