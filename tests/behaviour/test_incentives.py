"""Incentives: pay by opinion, by speed, by both or by neither; noise and gaming; a handle-time target and who hides."""

from __future__ import annotations

from typing import Any

import pytest

CALM = {
    "calendar.warm_up": "8 weeks", "calendar.horizon": "24 weeks", "churn": None, "acquisition": None,
    "workforce.attrition": None,
}  # fmt: skip
OPINION = {"stake": "0 %", "none_at": 50, "all_at": 90, "noise": 10, "effort": 0.5, "gaming": "0 %"}
SPEED = {"stake": "0 %", "none_at": "140 %", "all_at": "70 %", "effort": 0.1}
TARGET = {
    "handle_time": "85 %", "strictness": "0 %", "hurry": "50 %", "cut_off": "4 %", "most": "20 %", "short": "8 s",
}  # fmt: skip
SECTION = {
    "review": "4 weeks", "opinion": OPINION, "speed": SPEED, "target": TARGET, "rigour": 0.2, "courtesy": 0.1,
}  # fmt: skip


@pytest.fixture(scope="module")
def firm(bench: Any) -> Any:
    return bench.changed(bench.firm, CALM | {"incentives": SECTION})


def test_with_nothing_at_stake_and_no_target_nothing_changes(bench: Any, firm: Any) -> None:
    none = bench.run(bench.changed(bench.firm, CALM), 1).observations[0].totals
    found = bench.run(firm, 1).observations[0].totals
    assert {name: value for name, value in found.items() if not name.startswith("incentives.")} == none


def test_pay_by_opinion_improves_contacts_and_costs_bonuses(bench: Any, firm: Any) -> None:
    paid, base = bench.pair({"incentives.opinion.stake": "10 %"}, 3, firm)
    assert bench.rises(bench.more(paid, base, "satisfaction.days", "satisfaction.customer_days"))
    assert bench.falls(bench.more(paid, base, "ledger.wages"))
    assert paid.sum("ledger.wages") - base.sum("ledger.wages") > -paid.sum("incentives.bonuses") * 1.05
    assert paid.sum("contacts.handle_time") == pytest.approx(base.sum("contacts.handle_time"), rel=0.01)


def test_pay_by_speed_shortens_contacts_and_resolves_less(bench: Any, firm: Any) -> None:
    paid, base = bench.pair({"incentives.speed.stake": "20 %"}, 3, firm)
    assert bench.falls(bench.more(paid, base, "contacts.handle_time", "contacts.handled"))
    assert bench.falls(bench.more(paid, base, "contacts.first_resolved", "contacts.first_handled"))
    assert bench.rises(bench.more(paid, base, "contacts.repeats"))


def test_pay_by_both_lies_between(bench: Any, firm: Any) -> None:
    stakes = {"incentives.opinion.stake": "10 %"}, {"incentives.speed.stake": "10 %"}
    opinion, both, speed = (
        bench.run(bench.changed(firm, one), 2).ratio("experience.score", "experience.contacts")
        for one in (stakes[0], stakes[0] | stakes[1], stakes[1])
    )
    assert opinion > both > speed


def test_a_noisy_survey_moves_agents_less(bench: Any, firm: Any) -> None:
    paid = bench.changed(firm, {"incentives.opinion.stake": "10 %"})
    noisy, base = bench.pair({"incentives.opinion.noise": 500}, 2, paid)
    assert noisy.sum("incentives.reliable") < 0.5 * base.sum("incentives.reliable")
    assert noisy.sum("experience.score") < base.sum("experience.score")


def test_gaming_parts_what_the_survey_says_from_what_is_lived(bench: Any, firm: Any) -> None:
    paid = bench.changed(firm, {"incentives.opinion.stake": "10 %"})
    gamed, base = bench.pair({"incentives.opinion.gaming": "80 %", "incentives.opinion.flattery": 10}, 2, paid)
    assert gamed.sum("survey.score") / gamed.sum("survey.answers") > base.ratio("survey.score", "survey.answers")
    assert gamed.sum("experience.score") < base.sum("experience.score")


def test_a_strict_target_makes_agents_hurry_and_hide(bench: Any, firm: Any) -> None:
    """Nobody cuts contacts off where it is not meant; where it is, more do, and the same ones among others."""
    strict, mild, base = (
        bench.run(bench.changed(firm, {"incentives.target.strictness": share}), 2) for share in ("100 %", "40 %", "0 %")
    )
    assert strict.sum("incentives.cut_off") > mild.sum("incentives.cut_off") > base.sum("incentives.cut_off") == 0
    assert strict.sum("contacts.handle_time") / strict.sum("contacts.handled") < base.ratio(
        "contacts.handle_time", "contacts.handled"
    )
    strict_first, first = (one.ratio("contacts.first_resolved", "contacts.first_handled") for one in (strict, base))
    assert strict_first < first - 0.03
    assert strict.sum("contacts.repeats") > base.sum("contacts.repeats")


def test_contacts_that_are_cut_off_are_short_and_resolve_nothing(bench: Any, firm: Any) -> None:
    short: list[bool] = []

    def look(_: Any, contact: Any) -> None:
        if contact.spent == pytest.approx(8.0):
            short.append(contact.resolved)

    strict = bench.changed(firm, {"incentives.target.strictness": "100 %"})
    seen = bench.watch(strict, {"contact_handled": look})
    assert len(short) >= seen.totals["incentives.cut_off"] > 5
    assert not any(short)


def test_a_target_presses_those_who_take_longer_and_tires_them(bench: Any, firm: Any) -> None:
    pressed: list[tuple[float, float]] = []

    def look(model: Any, _: Any) -> None:
        pressed.extend((agent.effect, agent.pressure) for agent in model.world.agents.values())

    morale = {
        "burnout": {"time_constant": "4 weeks", "rest": "20 %", "comfortable": "80 %", "load": 0.5, "pressure": 2.0},
        "commitment": {"time_constant": "8 weeks"},
        "effects": {},
        "reference": {"name": "at rest", "burnout": "20 %", "commitment": "60 %"},
    }
    strict, base = bench.pair({"incentives.target.strictness": "100 %"}, 1, bench.changed(firm, {"morale": morale}))
    assert strict.sum("morale.burnout") > base.sum("morale.burnout")
    bench.watch(bench.changed(firm, {"incentives.target.strictness": "100 %"}), {"counting_began": look})
    pressed.sort()
    assert pressed[0][1] < pressed[-1][1]
