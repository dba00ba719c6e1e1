"""Revenue beyond the fee: sales at a contact, products held, campaigns of calls."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import pytest
from pydantic import ValidationError

from sim.experiment.tracing import Tracer
from sim.mechanisms.interventions import Change, PolicyProblem
from sim.model import Model
from sim.report.story import sentence

UPGRADE = {
    "share": {"home": "60 %", "business": "60 %"}, "accepted": {"home": "10 %", "business": "10 %"},
    "revenue": "40 EUR", "commission": "4 EUR",
}  # fmt: skip
SALES: dict[str, Any] = {
    "products": {"upgrade": UPGRADE},
    "channels": ["telephone", "counter", "written"],
    "takes": {"law": "lognormal", "mean": "2 min", "cv": 0.5},
    "rule": {"only_resolved": True},
    "acceptance": {"experience": 0.0, "reference_experience": 80, "satisfaction": 0.0, "reference_satisfaction": 72},
}
ANNOYANCE = {"refused": 62, "after_bad": 25, "bad": 50, "too_often": 35, "within": "60 days"}
TELEVISION: dict[str, Any] = {
    "at_start": {"home": "30 %", "business": "30 %"}, "at_joining": {"home": "10 %", "business": "10 %"},
    "bought": {"home": "0.5 per year", "business": "0.5 per year"}, "dropped": "0.7 per year",
    "margin": "8 EUR per month",
}  # fmt: skip
SPEND: dict[str, Any] = {
    "products": {"television": TELEVISION}, "reference": 70, "buying": 0.0, "dropping": 0.0, "using": 0.0
}  # fmt: skip
CALL = {
    "agents.handle_time.call": {"law": "lognormal", "mean": "5 min", "cv": 0.6},
    "resolution.first_contact.call": "100 %",
}
CAMPAIGN: dict[str, Any] = {
    "every": "7 days", "share": "60 %", "pause": "26 weeks", "begins": "10:00", "attempts": 3, "again": "1 days",
    "reached": {"00:00": "30 %"}, "unreached": "45 s", "cost": "0.10 EUR",
    "work": {"kind": "call", "channel": "written"}, "felt": 80, "minded": "0 %", "disturbed": 30,
}  # fmt: skip
STILL = {"churn": None, "acquisition": None}
NOTHING_FELT = {"satisfaction.gain": "0 %", "satisfaction.loss": "0 %"}
PLENTY = {"workforce.groups.desk.headcount": 9}


def sales(**changes: Any) -> dict[str, Any]:
    return {"sales": SALES | changes}


def campaign(**changes: Any) -> dict[str, Any]:
    return CALL | {"outbound": {"campaigns": {"calls": CAMPAIGN | changes}}}


def within(found: float, trials: float, share: float) -> bool:
    """Whether a count is within four standard errors of a binomial one."""
    return abs(found - trials * share) < 4 * math.sqrt(trials * share * (1 - share))


def same(one: Any, other: Any, but: tuple[str, ...] = ()) -> bool:
    """Whether all that both count is the same."""
    after, before = one.observations[0].totals, other.observations[0].totals
    return {name: after[name] for name in before if name not in but} == {
        name: value for name, value in before.items() if name not in but
    }


# Sales at a contact


def test_offers_nobody_thinks_of_products_nobody_buys_and_lists_with_nobody_change_nothing(bench: Any) -> None:
    quiet = {
        **sales(products={"upgrade": UPGRADE | {"share": {"home": "0 %", "business": "0 %"}}}),
        **campaign(share="0 %"),
        "spend": SPEND | {
            "products": {"television": TELEVISION | {"at_start": {}, "at_joining": {}, "bought": {}}}
        },
    }  # fmt: skip
    with_all, base = bench.pair(quiet, 1)
    assert same(with_all, base)
    assert with_all.sum("sales.offers") == with_all.sum("products.held") == with_all.sum("outbound.calls") == 0


def test_offers_are_taken_at_the_share_given_and_made_at_the_share_of_chances_given(bench: Any) -> None:
    found = bench.run(bench.changed(bench.firm, sales()), 3)
    assert within(found.sum("sales.offers"), found.sum("sales.chances"), 0.6)
    assert within(found.sum("sales.accepted"), found.sum("sales.offers"), 0.1)
    assert found.sum("sales.revenue") == 40 * found.sum("sales.accepted")
    assert found.sum("sales.commission") == 4 * found.sum("sales.accepted")
    assert found.sum("ledger.sales") > found.sum("sales.revenue")  # prices have risen since
    assert found.sum("ledger.commission") < -found.sum("sales.commission")


def test_every_contact_that_resolved_its_issue_is_a_chance_and_no_other_unless_the_rule_says_so(bench: Any) -> None:
    handled: dict[bool, int] = {True: 0, False: 0}

    def count(_: Any, contact: Any) -> None:
        handled[contact.resolved] += 1

    made = bench.watch(bench.changed(bench.firm, {**sales(), "calendar.warm_up": "0 days"}), {"contact_handled": count})
    assert abs(made.totals["sales.chances"] - handled[True]) < 5  # some are being made, some customers have left
    handled |= {True: 0, False: 0}
    loose = sales(rule={"only_resolved": False})
    made = bench.watch(bench.changed(bench.firm, {**loose, "calendar.warm_up": "0 days"}), {"contact_handled": count})
    assert abs(made.totals["sales.chances"] - sum(handled.values())) < 5
    assert handled[False] > 100


def test_an_offer_takes_its_time_whether_it_is_taken_or_not(bench: Any) -> None:
    selling, base = bench.pair({**sales(), **STILL}, 2, firm=bench.changed(bench.firm, STILL))
    mean = selling.sum("sales.time") / selling.sum("sales.offers")
    assert 110 < mean < 130
    longer = selling.sum("contacts.handle_time") / selling.sum("contacts.handled") - base.sum(
        "contacts.handle_time"
    ) / base.sum("contacts.handled")
    assert longer == pytest.approx(selling.sum("sales.time") / selling.sum("contacts.handled"), rel=0.35)
    never = {"products": {"upgrade": UPGRADE | {"accepted": {"home": "0.01 %", "business": "0.01 %"}}}}
    refused = bench.run(bench.changed(bench.firm, {**sales(**never), **STILL}), 2)
    assert refused.sum("sales.time") == selling.sum("sales.time")
    assert refused.sum("contacts.handle_time") == selling.sum("contacts.handle_time")


def test_offers_while_few_wait_leave_callers_better_served_than_offers_at_any_time(bench: Any) -> None:
    busy = bench.changed(bench.firm, {"workforce.groups.desk.headcount": 3, **STILL})
    long = {"takes": {"law": "constant", "mean": "8 min"}}
    always, base = bench.pair(sales(**long), 2, firm=busy)
    careful = bench.run(
        bench.changed(busy, sales(**long, rule={"only_resolved": True, "most_waiting": 0, "least_idle": "20 %"})), 2
    )
    waits = [one.ratio("telephone.wait_answered", "telephone.answered") for one in (base, careful, always)]
    assert waits[2] - waits[0] > max(3 * (waits[1] - waits[0]), 0)
    assert 0 < careful.sum("sales.offers") < 0.7 * always.sum("sales.offers")


def test_satisfied_customers_and_good_contacts_buy_more(bench: Any) -> None:
    def acceptance(experience: float, satisfaction: float, resting: dict[str, float]) -> float:
        effects = SALES["acceptance"] | {"experience": experience, "satisfaction": satisfaction}
        settings = sales(acceptance=effects, rule={"only_resolved": False}) | {"satisfaction.resting": resting}
        return float(bench.run(bench.changed(bench.firm, settings), 2).ratio("sales.accepted", "sales.offers"))

    happy, sad = {"home": 85.0, "business": 85.0}, {"home": 60.0, "business": 60.0}
    assert acceptance(0.0, 0.5, happy) > 1.5 * acceptance(0.0, 0.5, sad)
    assert acceptance(0.0, 0.0, happy) == pytest.approx(acceptance(0.0, 0.0, sad), abs=0.02)
    after_all = acceptance(0.8, 0.0, happy)
    settings = sales(acceptance=SALES["acceptance"] | {"experience": 0.8})
    after_good = bench.run(bench.changed(bench.firm, {**settings, "satisfaction.resting": happy}), 2)
    assert after_good.ratio("sales.accepted", "sales.offers") > 1.2 * after_all


def test_a_pause_keeps_agents_from_offering_to_the_same_customer_again(bench: Any) -> None:
    seen: dict[int, list[float]] = {}

    def offered(model: Any, contact: Any) -> None:
        sellers = next(one for one in model.mechanisms if type(one).__name__ == "Sales")
        slot = contact.issue.slot
        if sellers.offered.view[slot] == model.world.calendar.index_at(model.world.env.now):
            seen.setdefault(contact.issue.customer, []).append(model.world.env.now)

    rule = {"only_resolved": True, "pause": "100 days"}
    made = bench.watch(bench.changed(bench.firm, sales(rule=rule)), {"contact_handled": offered})
    days = [round((b - a) / 86_400) for times in seen.values() for a, b in pairwise(times)]
    assert all(gap == 0 or gap >= 99 for gap in days)
    assert made.totals["sales.offers"] < 0.8 * bench.run(bench.changed(bench.firm, sales()), 1).sum("sales.offers")


def test_offers_at_the_wrong_moment_annoy_and_cost_customers(bench: Any) -> None:
    pushy = sales(annoyance=ANNOYANCE, rule={"only_resolved": False})
    polite = sales(annoyance=ANNOYANCE, rule={"only_resolved": True, "pause": "60 days"})
    careless, base = bench.pair(pushy, 3)
    careful = bench.run(bench.changed(bench.firm, polite), 3)
    moved = [one.ratio("episodes.unwelcome_offer.moved", "episodes.unwelcome_offer") for one in (careless, careful)]
    assert moved[0] < moved[1] < 0
    levels = [one.sum("satisfaction.days") / one.sum("satisfaction.customer_days") for one in (careless, careful, base)]
    assert levels[0] < levels[1] < levels[2]
    assert careless.sum("losses.service") > base.sum("losses.service")


def test_agents_sell_more_for_a_commission_as_far_as_they_are_keen(bench: Any) -> None:
    def offers(commission: str, effect: float) -> float:
        product = UPGRADE | {"commission": commission}
        keen = {"reference": "4 EUR", "effect": effect}
        settings = sales(products={"upgrade": product}, keenness=keen)
        return float(bench.run(bench.changed(bench.firm, settings), 1).sum("sales.offers"))

    assert offers("8 EUR", 0.8) > 1.1 * offers("4 EUR", 0.8) == 1.1 * offers("4 EUR", 0.0)
    assert offers("8 EUR", 0.0) == offers("4 EUR", 0.0)


def test_offers_in_chats_take_their_time_and_leave_the_books_in_balance(bench: Any) -> None:
    chat = {
        "channels.channels.chat": {
            "kind": "chat", "hours": {"every_day": {"opens": "08:00", "closes": "18:00"}},
            "target": {"share": "80 %", "within": "60 s"},
        },
        "channels.choice": {"any": {"any": {"chat": "60 %", "written": "40 %"}}},
        "chat": {"most": 3, "slowdown": 0.2, "assignment": "fewest_open"},
        "workforce.groups.desk.channels": ["telephone", "written", "chat"],
        "satisfaction.experience.wait_unit.chat": "1 min",
        **STILL,
    }  # fmt: skip
    firm = bench.changed(bench.firm, chat)
    selling, base = bench.pair(sales(channels=["chat"]), 1, firm=firm)
    assert within(selling.sum("sales.accepted"), selling.sum("sales.offers"), 0.1)
    assert selling.sum("sales.offers") > 300
    assert selling.sum("chat.handle_time") > base.sum("chat.handle_time") + 0.9 * selling.sum("sales.time")


def test_what_is_sold_is_shipped_and_held_where_it_has_to_be(bench: Any) -> None:
    fulfilment = {
        "products": {"box": {"rate": {}, "margin": "0 EUR", "holding": "0 EUR per year"}},
        "locations": {"depot": {"delivery": {"law": "exponential", "mean": "2 days"}}},
        "sources": {"any": ["depot"]}, "promised": "5 days", "invoice_after": "2 days",
        "checking": {"checks": 0, "caught": "0 %", "cost": "0 EUR"},
    }  # fmt: skip
    product = UPGRADE | {"holds": "television", "order": "box"}
    never = SPEND | {"products": {"television": TELEVISION | {"at_start": {}, "at_joining": {}, "bought": {}}}}
    settings = {**sales(products={"upgrade": product}), "fulfilment": fulfilment, "spend": never, **STILL}
    sold = bench.run(bench.changed(bench.firm, settings), 1)
    assert sold.sum("products.sold") == sold.sum("sales.accepted") > 50
    assert sold.sum("orders.placed") == pytest.approx(sold.sum("sales.accepted"), abs=3)
    assert sold.sum("products.held") > 0
    assert sold.sum("ledger.spend") > 0


# Products held


def test_products_held_follow_the_two_rates(bench: Any) -> None:
    """The share of holders after n weeks of a chain with two states; no equity, nobody comes or goes."""
    found = bench.run(bench.changed(bench.firm, {"spend": SPEND, **STILL}), 4)
    buys, drops = (1 - math.exp(-rate * 7 / 365) for rate in (0.5, 0.7))
    share = 0.3
    for _ in range(32):
        share += (1 - share) * buys - share * drops
    customers = found.sum("customers")
    assert customers == 4 * 1500
    assert within(found.sum("products.held"), customers, share)
    assert found.sum("products.bought") > found.sum("products.dropped") > 0


def test_the_margin_of_what_is_held_and_used_is_paid_week_by_week(bench: Any) -> None:
    never = TELEVISION | {"bought": {}, "dropped": "0 per year"}
    usage = {"home": "3 EUR per month", "business": "0 EUR per month"}
    settings = {"spend": SPEND | {"products": {"television": never}, "usage": usage}, **STILL}
    found = bench.run(bench.changed(bench.firm, settings), 1)
    month = 365 / 12
    weeks = 24
    products = found.sum("products.held") * 8 * weeks * 7 / month
    assert found.sum("spend.used") == pytest.approx(1200 * 3 * weeks * 7 / month)
    assert found.sum("spend.paid") == pytest.approx(products + found.sum("spend.used"))
    assert found.sum("ledger.spend") > found.sum("spend.paid")
    base = bench.run(bench.changed(bench.firm, STILL), 1)
    assert same(found, base, ("ledger.profit", "ledger.present_value"))


def test_nobody_holds_anything_where_there_are_no_customers(bench: Any) -> None:
    nobody = {"customers.segments.home.count": 0, "customers.segments.business.count": 0, **STILL}
    empty = bench.changed(bench.span("0 days", "7 days"), nobody)
    found = bench.run(bench.changed(empty, {"spend": SPEND}), 1)
    assert found.sum("products.held") == found.sum("spend.paid") == 0


def test_spend_grows_with_equity_and_shrinks_with_it(bench: Any) -> None:
    effects = SPEND | {"buying": 0.5, "dropping": 0.5, "using": 0.5, "usage": {"home": "3 EUR per month"}}

    def spent(resting: float) -> Any:
        settings = {"spend": effects, "satisfaction.resting": {"home": resting, "business": resting}, **STILL}
        return bench.run(bench.changed(bench.firm, settings), 1)

    low, high = spent(55.0), spent(85.0)
    assert high.sum("products.bought") > 2 * low.sum("products.bought")
    dropped = "products.dropped", "products.held"
    assert high.ratio(*dropped) < 0.5 * low.ratio(*dropped)
    assert high.sum("spend.used") > 2 * low.sum("spend.used")


def test_products_hold_customers_only_where_the_scenario_says_so(bench: Any) -> None:
    spend, base = bench.pair({"spend": SPEND}, 2)
    assert spend.sum("customers.left") == base.sum("customers.left")
    bound = bench.run(bench.changed(bench.firm, {"spend": SPEND | {"bond": 1.5}}), 2)
    assert bound.sum("customers.left") < 0.9 * base.sum("customers.left")
    assert bound.sum("products.gone") < spend.sum("products.gone")


def test_who_holds_a_product_beside_the_contract_is_known_to_prices(bench: Any) -> None:
    """Breadth makes a rise be felt more: with everybody or nobody holding one as with those shares given."""
    rise = {"rise": {"changes": {"pricing.fee.home": {"multiply": 1.2, "from": "2026-02-01"}}}}

    def left(settings: dict[str, Any]) -> float:
        firm = bench.with_policies(bench.changed(bench.firm, settings), **rise)
        return float(bench.run(firm, 1).sum("customers.left"))

    def held(share: str) -> dict[str, Any]:
        shares = {"home": share, "business": share}
        product = TELEVISION | {"at_start": shares, "at_joining": shares, "bought": {}, "dropped": "0 per year"}
        return {"spend": SPEND | {"products": {"television": product}}}

    sensitive = {"tenure": 0.0, "breadth": 1.0}
    given = {"pricing.sensitivity": sensitive | {"several_products": {"home": "100 %", "business": "100 %"}}}
    known = {"pricing.sensitivity": sensitive}
    assert left(known | held("100 %")) == left(given) > left(known | held("0 %")) == left(known)


def test_what_customers_are_worth_by_cohort_has_what_they_spend_and_buy(bench: Any) -> None:
    value = bench.changed(bench.firm, {"economics.customer_value": {"cohort": "26 weeks"}})
    beside, base = bench.pair({"spend": SPEND}, 1, firm=value)
    more = sum(beside.sum(f"value.{name}.margin") - base.sum(f"value.{name}.margin") for name in ("start", "period_1"))
    assert more == pytest.approx(beside.sum("ledger.spend"), rel=0.03)  # discounted


# Campaigns


def test_calls_reach_the_share_given_and_those_who_do_not_answer_are_tried_again(bench: Any) -> None:
    found = bench.run(bench.changed(bench.firm, {**campaign(), **STILL, **PLENTY}), 2)
    one = bench.run(bench.changed(bench.firm, {**campaign(attempts=1), **STILL, **PLENTY}), 2)
    assert within(found.sum("outbound.reached"), found.sum("outbound.calls"), 0.3)
    assert found.sum("outbound.calls") > one.sum("outbound.calls")
    assert found.sum("outbound.reached") > 1.5 * one.sum("outbound.reached")
    assert found.sum("outbound.spent") == pytest.approx(0.1 * found.sum("outbound.calls"))
    assert found.sum("ledger.outbound") < 0


def test_the_share_called_is_tried_once_a_pause_the_same_customers_and_more(bench: Any) -> None:
    everyone = {**STILL, **PLENTY, "calendar.warm_up": "0 days"}
    some = bench.run(bench.changed(bench.firm, {**everyone, **campaign(attempts=1)}), 1)
    assert within(some.sum("outbound.calls"), 1500, 0.6)
    fewer = bench.run(bench.changed(bench.firm, {**everyone, **campaign(attempts=1, share="30 %")}), 1)
    assert within(fewer.sum("outbound.calls"), 1500, 0.3)
    limited = bench.run(bench.changed(bench.firm, {**everyone, **campaign(attempts=1, most=20)}), 1)
    assert limited.sum("outbound.calls") == 20 * 24


def test_more_customers_answer_in_the_evening(bench: Any) -> None:
    hours = {"reached": {"00:00": "10 %", "16:00": "60 %"}, "attempts": 1, "most": 30}
    early = bench.run(bench.changed(bench.firm, {**campaign(**hours), **STILL, **PLENTY}), 1)
    late = bench.run(bench.changed(bench.firm, {**campaign(**hours, begins="16:00"), **STILL, **PLENTY}), 1)
    share = "outbound.reached", "outbound.calls"
    assert late.ratio(*share) > 2 * early.ratio(*share)


def test_calls_take_agents_time_and_move_nothing_but_money_where_nothing_is_felt(bench: Any) -> None:
    firm = bench.changed(bench.firm, {**NOTHING_FELT, **PLENTY, **CALL})
    called, base = bench.pair(campaign(attempts=1), 1, firm=firm)
    assert called.sum("agents.busy") > base.sum("agents.busy") + 250 * called.sum("outbound.reached")
    assert called.sum("issues.raised") > base.sum("issues.raised")
    assert called.sum("satisfaction.days") / called.sum("satisfaction.customer_days") == pytest.approx(
        base.sum("satisfaction.days") / base.sum("satisfaction.customer_days"), abs=0.2
    )
    assert called.sum("ledger.profit") < base.sum("ledger.profit")


def test_lists_hold_whom_they_say(bench: Any) -> None:
    firm = bench.changed(bench.span("0 days", "7 days"), {"acquisition": None, **PLENTY})

    def listed(**whom: Any) -> float:
        """How many are called by the one list of a week."""
        settings = campaign(whom=whom, share="100 %", attempts=1)
        return float(bench.run(bench.changed(firm, settings), 1).sum("outbound.calls"))

    everybody = listed()
    assert 1490 < everybody <= 1500
    assert listed(segments=["home"]) + listed(segments=["business"]) == everybody
    assert listed(tenure_from="100 years") == 0
    assert 0 < listed(tenure_from="1 years") < listed(tenure_from="30 days") < everybody
    assert listed(tenure_from="1 years") + listed(tenure_below="1 years") == everybody
    assert listed(satisfaction_below=0.0) == 0
    assert listed(satisfaction_below=72.0) + listed(satisfaction_from=72.0) == everybody
    assert listed(price_above="1 %") == 0
    assert within(listed(renews_within="3 days"), everybody, 3 / 7)  # who renews today renews next in a week
    assert listed(renews_within="7 days") == everybody


def test_calls_of_those_who_mind_disturb_and_calls_of_the_others_keep_customers(bench: Any) -> None:
    neglect = {"churn.neglect": {"points": 20.0, "time_constant": "26 weeks", "by_resolution": False}, **PLENTY, **CALL}
    firm = bench.changed(bench.firm, neglect)
    often = {"pause": "8 weeks", "share": "100 %", "attempts": 5}
    kind, base = bench.pair(campaign(**often), 1, firm=firm)
    unkind = bench.run(bench.changed(firm, campaign(**often, minded="100 %")), 1)
    assert kind.sum("losses.neglect") < 0.8 * base.sum("losses.neglect")
    assert unkind.sum("outbound.disturbed") == unkind.sum("episodes.calls") > 0
    levels = [one.ratio("satisfaction.days", "satisfaction.customer_days") for one in (unkind, base, kind)]
    assert levels[0] < levels[1] < levels[2]
    assert unkind.sum("losses.neglect") > kind.sum("losses.neglect")


def test_calls_sell_what_agents_sell_and_offer_discounts(bench: Any) -> None:
    quiet = SALES | {"products": {"upgrade": UPGRADE | {"share": {"home": "0 %", "business": "0 %"}}}}
    selling = bench.run(bench.changed(bench.firm, {**campaign(sells="upgrade"), **PLENTY, "sales": quiet}), 2)
    assert selling.sum("sales.offers") == selling.sum("outbound.reached")
    assert within(selling.sum("outbound.agreed"), selling.sum("outbound.reached"), 0.1)
    retention = {"discount": "10 %", "lasts": "180 days", "wanted": "20 %", "cost": "1 EUR"}
    kept = bench.run(bench.changed(bench.firm, {**campaign(retains=True), **PLENTY, "retention": retention}), 1)
    assert 0.95 * kept.sum("outbound.reached") < kept.sum("retention.offers") <= kept.sum("outbound.reached")
    assert within(kept.sum("outbound.agreed"), kept.sum("retention.offers"), 1 - math.exp(-0.5))
    assert kept.sum("fees.discounted") > 0


def test_a_price_that_is_explained_drives_fewer_customers_away(bench: Any) -> None:
    rise = {"rise": {"changes": {"pricing.fee.home": {"multiply": 1.3, "from": "2026-03-02"}}}}
    dear = {"whom": {"price_above": "5 %"}, "share": "100 %", "attempts": 8, "minded": "0 %"}
    firm = bench.changed(bench.firm, {**PLENTY, **NOTHING_FELT, **CALL})
    told = bench.run(bench.with_policies(bench.changed(firm, campaign(**dear, explains="80 %")), **rise), 2)
    called = bench.run(bench.with_policies(bench.changed(firm, campaign(**dear)), **rise), 2)
    assert told.sum("outbound.reached") == pytest.approx(called.sum("outbound.reached"), rel=0.05)
    assert called.sum("outbound.reached") > 1000
    assert told.sum("losses.price") < 0.9 * called.sum("losses.price")


def test_a_sale_is_told_in_the_story_of_its_customer(bench: Any) -> None:
    tracer = Tracer()
    made = Model(bench.changed(bench.firm, {**sales(), "calendar.warm_up": "0 days"}), 5, 1, probes=[tracer]).run()
    told = [event for event in tracer.events if event.fact == "product_sold"]
    assert len(told) == made.totals["sales.accepted"] > 0
    assert {sentence(event) for event in told} == {"buys upgrade"}


def test_campaigns_and_care_share_the_agents_and_keep_their_books_apart(bench: Any) -> None:
    work = {"kind": "call", "channel": "written"}
    visits = {"rate": {"home": "2 per year"}, "reached": "80 %", "felt": 80.0, "cost": "2 EUR", "work": work}
    target = {"handle_time": "60 %", "strictness": "80 %", "hurry": "0 %", "cut_off": "20 %", "short": "8 s"}
    hiding = {"incentives": {"review": "1 weeks", "rigour": 0.1, "target": target}}
    found = bench.run(bench.changed(bench.firm, {**campaign(), **hiding, "care": {"rounds": {"visits": visits}}}), 1)
    assert found.sum("care.felt") > 0 < found.sum("outbound.reached")
    assert found.sum("incentives.cut_off") > 0


def test_calls_that_are_handed_on_are_reached_once(bench: Any) -> None:
    rules = {"calls": {"kinds": ["call"], "by": ["desk"], "to": ["shop"], "share": "40 %"}}
    transfers = {
        "rules": rules, "ability": 0.0, "found_out": "30 %", "cold": {"again": "100 %", "felt": 0.5}, "warm": "0 %",
        "warmly": {"again": "0 %", "felt": 0.0}, "briefing": "0 s", "stays": "1 min", "head_start": "0 s",
    }  # fmt: skip
    settings = {**campaign(attempts=1), "transfers": transfers, **STILL, **PLENTY}
    found = bench.run(bench.changed(bench.firm, settings), 2)
    assert found.sum("transfers.made") > 50
    assert within(found.sum("outbound.reached"), found.sum("outbound.calls"), 0.3)


# Files


@pytest.mark.parametrize(
    ("path", "settings"),
    [
        ("sales.products.upgrade.share.flat", sales(products={"upgrade": UPGRADE | {"share": {"flat": "1 %"},
                                                                                   "accepted": {"flat": "1 %"}}})),
        ("sales.products.upgrade.holds", sales(products={"upgrade": UPGRADE | {"holds": "television"}})),
        ("sales.products.upgrade.order", sales(products={"upgrade": UPGRADE | {"order": "box"}})),
        ("sales.products.upgrade.kinds.0", sales(products={"upgrade": UPGRADE | {"kinds": ["faults"]}})),
        ("sales.channels.0", sales(channels=["phone"])),
        ("spend.products.television.bought.flat",
         {"spend": SPEND | {"products": {"television": TELEVISION | {"bought": {"flat": "1 per year"}}}}}),
        ("spend.usage.flat", {"spend": SPEND | {"usage": {"flat": "1 EUR per month"}}}),
        ("pricing.sensitivity.several_products",
         {"spend": SPEND, "pricing.sensitivity": {"tenure": 0.0, "breadth": 0.1, "several_products": {"home": "1 %"}}}),
        ("outbound.campaigns.calls.sells", campaign(sells="upgrade")),
        ("outbound.campaigns.calls.sells", {**campaign(sells="upgrad"), **sales()}),
        ("outbound.campaigns.calls.retains", campaign(retains=True)),
        ("outbound.campaigns.calls.whom.segments.0", campaign(whom={"segments": ["flat"]})),
        ("outbound.campaigns.calls.work.channel", campaign(work={"kind": "call", "channel": "telephone"})),
        ("outbound.campaigns.calls.work.kind", campaign(work={"kind": "fault", "channel": "written"})),
        ("channels.channels.sales", {"channels.channels.sales": {
            "kind": "written", "hours": {"every_day": {"opens": "00:00", "closes": "24:00"}},
            "target": {"share": "80 %", "within": "60 s"}}}),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_with_its_place(bench: Any, path: str, settings: dict[str, Any]) -> None:
    assert path in [problem[0] for problem in bench.changed(bench.firm, settings).problems()]


@pytest.mark.parametrize("path", ["sales.products", "spend.products", "outbound.campaigns", "care.rounds"])
def test_a_policy_can_neither_add_nor_take_away_what_customers_have_a_place_for(bench: Any, path: str) -> None:
    visits = {"rate": {"home": "2 per year"}, "reached": "80 %", "felt": 80.0, "cost": "2 EUR"}
    settings = {**sales(), **campaign(), "spend": SPEND, "care": {"rounds": {"visits": visits}}}
    firm = bench.changed(bench.firm, settings)
    name, entry = next(iter(bench.setting_at(firm.plain(), path).items()))
    for names in ({"other": entry}, {name: entry, "other": entry}, {}):
        with pytest.raises((PolicyProblem, ValidationError)):
            firm.with_changes([(path, Change(to=names), 1.0)])
    assert (
        firm.with_changes([(path, Change(to={name: entry}), 1.0)]).plain()[path.partition(".")[0]]
        == (firm.plain()[path.partition(".")[0]])
    )
