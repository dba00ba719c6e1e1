"""The customer record: who finds what was said before, and who explains everything again."""

from __future__ import annotations

from typing import Any

import pytest

RECORD: dict[str, Any] = {
    "noted": "60 %", "noting": "0 s", "shared": True, "found_handle_time": "70 %", "found_ability": 1.0,
    "explained_score": 20,
}  # fmt: skip
OWN = {"preferred": False, "known_handle_time": "100 %", "known_ability": 0.0}


@pytest.fixture(scope="module")
def firm(bench: Any) -> Any:
    """The firm with a base that nobody joins or leaves, and hard issues."""
    settings = {
        "churn": None, "acquisition": None, "calendar.horizon": "16 weeks", "calendar.warm_up": "2 weeks",
        "resolution.first_contact.fault": "40 %", "workforce.attrition": None, "channels.switch_on_repeat": "60 %",
    }  # fmt: skip
    return bench.changed(bench.firm, settings)


def with_record(bench: Any, firm: Any, replications: int = 1, **settings: Any) -> Any:
    return bench.run(bench.changed(firm, {"records": RECORD | settings}), replications)


def test_the_share_that_is_noted_is_found_where_the_record_is_shared(bench: Any, firm: Any) -> None:
    found = with_record(bench, firm, 2)
    again = found.sum("records.again")
    assert again > 1000
    assert found.ratio("records.found", "records.again") == pytest.approx(0.6, abs=4 * (0.24 / again) ** 0.5)
    assert found.sum("records.found") + found.sum("records.explained") == again


def test_a_record_that_is_not_shared_is_found_by_the_own_group_only(bench: Any, firm: Any) -> None:
    shared, alone = (with_record(bench, firm, 2, noted="100 %", shared=shared) for shared in (True, False))
    assert shared.sum("records.explained") == 0
    assert 0.05 < alone.ratio("records.explained", "records.again") < 0.7


def test_who_finds_the_note_needs_less_time_and_resolves_more(bench: Any, firm: Any) -> None:
    found, base = bench.pair({"records": RECORD}, 3, firm=firm)
    assert bench.falls(bench.more(found, base, "contacts.handle_time", "contacts.handled"))
    assert bench.falls(bench.more(found, base, "issues.contacts", "issues.ended"))


def test_explaining_everything_again_hurts_whoever_has_to(bench: Any, firm: Any) -> None:
    neutral = {"found_handle_time": "100 %", "found_ability": 0.0}
    never, always = (with_record(bench, firm, 3, noted=noted, **neutral) for noted in ("100 %", "0 %"))
    assert bench.falls(bench.more(always, never, "satisfaction.days", "satisfaction.customer_days"))
    assert always.sum("episodes.explained_again") == always.sum("records.explained")
    assert never.sum("episodes.explained_again") == 0


def test_the_agent_who_had_the_issue_needs_no_record(bench: Any, firm: Any) -> None:
    settings = {"records": RECORD | {"noted": "0 %"}, "ownership": OWN}
    found = bench.run(bench.changed(firm, settings), 1)
    known = found.sum("ownership.known")
    assert known > 50
    assert found.sum("records.explained") == found.sum("records.again") - known


def test_noting_takes_time(bench: Any, firm: Any) -> None:
    neutral = {"found_handle_time": "100 %", "found_ability": 0.0, "explained_score": 50, "noted": "100 %"}
    slow, quick = (with_record(bench, firm, 2, noting=noting, **neutral) for noting in ("60 s", "0 s"))
    longer = bench.more(slow, quick, "contacts.handle_time", "contacts.handled")
    assert 55 < longer.value < 120  # at the pace of agents who learn, in writing too


def test_a_record_that_is_worth_nothing_and_costs_nothing_changes_nothing(bench: Any, firm: Any) -> None:
    worthless = {"noted": "100 %", "found_handle_time": "100 %", "found_ability": 0.0}
    seen = with_record(bench, firm, 1, **worthless).observations[0].totals
    base = bench.run(firm, 1).observations[0].totals
    assert {name: seen[name] for name in base} == base
