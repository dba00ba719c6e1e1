"""Staff mechanisms together: what one does to the other, and that none of them draws anything anew."""

from __future__ import annotations

from typing import Any

import pytest

SPAN = {"calendar.warm_up": "4 weeks", "calendar.horizon": "20 weeks"}
SECTIONS: dict[str, Any] = {
    "recruitment": {
        "people": {"ability": 0.5, "manner": 0.4, "knowledge": "4 weeks", "fit": 0.3},
        "selection": {"applicants": 3, "validity": "40 %", "behaviour": "50 %", "cost": "100 EUR"},
        "early": "13 weeks",
        "preparation": {"worth": 1.0, "reference": "2 weeks"},
        "managing_out": {"below": 0.8, "after": "8 weeks", "review": "8 weeks", "error": 0.3},
    },
    "coaching": {
        "span": 6, "hours": "6 h", "wage": "60,000 EUR per year", "gain": "4 %", "fading": "26 weeks", "lift": 0.4,
        "warmth": 0.2, "levelling": "40 %", "leaders": 0.2, "targeted": "50 %", "enough": "2 h",
    },
    "forgetting": {
        "change": "50 % per year", "disuse": "40 weeks", "enough": "8 h", "relearning": "8 weeks", "refresher": "5 %",
        "aids": "50 %",
    },
    "morale": {
        "burnout": {
            "time_constant": "8 weeks", "rest": "20 %", "comfortable": "35 %", "load": 0.8, "abuse": 0.2,
            "pressure": 1.0,
        },
        "commitment": {
            "time_constant": "8 weeks", "pay": 0.4, "support": 0.2, "support_reference": "50 %", "exhaustion": 0.1,
        },
        "effects": {"cold": 0.1, "warm": 0.1, "absence": 0.1, "leaving": 0.2, "leaving_worn": 0.05},
        "reference": {"name": "at rest", "burnout": "30 %", "commitment": "60 %"},
    },
    "incentives": {
        "review": "4 weeks", "rigour": 0.2, "courtesy": 0.05,
        "opinion": {
            "stake": "5 %", "none_at": 50, "all_at": 90, "noise": 20, "effort": 0.2, "gaming": "30 %", "flattery": 5,
        },
        "speed": {"stake": "5 %", "none_at": "140 %", "all_at": "80 %", "effort": 0.05},
        "target": {
            "handle_time": "90 %", "strictness": "50 %", "hurry": "40 %", "cut_off": "3 %", "most": "10 %",
            "short": "8 s",
        },
    },
}  # fmt: skip
"""Every mechanism of the staff, with everything that it has."""


@pytest.fixture(scope="module")
def firm(bench: Any) -> Any:
    return bench.changed(bench.firm, SPAN)


def needs(bench: Any, scenario: Any) -> dict[tuple[int, int, str], tuple[float, ...]]:
    found: dict[tuple[int, int, str], tuple[float, ...]] = {}

    def offered(_: Any, contact: Any) -> None:
        place = contact.issue.key, contact.issue.contacts, contact.lane.channel.name
        found[place] = contact.patience, contact.work, contact.threshold, contact.returns_in

    bench.watch(scenario, {"contact_offered": offered})
    return found


def test_none_of_them_draws_what_contacts_bring_anew(bench: Any, firm: Any) -> None:
    base, found = needs(bench, firm), needs(bench, bench.changed(firm, SECTIONS))
    both = base.keys() & found.keys()
    assert len(both) > 0.7 * len(base)
    assert all(base[place] == found[place] for place in both)


def test_all_together_balance_and_move_what_they_should(bench: Any, firm: Any) -> None:
    """Balances are checked by every run; the people on the seats are the same, as far as they still come."""
    found = bench.run(bench.changed(firm, SECTIONS), 2)
    for name in ("morale.burnout", "coaching.hours", "forgetting.lapse", "incentives.cut_off", "recruitment.seen"):
        assert found.sum(name) > 0


