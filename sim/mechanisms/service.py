"""Service: the path of a contact, from the moment it is offered until it is handled, gives up or is turned away.

A contact brings its needs with it (patience, work, luck), drawn by its key. The story below is the whole path:
offered, then blocked, balked, or admitted; answered at once or queued; abandoned or answered; handled.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.core import streams
from sim.core.calendar import Day
from sim.core.entities import Contact, Issue, Lane
from sim.core.measures import Measure
from sim.core.stories import Story, Telling, later
from sim.core.world import Mechanism, World
from sim.mechanisms.channels import ChannelsSettings

Keys = npt.NDArray[np.uint64]
Slots = npt.NDArray[np.int64]
Birth = tuple[float, int, Lane, int, int, int, float | None, float, float, float]
"""When, contact key, lane, issue key, customer's place and key, patience, work, luck and difficulty."""


class Service(Mechanism[ChannelsSettings]):
    """The path of contacts, and what is counted on it."""

    answers = ("raise_issues", "contact_again")

    def __init__(self, world: World, settings: ChannelsSettings) -> None:
        super().__init__(world, settings)
        self._diary: dict[int, list[Birth]] = {}
        self._today = -1

    def adopted(self) -> None:
        """Put the targets in force on the lanes there are."""
        for lane in self.world.lanes:
            self.on_lane_opened(lane)

    def on_lane_opened(self, lane: Lane) -> None:
        """Put the target of its channel on a lane."""
        lane.target = self.settings.channels[lane.channel.name].target.within

    def raise_issues(
        self, kind: str, keys: Keys, slots: Slots, times: Sequence[float], channels: Sequence[str]
    ) -> None:
        """Begin issues of a kind at given times on given channels, each with its first contact.

        keys: the issues' keys, shape (n,); slots: places of their customers, -1 where no base is known.
        """
        customers = self._customer_keys(slots)
        names = np.array(channels)
        moments = np.array(times)
        for channel in dict.fromkeys(channels):
            mine = np.flatnonzero(names == channel)
            births = self._births(self.world.ask.lane(channel, kind), keys[mine], slots[mine], customers, mine)
            for birth, time in zip(births, moments[mine].tolist(), strict=True):
                self._note((time, *birth))

    def _customer_keys(self, slots: Slots) -> Keys:
        base = self.world.base
        if base is None:
            return np.zeros(slots.size, dtype=np.uint64)
        return np.where(slots >= 0, base.key.array[slots], np.uint64(0))

    def _births(self, lane: Lane, keys: Keys, slots: Slots, customers: Keys, mine: Slots) -> Iterable[tuple[Any, ...]]:
        ask = self.world.ask
        contacts = streams.children(keys, np.ones(keys.size, dtype=np.uint64))
        size = int(keys.size)
        return zip(
            contacts.tolist(),
            [lane] * size,
            keys.tolist(),
            slots.tolist(),
            customers[mine].tolist(),
            ask.patience(lane, contacts),
            ask.work(lane, contacts),
            ask.luck(contacts),
            ask.difficulty(keys),
            strict=True,
        )

    def _note(self, birth: Birth) -> None:
        index = self.world.calendar.index_at(birth[0])
        if index <= self._today:
            delay = max(birth[0] - self.world.env.now, 0.0)
            later(self.world.env, delay, lambda _: self._bear(birth))
        elif index < self.world.calendar.days:
            self._diary.setdefault(index, []).append(birth)

    def on_day_began(self, day: Day) -> None:
        """Let the contacts of the day come, one after the other."""
        self._today = day.index
        births = self._diary.pop(day.index, None)
        if births:
            births.sort(key=_when)
            Story(self.world.env, self._day_of_births(iter(births)))

    def _day_of_births(self, births: Iterator[Birth]) -> Telling:
        env = self.world.env
        for birth in births:
            delay = birth[0] - env.now
            if delay > 0.0:
                yield delay
            self._bear(birth)

    def _bear(self, birth: Birth) -> None:
        _, key, lane, issue_key, slot, customer, patience, work, luck, difficulty = birth
        base = self.world.base
        segment = ""
        if slot >= 0 and base is not None:
            if base.key.view[slot] != customer:
                return  # the customer has left since
            segment = base.segments[base.segment.view[slot]]
        issue = Issue(issue_key, lane.kind, slot, customer, segment, self.world.env.now)
        issue.difficulty = difficulty
        self.world.tell.issue_raised(issue)
        self._approach(Contact(key, issue, lane, patience, work, luck))

    def contact_again(self, issue: Issue, time: float, channel: str) -> None:
        """The issue's next contact, at a time and on a channel; it never comes if the customer has left by then."""
        later(self.world.env, time - self.world.env.now, lambda _: self._come_again(issue, channel))

    def _come_again(self, issue: Issue, channel: str) -> None:
        base = self.world.base
        if issue.slot >= 0 and base is not None and base.key.view[issue.slot] != issue.customer:
            self.world.tell.issue_dropped(issue)
            return
        ask = self.world.ask
        lane = ask.lane(channel, issue.kind)
        key = streams.child(issue.key, issue.contacts + 1)
        contact = Contact(key, issue, lane, ask.patience_one(lane, key), ask.work_one(lane, key), ask.luck_one(key))
        lane.repeats += 1
        self._approach(contact)

    def _approach(self, contact: Contact) -> None:
        contact.issue.contacts += 1
        contact.offered_at = self.world.env.now
        contact.story = Story(self.world.env, self._life(contact))

    def _life(self, contact: Contact) -> Telling:
        env, tell, ask = self.world.env, self.world.tell, self.world.ask
        lane = contact.lane
        channel = lane.channel
        lane.offered += 1
        tell.contact_offered(contact)
        if channel.lines is not None and channel.inside >= channel.lines:
            lane.blocked += 1
            tell.contact_blocked(contact)
            return
        agent = ask.agent_for(contact)
        if agent is None:
            tolerance = ask.tolerance(lane, contact.key)
            if tolerance is not None and channel.waiting > tolerance:
                lane.balked += 1
                tell.contact_balked(contact)
                return
            channel.inside += 1
            lane.queued += 1
            ask.join_queue(contact)
            agent = yield contact.patience
            if agent is None:
                ask.leave_queue(contact)
                channel.inside -= 1
                self._count_abandoned(lane, env.now - contact.offered_at)
                tell.contact_abandoned(contact)
                return
        else:
            channel.inside += 1
        contact.agent = agent
        agent.contact = contact
        agent.busy_since = contact.answered_at = env.now
        self._count_answered(lane, env.now - contact.offered_at)
        tell.contact_answered(contact)

        contact.spent = contact.work * lane.factor * agent.pace
        yield contact.spent

        channel.inside -= 1
        agent.contact = None
        agent.busy += contact.spent
        agent.group.busy += contact.spent
        contact.resolved = ask.resolves(contact)
        self._count_handled(lane, contact)
        tell.contact_handled(contact)
        ask.release(agent)

    @staticmethod
    def _count_abandoned(lane: Lane, wait: float) -> None:
        lane.abandoned += 1
        lane.wait_abandoned += wait

    @staticmethod
    def _count_answered(lane: Lane, wait: float) -> None:
        lane.answered += 1
        if wait <= lane.target:
            lane.answered_in_target += 1
        lane.wait_answered += wait

    @staticmethod
    def _count_handled(lane: Lane, contact: Contact) -> None:
        issue = contact.issue
        lane.handled += 1
        lane.handle_time += contact.spent
        if contact.resolved:
            lane.resolved += 1
        if issue.handled == 0:
            lane.first_handled += 1
            if contact.resolved:
                lane.first_resolved += 1
        issue.handled += 1

    def counts(self) -> dict[str, float]:
        """Contacts by channel, by lane and in all."""
        totals: dict[str, float] = {}
        for lane in self.world.lanes:
            for count in Lane.COUNTS:
                value = getattr(lane, count)
                for name in (f"{lane.name}.{count}", f"{lane.channel.name}.{count}", f"contacts.{count}"):
                    totals[name] = totals.get(name, 0.0) + value
        for name in ["contacts", *self.world.channels, *(lane.name for lane in self.world.lanes)]:
            waits = totals.get(f"{name}.wait_answered", 0.0) + totals.get(f"{name}.wait_abandoned", 0.0)
            totals[f"{name}.wait"] = waits
            totals[f"{name}.left_queue"] = totals.get(f"{name}.answered", 0.0) + totals.get(f"{name}.abandoned", 0.0)
        return totals

    def daily(self) -> dict[str, float]:
        """The few counts by channel that are kept for each day."""
        found: dict[str, float] = {}
        for channel in self.world.channels.values():
            offered = in_target = abandoned = left = 0
            wait = 0.0
            for lane in self.world.lanes:
                if lane.channel is channel:
                    offered += lane.offered
                    in_target += lane.answered_in_target
                    abandoned += lane.abandoned
                    left += lane.answered + lane.abandoned
                    wait += lane.wait_answered + lane.wait_abandoned
            name = channel.name
            found[f"{name}.offered"] = offered
            found[f"{name}.answered_in_target"] = in_target
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
        """Contacts offered = answered + abandoned + blocked + balked + waiting; answered = handled + in hand."""
        pairs = []
        for name, channel in self.world.channels.items():
            lanes = [lane for lane in self.world.lanes if lane.channel is channel]
            offered = sum(lane.offered for lane in lanes)
            gone = sum(lane.answered + lane.abandoned + lane.blocked + lane.balked for lane in lanes)
            in_hand = sum(lane.answered - lane.handled for lane in lanes)
            pairs.append((f"contacts offered on {name}", offered, gone + channel.waiting))
            pairs.append((f"contacts inside {name}", in_hand + channel.waiting, channel.inside))
        return pairs

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """Service level, abandonment, waiting and volume, by channel."""
        found = []
        for name, channel in scenario.channels.channels.items():
            within = channel.target.within
            found += _channel_measures(name, channel.kind, within)
        return found


def _when(birth: Birth) -> tuple[float, int]:
    return birth[0], birth[1]


def _duration_text(seconds: float) -> str:
    for unit, size in (("days", 86_400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * size or seconds == size:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s"


def _channel_measures(name: str, kind: str, within: float) -> list[Measure]:
    answered = "replied to" if kind == "written" else "answered"
    unit, factor = ("h", 1 / 3600.0) if kind == "written" else ("s", 1.0)
    return [
        Measure(
            f"{name}.service_level", f"{name}: {answered} within {_duration_text(within)}", "%",
            f"{name}.answered_in_target", f"{name}.offered", 100.0, "higher",
            meaning="contacts answered within the target time, over contacts offered",
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


