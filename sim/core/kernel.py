"""The clock: SimPy's environment with its loop written out, calls that need no event, and lines of what is to come.

Heap, order of events and events are SimPy's; its processes, timeouts and resources work as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from heapq import heappop, heappush
from operator import itemgetter
from typing import Any, Generic, TypeVar

import simpy
from simpy.core import EmptySchedule
from simpy.events import NORMAL, URGENT, Event, EventPriority

Entry = TypeVar("Entry", bound=tuple[Any, ...])

_NEVER = float("inf")
_TIME = itemgetter(0)


class Environment(simpy.Environment):
    """A SimPy environment with a plain attribute ``now``, a ``run`` without calls, and two shorter ways to the future.

    An entry of its heap is (time, priority, number, what to do, with what): a SimPy event is an entry whose callbacks
    are called (``_happen``); ``after`` makes an entry that calls a function with an entity. ``expect`` takes entries
    whose times are known long before, which need no heap: they stand in a line, the next one last.

    Measured: 0.3 us less for each event, 0.3 us less for each that is a call, 0.5 us less for each that is expected.
    """

    now = 0.0

    def __init__(self) -> None:
        super().__init__()
        self._line: list[tuple[Any, ...]] = [(_NEVER, _nothing)]
        self.after = self._make_after()

    def run(self, until: float) -> None:  # type: ignore[override]  # always up to a moment here
        """Let everything happen that happens before a moment."""
        end = Event(self)
        end.callbacks.append(_time_is_up)
        self.schedule(end, URGENT, until - self.now)
        queue: list[Any] = self._queue
        line = self._line
        try:
            while True:
                if line[-1][0] < queue[0][0]:
                    entry = line.pop()
                    self.now = entry[0]
                    entry[1](entry)
                else:
                    self.now, _, _, act, entity = heappop(queue)
                    act(entity)
        except _TimeIsUp:
            return

    def step(self) -> None:
        """Let the next thing happen."""
        if self._line[-1][0] < self.peek():
            entry = self._line.pop()
            self.now = entry[0]
            entry[1](entry)
        elif self._queue:
            entry = heappop(self._queue)
            self.now = entry[0]
            entry[3](entry[4])
        else:
            raise EmptySchedule

    def schedule(self, event: Event, priority: EventPriority = NORMAL, delay: float = 0) -> None:
        """Let an event happen after a delay in seconds."""
        queue: list[Any] = self._queue
        heappush(queue, (self.now + delay, priority, next(self._eid), _happen, event))

    def _make_after(self) -> Callable[[float, Callable[[Any], None], Any], None]:
        """``after(delay, act, entity)``: call a function with an entity after a delay in seconds.

        It cannot be taken back: let the function look. A closure, since it is asked for twice a contact (0.05 us).
        """
        queue: list[Any] = self._queue
        number, normal, push = self._eid.__next__, NORMAL, heappush

        def after(delay: float, act: Callable[[Any], None], entity: Any) -> None:
            push(queue, (self.now + delay, normal, number(), act, entity))

        return after

    def expect(self, entries: Iterable[tuple[Any, ...]]) -> None:
        """Let entries, (time, what to do, ...), be met one after the other: each is given to its function at its time.

        What is expected for the moment of an event comes after it; entries for one moment are met in the order in
        which they were given.
        """
        line = self._line
        line.reverse()
        line += entries
        line.sort(key=_TIME)
        line.reverse()
        if line[-1][0] < self.now:
            raise ValueError(f"expected at {line[-1][0]}, which was before {self.now}")


class _TimeIsUp(Exception):  # noqa: N818  # it is no error
    """The moment up to which to run has come."""


def _time_is_up(_: Event) -> None:
    raise _TimeIsUp


def _nothing(_: Any) -> None:
    """What happens to what nobody expects."""


def _happen(event: Event) -> None:
    """Call those who wait for an event, as SimPy does."""
    callbacks = event.callbacks
    event.callbacks = None  # type: ignore[assignment]  # as SimPy marks an event that is over
    for callback in callbacks:
        callback(event)
    if not event._ok and not event.defused:
        raise event._value


class Agenda(Generic[Entry]):
    """Entries in the order of their times, which come first in each; each is acted on when its time has come.

    All that is due at one moment is acted on in one go, in the order given. Entries whose time has passed are acted
    on at the moment at which the agenda is made, after what is under way.
    """

    __slots__ = ("_act", "_entries", "_env")

    def __init__(self, env: Environment, entries: Iterable[Entry], act: Callable[[Entry], None]) -> None:
        self._env = env
        self._act = act
        self._entries: list[Any] = [*entries, (_NEVER,)]  # the next one last
        self._entries.reverse()
        first = self._entries[-1][0]
        self._wait_for(first if first > env.now else env.now)

    def _wait_for(self, moment: float) -> None:
        env = self._env
        if moment < _NEVER:
            queue: list[Any] = env._queue
            heappush(queue, (moment, NORMAL, next(env._eid), Agenda._go_on, self))

    def _go_on(self) -> None:
        act, entries, now = self._act, self._entries, self._env.now
        while (moment := entries[-1][0]) <= now:
            act(entries.pop())
        self._wait_for(moment)
