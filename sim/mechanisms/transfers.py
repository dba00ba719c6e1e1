"""Transfers: contacts that are handed on to another group while the customer is there.

An agent who finds that a contact is not for him has worked on part of it by then; the contact joins the queue of the
group that it is for, and what he has found out is told again there: all of it after a cold transfer, less of it after
a warm one, in which he stays until somebody answers, and explains. The customer minds each transfer, and may give up
while he waits. Difficult issues are handed on more often, and able agents hand on fewer.

Assumptions: the same patience law for each wait; a contact that is handed on keeps its difficulty and its luck. That
transfers annoy is known in direction (Dixon, Freeman and Toman 2010, Harvard Business Review 88(7/8)); what is told
again and how much it costs is a matter of record in each operation.
"""

from __future__ import annotations

from math import inf
from typing import Any, Literal, NamedTuple

from pydantic import Field, model_validator

from sim.core import elementary, streams
from sim.core.ability import base_logit
from sim.core.brought import Brought
from sim.core.entities import Agent, Contact, Lane
from sim.core.measures import Measure
from sim.core.units import Duration, Percent, Settings, Several, Share
from sim.core.world import Mechanism, World


class TransferRule(Settings):
    """Contacts of some kinds, or any, that agents of some groups hand on to others.

    share: of the contacts that they answer, for an agent who adds nothing to the ability to resolve, mean over easy and
    difficult issues.
    """

    kinds: Literal["any"] | Several[str] = "any"
    by: Several[str] = Field(min_length=1)
    to: Several[str] = Field(min_length=1)
    share: Share


class Manner(Settings):
    """What a manner of handing on costs: of what was found out, the share that is told again, and how it is felt.

    felt: what each transfer takes from the score of the contact, on the logit scale.
    """

    again: Percent = Field(ge=0, le=3)
    felt: float = Field(ge=0, le=10)


class TransferSettings(Settings):
    """Who hands on what to whom, and how.

    rules: by name; the first that names the agent's group and the kind holds. ability: how much of what an agent adds
    to resolving (proficiency, tools and authority, on the logit scale) keeps contacts with him. found_out: share of a
    contact's work that is done before it is handed on. warm: share of transfers with a word to the next agent;
    briefing: how long that takes both; stays: how long the first agent stays with a caller or visitor until somebody
    answers, before he hands on cold after all (in writing and in chats he leaves a note instead). head_start: by how
    much contacts handed on go ahead of others.
    """

    rules: dict[str, TransferRule] = Field(min_length=1)
    ability: float = Field(ge=0, le=5)
    found_out: Share
    cold: Manner
    warm: Share
    warmly: Manner
    briefing: Duration
    stays: Duration
    head_start: Duration

    @model_validator(mode="after")
    def _ends_somewhere(self) -> TransferSettings:
        named = {kind for rule in self.rules.values() if rule.kinds != "any" for kind in rule.kinds}
        for kind in (*sorted(named), "any"):
            rules = [rule for rule in self.rules.values() if rule.kinds == "any" or kind in rule.kinds]
            leads = {(by, to) for rule in rules for by in rule.by for to in rule.to}
            if circle := _going_round(leads):
                raise ValueError(f"'rules' hand contacts on in a circle among {', '.join(circle)}")
        return self


def _going_round(leads: set[tuple[str, str]]) -> list[str]:
    """Groups from which one never comes to a group that hands nothing on; leads: from whom to whom."""
    left = {by for by, _ in leads}
    while last := {group for group in left if not any(by == group and to in left for by, to in leads)}:
        left -= last
    return sorted(left)


_NEEDED = streams.named("transfer needed")
_WARM = streams.named("transfer warm")
_PART = streams.named("handed on")


class Part(Contact):
    """What is left of a contact after it was handed on: it waits, is answered and handed on like a contact.

    home: the lane of the contact, which counts it; began: when it was offered; transfers: how often it was handed on;
    felt: what that takes from its score; before, waits: handle time and waits so far, in seconds; found: work done
    before that is told again; warm: how it was handed on; queued: whether nobody was free then; kept: the agent who
    stays until somebody answers.
    """

    __slots__ = ("before", "began", "felt", "found", "home", "kept", "queued", "transfers", "waits", "warm")

    def __init__(self, contact: Contact, side: Lane, now: float, brought: Brought, plan: Plan) -> None:
        super().__init__(contact.issue, side, now, brought)
        self.earlier = contact.earlier
        self.found, self.warm = plan.found, plan.warm
        self.queued = False
        self.kept: Agent | None = None
        self.home, self.began, self.transfers = contact.lane, contact.offered_at, 1
        self.felt, self.before, self.waits = 0.0, contact.spent, contact.waited
        if isinstance(contact, Part):
            self.home, self.began, self.transfers = contact.home, contact.began, contact.transfers + 1
            self.felt = contact.felt
            self.before += contact.before
            self.waits += contact.waits


