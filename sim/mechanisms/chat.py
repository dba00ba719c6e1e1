"""Chat: several conversations of one agent at a time.

An agent with n chats open does r(n) times the work of one with a single chat, and each chat is worked off at r(n) / n
(processor sharing; Tezcan and Zhang 2014, Operations Research 62(4):943-956). r is concave: either n / (1 + kappa
(n - 1)), or what follows from the customer's own share of the typing, or given number by number. With customers who
type a share s of a chat that has the agent to itself, chats alternate between two stations, the customer (who types
at once) and the agent (who answers one after the other): the agent's busy share with n chats is that of the machine
repair model (Palm 1947), and r(n) its ratio to that with one.

Customers who give up waiting may leave silently: nobody takes them out of line, an agent opens the chat and finds out
after a while (30 to 67 % of those who abandon; Castellanos, Yom-Tov and Goldberg, arXiv 2304.11754).
"""

from __future__ import annotations

from itertools import pairwise
from math import inf
from typing import Any, Literal

from pydantic import Field, model_validator

from sim.core import streams
from sim.core.desks import Desk
from sim.core.distributions import Law
from sim.core.elementary import added
from sim.core.entities import Agent, Contact, Group
from sim.core.measures import Measure
from sim.core.units import Settings, Several, Share
from sim.core.world import Mechanism, World


class SilentSettings(Settings):
    """Customers who leave the line of a chat without a word.

    share: of those who give up; noticed_after: how long a chat of an agent is then taken until he finds out.
    """

    share: Share
    noticed_after: Law


class ChatSettings(Settings):
    """How agents work with several chats, on all channels of the kind ``chat``.

    most: chats open at a time per agent. How much work is done with n open, relative to one, by one of: slowdown
    (kappa in n / (1 + kappa (n - 1))), typing (share of a single chat's length in which the customer types), or
    pace (the numbers themselves, from one chat to the most). assignment: a new chat goes to the agent with the fewest
    open, or to the one who has taken none for longest. distraction: what each other chat open at its beginning takes
    from the ability to resolve, on the logit scale. replies: how long in all a customer waits for replies while his
    agent is with others, before he leaves the chat.
    """

    most: int = Field(ge=1, le=1000)
    slowdown: float | None = Field(default=None, ge=0, le=1)
    typing: float | None = Field(default=None, ge=0, lt=1)
    pace: Several[float] = ()
    assignment: Literal["fewest_open", "longest_idle"]
    distraction: float = Field(default=0.0, ge=0, le=5)
    silent: SilentSettings | None = None
    replies: Law | None = None

    @model_validator(mode="after")
    def _one_form(self) -> ChatSettings:
        given = (self.slowdown is not None) + (self.typing is not None) + bool(self.pace)
        if given != 1:
            raise ValueError("needs one of 'slowdown', 'typing' and 'pace'")
        if self.pace:
            if len(self.pace) != self.most:
                raise ValueError(f"'pace' has {len(self.pace)} numbers, not one for each of {self.most} chats")
            steps = [self.pace[0], *(after - before for before, after in pairwise(self.pace))]
            if self.pace[0] != 1.0 or min(self.pace) <= 0.0 or any(b > a + 1e-9 for a, b in pairwise(steps)):
                raise ValueError("'pace' must begin with 1 and rise by less with each chat")
        return self


_SILENT = streams.named("silent leaving")
_NOTICED = streams.named("silence noticed")
_REPLIES = streams.named("patience for replies")


def total_pace(n: int, slowdown: float) -> float:
    """Work done with n chats relative to one: n / (1 + slowdown x (n - 1))."""
    return n / (1.0 + slowdown * (n - 1))


def paces_by_typing(most: int, typing: float) -> tuple[float, ...]:
    """Work done with 1 .. most chats relative to one, if a customer types this share of a chat that is alone.

    The agent's idle share with n chats is 1 / sum over k of n! / (n - k)! x a^k, a the agent's mean turn over the
    customer's; the idle share follows that of n - 1 chats as in the recursion of Erlang's B.
    """
    if typing == 0.0:
        return (1.0,) * most
    turns = (1.0 - typing) / typing
    weight, busy = 1.0, []
    for n in range(1, most + 1):
        weight = 1.0 + n * turns * weight
        busy.append(1.0 - 1.0 / weight)
    return tuple(one / busy[0] for one in busy)


def paces_of(settings: ChatSettings) -> tuple[float, ...]:
    """Work done with 1 to the most chats open, relative to one."""
    if settings.pace:
        return settings.pace
    if settings.typing is not None:
        return paces_by_typing(settings.most, settings.typing)
    return tuple(total_pace(n, settings.slowdown or 0.0) for n in range(1, settings.most + 1))


