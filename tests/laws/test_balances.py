"""Laws of every run: Little's law in each queue, and the books of contacts, issues, customers, agents, hours and money.

The engine checks its own books at the end of each replication. Here a bookkeeper who hears only the facts keeps
books of his own beside it, on the subscription scenario over a few weeks; and mechanisms that cheat are caught.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from sim.balances import BalanceBroken
from sim.core.calendar import Day
from sim.core.entities import Agent, Contact, Issue, Queue
from sim.core.facts import Posting
from sim.core.observations import Observations
from sim.core.world import Mechanism, World
from sim.files import load_scenario
from sim.mechanisms.customers import Customers
from sim.mechanisms.economics import Economics
from sim.mechanisms.patience import Patience
from sim.mechanisms.resolution import Resolution
from sim.mechanisms.routing import Routing
from sim.mechanisms.staffing import Staffing
from sim.mechanisms.workforce import Workforce
from sim.model import Model
from sim.scenario import Scenario

SEED = 19_170_101
ROOT = Path(__file__).parents[2]
Slots = npt.NDArray[np.int64]


class Bookkeeper:
    """Books from facts alone, kept from the first moment on."""

    def __init__(self) -> None:
        self.contacts: Counter[tuple[str, str]] = Counter()
        self.people: Counter[str] = Counter()
        self.waits: dict[Queue, float] = {}
        self.busy: Counter[str] = Counter()
        self.money: Counter[str] = Counter()
        self.counting = False

    def attach(self, world: World) -> None:
        self.world = world

    def on_counting_began(self, _: float) -> None:
        self.counting = True

    def on_contact_offered(self, contact: Contact) -> None:
        self.contacts[contact.lane.channel.name, "offered"] += 1

    def on_contact_blocked(self, contact: Contact) -> None:
        self.contacts[contact.lane.channel.name, "blocked"] += 1

    def on_contact_balked(self, contact: Contact) -> None:
        self.contacts[contact.lane.channel.name, "balked"] += 1

    def on_contact_abandoned(self, contact: Contact) -> None:
        self.contacts[contact.lane.channel.name, "abandoned"] += 1
        self._waited(contact, self.world.env.now)

    def on_contact_answered(self, contact: Contact) -> None:
        self.contacts[contact.lane.channel.name, "answered"] += 1
        self._waited(contact, contact.answered_at)

    def on_contact_handled(self, contact: Contact) -> None:
        self.contacts[contact.lane.channel.name, "handled"] += 1
        assert contact.agent is not None
        self.busy[contact.agent.name] += contact.spent  # type: ignore[assignment]  # seconds, not a count

    def _waited(self, contact: Contact, until: float) -> None:
        queue = contact.lane.queue
        self.waits[queue] = self.waits.get(queue, 0.0) + until - contact.offered_at

    def on_issue_raised(self, _: Issue) -> None:
        self.people["issues raised"] += 1

    def on_customers_joined(self, slots: Slots) -> None:
        self.people["customers"] += int(slots.size)

    def on_customers_left(self, slots: Slots) -> None:
        self.people["customers"] -= int(slots.size)

    def on_agent_hired(self, _: Agent) -> None:
        self.people["agents"] += 1

    def on_agent_left(self, _: Agent) -> None:
        self.people["agents"] -= 1

    def on_paid(self, posting: Posting) -> None:
        if self.counting:
            self.money[posting.account] += posting.amount  # type: ignore[assignment]  # money, not a count


@pytest.fixture(scope="module")
def weeks() -> Scenario:
    """The subscription scenario over a few weeks, in money of one day."""
    plain = load_scenario(ROOT / "scenarios" / "broadband.yaml").plain()
    plain["calendar"] |= {"warm_up": "2 weeks", "horizon": "5 weeks"}
    plain["workforce"]["groups"]["front_line"]["headcount"] = 7
    plain["staffing"]["rosters"]["front_line"]["rota"] = plain["staffing"]["rosters"]["front_line"]["rota"][:7]
    plain["economics"] |= {"wage_inflation": 0.0, "price_inflation": 0.0}
    return Scenario.from_plain(plain)


@pytest.fixture(scope="module")
def kept(weeks: Scenario) -> tuple[Bookkeeper, Model, Observations]:
    books = Bookkeeper()
    model = Model(weeks, SEED, 1, probes=[books])
    return books, model, model.run()


Kept = tuple[Bookkeeper, Model, Observations]


def test_contacts_offered_are_answered_abandoned_blocked_balked_or_waiting(kept: Kept) -> None:
    books, model, _ = kept
    assert {channel for channel, _ in books.contacts} == {"telephone", "counter", "written"}
    for name, channel in model.world.channels.items():
        seen = {what: books.contacts[name, what] for what in ("answered", "abandoned", "blocked", "balked")}
        assert books.contacts[name, "offered"] == sum(seen.values()) + channel.waiting
        assert channel.inside == channel.waiting + seen["answered"] - books.contacts[name, "handled"]
    assert books.contacts["telephone", "abandoned"] > 100
    assert books.contacts["counter", "balked"] > 0
    assert model.world.channels["written"].waiting > 0


def test_littles_law_holds_in_each_queue(kept: Kept) -> None:
    books, model, _ = kept
    queues = {lane.queue for lane in model.world.lanes}
    assert len(queues) > 2
    for queue in queues:
        waiting = sum(model.world.env.now - entry[2].offered_at for entry in queue.entries if entry[2].waiting)
        assert queue.area == pytest.approx(books.waits[queue] + waiting, rel=1e-9)


def test_customers_and_agents_are_those_who_came_less_those_who_went(kept: Kept) -> None:
    books, model, seen = kept
    assert model.world.base is not None
    assert books.people["customers"] == len(model.world.base) == seen.totals["customers"]
    assert books.people["agents"] == len(model.world.agents) == seen.totals["headcount"]


def test_agents_are_busy_as_long_as_their_contacts_take(kept: Kept) -> None:
    books, model, _ = kept
    now = model.world.env.now
    for agent in model.world.agents.values():
        assert agent.busy == pytest.approx(books.busy[agent.name], rel=1e-9)
        assert agent.busy <= agent.duty + (now - agent.on_since if agent.on_duty else 0.0) + 1e-6


def test_each_account_of_the_ledger_is_the_sum_of_its_postings(kept: Kept) -> None:
    books, _, seen = kept
    for account, amount in books.money.items():
        assert seen.totals[f"ledger.{account}"] == pytest.approx(amount, rel=1e-9)
    accounts = [
        amount
        for name, amount in seen.totals.items()
        if name.startswith("ledger.") and name.count(".") == 1 and name not in TOTALS
    ]
    assert seen.totals["ledger.profit"] == pytest.approx(sum(accounts), rel=1e-9)
    assert books.money["fees"] > 0 > books.money["wages"]


TOTALS = ("ledger.profit", "ledger.present_value", "ledger.operating")


class LosesAContact(Patience):
    def on_contact_abandoned(self, contact: Contact) -> None:
        super().on_contact_abandoned(contact)
        contact.lane.offered -= 1


class ShortensWaits(Routing):
    def leave_queue(self, contact: Contact) -> None:
        super().leave_queue(contact)
        contact.lane.queue.waited -= 60.0


class ForgetsAnIssue(Resolution):
    def on_issue_given_up(self, issue: Issue) -> None:
        super().on_issue_given_up(issue)
        self.given_up -= 1


class HidesLosses(Customers):
    def remove_customers(self, slots: Slots) -> None:
        super().remove_customers(slots)
        self.left -= int(slots.size)


class InventsAgents(Workforce):
    def on_day_began(self, day: Day) -> None:
        super().on_day_began(day)
        self.hired += 1


class BooksHours(Staffing):
    def on_day_began(self, day: Day) -> None:
        super().on_day_began(day)
        for group in self.world.groups.values():
            group.duty += 60.0


class SkimsMoney(Economics):
    def on_paid(self, posting: Posting) -> None:
        super().on_paid(posting)
        self.cash -= 0.01 * abs(posting.amount)


CHEATS: Mapping[str, tuple[type[Mechanism[Any]], str]] = {
    "patience": (LosesAContact, "contacts offered on telephone"),
    "routing": (ShortensWaits, "Little's law in the queue of telephone"),
    "resolution": (ForgetsAnIssue, "issues raised"),
    "customers": (HidesLosses, "customers by the books"),
    "workforce": (InventsAgents, "agents by the books"),
    "staffing": (BooksHours, "agents' time on duty"),
    "economics": (SkimsMoney, "money by account and in cash"),
}


@pytest.mark.parametrize("field", CHEATS)
def test_a_mechanism_that_cheats_is_caught(weeks: Scenario, field: str) -> None:
    cheat, words = CHEATS[field]
    with pytest.raises(BalanceBroken, match=words):
        Model(weeks, SEED, 1, instead={field: cheat}).run()
