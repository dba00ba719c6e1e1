"""The relationship at depth: losses without a grievance, neglect and care against it."""

from __future__ import annotations

from typing import Any

import pytest

from sim.doubts import doubts

NEUTRAL = {
    "churn.involuntary": {"rate": "0 per year"},
    "churn.neglect": {"points": 0.0, "time_constant": "26 weeks", "by_resolution": True},
    "churn.unresolved": {"factor": 1.0, "lasts": "12 weeks"},
    "churn.grievance": {"memory": "26 weeks"},
}
NEGLECT = {"churn.neglect": {"points": 20.0, "time_constant": "26 weeks", "by_resolution": False}}
WORK = {"agents.handle_time.care": {"law": "lognormal", "mean": "6 min", "cv": 0.8}}
VISITS = {"rate": {"home": "6 per year", "business": "6 per year"}, "reached": "80 %", "felt": 80.0, "cost": "2 EUR"}
FOLLOW_UP = {
    "share": "50 %", "delay": {"law": "exponential", "mean": "2 days"}, "reached": "70 %", "felt": 90.0,
    "cost": "1 EUR",
}  # fmt: skip


def kept(found: Any, names: tuple[str, ...]) -> list[float]:
    return [found.sum(name) for name in names]


def test_sections_without_effect_change_nothing(bench: Any) -> None:
    never = {"rounds": {"visits": VISITS | {"rate": {"home": "0 per year"}}}, "follow_up": FOLLOW_UP | {"share": "0 %"}}
    with_all, base = bench.pair({**NEUTRAL, "care": never}, 1)
    before = base.observations[0].totals
    after = with_all.observations[0].totals
    assert {name: after[name] for name in before} == before
    assert after["losses.neglect"] == after["losses.involuntary"] == after["care.tried"] == 0


def test_involuntary_losses_come_at_their_rate_and_to_the_same_people_however_they_are_served(bench: Any) -> None:
    settings = {"churn.involuntary": {"rate": "0.3 per year"}, "churn.equity_effect": 0.0, "acquisition.referral": None}
    firm = bench.changed(bench.firm, settings)
    worse, base = bench.pair({"workforce.groups.desk.headcount": 3}, 2, firm=firm)
    expected = 0.3 * base.sum("customers.years")
    assert abs(base.sum("losses.involuntary") - expected) < 4 * expected**0.5
    assert worse.sum("losses.involuntary") == base.sum("losses.involuntary")
    assert base.sum("losses.service") == 0


def test_neglect_drives_away_customers_who_have_no_grievance(bench: Any) -> None:
    grievance = {"churn.grievance": {"memory": "26 weeks"}}
    firm = bench.changed(bench.firm, grievance)
    neglected, base = bench.pair(NEGLECT, 2, firm=firm)
    assert neglected.sum("losses.neglect") > 50
    assert base.sum("losses.service") * 0.6 < neglected.sum("losses.service") < base.sum("losses.service") * 1.4
    share = "losses.without_grievance", "losses.of_will"
    assert neglected.ratio(*share) > base.ratio(*share)
    causes = ("service", "price", "other", "neglect")
    assert sum(neglected.sum(f"losses.{cause}") for cause in causes) == neglected.sum("customers.left")


def test_where_resolved_issues_are_felt_as_care_fewer_are_neglected(bench: Any) -> None:
    by_contacts = {"churn.neglect.by_resolution": True}
    felt, base = bench.pair(by_contacts, 2, firm=bench.changed(bench.firm, NEGLECT))
    assert felt.sum("losses.neglect") < 0.9 * base.sum("losses.neglect")


def test_an_unresolved_issue_drives_customers_away_over_service(bench: Any) -> None:
    unresolved, base = bench.pair({"churn.unresolved": {"factor": 8.0, "lasts": "12 weeks"}}, 2)
    assert unresolved.sum("losses.service") > 1.2 * base.sum("losses.service")
    everything = {f"resolution.first_contact.{kind}": "100 %" for kind in ("enquiry", "fault", "price_enquiry")}
    firm = bench.changed(bench.firm, everything)
    resolved, same = bench.pair({"churn.unresolved": {"factor": 8.0, "lasts": "12 weeks"}}, 1, firm=firm)
    assert resolved.sum("losses.service") == same.sum("losses.service")


