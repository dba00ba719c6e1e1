"""Systems that go down: as often and as long as they are said to, and what that does to contacts meanwhile."""

from __future__ import annotations

import math
from typing import Any

import pytest

from sim.core.units import YEAR

HOURS = 3600.0
DESK: dict[str, Any] = {
    "outages": "40 per year", "lasts": {"law": "exponential", "mean": "3 h"}, "groups": ["desk", "shop"],
    "needed": "50 %", "apology": "1 min", "handle_time": "150 %", "ability": 1.0,
}  # fmt: skip
HARMLESS = DESK | {"needed": "0 %", "handle_time": "100 %", "ability": 0.0}


@pytest.fixture(scope="module")
def firm(bench: Any) -> Any:
    """The firm with a base and a staff that nobody joins or leaves."""
    settings = {
        "churn": None, "acquisition": None, "calendar.horizon": "26 weeks", "calendar.warm_up": "2 weeks",
        "workforce.attrition": None,
    }  # fmt: skip
    return bench.changed(bench.firm, settings)


def with_systems(bench: Any, firm: Any, **settings: Any) -> Any:
    return bench.changed(firm, {"systems": {"desk": DESK | settings}})


def test_a_system_is_down_for_its_share_of_the_time(bench: Any, firm: Any) -> None:
    """Alternating renewal: up 1 / rate, down the mean; so many outages a year, and that share of the time."""
    often = bench.run(with_systems(bench, firm, outages="365 per year"), 8)
    a_year = 1.0 / (1.0 / 365 + 3 * HOURS / YEAR)
    estimate = often.ratio_estimate("systems.outages", "years")
    assert estimate.value == pytest.approx(a_year, abs=4 * math.sqrt(a_year / (8 * 0.5)))
    share = often.ratio("systems.down", "seconds")
    assert share == pytest.approx(1 / 9, abs=4 * math.sqrt(2 / (8 * 0.5 * a_year)) / 9)


def test_contacts_during_an_outage_are_sent_away_or_take_longer_and_fail_more_often(bench: Any, firm: Any) -> None:
    seen: dict[bool, list[tuple[float, bool, int]]] = {True: [], False: []}

    def handled(model: Any, contact: Any) -> None:
        if contact.lane.kind == "fault":
            systems = next(one for one in model.mechanisms if type(one).__name__ == "Systems")
            down = bool(systems._down)
            seen[down].append((contact.spent / contact.agent.pace, contact.resolved, contact.earlier))

    bench.watch(with_systems(bench, firm, outages="300 per year", needed="0 %"), {"contact_handled": handled})
    assert min(map(len, seen.values())) > 100
    time = {down: sum(one[0] for one in found) / len(found) for down, found in seen.items()}
    solved = {down: sum(one[1] for one in found) / len(found) for down, found in seen.items()}
    assert time[True] > 1.2 * time[False]
    assert solved[True] < solved[False] - 0.1


def test_who_needs_the_system_is_sent_away_at_once_and_unresolved(bench: Any, firm: Any) -> None:
    for_all = bench.run(with_systems(bench, firm, needed="100 %"), 1)
    assert for_all.sum("systems.turned_away") == for_all.sum("systems.hit") > 50
    none = bench.run(with_systems(bench, firm, needed="0 %"), 1)
    assert none.sum("systems.turned_away") == 0
    assert for_all.ratio("contacts.first_resolved", "contacts.first_handled") < none.ratio(
        "contacts.first_resolved", "contacts.first_handled"
    )


def test_outages_bring_contacts_back_and_hurt_customers(bench: Any, firm: Any) -> None:
    down, up = bench.pair({"systems": {"desk": DESK | {"outages": "150 per year"}}}, 6, firm=firm)
    assert bench.rises(bench.more(down, up, "contacts.offered"))
    assert bench.falls(bench.more(down, up, "experience.score", "experience.contacts"))


