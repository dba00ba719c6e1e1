"""Prices at depth: who is spared, how a rise is phased and explained, what the market, bills and offers do."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

UP = {"pricing.fee.home": {"multiply": 1.3}, "pricing.fee.business": {"multiply": 1.3}}
OFFER = {"discount": "20 %", "lasts": "8 weeks", "wanted": "10 %", "cost": "2 EUR"}
SHOCK = {"law": "exponential", "mean": "2 days"}


@pytest.fixture(scope="module")
def firm(bench: Any) -> Any:
    return bench.span("4 weeks", "14 weeks")


def risen(bench: Any, firm: Any, settings: dict[str, Any] | None = None, changes: Any = None, number: int = 1) -> Any:
    """Runs of the firm with settings changed, in which the fee goes up."""
    return bench.run(bench.with_policies(bench.changed(firm, settings or {}), up={"changes": changes or UP}), number)


def day(firm: Any, weeks: int) -> str:
    """The date so many weeks after the start."""
    return (firm.calendar.start + dt.timedelta(weeks=weeks)).isoformat()


NEUTRAL = {
    "competition": {"weight": 0.0, "drift": {"home": "-9 % per year"}},
    "billing": {"charges": {"share": "0 %", "size": "50 %"}, "shock": {"above": "1 %", "felt": 1.0}},
    "retention": OFFER,
    "pricing.sensitivity": {"tenure": 0.0, "breadth": 0.0, "several_products": {"home": "40 %"}},
    "pricing.justification": {"accepted": "0 %", "calmed": "0 %"},
    "pricing.most_rise": "1000 %",
    "pricing.exemptions": [{"joined_before": "1900-01-01"}],
}


@pytest.mark.parametrize("section", NEUTRAL)
def test_a_section_without_effects_changes_no_number(bench: Any, firm: Any, section: str) -> None:
    neutral, base = risen(bench, firm, {section: NEUTRAL[section]}), risen(bench, firm)
    seen, before = neutral.observations[0].totals, base.observations[0].totals
    assert {name: seen[name] for name in before} == before
    assert base.sum("losses.price") > 0


def test_customers_of_before_keep_their_price_and_newcomers_pay_the_new_one(bench: Any, firm: Any) -> None:
    spared = {"pricing.exemptions": {"to": [{"joined_before": day(firm, 4)}]}}
    exempt, all_pay = risen(bench, firm, changes=UP | spared), risen(bench, firm)
    base = bench.run(firm, 1)
    assert exempt.sum("fees.risen") == exempt.sum("losses.price") == 0
    rates = [one.ratio("fees.paid", "customers.years") for one in (base, exempt, all_pay)]
    assert rates[0] < rates[1] < rates[2]
    assert all_pay.sum("losses.price") > 0


def test_an_exemption_that_ends_lets_the_rise_come_late(bench: Any, firm: Any) -> None:
    spared = {"pricing.exemptions": {"to": [{"joined_before": day(firm, 4)}], "until": day(firm, 14)}}
    found = risen(bench, bench.changed(firm, {"acquisition": None}), changes=UP | spared)
    risen_by_month = [sum(one) for one in zip(*(seen.months["fees.risen"] for seen in found.observations), strict=True)]
    assert sum(risen_by_month[:2]) == 0
    assert sum(risen_by_month[2:]) > 1000


@pytest.mark.parametrize("rule", [{"segments": ["home"]}, {"tenure": "2 years"}])
def test_those_of_a_segment_or_a_tenure_are_spared(bench: Any, rule: dict[str, Any]) -> None:
    seen: dict[bool, list[bool]] = {True: [], False: []}

    def note(model: Any, slots: Any) -> None:
        base, mechanism = model.world.base, model._by_field["pricing"]
        for slot in slots.tolist():
            segment = base.segments[base.segment.view[slot]]
            since_start = -base.joined.view[slot] / (365 * 86_400)
            spared = segment == "home" if "segments" in rule else since_start >= 2.0
            seen[spared].append(mechanism.price.view[slot] > model.scenario.pricing.fee[segment])

    quick = bench.changed(bench.span("1 weeks", "3 weeks"), {"acquisition": None})
    policy = {"changes": UP | {"pricing.exemptions": {"to": [rule]}}}
    bench.watch(bench.with_policies(quick, up=policy), {"customers_renewed": note})
    assert len(seen[True]) > 100
    assert not any(seen[True])
    assert sum(seen[False]) > 100


def test_a_rise_for_one_segment_is_felt_by_that_segment_alone(bench: Any, firm: Any) -> None:
    gaps: dict[int, set[float]] = {0: set(), 1: set()}

    def note(model: Any, slots: Any) -> None:
        gap = model.world.ask.price_gap(slots).tolist()
        for segment, one in zip(model.world.base.segment.array[slots].tolist(), gap, strict=True):
            gaps[segment].add(round(one, 6))

    quick = bench.changed(bench.span("1 weeks", "2 weeks"), {"churn": None})
    policy = {"changes": {"pricing.fee.business": {"multiply": 1.2}}}
    bench.watch(bench.with_policies(quick, up=policy), {"customers_renewed": note})
    assert gaps[0] == {0.0}
    assert max(gaps[1]) == pytest.approx(0.2)


def test_a_phased_rise_drives_fewer_away_than_one_step_and_ends_at_the_same_price(bench: Any, firm: Any) -> None:
    used_to_it = {"pricing.adaptation": "3 weeks"}
    at_once = risen(bench, firm, used_to_it)
    by_customer = risen(bench, firm, used_to_it | {"pricing.most_rise": "2 %"})
    ramped = {path: change | {"ramp": "13 weeks"} for path, change in UP.items()}
    by_date = risen(bench, firm, used_to_it, ramped)
    for phased in (by_customer, by_date):
        assert phased.sum("losses.price") < at_once.sum("losses.price")
        assert phased.sum("fees.paid") < at_once.sum("fees.paid")
    still = {"churn": None, "acquisition": None}
    prices = [risen(bench, firm, still | {"pricing.most_rise": cap}).sum("price") for cap in ("2 %", "30 %")]
    assert prices[0] == pytest.approx(prices[1])


def test_a_justified_rise_costs_fewer_customers_and_calls_the_more_of_it_is_accepted(bench: Any, firm: Any) -> None:
    lost, called = [], []
    for share in ("0 %", "50 %", "100 %"):
        found = risen(bench, firm, {"pricing.justification": {"accepted": share, "calmed": share}})
        lost.append(found.sum("losses.price"))
        called.append(sum(found.sum(f"{name}.price_enquiry.offered") for name in ("telephone", "counter", "written")))
    assert lost[0] > lost[1] > lost[2] == 0
    assert called[0] > called[1] > called[2] == 0


def test_a_market_that_becomes_cheaper_pulls_customers_away_and_a_dearer_one_keeps_them(bench: Any, firm: Any) -> None:
    lost = []
    for change in ("-20 %", "0 %", "25 %"):
        market = {"competition": {"weight": 1.0, "steps": [{"from": day(firm, 4), "change": change}]}}
        found = bench.run(bench.changed(firm, market), 1)
        lost.append(found.sum("customers.left"))
        assert (found.sum("losses.price") > 0) == (change == "-20 %")
    assert lost[0] > lost[1] > lost[2]


def test_nothing_is_felt_of_the_market_before_it_moves_and_drift_adds_up(bench: Any, firm: Any) -> None:
    late = {"competition": {"weight": 2.0, "steps": [{"from": day(firm, 13), "change": "-30 %"}]}}
    moved, base = bench.run(bench.changed(firm, late), 1), bench.run(firm, 1)
    assert moved.month("customers.left", 0, 2) == base.month("customers.left", 0, 2)
    assert sum(moved.month("customers.left", 2)) > sum(base.month("customers.left", 2))
    drift = bench.changed(firm, {"competition": {"weight": 1.0, "drift": {"home": "-60 % per year"}}})
    found = bench.run(drift, 1)
    assert found.sum("market.home") == pytest.approx(1 - 0.6 * (14 * 7 - 1) / 365, abs=1e-3)  # at the last midnight
    assert found.sum("market.business") == 1.0
    assert found.sum("losses.price") > 0


def test_a_policy_cannot_change_what_competitors_ask(bench: Any, firm: Any) -> None:
    from sim.mechanisms.interventions import PolicyProblem

    market = bench.changed(firm, {"competition": {"weight": 1.0}})
    with pytest.raises(PolicyProblem, match="no setting that can change"):
        bench.run(bench.with_policies(market, wish={"changes": {"competition.weight": {"to": 0.0}}}), 1)


def test_tenure_lowers_and_breadth_raises_the_losses_of_a_rise(bench: Any, firm: Any) -> None:
    def lost(tenure: float, breadth: float) -> float:
        who = {"tenure": tenure, "breadth": breadth, "several_products": {"home": "50 %", "business": "50 %"}}
        return float(risen(bench, firm, {"pricing.sensitivity": who}).sum("losses.price"))

    assert lost(1.0, 0.0) < lost(0.0, 0.0) < lost(0.0, 1.0)


def test_charges_bring_their_share_of_money_and_shocks_by_their_size(bench: Any, firm: Any) -> None:
    still = {"churn": None, "acquisition": None, "pricing.reactions": {}}
    calls = {"price_enquiry": {"share": "50 %", "delay": SHOCK}}
    bills = {
        "charges": {"share": "5 %", "size": "60 %"},
        "shock": {"above": "50 %", "felt": 3.0, "reactions": calls},
    }
    found, base = bench.pair(still | {"billing": bills}, 1, firm=bench.changed(firm, still))
    relative = found.sum("fees.paid") / base.sum("fees.paid") - 1.0
    assert relative == pytest.approx(0.05 * 0.6, abs=0.003)
    shocks = found.sum("bills.shocking")
    assert shocks == pytest.approx(0.05 * found.sum("bills"), rel=0.08)
    kinds = [f"{channel}.price_enquiry" for channel in ("telephone", "counter", "written")]
    firsts = sum(found.sum(f"{kind}.offered") - found.sum(f"{kind}.repeats") for kind in kinds)
    assert firsts == pytest.approx(0.5 * shocks, abs=5 * (0.25 * shocks) ** 0.5)
    mild = bench.run(bench.changed(firm, still | {"billing": bills | {"charges": {"share": "5 %", "size": "40 %"}}}), 1)
    assert mild.sum("bills.shocking") == 0


def test_a_shock_drives_away_more_customers_the_more_it_is_felt(bench: Any, firm: Any) -> None:
    lost = []
    for times in (1.0, 4.0):
        bills = {"charges": {"share": "4 %", "size": "60 %"}, "shock": {"above": "50 %", "felt": times}}
        lost.append(bench.run(bench.changed(firm, {"billing": bills}), 1).sum("losses.price"))
    assert 0 < lost[0] < lost[1]


def test_offers_save_customers_for_a_discount_and_the_money_adds_up(bench: Any, firm: Any) -> None:
    real = {"economics.price_inflation": "0 % per year"}
    offers = {"retention": OFFER | {"leavers": {"price": "80 %", "service": "80 %"}}}
    found, base = risen(bench, firm, real | offers), risen(bench, firm, real)
    assert found.sum("retention.saved") == found.sum("retention.accepted") > 20
    assert found.sum("losses.price") < base.sum("losses.price")
    assert found.sum("customers") > base.sum("customers")
    taken = found.sum("retention.accepted") / found.sum("retention.offers")
    assert taken == pytest.approx(1 - 2.718281828**-2, abs=0.08)  # a discount of twice the mean wanted
    assert found.sum("fees.discounted") > 0
    booked = found.sum("ledger.fees")
    assert booked == pytest.approx(found.sum("fees.paid") - found.sum("retention.offer_cost"))
    assert found.sum("retention.offer_cost") == pytest.approx(2 * found.sum("retention.offers"))


@pytest.mark.parametrize("nothing", [{"leavers": {"price": "0 %"}}, {"discount": "0 %", "leavers": {"price": "100 %"}}])
def test_who_is_not_offered_or_offered_nothing_leaves(bench: Any, firm: Any, nothing: dict[str, Any]) -> None:
    found, base = risen(bench, firm, {"retention": OFFER | nothing}), risen(bench, firm)
    assert found.sum("retention.saved") == 0
    assert found.sum("customers.left") == base.sum("customers.left")


def test_an_offer_moves_nobody_but_those_who_take_it(bench: Any, firm: Any) -> None:
    """With losses by price alone, whoever leaves without ever having had an offer leaves on the same day."""
    plain = bench.changed(firm, {"churn.equity_effect": 0.0, "acquisition": None})
    left: dict[str, dict[int, float]] = {}
    had: set[int] = set()

    for name, share in (("base", "0 %"), ("offers", "60 %")):
        left[name] = seen = {}

        def note(model: Any, slots: Any, seen: dict[int, float] = seen) -> None:
            brinks = model._by_field["retention"].brinks.array[slots].tolist()
            for key, brink in zip(model.world.base.key.array[slots].tolist(), brinks, strict=True):
                seen[key] = model.world.env.now
                if brink:
                    had.add(key)

        scenario = bench.changed(plain, {"retention": OFFER | {"leavers": {"price": share}}})
        bench.watch(bench.with_policies(scenario, up={"changes": UP}), {"customers_left": note})
    never = {key: when for key, when in left["offers"].items() if key not in had}
    assert len(never) > 50
    assert never.items() <= left["base"].items()
    assert len(left["offers"]) < len(left["base"])


def test_the_end_of_a_discount_is_met_as_a_rise(bench: Any, firm: Any) -> None:
    short = {"retention": OFFER | {"lasts": "3 weeks", "wanted": "1 %", "callers": {"enquiry": "100 %"}}}
    still = bench.changed(firm, short | {"churn": None, "acquisition": None})
    found = bench.run(still, 1)
    assert found.sum("retention.accepted") > 50
    assert 0.5 < found.sum("fees.risen") / found.sum("retention.accepted") <= 1.1


def test_callers_are_offered_as_much_as_agents_have_authority(bench: Any, firm: Any) -> None:
    offered = []
    for authority in ("0 %", "50 %", "100 %"):
        groups = dict.fromkeys(("workforce.groups.desk.authority", "workforce.groups.shop.authority"), authority)
        callers = {"retention": OFFER | {"callers": {"enquiry": "60 %"}}, "resolution.authority": 0.0}
        offered.append(bench.run(bench.changed(firm, groups | callers), 1).sum("retention.offers"))
    assert 0 == offered[0] < offered[1] < offered[2]


def test_goodwill_costs_money_and_makes_customers_more_content(bench: Any, firm: Any) -> None:
    pay = {"fault": {"share": "100 %", "amount": "15 EUR", "experience": 95.0}}
    settings = {"retention": OFFER | {"goodwill": pay}, "economics.price_inflation": "0 % per year"}
    found, base = bench.pair(settings, 2, firm=firm)
    assert bench.more(found, base, "satisfaction.days", "satisfaction.customer_days").value > 0.3
    assert found.sum("retention.goodwill_paid") == 15 * found.sum("retention.goodwills") > 0
    assert found.sum("ledger.fees") == pytest.approx(found.sum("fees.paid") - found.sum("retention.goodwill_paid"))


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ("pricing.exemptions", [{"segments": ["hme"]}], "pricing.exemptions.0.segments.0"),
        (
            "pricing.sensitivity",
            {"tenure": 0.1, "breadth": 0.1, "several_products": {"hme": "1 %"}},
            "several_products",
        ),
        ("competition", {"weight": 1.0, "drift": {"hme": "1 % per year"}}, "competition.drift.hme"),
        (
            "billing",
            {"shock": {"above": "5 %", "felt": 1.0, "reactions": {"cry": {"share": "1 %", "delay": SHOCK}}}},
            "cry",
        ),
        ("retention", OFFER | {"callers": {"cry": "1 %"}}, "retention.callers.cry"),
    ],
)
def test_names_that_nobody_knows_are_found(bench: Any, firm: Any, path: str, value: Any, named: str) -> None:
    assert any(named in problem[0] for problem in bench.changed(firm, {path: value}).problems())
