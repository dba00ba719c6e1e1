"""Callback: who would wait long may hang up and is called back, in his turn or at a promised time.

In a virtual queue he keeps his place among those who wait on the line; when it is his turn an agent calls him.
Otherwise he is called after a fixed time, and then comes first. The agent's time to call is taken whether the customer
is there or not; who is not there is tried again, and lost in the end. The promise is kept if the first call comes in
time. A promise kept, broken, or a call in vain is a contact point that is lived through. Nobody leaves a virtual queue.

A callback moves work and removes none: with everyone in the virtual queue, reached at once, waits until service are
those of the ordinary queue (Erlang's C). That calls that are not returned are among what customers complain of is
convention here; shares who accept and who are reached are a matter of record in each operation.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from sim.core import streams
from sim.core.calendar import Day
from sim.core.contact_points import ContactPoints, PointSettings, measures_of
from sim.core.distributions import Law
from sim.core.elementary import added
from sim.core.entities import Agent, Contact
from sim.core.facts import Posting
from sim.core.measures import Measure
from sim.core.units import Duration, Settings, Share, Span
from sim.core.wait_estimates import EstimateSettings, WaitEstimates
from sim.core.world import Mechanism, World


class CallbackChannel(Settings):
    """Callback on one telephone channel.

    offered: whether at all; over: only where the wait estimated is longer; accepted: share who take it. after: called
    after this time, where it is not given in turn. within: promised. dialling: an agent's time for each call until
    somebody answers it or he gives up; reached: share of calls that somebody answers; tries: calls at most, retry: time
    between them. felt: what the time until the call counts as a wait, relative to one on the line.
    """

    offered: bool
    estimate: EstimateSettings
    over: Duration
    accepted: Share
    after: Span | None = None
    within: Span
    dialling: Duration
    reached: Share
    tries: int = Field(ge=1, le=20)
    retry: Law
    felt: Share


class CallbackSettings(Settings):
    """Callback by channel, and what promises kept and broken and calls in vain are to customers."""

    channels: dict[str, CallbackChannel] = Field(min_length=1)
    kept: PointSettings | None = None
    broken: PointSettings | None = None
    in_vain: PointSettings | None = None

    def points(self) -> dict[str, PointSettings]:
        """Its contact points by the name under which they are counted."""
        given = {"callback_kept": self.kept, "callback_broken": self.broken, "callback_in_vain": self.in_vain}
        return {name: point for name, point in given.items() if point is not None}


class Promise:
    """A customer who is to be called: since when, by which settings, how often he was called, whether he is there."""

    __slots__ = ("calls", "made_at", "settings", "there")

    def __init__(self, made_at: float, settings: CallbackChannel) -> None:
        self.made_at = made_at
        self.settings = settings
        self.calls = 0
        self.there = False


_ACCEPTS = streams.named("callback accepted")
_THERE = streams.named("callback reached")
_RETRY = streams.named("callback tried again")
_MOMENT = streams.named("callback moment")
_POINT = streams.named("callback")


class Callback(Mechanism[CallbackSettings]):
    """Who is to be called back, and what becomes of it."""

    answers = ("promised", "not_there")

    def __init__(self, world: World, settings: CallbackSettings) -> None:
        super().__init__(world, settings)
        self._estimates = WaitEstimates(world)
        self._promises: dict[Contact, Promise] = {}
        self._answering: tuple[Contact, float] | None = None
        self._points = ContactPoints(world, tuple(settings.points()))
        self.offers = self.made = self.called = self.kept = self.calls = self.reached = self.in_vain = 0
        self.delay = self.dialled = 0.0

    def begin(self) -> None:
        """Open the account."""
        self.world.tell.paid(Posting("callback", 0.0, "prices"))

    def promised(self, contact: Contact) -> bool:
        """Offer a contact that would wait too long to be called back; whether it takes it."""
        channel = contact.lane.channel
        settings = self.settings.channels.get(channel.name)
        if settings is None or not settings.offered:
            return False
        if self._estimates.of(contact, settings.estimate) <= settings.over:
            return False
        self.offers += 1
        if streams.uniform(contact.key, _ACCEPTS) >= settings.accepted:
            return False
        self.made += 1
        now = self.world.env.now
        self._promises[contact] = Promise(now, settings)
        channel.to_call += 1
        if settings.after is None:
            channel.to_call_in_line += 1
            self.world.ask.join_queue(contact)
        else:
            self._call_later(contact, settings.after)
        return True

    def _call_later(self, contact: Contact, after: float) -> None:
        """Let a contact come into the line after a time, when the channel is open."""
        env, key = self.world.env, streams.child(contact.key ^ _MOMENT, self._promises[contact].calls)
        moment = self.world.ask.moment_after(contact.lane.channel.name, env.now + after, key)
        env.after(moment - env.now, self._line_up, contact)

    def _line_up(self, contact: Contact) -> None:
        """It is time to call: by an agent who is free, or as the first in line."""
        ask, lane = self.world.ask, contact.lane
        lane.channel.to_call_in_line += 1
        agent = ask.agent_for(contact)
        if agent is not None:
            ask.answer(contact, agent)
            return
        ask.join_queue(contact)
        lane.queue.waited -= self.world.env.now - contact.offered_at  # it was not in line until now

    def not_there(self, contact: Contact, agent: Agent) -> bool:
        """Whether an agent has to call this contact first; False for one on the line, or who has taken the call."""
        promise = self._promises.get(contact)
        if promise is None:
            return False
        channel, now = contact.lane.channel, self.world.env.now
        if promise.there:
            del self._promises[contact]
            channel.to_call -= 1
            channel.inside += 1
            self.reached += 1
            self.delay += now - promise.made_at
            self._answering = contact, promise.settings.felt
            return False
        channel.to_call_in_line -= 1
        promise.calls += 1
        self.calls += 1
        if promise.calls == 1:
            self._judge(contact, now - promise.made_at <= promise.settings.within)
        contact.agent = agent
        agent.contact, agent.busy_since = contact, now
        self.world.env.after(promise.settings.dialling, self._has_rung, contact)
        return True

    def _judge(self, contact: Contact, kept: bool) -> None:
        self.called += 1
        self.kept += kept
        self._note("callback_kept" if kept else "callback_broken", contact)

    def _note(self, name: str, contact: Contact) -> None:
        issue = contact.issue
        key = streams.child(issue.key ^ _POINT, issue.contacts)
        self._points.note(name, key, issue.slot, issue.customer)

    def _has_rung(self, contact: Contact) -> None:
        """Somebody has taken the call, or the agent has given it up."""
        promise, agent, ask = self._promises[contact], contact.agent, self.world.ask
        settings, spent = promise.settings, self.world.env.now - agent.busy_since
        agent.lay_down(spent)
        self.dialled += spent
        call = streams.child(contact.key, promise.calls)
        promise.there = streams.uniform(call, _THERE) < settings.reached
        if promise.there:
            ask.answer(contact, agent)
            return
        if promise.calls >= settings.tries:
            self._lose(contact)
        else:
            self._call_later(contact, settings.retry.quantile(streams.uniform(call, _RETRY)))
        ask.release(agent)

    def _lose(self, contact: Contact) -> None:
        """Nobody has taken the last call."""
        del self._promises[contact]
        lane = contact.lane
        lane.channel.to_call -= 1
        lane.unreached += 1
        self.in_vain += 1
        self._note("callback_in_vain", contact)
        self.world.tell.contact_unreached(contact)

    def on_contact_answered(self, contact: Contact) -> None:
        """Note the wait; who was called back has felt little of it."""
        self._estimates.note(contact)
        if self._answering is not None and self._answering[0] is contact:
            contact.waited *= self._answering[1]
            self._answering = None

    def on_day_began(self, _: Day) -> None:
        """Let customers live through the promises kept, broken and in vain of the day before."""
        spent = self._points.live_through_noted(self.settings.points())
        if spent:
            self.world.tell.paid(Posting("callback", -spent, "prices"))

    def counts(self) -> dict[str, float]:
        """Offers, promises, calls and how they ended."""
        return {
            "callback.offers": self.offers,
            "callback.promised": self.made,
            "callback.called": self.called,
            "callback.kept": self.kept,
            "callback.calls": self.calls,
            "callback.reached": self.reached,
            "callback.in_vain": self.in_vain,
            "callback.ended": self.reached + self.in_vain,
            "callback.delay": self.delay,
            "callback.dialled": self.dialled,
            **self._points.counts(),
        }

    def levels(self) -> dict[str, float]:
        """Customers who are to be called now."""
        return {"callback.to_call": len(self._promises)}

    def balances(self) -> list[tuple[str, float, float]]:
        """Customers promised a call = reached + called in vain + still to be called."""
        to_call = added(channel.to_call for channel in self.world.channels.values())
        return [
            ("customers promised a call", self.made, self.reached + self.in_vain + len(self._promises)),
            ("customers to be called", to_call, len(self._promises)),
        ]

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """Who takes it, whether promises are kept, how long it takes and who is not reached."""
        return [
            Measure(
                "callback_taken", "callbacks taken", "%", "callback.promised", "callback.offers", 100.0,
                meaning="callers who took the offer to be called back, over offers",
            ),
            Measure(
                "callback_kept", "callbacks in time", "%", "callback.kept", "callback.called", 100.0, "higher",
                meaning="first calls made within the promised time, over customers called",
            ),
            Measure(
                "callback_delay", "time until called back", "min", "callback.delay", "callback.reached", 1 / 60.0,
                "lower", meaning="from the promise until the customer is reached, mean over those reached",
            ),
            Measure(
                "callback_in_vain", "callbacks in vain", "%", "callback.in_vain", "callback.ended", 100.0, "lower",
                meaning="customers who were never reached, over those reached or given up",
            ),
            *measures_of(scenario.callback.points(), scenario.satisfaction is not None),
        ]  # fmt: skip
