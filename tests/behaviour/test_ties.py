"""Ties: what agents who leave take with them."""

from __future__ import annotations

from typing import Any

TIES = {"ties": {"share": "60 %", "half": 1.0}}
LOYAL = "equity.days", "satisfaction.customer_days"


def test_ties_that_are_worth_nothing_change_nothing(bench: Any) -> None:
    idle, base = bench.pair({"ties": {"share": "0 %", "half": 1.0}}, 1)
    before, after = base.observations[0].totals, idle.observations[0].totals
    assert {name: after[name] for name in before} == before
    assert after["ties.broken"] > 0 == after["ties.equity"]


def test_equity_goes_with_agents_who_leave_and_customers_follow(bench: Any) -> None:
    tied, base = bench.pair(TIES)
    assert bench.falls(bench.more(tied, base, *LOYAL))
    assert tied.sum("losses.service") > base.sum("losses.service")
    assert tied.sum("ties.leavers") > 0


def test_where_no_agent_leaves_no_equity_goes(bench: Any) -> None:
    stays = {"workforce.attrition": None}
    tied, base = bench.pair(TIES, 1, firm=bench.changed(bench.firm, stays))
    assert tied.sum("ties.leavers") == tied.sum("ties.equity") == 0
    assert tied.sum("equity.days") == base.sum("equity.days")
    assert tied.sum("ties") > 500


def test_a_customer_who_always_meets_the_same_agent_knows_him_best(bench: Any) -> None:
    """With one agent for everything, a tie is as strong as the contacts since the customer joined."""
    one = {
        **TIES, "workforce.groups": {"shop": {"headcount": 1, "channels": ["telephone", "counter", "written"], "wage":
        "38000 EUR per year", "tools": "70 %", "authority": "60 %"}}, "staffing.rosters": {"shop": {"rota": ["shop"]}},
        "workforce.attrition": None, "churn": None, "acquisition": None,
    }  # fmt: skip
    met: list[int] = []
    found = bench.watch(bench.changed(bench.firm, one), {"contact_handled": lambda _, contact: met.append(1)})
    assert found.totals["ties.strength"] == len(met) > 1000
