"""The clock: SimPy's environment with its loop written out, and events that may be scheduled again and again.

Heap, order of events and events are SimPy's; its processes, timeouts and resources work as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from heapq import heappop, heappush
from typing import Any, Generic, TypeVar

import simpy
from simpy.events import NORMAL, URGENT, Event

Entry = TypeVar("Entry", bound=tuple[Any, ...])


class Environment(simpy.Environment):
    """A SimPy environment in which ``now`` is a plain attribute and ``run`` does what ``step`` does, without calls.

    Measured: 0.3 us less for each event and 0.05 us for each look at the clock.
    """

    now = 0.0

    def run(self, until: float) -> None:  # type: ignore[override]  # always up to a moment here
        """Let everything happen that happens before a moment."""
        self.schedule(Bell([_time_is_up]), URGENT, until - self.now)
        queue = self._queue
        try:
            while True:
                self.now, _, _, event = heappop(queue)
                self._now = self.now
                callbacks = event.callbacks
                event.callbacks = None
                for callback in callbacks:
                    callback(event)
                if not event._ok and not event.defused:
                    raise event._value
        except _TimeIsUp:
            return


    def ring(self, bell: Bell, delay: float, callbacks: list[Callable[[Any], None]]) -> None:
        """Let a bell ring after a delay in seconds, and call what is given then; ``schedule`` for bells."""
        bell.callbacks = callbacks
        heappush(self._queue, (self.now + delay, NORMAL, next(self._eid), bell))


class _TimeIsUp(Exception):
    """The moment up to which to run has come."""


def _time_is_up(_: Event) -> None:
    raise _TimeIsUp


class Bell(Event):
    """An event that may be scheduled again once it has rung; what it calls is set each time, () for nothing.

    An entity that waits for one thing at a time is its own bell, which spares an event for each wait (0.5 us).
    """

    _ok = True
    _value = None

    def __init__(self, callbacks: list[Callable[[Any], None]]) -> None:
        self.callbacks = callbacks


class Agenda(Bell, Generic[Entry]):
    """Entries in the order of their times, which come first in each; each is acted on when its time has come.

    Entries whose time has passed are acted on at once.
    """

    def __init__(self, env: Environment, entries: Iterable[Entry], act: Callable[[Entry], None]) -> None:
        self.env = env
        self._entries = iter(entries)
        self._act = act
        self._next: Entry | None = next(self._entries, None)
        self._go_on()

    def _go_on(self) -> None:
        env, entry = self.env, self._next
        while entry is not None and entry[0] <= env.now:
            self._act(entry)
            entry = next(self._entries, None)
        self._next = entry
        if entry is not None:
            env.ring(self, entry[0] - env.now, _GO_ON)


_GO_ON: list[Callable[[Any], None]] = [Agenda._go_on]
"""A bell is what its callbacks are given, so that a method of its class makes no cycle of references."""
