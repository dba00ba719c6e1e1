"""Forgetting: what was learned goes stale and fades; job aids, training and practice make up for it."""

from __future__ import annotations

from typing import Any

import pytest

CALM = {
    "calendar.warm_up": "4 weeks", "calendar.horizon": "26 weeks", "churn": None, "acquisition": None,
    "workforce.attrition": None,
}  # fmt: skip
FORGETTING = {"change": "2 per year", "disuse": "40 weeks", "enough": "10 h", "relearning": "12 weeks"}


@pytest.fixture(scope="module")
def firm(bench: Any) -> Any:
    return bench.changed(bench.firm, CALM | {"forgetting": FORGETTING})


def test_where_nothing_changes_and_nothing_fades_all_is_as_without(bench: Any) -> None:
    still = {"forgetting": {"change": "0 per year", "enough": "10 h", "relearning": "12 weeks"}}
    none, found = (
        bench.run(bench.changed(bench.firm, CALM | settings), 1).observations[0].totals for settings in ({}, still)
    )
    assert {name: value for name, value in found.items() if not name.startswith("forgetting.")} == none


def test_the_faster_products_change_the_less_is_resolved(bench: Any, firm: Any) -> None:
    fast, base = bench.pair({"forgetting.change": "8 per year"}, 3, firm)
    assert bench.rises(bench.more(fast, base, "forgetting.lapse", "forgetting.agent_weeks"))
    assert bench.falls(bench.more(fast, base, "contacts.first_resolved", "contacts.first_handled"))
    assert bench.rises(bench.more(fast, base, "contacts.handle_time", "contacts.handled"))


def test_job_aids_tell_what_no_longer_holds(bench: Any, firm: Any) -> None:
    aided, base = bench.pair({"forgetting.aids": "90 %"}, 3, firm)
    assert aided.sum("forgetting.lapse") == pytest.approx((1 - 0.9 * 0.7) * base.sum("forgetting.lapse"), rel=0.05)
    assert bench.rises(bench.more(aided, base, "contacts.first_resolved", "contacts.first_handled"))


def test_training_repairs_it_and_coaching_is_no_training(bench: Any, firm: Any) -> None:
    refreshed = bench.changed(firm, {"forgetting.refresher": "20 %", "workforce.training.gain": "0 %"})
    trained, base = bench.pair({"workforce.training.hours": "2 h"}, 1, refreshed)
    assert trained.sum("forgetting.lapse") < 0.7 * base.sum("forgetting.lapse")
    coaching = {
        "span": 6, "hours": "12 h", "wage": "0 EUR per year", "gain": "0 %", "fading": "26 weeks", "enough": "2 h",
    }  # fmt: skip
    coached = bench.run(bench.changed(refreshed, {"coaching": coaching}), 1)
    assert coached.sum("forgetting.lapse") == pytest.approx(base.sum("forgetting.lapse"), rel=0.1)


def test_who_has_no_practice_forgets(bench: Any, firm: Any) -> None:
    quiet = {f"needs.kinds.{kind}.rate": {"home": "0.05 per year"} for kind in ("enquiry", "fault")}
    used = bench.changed(firm, {"forgetting.change": "0 per year"})
    idle, base = bench.pair(quiet, 1, used)
    assert idle.sum("forgetting.lapse") > 2 * base.sum("forgetting.lapse") > 0


def test_newcomers_have_nothing_to_forget(bench: Any, firm: Any) -> None:
    coming = bench.changed(firm, {"forgetting.change": "8 per year"})
    staff = {"changes": {"workforce.groups.desk.headcount": {"to": 7}}}
    lapses: dict[str, float] = {}

    def look(model: Any, agent: Any) -> None:
        lapses[agent.name] = agent.lapse

    bench.watch(bench.with_policies(coming, staff=staff), {"agent_hired": look})
    assert len(lapses) == 8
    assert set(lapses.values()) == {0.0}
