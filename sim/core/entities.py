"""The entities of the simulated world: issues, contacts, lanes, queues, agents, groups and the customer base.

They hold what is true of them and nothing that decides. Customers are columns of arrays, because what happens to
all of them at once is one step over arrays; contacts, issues and agents are objects with slots.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

from sim.core.brought import Brought, Drawn

OUTBOUND = -2
"""The place of whom an issue belongs to that the firm raises itself: no customer lives through its contacts."""

ORIGINS = ("start", "advertising", "referral", "win_back")
"""Where a customer comes from: there when the simulation begins, won by advertising or by another, or won back."""

Scalar = TypeVar("Scalar", bound=np.generic)


class Channel:
    """A channel at work: how many contacts are inside and how many of them wait.

    unseen, unseen_open: customers gone without a word who still hold a place in line, or a chat of an agent; handed_on:
    those who wait after an agent has handed them on; cut_off: whether nobody gets through. to_call, to_call_in_line:
    customers who are to be called back, and how many of them have a place among those waiting; they are not inside.
    back_by: the channel by which its customers come again, the same where none is given.
    """

    __slots__ = (
        "back_by", "can_be_balked", "cut_off", "handed_on", "index", "inside", "kind", "lines", "name", "priority",
        "to_call", "to_call_in_line", "unseen", "unseen_open", "waiting",
    )  # fmt: skip

    def __init__(self, name: str, index: int, kind: str) -> None:
        self.name = name
        self.index = index
        self.kind = kind
        self.lines: int | None = None
        self.can_be_balked = self.cut_off = False
        self.priority = 0
        self.inside = 0
        self.waiting = 0
        self.unseen = self.unseen_open = self.handed_on = self.to_call = self.to_call_in_line = 0
        self.back_by: str | None = None


class Queue:
    """Contacts waiting for the same agents on the same channel, best rank first; leavers stay until passed."""

    __slots__ = ("area", "entries", "groups", "only", "sequence", "settled", "waited", "waiting", "written")

    def __init__(self, groups: tuple[Group, ...], now: float, written: bool = False) -> None:
        self.written = written
        self.groups = groups
        self.only = groups[0] if len(groups) == 1 else None
        self.entries: list[tuple[float, int, Contact]] = []
        self.sequence = 0
        self.waiting = 0
        self.area = 0.0
        self.settled = now
        self.waited = 0.0

    def settle(self, now: float) -> None:
        """Bring the area under the number waiting up to date."""
        self.area += self.waiting * (now - self.settled)
        self.settled = now


class Lane:
    """One kind of issue on one channel: its queue, and what is counted of its contacts.

    shared: an agent has several of its contacts at a time; plain: any idle agent will do; sought: an agent may find
    nobody there. overflow_after: seconds of waiting after which further groups take its contacts, 0 for never.
    broken_off: contacts answered whose customers gave up later, handed on or waiting for replies; unreached: contacts
    called back in vain.
    Counts: offered = answered + abandoned + blocked + balked + unreached + waiting + to be called; all since the
    beginning.
    """

    __slots__ = (
        "abandoned", "answered", "answered_in_target", "balked", "base_logit", "blocked", "broken_off",
        "channel", "factor", "first_handled", "first_resolved", "handle_time", "handled", "kind", "name",
        "offered", "overflow_after", "plain", "queue", "queued", "rank", "redialled", "repeat_handle_time",
        "repeats", "reply_target", "resolved", "shared", "sought", "target", "unreached", "wait_abandoned",
        "wait_answered",
    )  # fmt: skip

    COUNTS = (
        "offered", "blocked", "balked", "queued", "abandoned", "answered", "handled", "answered_in_target",
        "redialled", "repeats", "resolved", "first_handled", "first_resolved", "wait_answered", "wait_abandoned",
        "handle_time",
    )  # fmt: skip

    def __init__(self, channel: Channel, kind: str, queue: Queue) -> None:
        self.name = f"{channel.name}.{kind}"
        self.channel = channel
        self.kind = kind
        self.queue = queue
        self.rank = 0.0
        self.shared = channel.kind == "chat"
        self.plain = not self.shared
        self.sought = self.shared
        self.factor = 1.0
        self.target = 0.0
        self.reply_target = -1.0
        self.overflow_after = 0.0
        self.base_logit = 0.0
        self.offered = self.blocked = self.balked = self.queued = self.abandoned = self.answered = 0
        self.handled = self.answered_in_target = self.redialled = self.repeats = self.resolved = 0
        self.first_handled = self.first_resolved = self.broken_off = self.unreached = 0
        self.wait_answered = self.wait_abandoned = self.handle_time = self.repeat_handle_time = 0.0

    @property
    def judged(self) -> int:
        """Contacts of which it is known whether they met the target: answered, in writing replied to, or not served."""
        served = self.handled + self.broken_off if self.reply_target >= 0.0 else self.answered
        return served + self.abandoned + self.blocked + self.balked + self.unreached


class Detour(Lane):
    """A lane for contacts that wait apart: it has a queue of its own; all else, counts too, is the lane's."""

    __slots__ = ("home",)

    def __init__(self, home: Lane, queue: Queue) -> None:
        object.__setattr__(self, "home", home)
        object.__setattr__(self, "queue", queue)

    def __getattr__(self, name: str) -> Any:
        """What stands in the lane."""
        return getattr(self.home, name)

    def __setattr__(self, name: str, value: Any) -> None:
        """Count in the lane; only the queue is another one."""
        object.__setattr__(self if name == "queue" else self.home, name, value)


