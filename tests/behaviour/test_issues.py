"""Issues: resolved or not, coming back, and what becomes of them; an issue is one however many contacts it takes."""

from __future__ import annotations

import collections
import itertools
from typing import Any

import pytest


@pytest.fixture(scope="module")
def steady(bench: Any) -> Any:
    """The firm with a base that nobody joins or leaves, so that its needs are the same whatever it lives through."""
    return bench.changed(bench.firm, {"churn": None, "acquisition": None, "calendar.horizon": "16 weeks"})


def test_unresolved_issues_come_back_and_are_one_issue(bench: Any, steady: Any) -> None:
    contacts: dict[int, list[int]] = collections.defaultdict(list)
    issues: set[int] = set()

    def offered(_: Any, contact: Any) -> None:
        contacts[contact.issue.key].append(contact.issue.contacts)

    def raised(_: Any, issue: Any) -> None:
        assert issue.key not in issues
        issues.add(issue.key)

    hard = bench.changed(steady, {"resolution.first_contact.fault": "30 %", "resolution.returns.share": "100 %"})
    seen = bench.watch(hard, {"contact_offered": offered, "issue_raised": raised})
    assert set(contacts) == issues
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in contacts.values())
    assert max(map(len, contacts.values())) > 4
    assert seen.totals["contacts.repeats"] > 500
    kinds = seen.totals["issues.raised"], seen.totals["contacts.offered"], seen.totals["contacts.repeats"]
    assert kinds[0] == pytest.approx(kinds[1] - kinds[2], abs=1)


def test_how_well_issues_are_resolved_does_not_change_how_many_there_are(bench: Any, steady: Any) -> None:
    badly, base = bench.pair({"resolution.first_contact.fault": "30 %"}, 2, firm=steady)
    assert badly.total("issues.raised") == base.total("issues.raised")
    assert bench.more(badly, base, "contacts.offered").value > 200


def test_contacts_per_issue_are_those_of_a_geometric_law(bench: Any, steady: Any) -> None:
    """With the same chance at each contact and nobody giving up, an issue takes 1 / chance contacts."""
    plain = {
        "resolution": {
            "first_contact": {"enquiry": "40 %", "fault": "40 %", "price_enquiry": "40 %"},
            "returns": {"share": "100 %", "delay": {"law": "constant", "mean": "1 h"}, "most_contacts": 1000},
        },
        "patience": {"channels": {}},
        "channels.channels.telephone.lines": None,
        "workforce.groups.desk.headcount": 20,
        "workforce.groups.shop.headcount": 20,
        "calendar.warm_up": "0 days",
    }
    found = bench.run(bench.changed(steady, plain), 2).ratio_estimate("contacts.resolved", "contacts.handled")
    handled = bench.run(bench.changed(steady, plain), 2).sum("contacts.handled")
    assert abs(found.value - 0.4) < 4 * (0.4 * 0.6 / handled) ** 0.5


def test_an_issue_is_handled_at_most_as_often_as_was_said(bench: Any, steady: Any) -> None:
    most: list[int] = []
    hopeless = {
        "resolution.first_contact": dict.fromkeys(("enquiry", "fault", "price_enquiry"), "0 %"),
        "resolution.returns": {"share": "100 %", "delay": {"law": "constant", "mean": "1 h"}, "most_contacts": 3},
    }
    given_up = {"issue_given_up": lambda _, issue: most.append(issue.handled)}
    seen = bench.watch(bench.changed(steady, hopeless), given_up)
    assert max(most) == 3
    assert seen.totals["issues.resolved"] == 0


def test_without_the_mechanism_every_contact_resolves_its_issue(bench: Any, steady: Any) -> None:
    found = bench.run(bench.changed(steady, {"resolution": None}), 1)
    assert found.sum("contacts.resolved") == found.sum("contacts.handled")
    assert found.sum("contacts.repeats") == found.sum("contacts.redialled")


@pytest.mark.parametrize(
    "better",
    [
        {"workforce.groups.desk.tools": "100 %", "workforce.groups.shop.tools": "100 %"},
        {"workforce.groups.desk.authority": "100 %", "workforce.groups.shop.authority": "100 %"},
        {"resolution.first_contact.fault": "90 %"},
    ],
    ids=["tools", "authority", "easier kind"],
)
def test_better_equipped_agents_resolve_more_at_the_first_contact(bench: Any, steady: Any, better: Any) -> None:
    more, base = bench.pair(better, 2, firm=steady)
    assert bench.more(more, base, "contacts.first_resolved", "contacts.first_handled").value > 0.01
    assert bench.more(more, base, "issues.contacts", "issues.ended").value < 0


