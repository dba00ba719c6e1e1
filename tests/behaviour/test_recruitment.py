"""Recruitment: who is chosen, what he brings, what the class teaches, and who is let go again."""

from __future__ import annotations

from typing import Any

import pytest

WEEK = 7 * 86_400.0
SPAN = {
    "calendar.warm_up": "4 weeks", "calendar.horizon": "30 weeks", "churn": None, "acquisition": None,
    "workforce.groups.desk.headcount": 8,
}  # fmt: skip
SECTION = {
    "people": {"ability": 0.6, "manner": 0.4, "knowledge": "6 weeks"},
    "selection": {"applicants": 1, "validity": "40 %", "behaviour": "100 %", "cost": "150 EUR"},
    "early": "13 weeks",
}


@pytest.fixture(scope="module")
def firm(bench: Any) -> Any:
    return bench.changed(
        bench.firm, SPAN | {"recruitment": SECTION, "workforce.attrition.reference.base_hazard": "2 per year"}
    )


def people(bench: Any, scenario: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    bench.watch(scenario, {"agent_hired": lambda model, agent: found.__setitem__(agent.name, agent)})
    return found


def test_where_people_do_not_differ_nothing_changes(bench: Any) -> None:
    alike = SECTION | {
        "people": {"ability": 0.0, "manner": 0.0, "knowledge": "0 weeks"},
        "selection": SECTION["selection"] | {"cost": "0 EUR", "applicants": 5},  # type: ignore[operator]
    }
    none, found = (
        bench.run(bench.changed(bench.firm, SPAN | settings), 1).observations[0].totals
        for settings in ({}, {"recruitment": alike})
    )
    assert {name: value for name, value in found.items() if not name.startswith("recruitment.")} == none


def test_choosing_the_best_of_many_lifts_quality_and_costs_for_each(bench: Any, firm: Any) -> None:
    choosy = {"recruitment.selection.applicants": 12, "recruitment.selection.validity": "60 %"}
    many, base = bench.pair(choosy, 3, firm)
    assert many.ratio("recruitment.behaviour", "recruitment.chosen") > 0.4
    assert bench.rises(bench.more(many, base, "contacts.first_resolved", "contacts.first_handled"))
    assert bench.rises(bench.more(many, base, "experience.score", "experience.contacts"))
    assert many.sum("recruitment.seen") == 12 * many.sum("recruitment.chosen")
    assert bench.falls(bench.more(many, base, "ledger.hiring"))


def test_the_applicants_are_the_same_whatever_the_policy(bench: Any, firm: Any) -> None:
    """Seeing more of them can only raise the score of the one who is chosen; often it is the same person."""
    few = people(bench, bench.changed(firm, {"recruitment.selection.applicants": 4}))
    again = people(bench, bench.changed(firm, {"recruitment.selection.applicants": 5}))
    both = few.keys() & again.keys()
    same = [name for name in both if few[name].ability == again[name].ability]
    assert len(both) / 2 < len(same) < len(both)


def test_choosing_for_knowledge_helps_at_the_start_and_choosing_for_behaviour_lasts(bench: Any, firm: Any) -> None:
    """By knowledge, recruits come with more practice; by behaviour, they are better at what practice does not teach."""
    choosy = {"recruitment.selection.applicants": 12, "recruitment.selection.validity": "60 %"}
    base = bench.changed(firm, choosy)
    knowing = people(bench, bench.changed(base, {"recruitment.selection.behaviour": "0 %"})).values()
    behaving = people(bench, base).values()

    def mean(values: list[float]) -> float:
        return sum(values) / len(values)

    assert mean([one.head_start for one in knowing]) > 1.5 * mean([one.head_start for one in behaving])
    assert mean([one.ability + one.manner for one in behaving]) > mean([one.ability + one.manner for one in knowing])


def test_people_who_fit_stay_beyond_the_first_weeks(bench: Any, firm: Any) -> None:
    base = bench.changed(
        firm, {"recruitment.people.fit": 1.5, "workforce.attrition.tenure": {"steps": [], "after": 1.0},
               "recruitment.early": "26 weeks", "recruitment.selection.validity": "80 %"}
    )  # fmt: skip
    choosy, any_one = (
        bench.run(bench.changed(base, {"recruitment.selection.applicants": count}), 3) for count in (12, 1)
    )
    assert choosy.sum("recruitment.early_leavers") < 0.7 * any_one.sum("recruitment.early_leavers")


def test_a_longer_class_means_that_recruits_start_better(bench: Any, firm: Any) -> None:
    preparation = {"recruitment.preparation": {"worth": 2.0, "reference": "2 weeks"}}
    alike = {"recruitment.people.knowledge": "0 weeks"}
    starts: dict[float, list[float]] = {}
    for weeks in (2, 5):
        found = starts.setdefault(weeks, [])
        longer = bench.changed(firm, preparation | alike | {"workforce.hiring.class_length": f"{weeks} weeks"})

        def look(model: Any, agent: Any, found: list[float] = found) -> None:
            if model.world.env.now > 6 * WEEK:
                found.append(agent.proficiency)

        bench.watch(longer, {"agent_deployed": look})
    assert starts[2] == [pytest.approx(0.6)] * len(starts[2])
    assert min(starts[5]) > 0.75


def test_a_full_class_makes_recruits_wait(bench: Any, firm: Any) -> None:
    staff = {"changes": {"workforce.groups.desk.headcount": {"to": 14}}}
    most = 0

    def look(model: Any, _: Any) -> None:
        nonlocal most
        most = max(most, sum(agent.deployed_at is None for agent in model.world.agents.values()))

    narrow = bench.changed(firm, {"workforce.hiring.class_capacity": 2})
    small = bench.watch(bench.with_policies(narrow, staff=staff), {"day_began": look})
    assert most == 2
    wide = bench.run(bench.with_policies(firm, staff=staff), 1).observations[0]
    assert small.totals["agents.years"] < wide.totals["agents.years"]


def test_letting_the_weakest_go_lifts_quality_and_costs_severance(bench: Any, firm: Any) -> None:
    rule = {"below": 0.5, "after": "8 weeks", "review": "4 weeks", "error": 0.2}
    strict, base = bench.pair(
        {"recruitment.managing_out": rule}, 3, bench.changed(firm, {"workforce.attrition.strain_effect": 0.0})
    )
    assert strict.sum("recruitment.let_go") == strict.sum("agents.dismissed") > 3
    assert strict.sum("ledger.severance") < base.sum("ledger.severance") == 0
    assert strict.sum("contacts.first_resolved") / strict.sum("contacts.first_handled") > base.ratio(
        "contacts.first_resolved", "contacts.first_handled"
    )
