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