class Issue:
    """One need of one customer, however many contacts it takes; slot -1 where no customer base is known,
    OUTBOUND where the firm raises it itself.

    difficulty: what it adds to the ability that it takes to resolve it; returns_by: the channel of its next contact;
    drawn: where what its second contact brings was drawn along with others, and at which place; None if it was not.
    """

    returns_by: str

    __slots__ = (
        "contacts", "customer", "difficulty", "drawn", "handled", "key", "lane", "place", "raised_at", "returns_by",
        "slot", "tries",
    )  # fmt: skip

    def __init__(  # noqa: PLR0917  # one for each need of each customer: names would cost as much as the rest
        self, raised_at: float, key: int, lane: Lane, slot: int, customer: int, difficulty: float,
        drawn: Drawn | None, place: int,
    ) -> None:  # fmt: skip
        self.raised_at = raised_at
        self.key = key
        self.lane = lane
        self.slot = slot
        self.customer = customer
        self.difficulty = difficulty
        self.drawn = drawn
        self.place = place
        self.contacts = self.handled = self.tries = 0

    @property
    def kind(self) -> str:
        """The kind of issue."""
        return self.lane.kind


class Contact:
    """One arrival at a channel for an issue, with the needs it was born with.

    patience: seconds until it gives up, infinite if it never does; work: handle time in seconds with a fully
    proficient agent; threshold: the ability, on the logit scale, that it takes to resolve its issue; returns_in:
    seconds after which the issue comes back if it is not resolved, infinite if it never does; asked: whether a survey
    would be answered. earlier: contacts of the issue before it. waiting: once it queued; waited: seconds until it was
    answered or went away; agent, answered_at, spent (handle time): once it was answered; reached, resolved: how it
    ended.
    """

    agent: Agent
    earlier: int
    waiting: bool
    answered_at: float
    spent: float

    __slots__ = (
        "agent", "answered_at", "asked", "earlier", "issue", "key", "lane", "offered_at", "patience", "reached",
        "resolved", "returns_in", "spent", "threshold", "waited", "waiting", "work",
    )  # fmt: skip

    def __init__(self, issue: Issue, lane: Lane, offered_at: float, brought: Brought) -> None:
        self.issue = issue
        self.lane = lane
        self.offered_at = offered_at
        self.key, self.patience, self.work, self.threshold, self.returns_in, self.asked = brought
        self.waited = 0.0
        self.reached = self.resolved = False

    def last(self, seconds: float) -> None:
        """It takes the agent who has it so long, whatever it asked for."""
        self.work = seconds / (self.lane.factor * self.agent.pace * self.agent.group.tempo)


