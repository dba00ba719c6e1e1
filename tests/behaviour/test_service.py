"""The path of a contact: waiting, giving up, being turned away, and the end of the working day."""

from __future__ import annotations

from typing import Any

import pytest

HOUR, DAY = 3600.0, 86_400.0
NO_BASE = dict.fromkeys(("needs", "customers", "pricing", "satisfaction", "churn", "acquisition"))


def hourly(count: float, first: int, last: int) -> dict[str, Any]:
    """Volumes of the working days: a count an hour from the first hour to the last."""
    row = [count if first <= hour < last else 0.0 for hour in range(24)]
    days = ("monday", "tuesday", "wednesday", "thursday", "friday")
    return {"interval": "1 h", "rows": dict.fromkeys(days, row)}


@pytest.fixture(scope="module")
def calls(bench: Any) -> Any:
    """The firm as a mere telephone centre: calls and letters that come whatever happens, one shift from 8 to 16."""
    streams = {
        "enquiries": {"kind": "enquiry", "channel": "telephone", "volumes": hourly(6.0, 8, 16)},
        "faults": {"kind": "fault", "channel": "telephone", "volumes": hourly(2.0, 8, 16)},
        "visits": {"kind": "enquiry", "channel": "counter", "volumes": hourly(3.0, 9, 16)},
        "letters": {"kind": "fault", "channel": "written", "rate": "8 per day"},
    }
    settings = {
        "arrivals": {"streams": streams},
        "calendar.time_zone": "UTC",
        "calendar.horizon": "8 weeks",
        "calendar.warm_up": "1 weeks",
        "economics": None,
        "workforce.attrition": None,
        "workforce.groups.desk.headcount": 6,
        "staffing.rosters.desk": {"rota": ["early"]},
        "channels.switch_on_repeat": "0 %",
    }
    return bench.changed(bench.firm, NO_BASE | settings)


def test_more_agents_mean_less_waiting_and_less_abandonment(bench: Any, calls: Any) -> None:
    more, base = bench.pair({"workforce.groups.desk.headcount": 8}, firm=calls)
    assert bench.falls(bench.more(more, base, "telephone.wait", "telephone.left_queue"))
    assert bench.falls(bench.more(more, base, "telephone.abandoned", "telephone.offered"))
    assert bench.falls(bench.more(more, base, "written.wait", "written.left_queue"))
    assert bench.rises(bench.more(more, base, "telephone.answered_in_target", "telephone.offered"))
    assert bench.falls(bench.more(more, base, "agents.busy", "agents.duty"))


def test_with_agents_without_end_nobody_waits_and_nobody_gives_up(bench: Any, calls: Any) -> None:
    week = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    settings = {
        "staffing.shifts.round": {"days": week, "start": "00:00", "end": "24:00"},
        "staffing.rosters.desk": {"rota": ["round"]},
        "staffing.rosters.shop": {"rota": ["round"]},
        "workforce.groups.desk.headcount": 100,
        "workforce.groups.shop.headcount": 30,
        "channels.channels.telephone.lines": None,
    }
    found = bench.run(bench.changed(calls, settings), 1)
    assert found.sum("contacts.offered") > 1000
    assert found.sum("contacts.wait") == 0
    assert found.sum("contacts.abandoned") == 0
    assert found.sum("telephone.answered_in_target") == found.sum("telephone.offered")


def test_with_nobody_on_duty_everybody_gives_up_but_letters_wait(bench: Any, calls: Any) -> None:
    nobody = {"staffing.absence": 0.999999, "patience.channels.telephone.redial": None}
    found = bench.run(bench.changed(calls, nobody), 1)
    assert found.sum("telephone.answered") == 0
    gone = found.sum("telephone.abandoned") + found.sum("telephone.blocked")
    assert gone == pytest.approx(found.sum("telephone.offered"), abs=3)
    assert found.sum("written.answered") == 0
    assert found.sum("written.waiting") >= found.sum("written.offered") > 400