@pytest.mark.parametrize("section", SECTIONS)
def test_each_alone_runs_and_changes_something(bench: Any, firm: Any, section: str) -> None:
    alone, base = bench.pair({section: SECTIONS[section]}, 1, firm)
    assert alone.sum("contacts.handle_time") != base.sum("contacts.handle_time")


def test_job_aids_outlive_the_people_and_training_leaves_with_them(bench: Any, firm: Any) -> None:
    """What training adds to first-contact resolution shrinks when people leave often; what tools add does not."""
    arms = {
        "none": {},
        "training": {"workforce.training.hours": "2 h", "workforce.training.gain": "4 %"},
        "tools": {"workforce.groups.desk.tools": "90 %"},
    }
    gains: dict[tuple[str, str], float] = {}
    for hazard in ("0.1 per year", "6 per year"):
        staying = bench.changed(
            firm,
            {"calendar.horizon": "28 weeks", "churn": None, "acquisition": None, "agents.learning": None,
             "workforce.attrition.reference.base_hazard": hazard, "workforce.attrition.strain_effect": 0.0},
        )  # fmt: skip
        first = {
            name: bench.run(bench.changed(staying, arm), 2).ratio("contacts.first_resolved", "contacts.first_handled")
            for name, arm in arms.items()
        }
        for name in ("training", "tools"):
            gains[name, hazard] = first[name] - first["none"]
    assert gains["training", "0.1 per year"] > 1.3 * gains["training", "6 per year"] > 0
    assert gains["tools", "6 per year"] > 0.8 * gains["tools", "0.1 per year"] > 0


CHANGES = {
    "recruitment.selection.applicants": 8,
    "coaching.span": 3,
    "forgetting.aids": "90 %",
    "morale.effects.cold": 0.3,
    "workforce.groups.desk.wage": "50,000 EUR per year",
    "incentives.opinion.stake": "15 %",
    "incentives.target.strictness": "0 %",
}


@pytest.mark.parametrize("path", CHANGES)
def test_a_policy_changes_it_on_its_date_and_not_before(bench: Any, firm: Any, path: str) -> None:
    """Months before the change are the same to the last bit, the rest are not."""
    all_on = bench.changed(firm, SECTIONS | {"workforce.attrition.reference.base_hazard": "3 per year"})
    policy = {"changes": {path: {"to": CHANGES[path], "from": "2026-04-01"}}}
    found, base = bench.run(bench.with_policies(all_on, change=policy), 1), bench.run(all_on, 1)
    for name in ("experience.score", "contacts.handle_time"):
        assert found.month(name, 0, 2) == base.month(name, 0, 2)
    assert any(found.month(name, 2) != base.month(name, 2) for name in ("experience.score", "contacts.handle_time"))


def test_what_people_are_and_the_state_of_reference_are_for_no_policy(bench: Any, firm: Any) -> None:
    all_on = bench.changed(firm, SECTIONS)
    for path in ("recruitment.people.ability", "morale.reference.burnout"):
        with pytest.raises(Exception, match="no setting that can change"):
            bench.run(bench.with_policies(all_on, change={"changes": {path: {"to": 0.1}}}), 1)


@pytest.mark.parametrize(
    ("settings", "path"),
    [
        ({"satisfaction.survey": None}, "incentives.opinion"),
        ({"agents.learning": None}, "forgetting"),
        ({"workforce.hiring": None, "workforce.attrition": None}, "recruitment.managing_out"),
        ({"morale.commitment.market": {"back_office": "30,000 EUR per year"}}, "morale.commitment.market.back_office"),
    ],
)
def test_what_does_not_fit_together_is_said(bench: Any, firm: Any, settings: dict[str, Any], path: str) -> None:
    problems = bench.changed(bench.changed(firm, SECTIONS), settings).problems()
    assert path in [where for where, _, _ in problems]
