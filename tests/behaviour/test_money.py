"""Money: the ledger against closed forms; inflation, discounting, policies and their cost."""

from __future__ import annotations

from typing import Any

import pytest

ACCOUNTS = ("fees", "wages", "hiring", "training", "acquisition", "overheads", "contacts", "severance", "policies")
DAYS = 24 * 7


@pytest.fixture(scope="module")
def fixed(bench: Any) -> Any:
    """The firm with people who neither come nor go, so that its books have closed forms."""
    return bench.changed(bench.firm, {"churn": None, "acquisition": None, "workforce.attrition": None})


def plain_money(bench: Any, firm: Any, **more: Any) -> Any:
    still = {"wage_inflation": "0 % per year", "price_inflation": "0 % per year", "discount_rate": "0 % per year"}
    return bench.changed(firm, {f"economics.{name}": value for name, value in (still | more).items()})


def test_without_inflation_every_account_is_what_it_should_be(bench: Any, fixed: Any) -> None:
    found = bench.run(plain_money(bench, fixed), 1)
    totals = found.observations[0].totals
    assert totals["ledger.wages"] == pytest.approx(-(5 * 40_000 + 38_000) / 365 * DAYS)
    assert totals["ledger.overheads"] == pytest.approx(-200_000 / 365 * DAYS)
    channels = {"telephone": 0.4, "counter": 0.6, "written": 0.2}
    assert totals["ledger.contacts"] == pytest.approx(-sum(c * totals[f"{n}.handled"] for n, c in channels.items()))
    assert totals["ledger.fees"] == pytest.approx(totals["fees.paid"])
    assert totals["ledger.profit"] == pytest.approx(sum(totals[f"ledger.{name}"] for name in ACCOUNTS))
    assert totals["ledger.present_value"] == pytest.approx(totals["ledger.profit"])


def test_the_months_add_up_to_the_totals(bench: Any) -> None:
    seen = bench.run(bench.firm, 1).observations[0]
    for name in (*(f"ledger.{account}" for account in ACCOUNTS), "customers.left", "contacts.offered", "agents.duty"):
        assert sum(seen.months[name]) == pytest.approx(seen.totals[name], abs=1e-6)
    assert len(seen.month_names) == len(seen.months["ledger.fees"]) == 6
    for name in ("telephone.offered", "telephone.abandoned", "written.wait"):
        assert sum(seen.days[name]) == pytest.approx(seen.totals[name])
        assert len(seen.days[name]) == DAYS


def test_wages_and_prices_inflate_from_the_day_the_counting_starts(bench: Any, fixed: Any) -> None:
    found = bench.run(plain_money(bench, fixed, wage_inflation="10 % per year", price_inflation="5 % per year"), 1)
    wages = sum((5 * 40_000 + 38_000) / 365 * 1.10 ** (day / 365) for day in range(DAYS))
    overheads = sum(200_000 / 365 * 1.05 ** (day / 365) for day in range(DAYS))
    assert found.sum("ledger.wages") == pytest.approx(-wages)
    assert found.sum("ledger.overheads") == pytest.approx(-overheads)
    assert found.sum("ledger.fees") == pytest.approx(found.sum("fees.paid"))


def test_the_present_value_discounts_every_day(bench: Any, fixed: Any) -> None:
    only_overheads = bench.changed(
        fixed,
        {"workforce.groups.desk.wage": 0.0, "workforce.groups.shop.wage": 0.0, "economics.contact_cost": {},
         "pricing.fee": {"home": 0.0, "business": 0.0}},
    )  # fmt: skip
    found = bench.run(plain_money(bench, only_overheads, discount_rate="20 % per year"), 1)
    assert found.sum("ledger.profit") == pytest.approx(-200_000 / 365 * DAYS)
    assert found.sum("ledger.present_value") == pytest.approx(
        -sum(200_000 / 365 * 1.2 ** (-day / 365) for day in range(DAYS))
    )


def test_real_money_deflates_what_does_not_inflate(bench: Any, fixed: Any) -> None:
    real = bench.run(plain_money(bench, fixed, price_inflation="5 % per year", basis="real"), 1)
    nominal = bench.run(plain_money(bench, fixed, price_inflation="5 % per year"), 1)
    assert real.sum("ledger.overheads") == pytest.approx(-200_000 / 365 * DAYS)
    assert nominal.sum("ledger.overheads") < real.sum("ledger.overheads")
    assert 0.97 < real.sum("ledger.fees") / nominal.sum("ledger.fees") < 0.995
    assert real.sum("contacts.offered") == nominal.sum("contacts.offered")


def test_money_touches_nothing_else(bench: Any) -> None:
    dear = plain_money(bench, bench.firm, wage_inflation="30 % per year", overheads={"network": "9000000 EUR per year"})
    one, other = bench.run(dear, 1).observations[0].totals, bench.run(bench.firm, 1).observations[0].totals
    assert {name for name in one if one[name] != other[name]} <= {name for name in one if name.startswith("ledger.")}
    without = bench.run(bench.changed(bench.firm, {"economics": None}), 1).observations[0].totals
    assert without == {name: value for name, value in other.items() if not name.startswith("ledger.")}


def test_a_policy_costs_what_it_says(bench: Any, fixed: Any) -> None:
    costs = {"one_off": "5000 EUR", "running": "365 EUR per year"}
    policy = {"changes": {"workforce.groups.desk.tools": {"to": "80 %", "from": "2026-06-01"}}, "costs": costs}
    firm = plain_money(bench, fixed)
    found = bench.run(bench.with_policies(firm, tools=policy), 1)
    days = (bench.firm.calendar.start.replace(month=6, day=1) - bench.firm.calendar.start).days - 56
    assert found.sum("ledger.policies") == pytest.approx(-5000 - (DAYS - days))
    assert bench.run(firm, 1).sum("ledger.policies") == 0


def test_a_policy_may_cost_money_and_change_nothing(bench: Any, fixed: Any) -> None:
    found = bench.run(bench.with_policies(fixed, consultant={"costs": {"one_off": "5000 EUR"}}), 1)
    assert found.sum("ledger.policies") == pytest.approx(-5000)
