"""Where a difference of profit comes from, by accounting: every split adds up in every replication."""

from __future__ import annotations

import math
from typing import Any

import pytest

from sim.experiment.accounting import Accounting, account

FEES = {"pricing.fee.home": {"multiply": 1.1}, "pricing.fee.business": {"multiply": 1.1}}
CASES: dict[str, dict[str, Any]] = {
    "fee": {"changes": FEES, "costs": {"one_off": "900 EUR", "running": "1000 EUR per year"}},
    "ramp": {"changes": {"pricing.fee.home": {"multiply": 1.2, "from": "2026-04-01", "ramp": "6 weeks"}}},
    "staff": {"changes": {"workforce.groups.desk.headcount": {"add": 2}}},
    "training": {"changes": {"workforce.training.hours": {"to": "2 h"}}},
    "advertising": {"changes": {"acquisition.advertising.spend": {"multiply": 2.0}}},
    "longer": {"changes": {"pricing.renewal": {"to": "14 days"}}},
}
OFFERS = {
    "retention": {
        "discount": "20 %", "lasts": "12 weeks", "wanted": "15 %", "cost": "3 EUR", "leavers": {"price": "50 %"},
        "goodwill": {"fault": {"share": "40 %", "amount": "5 EUR", "experience": 80}},
    },
    "win_back": {
        "approached": "60 %", "share": {"price": "30 %", "service": "20 %", "other": "20 %"},
        "delay": {"law": "exponential", "mean": "3 weeks"}, "offer": "2 EUR", "reward": "10 EUR",
    },
}  # fmt: skip


def accounted(bench: Any, firm: Any, policy: dict[str, Any], replications: int = 3) -> Accounting:
    treated = bench.run(bench.with_policies(firm, policy=policy), replications)
    found = account(treated.observations, bench.run(firm, replications).observations)
    assert found is not None
    return found


def adds_up(lines: Any, whole: Any) -> None:
    sums = [math.fsum(column) for column in zip(*(line.values for line in lines), strict=True)]
    assert sums == pytest.approx(list(whole), abs=0.02)


def values(found: Accounting, group: Any, name: str) -> tuple[float, ...]:
    return next((line.values for line in found.group(group) if line.name == name), (0.0, 0.0, 0.0))


def named(found: Accounting, group: Any) -> dict[str, tuple[float, ...]]:
    return {line.name: line.values for line in found.group(group)}


@pytest.mark.parametrize("basis", ["nominal", "real"])
@pytest.mark.parametrize("case", CASES)
def test_every_split_adds_up_in_every_replication_and_nothing_of_the_fees_is_left_over(
    bench: Any, case: str, basis: str
) -> None:
    firm = bench.changed(bench.firm, OFFERS | {"economics.basis": basis})
    found = accounted(bench, firm, CASES[case])
    accounts = named(found, "accounts")
    adds_up(found.group("accounts"), found.profit.values)
    adds_up(found.parts, found.profit.values)
    adds_up(found.group("fees"), accounts["fees"])
    adds_up(found.group("contacts"), accounts["contacts"])
    staff = zip(*(accounts[name] for name in ("wages", "hiring", "training", "severance")), strict=True)
    adds_up(found.group("people"), [math.fsum(column) for column in staff])
    if case != "longer":
        assert "left" not in named(found, "fees")


def test_what_is_paid_is_what_it_would_be_with_everybody_but_for_those_won_and_lost(bench: Any) -> None:
    """However many leave, join, or come back: the time of those of the beginning is the same."""
    firm = bench.changed(bench.firm, OFFERS)
    more = {"churn.reference.base_hazard": "1 per year", "acquisition.advertising.newcomers": "900 per year"}
    for segment in ("home", "business"):
        whole = []
        for scenario in (firm, bench.changed(firm, more)):
            totals = bench.run(scenario, 1).observations[0].totals
            moved = {name: value for name, value in totals.items() if name.startswith(f"ledger.revenue.{segment}.")}
            won = sum(value for name, value in moved.items() if ".won." in name)
            lost = sum(value for name, value in moved.items() if ".lost." in name)
            assert won > 0
            assert lost > 0
            whole.append(moved[f"ledger.revenue.{segment}.paid"] - won + lost)
        assert whole[0] == pytest.approx(whole[1], rel=1e-9)


def test_a_fee_that_nobody_minds_is_price_and_nothing_else(bench: Any) -> None:
    """10 % more of the fees paid after each customer's next renewal, and not a customer more or less."""
    calm = {"churn.price_loss": 0.0, "churn.price_gain": 0.0, "pricing.reactions": {}}
    firm = bench.changed(bench.firm, calm)
    found = accounted(bench, firm, {"changes": FEES})
    fees = named(found, "fees")
    assert set(fees) == {"price"}
    base = bench.run(firm, 3).total("ledger.fees")
    assert list(fees["price"]) == pytest.approx([0.1 * each for each in base], rel=1e-6)
    assert found.profit.values == pytest.approx(fees["price"])


def test_a_policy_that_leaves_prices_alone_has_no_effect_of_price(bench: Any) -> None:
    fees = named(accounted(bench, bench.firm, CASES["staff"]), "fees")
    assert "price" not in fees
    assert any(fees["lost service"])


def test_a_dearer_fee_loses_customers_to_price_and_advertising_wins_them(bench: Any) -> None:
    fee = named(accounted(bench, bench.firm, CASES["fee"]), "fees")
    assert max(fee["lost price"]) < 0 < min(fee["price"])
    advertising = named(accounted(bench, bench.firm, CASES["advertising"]), "fees")
    assert min(advertising["won advertising"]) > 0


def test_the_cost_of_a_policy_stands_by_itself(bench: Any) -> None:
    found = accounted(bench, bench.changed(bench.firm, {"economics.price_inflation": "0 % per year"}), CASES["fee"])
    assert values(found, "accounts", "policies") == pytest.approx((-900.0 - 1000.0 / 365 * 168,) * 3)


def test_staff_without_returns_spend_nothing_on_repeats_and_more_staff_are_idle(bench: Any) -> None:
    firm = bench.changed(bench.firm, {"resolution.returns.share": "0 %", "patience": {"channels": {}}})
    totals = bench.run(firm, 1).observations[0].totals
    assert totals["ledger.staff.repeats"] == 0.0
    assert totals["ledger.staff.first"] > 0.0
    idle = values(accounted(bench, bench.firm, CASES["staff"]), "people", "without")
    assert max(idle) < 0.0


def test_the_share_of_staff_with_contacts_is_their_occupancy(bench: Any) -> None:
    """Where nobody comes or goes and pay does not change, cost of a second on duty is the same in all months."""
    still = {"workforce.attrition": None, "economics.wage_inflation": "0 % per year"}
    totals = bench.run(bench.changed(bench.firm, still), 1).observations[0].totals
    staff = -sum(totals[f"ledger.{name}"] for name in ("wages", "hiring", "training", "severance"))
    working = totals["ledger.staff.first"] + totals["ledger.staff.repeats"]
    assert working / staff == pytest.approx(totals["agents.busy"] / totals["agents.duty"], rel=0.02)


def test_without_a_ledger_there_is_nothing_to_account_for(bench: Any) -> None:
    poor = bench.run(bench.changed(bench.firm, {"economics": None}), 1).observations
    assert account(poor, poor) is None