Birth = tuple[float, Callable[[Any], None], int, Lane, int, int, float, Drawn | None, Brought, int]
"""What begins an issue: the time, what to do then, its key, lane, its customer's place and key, its difficulty, where
what its second contact brings was drawn, what its first one brings, and the place of the second."""


class Group:
    """A group of agents at work: who is idle, in the order in which they became so, and the hours worked.

    reserve: so many are kept idle while only written work waits; urgent: the queues of what is not written. tempo:
    handle time relative to what agents would take at their own pace; care: what their way of working at present
    adds to the ability to resolve. wage: basic pay of an agent, per second. present: agents on duty; duty, busy,
    idled: agent-seconds on duty, with a contact and idle, each added when it ends.
    """

    __slots__ = (
        "authority", "busy", "care", "channels", "duty", "idle", "idled", "kinds", "name", "present", "queues",
        "reserve", "skills", "tempo", "tools", "urgent", "wage",
    )  # fmt: skip

    def __init__(self, name: str) -> None:
        self.name = name
        self.channels: tuple[str, ...] = ()
        self.kinds: tuple[str, ...] | None = None
        self.tools = self.authority = self.tempo = 1.0
        self.care = self.wage = 0.0
        self.idle: deque[Agent] = deque()
        self.queues: tuple[Queue, ...] = ()
        self.urgent: tuple[Queue, ...] = ()
        self.reserve = self.skills = self.present = 0
        self.duty = self.busy = self.idled = 0.0

    def serves(self, channel: str, kind: str) -> bool:
        """Whether the group can serve a kind on a channel."""
        return channel in self.channels and (self.kinds is None or kind in self.kinds)


class Agent:
    """A named agent: seat and person, what he can do today, what he has done.

    pace: handle time relative to a fully proficient average agent; edge: what he adds to the ability to resolve; mood:
    what his way of being with customers adds to what a contact is like, on the logit scale;
    ability, manner, head_start: what the person brings to edge and mood, and to practice in seconds; coached: how far
    coaching has brought him, 0 to 1; lapse: share of what practice taught him that no longer holds; burnout,
    commitment: 0 to 1; pressure: how far a handle-time target presses him, as a logarithm; hides: share of contacts he
    cuts off; bonus: last paid, relative to basic pay; rated, rating: answers to surveys after his contacts and their
    sum of points, flattery: points he begs for in each;
    on_until: when the present stretch of duty ends; home_at: when the last one of the day does; on_since,
    idle_since, busy_since: when the state began.
    """

    __slots__ = (
        "ability", "bonus", "burnout", "busy", "busy_since", "coached", "commitment", "contact", "deployed_at", "duty",
        "edge", "effect", "employed", "flattery", "group", "hazard", "head_start", "hides", "hired_at", "home_at",
        "idle_since", "key", "knowledge", "lapse", "manner", "mood", "name", "on_duty", "on_since", "on_until", "pace",
        "present_at_start", "pressure", "proficiency", "rated", "rating", "seat", "seen_busy", "seen_duty", "strain",
        "threshold", "trained",
    )  # fmt: skip

    def __init__(self, name: str, key: int, group: Group, seat: int) -> None:
        self.name = name
        self.key = key
        self.group = group
        self.seat = seat
        self.employed = True
        self.present_at_start = False
        self.hired_at = 0.0
        self.deployed_at: float | None = None
        self.contact: Contact | None = None
        self.on_duty = False
        self.on_until = self.home_at = -1.0
        self.on_since = self.idle_since = self.busy_since = 0.0
        self.busy = self.duty = self.seen_busy = self.seen_duty = 0.0
        self.effect = self.pace = self.proficiency = 1.0
        self.edge = self.mood = self.knowledge = self.strain = self.hazard = self.trained = 0.0
        self.ability = self.manner = self.head_start = self.coached = self.lapse = 0.0
        self.burnout = self.commitment = self.pressure = self.hides = self.bonus = self.rating = self.flattery = 0.0
        self.rated = 0
        self.threshold = float("inf")

    def lay_down(self, spent: float) -> None:
        """He is rid of what he had in hand, for which he was busy so long, in seconds."""
        self.contact = None
        self.busy += spent
        self.group.busy += spent

    def worked(self, now: float) -> tuple[float, float]:
        """Seconds on duty and with contacts so far, the present stretch and contact included."""
        duty = self.duty + (now - self.on_since if self.on_duty else 0.0)
        return duty, self.busy + (now - self.busy_since if self.contact is not None else 0.0)


