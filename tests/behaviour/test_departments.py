"""Departments: issues wait there, promises are kept or broken, customers ask, and capacity decides."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from sim.core.calendar import Calendar, CalendarSettings
from sim.core.hours import Hours, WorkingTime
from sim.core.units import DAY, HOUR
from sim.doubts import doubts
from sim.workload import flows

OFFICE = {
    day: {"opens": "08:00", "closes": "16:00"} for day in ("monday", "tuesday", "wednesday", "thursday", "friday")
}
TECHNICIANS: dict[str, Any] = {
    "takes": {"fault": "60 %"},
    "workers": 2,
    "time": {"law": "lognormal", "mean": "2 h", "cv": 0.8},
    "hours": OFFICE,
    "promised": "3 days",
    "solved": "90 %",
    "told": "80 %",
    "chases": "60 %",
    "chase_after": {"law": "exponential", "mean": "8 h"},
    "wage": "42000 EUR per year",
    "cost": "15 EUR",
    "kept": {"score": 80, "cost": "0 EUR"},
    "broken": {"score": 20, "cost": "5 EUR"},
}
FIRST = "departments.departments.technicians"
OTHERS: dict[str, Any] = {
    "departments": {"technicians": TECHNICIANS}, "authority": 1.0, "authority_reference": "60 %",
    "chasing_work": "50 %",
}  # fmt: skip


@pytest.fixture(scope="module")
def firm(bench: Any) -> Any:
    """The firm with a base that nobody joins or leaves, more faults, and technicians for those it cannot end."""
    settings = {
        "churn": None, "acquisition": None, "calendar.horizon": "16 weeks", "calendar.warm_up": "3 weeks",
        "workforce.attrition": None, "needs.kinds.fault.rate": {"home": "4 per year", "business": "4 per year"},
        "departments": OTHERS,
    }  # fmt: skip
    return bench.changed(bench.firm, settings)


def test_where_no_issue_needs_a_department_everything_is_as_it_was(bench: Any, firm: Any) -> None:
    idle = bench.changed(firm, {f"{FIRST}.takes": {"fault": "0 %"}, f"{FIRST}.wage": "0 EUR per year"})
    none = bench.run(idle, 1).observations[0].totals
    base = bench.run(bench.changed(firm, {"departments": None}), 1).observations[0].totals
    assert {name: none[name] for name in base} == base
    assert none["departments.opened"] == 0


def test_cases_end_issues_without_another_contact(bench: Any, firm: Any) -> None:
    quick = bench.changed(firm, {f"{FIRST}.workers": 20, f"{FIRST}.solved": "100 %", f"{FIRST}.promised": "60 days"})
    seen = bench.run(bench.changed(quick, {f"{FIRST}.told": "100 %"}), 4)
    base = bench.run(bench.changed(firm, {"departments": None}), 4)
    assert seen.sum("departments.opened") > 200
    assert seen.sum("departments.asked") == 0
    assert seen.sum("departments.kept") == seen.sum("departments.promises")
    assert bench.falls(bench.more(seen, base, "issues.contacts", "issues.ended"))
    assert bench.rises(bench.more(seen, base, "issues.resolved", "issues.ended"))


def test_too_few_workers_break_promises_and_customers_ask_what_has_become_of_it(bench: Any, firm: Any) -> None:
    few, many = (bench.run(bench.changed(firm, {f"{FIRST}.workers": count}), 4) for count in (1, 6))
    assert bench.falls(bench.more(few, many, "departments.kept", "departments.promises"))
    assert bench.rises(bench.more(few, many, "departments.asked", "contacts.answered"))
    assert bench.rises(bench.more(few, many, "departments.until_end", "departments.ended"))
    assert bench.rises(bench.more(few, many, "issues.contacts", "issues.ended"))
    assert bench.falls(bench.more(few, many, "satisfaction.days", "satisfaction.customer_days"))


def test_authority_keeps_issues_with_the_front_line(bench: Any, firm: Any) -> None:
    trusted = bench.changed(firm, {"workforce.groups.desk.authority": "100 %", "resolution.authority": 0.0})
    base = bench.changed(firm, {"resolution.authority": 0.0})
    runs = [bench.run(one, 4) for one in (trusted, base)]
    assert bench.falls(bench.more(*runs, "departments.opened", "contacts.handled"))


def test_a_promise_kept_moves_satisfaction_up_and_a_broken_one_down(bench: Any, firm: Any) -> None:
    seen = bench.run(bench.changed(firm, {f"{FIRST}.workers": 1, f"{FIRST}.promised": "4 days"}), 4)
    assert seen.ratio("episodes.technicians_kept.moved", "episodes.technicians_kept") > 0
    assert seen.ratio("episodes.technicians_broken.moved", "episodes.technicians_broken") < 0


def test_nobody_at_work_leaves_every_issue_open_and_every_promise_broken(bench: Any, firm: Any) -> None:
    seen = bench.run(bench.changed(firm, {f"{FIRST}.workers": 0}), 1)
    assert seen.sum("departments.ended") == 0
    assert seen.sum("departments.kept") == 0
    assert seen.sum("departments.promises") > 100
    assert seen.sum("departments.backlog") > 100


def test_no_contact_ends_an_issue_on_which_a_department_is_still_at_work(bench: Any, firm: Any) -> None:
    referred: set[int] = set()
    about: list[bool] = []

    def handled(_: Any, contact: Any) -> None:
        if contact.issue.key in referred:
            about.append(contact.resolved)

    facts = {"issue_referred": lambda _, issue: referred.add(issue.key), "contact_handled": handled}
    bench.watch(bench.changed(firm, {f"{FIRST}.workers": 0}), facts)
    assert len(about) > 100
    assert not any(about)


def test_check_doubts_a_department_that_has_less_time_than_its_cases_need(bench: Any, firm: Any) -> None:
    for workers, doubtful in ((0, True), (20, False)):
        scenario = bench.changed(firm, {f"{FIRST}.workers": workers})
        found = [doubt for doubt in doubts(scenario, flows(scenario)) if doubt.startswith(FIRST)]
        assert bool(found) == doubtful


def test_what_is_not_solved_comes_back_to_the_front_line(bench: Any, firm: Any) -> None:
    poor, good = (bench.run(bench.changed(firm, {f"{FIRST}.solved": share}), 4) for share in ("20 %", "100 %"))
    assert bench.rises(bench.more(poor, good, "issues.contacts", "issues.ended"))
    assert bench.falls(bench.more(poor, good, "issues.resolved", "issues.ended"))


def test_those_who_are_not_told_ask_although_it_is_done(bench: Any, firm: Any) -> None:
    roomy = bench.changed(firm, {f"{FIRST}.workers": 20, f"{FIRST}.promised": "7 days"})
    silent, told = (bench.run(bench.changed(roomy, {f"{FIRST}.told": share}), 4) for share in ("0 %", "100 %"))
    assert bench.rises(bench.more(silent, told, "departments.asked", "contacts.answered"))
    assert silent.sum("points.technicians_kept") < told.sum("points.technicians_kept")


def test_a_second_department_takes_its_share_and_time(bench: Any, firm: Any) -> None:
    second = TECHNICIANS | {"takes": {}, "kept": None, "broken": None, "workers": 3}
    deep = {"departments.departments.builders": second, f"{FIRST}.then": {"to": "builders", "share": "40 %"}}
    seen, base = (bench.run(one, 4) for one in (bench.changed(firm, deep), firm))
    share = seen.sum("departments.builders.cases") / seen.sum("departments.technicians.cases")
    assert 0.3 < share < 0.5
    assert bench.rises(bench.more(seen, base, "departments.until_end", "departments.ended"))


def test_workers_and_cases_are_paid(bench: Any, firm: Any) -> None:
    more, base = (bench.run(bench.changed(firm, {f"{FIRST}.workers": count}), 1) for count in (3, 2))
    wages = base.observations[0].totals["ledger.departments"] - more.observations[0].totals["ledger.departments"]
    assert wages > 42_000 * 16 * 7 / 365 - 2_000


def test_customers_who_leave_take_their_cases_along(bench: Any) -> None:
    leaving = {"churn.reference.base_hazard": "3 per year", "departments": OTHERS, f"{FIRST}.workers": 1}
    faults = {"needs.kinds.fault.rate": {"home": "8 per year", "business": "8 per year"}}
    seen = bench.run(bench.changed(bench.firm, leaving | faults), 1)
    assert seen.sum("issues.dropped") > 20
    assert seen.sum("departments.technicians.left") > seen.sum("departments.ended")


def test_a_policy_that_adds_workers_clears_the_backlog(bench: Any, firm: Any) -> None:
    short = bench.changed(firm, {f"{FIRST}.workers": 1})
    helped = bench.with_policies(short, more={"changes": {f"{FIRST}.workers": {"add": 5, "from": "2026-03-02"}}})
    months = [
        runs.observations[0].months["departments.backlog"] for runs in (bench.run(helped, 1), bench.run(short, 1))
    ]
    assert months[0][0] == months[1][0]
    assert months[0][-1] < 0.5 * months[1][-1]


def test_cases_that_go_round_in_a_circle_and_unknown_names_are_refused(bench: Any, firm: Any) -> None:
    with pytest.raises(ValueError, match="in a circle"):
        bench.changed(firm, {f"{FIRST}.then": {"to": "technicians", "share": "5 %"}})
    wrong = bench.changed(
        firm, {f"{FIRST}.then": {"to": "nobody", "share": "5 %"}, f"{FIRST}.takes": {"faults": "5 %"}}
    )
    assert [path for path, _, _ in wrong.problems()] == [f"{FIRST}.takes.faults", f"{FIRST}.then.to"]


def test_work_pauses_overnight_on_closed_days_and_holidays() -> None:
    plain = {"time_zone": "Europe/Amsterdam", "start": "2026-03-27", "warm_up": "0 days", "horizon": "20 days"}
    settings = CalendarSettings.model_validate(plain | {"holidays": ["2026-03-31"]})
    calendar = Calendar(settings, 1)
    week = {"every_day": Hours.model_validate({"opens": "08:00", "closes": "16:00"})}
    working = WorkingTime(calendar, week, on_holidays=False)
    friday = calendar.clock(0, 15 * HOUR)
    assert working.end_of(friday, HOUR) == friday + HOUR
    assert working.end_of(friday, 2 * HOUR) == calendar.clock(1, 9 * HOUR)
    # the clocks change in the night to Sunday; Tuesday is a holiday
    assert working.end_of(calendar.clock(3, 12 * HOUR), 5 * HOUR) == calendar.clock(5, 9 * HOUR)
    assert working.end_of(0.0, 24 * HOUR) == calendar.clock(2, 16 * HOUR)
    assert WorkingTime(calendar, None, on_holidays=False).end_of(friday, DAY) == friday + DAY
    assert calendar.date(4) == dt.date(2026, 3, 31)


def test_chasing_contacts_go_back_to_the_agent_who_owns_the_issue(bench: Any, firm: Any) -> None:
    own = {"preferred": True, "known_handle_time": "90 %", "known_ability": 0.2, "waits": "5 min"}
    seen = bench.run(bench.changed(firm, {f"{FIRST}.workers": 1, "ownership": own}), 1)
    assert seen.sum("departments.asked") > 50
    assert seen.ratio("ownership.known", "ownership.again") > 0.3
