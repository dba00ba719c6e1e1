"""What callers are told and promised, together with agents who hand on, own issues and are waited for, and by ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.core.entities import Detour
from sim.mechanisms import service
from sim.mechanisms.avoidance import Avoidance
from sim.mechanisms.transfers import Part
from sim.model import Model

ESTIMATE = {"by": "queue_length", "error": "20 %"}
CALLBACK: dict[str, Any] = {
    "offered": True, "estimate": ESTIMATE, "over": "0 s", "accepted": "60 %", "within": "30 min", "dialling": "20 s",
    "reached": "80 %", "tries": 2, "retry": {"law": "exponential", "mean": "1 h"}, "felt": "10 %",
}  # fmt: skip
TOLD: dict[str, Any] = {
    "told": True, "estimate": ESTIMATE, "over": "0 s", "leaves": "60 %", "elsewhere": "30 %", "later": "30 %",
    "delay": {"law": "exponential", "mean": "1 h"}, "patience": "100 %",
}  # fmt: skip
MAIL: dict[str, Any] = {
    "out_of_hours": "30 %", "offered": True, "leaves": "40 %", "gives_up": "30 %", "full": "50 %",
    "messages": "written",
}  # fmt: skip
AVOIDED = {"not_reached": "80 %", "waited": "40 %", "over": {"telephone": "2 min"}, "lasts": "100 days"}
OWN = {"preferred": True, "known_handle_time": "90 %", "known_ability": 0.2, "waits": "10 min"}
HANDED_ON: dict[str, Any] = {
    "rules": {"faults": {"kinds": ["fault"], "by": ["desk"], "to": ["experts"], "share": "30 %"}},
    "ability": 0.0, "found_out": "40 %", "cold": {"again": "100 %", "felt": 0.8}, "warm": "50 %",
    "warmly": {"again": "20 %", "felt": 0.2}, "briefing": "30 s", "stays": "3 min", "head_start": "0 s",
}  # fmt: skip
EXPERTS = {
    "headcount": 2, "channels": ["telephone"], "kinds": [], "wage": "45000 EUR per year", "tools": "70 %",
    "authority": "90 %",
}  # fmt: skip


@pytest.fixture(scope="module")
def busy(bench: Any) -> Any:
    """The firm with a desk that is short of agents, everything about waiting, transfers and owners."""
    settings = {
        "workforce.groups.desk.headcount": 4, "workforce.groups.experts": EXPERTS,
        "staffing.rosters.experts": {"rota": ["early", "late"]}, "transfers": HANDED_ON, "ownership": OWN,
        "callback": {"channels": {"telephone": CALLBACK}}, "announcements": {"channels": {"telephone": TOLD}},
        "voice_mail": {"channels": {"telephone": MAIL}, "closed": {"score": 30, "cost": "0 EUR"}},
        "avoidance": AVOIDED, "calendar.warm_up": "2 weeks", "calendar.horizon": "10 weeks",
        "management": {"good_from": 60, "only_answered": False},
    }  # fmt: skip
    return bench.changed(bench.firm, settings)


def test_everything_about_waiting_happens_beside_transfers_and_owners_and_the_books_balance(
    bench: Any, busy: Any
) -> None:
    """Balances are checked at the end of every replication."""
    found = bench.run(busy, 2)
    happened = (
        "callback.reached", "callback.in_vain", "announced.left", "announced.elsewhere", "announced.later",
        "announced.answered", "voice_mail.left", "voice_mail.again", "voice_mail.given_up", "avoidance.avoiding",
        "transfers.made", "ownership.waited_for", "ownership.known",
    )  # fmt: skip
    assert [name for name in happened if not found.sum(name)] == []


def test_who_was_called_back_may_be_handed_on_and_then_waits_on_the_line(bench: Any, busy: Any) -> None:
    called: set[int] = set()
    handed_on: list[bool] = []

    def answered(_: Any, contact: Any) -> None:
        if isinstance(contact, Part) and contact.issue.key in called and contact.lane.channel.name == "telephone":
            handed_on.append(contact.lane.sought)

    bench.watch(
        bench.changed(busy, {"callback.channels.telephone.accepted": "100 %"}),
        {
            "contact_promised": lambda _, contact: called.add(contact.issue.key),
            "contact_handled": lambda _, contact: called.discard(contact.issue.key),
            "contact_answered": answered,
        },
    )
    assert handed_on
    assert not any(handed_on)  # the next agent finds him there


def test_who_waits_for_the_agent_who_had_the_issue_is_told_nothing_and_promised_nothing(bench: Any, busy: Any) -> None:
    apart: list[bool] = []
    settings = {
        "callback.channels.telephone.accepted": "100 %", "announcements.channels.telephone.leaves": "100 %",
        "channels.channels.telephone.lines": None,
    }  # fmt: skip

    def look(_: Any, contact: Any) -> None:
        if contact.lane.channel.name == "telephone":  # a counter shows its line to everybody
            apart.append(isinstance(contact.lane, Detour))

    seen = bench.watch(bench.changed(busy, settings), {"contact_promised": look, "contact_balked": look})
    assert len(apart) > 50
    assert not any(apart)
    assert seen.totals["ownership.waited_for"] > 20


def test_management_counts_who_is_called_back_in_vain_as_not_served(bench: Any, busy: Any) -> None:
    ended = ("answered", "abandoned", "blocked", "balked", "unreached")
    lanes: list[Any] = []
    nobody = {
        "callback.channels.telephone.reached": "0 %", "calendar.warm_up": "0 days", "transfers": None,
        "ownership": None,
    }  # fmt: skip
    seen = bench.watch(bench.changed(busy, nobody), {"lane_opened": lambda _, lane: lanes.append(lane)})
    unreached = sum(lane.unreached for lane in lanes)
    in_hand = sum(lane.answered - lane.handled for lane in lanes)
    assert unreached == seen.totals["callback.in_vain"] > 20
    phone = [lane for lane in lanes if lane.channel.name == "telephone"]
    assert seen.totals["telephone.judged"] == sum(getattr(lane, one) for lane in phone for one in ended)
    assert seen.totals["management.ended"] == sum(getattr(lane, one) for lane in lanes for one in ended) - in_hand


def test_issues_that_are_drawn_by_ones_are_those_that_are_drawn_together(
    busy: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    totals = []
    for few in (0, 1_000_000):
        monkeypatch.setattr(service, "_FEW", few)
        totals.append(Model(busy, 7, 1).run().totals)
    assert totals[0] == pytest.approx(totals[1], rel=1e-9)
    assert totals[0]["voice_mail.left"] > 20


def test_a_channel_chosen_for_one_issue_is_that_chosen_among_many(bench: Any, busy: Any) -> None:
    compared: list[int] = []

    def began(model: Any, day: Any) -> None:
        world = model.world
        slots = np.flatnonzero(world.base.active.array[: world.base.size])
        if day.index % 7 or not slots.size:
            return
        u = (np.arange(slots.size) * 0.618_033_988_749_895) % 1.0
        kinds = np.arange(slots.size) % len(world.kinds)
        memory = next(one for one in model.mechanisms if isinstance(one, Avoidance))
        asked, avoiding = memory.asked, memory.avoiding
        many = world.ask.choose(kinds, slots, u).tolist()
        counted = memory.asked - asked, memory.avoiding - avoiding
        channels = list(world.channels)
        one_by_one = [
            channels.index(world.ask.choose_one(world.kinds[kind], slot, one))
            for kind, slot, one in zip(kinds.tolist(), slots.tolist(), u.tolist(), strict=True)
        ]
        assert one_by_one == many
        assert (memory.asked - asked, memory.avoiding - avoiding) == (2 * counted[0], 2 * counted[1])
        compared.append(counted[1])

    bench.watch(busy, {"day_began": began})
    assert max(compared) > 50
