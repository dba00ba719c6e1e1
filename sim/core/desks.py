"""Desks: the open chats of an agent, who shares his work among them; customers wait while others are served."""

from __future__ import annotations

from math import inf

from sim.core.entities import Agent, Contact


class Desk:
    """The open chats of an agent, with the work left of each (s of an agent with one chat).

    patience: of each, how much longer in all its customer waits for replies, in seconds; infinite if for ever.
    settled: until when work has been done; stamp: calls with an older one do not hold any more; unseen: chats of
    customers who are gone without the agent knowing.
    """

    __slots__ = ("agent", "area", "chats", "left", "opened_at", "patience", "settled", "stamp", "unseen")

    def __init__(self, agent: Agent, now: float) -> None:
        self.agent = agent
        self.chats: list[Contact] = []
        self.left: list[float] = []
        self.patience: list[float] = []
        self.unseen: list[Contact] = []
        self.settled = self.opened_at = now
        self.stamp = 0
        self.area = 0.0

    @property
    def taken(self) -> int:
        """Chats open, those of customers who are gone included."""
        return len(self.chats) + len(self.unseen)

    def settle(self, now: float, paces: tuple[float, ...]) -> None:
        """Do the work from when it was done last until now, shared evenly by the open chats."""
        count, since = len(self.chats), now - self.settled
        if count and since > 0.0:
            done = since * paces[count - 1] / count
            self.left = [left - done for left in self.left]
            self.patience = [patience - (since - done) for patience in self.patience]
        self.area += self.taken * since
        self.settled = now

    def next(self, paces: tuple[float, ...]) -> tuple[float, int, bool]:
        """What happens next if nothing is opened: after how long, to which chat, and whether its customer leaves."""
        count = len(self.chats)
        share = paces[count - 1] / count
        needs = min(self.left)
        soonest = needs * count / paces[count - 1], self.left.index(needs), False
        least = min(self.patience)
        if least < inf and share < 1.0 and least / (1.0 - share) < soonest[0]:
            soonest = least / (1.0 - share), self.patience.index(least), True
        return max(soonest[0], 0.0), *soonest[1:]

    def open(self, contact: Contact, work: float, patience: float) -> None:
        """One more chat with so much work; patience: how long in all its customer waits for replies."""
        self.chats.append(contact)
        self.left.append(work)
        self.patience.append(patience)

    def close(self, place: int) -> Contact:
        """A chat is over."""
        del self.left[place], self.patience[place]
        return self.chats.pop(place)
