"""Cases, and the workplaces where they wait for workers: taken in turn, each by one worker, in the hours of work."""

from __future__ import annotations

from collections import deque

from sim.core import streams
from sim.core.distributions import Law
from sim.core.elementary import added
from sim.core.entities import Contact
from sim.core.hours import WorkingTime

_TIME = streams.named("time of a case")


class Case:
    """An issue in other hands than those of agents.

    contact: the one that could not end it; home: the workplace whose promise it has, at: where it is now; late: whether
    that is broken; asking: whether a contact about it is under way or to come, asked: how
    many there have been; solved: None until it is done.
    """

    __slots__ = ("asked", "asking", "at", "contact", "home", "issue", "key", "late", "opened_at", "solved")

    def __init__(self, contact: Contact, home: Workplace, key: int, now: float) -> None:
        self.issue = contact.issue
        self.contact = contact
        self.home = self.at = home
        self.key = key
        self.opened_at = now
        self.asking = self.late = False
        self.solved: bool | None = None
        self.asked = 0


class Workplace:
    """Workers who take cases in turn. Counts: came = done + laid aside + present.

    workers, law and working (of what they work in): as in force; busy: workers at work; time: that cases spent here
    before they left; area: under the number present; spent: on cases, since it was paid last; kept, broken: promises.
    """

    __slots__ = (
        "area", "broken", "busy", "came", "done", "kept", "laid_aside", "law", "name", "settled", "since", "spent",
        "stream", "time", "waiting", "workers", "working",
    )  # fmt: skip

    law: Law
    working: WorkingTime

    def __init__(self, name: str) -> None:
        self.name = name
        self.stream = streams.named(name)
        self.waiting: deque[Case] = deque()
        self.since: dict[Case, float] = {}
        self.workers = self.busy = self.came = self.done = self.laid_aside = self.kept = self.broken = 0
        self.area = self.settled = self.time = self.spent = 0.0

    def settle(self, now: float) -> None:
        """Bring the area under the number of cases up to date."""
        self.area += len(self.since) * (now - self.settled)
        self.settled = now

    def come(self, case: Case, now: float) -> None:
        """A case comes and waits its turn."""
        self.settle(now)
        case.at = self
        self.since[case] = now
        self.waiting.append(case)
        self.came += 1

    def leave(self, case: Case, now: float) -> None:
        """A case leaves, done or laid aside."""
        self.settle(now)
        self.time += now - self.since.pop(case)

    def end_of_work(self, case: Case, now: float) -> float:
        """When the worker is done who begins a case now."""
        return self.working.end_of(now, self.law.quantile(streams.uniform(case.key ^ self.stream, _TIME)))

    def counts(self, now: float) -> dict[str, float]:
        """Cases that came and left, the time they spent here, the area under their number, promises."""
        self.settle(now)
        return {
            "cases": self.came,
            "left": self.done + self.laid_aside,
            "time": self.time,
            "area": self.area,
            "kept": self.kept,
            "promises": self.kept + self.broken,
        }

    def balances(self, now: float) -> list[tuple[str, float, float]]:
        """Came = done + laid aside + present; Little's law."""
        self.settle(now)
        inside = self.time + added(now - since for since in self.since.values())
        here = float(self.done + self.laid_aside + len(self.since))
        return [
            (f"cases of {self.name}", float(self.came), here),
            (f"Little's law of the cases of {self.name}", self.area, inside),
        ]
