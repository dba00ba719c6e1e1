"""Ownership: an issue that comes again goes back to the agent who had it, if he is on duty and free.

He knows the story: the customer does not explain it anew, so the contact takes less time and is more likely to end the
issue. The same holds where chance brings the two together, and for nobody else. Customers mind repeating themselves
(Dixon, Freeman and Toman 2010, Harvard Business Review 88(7/8)); how much time it takes is a matter of record in each
operation, and what it does to resolution is known in direction only.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from sim.core.entities import Agent, Contact, Issue
from sim.core.measures import Measure
from sim.core.units import Settings, Share
from sim.core.world import Mechanism, World


class OwnershipSettings(Settings):
    """Who gets a contact of an issue that an agent has had before, and what it is worth.

    preferred: whether he gets it if he is free; otherwise it goes to anybody, and perhaps to him. known_handle_time:
    handle time with the agent who had the issue last, relative to that with another one; known_ability: what he
    adds to the ability to resolve it, on the logit scale.
    """

    preferred: bool
    known_handle_time: Share = Field(gt=0)
    known_ability: float = Field(ge=0, le=5)


class Ownership(Mechanism[OwnershipSettings]):
    """Who had which open issue last."""

    answers = ("owner_for", "knows")

    def __init__(self, world: World, settings: OwnershipSettings) -> None:
        super().__init__(world, settings)
        self._owners: dict[int, Agent] = {}
        self.again = self.known = 0

    def owner_for(self, contact: Contact) -> Agent | None:
        """The agent who had the issue of a contact, if he should have it again, is idle and can serve it."""
        agent = self._owners.get(contact.issue.key)
        if agent is None or not self.settings.preferred or agent.contact is not None:
            return None
        return agent if agent.on_duty and self.world.ask.take_idle(agent, contact) else None

    def knows(self, contact: Contact) -> bool:
        """Whether the agent who has a contact had its issue last."""
        return self._owners.get(contact.issue.key) is contact.agent

    def on_contact_answered(self, contact: Contact) -> None:
        """Who has had the issue before needs less time for it and knows more."""
        owner = self._owners.get(contact.issue.key)
        if owner is None:
            return
        self.again += 1
        if owner is contact.agent:
            self.known += 1
            contact.work *= self.settings.known_handle_time
            contact.threshold -= self.settings.known_ability

    def on_contact_failed(self, contact: Contact) -> None:
        """Whoever could not resolve an issue is the one who has it."""
        self._owners[contact.issue.key] = contact.agent

    def on_issue_resolved(self, issue: Issue) -> None:
        """An issue that is over belongs to nobody."""
        self._owners.pop(issue.key, None)

    def on_issue_given_up(self, issue: Issue) -> None:
        """The same."""
        self._owners.pop(issue.key, None)

    def on_issue_dropped(self, issue: Issue) -> None:
        """The same."""
        self._owners.pop(issue.key, None)

    def counts(self) -> dict[str, float]:
        """Contacts answered of issues that an agent has had before, and those answered by that agent."""
        return {"ownership.again": self.again, "ownership.known": self.known}

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """How often the same agent gets the issue again."""
        return [
            Measure(
                "same_agent", "repeats with the same agent", "%", "ownership.known", "ownership.again", 100.0, "higher",
                meaning="contacts answered by the agent who had the issue last, over those of issues that one had",
            ),
        ]  # fmt: skip
