"""Fulfilment: orders, stock, errors and promises, and what they do to customers, contacts and money."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from sim.core.units import DAY, YEAR
from sim.ordered import issues_of_orders

ORDERS: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "orders.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def shop(bench: Any) -> Any:
    """The firm with orders."""
    return bench.changed(bench.firm, {"fulfilment": ORDERS})


@pytest.fixture(scope="module")
def still(bench: Any, shop: Any) -> Any:
    """The same with customers who neither come nor go."""
    return bench.changed(shop, {"churn": None, "acquisition": None})


def with_stock(bench: Any, firm: Any, up_to: int) -> Any:
    return bench.changed(
        firm, {f"fulfilment.products.handset.stock.{place}.up_to": up_to for place in ("shop", "depot")}
    )


def fingerprint(observations: Any, names: set[str]) -> str:
    kept = {name: observations.totals[name] for name in sorted(names)}
    return hashlib.sha256(json.dumps(kept).encode()).hexdigest()


def test_orders_come_at_their_rates(bench: Any, still: Any) -> None:
    found = bench.run(bench.changed(still, {"fulfilment.placed_by": {}}), 2)
    expected = 2 * (1200 * 3 + 300 * 8) * 24 * 7 / 365
    assert found.sum("orders.placed") == pytest.approx(expected, abs=5 * expected**0.5)
    assert found.sum("orders.by_contact") == 0


def test_a_resolved_contact_of_the_kind_places_an_order(bench: Any, still: Any) -> None:
    quiet = dict.fromkeys(("home", "business"), "0 per year")
    no_others = {f"fulfilment.products.{name}.rate": quiet for name in ("handset", "cabling")}
    no_causes = {"fulfilment.errors": {}, "fulfilment.late.causes": {}}
    found = bench.run(bench.changed(still, no_others | no_causes), 1)
    resolved = sum(found.sum(f"{channel}.enquiry.resolved") for channel in ("telephone", "counter", "written"))
    assert found.sum("orders.placed") == found.sum("orders.by_contact") == pytest.approx(resolved, abs=15)


def test_orders_that_leave_no_trace_change_nothing_else(bench: Any) -> None:
    """Without scores and causes, and without a margin, all that was before is as it was, to the last bit."""
    point, free = {"cost": "0 EUR"}, {"margin": "0 EUR", "holding": "0 EUR per year"}
    neutral = {
        **ORDERS, "stock_out": {**point, "lost": "40 %"}, "late": point, "prompt": point, "right_invoice": point,
        "errors": {"wrong_item": {**point, "at": "delivery", "share": "8 %"}},
        "checking": {"checks": 0, "caught": "0 %", "cost": "0 EUR"},
        "products": {name: one | free for name, one in ORDERS["products"].items()},
    }  # fmt: skip
    one, base = bench.pair({"fulfilment": neutral}, 1)
    names = set(base.observations[0].totals)
    assert one.sum("orders.placed") > 1000
    assert fingerprint(one.observations[0], names) == fingerprint(base.observations[0], names)


def test_every_contact_point_is_met_and_moves_satisfaction_its_way(bench: Any, shop: Any) -> None:
    found = bench.run(shop, 1)
    for name in ("wrong_item", "wrong_invoice", "late", "stock_out"):
        assert found.sum(f"episodes.{name}.moved") < 0 < found.sum(f"episodes.{name}")
    for name in ("prompt", "right_invoice"):
        assert found.sum(f"episodes.{name}.moved") > 0
    for name in ("wrong_item", "wrong_invoice", "late"):
        assert found.sum(f"points.{name}.issues") > 0


def test_poor_fulfilment_costs_satisfaction_and_customers(bench: Any, shop: Any) -> None:
    poor, base = bench.pair({"fulfilment.errors.wrong_item.share": "40 %"}, firm=shop)
    assert bench.falls(bench.more(poor, base, "satisfaction.days", "satisfaction.customer_days"))
    assert bench.rises(bench.more(poor, base, "losses.service"))
    assert bench.rises(bench.more(poor, base, "contacts.offered"))
    assert bench.falls(bench.more(poor, base, "ledger.fulfilment"))


def test_checks_remove_errors_from_the_same_orders_and_cost_money(bench: Any, still: Any) -> None:
    firm = bench.changed(still, {"fulfilment.placed_by": {}, "fulfilment.errors.wrong_item.cost": "0 EUR"})
    careful = bench.with_policies(firm, care={"changes": {"fulfilment.checking.checks": {"to": 4}}})
    after, before = bench.run(careful, 2), bench.run(firm, 2)
    assert after.sum("orders.placed") == before.sum("orders.placed")
    assert after.sum("orders.shipped") == before.sum("orders.shipped")
    expected = before.sum("points.wrong_item") * 0.6**3
    assert after.sum("points.wrong_item") == pytest.approx(expected, abs=5 * expected**0.5)
    assert after.sum("contacts.offered") < before.sum("contacts.offered")
    assert after.sum("ledger.fulfilment") < before.sum("ledger.fulfilment")


def test_issues_that_orders_cause_are_those_that_are_expected_before_the_run(bench: Any, still: Any) -> None:
    """Poisson, so within five standard deviations; every order finds its product here, and needs place none."""
    everywhere = {f"fulfilment.products.handset.stock.{place}.up_to": 1_000_000 for place in ("shop", "depot")}
    plenty = bench.changed(still, {"fulfilment.placed_by": {}} | everywhere)
    found = bench.run(plenty, 2)
    years = 2 * 24 * 7 * DAY / YEAR
    expected = years * sum(count for _, _, count in issues_of_orders(plenty, []))
    assert found.sum("points.stock_out") == 0
    assert found.sum("orders.issues") == pytest.approx(expected, abs=5 * expected**0.5)
    needed = [("home", "order", 1200.0), ("home", "fault", 99.0)]
    placing = bench.changed(plenty, {"fulfilment.placed_by": {"fault": "cabling"}})
    more = sum(count for _, _, count in issues_of_orders(placing, needed)) - expected / years
    nothing = dict.fromkeys(("home", "business"), "0 per year")
    for_each = bench.changed(
        plenty,
        {
            "fulfilment.products.cabling.rate": nothing | {"home": "99 per year"},
            "fulfilment.products.handset.rate": nothing,
        },
    )
    assert more == pytest.approx(sum(count for _, _, count in issues_of_orders(for_each, [])) / 1200, rel=1e-9)


@pytest.mark.parametrize("share", ["0 %", "100 %"])
def test_no_order_is_wrong_or_every_one_is(bench: Any, still: Any, share: str) -> None:
    checking = {"checks": 0, "caught": "0 %", "cost": "0 EUR"}
    found = bench.run(
        bench.changed(still, {"fulfilment.errors.wrong_item.share": share, "fulfilment.checking": checking}), 1
    )
    assert found.sum("points.wrong_item") == (found.sum("orders.delivered") if share == "100 %" else 0)
    if share == "100 %":
        assert found.sum("points.prompt") == 0


def test_more_stock_fills_more_orders_and_costs_its_keeping(bench: Any, still: Any) -> None:
    firm = bench.changed(still, {"fulfilment.placed_by": {}})
    none, some, plenty = (bench.run(with_stock(bench, firm, up_to), 1) for up_to in (0, 60, 5000))
    assert none.sum("points.stock_out") > some.sum("points.stock_out") > plenty.sum("points.stock_out") == 0
    assert plenty.sum("orders.lost") == 0
    assert plenty.sum("orders.at_once") == plenty.sum("orders.placed")
    assert none.sum("orders.unit_days") == 0 < some.sum("orders.unit_days") < plenty.sum("orders.unit_days")
    lost = none.sum("orders.lost") / none.sum("points.stock_out")
    assert lost == pytest.approx(0.4, abs=5 * (0.24 / none.sum("points.stock_out")) ** 0.5)


def test_an_order_by_contact_that_finds_no_stock_causes_its_issue_from_the_next_morning_on(
    bench: Any, still: Any
) -> None:
    causes = {"enquiry": {"share": "100 %", "delay": {"law": "constant", "mean": "0 min"}}}
    firm = bench.changed(with_stock(bench, still, 0), {"fulfilment.stock_out.causes": causes})
    found = bench.run(firm, 1)
    assert found.sum("orders.by_contact") > 0
    assert found.sum("points.stock_out.issues") == found.sum("points.stock_out") > 0


def test_without_stock_only_what_is_made_to_order_is_shipped(bench: Any, still: Any) -> None:
    found = bench.run(
        bench.changed(with_stock(bench, still, 0), {"fulfilment.stock_out.lost": "100 %", "fulfilment.placed_by": {}}),
        1,
    )
    expected = 300 * 2 * 24 * 7 / 365
    assert found.sum("orders.shipped") == pytest.approx(expected, abs=5 * expected**0.5)
    assert found.sum("ledger.orders") == pytest.approx(90 * found.sum("orders.shipped"), rel=0.02)


@pytest.mark.parametrize(("promised", "on_time"), [("0 min", 0.0), ("300 days", 1.0)])
def test_a_promise_of_nothing_is_always_broken_and_one_of_a_year_never(
    bench: Any, still: Any, promised: str, on_time: float
) -> None:
    found = bench.run(bench.changed(still, {"fulfilment.promised": promised}), 1)
    assert found.ratio("orders.on_time", "orders.delivered") == on_time
    assert (found.sum("points.late") == 0) == (on_time == 1.0)


def test_a_looser_promise_is_broken_less_often_by_the_same_deliveries(bench: Any, still: Any) -> None:
    firm = bench.changed(still, {"fulfilment.placed_by": {}})
    loose, tight = bench.pair({"fulfilment.promised": "10 days"}, 1, firm=firm)
    assert loose.sum("orders.delivered") == tight.sum("orders.delivered")
    assert loose.sum("points.late") < tight.sum("points.late")


def test_a_policy_that_changes_nothing_draws_nothing_anew(bench: Any, shop: Any) -> None:
    idle = bench.with_policies(shop, idle={"changes": {"fulfilment.checking.checks": {"multiply": 1.0}}})
    assert bench.run(idle, 1).observations == bench.run(shop, 1).observations


def test_another_error_touches_no_other_draw(bench: Any, still: Any) -> None:
    odd = {**ORDERS["errors"], "wrong_size": {"at": "delivery", "share": "5 %", "cost": "0 EUR"}}
    with_it, base = bench.pair({"fulfilment.errors": odd}, 1, firm=still)
    for name in ("orders.placed", "orders.on_time", "points.wrong_item", "points.wrong_invoice", "contacts.offered"):
        assert with_it.sum(name) == base.sum(name)
    assert with_it.sum("points.wrong_size") > 0
    assert with_it.sum("points.prompt") < base.sum("points.prompt")


def test_a_firm_without_satisfaction_still_fulfils(bench: Any, shop: Any) -> None:
    found = bench.run(bench.changed(shop, {"satisfaction": None, "churn": None, "acquisition": None}), 1)
    assert found.sum("orders.delivered") > 0
    assert found.sum("points.late.issues") > 0
