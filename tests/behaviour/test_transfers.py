"""Transfers: contacts that are handed on are counted once, take longer, annoy, and reach who can help."""

from __future__ import annotations

from typing import Any

import pytest

COLD: dict[str, Any] = {
    "rules": {"faults": {"kinds": ["fault"], "by": ["desk"], "to": ["experts"], "share": "30 %"}},
    "ability": 0.0,
    "found_out": "40 %",
    "cold": {"again": "100 %", "felt": 0.8},
    "warm": "0 %",
    "warmly": {"again": "20 %", "felt": 0.2},
    "briefing": "30 s",
    "stays": "3 min",
    "head_start": "0 s",
}
EXPERTS = {"headcount": 3, "channels": ["telephone"], "kinds": [], "wage": "45000 EUR per year", "tools": "70 %",
           "authority": "90 %"}  # fmt: skip
RULE = "transfers.rules.faults"


@pytest.fixture(scope="module")
def firm(bench: Any) -> Any:
    """The firm with a base that nobody joins or leaves, all agents alike, and a group to which faults are handed on."""
    settings = {
        "churn": None, "acquisition": None, "calendar.horizon": "12 weeks", "calendar.warm_up": "2 weeks",
        "workforce.attrition": None, "agents.learning": None, "agents.spread": 0.0, "resolution.complexity": 0.0,
        "needs.kinds.fault.rate": {"home": "6 per year", "business": "6 per year"},
        "workforce.groups.desk.headcount": 8, "workforce.groups.experts": EXPERTS,
        "staffing.rosters.experts": {"rota": ["early", "late"]},
    }  # fmt: skip
    return bench.changed(bench.firm, settings)


def handed(bench: Any, firm: Any, **changes: Any) -> Any:
    """The firm with transfers, changed by dotted paths below ``transfers`` (a double underscore for the dot)."""
    paths = {f"transfers.{name.replace('__', '.')}": value for name, value in changes.items()}
    return bench.changed(bench.changed(firm, {"transfers": COLD}), paths)


def test_where_nothing_is_handed_on_everything_is_as_it_was(bench: Any, firm: Any) -> None:
    none = bench.run(handed(bench, firm, rules__faults__share="0 %"), 1).observations[0].totals
    base = bench.run(firm, 1).observations[0].totals
    assert {name: none[name] for name in base} == base
    assert none["transfers.made"] == 0


def test_the_share_given_is_handed_on_by_agents_who_add_nothing(bench: Any, firm: Any) -> None:
    seen = bench.run(handed(bench, firm), 4)
    answered = sum(seen.sum(f"{name}.fault.answered") for name in ("telephone", "written"))
    by_the_shop = seen.sum("counter.fault.answered")
    share = seen.sum("transfers.made") / answered
    error = (0.3 * 0.7 / answered) ** 0.5
    assert answered > 2000
    assert by_the_shop > 0
    assert abs(share - 0.3) < 3.0 * error + 0.3 * by_the_shop / answered  # letters are written by the shop too


def test_a_contact_handed_on_is_one_contact_with_the_handle_time_of_all_its_agents(bench: Any, firm: Any) -> None:
    parts: dict[int, list[float]] = {}
    whole: dict[int, float] = {}

    def handed_on(_: Any, contact: Any) -> None:
        parts.setdefault(contact.issue.key * 100 + contact.earlier, []).append(contact.spent)

    def done(_: Any, contact: Any) -> None:
        name = contact.issue.key * 100 + contact.earlier
        if name in parts:
            assert name not in whole
            whole[name] = contact.spent

    scenario = handed(bench, firm, rules__faults__share="100 %")
    seen = bench.watch(scenario, {"contact_handed_on": handed_on, "contact_handled": done}).totals
    assert len(whole) > 300
    # 40 % of the work, then the other 60 % and the 40 % again: 100 parts where a contact alone has 100 less 40
    assert all(len(spent) == 1 for spent in parts.values())
    ratios = [whole[name] / parts[name][0] for name in whole]
    assert min(ratios) == pytest.approx(1.4 / 0.4) and max(ratios) == pytest.approx(1.4 / 0.4)
    assert seen["contacts.offered"] >= seen["contacts.answered"] >= seen["contacts.handled"]
    assert seen["transfers.contacts"] == seen["transfers.made"]


def test_every_agent_has_worked_the_time_that_contacts_took(bench: Any, firm: Any) -> None:
    own: list[tuple[float, float, float]] = []

    def look(model: Any, _: Any) -> None:
        groups = sum(group.busy for group in model.world.groups.values())
        agents = sum(agent.busy for agent in model.world.agents.values())
        own.append((agents, groups, sum(lane.handle_time for lane in model.world.lanes)))

    bench.watch(handed(bench, firm, warm="50 %"), {"day_began": look})
    agents, groups, handled = own[-1]  # at midnight all but a few letters are done
    assert agents == pytest.approx(groups)
    assert handled == pytest.approx(groups, rel=0.002)


