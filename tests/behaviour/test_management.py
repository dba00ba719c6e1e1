"""What management sees and what customers live through: the same contacts, counted twice."""

from __future__ import annotations

from typing import Any

import pytest

VIEW = {"good_from": 70, "only_answered": False}


@pytest.fixture(scope="module")
def firm(bench: Any) -> Any:
    """The firm with a view of itself."""
    return bench.changed(bench.firm, {"management": VIEW, "calendar.horizon": "16 weeks"})


def test_looking_changes_nothing(bench: Any, firm: Any) -> None:
    seen = bench.run(firm, 1).observations[0]
    base = bench.run(bench.changed(firm, {"management": None}), 1).observations[0]
    assert {name: seen.totals[name] for name in base.totals} == base.totals


def scores_add_up(bench: Any, firm: Any) -> None:
    """What is asked of each contact that ends adds up to what satisfaction has counted."""
    scores: list[float] = []

    def note(model: Any, contact: Any) -> None:
        scores.append(model.world.ask.score(contact))

    facts = dict.fromkeys(("contact_handled", "contact_abandoned", "contact_blocked", "contact_balked"), note)
    seen = bench.watch(bench.changed(firm, {"calendar.warm_up": "0 days"}), facts)
    assert sum(scores) == pytest.approx(seen.totals["experience.score"])
    assert len(scores) == seen.totals["management.ended"]


def test_the_score_is_the_one_that_customers_live_through(bench: Any, firm: Any) -> None:
    all_good = bench.run(bench.changed(firm, {"management.good_from": 0}), 1)
    assert all_good.sum("management.lived") == all_good.sum("management.ended")
    assert all_good.sum("management.ended") == all_good.sum("experience.contacts")
    assert all_good.sum("management.heard") == all_good.sum("survey.answers")
    scores_add_up(bench, firm)


def test_contacts_that_were_handed_on_are_scored_as_they_were_lived_through(bench: Any, firm: Any) -> None:
    transfers = {
        "rules": {"faults": {"kinds": ["fault"], "by": ["desk"], "to": ["shop"], "share": "40 %"}}, "ability": 0.5,
        "found_out": "40 %", "cold": {"again": "100 %", "felt": 1.2}, "warm": "20 %",
        "warmly": {"again": "10 %", "felt": 0.2}, "briefing": "30 s", "stays": "2 min", "head_start": "0 s",
    }  # fmt: skip
    scores_add_up(bench, bench.changed(firm, {"transfers": transfers}))


def test_what_reports_call_good_is_the_service_level(bench: Any, firm: Any) -> None:
    found = bench.run(firm, 2)
    assert found.sum("management.seen") == found.sum("contacts.answered_in_target")
    assert found.ratio("management.seen", "management.reported") == pytest.approx(
        found.ratio("contacts.answered_in_target", "contacts.judged"), abs=0.001
    )


def test_reports_without_the_abandoned_look_better_and_nothing_else_does(bench: Any, firm: Any) -> None:
    flattered = bench.run(bench.changed(firm, {"management.only_answered": True}), 2)
    honest = bench.run(firm, 2)
    assert flattered.ratio("management.seen", "management.reported") > honest.ratio(
        "management.seen", "management.reported"
    )
    assert flattered.sum("management.lived") == honest.sum("management.lived")


def test_customers_live_through_less_good_than_the_survey_hears(bench: Any, firm: Any) -> None:
    """Who was not served is not asked."""
    found = bench.run(bench.changed(firm, {"satisfaction.survey": {"asked": "100 %", "answered": "100 %"}}), 2)
    assert found.ratio("management.heard_good", "management.heard") > 0.02 + found.ratio(
        "management.lived", "management.ended"
    )


def test_better_tools_narrow_the_gap_and_shorter_waits_alone_widen_it(bench: Any, firm: Any) -> None:
    """Waits within the target are seen; issues that are not resolved are not."""
    base = bench.run(firm, 4)
    tools = bench.run(
        bench.with_policies(firm, tools={"changes": {"workforce.groups.desk.tools": {"to": "100 %"}}}),
        4,
    )
    assert bench.falls(bench.more(tools, base, "management.hidden", "management.seen"))
    assert bench.falls(bench.more(tools, base, "management.gap", "management.ended"))
    quick = bench.run(bench.changed(firm, {"channels.channels.telephone.target.within": "5 min"}), 4)
    assert bench.rises(bench.more(quick, base, "management.gap", "management.ended"))


def test_content_customers_are_those_whose_satisfaction_is_good(bench: Any, firm: Any) -> None:
    found = bench.run(bench.changed(firm, {"satisfaction.spread": 0, "management.good_from": 99}), 1)
    assert found.sum("management.content_days") == 0
    assert found.sum("management.customer_days") == found.sum("satisfaction.customer_days")