def test_slow_learners_resolve_less_and_take_longer(bench: Any, steady: Any) -> None:
    slow, base = bench.pair({"agents.learning.time_constant": "100 weeks"}, 2, firm=steady)
    assert bench.more(slow, base, "contacts.first_resolved", "contacts.first_handled").value < -0.03
    assert bench.more(slow, base, "contacts.handle_time", "contacts.handled").value > 60
    assert slow.sum("proficiency") < base.sum("proficiency")


def test_a_contact_that_one_agent_resolves_a_better_one_resolves_too(bench: Any, steady: Any) -> None:
    """Thresholds, not coins: the same contacts meet the same luck, so that ability only adds resolved ones."""

    def firsts(scenario: Any) -> dict[int, bool]:
        found: dict[int, bool] = {}

        def handled(_: Any, contact: Any) -> None:
            if contact.issue.contacts == 1:
                found[contact.key] = contact.resolved

        bench.watch(scenario, {"contact_handled": handled})
        return found

    settings = {"agents.learning": None, "calendar.horizon": "6 weeks"}
    base = firsts(bench.changed(steady, settings))
    better = firsts(
        bench.changed(steady, settings | {"workforce.groups.desk.tools": "90 %", "workforce.groups.shop.tools": "90 %"})
    )
    both = base.keys() & better.keys()
    assert len(both) > 0.8 * len(base)
    assert all(better[key] for key in both if base[key])
    assert any(better[key] and not base[key] for key in both)


def test_difficult_issues_stay_difficult(bench: Any, steady: Any) -> None:
    """With a spread of difficulty second contacts resolve less often than first ones; without, as often."""

    def resolved_at(scenario: Any, attempt: int) -> tuple[int, int]:
        found = [0, 0]

        def handled(_: Any, contact: Any) -> None:
            if contact.issue.handled == attempt:
                found[0] += contact.resolved
                found[1] += 1

        bench.watch(scenario, {"contact_handled": handled})
        return found[0], found[1]

    plain = {"agents.learning": None, "patience": {"channels": {}}}
    shares = {}
    for complexity in (0.0, 2.5):
        firm = bench.changed(steady, plain | {"resolution.complexity": complexity})
        (first, firsts), (second, seconds) = resolved_at(firm, 1), resolved_at(firm, 2)
        shares[complexity] = second / seconds - first / firsts
        assert seconds > 200
    assert shares[2.5] < -0.1
    assert abs(shares[0.0]) < 0.12


def test_a_repeat_may_come_on_another_channel(bench: Any, steady: Any) -> None:
    for share, expected in (("0 %", 0.0), ("100 %", 1.0)):
        channels: dict[int, list[str]] = collections.defaultdict(list)
        bench.watch(
            bench.changed(steady, {"channels.switch_on_repeat": share, "calendar.horizon": "4 weeks"}),
            {
                "contact_offered": lambda _, contact, seen=channels: seen[contact.issue.key].append(
                    contact.lane.channel.name
                )
            },
        )
        pairs = [(a, b) for names in channels.values() for a, b in itertools.pairwise(names)]
        assert len(pairs) > 50
        assert sum(a != b for a, b in pairs) / len(pairs) == expected


def test_an_open_issue_of_a_customer_who_left_is_dropped(bench: Any) -> None:
    dropped: list[bool] = []
    late: list[bool] = []

    def known(model: Any, issue: Any) -> bool:
        return bool(model.world.base.key.view[issue.slot] == issue.customer)

    fleeting = {
        "churn.reference.base_hazard": "3 per year",
        "resolution.first_contact.fault": "20 %",
        "resolution.returns.delay": {"law": "constant", "mean": "15 days"},
        "acquisition.advertising.newcomers": "4000 per year",
        "calendar.horizon": "16 weeks",
    }
    seen = bench.watch(
        bench.changed(bench.firm, fleeting),
        {
            "issue_dropped": lambda model, issue: dropped.append(known(model, issue)),
            "contact_offered": lambda model, contact: late.append(known(model, contact.issue)),
        },
    )
    assert len(dropped) > 50
    assert not any(dropped)
    assert all(late)
    assert seen.totals["issues.dropped"] > 50


def test_a_smaller_base_makes_fewer_contacts(bench: Any) -> None:
    half = {"customers.segments.home.count": 600, "customers.segments.business.count": 150}
    fewer, base = bench.pair(half | {"acquisition.advertising.newcomers": "225 per year"}, 2)
    assert fewer.sum("issues.raised") == pytest.approx(base.sum("issues.raised") / 2, rel=0.06)


def test_needs_come_at_their_rates_and_by_kind(bench: Any, steady: Any) -> None:
    found = bench.run(bench.changed(steady, {"resolution": None, "patience": {"channels": {}}}), 2)
    expected = 2 * (1200 * 2 + 300 * 3) * 16 * 7 / 365
    for kind in ("enquiry", "fault"):
        raised = sum(found.sum(f"{channel}.{kind}.offered") for channel in ("telephone", "counter", "written"))
        assert abs(raised - expected) < 4 * expected**0.5
