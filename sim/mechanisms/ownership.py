"""Ownership: an issue that comes again goes back to the agent who had it, if he is on duty and free.

Who is busy may be waited for. He knows the story: the customer does not explain it anew, so the contact takes less time
and is more likely to end the issue. The same holds where chance brings the two together, and for nobody else. Customers
mind repeating themselves (Dixon, Freeman and Toman 2010, Harvard Business Review 88(7/8)); how much time it takes is a
matter of record in each operation, and what it does to resolution is known in direction only.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from pydantic import Field

from sim.core.entities import Agent, Contact, Detour, Issue, Lane
from sim.core.measures import Measure
from sim.core.units import Duration, Settings, Share
from sim.core.world import Mechanism, World


class OwnershipSettings(Settings):
    """Who gets a contact of an issue that an agent has had before, and what it is worth.

    preferred: whether he gets it if he is free; otherwise it goes to anybody, and perhaps to him. known_handle_time:
    handle time with the agent who had the issue last, relative to that with another one; known_ability: what he
    adds to the ability to resolve it, on the logit scale. waits: how long a contact waits for him while he is on duty
    and busy, before anybody gets it; customers may give up meanwhile.
    """

    preferred: bool
    known_handle_time: Share = Field(gt=0)
    known_ability: float = Field(ge=0, le=5)
    waits: Duration = 0.0


class Ownership(Mechanism[OwnershipSettings]):
    """Who had which open issue last."""

    answers = ("owner_for", "awaited", "knows")

    def __init__(self, world: World, settings: OwnershipSettings) -> None:
        super().__init__(world, settings)
        self._owners: dict[int, Agent] = {}
        self._apart: dict[Lane, Detour] = {}
        self._waiting: dict[Agent, deque[Contact]] = {}
        self.again = self.known = self.waited_for = self.waited_in_vain = 0

    def owner_for(self, contact: Contact) -> Agent | None:
        """The agent who had the issue of a contact, if he should have it again, is idle and can serve it.

        If he is busy the contact may wait apart for him; then it goes to nobody yet.
        """
        agent = self._owners.get(contact.issue.key)
        if agent is None or not self.settings.preferred or not agent.on_duty:
            return None
        if agent.contact is None:
            return agent if self.world.ask.take_idle(agent, contact) else None
        if agent.group in contact.lane.queue.groups and not contact.lane.shared:
            self._wait_for(agent, contact)
        return None

    def _wait_for(self, agent: Agent, contact: Contact) -> None:
        """Let a contact wait apart from others for a busy agent, while he is on duty."""
        left = agent.on_until - self.world.env.now
        span = self.settings.waits if self.settings.waits < left else left
        if span <= 0.0:
            return
        lane = contact.lane
        if lane not in self._apart:
            self._apart[lane] = Detour(lane, self.world.ask.side_lane(lane, ()).queue)
        contact.lane = self._apart[lane]
        contact.waiting = False  # not yet, and not at all if it turns away from the line
        self._waiting.setdefault(agent, deque()).append(contact)
        self.waited_for += 1
        self.world.env.after(span, self._wait_no_longer, contact)

    def awaited(self, agent: Agent) -> bool:
        """Whether somebody waits for an agent who has become free; he takes who came first."""
        waiting = self._waiting.get(agent)
        while waiting:
            contact = waiting.popleft()
            if self._waits_apart(contact):
                self.world.ask.leave_queue(contact)
                self._bring_home(contact)
                self.world.ask.answer(contact, agent)
                return True
        return False

    def _waits_apart(self, contact: Contact) -> bool:
        """Whether a contact still waits for its owner: it may have given up, or gone to anybody."""
        return isinstance(contact.lane, Detour) and contact.waiting

    def _bring_home(self, contact: Contact) -> None:
        assert isinstance(contact.lane, Detour)
        contact.lane = contact.lane.home

    def _wait_no_longer(self, contact: Contact) -> None:
        """The owner has not become free in time: anybody gets the contact, whose place in line is that of its wait."""
        if not self._waits_apart(contact):
            return
        ask, apart, wait = self.world.ask, contact.lane.queue, self.world.env.now - contact.offered_at
        self.waited_in_vain += 1
        ask.leave_queue(contact)
        self._bring_home(contact)
        agent = ask.agent_for(contact)
        if agent is not None:
            ask.answer(contact, agent)
            return
        ask.join_queue(contact)
        for queue, moved in ((apart, -wait), (contact.lane.queue, wait)):  # the wait goes along to the other queue
            queue.area += moved
        apart.waited -= wait

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

    def _over(self, issue: Issue) -> None:
        """An issue that is over belongs to nobody."""
        self._owners.pop(issue.key, None)

    on_issue_resolved = on_issue_given_up = on_issue_dropped = _over

    def counts(self) -> dict[str, float]:
        """Contacts answered of issues that an agent has had before, and those answered by that agent."""
        return {
            "ownership.again": self.again,
            "ownership.known": self.known,
            "ownership.waited_for": self.waited_for,
            "ownership.waited_in_vain": self.waited_in_vain,
        }

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """How often the same agent gets the issue again, and is waited for."""
        return [
            Measure(
                "same_agent", "repeats with the same agent", "%", "ownership.known", "ownership.again", 100.0, "higher",
                meaning="contacts answered by the agent who had the issue last, over those of issues that one had",
            ),
            Measure(
                "owner_waited_for", "repeats that wait for the same agent", "%", "ownership.waited_for",
                "ownership.again", 100.0,
                meaning="contacts that waited for the busy agent who had the issue, over contacts answered of issues "
                "that one had",
            ),
            Measure(
                "owner_waited_in_vain", "waited for the same agent in vain", "%", "ownership.waited_in_vain",
                "ownership.waited_for", 100.0, "lower",
                meaning="contacts that went to anybody in the end, over contacts that waited for the busy agent",
            ),
        ]  # fmt: skip
