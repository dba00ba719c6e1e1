"""Flexing within the day: help, overtime and coaching in a firm at work."""

from __future__ import annotations

from typing import Any

import pytest

HOUR = 3600.0
NEVER, ALWAYS = "10000 %", "-99 %"
BASE: dict[str, Any] = {
    "calendar.warm_up": "2 weeks", "calendar.horizon": "8 weeks", "workforce.attrition": None,
    "workforce.groups.desk.headcount": 3, "workforce.groups.shop.headcount": 3, "agents.learning": None,
    "pressure": {
        "every": "15 min", "memory": "30 min",
        "clear_within": {"telephone": "20 min", "counter": "20 min", "written": "1 days"},
    },
}  # fmt: skip
ABANDONED = ("telephone.abandoned", "telephone.offered")


def flexed(bench: Any, every: str = "15 min", error: str = "0 %", **means: Any) -> Any:
    """The firm with a small desk and a shop with time to spare, and these means of flexing."""
    return bench.changed(bench.firm, BASE | {"flexing": {"every": every, "forecast_error": error} | means})


def lending(above: str = "-30 %", ends: str = "-60 %", spare: str = "-20 %") -> dict[str, Any]:
    return {"lending": {"helpers": {"desk": ["shop"]}, "above": above, "ends": ends, "spare": spare}}


def overtime(above: str = "-30 %", most: str = "5 h", pay: str = "45 EUR per hour") -> dict[str, Any]:
    return {"overtime": {"above": above, "block": "30 min", "most": most, "pay": pay}}


def coaching(below: str = "-60 %", most: str = "3 h", keep: int = 1) -> dict[str, Any]:
    return {"coaching": {"below": below, "block": "30 min", "most": most, "keep": keep}}


def others(runs: Any) -> dict[str, float]:
    """What was observed but for the flexing itself."""
    totals = runs.observations[0].totals
    return {name: value for name, value in totals.items() if not name.startswith("flexing.")}


def test_flexing_that_never_happens_changes_nothing(bench: Any) -> None:
    never = flexed(bench, error="20 %", **lending(NEVER, NEVER), **overtime(NEVER), **coaching(keep=50))
    without = bench.run(bench.changed(bench.firm, BASE), 1)
    found = bench.run(never, 1)
    assert others(found) == others(without)
    assert found.sum("flexing.lent") == found.sum("flexing.overtime") == found.sum("flexing.coached") == 0


def test_helpers_answer_for_a_group_under_pressure(bench: Any) -> None:
    helped, alone = bench.run(flexed(bench, **lending())), bench.run(flexed(bench))
    assert bench.falls(bench.more(helped, alone, *ABANDONED))
    assert helped.sum("flexing.lent") > 0
    most = helped.sum("seconds")
    assert helped.sum("flexing.lent") < most


def test_only_those_who_are_named_help_and_only_while_it_lasts(bench: Any) -> None:
    by_shop: list[bool] = []

    def note(model: Any, contact: Any) -> None:
        if contact.lane.channel.name == "telephone" and contact.agent.group.name == "shop":
            flexing = next(one for one in model.mechanisms if type(one).__name__ == "Flexing")
            by_shop.append(("shop", "desk") in flexing._helping)

    bench.watch(flexed(bench, **lending()), {"contact_answered": note})
    assert len(by_shop) > 20
    assert all(by_shop)
    by_shop.clear()
    bench.watch(flexed(bench), {"contact_answered": note})
    assert not by_shop


def test_a_group_that_always_helps_is_as_good_as_one_that_has_the_skills(bench: Any) -> None:
    """Among those who were longest idle, a helper is an equal; helpers go on answering until the last moment."""
    always = bench.run(flexed(bench, "1 min", **lending(ALWAYS, ALWAYS, NEVER)), 2)
    skills = {"workforce.groups.shop.channels": ["counter", "written", "telephone"]}
    skilled = bench.run(bench.changed(flexed(bench), skills), 2)
    alone = bench.run(flexed(bench), 2)
    assert skilled.ratio(*ABANDONED) < 0.7 * alone.ratio(*ABANDONED)
    assert always.ratio(*ABANDONED) < 0.7 * alone.ratio(*ABANDONED)