def test_visits_keep_neglected_customers_and_cost_what_they_cost(bench: Any) -> None:
    firm = bench.changed(bench.firm, NEGLECT)
    visited, base = bench.pair({"care": {"rounds": {"visits": VISITS}}}, 2, firm=firm)
    assert visited.sum("losses.neglect") < 0.7 * base.sum("losses.neglect")
    assert visited.sum("customers.left") < base.sum("customers.left")
    expected = 6 * visited.sum("customers.years")
    assert visited.sum("care.tried") == pytest.approx(expected, rel=0.05)
    assert visited.sum("care.reached") == pytest.approx(0.8 * expected, rel=0.07)
    assert visited.sum("care.spent") == 2 * visited.sum("care.tried")
    assert visited.sum("ledger.care") < 0 == base.sum("ledger.care")
    assert visited.sum("episodes.visits") == visited.sum("care.felt")


def test_visits_alone_keep_nobody_where_nothing_is_felt_of_them(bench: Any) -> None:
    """Without neglect, and with no move of satisfaction, visits cost money and change nothing else."""
    still = {"satisfaction.gain": "0 %", "satisfaction.loss": "0 %"}
    firm = bench.changed(bench.firm, still)
    visited, base = bench.pair({"care": {"rounds": {"visits": VISITS}}}, 1, firm=firm)
    same = ("customers.left", "satisfaction.days", "contacts.offered", "newcomers")
    assert kept(visited, same) == kept(base, same)
    assert visited.sum("ledger.profit") < base.sum("ledger.profit")


def test_only_dissatisfied_customers_are_visited_where_that_is_the_rule(bench: Any) -> None:
    choosy, base = bench.pair(
        {"care.rounds.visits.satisfaction_below": 65.0},
        1,
        firm=bench.changed(bench.firm, {"care": {"rounds": {"visits": VISITS}}}),
    )
    assert 0 < choosy.sum("care.tried") < 0.6 * base.sum("care.tried")
    gain = "episodes.visits.moved", "episodes.visits"
    assert choosy.ratio(*gain) > base.ratio(*gain)


def test_follow_ups_take_agents_time_and_are_lived_through_when_done(bench: Any) -> None:
    first = {"resolution.first_contact.care": "100 %", **WORK}
    work = {"care": {"follow_up": FOLLOW_UP | {"work": {"kind": "care", "channel": "written"}}}}
    followed, base = bench.pair({**first, **work}, 1)
    assert followed.sum("contacts.handled") > base.sum("contacts.handled") + 0.9 * followed.sum("care.reached")
    assert followed.sum("care.felt") == pytest.approx(followed.sum("care.reached"), rel=0.05)
    assert followed.sum("episodes.follow_up") == followed.sum("care.felt") > 100
    assert followed.sum("satisfaction.days") > base.sum("satisfaction.days")
    assert followed.sum("experience.contacts") == pytest.approx(base.sum("experience.contacts"), rel=0.03)


def test_a_policy_begins_visits_on_its_date(bench: Any) -> None:
    never = VISITS | {"rate": {"home": "0 per year", "business": "0 per year"}}
    firm = bench.changed(bench.firm, {"care": {"rounds": {"visits": never}}})
    rate = {"care.rounds.visits.rate.home": {"to": "12 per year", "from": "2026-06-01"}}
    begun = bench.run(bench.with_policies(firm, visits={"changes": rate}), 1)
    assert begun.month("care.tried", 0, 1) == [0]
    assert begun.sum("care.tried") > 0


@pytest.mark.parametrize(
    ("path", "work"),
    [
        ("care.follow_up.work.channel", {"kind": "care", "channel": "telephone"}),
        ("care.follow_up.work.kind", {"kind": "fault", "channel": "written"}),
        ("care.follow_up.work.kind", {"kind": "unknown", "channel": "written"}),
    ],
)
def test_work_of_care_that_could_not_be_done_is_refused(bench: Any, path: str, work: Any) -> None:
    settings = {"resolution.first_contact.care": "100 %", **WORK, "care": {"follow_up": FOLLOW_UP | {"work": work}}}
    assert path in [problem[0] for problem in bench.changed(bench.firm, settings).problems()]


def test_the_check_of_the_base_hazard_leaves_room_for_involuntary_losses(bench: Any) -> None:
    def doubted(**settings: Any) -> bool:
        firm = bench.changed(bench.firm, {name.replace("__", "."): value for name, value in settings.items()})
        return any("churn.reference.base_hazard" in doubt for doubt in doubts(firm, ()))

    less = {"churn__reference__base_hazard": "0.19 per year"}
    assert not doubted()
    assert doubted(**less)
    assert not doubted(**less, churn__involuntary={"rate": "0.14 per year"})
    assert not doubted(**less, churn__neglect=NEGLECT["churn.neglect"])
