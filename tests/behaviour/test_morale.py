"""Morale: load wears out and pay commits, by two paths; what it does to mood, absence and leaving."""

from __future__ import annotations

from typing import Any

import pytest

SPAN = {"calendar.warm_up": "8 weeks", "calendar.horizon": "24 weeks"}
NO_EFFECTS: dict[str, float] = {}
EFFECTS = {"cold": 0.1, "warm": 0.1, "absence": 0.3, "leaving": 0.3, "leaving_worn": 0.05}


def morale(effects: dict[str, float] | None = None, **more: Any) -> dict[str, Any]:
    """The section for the firm of the tests: burnout starts above 30 % occupancy, which is where it works."""
    return {
        "burnout": {
            "time_constant": "6 weeks", "rest": "20 %", "comfortable": "30 %", "load": 1.0, "abuse": 0.2,
        },
        "commitment": {
            "time_constant": "8 weeks", "pay": 0.5, "exhaustion": 0.1,
            "market": {"desk": "40,000 EUR per year", "shop": "38,000 EUR per year"},
        },
        "resources": {
            "premises": {
                "level": "50 %", "reference": "50 %", "commitment": 0.3, "relief": 0.2, "cost": "600 EUR per year",
            },
        },
        "effects": EFFECTS if effects is None else effects,
        "reference": {"name": "at rest", "burnout": "35 %", "commitment": "60 %"},
    } | more  # fmt: skip


@pytest.fixture(scope="module")
def firm(bench: Any) -> Any:
    return bench.changed(bench.firm, SPAN | {"morale": morale()})


def test_without_effects_nothing_changes(bench: Any) -> None:
    none = bench.run(bench.changed(bench.firm, SPAN), 1).observations[0].totals
    found = bench.run(bench.changed(bench.firm, SPAN | {"morale": morale(NO_EFFECTS)}), 1).observations[0].totals
    new = {"morale.agent_weeks", "morale.burnout", "morale.commitment", "morale.mood"}
    costs = {"ledger.overheads", "ledger.profit", "ledger.present_value"}
    assert set(found) - set(none) == new
    assert {name: found[name] for name in none if name not in costs} == {
        name: none[name] for name in none if name not in costs
    }
    assert found["ledger.overheads"] < none["ledger.overheads"]  # the premises at half their level


def test_fewer_agents_wear_out_those_who_stay(bench: Any, firm: Any) -> None:
    """Burnout rises with occupancy, and it chills contacts."""
    few, base = bench.pair({"workforce.groups.desk.headcount": 3}, 3, firm)
    assert bench.rises(bench.more(few, base, "morale.burnout", "morale.agent_weeks"))
    assert bench.falls(bench.more(few, base, "morale.mood", "morale.agent_weeks"))


def test_those_who_are_worn_out_are_absent_more_often(bench: Any, firm: Any) -> None:
    """With three agents at the desk burnout lies above its reference, and absence makes it worse for the others."""
    few = bench.changed(firm, {"workforce.groups.desk.headcount": 3, "workforce.attrition": None})
    worn, base = bench.pair({"morale.effects.absence": 1.0}, 3, bench.changed(few, {"morale.effects.absence": 0.0}))
    assert all(more > less for more, less in zip(worn.total("agents.absent"), base.total("agents.absent"), strict=True))
    assert worn.sum("agents.duty") < base.sum("agents.duty")


def test_pay_above_the_market_commits_and_keeps_agents(bench: Any, firm: Any) -> None:
    better, base = bench.pair({"workforce.groups.desk.wage": "52,000 EUR per year"}, 3, firm)
    assert bench.rises(bench.more(better, base, "morale.commitment", "morale.agent_weeks"))
    assert better.sum("agents.left") < base.sum("agents.left")
    assert bench.falls(bench.more(better, base, "ledger.wages"))


def test_demands_act_on_absence_and_resources_on_leaving(bench: Any, firm: Any) -> None:
    """With commitment cut off from exhaustion, better pay leaves absence as it is: the same shifts are missed."""
    apart = bench.changed(
        firm,
        {
            "morale.commitment.exhaustion": 0.0,
            "morale.effects": {"absence": 0.3, "leaving": 0.3},
            "workforce.attrition.strain_effect": 0.0,
            "workforce.attrition.reference.base_hazard": "0.0001 per year",
        },
    )
    better, base = bench.pair({"workforce.groups.desk.wage": "60,000 EUR per year"}, 1, apart)
    assert better.sum("morale.commitment") > base.sum("morale.commitment")
    assert better.sum("morale.burnout") == base.sum("morale.burnout")
    assert better.sum("agents.absent") == base.sum("agents.absent")


def test_good_premises_relieve_commit_and_cost(bench: Any, firm: Any) -> None:
    better, base = bench.pair({"morale.resources.premises.level": "100 %"}, 3, firm)
    assert bench.falls(bench.more(better, base, "morale.burnout", "morale.agent_weeks"))
    assert bench.rises(bench.more(better, base, "morale.commitment", "morale.agent_weeks"))
    assert bench.rises(bench.more(better, base, "satisfaction.days", "satisfaction.customer_days"))
    assert bench.falls(bench.more(better, base, "ledger.overheads"))


def test_the_mood_of_agents_moves_satisfaction_and_not_resolution(bench: Any, firm: Any) -> None:
    """Contacts are scored by it; what they need, who takes them and what they resolve stay the same."""
    # fmt: off
    still = bench.changed(
        firm,
        {"churn": None, "acquisition": None, "workforce.attrition": None, "morale.effects": {"cold": 0.0}},
    )
    # fmt: on
    cold, base = bench.pair({"morale.effects": {"cold": 0.3}}, 1, still)
    for name in ("contacts.offered", "contacts.resolved", "contacts.handle_time", "agents.busy"):
        assert cold.sum(name) == base.sum(name)
    assert cold.sum("experience.score") < base.sum("experience.score")


def test_burnout_recovers_when_the_load_is_gone(bench: Any) -> None:
    """Half the needs from week 12 on: burnout at the end is lower than it was then."""
    weekly: list[float] = []

    def look(model: Any, day: Any) -> None:
        agents = list(model.world.agents.values())
        weekly.append(sum(agent.burnout for agent in agents) / len(agents))

    heavy = bench.changed(bench.firm, SPAN | {"morale": morale(), "workforce.groups.desk.headcount": 3})
    relief = {"changes": {"workforce.groups.desk.headcount": {"to": 9, "from": "2026-04-06"}}}
    bench.watch(bench.with_policies(heavy, relief=relief), {"day_began": look})
    assert max(weekly[80:130]) > weekly[0]
    assert weekly[-1] < 0.8 * max(weekly[80:130])
