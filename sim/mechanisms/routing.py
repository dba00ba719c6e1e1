"""Routing: which agent takes a contact, which waiting contact an agent takes.

Lanes (one kind on one channel) that the same groups serve share a queue. A waiting contact has a rank: priority of
its channel and kind first, then the moment it was offered, less its head start. An agent who becomes free takes
the contact of the best rank among the queues of his group; a contact takes the agent who has been idle longest.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush
from typing import Annotated, Any, Literal

from pydantic import Field

from sim.core.elementary import added
from sim.core.entities import Agent, Contact, Group, Lane, Queue
from sim.core.registry import ADDED
from sim.core.units import Duration, Settings, Several, Span
from sim.core.widened import Widened
from sim.core.world import Mechanism, World

KINDS = ("longest_idle", "fewest_skills")


def _with_those_added() -> Any:
    """All ways of matching there are, None where extensions have added none."""
    return Literal[(*KINDS, *ADDED.rules)] if ADDED.rules else None


class OverflowSettings(Settings):
    """Groups that take contacts of a channel, of some kinds or any, only when they have waited for a time."""

    channel: str
    kinds: Literal["any"] | Several[str] = "any"
    groups: Several[str] = Field(min_length=1)
    after: Span


class RoutingSettings(Settings):
    """How contacts and agents are matched.

    kind: among idle agents who can serve, the one idle longest, or one of the group with the fewest skills.
    priority: kinds with a lower number go first (0 where none is given); head_start: how far a kind is put ahead
    in the queue. reserve: agents of a group kept free for what is not written: it takes written work only while more
    of its agents are idle. overflow: queues that open to further groups after a time; the first entry that names a
    channel and kind holds.
    """

    kind: Annotated[Literal["longest_idle", "fewest_skills"], Widened(_with_those_added)]
    priority: dict[str, Annotated[int, Field(ge=0, le=9)]] = Field(default_factory=dict)
    head_start: dict[str, Duration] = Field(default_factory=dict)
    reserve: dict[str, Annotated[int, Field(ge=0, le=1000)]] = Field(default_factory=dict)
    overflow: Several[OverflowSettings] = ()

    def overflow_of(self, channel: str, kind: str) -> OverflowSettings | None:
        """Which further groups take a kind on a channel, and after how long."""
        for entry in self.overflow:
            if entry.channel == channel and (entry.kinds == "any" or kind in entry.kinds):
                return entry
        return None


Queues = dict[tuple[str, tuple[str, ...]], Queue]
"""Queues by channel and groups."""

_ROUNDING = 1e-6
_CLASS = 1e10
"""Seconds by which one class of priority goes ahead of the next: longer than any horizon."""


def rank(channel_priority: int, kind_priority: int, head_start: float) -> float:
    """What is added to the moment a contact is offered: the lowest sum is answered first."""
    return _CLASS * (10 * channel_priority + kind_priority) - head_start


class Routing(Mechanism[RoutingSettings]):
    """Queues and the matching of contacts with agents."""

    answers = (
        "lane", "side_lane", "agent_for", "join_queue", "leave_queue", "release", "first_waiting", "serve_next",
        "begin_duty", "end_duty", "take_idle", "lend", "take_back",
    )  # fmt: skip

    def __init__(self, world: World, settings: RoutingSettings) -> None:
        super().__init__(world, settings)
        self._lanes: dict[tuple[str, str], Lane] = {}
        self._queues: dict[tuple[str, tuple[str, ...]], Queue] = {}
        self._overflows: dict[tuple[str, tuple[str, ...]], Queue] = {}
        self._overflowed: dict[Contact, Queue] = {}
        self._side_lanes: dict[tuple[str, str, tuple[str, ...]], Lane] = {}
        self._lent: list[tuple[Group, Group]] = []

    def begin(self) -> None:
        """Find out whether contacts may wait for one agent alone."""
        self._awaited = self.world.ask.answered("awaited")

    def adopted(self) -> None:
        """Whether the groups of a queue are asked in their order, or all of them."""
        self._first_group = self.settings.kind == "fewest_skills"

    def on_lane_opened(self, lane: Lane) -> None:
        """Put the rank of its channel and kind on a lane."""
        settings = self.settings
        priority, ahead = settings.priority.get(lane.kind, 0), settings.head_start.get(lane.kind, 0.0)
        lane.rank = rank(self.world.channels[lane.channel.name].priority, priority, ahead)
        overflow = settings.overflow_of(lane.channel.name, lane.kind)
        lane.overflow_after = 0.0 if overflow is None else overflow.after

    def on_settings_changed(self, _: float) -> None:
        """Skills may have changed: put every lane, and whoever waits in it, into the queue it belongs to now."""
        waiting = [entry[2] for queue in self._queues.values() for entry in queue.entries if entry[2].waiting]
        waiting.sort(key=lambda contact: (contact.offered_at, contact.key))
        now = self.world.env.now
        for contact in waiting:
            self.leave_queue(contact)
            contact.lane.queue.waited -= now - contact.offered_at  # the wait goes along to the new queue
            contact.lane.queue.area -= now - contact.offered_at
        for queue in (*self._queues.values(), *self._overflows.values()):
            queue.entries.clear()
        for lane in self._lanes.values():
            self.on_lane_opened(lane)
            lane.queue = self._queue(lane.channel.name, lane.kind)
        for place, side in self._side_lanes.items():
            side.queue = self._queue_to(self._queues, place[0], place[2])
        for contact in waiting:
            self.join_queue(contact)
            contact.lane.queue.area += now - contact.offered_at
        self._assign_queues()
        self._serve_those_who_wait()

    def _serve_those_who_wait(self) -> None:
        """Idle agents take what they can serve now."""
        for group in self.world.groups.values():
            for agent in list(group.idle):
                if any(queue.waiting for queue in (group.queues if len(group.idle) > group.reserve else group.urgent)):
                    self._take(agent)
                    self.serve_next(agent)

    def lane(self, channel: str, kind: str) -> Lane:
        """The lane of a kind on a channel."""
        found = self._lanes.get((channel, kind))
        if found is None:
            found = Lane(self.world.channels[channel], kind, self._queue(channel, kind))
            self._lanes[channel, kind] = found
            self.world.lanes.append(found)
            self._assign_queues()
            self.world.tell.lane_opened(found)
        return found

    def side_lane(self, lane: Lane, groups: tuple[str, ...]) -> Lane:
        """A lane like another one whose contacts wait for some groups alone, whatever they serve else."""
        place = lane.channel.name, lane.kind, groups
        side = self._side_lanes.get(place)
        if side is None:
            queue = self._queue_to(self._queues, lane.channel.name, groups)
            side = self._side_lanes[place] = Lane(lane.channel, lane.kind, queue)
        return side

    def _queue(self, channel: str, kind: str) -> Queue:
        overflow = self.settings.overflow_of(channel, kind)
        later = () if overflow is None else overflow.groups
        return self._queue_of(self._queues, channel, kind, [name for name in self.world.groups if name not in later])

    def _queue_of(self, queues: Queues, channel: str, kind: str, names: Sequence[str]) -> Queue:
        """The queue of those of some groups that serve a kind on a channel."""
        return self._queue_to(
            queues, channel, [name for name in names if self.world.groups[name].serves(channel, kind)]
        )

    def _queue_to(self, queues: Queues, channel: str, names: Sequence[str]) -> Queue:
        """The queue of some groups."""
        groups = [self.world.groups[name] for name in names]
        if self.settings.kind == "fewest_skills":
            groups.sort(key=lambda group: group.skills)
        key = (channel, tuple(group.name for group in groups))
        if key not in queues:
            queues[key] = Queue(tuple(groups), self.world.env.now, self.world.channels[channel].kind == "written")
            self._assign_queues()
        return queues[key]

    def _assign_queues(self) -> None:
        groups = self.world.groups
        for (_, names), queue in self._queues.items():
            own = [groups[name] for name in names]
            helpers = dict.fromkeys(helper for helper, helped in self._lent if helped in own and helper not in own)
            queue.groups = (*own, *helpers)
            queue.only = queue.groups[0] if len(queue.groups) == 1 else None
        queues = [*self._queues.values(), *self._overflows.values()]
        for group in self.world.groups.values():
            group.queues = tuple(queue for queue in queues if group in queue.groups)
            group.urgent = tuple(queue for queue in group.queues if not queue.written)
            group.reserve = self.settings.reserve.get(group.name, 0)

    def lend(self, helper: Group, helped: Group) -> None:
        """Agents of a group serve what another one serves too, until they are taken back."""
        self._lent.append((helper, helped))
        self._assign_queues()
        self._serve_those_who_wait()

    def take_back(self, helper: Group, helped: Group) -> None:
        """Agents of a group serve what is their own again, after the contact in hand."""
        self._lent.remove((helper, helped))
        self._assign_queues()

    def agent_for(self, contact: Contact) -> Agent | None:
        """An idle agent who can serve the contact, taken off the idle list; None if there is none."""
        queue = contact.lane.queue
        group = queue.only or self._best_group(queue)
        if group is None or not group.idle or (queue.written and len(group.idle) <= group.reserve):
            return None
        agent = group.idle.popleft()
        group.idled += self.world.env.now - agent.idle_since
        return agent

    def _longest_idle(self, _: Contact, queue: Queue) -> Agent | None:
        """The agent of the groups of a queue who takes a contact, off the idle list."""
        group = self._best_group(queue)
        if group is None:
            return None
        agent = group.idle.popleft()
        group.idled += self.world.env.now - agent.idle_since
        return agent

    def _best_group(self, queue: Queue) -> Group | None:
        best: Group | None = None
        for group in queue.groups:
            if queue.written and len(group.idle) <= group.reserve:
                continue
            if group.idle and (best is None or group.idle[0].idle_since < best.idle[0].idle_since):
                best = group
                if self._first_group:
                    break
        return best

    def _take(self, agent: Agent) -> None:
        group = agent.group
        group.idle.remove(agent)
        group.idled += self.world.env.now - agent.idle_since

    def take_idle(self, agent: Agent, contact: Contact) -> bool:
        """Take an idle agent for a contact; False if he is not to serve it (now)."""
        queue, group = contact.lane.queue, agent.group
        if group not in queue.groups or (queue.written and len(group.idle) <= group.reserve):
            return False
        self._take(agent)
        return True

    def leave_queue(self, contact: Contact) -> None:
        """Take a contact that gives up, or is answered, out of its queue."""
        now, lane = self.world.env.now, contact.lane
        queue = lane.queue
        queue.area += queue.waiting * (now - queue.settled)
        queue.settled = now
        queue.waiting -= 1
        queue.waited += now - contact.offered_at
        lane.channel.waiting -= 1
        contact.waiting = False
        if lane.overflow_after and contact in self._overflowed:
            self._overflowed.pop(contact).waiting -= 1

    def join_queue(self, contact: Contact) -> None:
        """Put a contact into its queue."""
        now, lane = self.world.env.now, contact.lane
        queue = lane.queue
        queue.area += queue.waiting * (now - queue.settled)
        queue.settled = now
        queue.waiting += 1
        lane.channel.waiting += 1
        contact.waiting = True
        self._line_up(contact, queue)
        if lane.overflow_after:
            left = contact.offered_at + lane.overflow_after - now
            self.world.env.after(left if left > 0.0 else 0.0, self._open_to_others, contact)

    def _line_up(self, contact: Contact, queue: Queue) -> None:
        queue.sequence += 1
        heappush(queue.entries, (contact.offered_at + contact.lane.rank, queue.sequence, contact))

    def _open_to_others(self, contact: Contact) -> None:
        """A contact has waited so long that further groups take it: now, or when one of their agents becomes free."""
        lane, now = contact.lane, self.world.env.now
        overflow = self.settings.overflow_of(lane.channel.name, lane.kind)
        if not contact.waiting or overflow is None or contact in self._overflowed:
            return
        if now < contact.offered_at + overflow.after - _ROUNDING:
            return  # the time was made longer since
        queue = self._queue_of(self._overflows, lane.channel.name, lane.kind, overflow.groups)
        agent = self._longest_idle(contact, queue)
        if agent is None:
            queue.waiting += 1
            self._overflowed[contact] = queue
            self._line_up(contact, queue)
            return
        self.leave_queue(contact)
        self.world.ask.answer(contact, agent)

    def release(self, agent: Agent) -> None:
        """A contact is done, or duty begins: an agent goes if his time is over, or takes the next, or is idle."""
        now = self.world.env.now
        if agent.on_until <= now:
            self._go_off(agent, now)
            return
        if self._awaited is not None and self._awaited(agent):
            return
        group = agent.group
        for queue in group.queues:
            if queue.waiting and not (queue.written and len(group.idle) < group.reserve):
                self.serve_next(agent)
                return
        agent.idle_since = now
        group.idle.append(agent)

    def serve_next(self, agent: Agent) -> None:
        """Take the contact of the best rank among those waiting; there is one."""
        source = self._best_entries(agent.group)
        contact = heappop(source)[2]
        self.leave_queue(contact)
        self.world.ask.answer(contact, agent)

    def first_waiting(self, group: Group) -> Contact | None:
        """The contact of the best rank among those that wait for a group; None if nobody does."""
        source = self._best_entries(group)
        return source[0][2] if source else None

    def _best_entries(self, group: Group) -> list[tuple[float, int, Contact]]:
        """The entries of the queue with the best rank at their head; empty if nobody waits for the group."""
        source: list[tuple[float, int, Contact]] = []
        for queue in group.queues if not group.reserve or len(group.idle) >= group.reserve else group.urgent:
            if queue.waiting:
                entries = queue.entries
                while not entries[0][2].waiting:
                    heappop(entries)
                if not source or entries[0][0] < source[0][0]:
                    source = entries
        return source

    def begin_duty(self, agent: Agent, until: float) -> None:
        """An agent comes on duty, or stays on, until a moment."""
        agent.on_until = until
        if agent.on_duty:
            return
        agent.on_duty = True
        agent.group.present += 1
        agent.on_since = self.world.env.now
        self.release(agent)

    def end_duty(self, agent: Agent) -> None:
        """The time of duty is over: an idle agent goes; one with a contact finishes it first."""
        now = self.world.env.now
        if agent.on_duty and agent.on_until <= now and agent.contact is None:
            self._take(agent)
            self._go_off(agent, now)

    def _go_off(self, agent: Agent, now: float) -> None:
        agent.on_duty = False
        agent.group.present -= 1
        agent.duty += now - agent.on_since
        agent.group.duty += now - agent.on_since

    def counts(self) -> dict[str, float]:
        """Area under the number waiting, by channel, in contact-seconds."""
        found = {f"{name}.queue_area": 0.0 for name in self.world.channels}
        for (channel, _), queue in self._queues.items():
            queue.settle(self.world.env.now)
            found[f"{channel}.queue_area"] += queue.area
        return found

    def balances(self) -> list[tuple[str, float, float]]:
        """Little's law in each queue: the area under the number waiting is the sum of the waits."""
        now = self.world.env.now
        pairs = []
        for (channel, groups), queue in self._queues.items():
            queue.settle(now)
            inside = added(now - entry[2].offered_at for entry in queue.entries if entry[2].waiting)
            pairs.append(
                (f"Little's law in the queue of {channel} for {', '.join(groups)}", queue.area, queue.waited + inside)
            )
        return pairs
