"""Ownership: an issue that comes again goes back to the agent who had it."""

from __future__ import annotations

from typing import Any

import pytest

OWN = {"preferred": True, "known_handle_time": "70 %", "known_ability": 1.0}
NEUTRAL = {"preferred": False, "known_handle_time": "100 %", "known_ability": 0.0}


@pytest.fixture(scope="module")
def firm(bench: Any) -> Any:
    """The firm with a base that nobody joins or leaves, and hard issues."""
    settings = {
        "churn": None, "acquisition": None, "calendar.horizon": "16 weeks", "calendar.warm_up": "2 weeks",
        "resolution.first_contact.fault": "40 %", "workforce.attrition": None,
    }  # fmt: skip
    return bench.changed(bench.firm, settings)


def test_repeats_go_back_to_the_same_agent_more_often_than_chance_has_it(bench: Any, firm: Any) -> None:
    own = bench.run(bench.changed(firm, {"ownership": OWN}), 2)
    chance = bench.run(bench.changed(firm, {"ownership": OWN | {"preferred": False}}), 2)
    assert 0.05 < chance.ratio("ownership.known", "ownership.again") < 0.5
    assert own.ratio("ownership.known", "ownership.again") > chance.ratio("ownership.known", "ownership.again") + 0.15
    assert own.sum("ownership.again") > 500


def test_an_agent_who_knows_the_issue_needs_less_time_and_resolves_more(bench: Any, firm: Any) -> None:
    last: dict[int, str] = {}
    known: list[tuple[float, bool]] = []
    other: list[tuple[float, bool]] = []

    def handled(_: Any, contact: Any) -> None:
        agent, before = contact.agent, last.get(contact.issue.key)
        pace = contact.spent / agent.pace
        if before is not None:
            (known if before == agent.name else other).append((pace, contact.resolved))
        last[contact.issue.key] = agent.name

    bench.watch(bench.changed(firm, {"ownership": OWN}), {"contact_handled": handled})
    assert min(len(known), len(other)) > 200
    mean = [sum(pace for pace, _ in seen) / len(seen) for seen in (known, other)]
    share = [sum(resolved for _, resolved in seen) / len(seen) for seen in (known, other)]
    assert mean[0] < 0.85 * mean[1]
    assert share[0] > share[1] + 0.1


def test_who_waits_for_a_busy_agent_gets_him_more_often_and_waits_longer(bench: Any, firm: Any) -> None:
    busy = bench.changed(firm, {"workforce.groups.desk.headcount": 4, "ownership": OWN})
    patient, base = (bench.run(bench.changed(busy, {"ownership.waits": span}), 3) for span in ("20 min", "0 s"))
    assert base.sum("ownership.waited_for") == 0
    assert patient.sum("ownership.waited_for") > 200
    assert 0 < patient.sum("ownership.waited_in_vain") < 0.7 * patient.sum("ownership.waited_for")
    assert bench.rises(bench.more(patient, base, "ownership.known", "ownership.again"))
    assert bench.rises(bench.more(patient, base, "telephone.wait", "telephone.left_queue"))


def test_the_longer_one_waits_for_a_busy_agent_the_more_often_one_gets_him(bench: Any, firm: Any) -> None:
    lasting = bench.changed(firm, {"ownership": OWN, "patience.channels": {}})
    runs = [bench.run(bench.changed(lasting, {"ownership.waits": span}), 1) for span in ("1 s", "5 min", "2 h")]
    shares = [one.ratio("ownership.known", "ownership.again") for one in runs]
    in_vain = [one.ratio("ownership.waited_in_vain", "ownership.waited_for") for one in runs]
    assert shares[0] < shares[1] < shares[2]
    assert in_vain[0] > 0.95 > in_vain[1] > in_vain[2]


def test_ownership_saves_contacts(bench: Any, firm: Any) -> None:
    own, base = bench.pair({"ownership": OWN}, 3, firm=firm)
    assert bench.falls(bench.more(own, base, "issues.contacts", "issues.ended"))


def test_ownership_without_preference_and_effect_changes_nothing(bench: Any, firm: Any) -> None:
    neutral, base = bench.pair({"ownership": NEUTRAL}, 1, firm=firm)
    seen = neutral.observations[0].totals
    assert {name: seen[name] for name in base.observations[0].totals} == base.observations[0].totals
