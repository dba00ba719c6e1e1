"""The customer record: what was said in an issue's earlier contact is there for the next agent, or is said again.

An agent notes what he learns in a contact, or does not. Whoever has the next contact of the issue and finds the note
saves the time of hearing everything again and knows more; otherwise, and unless he had the issue himself, the customer
explains it anew, and that is lived through. A note is found by the agent's own group, and by the others only where the
record is shared. Handle times and the share resolved of the scenario are those of a contact in which everything has to
be explained: as with ownership, which this does not count twice.

That customers mind repeating information is known (Dixon, Freeman and Toman 2010, Harvard Business Review 88(7/8));
what it takes of the time and does to satisfaction is the firm's own.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from sim.core import streams
from sim.core.entities import Contact, Issue
from sim.core.measures import Measure
from sim.core.units import Duration, Settings, Share
from sim.core.world import Mechanism, World


class RecordSettings(Settings):
    """What is noted, who finds it, and what it is worth.

    noted: share of contacts of which the agent notes what he learned; noting: work that this adds to them; shared:
    whether other groups find the note. found_handle_time: handle time of a later contact with the note, relative to
    one without; found_ability: what it adds to the ability to resolve, on the logit scale. explained_score: what it is
    like, 0 to 100, to explain everything again.
    """

    noted: Share
    noting: Duration
    shared: bool
    found_handle_time: Share = Field(gt=0)
    found_ability: float = Field(ge=0, le=5)
    explained_score: float = Field(ge=0, le=100)


_NOTED = streams.named("noted in the record")
EXPLAINED = "explained_again"


class Records(Mechanism[RecordSettings]):
    """Which open issue was noted, and by which group."""

    def __init__(self, world: World, settings: RecordSettings) -> None:
        super().__init__(world, settings)
        self._notes: dict[int, str | None] = {}
        self.again = self.found = self.explained = 0

    def on_contact_answered(self, contact: Contact) -> None:
        """Noting takes time; who answers an issue that comes again finds the note, or hears everything anew."""
        if self._is_noted(contact):
            contact.work += self.settings.noting
        if contact.issue.key not in self._notes:
            return
        self.again += 1
        if self.world.ask.knows(contact):
            return
        by = self._notes[contact.issue.key]
        if by is not None and (self.settings.shared or by == contact.agent.group.name):
            self.found += 1
            contact.work *= self.settings.found_handle_time
            contact.threshold -= self.settings.found_ability
        else:
            self.explained += 1
            self._live_through(contact.issue)

    def _live_through(self, issue: Issue) -> None:
        base, slot = self.world.base, issue.slot
        if base is not None and base.has(slot, issue.customer):
            self.world.ask.live_through(EXPLAINED, [slot], [self.settings.explained_score])

    def on_contact_failed(self, contact: Contact) -> None:
        """The issue may come again, and its next agent find what this one has noted; its key decides whether he did."""
        self._notes[contact.issue.key] = contact.agent.group.name if self._is_noted(contact) else None

    def _is_noted(self, contact: Contact) -> bool:
        return streams.uniform(contact.key, _NOTED) < self.settings.noted

    def _over(self, issue: Issue) -> None:
        """An issue that is over is looked up no more."""
        self._notes.pop(issue.key, None)

    on_issue_resolved = on_issue_given_up = on_issue_dropped = _over

    def counts(self) -> dict[str, float]:
        """Contacts answered of issues that an agent has had before, those with a note, those explained again."""
        return {"records.again": self.again, "records.found": self.found, "records.explained": self.explained}

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """How often the record helps, and how often customers explain everything again."""
        return [
            Measure(
                "record_found", "repeats found in the record", "%", "records.found", "records.again", 100.0, "higher",
                meaning="contacts in which the agent found a note, over those of issues that an agent has had before",
            ),
            Measure(
                "explained_again", "repeats explained again", "%", "records.explained", "records.again", 100.0, "lower",
                meaning="contacts in which the customer explained everything again, over those of issues had before",
            ),
        ]  # fmt: skip
