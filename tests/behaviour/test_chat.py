"""Chat: several conversations of one agent, customers who leave without a word, chats beside calls."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

ROUND = {"days": ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"], "holidays": True,
         "start": "00:00", "end": "24:00"}  # fmt: skip
NO_BASE = dict.fromkeys(("needs", "customers", "pricing", "satisfaction", "churn", "acquisition", "economics"))
ALWAYS = {"every_day": {"opens": "00:00", "closes": "24:00"}}
LIVE = {"hours": ALWAYS, "open_on_holidays": True, "target": {"share": "80 %", "within": "60 s"}}
SILENT = {"share": "50 %", "noticed_after": {"law": "exponential", "mean": "4 min"}}
CHAT = {"most": 3, "slowdown": 0.25, "assignment": "fewest_open"}


@pytest.fixture(scope="module")
def desk(bench: Any) -> Any:
    """Two agents round the clock for chats and calls that come whatever happens."""
    streams = {
        "chats": {"kind": "enquiry", "channel": "chat", "rate": "7 per hour"},
        "calls": {"kind": "fault", "channel": "telephone", "rate": "0 per hour"},
    }
    settings = {
        "arrivals": {"streams": streams},
        "channels.channels": {"chat": {"kind": "chat", **LIVE}, "telephone": {"kind": "telephone", **LIVE}},
        "channels.choice": None,
        "channels.switch_on_repeat": "0 %",
        "patience.channels": {"chat": {"patience": {"law": "exponential", "mean": "10 min"}}},
        "chat": CHAT,
        "workforce.groups": {"desk": {"headcount": 2, "channels": ["chat", "telephone"]}},
        "workforce.attrition": None,
        "staffing.shifts": {"round": ROUND},
        "staffing.rosters": {"desk": {"rota": ["round"]}},
        "staffing.absence": "0 %",
        "staffing.away": "0 %",
        "calendar.horizon": "5 weeks",
        "calendar.warm_up": "1 weeks",
        "calendar.time_zone": "UTC",
    }
    return bench.changed(bench.firm, NO_BASE | settings)


def open_at_once(bench: Any, scenario: Any) -> tuple[Counter[int], Any]:
    """How often an agent has so many chats open, counted when a chat begins; and what was observed."""
    now: Counter[str] = Counter()
    seen: Counter[int] = Counter()

    def begins(_: Any, contact: Any) -> None:
        now[contact.agent.name] += 1
        seen[now[contact.agent.name]] += 1

    def ends(_: Any, contact: Any) -> None:
        now[contact.agent.name] -= 1

    return seen, bench.watch(scenario, {"contact_answered": begins, "contact_handled": ends})


def test_an_agent_has_as_many_chats_as_allowed_and_no_more(bench: Any, desk: Any) -> None:
    seen, totals = open_at_once(bench, desk)
    assert max(seen) == 3
    assert seen[2] > 100
    assert seen[3] > 100
    assert totals.totals["agents.busy"] < totals.totals["agents.duty"]
    assert totals.totals["chats.open"] > totals.totals["agents.busy"]


def test_several_chats_at_a_time_shorten_the_wait_and_lengthen_the_chat(bench: Any, desk: Any) -> None:
    one, three = bench.pair({"chat.most": 1}, firm=desk)
    assert bench.rises(bench.more(one, three, "chat.wait", "chat.left_queue"))
    assert bench.rises(bench.more(one, three, "chat.abandoned", "chat.offered"))
    assert bench.falls(bench.more(one, three, "chat.handle_time", "chat.handled"))


def test_one_chat_at_a_time_is_a_call(bench: Any, desk: Any) -> None:
    alone = bench.changed(desk, {"chat.most": 1})
    calls = bench.changed(desk, {"channels.channels.chat.kind": "telephone", "chat": None})
    ones, others = bench.run(alone, 1), bench.run(calls, 1)
    for name in ("chat.offered", "chat.abandoned", "chat.answered", "chat.resolved", "chat.answered_in_target"):
        assert ones.sum(name) == others.sum(name) > 100
    for name in ("chat.wait", "chat.handle_time", "agents.busy"):
        assert ones.sum(name) == pytest.approx(others.sum(name), rel=1e-9)


def test_more_slowdown_takes_longer_and_none_at_all_as_long_as_one_chat(bench: Any, desk: Any) -> None:
    slow, base = bench.pair({"chat.slowdown": 0.5}, firm=desk)
    assert bench.rises(bench.more(slow, base, "chat.handle_time", "chat.handled"))
    works: list[tuple[float, float]] = []

    def ends(_: Any, contact: Any) -> None:
        works.append((contact.spent, contact.work * contact.agent.pace))

    settings = {"chat.slowdown": 0.0, "agents.training": "0 %", "agents.learning": None}
    bench.watch(bench.changed(desk, settings), {"contact_handled": ends})
    assert [spent for spent, _ in works] == pytest.approx([work for _, work in works], rel=1e-6)


def test_other_chats_open_take_from_the_ability_to_resolve(bench: Any, desk: Any) -> None:
    distracted, base = bench.pair({"chat.distraction": 1.0}, firm=desk)
    assert bench.falls(bench.more(distracted, base, "chat.resolved", "chat.handled"))


def test_who_leaves_silently_takes_an_agents_time_and_makes_others_wait(bench: Any, desk: Any) -> None:
    busy = bench.changed(desk, {"arrivals.streams.chats.rate": "12 per hour"})
    silent, base = bench.pair({"chat.silent": SILENT}, firm=busy)
    assert base.sum("chats.silent") == base.sum("chats.unseen") == 0
    assert silent.ratio("chats.silent", "chats.given_up") == pytest.approx(0.5, abs=0.05)
    assert silent.ratio("chats.unseen", "chats.silent") == pytest.approx(240.0, rel=0.2)
    assert bench.rises(bench.more(silent, base, "chat.abandoned", "chat.offered"))
    assert bench.rises(bench.more(silent, base, "chat.wait", "chat.left_queue"))


def test_nobody_leaving_silently_is_as_without_the_setting(bench: Any, desk: Any) -> None:
    nobody, base = bench.pair({"chat.silent": SILENT | {"share": "0 %"}}, 1, firm=desk)
    assert nobody.observations[0].totals == base.observations[0].totals


def test_chats_go_to_who_has_fewest_or_to_who_has_taken_none_for_longest(bench: Any, desk: Any) -> None:
    fewest, _ = open_at_once(bench, desk)
    longest, _ = open_at_once(bench, bench.changed(desk, {"chat.assignment": "longest_idle"}))
    assert fewest[1] / sum(fewest.values()) > longest[1] / sum(longest.values()) + 0.02


def test_a_call_that_waits_is_not_kept_waiting_by_ever_new_chats(bench: Any, desk: Any) -> None:
    mixed = {"arrivals.streams.calls.rate": "1 per hour", "arrivals.streams.chats.rate": "9 per hour"}
    found = bench.run(bench.changed(desk, mixed), 2)
    assert found.sum("telephone.answered") > 0.98 * found.sum("telephone.offered") > 700
    assert found.ratio("telephone.wait_answered", "telephone.answered") < 3600.0


def test_an_agent_goes_home_after_the_last_open_chat_and_opens_none_after_hours(bench: Any, desk: Any) -> None:
    day = ROUND | {"start": "08:00", "end": "16:00"}
    begun: list[float] = []
    done: list[float] = []

    def begins(model: Any, _: Any) -> None:
        begun.append(model.world.env.now % 86_400.0 / 3600.0)

    def ends(model: Any, _: Any) -> None:
        done.append(model.world.env.now % 86_400.0 / 3600.0)

    bench.watch(
        bench.changed(desk, {"staffing.shifts.round": day}), {"contact_answered": begins, "contact_handled": ends}
    )
    assert 8.0 <= min(begun) < 8.1
    assert max(begun) <= 16.0
    assert max(done) > 16.2


def test_a_policy_may_change_how_many_chats_an_agent_has(bench: Any, desk: Any) -> None:
    policy = {"changes": {"chat.most": {"to": 1, "from": "2026-02-02"}}}
    now: Counter[str] = Counter()
    late: list[int] = []

    def begins(model: Any, contact: Any) -> None:
        now[contact.agent.name] += 1
        if model.world.env.now > 29 * 86_400.0:
            late.append(now[contact.agent.name])

    def ends(_: Any, contact: Any) -> None:
        now[contact.agent.name] -= 1

    bench.watch(bench.with_policies(desk, fewer=policy), {"contact_answered": begins, "contact_handled": ends})
    assert max(late) == 1


def test_customers_leave_a_chat_in_which_they_wait_for_replies(bench: Any, desk: Any) -> None:
    spans = ("1 min", "30 min", None)
    laws = [None if span is None else {"law": "exponential", "mean": span} for span in spans]
    soon, late, never = (bench.run(bench.changed(desk, {"chat.replies": law}), 2) for law in laws)
    shares = [runs.ratio("chats.left", "chats.begun") for runs in (soon, late)]
    assert shares[0] > 3 * shares[1] > 0
    assert never.sum("chats.left") == 0
    assert soon.sum("chat.handled") < soon.sum("chat.answered") - 0.9 * soon.sum("chats.left")


def test_nobody_waits_for_replies_where_each_agent_has_one_chat(bench: Any, desk: Any) -> None:
    alone = {"chat.most": 1, "chat.replies": {"law": "exponential", "mean": "1 min"}}
    assert bench.run(bench.changed(desk, alone), 1).sum("chats.left") == 0
