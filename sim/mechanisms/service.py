"""Service: the path of a contact, from the moment it is offered until it is handled, gives up or is turned away.

A contact brings its needs with it (patience, work, the ability that it takes), drawn by its key. The path is one
method after the other: offered, then blocked, balked, or admitted; answered at once or queued; abandoned or answered;
handled. (Measured: a generator for each contact costs 2 us more.)
"""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.core import streams
from sim.core.brought import Brought, Drawn
from sim.core.calendar import Day
from sim.core.contact_books import ContactBooks, channel_measures
from sim.core.elementary import added
from sim.core.entities import Agent, Birth, Contact, Issue, Lane
from sim.core.measures import Measure
from sim.core.world import Mechanism, World
from sim.mechanisms.channels import ChannelsSettings

Keys = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]
Array = npt.NDArray[np.float64]

_FIRST_TWO = np.array([1, 2], dtype=np.uint64)
_FEW = 12
"""Issues up to which drawing one after the other is quicker than some forty array steps (measured)."""


class Service(Mechanism[ChannelsSettings]):
    """The path of contacts, and what is counted on it."""

    answers = (
        "make_contact", "births", "birth", "bear", "raise_issues", "contact_again", "answer", "finish", "break_off",
        "open_issues",
    )  # fmt: skip

    def __init__(self, world: World, settings: ChannelsSettings) -> None:
        super().__init__(world, settings)
        self.books = ContactBooks(world)
        self._lanes: dict[int, Lane] = {}
        self._to_come = 0
        self._edition = 0
        self._tonight = 0.0
        self._other_days: dict[int, list[tuple[float, Any, Issue]]] = {}

    def adopted(self) -> None:
        """Put the targets in force on the lanes there are."""
        for lane in self.world.lanes:
            self.on_lane_opened(lane)

    def begin(self) -> None:
        """Find out which facts of the hot path anybody hears."""
        heard = self.world.tell.heard
        self._raised, self._offered, self._answered = map(
            heard, ("issue_raised", "contact_offered", "contact_answered")
        )
        self._done = self.world.ask.answered("part_done") or self.finish
        self._offer_at_end = self.world.ask.answered("offer")
        self._promised, self._discouraged, self._out_of_hours, self._out_of_hours_one = map(
            self.world.ask.answered, ("promised", "discouraged", "out_of_hours", "out_of_hours_one")
        )

    def on_lane_opened(self, lane: Lane) -> None:
        """Put the target of its channel on a lane: until the answer, or in writing until the reply is done."""
        channel = self.settings.channels[lane.channel.name]
        written = channel.kind == "written"
        lane.target = -1.0 if written else channel.target.within
        lane.plain = not (lane.shared or self.world.ask.answered("owner_for"))
        lane.reply_target = channel.target.within if written else -1.0
        called = channel.kind == "telephone" and self.world.ask.answered("not_there") is not None
        lane.sought = lane.shared or called

    def on_settings_changed(self, _: float) -> None:
        """The laws may have changed: what was drawn by the old ones does not hold for contacts to come."""
        self._edition += 1

    def raise_issues(self, kinds: Numbers, channels: Numbers, keys: Keys, slots: Numbers, times: Array) -> None:
        """Begin issues at given times, each with its first contact: ``births`` that are born when their time comes."""
        self.bear(self.births(kinds, channels, keys, slots, times))

    def bear(self, births: list[Birth]) -> None:
        """Let issues begin when their times come."""
        self.world.env.expect(births)

    def births(self, kinds: Numbers, channels: Numbers, keys: Keys, slots: Numbers, times: Array) -> list[Birth]:
        """What it takes to begin issues, each with its first contact: many are drawn in one go.

        kinds, channels: by number; keys: the issues' keys; slots: places of their customers, -1 where no base is
        known; times: seconds; all of shape (n,).
        """
        lanes = self._lanes_of(kinds, channels)
        if keys.size <= _FEW:
            return list(map(self._birth, lanes, keys.tolist(), slots.tolist(), times.tolist()))
        difficulty = self.world.ask.difficulty(keys)
        acts = self.world.ask.first_steps(kinds, keys, difficulty, self.make_contact)
        if self._out_of_hours is not None:
            channels, times, acts = self._out_of_hours(channels, keys, times, acts)
            lanes = self._lanes_of(kinds, channels)
        first, drawn = self._brought(kinds, channels, keys, difficulty)
        who = keys.tolist(), lanes, slots.tolist(), self._customers(slots)
        along, places = [drawn] * keys.size, range(keys.size)
        # Issues and contacts are made one by one as they come: all at once they leave the processor's cache.
        return list(zip(times.tolist(), acts, *who, difficulty.tolist(), along, first, places, strict=True))

    def birth(self, kind: str, channel: str, key: int, slot: int, time: float) -> Birth:
        """``births`` of one issue."""
        return self._birth(self.world.ask.lane(channel, kind), key, slot, time)

    def _birth(self, lane: Lane, key: int, slot: int, time: float) -> Birth:
        ask, brought, base = self.world.ask, self._brought_one, self.world.base
        difficulty, customer = ask.difficulty_one(key), 0 if base is None else base.key.view[slot]
        act = ask.first_step(lane.kind, key, difficulty, self.make_contact)
        if self._out_of_hours_one is not None:
            channel, time, act = self._out_of_hours_one(lane.channel.name, key, time, act)
            lane = ask.lane(channel, lane.kind)
        first = brought(lane, streams.child(key, 1), difficulty)
        return time, act, key, lane, slot, customer, difficulty, None, first, 0

    def _brought_one(self, lane: Lane, key: int, difficulty: float) -> Brought:
        """What one contact brings, by its key."""
        ask = self.world.ask
        patience, work, threshold = ask.patience_one(lane, key), ask.work_one(lane, key), ask.luck_one(key) + difficulty
        return key, patience, work, threshold, ask.returns_one(key), ask.asked_one(key)

    def _brought(self, kinds: Numbers, channels: Numbers, keys: Keys, difficulty: Array) -> tuple[list[Brought], Drawn]:
        """What the first two contacts of issues bring: the second comes often enough to be drawn along."""
        ask, count = self.world.ask, keys.size
        contacts = streams.children(np.concatenate((keys, keys)), np.repeat(_FIRST_TWO, count))
        kinds, channels = np.concatenate((kinds, kinds)), np.concatenate((channels, channels))
        patience, work = ask.patience(kinds, channels, contacts), ask.work(kinds, contacts)
        threshold = ask.luck(contacts) + np.concatenate((difficulty, difficulty))
        needs = contacts, patience, work, threshold, ask.returns(contacts), ask.asked(contacts)
        first = zip(*(column[:count].tolist() for column in needs), strict=True)
        return list(first), Drawn(self._edition, [column[count:] for column in needs])

    def _lanes_of(self, kinds: Numbers, channels: Numbers) -> list[Lane]:
        numbers = (channels * len(self.world.kinds) + kinds).tolist()
        lanes = self._lanes
        for number in dict.fromkeys(numbers):
            if number not in lanes:
                channel, kind = divmod(number, len(self.world.kinds))
                lanes[number] = self.world.ask.lane(list(self.world.channels)[channel], self.world.kinds[kind])
        return [lanes[number] for number in numbers]

    def _customers(self, slots: Numbers) -> list[int]:
        """Keys of the customers at places."""
        base = self.world.base
        keys: list[int] = [0] * slots.size if base is None else base.key.array[slots].tolist()
        return keys

    def make_contact(self, birth: Birth) -> None:
        """An issue begins with its first contact."""
        time, _, key, lane, slot, customer, difficulty, drawn, first, place = birth
        world = self.world
        if slot >= 0 and world.base.key.view[slot] != customer:  # type: ignore[union-attr]  # a place is in a base
            return  # the customer has left since
        issue = Issue(time, key, lane, slot, customer, difficulty, drawn, place)
        if self._raised is not None:
            self._raised(issue)
        self._offer(Contact(issue, lane, time, first))

    def contact_again(self, issue: Issue, time: float, channel: str) -> None:
        """The issue's next contact, at a time and on a channel; it never comes if the customer has left by then."""
        issue.returns_by = channel
        self._to_come += 1
        env = self.world.env
        if time < self._tonight:
            env.after(time - env.now, self._come_again, issue)
        else:
            day = self.world.calendar.index_at(time)
            self._other_days.setdefault(day, []).append((time, self._come_on_its_day, issue))

    def on_day_began(self, day: Day) -> None:
        """Expect the issues that come again today: until then they stand in no queue of events."""
        self._tonight = day.end
        today = self._other_days.pop(day.index, None)
        if today is not None:
            self.world.env.expect(today)

    def _come_on_its_day(self, entry: tuple[float, Any, Issue]) -> None:
        self._come_again(entry[2])

    def open_issues(self) -> int:
        """Issues with a contact under way or to come."""
        channels = self.world.channels.values()
        return self._to_come + added(one.inside + one.to_call - one.unseen - one.unseen_open for one in channels)

    def _come_again(self, issue: Issue) -> None:
        self._to_come -= 1
        world, ask = self.world, self.world.ask
        base, slot = world.base, issue.slot
        if slot >= 0 and base is not None and base.key.view[slot] != issue.customer:
            world.tell.issue_dropped(issue)
            return
        lane = issue.lane
        if issue.returns_by != lane.channel.name:
            lane = ask.lane(issue.returns_by, lane.kind)
        lane.repeats += 1
        drawn = issue.drawn
        if drawn is None or issue.contacts > 1 or drawn.edition != self._edition:
            brought = self._brought_one(lane, streams.child(issue.key, issue.contacts + 1), issue.difficulty)
        else:
            brought = drawn.brought(issue.place)
            if lane is not issue.lane:
                key, _, work, threshold, returns_in, asked = brought
                brought = key, ask.patience_one(lane, key), work, threshold, returns_in, asked
        self._offer(Contact(issue, lane, world.env.now, brought))

    def _offer(self, contact: Contact) -> None:
        world, lane, issue = self.world, contact.lane, contact.issue
        channel = lane.channel
        contact.earlier = issue.contacts
        issue.contacts += 1
        lane.offered += 1
        if self._offered is not None:
            self._offered(contact)
        if channel.cut_off or (channel.lines is not None and channel.inside >= channel.lines):
            lane.blocked += 1
            world.tell.contact_blocked(contact)
            return
        agent = world.ask.agent_for(contact) if lane.plain else self._chosen_for(contact)
        if agent is not None:
            channel.inside += 1
            self.answer(contact, agent)
        else:
            self._face_the_line(contact)

    def _chosen_for(self, contact: Contact) -> Agent | None:
        """Not any idle agent: the one who had the issue, or one with room for a chat."""
        ask = self.world.ask
        agent = ask.owner_for(contact) if contact.earlier else None
        if agent is not None:
            return agent
        return ask.desk_for(contact) if contact.lane.shared else ask.agent_for(contact)

    def _face_the_line(self, contact: Contact) -> None:
        world, lane = self.world, contact.lane
        channel = lane.channel
        if channel.can_be_balked and channel.waiting > world.ask.tolerance(lane, contact.key):
            lane.balked += 1
            world.tell.contact_balked(contact)
            return
        if self._promised is not None and self._promised(contact):
            lane.queued += 1
            world.tell.contact_promised(contact)
            return
        if self._discouraged is not None and self._discouraged(contact):
            lane.balked += 1
            world.tell.contact_balked(contact)
            return
        channel.inside += 1
        lane.queued += 1
        world.ask.join_queue(contact)
        if contact.patience != inf:
            world.env.after(contact.patience, self._lose_patience, contact)

    def _lose_patience(self, contact: Contact) -> None:
        if not contact.waiting:
            return  # it was answered in time
        world, lane = self.world, contact.lane
        if not (lane.shared and world.ask.gone_unseen(contact)):
            world.ask.leave_queue(contact)
            lane.channel.inside -= 1
        lane.abandoned += 1
        contact.waited = wait = world.env.now - contact.offered_at
        lane.wait_abandoned += wait
        world.tell.contact_abandoned(contact)

    def answer(self, contact: Contact, agent: Agent) -> None:
        """An agent takes a contact, and is busy with it for the contact's work at his own pace."""
        lane, env = contact.lane, self.world.env
        shared = lane.shared
        if lane.sought and self._nobody_there(contact, agent):
            return
        now = env.now
        contact.agent = agent
        contact.answered_at = now
        contact.waited = wait = now - contact.offered_at
        contact.reached = True
        lane.answered += 1
        if wait <= lane.target:
            lane.answered_in_target += 1
        lane.wait_answered += wait
        if self._answered is not None:
            self._answered(contact)
        contact.spent = spent = contact.work * lane.factor * agent.pace * agent.group.tempo
        if shared:
            self.world.ask.open_chat(contact, agent)
            return
        agent.contact = contact
        agent.busy_since = now
        env.after(spent, self._done, contact)

    def _nobody_there(self, contact: Contact, agent: Agent) -> bool:
        """Whether a chat's customer has gone without a word, or one who is to be called back has not been reached."""
        ask = self.world.ask
        return ask.found_gone(contact, agent) if contact.lane.shared else ask.not_there(contact, agent)

    def finish(self, contact: Contact) -> None:
        """A contact is done: it has ended its issue or not, and its agent is free unless he has other chats."""
        tell, ask = self.world.tell, self.world.ask
        lane, issue, agent, spent = contact.lane, contact.issue, contact.agent, contact.spent
        shared = lane.shared
        if self._offer_at_end is not None and (more := self._offer_at_end(contact)):
            self._go_on(contact, more)
            return
        lane.channel.inside -= 1
        if not shared:
            agent.contact = None
            agent.busy += spent
            agent.group.busy += spent
        lane.handled += 1
        lane.handle_time += spent
        if contact.waited + spent <= lane.reply_target:
            lane.answered_in_target += 1
        contact.resolved = resolved = ask.resolves(contact)
        if resolved:
            lane.resolved += 1
        if issue.handled == 0:
            lane.first_handled += 1
            if resolved:
                lane.first_resolved += 1
        else:
            lane.repeat_handle_time += spent
        issue.handled += 1
        tell.contact_handled(contact)
        if resolved:
            tell.issue_resolved(issue)
        else:
            tell.contact_failed(contact)
        if not shared:
            ask.release(agent)

    def _go_on(self, contact: Contact, more: float) -> None:
        """The agent goes on with a contact for some time; then it is finished."""
        if contact.lane.shared:
            self.world.ask.chat_on(contact, more)
        else:
            contact.spent += more
            self.world.env.after(more, self.finish, contact)

    def break_off(self, contact: Contact) -> None:
        """A customer gives up after he was answered, between agents or between replies: it was not handled."""
        lane = contact.lane
        lane.channel.inside -= 1
        lane.broken_off += 1
        lane.handle_time += contact.spent
        if contact.issue.handled:
            lane.repeat_handle_time += contact.spent
        contact.reached = False
        self.world.tell.contact_abandoned(contact)

    def counts(self) -> dict[str, float]:
        """Contacts by channel, by lane and in all."""
        return self.books.counts()

    def levels(self) -> dict[str, float]:
        """Contacts waiting and inside by channel."""
        return self.books.levels()

    def balances(self) -> list[tuple[str, float, float]]:
        """Contacts offered = answered, abandoned, blocked, balked, unreached, waiting; answered = handled, in hand."""
        return self.books.balances()

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """Service level, abandonment, waiting and volume, by channel."""
        return channel_measures(scenario.channels.channels)
