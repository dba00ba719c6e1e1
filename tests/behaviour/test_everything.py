"""Every mechanism in force at once: the books balance, and the same seed gives the same numbers."""

from __future__ import annotations

import datetime as dt
import math
from functools import cache
from pathlib import Path

import pytest

from sim.core.units import DAY, WEEK
from sim.files import load_scenario
from sim.model import MECHANISMS, Model, measures
from sim.scenario import Scenario

FULL = Path(__file__).parents[2] / "scenarios" / "broadband_in_full.yaml"


@cache
def short() -> Scenario:
    """A tenth of the customers, for some weeks; balances are checked at the end of every replication.

    Few of so few have to wait: half of those who do are to be called back.
    """
    plain = load_scenario(FULL).plain()
    for segment in plain["customers"]["segments"].values():
        segment["count"] //= 10
    plain["acquisition"]["advertising"]["newcomers"] /= 10
    plain["callback"]["channels"]["telephone"]["accepted"] = 0.5
    plain["calendar"] |= {"warm_up": 4 * WEEK, "horizon": 10 * WEEK}
    return Scenario.from_plain(plain)


def test_the_scenario_has_every_mechanism_but_exogenous_arrivals() -> None:
    scenario = load_scenario(FULL)
    assert [name for name in MECHANISMS if getattr(scenario, name) is None] == ["arrivals"]


def test_all_mechanisms_together_leave_the_books_in_balance_and_each_its_trace() -> None:
    totals = Model(short(), 5, 1).run().totals
    traces = (
        "chat.handled", "self_service.contained", "orders.placed", "episodes.prompt", "points.rings", "ledger.orders",
        "losses.involuntary", "expectations.contacts", "ties", "pressure.time", "coaching.hours", "morale.burnout",
        "forgetting.lapse", "incentives.bonuses", "ownership.known", "records.found", "systems.outages",
        "feedback.heard", "retention.goodwills", "transfers.made", "departments.kept", "departments.asked",
        "departments.network.cases", "ledger.departments", "management.lived", "sales.accepted", "products.sold",
        "products.bought", "outbound.agreed", "ledger.commission", "sales.annoyed",
        "voice_mail.left", "announced.told", "callback.reached", "avoidance.avoiding",
    )  # fmt: skip
    assert [name for name in traces if not totals.get(name)] == []


def test_the_accounts_that_are_reported_add_up_to_profit() -> None:
    totals = Model(short(), 5, 1).run().totals
    accounts = [one.numerator for one in measures(short()) if one.name.startswith("ledger.")]
    assert len(accounts) == len(set(accounts)) > 15
    assert math.fsum(totals[name] for name in accounts) == pytest.approx(totals["ledger.profit"])


def test_the_same_seed_gives_the_same_numbers_with_everything_on() -> None:
    one, other = (Model(short(), 5, 2).run().to_plain() for _ in range(2))
    assert one == other
    assert one != Model(short(), 6, 2).run().to_plain()


def test_what_a_policy_does_later_leaves_the_weeks_before_as_they_were() -> None:
    plain = short().plain()
    date = "2026-03-23"
    plain["policies"] = {
        "late": {"title": "Late", "changes": {"pricing.fee.home": {"multiply": 1.2, "from": date}}},
    }
    changed, base = (Model(scenario, 5, 3).run() for scenario in (Scenario.from_plain(plain), short()))
    start = short().calendar.start
    days = round((dt.date.fromisoformat(date) - start).days - 4 * WEEK / DAY)
    for name, row in base.days.items():
        assert changed.days[name][:days] == row[:days], name
    assert changed.totals["fees.paid"] > base.totals["fees.paid"]