def test_longer_patience_means_less_abandonment_and_longer_waiting(bench: Any, calls: Any) -> None:
    patient = {"patience.channels.telephone.patience": {"law": "exponential", "mean": "20 min"}}
    more, base = bench.pair(patient, firm=calls)
    assert bench.falls(bench.more(more, base, "telephone.abandoned", "telephone.offered"))
    assert bench.rises(bench.more(more, base, "telephone.wait_answered", "telephone.answered"))


def test_endless_patience_means_no_abandonment(bench: Any, calls: Any) -> None:
    endless = {"patience.channels.telephone.patience": None, "channels.channels.telephone.lines": None}
    found = bench.run(bench.changed(calls, endless), 1)
    assert found.sum("telephone.abandoned") == found.sum("telephone.redialled") == 0
    assert found.sum("telephone.waiting") < 3


def test_fewer_lines_block_and_blocked_contacts_do_not_wait(bench: Any, calls: Any) -> None:
    lines = {"channels.channels.telephone.lines": 4}
    few, base = bench.pair(lines, firm=calls)
    assert bench.rises(bench.more(few, base, "telephone.blocked", "telephone.offered"))
    assert bench.falls(bench.more(few, base, "telephone.wait", "telephone.left_queue"))
    inside: list[int] = []

    def note(_: Any, contact: Any) -> None:
        if contact.lane.channel.name == "telephone":
            inside.append(contact.lane.channel.inside)

    bench.watch(bench.changed(calls, lines), {"contact_answered": note, "contact_blocked": note})
    assert max(inside) == 4


def test_who_minds_a_line_balks_and_the_line_gets_shorter(bench: Any, calls: Any) -> None:
    averse, base = bench.pair({"patience.channels.counter.balking.stays": "10 %"}, firm=calls)
    assert bench.rises(bench.more(averse, base, "counter.balked", "counter.offered"))
    assert bench.falls(bench.more(averse, base, "counter.wait", "counter.left_queue"))
    assert bench.falls(bench.more(averse, base, "counter.abandoned", "counter.offered"))
    none, _ = bench.pair({"patience.channels.counter.balking.stays": "100 %"}, 1, firm=calls)
    assert none.sum("counter.balked") == 0


def test_redials_add_contacts_but_no_issues(bench: Any, calls: Any) -> None:
    eager, base = bench.pair({"patience.channels.telephone.redial.share": "90 %"}, firm=calls)
    never, _ = bench.pair({"patience.channels.telephone.redial.share": "0 %"}, firm=calls)
    assert never.sum("telephone.redialled") == 0
    assert bench.rises(bench.more(eager, base, "telephone.redialled", "telephone.offered"))
    assert bench.rises(bench.more(eager, base, "telephone.offered"))
    assert bench.rises(bench.more(eager, base, "issues.contacts", "issues.ended"))
    assert eager.total("issues.raised") == base.total("issues.raised") == never.total("issues.raised")


@pytest.fixture(scope="module")
def busy(bench: Any, calls: Any) -> Any:
    """The centre with so few agents that several contacts wait at once."""
    patient = {"law": "exponential", "mean": "15 min"}
    return bench.changed(calls, {"workforce.groups.desk.headcount": 4, "patience.channels.telephone.patience": patient})


def test_a_kind_with_priority_waits_less_and_the_other_more(bench: Any, busy: Any) -> None:
    first, base = bench.pair({"routing.priority": {"fault": 0, "enquiry": 1}}, firm=busy)
    assert bench.falls(bench.more(first, base, "telephone.fault.wait", "telephone.fault.left_queue"))
    assert bench.rises(bench.more(first, base, "telephone.enquiry.wait", "telephone.enquiry.left_queue"))


