"""Estimates of a wait, as an operation can make them when a contact joins the line.

By the wait of the last contact that was answered, by how long the head of the line has waited so far, or by the length
of the queue: contacts waiting, this one included, x mean handle time / agents on duty. Ibrahim and Whitt (2009,
Manufacturing and Service Operations Management 11(3):397-415) compare the three: the queue length is the most accurate
where handle times and the number of agents are known, the other two need no such knowledge.
"""

from __future__ import annotations

from math import inf, sqrt
from typing import Literal

from pydantic import Field

from sim.core import elementary, streams
from sim.core.elementary import added
from sim.core.entities import Contact, Queue
from sim.core.units import Percent, Settings
from sim.core.world import World


class EstimateSettings(Settings):
    """How a wait is estimated, and how far off that is beside what the rule itself misses.

    error: coefficient of variation of a factor of mean 1 (lognormal) on every estimate.
    """

    by: Literal["last_answered", "head_of_line", "queue_length"]
    error: Percent = Field(ge=0, le=3)


_ERROR = streams.named("error of an estimated wait")


def by_queue_length(waiting: int, handle_time: float, agents: int) -> float:
    """Wait behind so many contacts: each leaves the line when one of the agents is done with another."""
    return (waiting + 1) * handle_time / agents if agents else inf


def blurred(estimate: float, error: float, u: float) -> float:
    """An estimate times a lognormal factor of mean 1 and coefficient of variation ``error``."""
    if error == 0.0:
        return estimate
    variance = elementary.log(1.0 + error * error)
    return estimate * elementary.exp(sqrt(variance) * elementary.normal_quantile(u) - 0.5 * variance)


class WaitEstimates:
    """Estimates for contacts that join a line, and the waits that they rest on."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._last: dict[Queue, float] = {}

    def note(self, contact: Contact) -> None:
        """A contact is answered: its wait is the last one of its queue."""
        self._last[contact.lane.queue] = contact.waited

    def of(self, contact: Contact, settings: EstimateSettings) -> float:
        """The wait estimated for a contact that is about to join the line, in seconds."""
        queue = contact.lane.queue
        if not queue.groups:
            return 0.0  # it waits for one agent alone, of whom nobody knows when he is free
        if settings.by == "queue_length":
            agents = added(group.present for group in queue.groups)
            found = by_queue_length(queue.waiting, self.world.ask.usual_work(contact.lane), agents)
        elif settings.by == "last_answered":
            found = self._last.get(queue, 0.0)
        else:
            found = self._of_the_head(queue)
        return blurred(found, settings.error, streams.uniform(contact.key, _ERROR))

    def _of_the_head(self, queue: Queue) -> float:
        """How long the first in line has waited so far; 0 where nobody is in line."""
        first = min((entry for entry in queue.entries if entry[2].waiting), default=None)
        return self.world.env.now - first[2].offered_at if first is not None else 0.0
