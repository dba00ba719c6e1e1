"""Voice-mail: who calls when the line is closed or full, and what becomes of it."""

from __future__ import annotations

from typing import Any

import pytest

MAIL: dict[str, Any] = {
    "out_of_hours": "20 %", "offered": True, "leaves": "40 %", "gives_up": "30 %", "full": "0 %", "messages": "written",
}  # fmt: skip


def mail(closed: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    section: dict[str, Any] = {"channels": {"telephone": {**MAIL, **more}}}
    return {"voice_mail": section if closed is None else {**section, "closed": closed}}


def test_where_nobody_calls_out_of_hours_and_no_line_is_full_nothing_changes(bench: Any) -> None:
    with_it, without = bench.pair(mail(out_of_hours="0 %"), 1)
    totals = with_it.observations[0].totals
    mine = [name for name in totals if name.startswith("voice_mail.") or name == "ledger.voice_mail"]
    assert {name: value for name, value in totals.items() if name not in mine} == without.observations[0].totals


def test_calls_out_of_hours_end_in_a_message_a_later_call_or_are_given_up_as_asked_for(bench: Any) -> None:
    found = bench.run(bench.changed(bench.firm, mail()), 4)
    calls = found.sum("voice_mail.calls")
    assert found.sum("voice_mail.left") / calls == pytest.approx(0.4, abs=0.05)
    assert found.sum("voice_mail.given_up") / calls == pytest.approx(0.6 * 0.3, abs=0.04)
    assert calls == found.sum("voice_mail.left") + found.sum("voice_mail.again") + found.sum("voice_mail.given_up")
    first = found.sum("telephone.offered") - found.sum("telephone.repeats")
    reached_by_phone = first - found.sum("voice_mail.again")
    assert calls / (calls + reached_by_phone) == pytest.approx(0.2, abs=0.03)


def test_messages_come_when_the_line_is_closed_and_calls_when_it_is_open(bench: Any) -> None:
    hours: dict[str, list[float]] = {"telephone": [], "written": []}

    def offered(model: Any, contact: Any) -> None:
        name = contact.lane.channel.name
        if name in hours and contact.earlier == 0:
            hours[name].append(model.world.env.now % 86_400 / 3600)

    all_leave = {"leaves": "100 %", "out_of_hours": "50 %"}
    only_phone = {"channels.choice": {"any": {"any": {"telephone": "100 %"}}}}
    bench.watch(bench.changed(bench.firm, mail(**all_leave) | only_phone), {"contact_offered": offered})
    # the line is open from 8 to 18, by the clock of summer an hour sooner than by that of the start
    assert all(6.9 <= hour <= 18.1 for hour in hours["telephone"])
    in_hours = sum(1 for hour in hours["written"] if 9 <= hour <= 16)
    assert in_hours < 0.15 * len(hours["written"])  # at the week-end


def test_more_messages_mean_fewer_issues_given_up_and_as_many_in_all(bench: Any) -> None:
    offered, not_offered = (bench.run(bench.changed(bench.firm, mail(offered=one)), 4) for one in (True, False))
    assert bench.falls(bench.more(offered, not_offered, "voice_mail.given_up", "voice_mail.calls"))
    assert not_offered.sum("voice_mail.left") == 0
    totals = [one.sum("issues.raised") + one.sum("voice_mail.given_up") for one in (offered, not_offered)]
    assert totals[0] == pytest.approx(totals[1], rel=0.02)
    assert bench.rises(bench.more(offered, not_offered, "issues.resolved"))


def test_who_finds_the_line_full_leaves_a_message_instead_of_calling_again(bench: Any) -> None:
    tight = bench.changed(bench.firm, {"channels.channels.telephone.lines": 3, "workforce.groups.desk.headcount": 3})
    with_it, without = bench.pair(mail(out_of_hours="0 %", full="80 %"), 2, firm=tight)
    assert with_it.ratio("voice_mail.left_when_full", "voice_mail.full") == pytest.approx(0.8, abs=0.05)
    assert with_it.sum("written.offered") > without.sum("written.offered")
    assert with_it.sum("voice_mail.messages") == with_it.sum("voice_mail.left_when_full")


def test_nobody_leaves_a_message_on_a_line_that_is_down(bench: Any) -> None:
    lines = {"outages": "100 per year", "lasts": {"law": "constant", "mean": "8 h"}, "channels": ["telephone"]}
    down = bench.changed(bench.firm, {"channels.channels.telephone.lines": None, "systems": {"lines": lines}})
    found = bench.run(bench.changed(down, mail(out_of_hours="0 %", full="100 %")), 1)
    assert found.sum("telephone.blocked") == found.sum("systems.unreached") > 50
    assert found.sum("voice_mail.full") == found.sum("voice_mail.messages") == 0


def test_whom_self_service_helps_does_not_call_a_closed_line(bench: Any) -> None:
    kinds = {kind: {"tried": "100 %", "contained": "100 %"} for kind in ("enquiry", "fault", "price_enquiry")}
    by_themselves = {
        "kinds": kinds, "gives_up": "0 %", "again": "100 %", "contained_score": 70, "failed_score": 40, "cost": "0 EUR",
    }  # fmt: skip
    helped = bench.changed(bench.firm, mail(out_of_hours="100 %") | {"self_service": by_themselves})
    found = bench.run(helped, 1)
    assert found.sum("self_service.contained") > 1000
    assert found.sum("voice_mail.calls") < 0.02 * found.sum("self_service.contained")


def test_to_find_the_line_closed_is_lived_through(bench: Any) -> None:
    bad, good = (
        bench.run(bench.changed(bench.firm, mail({"score": score, "cost": "0 EUR"}, leaves="0 %")), 4)
        for score in (0, 100)
    )
    assert bench.falls(bench.more(bad, good, "satisfaction.days", "satisfaction.customer_days"))
    turned_away = bad.sum("voice_mail.again") + bad.sum("voice_mail.given_up")
    assert bad.sum("points.called_when_closed") == pytest.approx(turned_away, abs=20)  # met on the next midnight


def test_who_has_left_a_message_comes_again_by_telephone_if_the_scenario_says_so(bench: Any) -> None:
    only_phone = {"channels.choice": {"any": {"any": {"telephone": "100 %"}}}, "channels.switch_on_repeat": "0 %"}
    alone = bench.changed(bench.firm, only_phone)
    back, same = (
        bench.run(bench.changed(alone, mail(leaves="100 %", **more)), 1) for more in ({"back_by": "telephone"}, {})
    )
    assert back.sum("written.repeats") == 0 < same.sum("written.repeats")


def test_messages_need_a_channel_in_writing_without_patience_and_agents_who_serve_it(bench: Any) -> None:
    odd = bench.changed(bench.firm, mail(messages="counter", back_by="post"))
    assert [path for path, _, _ in odd.problems()] == [
        "voice_mail.channels.telephone.messages", "voice_mail.channels.telephone.back_by",
    ]  # fmt: skip
    groups = {"workforce.groups.desk.channels": ["telephone"], "workforce.groups.shop.channels": ["counter"]}
    only_phone = {"channels.choice": {"any": {"any": {"telephone": "100 %"}}}}
    unserved = bench.changed(bench.firm, mail() | groups | only_phone)
    assert {path for path, _, _ in unserved.problems()} == {"voice_mail.channels.telephone"}
