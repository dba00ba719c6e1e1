"""Stories: the life of one entity as a generator, run on bare SimPy events.

A story yields how long it waits, in seconds, or None to wait until somebody wakes it. What the yield returns is
what ``wake`` was given, or None when the time was up. A SimPy process with ``AnyOf`` costs three times as much.
A story that ends leaves no reference cycle. Contacts do without: they are bells (``core/kernel``), at half the cost.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from simpy import Environment, Event, Timeout

Telling = Generator[float | None, Any, None]


class Story:
    """One running story; it starts at once, up to its first wait."""

    __slots__ = ("_env", "_event", "_send")

    def __init__(self, env: Environment, telling: Telling) -> None:
        self._env = env
        self._send = telling.send
        self._event: Timeout | None = None
        self._go_on(None)

    def _go_on(self, heard: Any) -> None:
        try:
            delay = self._send(heard)
        except StopIteration:
            return
        if delay is not None:
            event = Timeout(self._env, delay)
            event.callbacks.append(self._time_is_up)
            self._event = event

    def _time_is_up(self, _: Event) -> None:
        self._event = None
        self._go_on(None)

    def wake(self, heard: Any) -> None:
        """End the present wait now; what was heard is the value of the yield."""
        event = self._event
        if event is not None:
            event.callbacks.clear()
            self._event = None
        self._go_on(heard)