def test_a_group_that_does_not_use_the_system_does_not_feel_it(bench: Any, firm: Any) -> None:
    shop = bench.run(with_systems(bench, firm, groups=["shop"]), 1)
    both = bench.run(with_systems(bench, firm), 1)
    assert 0 < shop.sum("systems.hit") < both.sum("systems.hit")
    assert shop.sum("systems.outages") == both.sum("systems.outages")


def test_a_system_that_is_never_down_or_of_which_nothing_hangs_changes_nothing(bench: Any, firm: Any) -> None:
    base = bench.run(firm, 1).observations[0].totals
    for settings in ({"outages": "0 per year"}, HARMLESS):
        seen = bench.run(with_systems(bench, firm, **settings), 1).observations[0].totals
        assert {name: seen[name] for name in base} == base


def test_more_reliable_systems_have_their_outages_later_on_the_same_clock(bench: Any, firm: Any) -> None:
    """The same unit exponentials: with half the rate, the n-th outage begins later, and lasts as long."""
    begun: dict[str, list[float]] = {}
    for rate in ("100 per year", "50 per year"):
        found: list[float] = []

        def note(model: Any, _: Any, found: list[float] = found) -> None:
            systems = next(one for one in model.mechanisms if type(one).__name__ == "Systems")
            found.append(systems.begun)

        bench.watch(with_systems(bench, firm, outages=rate), {"day_began": note})
        begun[rate] = found
    often, seldom = begun["100 per year"], begun["50 per year"]
    assert all(few <= many for few, many in zip(seldom, often, strict=True))
    assert seldom[-1] < often[-1]


def test_a_policy_can_make_systems_reliable_from_a_day_on(bench: Any, firm: Any) -> None:
    never = {"changes": {"systems.desk.outages": {"to": "0 per year"}}}
    found = bench.run(bench.with_policies(with_systems(bench, firm, outages="365 per year"), reliable=never), 1)
    assert found.sum("systems.outages") <= 1  # one that was planned for the day on which the policy began


def test_a_group_that_does_not_exist_is_an_error(bench: Any, firm: Any) -> None:
    problems = with_systems(bench, firm, groups=["dask"]).problems()
    assert [(path, known) for path, _, known in problems] == [("systems.desk.groups.dask", ("desk", "shop"))]


LINES: dict[str, Any] = {
    "outages": "60 per year", "lasts": {"law": "exponential", "mean": "3 h"}, "channels": ["telephone"],
}  # fmt: skip
PAGES: dict[str, Any] = {
    "outages": "60 per year", "lasts": {"law": "exponential", "mean": "3 h"}, "self_service": True,
}  # fmt: skip
SELF_SERVICE: dict[str, Any] = {
    "kinds": {"fault": {"tried": "60 %", "contained": "50 %"}, "enquiry": {"tried": "60 %", "contained": "60 %"}},
    "gives_up": "20 %", "again": "110 %", "contained_score": 80, "failed_score": 40, "cost": "0.10 EUR",
}  # fmt: skip


def test_nobody_gets_through_to_a_channel_whose_lines_are_down(bench: Any, firm: Any) -> None:
    seen: list[tuple[bool, str]] = []

    def noted(ending: str) -> Any:
        def note(model: Any, contact: Any) -> None:
            if contact.lane.channel.name == "telephone":
                seen.append((contact.lane.channel.cut_off, ending))

        return note

    changed = bench.changed(firm, {"systems": {"lines": LINES}, "channels.channels.telephone.lines": None})
    bench.watch(changed, {"contact_blocked": noted("blocked")})
    assert len(seen) > 20
    assert all(down for down, _ in seen)
    found = bench.run(changed, 1)
    assert found.sum("systems.unreached") == found.sum("telephone.blocked") > 0
    assert found.sum("systems.hit") == 0


def test_lines_that_are_down_cost_satisfaction_whatever_agents_do(bench: Any, firm: Any) -> None:
    down, up = bench.pair({"systems": {"lines": LINES | {"outages": "150 per year"}}}, 6, firm=firm)
    assert bench.rises(bench.more(down, up, "telephone.blocked"))
    assert bench.falls(bench.more(down, up, "experience.score", "experience.contacts"))


