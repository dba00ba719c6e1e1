"""Routing by a rule that an extension has added: who takes a contact, which one a free agent takes, in what order.

A rule says who, never whether: nobody waits while an agent who may serve him is idle. Everything else (queues,
skills, overflow, agents kept free) is as in ``sim.mechanisms.routing``.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush

from sim.core.entities import Agent, Contact, Group, Queue
from sim.core.registry import ADDED
from sim.core.world import World
from sim.mechanisms.routing import Routing


class Rule:
    """A rule of matching; as it stands here it is ``longest_idle``.

    world: to look at and not to touch. A rule may keep what it likes; it is made anew when it comes into force.
    """

    def __init__(self, world: World) -> None:
        self.world = world

    def rank(self, contact: Contact) -> float:
        """The place of a contact in its queue, asked once when it joins: the lowest is served first."""
        return contact.offered_at + contact.lane.rank

    def agent(self, contact: Contact, idle: Sequence[Agent]) -> Agent:
        """Which of the idle agents who may serve a contact takes it; group by group, longest idle first."""
        return min(idle, key=lambda agent: agent.idle_since)

    def contact(self, group: Group, heads: Sequence[Contact]) -> Contact:
        """Which of those at the heads of their queues an agent of a group takes."""
        return min(heads, key=self.rank)


class RuledRouting(Routing):
    """Routing that asks a rule where the kind in force is one; else it is Routing as it is."""

    _rule: Rule | None = None

    def adopted(self) -> None:
        """The rule in force, the same one as long as its kind is."""
        super().adopted()
        kind = ADDED.rules.get(self.settings.kind)
        if kind is None or type(self._rule) is not kind:
            self._rule = None if kind is None else kind(self.world)

    def agent_for(self, contact: Contact) -> Agent | None:
        """An idle agent who can serve the contact, taken off the idle list; None if there is none."""
        return super().agent_for(contact) if self._rule is None else self._longest_idle(contact, contact.lane.queue)

    def _longest_idle(self, contact: Contact, queue: Queue) -> Agent | None:
        rule = self._rule
        if rule is None:
            return super()._longest_idle(contact, queue)
        free = [group for group in queue.groups if not queue.written or len(group.idle) > group.reserve]
        idle = [agent for group in free for agent in group.idle]
        if not idle:
            return None
        agent = rule.agent(contact, idle)
        if agent not in idle:
            raise ValueError(f"{type(rule).__name__}.agent answers {agent!r}, who is none of the idle agents")
        self._take(agent)
        return agent

    def _line_up(self, contact: Contact, queue: Queue) -> None:
        if self._rule is None:
            super()._line_up(contact, queue)
            return
        queue.sequence += 1
        heappush(queue.entries, (float(self._rule.rank(contact)), queue.sequence, contact))

    def _best_entries(self, group: Group) -> list[tuple[float, int, Contact]]:
        rule = self._rule
        if rule is None:
            return super()._best_entries(group)
        heads: dict[Contact, list[tuple[float, int, Contact]]] = {}
        for queue in group.queues if not group.reserve or len(group.idle) >= group.reserve else group.urgent:
            if queue.waiting:
                while not queue.entries[0][2].waiting:
                    heappop(queue.entries)
                heads.setdefault(queue.entries[0][2], queue.entries)
        if not heads:
            return []
        chosen = rule.contact(group, list(heads))
        if chosen not in heads:
            raise ValueError(f"{type(rule).__name__}.contact answers {chosen!r}, which is none of those it was given")
        return heads[chosen]
