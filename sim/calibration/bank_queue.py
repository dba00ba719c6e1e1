"""A small queue for one day: the calls of the log, agents by half-hour, skills, head starts and patience.

Only what is needed to infer agents on duty from waits; the simulator itself lives elsewhere and is compared
with its own output. Rules: the agent who is free longest among those able takes an arriving call; an agent
who becomes free takes the waiting call with the earliest clock (time of entering less head start) among those
she can take. Agents above the number on duty finish their call and leave. Times in seconds since midnight.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush

HALF_HOUR = 1800.0


@dataclass(frozen=True)
class DayCalls:
    """What a day's calls bring, as plain lists in order of entering the queue."""

    entered: list[float]
    kind: list[int]
    head_start: list[float]
    handle_s: list[float]
    patience_s: list[float]


@dataclass
class _Floor:
    """State of the day: who is free, busy or off duty, and who waits."""

    calls: DayCalls
    skills: Sequence[int]
    waits: list[float]
    on_duty: int = 0
    free: list[int] = field(default_factory=list)
    off: set[int] = field(default_factory=set)
    busy: list[tuple[float, int]] = field(default_factory=list)
    lines: dict[int, list[tuple[float, int]]] = field(default_factory=dict)

    def arrive(self, call: int) -> None:
        """An arriving call goes to the able agent free longest, else into the line of its kind."""
        kind, now = self.calls.kind[call], self.calls.entered[call]
        for agent in self.free:
            if self.skills[agent] >> kind & 1:
                self.free.remove(agent)
                self.waits[call] = 0.0
                heappush(self.busy, (now + self.calls.handle_s[call], agent))
                return
        heappush(self.lines[kind], (now - self.calls.head_start[call], call))

    def release(self, agent: int, now: float) -> None:
        """An agent becomes free: leaves if above the number on duty, else takes a waiting call or waits."""
        if agent >= self.on_duty:
            self.off.add(agent)
            return
        best = self._next(self.skills[agent], now)
        if best is None:
            self.free.append(agent)
            return
        call = heappop(self.lines[best])[1]
        self.waits[call] = now - self.calls.entered[call]
        heappush(self.busy, (now + self.calls.handle_s[call], agent))

    def change_shift(self, on_duty: int, now: float) -> None:
        """A half-hour begins with another number of agents."""
        self.on_duty = on_duty
        self.off.update(agent for agent in self.free if agent >= on_duty)
        self.free = [agent for agent in self.free if agent < on_duty]
        for agent in sorted(agent for agent in self.off if agent < on_duty):
            self.off.remove(agent)
            self.release(agent, now)

    def _next(self, skills: int, now: float) -> int | None:
        best, clock = None, 0.0
        for kind, line in self.lines.items():
            if not skills >> kind & 1:
                continue
            while line and self._gone(line[0][1], now):
                heappop(line)
            if line and (best is None or line[0][0] < clock):
                best, clock = kind, line[0][0]
        return best

    def _gone(self, call: int, now: float) -> bool:
        return self.calls.entered[call] + self.calls.patience_s[call] <= now


def simulate_day(
    calls: DayCalls, agents: Sequence[int], first_half_hour: int, skills: Sequence[int]
) -> tuple[list[float], list[bool]]:
    """Seconds waited and whether answered, call by call.

    ``agents`` counts those on duty in each half-hour from ``first_half_hour``; ``skills`` is a bit mask of
    kinds for each agent, the one who stays longest first. After the last half-hour the last number stays until
    no call waits.
    """
    floor = _Floor(calls, skills, [-1.0] * len(calls.entered))
    floor.off = set(range(len(skills)))
    floor.lines = {kind: [] for kind in sorted(set(calls.kind))}
    for index in range(len(agents)):
        heappush(floor.busy, ((first_half_hour + index) * HALF_HOUR, -1 - index))
    for call, now in enumerate(calls.entered):
        _advance(floor, now, agents)
        floor.arrive(call)
    while any(floor.lines.values()) and floor.busy:
        _step(floor, agents)
    answered = [wait >= 0 for wait in floor.waits]
    waits = [
        wait if served else calls.patience_s[call]
        for call, (wait, served) in enumerate(zip(floor.waits, answered, strict=True))
    ]
    return waits, answered


def _advance(floor: _Floor, now: float, agents: Sequence[int]) -> None:
    while floor.busy and floor.busy[0][0] <= now:
        _step(floor, agents)


def _step(floor: _Floor, agents: Sequence[int]) -> None:
    moment, agent = heappop(floor.busy)
    if agent < 0:
        floor.change_shift(agents[-1 - agent], moment)
    else:
        floor.release(agent, moment)