class Seat:
    """A place in a group: who holds it, and how many have held it so far."""

    __slots__ = ("holder", "holders", "key", "recruiting")

    def __init__(self, key: int) -> None:
        self.key = key
        self.holder: Agent | None = None
        self.holders = 0
        self.recruiting = False


class Column(Generic[Scalar]):
    """One property of all customers: an array, and a view of it for reading one value without a NumPy scalar.

    shape: (places,), or (places, width) where a customer has several values of a kind.
    """

    __slots__ = ("array", "fill", "view")

    def __init__(self, shape: tuple[int, ...], dtype: type[Scalar], fill: float) -> None:
        self.fill = fill
        self.array: npt.NDArray[Scalar] = np.full(shape, fill, dtype=dtype)
        self.view: Any = memoryview(self.array)  # type: ignore[arg-type, unused-ignore]  # an array has a buffer

    def resize(self, size: int) -> None:
        """Make room for more customers."""
        grown = np.full((size, *self.array.shape[1:]), self.fill, dtype=self.array.dtype)
        grown[: len(self.array)] = self.array
        self.array = grown
        self.view = memoryview(grown)  # type: ignore[arg-type, unused-ignore]  # an array has a buffer


class Base:
    """The living customer base as columns; places of customers who left are used again.

    A vacant place holds the fill value of every column, so that a step over the base need not ask who is there.
    ``size`` is the number of places in use at some time; columns are longer and are cut to it by ``[:size]``. origin:
    where a customer comes from, by number in ORIGINS.
    """

    def __init__(self, segments: tuple[str, ...]) -> None:
        self.segments = segments
        self.size = 0
        self._room = 1024
        self._free: list[int] = []
        self._columns: list[Column[Any]] = []
        self.key = self.column(np.uint64)
        self.segment = self.column(np.int64)
        self.active = self.column(np.bool_)
        self.joined = self.column(np.float64)
        self.present_at_start = self.column(np.bool_)
        self.origin = self.column(np.int8)

    def column(self, dtype: type[Scalar], fill: float = 0, width: int | None = None) -> Column[Scalar]:
        """A new property of all customers, or ``width`` of them side by side."""
        column = Column((self._room,) if width is None else (self._room, width), dtype, fill)
        self._columns.append(column)
        return column

    def places(self, count: int) -> npt.NDArray[np.int64]:
        """Places for ``count`` newcomers, in a fixed order."""
        again = [self._free.pop() for _ in range(min(count, len(self._free)))]
        fresh = count - len(again)
        while self.size + fresh > self._room:
            self._room *= 2
            for column in self._columns:
                column.resize(self._room)
        slots = np.array(again + list(range(self.size, self.size + fresh)), dtype=np.int64)
        self.size += fresh
        return slots

    def vacate(self, slots: npt.NDArray[np.int64]) -> None:
        """Give the places of leavers back."""
        for column in self._columns:
            column.array[slots] = column.fill
        self._free.extend(slots.tolist())

    def has(self, slot: int, customer: int) -> bool:
        """Whether the customer with this key is still at a place; nobody is where the place is none (negative)."""
        return slot >= 0 and bool(self.key.view[slot] == customer)

    def __len__(self) -> int:
        return self.size - len(self._free)

    def __iter__(self) -> Iterator[int]:
        return iter(np.flatnonzero(self.active.array[: self.size]).tolist())