def test_lines_come_back_with_their_system_also_where_a_policy_changes_the_channels(bench: Any, firm: Any) -> None:
    """From a date on nothing hangs on the system any more: who was cut off then gets through at once."""
    settings = LINES | {"lasts": {"law": "constant", "mean": "20 days"}, "outages": "365 per year"}
    cut = bench.changed(firm, {"systems": {"lines": settings}})
    free = {"changes": {"systems.lines.channels": {"to": ["counter"], "from": "2026-05-01"}}}
    seen: list[tuple[float, bool, bool]] = []

    def note(model: Any, day: Any) -> None:
        channels = model.world.channels
        seen.append((model.world.env.now, channels["telephone"].cut_off, channels["counter"].cut_off))

    bench.watch(bench.with_policies(cut, free=free), {"day_began": note})
    change = next(now for now, _, counter in seen if counter)
    assert any(telephone for now, telephone, _ in seen if now < change)
    assert not any(telephone for now, telephone, _ in seen if now >= change)


def test_self_service_that_is_down_helps_nobody(bench: Any, firm: Any) -> None:
    never_up = PAGES | {"outages": "9000 per year", "lasts": {"law": "constant", "mean": "100 days"}}
    changed = bench.changed(firm, {"systems": {"pages": never_up}, "self_service": SELF_SERVICE})
    found = bench.run(changed, 1)
    assert found.sum("self_service.contained") == 0
    assert found.sum("systems.vain_tries") > 100
    assert found.sum("self_service.tried") == bench.run(bench.changed(firm, {"self_service": SELF_SERVICE}), 1).sum(
        "self_service.tried"
    )


def test_pages_that_are_down_send_their_issues_to_the_staff(bench: Any, firm: Any) -> None:
    served = bench.changed(firm, {"self_service": SELF_SERVICE})
    down, up = bench.pair({"systems": {"pages": PAGES | {"outages": "300 per year"}}}, 4, firm=served)
    assert bench.rises(bench.more(down, up, "contacts.offered"))
    assert bench.falls(bench.more(down, up, "self_service.contained"))


def test_lines_and_pages_that_are_never_down_change_nothing(bench: Any, firm: Any) -> None:
    served = bench.changed(firm, {"self_service": SELF_SERVICE})
    base = bench.run(served, 1).observations[0].totals
    never = {"lines": LINES | {"outages": "0 per year"}, "pages": PAGES | {"outages": "0 per year"}}
    seen = bench.run(bench.changed(served, {"systems": never}), 1).observations[0].totals
    assert {name: seen[name] for name in base} == base


def test_a_system_without_customers_reports_what_it_did_before(bench: Any, firm: Any) -> None:
    seen = bench.run(with_systems(bench, firm), 1).observations[0].totals
    assert not {"systems.unreached", "systems.vain_tries"} & set(seen)


@pytest.mark.parametrize(
    ("system", "said"),
    [
        ({key: value for key, value in LINES.items() if key != "channels"}, "hangs on nothing"),
        ({**LINES, "groups": ["desk"]}, "has groups, so it needs 'needed', 'apology', 'handle_time', 'ability'"),
    ],
)
def test_a_system_says_on_what_it_acts_and_how(bench: Any, firm: Any, system: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        bench.changed(firm, {"systems": {"lines": system}})


def test_channels_that_do_not_exist_and_self_service_that_is_not_there_are_errors(bench: Any, firm: Any) -> None:
    wrong = {"lines": LINES | {"channels": ["fone"]}, "pages": PAGES}
    found = [(path, said) for path, said, _ in bench.changed(firm, {"systems": wrong}).problems()]
    assert [path for path, _ in found] == ["systems.lines.channels.fone", "systems.pages.self_service"]
    assert found[1][1] == "is down with the system, but the scenario has no self-service"