def test_transfers_take_time_and_satisfaction(bench: Any, firm: Any) -> None:
    often, seldom = (bench.run(handed(bench, firm, rules__faults__share=share), 3) for share in ("60 %", "10 %"))
    assert bench.rises(bench.more(often, seldom, "contacts.handle_time", "contacts.handled"))
    assert bench.falls(bench.more(often, seldom, "experience.score", "experience.contacts"))
    assert bench.rises(bench.more(often, seldom, "transfers.repeated", "contacts.handle_time"))


def test_a_warm_transfer_repeats_less_and_is_felt_less_but_keeps_the_first_agent(bench: Any, firm: Any) -> None:
    warm, cold = (bench.run(handed(bench, firm, warm=share), 3) for share in ("100 %", "0 %"))
    assert bench.falls(bench.more(warm, cold, "transfers.repeated", "transfers.made"))
    assert bench.rises(bench.more(warm, cold, "experience.score", "experience.contacts"))
    assert cold.sum("transfers.kept") == cold.sum("transfers.warm") == 0
    assert warm.sum("transfers.kept") > 0
    assert 0 < warm.sum("transfers.warm") < warm.sum("transfers.made")  # some have to let go after all


def test_abler_agents_hand_on_fewer(bench: Any, firm: Any) -> None:
    able, base = (
        bench.run(bench.changed(handed(bench, firm, ability=1.0), {"workforce.groups.desk.authority": share}), 3)
        for share in ("100 %", "60 %")
    )
    assert bench.falls(bench.more(able, base, "transfers.made", "contacts.answered"))


def test_difficult_issues_are_handed_on_more_often(bench: Any, firm: Any) -> None:
    given: dict[str, list[float]] = {"on": [], "all": []}
    scenario = bench.changed(handed(bench, firm), {"resolution.complexity": 1.0})
    bench.watch(
        scenario,
        {
            "contact_handed_on": lambda _, contact: given["on"].append(contact.issue.difficulty),
            "contact_answered": lambda _, contact: given["all"].append(contact.issue.difficulty),
        },
    )
    on, every = (sum(found) / len(found) for found in given.values())
    assert on > every + 0.2


def test_customers_give_up_where_nobody_takes_over(bench: Any, firm: Any) -> None:
    few = bench.run(bench.changed(handed(bench, firm), {"workforce.groups.experts.headcount": 0}), 1)
    assert few.sum("transfers.given_up") > 50
    assert few.sum("transfers.waited") > 0
    assert few.sum("telephone.handled") < few.sum("telephone.answered")


def test_a_second_level_takes_what_the_first_cannot_and_a_head_start_shortens_the_wait(bench: Any, firm: Any) -> None:
    two = {
        "workforce.groups.masters": EXPERTS | {"headcount": 2},
        "staffing.rosters.masters": {"rota": ["early", "late"]},
        "transfers.rules.hardest": {"by": ["experts"], "to": ["masters"], "share": "50 %"},
    }
    seen = bench.run(bench.changed(handed(bench, firm), two), 1)
    assert 0 < seen.sum("transfers.contacts") < seen.sum("transfers.made") < 2 * seen.sum("transfers.contacts")


def test_letters_and_chats_are_handed_on_too_and_the_books_balance(bench: Any, firm: Any) -> None:
    chat = {
        "channels.channels.chat": {
            "kind": "chat", "target": {"share": "80 %", "within": "60 s"},
            "hours": {"monday": {"opens": "08:00", "closes": "18:00"}, "friday": {"opens": "08:00", "closes": "18:00"}},
        },
        "channels.choice": {"any": {"any": {"telephone": "40 %", "written": "30 %", "chat": "30 %"}}},
        "satisfaction.experience.wait_unit.chat": "2 min",
        "workforce.groups.desk.channels": ["telephone", "written", "chat"],
        "chat": {"most": 3, "slowdown": 0.2, "assignment": "fewest_open"},
        "patience.channels.chat": {"patience": {"law": "exponential", "mean": "4 min"}},
        "transfers.warm": "50 %",
        "ownership": {"preferred": True, "known_handle_time": "90 %", "known_ability": 0.2},
    }  # fmt: skip
    on: dict[str, int] = {}

    def handed_on(_: Any, contact: Any) -> None:
        on[contact.lane.channel.kind] = on.get(contact.lane.channel.kind, 0) + 1

    bench.watch(bench.changed(handed(bench, firm), chat), {"contact_handed_on": handed_on})
    assert {"telephone", "written", "chat"} <= set(on)


def test_rules_that_hand_on_in_a_circle_are_refused(bench: Any, firm: Any) -> None:
    with pytest.raises(ValueError, match="in a circle"):
        handed(bench, firm, rules__back={"by": ["experts"], "to": ["desk"], "share": "5 %"})


def test_unknown_groups_and_kinds_are_named(bench: Any, firm: Any) -> None:
    wrong = handed(bench, firm, rules__odd={"kinds": ["faults"], "by": ["desk"], "to": ["wizards"], "share": "5 %"})
    assert [path for path, _, _ in wrong.problems()] == ["transfers.rules.odd.to.0", "transfers.rules.odd.kinds.0"]
