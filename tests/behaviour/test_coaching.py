"""Coaching: hours off the contacts that bring agents up, bring them closer together, and cost leaders' pay."""

from __future__ import annotations

from typing import Any

import pytest

CALM = {
    "calendar.warm_up": "6 weeks", "calendar.horizon": "26 weeks", "churn": None, "acquisition": None,
    "workforce.attrition": None, "workforce.groups.desk.headcount": 8,
}  # fmt: skip
COACHING = {
    "span": 8, "hours": "12 h", "wage": "60,000 EUR per year", "gain": "4 %", "fading": "26 weeks", "lift": 0.8,
    "warmth": 0.5, "levelling": "60 %", "enough": "2 h",
}  # fmt: skip
PEOPLE = {
    "people": {"ability": 0.8, "manner": 0.4, "knowledge": "4 weeks"},
    "selection": {"applicants": 1, "validity": "0 %", "behaviour": "50 %", "cost": "0 EUR"},
    "early": "13 weeks",
}


@pytest.fixture(scope="module")
def firm(bench: Any) -> Any:
    return bench.changed(bench.firm, CALM | {"recruitment": PEOPLE, "coaching": COACHING})


def test_leaders_without_hours_and_pay_change_nothing(bench: Any) -> None:
    idle = {"coaching": COACHING | {"hours": "0 h", "wage": "0 EUR per year"}}
    none, found = (
        bench.run(bench.changed(bench.firm, CALM | settings), 1).observations[0].totals for settings in ({}, idle)
    )
    assert {name: value for name, value in found.items() if not name.startswith("coaching.")} == none


def test_coaching_lifts_resolution_and_experience_and_takes_people_off(bench: Any, firm: Any) -> None:
    more, base = bench.pair({"coaching.hours": "24 h"}, 3, bench.changed(firm, {"coaching.hours": "0 h"}))
    assert bench.rises(bench.more(more, base, "contacts.first_resolved", "contacts.first_handled"))
    assert bench.rises(bench.more(more, base, "experience.score", "experience.contacts"))
    assert bench.falls(bench.more(more, base, "agents.duty"))
    assert more.sum("coaching.hours") * 3600 == pytest.approx(more.sum("agents.training"))


def test_coaching_brings_agents_closer_together(bench: Any, firm: Any) -> None:
    level = {"coaching.lift": 0.0, "coaching.warmth": 0.0}
    more, base = bench.pair(
        {"coaching.levelling": "90 %"}, 3, bench.changed(firm, level | {"coaching.levelling": "0 %"})
    )
    assert bench.falls(bench.more(more, base, "coaching.spread", "coaching.agent_weeks"))


def test_a_smaller_span_means_more_coaching_and_more_leaders(bench: Any, firm: Any) -> None:
    small, base = bench.pair({"coaching.span": 4}, 2, firm)
    assert small.sum("coaching.coached") > 1.05 * base.sum("coaching.coached")
    assert small.ratio("coaching.leader_years", "years") == pytest.approx(3.0)  # two at the desk, one in the shop
    assert base.ratio("coaching.leader_years", "years") == pytest.approx(2.0)
    assert bench.falls(bench.more(small, base, "ledger.wages"))


def test_coaching_that_stops_fades(bench: Any, firm: Any) -> None:
    stops = {"changes": {"coaching.hours": {"to": "0 h", "from": "2026-03-02"}}}
    seen: list[float] = []

    def look(model: Any, _: Any) -> None:
        seen.append(sum(agent.coached for agent in model.world.agents.values()) / len(model.world.agents))

    bench.watch(bench.with_policies(firm, stops=stops), {"day_began": look})
    assert seen[56] == pytest.approx(seen[0], rel=0.25)  # so long as it goes on, about where it was
    assert seen[-1] < 0.55 * seen[56]


def test_leaders_differ_and_their_teams_with_them(bench: Any, firm: Any) -> None:
    """Agents of one leader share what he adds, agents of another have something else."""
    alike = {"recruitment": None, "agents.learning": None, "coaching.span": 4, "coaching.levelling": "0 %"}
    found: dict[int, set[float]] = {}

    def look(model: Any, _: Any) -> None:
        for agent in model.world.agents.values():
            if agent.group.name == "desk":
                found.setdefault(agent.seat // 4, set()).add(round(agent.edge / agent.coached, 9))

    bench.watch(bench.changed(firm, alike | {"coaching.leaders": 0.5}), {"counting_began": look})
    assert len(found) == 2
    assert found[0] != found[1]


def test_support_of_leaders_commits_agents(bench: Any, firm: Any) -> None:
    morale = {
        "burnout": {"time_constant": "8 weeks", "rest": "20 %", "comfortable": "80 %", "load": 1.0},
        "commitment": {"time_constant": "8 weeks", "support": 0.4, "support_reference": "50 %"},
        "effects": {"warm": 0.1},
        "reference": {"name": "at rest", "burnout": "20 %", "commitment": "60 %"},
    }
    base = bench.changed(firm, {"morale": morale})
    small, wide = (bench.run(bench.changed(base, {"coaching.span": span}), 1) for span in (4, 20))
    assert small.sum("morale.commitment") > base.morale.reference.commitment * small.sum("morale.agent_weeks")
    assert wide.sum("morale.commitment") < base.morale.reference.commitment * wide.sum("morale.agent_weeks")


def test_targeted_coaching_takes_the_same_hours_and_brings_the_weak_up(bench: Any, firm: Any) -> None:
    """With coaching that lifts whoever gets it, those who resolve least get more of it."""
    level = {"coaching.levelling": "0 %", "coaching.lift": 2.0, "workforce.groups.shop.headcount": 0,
             "staffing.rosters": {"desk": {"rota": ["early", "late"]}, "shop": {"rota": ["shop"]}}}  # fmt: skip
    aimed, base = bench.pair({"coaching.targeted": "80 %"}, 2, bench.changed(firm, level))
    assert aimed.sum("coaching.hours") == pytest.approx(base.sum("coaching.hours"), rel=0.05)
    assert aimed.sum("coaching.spread") < base.sum("coaching.spread")
