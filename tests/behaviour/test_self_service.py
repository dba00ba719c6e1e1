"""Self-service: who is helped, who is not, and what reaches the staff then."""

from __future__ import annotations

from typing import Any

import pytest

from sim.core.units import DAY

EVERYTHING = {"tried": "100 %", "contained": "100 %"}


def settings(bench: Any, tried: str, contained: str, **more: Any) -> dict[str, Any]:
    kinds = {kind: {"tried": tried, "contained": contained} for kind in bench.firm.agents.handle_time}
    plain = {
        "kinds": kinds, "gives_up": "0 %", "again": "100 %", "contained_score": 80, "failed_score": 80, "cost": "0 EUR",
    }  # fmt: skip
    return {"self_service": plain | more}


def test_without_tries_nothing_changes(bench: Any) -> None:
    base = bench.run(bench.firm, 1).observations[0]
    idle = bench.run(bench.changed(bench.firm, settings(bench, "0 %", "50 %", again="200 %")), 1).observations[0]
    assert {name: value for name, value in idle.totals.items() if not name.startswith("self_service")} == base.totals


def test_with_everything_contained_nobody_makes_contact(bench: Any) -> None:
    found = bench.run(bench.changed(bench.firm, settings(bench, "100 %", "100 %")), 1)
    assert found.sum("contacts.offered") == 0
    assert found.sum("self_service.contained") == found.sum("self_service.tried") > 100


def test_containment_is_what_was_asked_for_whatever_the_spread_of_difficulty(bench: Any) -> None:
    for complexity in (0.0, 1.5):
        firm = bench.changed(bench.firm, {"resolution.complexity": complexity})
        found = bench.run(bench.changed(firm, settings(bench, "60 %", "40 %")), 4)
        assert found.ratio("self_service.contained", "self_service.tried") == pytest.approx(0.4, abs=0.05)


def test_every_try_ends_contained_given_up_or_passed_on(bench: Any) -> None:
    found = bench.run(bench.changed(bench.firm, settings(bench, "70 %", "40 %", gives_up="30 %")), 2)
    ends = [found.sum(f"self_service.{end}") for end in ("contained", "given_up", "passed_on")]
    assert sum(ends) == found.sum("self_service.tried")
    assert ends[1] / (ends[1] + ends[2]) == pytest.approx(0.3, abs=0.08)


def test_what_reaches_the_staff_is_harder_where_issues_differ(bench: Any) -> None:
    """Self-service takes the easy ones, so first-contact resolution of the rest falls, but not with equal issues."""
    change = {}
    for complexity in (0.0, 2.0):
        firm = bench.changed(bench.firm, {"resolution.complexity": complexity})
        helped, base = bench.pair(settings(bench, "100 %", "50 %"), 6, firm=firm)
        change[complexity] = bench.more(helped, base, "contacts.first_resolved", "contacts.first_handled")
    assert bench.falls(change[2.0])
    assert abs(change[0.0].value) < abs(change[2.0].value) / 2


def test_a_failed_try_makes_the_contact_longer(bench: Any) -> None:
    longer, base = bench.pair(
        settings(bench, "100 %", "0 %", again="150 %"),
        2,
        firm=bench.changed(bench.firm, settings(bench, "100 %", "0 %")),
    )
    ratio = longer.ratio("contacts.handle_time", "contacts.handled") / base.ratio(
        "contacts.handle_time", "contacts.handled"
    )
    assert 1.25 < ratio < 1.5  # repeats are as long as before
    assert longer.sum("self_service.passed_on") == pytest.approx(base.sum("self_service.passed_on"), rel=0.02)


def test_good_tries_please_bad_ones_annoy_and_all_are_paid_for(bench: Any) -> None:
    good, base = bench.pair(settings(bench, "100 %", "100 %", contained_score=100, cost="0.50 EUR"), 2)
    bad, _ = bench.pair(settings(bench, "100 %", "0 %", gives_up="100 %", failed_score=0), 2)
    assert bench.rises(bench.more(good, bad, "satisfaction.days", "satisfaction.customer_days"))
    assert good.sum("episodes.self_service_helped") > 0
    assert good.sum("episodes.self_service_failed") == 0
    assert good.sum("self_service.cost") == pytest.approx(0.5 * good.sum("self_service.tried"), rel=0.02)
    assert base.sum("contacts.offered") > 0 == bad.sum("contacts.offered")


def test_self_service_leaves_the_needs_of_contacts_as_they_were(bench: Any) -> None:
    def first_contacts(scenario: Any) -> dict[int, tuple[Any, ...]]:
        found: dict[int, tuple[Any, ...]] = {}

        def offered(model: Any, contact: Any) -> None:
            if contact.issue.contacts == 1 and model.world.env.now < 30 * DAY:
                found[contact.key] = contact.patience, contact.work, contact.threshold

        bench.watch(scenario, {"contact_offered": offered})
        return found

    alone, helped = (
        first_contacts(scenario)
        for scenario in (bench.firm, bench.changed(bench.firm, settings(bench, "50 %", "50 %")))
    )
    assert 0 < len(helped) < len(alone)
    same = [key for key, needs in helped.items() if alone.get(key) == needs]
    assert len(same) > 0.95 * len(helped)  # the others are customers whom another path has kept or lost


def test_an_unknown_kind_is_refused(bench: Any) -> None:
    odd = bench.changed(bench.firm, settings(bench, "50 %", "50 %", kinds={"enquiri": EVERYTHING}))
    assert [(path, names) for path, _, names in odd.problems()] == [
        ("self_service.kinds.enquiri", tuple(bench.firm.agents.handle_time))
    ]
