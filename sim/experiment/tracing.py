"""A run as the facts that happened in it: a probe that listens and writes down, one row per fact and entity.

It only looks, so what it sees is what any run of the cell does. Customers are numbered as they join, those of the start
first; issues and contacts by what caused them: contact 3 of the 2nd billing issue of customer 17 is ``17.billing.2.3``.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sim.core.calendar import CalendarSettings
from sim.core.entities import Agent, Contact, Issue
from sim.core.facts import Sale, Slots
from sim.core.world import World
from sim.scenario import Scenario

NOBODY = "-"
"""Stands for the customer where an arrival has none."""

_ORDER = {"issue_raised": 1, "contact_offered": 2, "contact_failed": 4}
_AT_A_MOMENT = {"contact": 3, "issue": 5}


class Event(NamedTuple):
    """One fact: when (seconds since the beginning), what, and to whom; empty where that does not belong to it.

    wait: seconds until the contact was answered or went away.
    """

    time: float
    fact: str
    customer: str = ""
    issue: str = ""
    contact: str = ""
    channel: str = ""
    kind: str = ""
    agent: str = ""
    wait: float | None = None


class UnknownSubject(Exception):  # noqa: N818  # read as a statement in messages
    """A customer, issue or contact that the run does not have."""


class Tracer:
    """Writes down what happens, to everyone or to one customer.

    customer: the number of the only one to follow, None for all; counts of contacts are kept of all.
    """

    def __init__(self, customer: str | None = None) -> None:
        self.customer = customer
        self.events: list[Event] = []
        self.contacts: Counter[str] = Counter()
        self.segments: dict[str, str] = {}
        self._numbers: dict[int, str] = {}
        self._ordinals: Counter[str] = Counter()
        self._paths: dict[int, str] = {}

    def attach(self, world: World) -> None:
        """Take note of the world."""
        self.world = world

    def _note(self, customer: str, event: Event) -> None:
        if self.customer is None or customer == self.customer:
            self.events.append(event)

    def _of_all(self, fact: str) -> None:
        self.events.append(Event(self.world.env.now, fact))

    def on_counting_began(self, _: float) -> None:
        """The warm-up is over."""
        self._of_all("counting_began")

    def on_settings_changed(self, _: float) -> None:
        """A policy has changed settings."""
        self._of_all("settings_changed")

    def on_customers_joined(self, slots: Slots) -> None:
        """Give newcomers their numbers."""
        base = self.world.base
        assert base is not None  # who joins is in it
        for slot in slots.tolist():
            number = str(len(self.segments) + 1)
            self._numbers[base.key.view[slot]] = number
            self.segments[number] = base.segments[base.segment.view[slot]]
        self._customers("customers_joined", slots)

    def on_customers_renewed(self, slots: Slots) -> None:
        """Customers renewed; who left at it has been told by then, and his place is vacant."""
        self._customers("customers_renewed", slots)

    def on_customers_cared_for(self, slots: Slots) -> None:
        """Customers were called or visited without having asked."""
        self._customers("customers_cared_for", slots)

    def on_product_sold(self, sale: Sale) -> None:
        """A customer has bought a product of an agent."""
        number = self._numbers.get(sale.customer)
        if number is not None:
            self._note(number, Event(self.world.env.now, "product_sold", number, kind=sale.product))

    def on_customers_left(self, slots: Slots) -> None:
        """Customers have left; they are still known."""
        self._customers("customers_left", slots)

    def _customers(self, fact: str, slots: Slots) -> None:
        base, now = self.world.base, self.world.env.now
        assert base is not None  # as above
        for slot in slots.tolist():
            number = self._numbers.get(base.key.view[slot])
            if number is not None:
                self._note(number, Event(now, fact, number))

    def on_issue_raised(self, issue: Issue) -> None:
        """Give the issue its path."""
        customer = self._numbers.get(issue.customer, NOBODY) if issue.slot >= 0 else NOBODY
        kind = f"{customer}.{issue.kind}"
        self._ordinals[kind] += 1
        self._paths[issue.key] = f"{kind}.{self._ordinals[kind]}"
        self._issue("issue_raised", issue)

    def on_issue_resolved(self, issue: Issue) -> None:
        """An issue ended well."""
        self._issue("issue_resolved", issue)

    def on_issue_referred(self, issue: Issue) -> None:
        """Another department has to end it."""
        self._issue("issue_referred", issue)

    def on_issue_given_up(self, issue: Issue) -> None:
        """An issue ended without being resolved."""
        self._issue("issue_given_up", issue)

    def on_issue_dropped(self, issue: Issue) -> None:
        """An issue ended because its customer has left."""
        self._issue("issue_dropped", issue)

    def _issue(self, fact: str, issue: Issue) -> None:
        path = self._paths[issue.key]
        customer = path.partition(".")[0]
        self._note(customer, Event(self.world.env.now, fact, customer, path, kind=issue.kind))

    def on_contact_offered(self, contact: Contact) -> None:
        """A contact arrives."""
        self.contacts[self._paths[contact.issue.key].partition(".")[0]] += 1
        self._contact("contact_offered", contact, with_wait=False)

    def on_contact_blocked(self, contact: Contact) -> None:
        """All lines were taken."""
        self._contact("contact_blocked", contact, with_wait=False)

    def on_contact_balked(self, contact: Contact) -> None:
        """It saw the line and turned away."""
        self._contact("contact_balked", contact, with_wait=False)

    def on_contact_abandoned(self, contact: Contact) -> None:
        """It gave up while waiting."""
        self._contact("contact_abandoned", contact)

    def on_contact_promised(self, contact: Contact) -> None:
        """It will be called back."""
        self._contact("contact_promised", contact, with_wait=False)

    def on_contact_unreached(self, contact: Contact) -> None:
        """It was called back in vain."""
        self._contact("contact_unreached", contact, with_wait=False)

    def on_contact_answered(self, contact: Contact) -> None:
        """An agent took it."""
        self._contact("contact_answered", contact)

    def on_contact_handed_on(self, contact: Contact) -> None:
        """It goes on to another group."""
        self._contact("contact_handed_on", contact)

    def on_contact_handled(self, contact: Contact) -> None:
        """It is done."""
        self._contact("contact_handled", contact)

    def on_contact_failed(self, contact: Contact) -> None:
        """It did not resolve its issue."""
        self._contact("contact_failed", contact)

    def _contact(self, fact: str, contact: Contact, with_wait: bool = True) -> None:
        path = self._paths[contact.issue.key]
        customer = path.partition(".")[0]
        if self.customer is not None and customer != self.customer:
            return
        lane = contact.lane
        agent = contact.agent.name if contact.reached else ""
        wait = contact.waited if with_wait else None
        number = f"{path}.{contact.earlier + 1}"
        now = self.world.env.now
        self.events.append(Event(now, fact, customer, path, number, lane.channel.name, lane.kind, agent, wait))

    def on_agent_hired(self, agent: Agent) -> None:
        """A recruit begins."""
        self._agent("agent_hired", agent)

    def on_agent_deployed(self, agent: Agent) -> None:
        """An agent meets customers from now on."""
        self._agent("agent_deployed", agent)

    def on_agent_left(self, agent: Agent) -> None:
        """An agent has left."""
        self._agent("agent_left", agent)

    def on_agent_trained(self, agent: Agent) -> None:
        """An agent comes from training."""
        self._agent("agent_trained", agent)

    def _agent(self, fact: str, agent: Agent) -> None:
        if self.customer is None:
            self.events.append(Event(self.world.env.now, fact, agent=agent.name))


@dataclass(frozen=True)
class Trace:
    """The story of a customer, or of one of his issues or contacts, in one cell.

    subject: the path of what is followed; events: what happened to it; all_events: everything, where it was asked for.
    """

    scenario: Scenario
    seed: int
    replication: int
    subject: str
    segment: str
    contacts: int
    events: tuple[Event, ...]
    all_events: tuple[Event, ...]


def trace(scenario: Scenario, seed: int, replication: int, subject: str | None = None, whole: bool = False) -> Trace:
    """Run a cell and follow a customer, issue or contact by its path; None: the customer with the most contacts.

    whole: keep every fact of the run too. Raises UnknownSubject where the run has nothing of that path.
    """
    customer = subject.partition(".")[0] if subject is not None else None
    if customer is None and not whole:
        customer = _busiest(_run(scenario, seed, replication, Tracer(NOBODY)))
    tracer = _run(scenario, seed, replication, Tracer(None if whole else customer))
    customer = customer or _busiest(tracer)
    if customer != NOBODY and customer not in tracer.segments:
        raise UnknownSubject(f"there is no customer {customer}; they are numbered from 1 to {len(tracer.segments)}")
    path = subject or customer
    events = tuple(event for event in tracer.events if _concerns(event, path))
    if not any(event.customer for event in events):
        raise UnknownSubject(f"nothing happens to {path} in this run; follow customer {customer} to see his issues")
    every = tuple(tracer.events) if whole else ()
    segment = tracer.segments.get(customer, "")
    return Trace(scenario, seed, replication, path, segment, tracer.contacts[customer], events, every)


def _run(scenario: Scenario, seed: int, replication: int, tracer: Tracer) -> Tracer:
    from sim.model import Model  # noqa: PLC0415 - SimPy is not needed to import this

    Model(scenario, seed, replication, probes=[tracer]).run()
    tracer.events.sort(key=_in_order)
    return tracer


def _in_order(event: Event) -> tuple[float, int]:
    """By time, and at one moment the cause first: a probe hears of it after what mechanisms have told on."""
    rank = _ORDER.get(event.fact) or _AT_A_MOMENT.get(event.fact.partition("_")[0], 0)
    return event.time, rank


def _busiest(tracer: Tracer) -> str:
    """The customer with the most contacts, the first of them if there are several."""
    known = {number: count for number, count in tracer.contacts.items() if number != NOBODY}
    if not known:
        if tracer.contacts:
            return NOBODY
        raise UnknownSubject("nobody makes contact in this run")
    return min(known, key=lambda number: (-known[number], int(number)))


def _concerns(event: Event, path: str) -> bool:
    """Whether an event is told in the story of a path; what concerns everyone is, where a customer is followed.

    The story of a contact holds what happens to its issue, but none of the other contacts.
    """
    if not event.customer:
        return not event.agent and "." not in path
    own = event.contact or event.issue or event.customer
    return f"{own}.".startswith(f"{path}.") or (own == event.issue and path.startswith(f"{own}."))


def clock_of(calendar: CalendarSettings, time: float) -> dt.datetime:
    """The date and time of a moment of the simulation, in the scenario's time zone."""
    zone = ZoneInfo(calendar.time_zone)
    return dt.datetime.fromtimestamp(dt.datetime.combine(calendar.start, dt.time(), zone).timestamp() + time, zone)
