"""What management sees beside what customers live through: two looks at the same contacts, and the gap between them.

Reports count a contact as good if it met the target of its channel; a survey counts the score that those give who were
served and answered. Customers live through all of their contacts: those that were not answered, those that came again
because nothing was resolved, those that waited long within the target. The gap is what a firm does not know about
itself. It decides nothing here; a policy that watches a measure acts on the one or on the other.

That the two differ follows from who is asked and what is counted; from what score on a customer calls a contact good is
a convention.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import Field

from sim.core.calendar import Day
from sim.core.entities import OUTBOUND, Contact
from sim.core.measures import Measure
from sim.core.units import Settings
from sim.core.world import Mechanism, World


class ManagementSettings(Settings):
    """From what score on a contact, or a customer's satisfaction, is good (0 to 100).

    only_answered: whether reports leave out contacts that were abandoned, blocked or balked.
    """

    good_from: float = Field(ge=0, le=100)
    only_answered: bool


def in_target(contact: Contact) -> bool:
    """Whether a contact that was handled met the target of its channel, in writing by its reply."""
    lane = contact.lane
    if lane.reply_target >= 0.0:
        return contact.waited + contact.spent <= lane.reply_target
    return contact.waited <= lane.target


class Management(Mechanism[ManagementSettings]):
    """Counts every contact that ends twice: as reports have it, and as it was lived through."""

    def __init__(self, world: World, settings: ManagementSettings) -> None:
        super().__init__(world, settings)
        self.ended = self.reported = self.seen = self.lived = self.hidden = 0
        self.heard = self.heard_good = self.customer_days = self.content_days = 0

    def on_contact_handled(self, contact: Contact) -> None:
        """A contact was served: management looks at its target, the customer at all of it."""
        if contact.issue.slot == OUTBOUND:
            return
        score, good_from = self.world.ask.score(contact), self.settings.good_from
        good = score >= good_from
        self.ended += 1
        self.reported += 1
        self.lived += good
        if in_target(contact):
            self.seen += 1
            self.hidden += not good
        if contact.asked:
            self.heard += 1
            self.heard_good += score + contact.agent.flattery >= good_from

    def _not_served(self, contact: Contact) -> None:
        if contact.issue.slot == OUTBOUND:
            return
        self.ended += 1
        self.reported += not self.settings.only_answered
        self.lived += self.world.ask.score(contact) >= self.settings.good_from

    on_contact_abandoned = on_contact_blocked = on_contact_balked = on_contact_unreached = _not_served

    def on_day_began(self, _: Day) -> None:
        """Count the customers who are content."""
        base, satisfaction = self.world.base, self.world.ask.satisfaction()
        if base is not None and satisfaction is not None:
            content = (satisfaction >= self.settings.good_from) & base.active.array[: base.size]
            self.content_days += int(np.count_nonzero(content))
            self.customer_days += len(base)

    def counts(self) -> dict[str, float]:
        """Contacts as reported, as surveyed and as lived through; days of customers who are content."""
        return {
            "management.ended": self.ended,
            "management.reported": self.reported,
            "management.seen": self.seen,
            "management.lived": self.lived,
            "management.hidden": self.hidden,
            "management.gap": self.seen - self.lived,
            "management.heard": self.heard,
            "management.heard_good": self.heard_good,
            "management.content_days": self.content_days,
            "management.customer_days": self.customer_days,
        }

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """What is seen, what is lived through, and the gap."""
        found = [
            Measure(
                "seen_good", "contacts good in reports", "%", "management.seen", "management.reported", 100.0,
                meaning="contacts that met the target of their channel, over those that reports count",
            ),
            Measure(
                "lived_good", "contacts lived through as good", "%", "management.lived", "management.ended", 100.0,
                "higher", meaning="contacts with a score that customers call good, over all that ended, served or not",
            ),
            Measure(
                "hidden_harm", "contacts in target and bad", "%", "management.hidden", "management.seen", 100.0,
                "lower", meaning="contacts that met their target with a score that is not good, over those that met it",
            ),
            Measure(
                "service_gap", "gap between seen and lived", "points", "management.gap", "management.ended", 100.0,
                "lower", meaning="share of contacts in target less share lived through as good, of all that ended",
            ),
            Measure(
                "content_customers", "customers who are content", "%", "management.content_days",
                "management.customer_days", 100.0, "higher",
                meaning="customers whose satisfaction is good, mean over days",
            ),
        ]  # fmt: skip
        if scenario.satisfaction is not None and scenario.satisfaction.survey is not None:
            found.append(
                Measure(
                    "survey_good", "contacts good in the survey", "%", "management.heard_good", "management.heard",
                    100.0, meaning="answers with a score that is good, over answers to the survey",
                )
            )  # fmt: skip
        return found