class Chat(Mechanism[ChatSettings]):
    """Open chats and the pace of each."""

    answers = ("desk_for", "open_chat", "chat_on", "gone_unseen", "found_gone")

    def __init__(self, world: World, settings: ChatSettings) -> None:
        super().__init__(world, settings)
        self._paces: tuple[float, ...] = ()
        self._working: dict[Group, dict[Agent, Desk]] = {}
        self._gone: set[Contact] = set()
        self._longer: dict[Contact, tuple[float, float]] = {}
        self.area = self.spent = self.unseen_spent = 0.0
        self.silent = self.given_up = self.left = self.begun = 0

    def begin(self) -> None:
        """Find out whether contacts may be handed on."""
        ask = self.world.ask
        self._done = ask.answered("part_done") or ask.finish
        self._broken_off = ask.answered("part_broken_off") or ask.break_off

    def adopted(self) -> None:
        """Lay out the pace for each number of open chats; what is open goes on at the new one."""
        settings, now = self.settings, self.world.env.now
        for desk in self._desks():
            desk.settle(now, self._paces)
        self._paces = paces_of(settings)
        most = max((desk.taken for desk in self._desks()), default=0)
        self._paces += (self._paces[-1],) * (most - settings.most)  # more are open than there may be from now on
        for desk in self._desks():
            self._wait(desk)

    def on_settings_changed(self, _: float) -> None:
        """There may be room for more chats now."""
        for desk in self._desks():
            self._fill(desk)

    def _desks(self) -> list[Desk]:
        return [desk for desks in self._working.values() for desk in desks.values()]

    def desk_for(self, contact: Contact) -> Agent | None:
        """The agent who takes a chat that comes: idle, or with room for one more; None if there is none."""
        groups = contact.lane.queue.groups
        idle_since = min((group.idle[0].idle_since for group in groups if group.idle), default=None)
        if idle_since is None or self.settings.assignment == "longest_idle":
            best = self._desk_with_room(contact, groups)
            if best is not None and (idle_since is None or best.opened_at < idle_since):
                return best.agent
        return self.world.ask.agent_for(contact)

    def _desk_with_room(self, contact: Contact, groups: tuple[Group, ...]) -> Desk | None:
        """Of the agents with chats and room for one more, the one whose turn it is."""
        fewest, now = self.settings.assignment == "fewest_open", self.world.env.now
        rank = contact.offered_at + contact.lane.rank
        best: Desk | None = None
        for group in groups:
            first = self.world.ask.first_waiting(group)
            if first is not None and first.offered_at + first.lane.rank <= rank:
                continue  # somebody whose turn it is before waits for them to be free
            for desk in self._working.get(group, {}).values():
                if desk.taken >= self.settings.most or desk.agent.on_until <= now:
                    continue
                if best is None or (desk.taken * fewest, desk.opened_at) < (best.taken * fewest, best.opened_at):
                    best = desk
        return best

    def open_chat(self, contact: Contact, agent: Agent) -> None:
        """An agent has one more chat open, the first one or beside others."""
        desk, is_first = self._desk(contact, agent)
        contact.threshold += self.settings.distraction * desk.taken
        self.begun += 1
        replies = self.settings.replies
        patience = inf if replies is None else replies.quantile(streams.uniform(contact.key, _REPLIES))
        desk.open(contact, contact.spent, patience)
        self._wait(desk)
        if is_first:
            self._fill(desk)

    def _desk(self, contact: Contact, agent: Agent) -> tuple[Desk, bool]:
        """The agent's desk, settled until now; and whether this chat is the first on it."""
        now = self.world.env.now
        desks = self._working.setdefault(agent.group, {})
        desk = desks.get(agent)
        is_first = desk is None
        if desk is None:
            desk = desks[agent] = Desk(agent, now)
            agent.contact, agent.busy_since = contact, now
        desk.settle(now, self._paces)
        desk.opened_at = now
        return desk, is_first

    def gone_unseen(self, contact: Contact) -> bool:
        """Whether a customer who gives up leaves silently; the place in line then stays taken."""
        self.given_up += 1
        silent = self.settings.silent
        if silent is None or streams.uniform(contact.key, _SILENT) >= silent.share:
            return False
        self.silent += 1
        self._gone.add(contact)
        contact.lane.channel.unseen += 1
        return True

    def found_gone(self, contact: Contact, agent: Agent) -> bool:
        """Whether the customer of a chat that an agent opens is gone: it takes a place until he finds out."""
        if contact not in self._gone:
            return False
        silent, channel = self.settings.silent, contact.lane.channel
        self._gone.remove(contact)
        channel.unseen -= 1
        channel.unseen_open += 1
        desk, is_first = self._desk(contact, agent)
        desk.unseen.append(contact)
        contact.agent, contact.answered_at = agent, self.world.env.now
        after = silent.noticed_after.quantile(streams.uniform(contact.key, _NOTICED)) if silent is not None else 0.0
        self.world.env.after(after, self._notice, (desk, contact))
        if is_first:
            self._fill(desk)
        return True

    def _notice(self, found: tuple[Desk, Contact]) -> None:
        """The agent finds out that a customer is gone, and closes the chat."""
        desk, contact = found
        now = self.world.env.now
        desk.settle(now, self._paces)
        desk.unseen.remove(contact)
        channel = contact.lane.channel
        channel.unseen_open -= 1
        channel.inside -= 1
        self.unseen_spent += now - contact.answered_at
        self._go_on(desk)

    def _wait(self, desk: Desk) -> None:
        """Expect the next chat to be over; whatever was expected before does not hold any more."""
        desk.stamp += 1
        if desk.chats:
            self.world.env.after(desk.next(self._paces)[0], self._due, (desk, desk.stamp))

    def _due(self, call: tuple[Desk, int]) -> None:
        desk, stamp = call
        if stamp != desk.stamp:
            return  # chats have been opened or closed since
        now = self.world.env.now
        desk.settle(now, self._paces)
        _, place, leaves = desk.next(self._paces)
        contact = desk.close(place)
        if contact in self._longer:
            self._end_longer(contact, now)
            self._go_on(desk)
            return
        contact.spent = now - contact.answered_at
        self.spent += contact.spent
        if leaves:
            self.left += 1
            self._broken_off(contact)
        else:
            self._done(contact)
        self._go_on(desk)

    def chat_on(self, contact: Contact, work: float) -> None:
        """A chat that was about to end goes on for some more work of its agent; then it is finished."""
        desk, now = self._working[contact.agent.group][contact.agent], self.world.env.now
        self._longer[contact] = contact.spent, now
        desk.open(contact, work, inf)

    def _end_longer(self, contact: Contact, now: float) -> None:
        spent, since = self._longer.pop(contact)
        contact.spent = spent + now - since
        self.spent += now - since
        self.world.ask.finish(contact)

    def _open_since(self, contact: Contact) -> float:
        return self._longer[contact][1] if contact in self._longer else contact.answered_at

    def _go_on(self, desk: Desk) -> None:
        """After a chat: take the next that waits, go on with those open, or be free for anything."""
        agent, now = desk.agent, self.world.env.now
        self._fill(desk)
        if desk.taken:
            agent.contact = (desk.chats or desk.unseen)[0]
            self._wait(desk)
            return
        del self._working[agent.group][agent]
        self.area += desk.area
        agent.lay_down(now - agent.busy_since)
        self.world.ask.release(agent)

    def _fill(self, desk: Desk) -> None:
        """Open the chats that wait while there is room, unless it is another's turn to be served before them."""
        agent, ask = desk.agent, self.world.ask
        while desk.taken and desk.taken < self.settings.most and agent.on_until > self.world.env.now:
            first = ask.first_waiting(agent.group)
            if first is None or not first.lane.shared:
                return
            ask.serve_next(agent)

    def counts(self) -> dict[str, float]:
        """Agent-seconds of open chats, and customers who left the line of a chat, silently or not."""
        now = self.world.env.now
        under_way = added(desk.area + desk.taken * (now - desk.settled) for desk in self._desks())
        found = {
            "chats.open": self.area + under_way,
            "chats.given_up": self.given_up,
            "chats.silent": self.silent,
            "chats.unseen": self.unseen_spent,
        }
        return found if self.settings.replies is None else found | {"chats.left": self.left, "chats.begun": self.begun}

    def balances(self) -> list[tuple[str, float, float]]:
        """Little's law of open chats: the area under their number is the time that they took."""
        now, desks = self.world.env.now, self._desks()
        ongoing = added(now - self._open_since(one) for desk in desks for one in (*desk.chats, *desk.unseen))
        return [("Little's law of open chats", self.counts()["chats.open"], self.spent + self.unseen_spent + ongoing)]

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """Chats open, the silent ones, and those that customers leave."""
        found = [
            Measure(
                "chats_open", "chats open", "chats", "chats.open", "seconds", 1.0,
                meaning="chats that agents have open, mean over all hours of the week",
            ),
            Measure(
                "silent_abandonment", "chats given up silently", "%", "chats.silent", "chats.given_up", 100.0, "lower",
                meaning="customers who left the line of a chat without a word, over those who gave up",
            ),
            Measure(
                "chat_time_lost", "chat time taken by customers who are gone", "%", "chats.unseen", "chats.open", 100.0,
                "lower", meaning="time of open chats until agents find out that nobody is there, over that of all",
            ),
            Measure(
                "chats_left", "chats left for want of replies", "%", "chats.left", "chats.begun", 100.0, "lower",
                meaning="chats whose customers left while the agent was with others, over chats answered",
            ),
        ]  # fmt: skip
        return found if scenario.chat.replies is not None else found[:-1]
