"""The clock: SimPy's environment with its loop written out, and events that may be scheduled again and again.

Heap, order of events and events are SimPy's; its processes, timeouts and resources work as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from heapq import heappop, heappush
from typing import Any, Generic, TypeVar

import simpy
from simpy.events import NORMAL, URGENT, Event, EventPriority

Entry = TypeVar("Entry", bound=tuple[Any, ...])


class Environment(simpy.Environment):
    """A SimPy environment in which ``now`` is a plain attribute and ``run`` does what ``step`` does, without calls.

    Measured: 0.3 us less for each event and 0.05 us for each look at the clock.
    """

    now = 0.0

    def run(self, until: float) -> None:  # type: ignore[override]  # always up to a moment here
        """Let everything happen that happens before a moment."""
        end = Event(self)
        end.callbacks.append(_time_is_up)
        self.schedule(end, URGENT, until - self.now)
        queue: list[Any] = self._queue
        try:
            while True:
                self.now, _, _, event = heappop(queue)
                callbacks = event.callbacks
                event.callbacks = None
                for callback in callbacks:
                    callback(event)
                if not event._ok and not event.defused:
                    raise event._value
        except _TimeIsUp:
            return

    def schedule(self, event: Event, priority: EventPriority = NORMAL, delay: float = 0) -> None:
        """Let an event happen after a delay in seconds."""
        heappush(self._queue, (self.now + delay, priority, next(self._eid), event))

    def ring(self, bell: Bell, delay: float, callbacks: Sequence[Callable[[Any], None]]) -> None:
        """Let a bell ring after a delay in seconds, and call what is given then; ``schedule`` for bells."""
        bell.callbacks = callbacks
        queue: list[Any] = self._queue
        heappush(queue, (self.now + delay, NORMAL, next(self._eid), bell))


class _TimeIsUp(Exception):  # noqa: N818  # it is no error
    """The moment up to which to run has come."""


def _time_is_up(_: Event) -> None:
    raise _TimeIsUp


class Bell:
    """An event that may ring again once it has rung; what it calls is set each time, () for nothing.

    An entity that waits for one thing at a time is its own bell, which spares an event for each wait (0.5 us). A bell
    has what an environment looks at in an event and no more: every SimPy event carries a dict (300 bytes).
    """

    __slots__ = ("callbacks",)
    _ok = True
    callbacks: Sequence[Callable[[Any], None]] | None


class Agenda(Bell, Generic[Entry]):
    """Entries in the order of their times, which come first in each; each is acted on when its time has come.

    Entries whose time has passed are acted on at once.
    """

    __slots__ = ("_act", "_entries", "_env", "_next")

    def __init__(self, env: Environment, entries: Iterable[Entry], act: Callable[[Entry], None]) -> None:
        self._env = env
        self._entries = iter(entries)
        self._act = act
        self._next: Entry | None = None
        self._go_on()

    def _go_on(self) -> None:
        if self._next is not None:
            self._act(self._next)
        self._next = entry = next(self._entries, None)
        if entry is not None:
            env = self._env
            delay = entry[0] - env.now
            env.ring(self, delay if delay > 0.0 else 0.0, _GO_ON)


_GO_ON: list[Callable[[Any], None]] = [Agenda._go_on]
"""A bell is what its callbacks are given, so that a method of its class makes no cycle of references."""
