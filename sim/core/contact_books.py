"""Contact books: what is counted of contacts, by lane, by channel and in all, and what a study can report of it."""

from __future__ import annotations

from collections.abc import Mapping
from operator import add, attrgetter
from typing import Protocol

from sim.core.elementary import added
from sim.core.entities import Lane
from sim.core.measures import Measure
from sim.core.world import World

_COUNTS = (*Lane.COUNTS, "judged")
_VALUES = attrgetter(*_COUNTS)


class _Target(Protocol):
    @property
    def within(self) -> float: ...


class _Channel(Protocol):
    @property
    def kind(self) -> str: ...

    @property
    def target(self) -> _Target: ...


class ContactBooks:
    """Counts of contacts since the beginning, from the lanes."""

    def __init__(self, world: World) -> None:
        self.world = world

    def counts(self) -> dict[str, float]:
        """Contacts by channel, by lane and in all."""
        sums: dict[str, list[float]] = {name: [0.0] * len(_COUNTS) for name in ("contacts", *self.world.channels)}
        for lane in self.world.lanes:
            counted = _VALUES(lane)
            sums[lane.name] = list(counted)
            for name in (lane.channel.name, "contacts"):
                sums[name] = list(map(add, sums[name], counted))
        totals: dict[str, float] = {}
        for name, values in sums.items():
            found = dict(zip(_COUNTS, values, strict=True))
            found["wait"] = found["wait_answered"] + found["wait_abandoned"]
            found["left_queue"] = found["answered"] + found["abandoned"]
            for count, value in found.items():
                totals[f"{name}.{count}"] = value
        return totals

    def daily(self) -> dict[str, float]:
        """The few counts by channel that are kept for each day."""
        found: dict[str, float] = {}
        for channel in self.world.channels.values():
            offered = in_target = judged = abandoned = left = 0
            wait = 0.0
            for lane in self.world.lanes:
                if lane.channel is channel:
                    offered += lane.offered
                    in_target += lane.answered_in_target
                    judged += lane.judged
                    abandoned += lane.abandoned
                    left += lane.answered + lane.abandoned
                    wait += lane.wait_answered + lane.wait_abandoned
            name = channel.name
            found[f"{name}.offered"] = offered
            found[f"{name}.answered_in_target"] = in_target
            found[f"{name}.judged"] = judged
            found[f"{name}.abandoned"] = abandoned
            found[f"{name}.left_queue"] = left
            found[f"{name}.wait"] = wait
        return found

    def levels(self) -> dict[str, float]:
        """Contacts waiting and inside by channel."""
        found: dict[str, float] = {}
        for channel in self.world.channels.values():
            found[f"{channel.name}.waiting"] = channel.waiting
            found[f"{channel.name}.inside"] = channel.inside
        return found

    def balances(self) -> list[tuple[str, float, float]]:
        """Contacts offered = answered, abandoned, blocked, balked, unreached, waiting for their first agent or a call.

        Answered = handled + broken off + in hand or waiting for the next agent.
        """
        pairs: list[tuple[str, float, float]] = []
        for name, channel in self.world.channels.items():
            lanes = [lane for lane in self.world.lanes if lane.channel is channel]
            offered = added(lane.offered for lane in lanes)
            gone = added(lane.answered + lane.abandoned + lane.blocked + lane.balked + lane.unreached for lane in lanes)
            begun = added(lane.answered - lane.handled - lane.broken_off for lane in lanes)
            waiting = channel.waiting - channel.handed_on - channel.to_call_in_line
            still_there = waiting - channel.unseen + channel.to_call
            pairs.append((f"contacts offered on {name}", offered, gone + still_there))
            pairs.append((f"contacts inside {name}", begun + waiting + channel.unseen_open, channel.inside))
        return pairs


def channel_measures(channels: Mapping[str, _Channel]) -> list[Measure]:
    """Service level, abandonment, waiting and volume, by channel."""
    return [
        measure
        for name, channel in channels.items()
        for measure in _measures_of(name, channel.kind, channel.target.within)
    ]


def _duration_text(seconds: float) -> str:
    for unit, size in (("days", 86_400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * size:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s"


def _measures_of(name: str, kind: str, within: float) -> list[Measure]:
    answered = "replied to" if kind == "written" else "answered"
    unit, factor = ("h", 1 / 3600.0) if kind == "written" else ("s", 1.0)
    return [
        Measure(
            f"{name}.service_level", f"{name}: {answered} within {_duration_text(within)}", "%",
            f"{name}.answered_in_target", f"{name}.judged", 100.0, "higher",
            meaning=f"contacts {answered} in time, over contacts {answered}, abandoned, blocked or balked",
        ),
        Measure(
            f"{name}.abandonment", f"{name}: abandoned", "%", f"{name}.abandoned", f"{name}.offered", 100.0, "lower",
            meaning="contacts that gave up while waiting, over contacts offered",
        ),
        Measure(
            f"{name}.blocked", f"{name}: blocked", "%", f"{name}.blocked", f"{name}.offered", 100.0, "lower",
            meaning="contacts turned away because all lines were taken, over contacts offered",
        ),
        Measure(
            f"{name}.balked", f"{name}: balked", "%", f"{name}.balked", f"{name}.offered", 100.0, "lower",
            meaning="contacts that saw the line and turned away, over contacts offered",
        ),
        Measure(
            f"{name}.mean_wait", f"{name}: mean wait", unit, f"{name}.wait", f"{name}.left_queue", factor, "lower",
            meaning="time from offered to answered or abandoned, mean over contacts",
        ),
        Measure(
            f"{name}.speed_of_answer", f"{name}: speed of answer", unit, f"{name}.wait_answered", f"{name}.answered",
            factor, "lower", meaning="time from offered to answered, mean over contacts answered",
        ),
        Measure(
            f"{name}.handle_time", f"{name}: handle time", "s", f"{name}.handle_time", f"{name}.handled", 1.0, "lower",
            meaning="talk and wrap-up, mean over contacts handled",
        ),
        Measure(
            f"{name}.offered", f"{name}: contacts offered", "contacts a year", f"{name}.offered", "years",
            meaning="arrivals at the channel, repeats and redials included",
        ),
    ]  # fmt: skip