def test_overtime_lengthens_duty_serves_more_and_is_paid_for(bench: Any) -> None:
    stayed, home = bench.run(flexed(bench, **overtime("-90 %", "10 h")), 8), bench.run(flexed(bench), 8)
    assert bench.rises(bench.more(stayed, home, "agents.duty"))
    assert bench.falls(bench.more(stayed, home, *ABANDONED))
    assert bench.falls(bench.more(stayed, home, "ledger.wages"))
    hours = stayed.sum("flexing.overtime") / HOUR
    assert stayed.sum("flexing.pay") == pytest.approx(hours * 45)
    paid = home.sum("ledger.wages") - stayed.sum("ledger.wages")
    assert paid == pytest.approx(hours * 45, rel=0.01)


def test_nobody_stays_longer_than_the_limit_of_a_week(bench: Any) -> None:
    found = bench.run(flexed(bench, **overtime(ALWAYS, most="90 min")), 1)
    weeks, heads = 8, 6
    assert 0 < found.sum("flexing.overtime") <= weeks * heads * 1.5 * HOUR
    assert found.sum("flexing.overtime") > 0.6 * weeks * heads * 1.5 * HOUR
    none = bench.run(flexed(bench, **overtime(ALWAYS, most="0 min")), 1)
    assert none.sum("flexing.overtime") == 0


def test_overtime_that_is_not_needed_is_not_worked(bench: Any) -> None:
    needed, seldom = (bench.run(flexed(bench, **overtime(above)), 2) for above in ("-40 %", "20 %"))
    assert seldom.sum("flexing.overtime") < 0.7 * needed.sum("flexing.overtime")


def test_idle_agents_learn_and_know_more(bench: Any) -> None:
    coached, idle = bench.run(flexed(bench, **coaching())), bench.run(flexed(bench))
    assert bench.rises(bench.more(coached, idle, "knowledge"))
    assert bench.falls(bench.more(coached, idle, "agents.duty"))
    assert bench.falls(bench.more(coached, idle, "ledger.training"))
    hours = coached.sum("flexing.coached") / HOUR
    assert coached.sum("ledger.training") == pytest.approx(-35 * hours, rel=0.02)
    weeks, heads = 8, 6
    assert hours <= 4 * weeks * heads * 3


def test_who_is_coached_answers_nothing_and_comes_back(bench: Any) -> None:
    away: dict[str, float] = {}
    answered: list[bool] = []

    def send(model: Any, agent: Any) -> None:
        away[agent.name] = model.world.env.now + agent.trained

    def note(model: Any, contact: Any) -> None:
        if contact.agent.name in away:
            answered.append(model.world.env.now >= away[contact.agent.name])

    bench.watch(flexed(bench, **coaching()), {"agent_trained": send, "contact_answered": note})
    assert len(answered) > 100
    assert all(answered)


def test_a_poor_forecast_flexes_on_the_wrong_days(bench: Any) -> None:
    """The same hours of overtime help less the worse the forecast is; on some days nobody is asked to stay."""
    good, poor = (bench.run(flexed(bench, error=error, **overtime("0 %", most="10 h"))) for error in ("0 %", "200 %"))
    gain = [
        (bench.run(flexed(bench)).sum("telephone.abandoned") - found.sum("telephone.abandoned"))
        / found.sum("flexing.overtime")
        for found in (good, poor)
    ]
    assert gain[0] > gain[1]


def test_flexing_draws_nothing_anew(bench: Any) -> None:
    def brought(firm: Any) -> dict[int, tuple[float, float]]:
        found: dict[int, tuple[float, float]] = {}

        def note(_: Any, contact: Any) -> None:
            if contact.earlier == 0:
                found[contact.issue.key] = contact.work, contact.patience

        bench.watch(firm, {"contact_offered": note})
        return found

    flexible = brought(flexed(bench, error="20 %", **lending(), **overtime(), **coaching()))
    rigid = brought(flexed(bench))
    both = flexible.keys() & rigid.keys()
    assert len(both) > 0.95 * len(rigid)
    assert all(flexible[key] == rigid[key] for key in both)


def test_what_flexing_needs_and_names_must_be_there(bench: Any) -> None:
    firm = flexed(
        bench,
        lending={"helpers": {"desk": ["desk", "yard"]}, "above": "0 %", "ends": "0 %", "spare": "0 %"},
        **coaching(),
    )
    paths = [path for path, _, _ in bench.changed(firm, {"pressure": None, "workforce.training": None}).problems()]
    assert {
        "flexing", "flexing.coaching", "flexing.lending.helpers.desk.0", "flexing.lending.helpers.desk.1",
    } <= set(paths)  # fmt: skip
