"""Routing beyond the first idle agent: written work beside calls, agents kept free, queues that open to others."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from sim.mechanisms.interventions import PolicyProblem

NO_BASE = dict.fromkeys(("needs", "customers", "pricing", "satisfaction", "churn", "acquisition", "economics"))
WEEK = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
ALWAYS = {"hours": {"every_day": {"opens": "00:00", "closes": "24:00"}}, "open_on_holidays": True}
LATER = {"channel": "telephone", "groups": ["help"], "after": "2 min"}


@pytest.fixture(scope="module")
def blend(bench: Any) -> Any:
    """Calls and letters round the clock for one group of four, and a second group of two who can do the same."""
    streams = {
        "calls": {"kind": "enquiry", "channel": "telephone", "rate": "4 per hour"},
        "letters": {"kind": "enquiry", "channel": "written", "rate": "3 per hour"},
    }
    channels = {
        "telephone": {"kind": "telephone", "target": {"share": "80 %", "within": "60 s"}, **ALWAYS},
        "written": {"kind": "written", "target": {"share": "80 %", "within": "24 h"}, "priority": 1, **ALWAYS},
    }
    settings = {
        "arrivals": {"streams": streams},
        "channels.channels": channels,
        "channels.choice": None,
        "channels.switch_on_repeat": "0 %",
        "patience.channels": {},
        "workforce.groups": {
            "desk": {"headcount": 4, "channels": ["telephone", "written"]},
            "help": {"headcount": 2, "channels": ["telephone"]},
        },
        "workforce.attrition": None,
        "agents.learning": None,
        "agents.spread": 0.0,
        "staffing.shifts": {"round": {"days": WEEK, "holidays": True, "start": "00:00", "end": "24:00"}},
        "staffing.rosters": {"desk": {"rota": ["round"]}, "help": {"rota": ["round"]}},
        "staffing.absence": "0 %",
        "staffing.away": "0 %",
        "calendar.horizon": "2 weeks",
        "calendar.warm_up": "1 weeks",
    }
    return bench.changed(bench.firm, NO_BASE | settings)


@pytest.fixture(scope="module")
def alone(bench: Any, blend: Any) -> Any:
    """The same without the second group."""
    desk = {"desk": {"headcount": 4, "channels": ["telephone", "written"]}}
    rota = {"desk": {"rota": ["round"]}}
    return bench.changed(blend, {"workforce.groups": desk, "staffing.rosters": rota})


def test_agents_kept_free_for_calls_make_callers_wait_less_and_letters_longer(bench: Any, alone: Any) -> None:
    kept, base = bench.pair({"routing.reserve": {"desk": 1}}, 8, firm=alone)
    assert bench.falls(bench.more(kept, base, "telephone.wait", "telephone.left_queue"))
    assert bench.rises(bench.more(kept, base, "written.wait", "written.left_queue"))


def test_written_work_is_taken_only_while_more_agents_than_the_reserve_are_idle(bench: Any, alone: Any) -> None:
    left: list[int] = []

    def begins(model: Any, contact: Any) -> None:
        if contact.lane.channel.name == "written":
            left.append(len(model.world.groups["desk"].idle))

    bench.watch(bench.changed(alone, {"routing.reserve": {"desk": 2}}), {"contact_answered": begins})
    assert len(left) > 100
    assert min(left) == 2


def test_a_reserve_of_nobody_is_as_without_and_one_of_all_lets_letters_lie(bench: Any, alone: Any) -> None:
    nobody, base = bench.pair({"routing.reserve": {"desk": 0}}, 1, firm=alone)
    assert nobody.observations[0].totals == base.observations[0].totals
    everybody = bench.run(bench.changed(alone, {"routing.reserve": {"desk": 4}}), 1)
    assert everybody.sum("written.answered") == 0
    assert everybody.sum("telephone.answered") > 800


def test_a_queue_opens_to_further_groups_after_a_wait_and_not_before(bench: Any, blend: Any) -> None:
    waits: list[float] = []
    served: Counter[str] = Counter()

    def begins(model: Any, contact: Any) -> None:
        served[contact.agent.group.name] += 1
        if contact.agent.group.name == "help":
            waits.append(model.world.env.now - contact.offered_at)

    busy = {"arrivals.streams.calls.rate": "6 per hour", "routing.overflow": [LATER]}
    bench.watch(bench.changed(blend, busy), {"contact_answered": begins})
    assert served["desk"] > served["help"] > 100
    assert min(waits) == pytest.approx(120.0, abs=1e-3)
    assert max(waits) > 121.0


def test_overflow_stands_between_a_group_of_its_own_and_one_for_all(bench: Any, alone: Any, blend: Any) -> None:
    busy = {"arrivals.streams.calls.rate": "5 per hour"}
    none, some, full = (
        bench.run(bench.changed(firm, busy | more), 8)
        for firm, more in ((alone, {}), (blend, {"routing.overflow": [LATER]}), (blend, {}))
    )
    assert bench.falls(bench.more(some, none, "telephone.wait", "telephone.left_queue"))
    assert bench.rises(bench.more(some, full, "telephone.wait", "telephone.left_queue"))


def test_a_policy_may_open_a_queue_to_others_while_people_wait(bench: Any, blend: Any) -> None:
    firm = bench.changed(blend, {"routing.overflow": [LATER | {"after": "100 days"}]})
    before: Counter[bool] = Counter()
    after = {"changes": {"routing.overflow": {"to": [LATER | {"after": "1 min"}], "from": "2026-01-19"}}}

    def begins(model: Any, contact: Any) -> None:
        if contact.agent.group.name == "help":
            before[model.world.env.now < 14 * 86_400.0 - 3600.0] += 1

    bench.watch(bench.with_policies(firm, opens=after), {"contact_answered": begins})
    assert before[False] > 20
    assert before[True] == 0


def test_a_policy_may_change_a_number_of_an_entry_of_a_list(bench: Any, blend: Any) -> None:
    waiting = {"arrivals.streams.calls.rate": "6 per hour", "routing.overflow": [LATER, LATER | {"after": "9 min"}]}
    firm = bench.changed(blend, waiting)
    sooner = {"changes": {"routing.overflow.0.after": {"multiply": 0.25}}}
    pulled = bench.with_policies(firm, sooner=sooner)
    (change,) = ((path, one, 1.0) for path, one in pulled.policies["sooner"].changes.items())
    assert [one.after for one in firm.with_changes([change]).routing.overflow] == [30.0, 540.0]
    assert bench.falls(bench.more(bench.run(pulled, 4), bench.run(firm, 4), "telephone.wait", "telephone.left_queue"))
    with pytest.raises(PolicyProblem, match="is no setting"):
        firm.with_changes([("routing.overflow.2.after", change[1], 1.0)])
