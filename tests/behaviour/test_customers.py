"""Customers: what they make of their contacts, why they leave, what they pay, and how newcomers come."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pytest

from sim.core.units import DAY, YEAR


def test_a_fee_rise_brings_revenue_price_losses_and_price_enquiries(bench: Any) -> None:
    rise = {"fee_up": {"changes": {"pricing.fee.home": {"multiply": 1.15}, "pricing.fee.business": {"multiply": 1.15}}}}
    risen, base = bench.run(bench.with_policies(bench.firm, **rise)), bench.run(bench.firm)
    assert bench.rises(bench.more(risen, base, "fees.paid", "customers.years"))
    assert bench.rises(bench.more(risen, base, "losses.price"))
    assert bench.falls(bench.more(risen, base, "customers"))
    assert base.sum("losses.price") == base.sum("fees.risen") == 0
    kinds = [f"{channel}.price_enquiry.offered" for channel in ("telephone", "counter", "written")]
    assert sum(base.sum(kind) for kind in kinds) == 0
    firsts = sum(risen.sum(kind) for kind in kinds) - sum(
        risen.sum(kind.replace("offered", "repeats")) for kind in kinds
    )
    expected = 0.30 * 1.5 * risen.sum("fees.risen")  # 30 % per 10 % of rise
    assert firsts == pytest.approx(expected, abs=5 * expected**0.5)


def test_a_fee_rise_on_the_first_day_is_felt_like_any_other(bench: Any) -> None:
    start = bench.firm.calendar.start.isoformat()
    rise = {"fee_up": {"changes": {"pricing.fee.home": {"multiply": 1.3, "from": start}}}}
    early, base = bench.run(bench.with_policies(bench.firm, **rise), 2), bench.run(bench.firm, 2)
    assert early.sum("losses.price") > 0
    assert early.sum("customers.left") > base.sum("customers.left")


def test_a_lower_fee_keeps_customers_and_causes_no_enquiries(bench: Any) -> None:
    cut = {"fee_down": {"changes": {"pricing.fee.home": {"multiply": 0.7}}}}
    lower, base = bench.run(bench.with_policies(bench.firm, **cut)), bench.run(bench.firm)
    assert bench.falls(bench.more(lower, base, "customers.left", "customers.years"))
    assert lower.sum("fees.risen") == 0


def test_customers_get_used_to_a_price(bench: Any) -> None:
    """The faster the reference price follows, the fewer leave over a rise."""
    rise = {"fee_up": {"changes": {"pricing.fee.home": {"multiply": 1.3}}}}
    lost = []
    for adaptation in ("1 weeks", "10 weeks", "500 weeks"):
        firm = bench.changed(bench.firm, {"pricing.adaptation": adaptation})
        lost.append(bench.run(bench.with_policies(firm, **rise), 2).sum("losses.price"))
    assert lost[0] < lost[1] < lost[2]


def test_each_customer_pays_at_each_renewal(bench: Any) -> None:
    found = bench.run(bench.changed(bench.firm, {"churn": None, "acquisition": None}), 1)
    assert found.sum("fees.payments") == 1500 * 24
    a_week = (1200 * 30 + 300 * 60) * 12 / 365 * 7
    assert found.sum("fees.paid") == pytest.approx(24 * a_week)


def test_worse_service_lowers_satisfaction_and_drives_customers_away(bench: Any) -> None:
    worse, base = bench.pair({"workforce.groups.desk.headcount": 3, "workforce.groups.desk.tools": "0 %"})
    assert bench.falls(bench.more(worse, base, "satisfaction.days", "satisfaction.customer_days"))
    assert bench.falls(bench.more(worse, base, "equity.days", "satisfaction.customer_days"))
    assert bench.falls(bench.more(worse, base, "survey.score", "survey.answers"))
    assert bench.rises(bench.more(worse, base, "losses.service"))


@pytest.mark.parametrize("loss", ["start", "repeat", "wait", "unresolved", "not_reached"])
def test_every_part_of_the_experience_counts(bench: Any, loss: str) -> None:
    path = f"satisfaction.experience.{loss}"
    now = bench.setting_at(bench.firm.plain(), path)
    milder, base = bench.pair({path: now + 1.0 if loss == "start" else 0.0}, 1)
    assert bench.more(milder, base, "experience.score", "experience.contacts").value > 0.5


def test_bad_contacts_weigh_more_than_good_ones(bench: Any) -> None:
    even, base = bench.pair({"satisfaction.loss": "10 %"}, 2)
    assert bench.more(even, base, "satisfaction.days", "satisfaction.customer_days").value > 0.2


def test_without_contacts_everybody_rests(bench: Any) -> None:
    quiet = dict.fromkeys(("home", "business"), "0 per year")
    found = bench.run(
        bench.changed(bench.firm, {"needs.kinds": {"fault": {"rate": quiet}}, "satisfaction.spread": 0.0}), 1
    )
    assert found.sum("contacts.offered") == 0
    at_rest = found.sum("satisfaction.days") / found.sum("satisfaction.customer_days")
    assert 70 < at_rest < 74
    firm = bench.changed(
        bench.firm, {"needs.kinds": {"fault": {"rate": quiet}}, "satisfaction.spread": 0.0, "churn": None}
    )
    still = bench.run(bench.changed(firm, {"acquisition": None}), 1)
    expected = (1200 * 74 + 300 * 70) / 1500
    assert still.sum("satisfaction.days") / still.sum("satisfaction.customer_days") == pytest.approx(expected, abs=1e-4)


def test_new_customers_leave_more_often(bench: Any) -> None:
    """A factor on the hazard of the first year moves the losses towards newcomers."""
    young: dict[float, list[bool]] = {}

    def shares(factor: float) -> float:
        young[factor] = []

        def left(model: Any, slots: Any) -> None:
            joined = model.world.base.joined.array[slots]
            young[factor].extend((model.world.env.now - joined < 365 * 86_400.0).tolist())

        firm = bench.changed(bench.firm, {"churn.tenure.steps": [{"until": "1 years", "factor": factor}]})
        bench.watch(firm, {"customers_left": left})
        return sum(young[factor]) / len(young[factor])

    assert shares(5.0) > shares(1.0) + 0.15


def test_a_tenure_factor_raised_by_a_policy_counts_from_its_date(bench: Any) -> None:
    """Three times the factors for the second half lose no more in the first half, and more in the second."""
    half = (bench.firm.calendar.start + dt.timedelta(weeks=16)).isoformat()
    changes = {"churn.tenure": {"to": {"steps": [], "after": 3.0}, "from": half}}
    firm = bench.changed(bench.firm, {"churn.tenure": {"steps": [], "after": 1.0}, "acquisition": None})
    more, base = bench.run(bench.with_policies(firm, harder={"changes": changes}), 2), bench.run(firm, 2)
    assert more.month("customers.left", 0, 1) == base.month("customers.left", 0, 1)
    assert sum(more.month("customers.left", 3)) > 1.5 * sum(base.month("customers.left", 3))


def test_a_higher_hazard_means_fewer_are_kept(bench: Any) -> None:
    more, base = bench.pair({"churn.reference.base_hazard": "0.8 per year"}, 2)
    assert bench.more(more, base, "customers.kept", "customers.at_start").value < -0.05


def test_without_churn_nobody_leaves_and_without_acquisition_nobody_comes(bench: Any) -> None:
    found = bench.run(bench.changed(bench.firm, {"churn": None, "acquisition": None}), 1)
    assert found.sum("customers.left") == found.sum("customers.joined") == 0
    assert found.sum("customers.kept") == found.sum("customers.at_start") == found.sum("customers") == 1500


def test_newcomers_by_advertising_rise_with_spend_by_its_elasticity(bench: Any) -> None:
    alone = {"acquisition.referral": None, "churn": None}
    firm = bench.changed(bench.firm, alone)
    spent, base = bench.pair({"acquisition.advertising.spend": "240000 EUR per year"}, firm=firm)
    expected = 450 * 24 * 7 / 365 * 4
    assert abs(base.sum("newcomers.advertising") - expected) < 4 * expected**0.5
    assert abs(spent.sum("newcomers.advertising") - 2 * expected) < 4 * (2 * expected) ** 0.5


def newcomers_after(bench: Any, firm: Any, factor: float, path: str = "pricing.fee.*") -> tuple[float, float]:
    """Newcomers by advertising of the second half, with fees changed from then on by a factor, and without."""
    half = (firm.calendar.start + dt.timedelta(weeks=16)).isoformat()
    names = [path.replace("*", segment) for segment in ("home", "business")] if "*" in path else [path]
    changes = {name: {"multiply": factor, "from": half} for name in names}
    came: list[list[bool]] = []
    for scenario in (bench.with_policies(firm, fee={"changes": changes}), firm):
        came.append(late := [])

        def note(model: Any, slots: Any, late: list[bool] = late) -> None:
            late.extend([model.world.env.now >= 16 * 7 * DAY] * len(slots))

        bench.watch(scenario, {"customers_joined": note})
    return sum(came[0]), sum(came[1])


@pytest.mark.parametrize("factor", [1.5, 0.7])
def test_a_dearer_firm_draws_fewer_newcomers_by_the_elasticity(bench: Any, factor: float) -> None:
    settings = {"acquisition.price": {"elasticity": 2.0}, "acquisition.referral": None}
    firm = bench.changed(bench.firm, {**settings, "acquisition.advertising.newcomers": "9000 per year"})
    changed, base = newcomers_after(bench, firm, factor)
    expected = base * factor**-2.0
    assert abs(changed - expected) < 4 * (base + expected) ** 0.5
    assert changed == pytest.approx(expected, rel=0.03)  # the same newcomers, so closer than by chance


def test_a_price_that_stays_or_an_elasticity_of_none_draws_as_many_as_before(bench: Any) -> None:
    plain = bench.firm
    firm = bench.changed(plain, {"acquisition.price": {"elasticity": 2.0}})
    assert bench.run(firm, 1).observations[0].totals == bench.run(plain, 1).observations[0].totals
    none = bench.changed(plain, {"acquisition.price": {"elasticity": 0.0}})
    assert newcomers_after(bench, none, 1.5) == newcomers_after(bench, plain, 1.5)


def test_newcomers_go_to_the_segment_that_is_asked_less(bench: Any) -> None:
    settings = {"acquisition.price": {"elasticity": 3.0}, "acquisition.referral": None, "churn": None}
    firm = bench.changed(bench.firm, {**settings, "acquisition.advertising.newcomers": "4000 per year"})
    joined: dict[bool, list[int]] = {}
    for cheap in (False, True):
        policy = {"changes": {"pricing.fee.home": {"multiply": 0.8}}}
        scenario = bench.with_policies(firm, cheap=policy) if cheap else firm
        joined[cheap] = found = []

        def note(model: Any, slots: Any, found: list[int] = found) -> None:
            if model.world.env.now > model.world.calendar.counted_from:
                found.extend(model.world.base.segment.array[slots].tolist())

        bench.watch(scenario, {"customers_joined": note})
    home, business = (sum(one == segment for one in joined[True]) for segment in (0, 1))
    before = [sum(one == segment for one in joined[False]) for segment in (0, 1)]
    assert business == pytest.approx(before[1], abs=4 * before[1] ** 0.5)
    assert home == pytest.approx(before[0] * 0.8**-3, abs=4 * (before[0] + home) ** 0.5)


def test_competitors_who_become_dearer_draw_newcomers_to_the_firm(bench: Any) -> None:
    settings = {"acquisition.price": {"elasticity": 2.0}, "acquisition.referral": None}
    firm = bench.changed(bench.firm, {**settings, "acquisition.advertising.newcomers": "4000 per year"})
    market = {"weight": 0.0, "steps": [{"from": firm.calendar.start.isoformat(), "change": "20 %"}]}
    dearer, base = (
        bench.run(each, 4).sum("newcomers") for each in (bench.changed(firm, {"competition": market}), firm)
    )
    more = 1.2**2 - 1.0  # the newcomers of the base, and a Poisson number beyond them
    assert dearer == pytest.approx((1.0 + more) * base, abs=4 * (base * (more + more**2)) ** 0.5)


def test_only_satisfied_customers_bring_others(bench: Any) -> None:
    firm = bench.changed(bench.firm, {"acquisition.advertising": None})
    choosy, base = bench.pair({"acquisition.referral.from_satisfaction": 85.0}, 2, firm=firm)
    anyone, _ = bench.pair({"acquisition.referral.from_satisfaction": 0.0}, 2, firm=firm)
    assert choosy.sum("newcomers") < base.sum("newcomers") < anyone.sum("newcomers")
    expected = 0.1 * anyone.sum("customers.years")
    assert abs(anyone.sum("newcomers") - expected) < 4 * expected**0.5


def test_more_demanding_customers_bring_some_of_the_same_newcomers_on_the_same_days(bench: Any) -> None:
    came: dict[float, set[tuple[int, float]]] = {}
    for level in (0.0, 74.0):
        came[level] = joined = set()

        def note(model: Any, slots: Any, joined: set[tuple[int, float]] = joined) -> None:
            joined.update((key, model.world.env.now) for key in model.world.base.key.array[slots].tolist())

        referral = {"acquisition.referral.from_satisfaction": level, "acquisition.market": None, "churn": None}
        bench.watch(bench.changed(bench.firm, referral), {"customers_joined": note})
    assert came[74.0] < came[0.0]


def test_a_market_that_is_full_gives_no_newcomers(bench: Any) -> None:
    full, base = bench.pair({"acquisition.market": 1500, "churn": None}, 1)
    assert full.sum("newcomers") == 0
    assert base.sum("newcomers") > 100


def test_what_a_newcomer_costs_is_advertising_and_joining(bench: Any) -> None:
    found = bench.run(bench.firm, 1)
    expected = 60_000 / 365 * 24 * 7 + 40 * found.sum("newcomers")
    assert found.sum("acquisition.spent") == pytest.approx(expected)
    assert found.sum("newcomers") == found.sum("customers.joined")


REWARD = {"amount": "25 EUR", "reference": "25 EUR", "lift": 0.6}


def test_a_reward_brings_more_and_is_paid_for_each(bench: Any) -> None:
    everybody = {
        "acquisition.referral.rate": "1 per year",
        "acquisition.referral.from_satisfaction": 0.0,
        "churn": None,
    }
    firm = bench.changed(bench.firm, everybody | {"acquisition.advertising": None, "acquisition.market": None})
    paid, base = bench.pair({"acquisition.referral.reward": REWARD}, 1, firm=firm)
    brought, before = paid.sum("newcomers.referral"), base.sum("newcomers.referral")
    assert before > 500
    first, last = firm.calendar.warm_up / YEAR, (firm.calendar.warm_up + firm.calendar.horizon) / YEAR
    grown = [math.exp(rate * last) - math.exp(rate * first) for rate in (1.6, 1.0)]  # each newcomer brings others
    assert brought / before == pytest.approx(grown[0] / grown[1], rel=4 * math.sqrt(1 / brought + 1 / before))
    assert paid.sum("acquisition.spent") == pytest.approx(brought * (firm.acquisition.joining_cost + 25.0))
    nothing, _ = bench.pair({"acquisition.referral.reward": REWARD | {"amount": "0 EUR"}}, 1, firm=firm)
    assert nothing.sum("newcomers.referral") == before


def test_customers_who_warn_keep_others_away_in_proportion_to_their_share(bench: Any) -> None:
    firm = bench.changed(bench.firm, {"acquisition.referral": None, "acquisition.market": None, "churn": None})
    found = {}
    for below in (0.0, 100.0):
        warned, base = bench.pair({"acquisition.warning": {"below_satisfaction": below, "strength": 0.5}}, 2, firm=firm)
        found[below] = warned.sum("newcomers") / base.sum("newcomers")
    assert found[0.0] == 1.0
    assert found[100.0] == pytest.approx(math.exp(-0.5), abs=0.1)


def test_those_who_still_come_in_spite_of_warnings_are_the_first_of_those_who_would(bench: Any) -> None:
    firm = bench.changed(bench.firm, {"acquisition.referral": None, "acquisition.market": None})
    came: list[list[int]] = []
    for strength in (0.0, 1.0):
        keys: list[int] = []

        def note(model: Any, slots: Any, keys: list[int] = keys) -> None:
            if model.world.env.now > 0:
                keys.extend(model.world.base.key.array[slots].tolist())

        warning = {"acquisition.warning": {"below_satisfaction": 100.0, "strength": strength}}
        bench.watch(bench.changed(firm, warning), {"customers_joined": note})
        came.append(keys)
    assert 0 < len(came[1]) < len(came[0])
    assert came[0][: len(came[1])] == came[1]


def test_a_need_that_rests_for_some_weeks_goes_on_where_it_was(bench: Any) -> None:
    """At a rate of 0 clocks stand still: every issue comes later by as long, and none is drawn anew."""
    alone = dict.fromkeys(("churn", "acquisition")) | {"calendar.busyness": None, "calendar.day_of_week": None}
    alone |= {"calendar.month": None, "calendar.warm_up": "0 days", "calendar.horizon": "20 weeks"}
    firm = bench.changed(bench.firm, alone)
    start = firm.calendar.start
    rest = {"to": "0 per year", "from": start.isoformat(), "until": (start + dt.timedelta(weeks=4)).isoformat()}
    paused = bench.with_policies(firm, rest={"changes": {"needs.kinds.fault.rate.home": rest}})

    def raised(scenario: Any) -> dict[int, float]:
        found: dict[int, float] = {}

        def note(model: Any, issue: Any) -> None:
            if issue.kind == "fault" and model.world.base.segment.view[issue.slot] == 0:
                found[issue.key] = issue.raised_at / DAY

        bench.watch(scenario, {"issue_raised": note})
        return found

    before, after = raised(firm), raised(paused)
    assert min(after.values()) >= 28.0
    early = [key for key, day in before.items() if day < 7 * 16 - 4]
    assert len(early) > 100
    assert all(abs(after[key] - before[key] - 28.0) < 3.0 for key in early)  # closed days shift them by a day or two