class Plan(NamedTuple):
    """That a contact will be handed on: to whom, and whether warmly.

    found, rest: its work that will have been done by then, and what is left; threshold: as it brought it.
    """

    to: tuple[str, ...]
    warm: bool
    found: float
    rest: float
    threshold: float


class Transfers(Mechanism[TransferSettings]):
    """Which contacts are handed on, and what becomes of them."""

    answers = ("part_done", "part_broken_off", "burden")

    def __init__(self, world: World, settings: TransferSettings) -> None:
        super().__init__(world, settings)
        self._plans: dict[Contact, Plan] = {}
        self.made = self.contacts = self.warm = self.given_up = self.answered = self.waiting = 0
        self.waited = self.repeated = self.kept = 0.0

    def adopted(self) -> None:
        """The rule of each group and kind, with the logit above which an issue is handed on."""
        spread = self.world.ask.complexity()
        self._rules: dict[tuple[str, str], tuple[TransferRule, float]] = {}
        for rule in self.settings.rules.values():
            limit = base_logit(1.0 - rule.share, spread)
            for group in rule.by:
                for kind in self.world.kinds if rule.kinds == "any" else rule.kinds:
                    self._rules.setdefault((group, kind), (rule, limit))

    def on_settings_changed(self, _: float) -> None:
        """The spread of difficulty may have changed."""
        self.adopted()

    def burden(self, contact: Contact) -> float:
        """What its transfers take from the score of a contact, on the logit scale."""
        return contact.felt if isinstance(contact, Part) else 0.0

    def on_contact_answered(self, contact: Contact) -> None:
        """An agent hears what a contact is about, perhaps not the first to do so; it may not be for him."""
        if isinstance(contact, Part):
            self._hear_again(contact)
        if contact.threshold in _SETTLED:
            return
        agent, settings = contact.agent, self.settings
        rule, limit = self._rules.get((agent.group.name, contact.lane.kind), _NO_RULE)
        if rule is None:
            return
        needed = elementary.logit(streams.uniform(contact.key, _NEEDED))
        able = limit + settings.ability * (agent.edge + agent.group.care)
        if needed + contact.issue.difficulty <= able:
            return
        warm = streams.uniform(contact.key, _WARM) < settings.warm
        found = contact.work * settings.found_out
        self._plans[contact] = Plan(rule.to, warm, found, contact.work - found, contact.threshold)
        note = settings.briefing if warm and not _stays(contact.lane) else 0.0
        contact.work = found + note

    def _hear_again(self, part: Part) -> None:
        """What was found out before is told again, by the agent before him if he is still there."""
        settings, agent, kept = self.settings, part.agent, part.kept
        self._leaves(part)
        self.answered += 1
        manner = settings.warmly if part.warm else settings.cold
        part.felt += manner.felt
        again = part.found * manner.again
        self.repeated += again * part.lane.factor * agent.pace * agent.group.tempo
        part.work += again
        if kept is not None:
            part.work += settings.briefing
            part.before += settings.briefing
            self.world.env.after(settings.briefing, self._let_go, kept)
            part.kept = None

    def _leaves(self, part: Part) -> None:
        """A part of a contact waits no longer; who stayed with it has spent that time on it."""
        now = self.world.env.now
        if part.queued:
            self.waiting -= 1
            part.home.channel.handed_on -= 1
            self.waited += now - part.offered_at
        if part.kept is not None:
            self.kept += now - part.offered_at
            part.before += now - part.offered_at

    def part_done(self, contact: Contact) -> None:
        """An agent has done his part of a contact: it is over, or handed on (unless he has cut it off)."""
        plan = self._plans.pop(contact, None)
        if plan is not None and contact.threshold != inf:
            self._hand_on(contact, plan)
            return
        if isinstance(contact, Part):
            self._come_home(contact)
        self.world.ask.finish(contact)

    def part_broken_off(self, contact: Contact) -> None:
        """A customer leaves a chat that may have been handed on, or was about to be."""
        self._plans.pop(contact, None)
        if isinstance(contact, Part):
            self._come_home(contact)
        self.world.ask.break_off(contact)

    def _come_home(self, part: Part) -> None:
        """The last agent is done: wait and handle time are those of the whole contact, which its own lane counts."""
        agent, spent = part.agent, part.spent
        part.lane = part.home
        part.spent += part.before
        part.waited += part.waits
        if part.home.reply_target >= 0.0:  # who writes sees nobody at work: all but the work is a wait
            part.waited = self.world.env.now - part.began - part.spent
        if not part.home.shared:  # service books all of it with him
            agent.busy -= part.spent - spent
            agent.group.busy -= part.spent - spent

    def _hand_on(self, contact: Contact, plan: Plan) -> None:
        """A contact leaves its agent and joins the queue of others."""
        world, ask, agent, now = self.world, self.world.ask, contact.agent, self.world.env.now
        self.made += 1
        self.warm += plan.warm
        self.contacts += not isinstance(contact, Part)
        home = contact.home if isinstance(contact, Part) else contact.lane
        side = ask.side_lane(home, plan.to)
        side.rank = home.rank - self.settings.head_start
        side.factor = home.factor
        key = streams.child(contact.key, _PART)
        patience = ask.patience_one(home, key)
        brought = key, patience, plan.rest, plan.threshold, contact.returns_in, contact.asked
        part = Part(contact, side, now, brought, plan)
        stays = plan.warm and _stays(home)
        if stays:
            part.kept = agent
            world.env.after(self.settings.stays, self._stays_no_longer, part)
        elif not home.shared:
            agent.lay_down(contact.spent)
        world.tell.contact_handed_on(contact)
        self._find_agent(part)
        if not stays and not home.shared:
            ask.release(agent)

    def _find_agent(self, part: Part) -> None:
        ask = self.world.ask
        agent = ask.desk_for(part) if part.lane.shared else ask.agent_for(part)
        if agent is not None:
            ask.answer(part, agent)
            return
        part.queued = True
        self.waiting += 1
        part.home.channel.handed_on += 1
        ask.join_queue(part)
        if part.patience != inf:
            self.world.env.after(part.patience, self._lose_patience, part)

    def _stays_no_longer(self, part: Part) -> None:
        """Nobody has answered for so long that the first agent hands on cold."""
        agent = part.kept
        if agent is None or not part.waiting:
            return
        spent = self.world.env.now - part.offered_at
        self.kept += spent
        part.before += spent
        part.warm, part.kept = False, None
        self.warm -= 1
        self._let_go(agent)

    def _let_go(self, agent: Agent) -> None:
        """Who stayed with a customer is free."""
        agent.lay_down(self.world.env.now - agent.busy_since)
        self.world.ask.release(agent)

    def _lose_patience(self, part: Part) -> None:
        """Nobody has answered for so long that the customer gives up what had been begun."""
        if not part.waiting:
            return
        self.world.ask.leave_queue(part)
        home, kept = part.home, part.kept
        self._leaves(part)
        self.given_up += 1
        part.felt += self.settings.cold.felt
        part.lane, part.spent = home, part.before
        part.waited = self.world.env.now - part.offered_at + part.waits
        self.world.ask.break_off(part)
        if kept is not None:
            self._let_go(kept)

    def counts(self) -> dict[str, float]:
        """Transfers, the contacts that were handed on, and what that took."""
        return {
            "transfers.made": self.made,
            "transfers.contacts": self.contacts,
            "transfers.warm": self.warm,
            "transfers.given_up": self.given_up,
            "transfers.waited": self.waited,
            "transfers.left_queue": self.answered + self.given_up,
            "transfers.repeated": self.repeated,
            "transfers.kept": self.kept,
        }

    def levels(self) -> dict[str, float]:
        """Contacts handed on that wait for the next agent."""
        return {"transfers.waiting": self.waiting}

    def balances(self) -> list[tuple[str, float, float]]:
        """Handed on = answered again + given up + waiting."""
        return [("contacts handed on", self.made, self.answered + self.given_up + self.waiting)]

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """How often contacts are handed on, and what that costs customers and agents."""
        return [
            Measure(
                "transfers_per_contact", "transfers per contact", "transfers", "transfers.made", "contacts.answered",
                1.0, "lower", meaning="contacts handed on to another group, each time, over contacts answered",
            ),
            Measure(
                "contacts_transferred", "contacts handed on", "%", "transfers.contacts", "contacts.answered", 100.0,
                "lower", meaning="contacts handed on to another group at least once, over contacts answered",
            ),
            Measure(
                "warm_transfers", "transfers with a word to the next agent", "%", "transfers.warm", "transfers.made",
                100.0, "higher", meaning="transfers in which the first agent told the next one, over transfers",
            ),
            Measure(
                "transfer_wait", "wait after a transfer", "s", "transfers.waited", "transfers.left_queue", 1.0, "lower",
                meaning="time from being handed on to being answered or giving up, mean over transfers",
            ),
            Measure(
                "transfers_given_up", "given up after a transfer", "%", "transfers.given_up", "transfers.made", 100.0,
                "lower", meaning="customers who gave up before the next agent answered, over transfers",
            ),
            Measure(
                "repeated_explanation", "handle time that repeats what was told", "%", "transfers.repeated",
                "contacts.handle_time", 100.0, "lower",
                meaning="time in which what another agent had found out was told again, over handle time",
            ),
        ]  # fmt: skip


_NO_RULE = (None, 0.0)
_SETTLED = (inf, -inf)
"""Thresholds of contacts that no agent could resolve, or any: nobody hands them on."""


def _stays(lane: Lane) -> bool:
    """Whether an agent can stay with the customer until the next one answers: not in writing, and not in a chat."""
    return lane.channel.kind in {"telephone", "counter"}