def test_a_head_start_helps_less_than_priority_does(bench: Any, busy: Any) -> None:
    ahead, base = bench.pair({"routing.head_start": {"fault": "2 min"}}, firm=busy)
    first, _ = bench.pair({"routing.priority": {"fault": 0, "enquiry": 1}}, firm=busy)
    names = ("telephone.fault.wait", "telephone.fault.left_queue")
    assert first.ratio(*names) < ahead.ratio(*names) < base.ratio(*names)


def test_letters_wait_behind_calls(bench: Any, calls: Any) -> None:
    swapped = {"channels.channels.written.priority": 0, "channels.channels.telephone.priority": 1}
    first, base = bench.pair(swapped, firm=calls)
    assert bench.falls(bench.more(first, base, "written.wait", "written.left_queue"))
    assert bench.rises(bench.more(first, base, "telephone.abandoned", "telephone.offered"))


def test_work_that_takes_longer_makes_others_wait(bench: Any, calls: Any) -> None:
    slow, base = bench.pair({"agents.channel_factor": {"telephone": "130 %"}}, firm=calls)
    assert bench.rises(bench.more(slow, base, "telephone.wait", "telephone.left_queue"))
    assert slow.ratio("telephone.handle_time", "telephone.handled") == pytest.approx(
        1.3 * base.ratio("telephone.handle_time", "telephone.handled"), rel=0.05
    )


def test_an_agent_finishes_the_contact_in_hand_when_the_shift_ends(bench: Any, calls: Any) -> None:
    answered: list[float] = []
    finished: list[float] = []
    still_on_duty: list[bool] = []

    def begin(model: Any, contact: Any) -> None:
        if contact.agent.group.name == "desk":
            answered.append(model.world.env.now % DAY)

    def end(model: Any, contact: Any) -> None:
        if contact.agent.group.name == "desk":
            finished.append(model.world.env.now % DAY)
            if finished[-1] > 16 * HOUR:
                still_on_duty.append(contact.agent.on_duty)

    bench.watch(calls, {"contact_answered": begin, "contact_handled": end})
    assert min(answered) >= 8 * HOUR
    assert max(answered) <= 16 * HOUR
    assert max(finished) > 16 * HOUR
    assert len(still_on_duty) > 20
    assert all(still_on_duty)  # he is sent off just after


def test_nobody_is_answered_in_a_break(bench: Any, calls: Any) -> None:
    answered: list[float] = []

    def begin(model: Any, contact: Any) -> None:
        if contact.agent.group.name == "desk":
            answered.append(model.world.env.now % DAY / HOUR)

    bench.watch(calls, {"contact_answered": begin})
    assert not [clock for clock in answered if 12.0 < clock < 12.5]
    assert [clock for clock in answered if 12.5 <= clock < 13.0]


def test_a_backlog_of_letters_is_carried_over_closing(bench: Any, calls: Any) -> None:
    answers: list[tuple[float, float]] = []

    def begin(model: Any, contact: Any) -> None:
        if contact.lane.channel.name == "written":
            answers.append((contact.offered_at, model.world.env.now))

    seen = bench.watch(calls, {"contact_answered": begin})
    over_sunday = [to - at for at, to in answers if at // DAY % 7 == 5]  # days count from a Monday
    assert len(over_sunday) > 10
    assert min(over_sunday) > DAY
    assert not [to for _, to in answers if to // DAY % 7 >= 5]
    assert seen.totals["written.waiting"] < 30


def test_contacts_before_and_after_hours_come_when_the_channel_is_open(bench: Any) -> None:
    offered: list[tuple[int, float]] = []

    def note(model: Any, contact: Any) -> None:
        if contact.lane.channel.name == "counter":
            days = model.world.calendar
            index = days.index_at(model.world.env.now)
            offered.append((days.date(index).weekday(), model.world.env.now - days.clock(index, 9 * HOUR)))

    bench.watch(bench.firm, {"contact_offered": note})
    assert {weekday for weekday, _ in offered} == {0, 3}
    assert all(-1 <= since <= 8 * HOUR + 1 for _, since in offered)
