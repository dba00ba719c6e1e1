"""Callback: who is called back, when, and what that does to waits, agents and customers."""

from __future__ import annotations

from typing import Any

import pytest

HOUR = {"law": "exponential", "mean": "1 h"}
OFFER: dict[str, Any] = {
    "offered": True, "estimate": {"by": "queue_length", "error": "20 %"}, "over": "1 min", "accepted": "60 %",
    "within": "30 min", "dialling": "20 s", "reached": "80 %", "tries": 2, "retry": HOUR, "felt": "10 %",
}  # fmt: skip
BUSY = {"workforce.groups.desk.headcount": 4}


def callback(points: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"callback": {"channels": {"telephone": {**OFFER, **more}}, **(points or {})}}


def busy(bench: Any) -> Any:
    return bench.changed(bench.firm, BUSY)


def own(name: str) -> bool:
    return not name.startswith(("callback.", "points.")) and name != "ledger.callback"


@pytest.mark.parametrize("idle", [{"accepted": "0 %"}, {"offered": False}])
def test_where_nobody_takes_it_or_it_is_not_offered_nothing_changes(bench: Any, idle: dict[str, Any]) -> None:
    with_it, without = bench.pair(callback(**idle), 1, firm=busy(bench))
    totals = with_it.observations[0].totals
    assert {name: value for name, value in totals.items() if own(name)} == without.observations[0].totals
    assert totals["callback.promised"] == 0
    assert (totals["callback.offers"] > 0) == ("accepted" in idle)


def test_callbacks_let_fewer_callers_give_up(bench: Any) -> None:
    with_it, without = bench.pair(callback(), 3, firm=busy(bench))
    assert bench.falls(bench.more(with_it, without, "telephone.abandoned", "telephone.offered"))
    assert with_it.sum("callback.reached") > 50


def test_every_promise_ends_reached_or_in_vain_and_shares_are_as_asked_for(bench: Any) -> None:
    found = bench.run(bench.changed(busy(bench), callback()), 3)
    ends = found.sum("callback.reached") + found.sum("callback.in_vain")
    assert ends == pytest.approx(found.sum("callback.promised"), abs=20)  # a few are still to be called
    assert found.ratio("callback.promised", "callback.offers") == pytest.approx(0.6, abs=0.05)
    assert found.ratio("callback.in_vain", "callback.ended") == pytest.approx(0.04, abs=0.02)


def test_who_takes_it_at_a_lower_share_takes_it_at_a_higher_one(bench: Any) -> None:
    """Acceptance is a threshold of the contact; with endless patience and lines the paths are the same in both."""
    taken: dict[str, list[int]] = {}
    firm = bench.changed(busy(bench), {"patience.channels": {}, "channels.channels.telephone.lines": None})
    for accepted in ("30 %", "90 %"):
        keys = taken.setdefault(accepted, [])
        alike = callback(accepted=accepted, reached="100 %", dialling="0 s", felt="100 %")
        bench.watch(
            bench.changed(firm, alike), {"contact_promised": lambda _, contact, keys=keys: keys.append(contact.key)}
        )
    assert len(taken["30 %"]) > 100
    assert set(taken["30 %"]) < set(taken["90 %"])


def test_calls_at_a_promised_time_come_when_they_were_promised(bench: Any) -> None:
    delays: list[float] = []

    def answered(model: Any, contact: Any) -> None:
        delays.append(model.world.env.now - contact.offered_at)

    promised: list[int] = []
    later = callback(after="2 h", within="3 h", reached="100 %", accepted="100 %", dialling="0 s")
    bench.watch(
        bench.changed(busy(bench), later),
        {
            "contact_promised": lambda _, contact: promised.append(contact.key),
            "contact_answered": lambda model, contact: (
                answered(model, contact) if contact.key in promised[-200:] else None
            ),
        },
    )
    assert len(delays) > 20
    assert min(delays) >= 2 * 3600 - 1e-6


def test_calling_takes_agents_time_whether_somebody_is_there_or_not(bench: Any) -> None:
    slow, quick = (
        bench.run(bench.changed(busy(bench), callback(dialling=dialling, reached="50 %")), 2)
        for dialling in ("60 s", "0 s")
    )
    assert slow.sum("callback.dialled") == pytest.approx(60 * slow.sum("callback.calls"), rel=0.01)
    assert quick.sum("callback.dialled") == 0


def test_promises_kept_please_and_broken_ones_annoy_and_cause_issues(bench: Any) -> None:
    points = {
        "kept": {"score": 95, "cost": "0 EUR"},
        "broken": {"score": 0, "cost": "5 EUR", "causes": {"enquiry": {"share": "50 %", "delay": HOUR}}},
    }
    kept = bench.run(bench.changed(busy(bench), callback(points, within="20 days")), 2)
    broken = bench.run(bench.changed(busy(bench), callback(points, within="1 s")), 2)
    assert kept.sum("points.callback_broken") == 0 < kept.sum("points.callback_kept")
    assert broken.ratio("callback.kept", "callback.called") < 0.1
    assert kept.sum("episodes.callback_kept.moved") > 0 > broken.sum("episodes.callback_broken.moved")
    assert broken.sum("points.callback_broken.issues") > 0
    assert broken.sum("ledger.callback") == pytest.approx(-5 * broken.sum("points.callback_broken"), rel=0.1)


def test_waiting_at_home_is_felt_less_than_waiting_on_the_line(bench: Any) -> None:
    at_home, as_long = (bench.run(bench.changed(busy(bench), callback(felt=felt)), 3) for felt in ("0 %", "100 %"))
    assert bench.rises(bench.more(at_home, as_long, "experience.score", "experience.contacts"))


def test_who_is_not_reached_may_call_again_himself(bench: Any) -> None:
    found = bench.run(bench.changed(busy(bench), callback(reached="0 %", tries=1)), 1)
    assert found.sum("callback.reached") == 0 < found.sum("callback.in_vain")
    assert found.sum("telephone.redialled") > 0


@pytest.mark.parametrize("after", [None, "15 min"])
def test_the_books_balance_while_many_are_still_to_be_called(bench: Any, after: str | None) -> None:
    """Callers of the night wait in line for the morning, and the run ends at midnight. Balances are checked then."""
    by_night = {
        "channels.channels.telephone.hours": {"every_day": {"opens": "00:00", "closes": "24:00"}},
        "calendar.warm_up": "1 week", "calendar.horizon": "3 weeks",
    }  # fmt: skip
    in_line: list[int] = []

    def offered(model: Any, _: Any) -> None:
        in_line.append(model.world.channels["telephone"].to_call_in_line)

    everybody = callback(accepted="100 %") if after is None else callback(accepted="100 %", after=after)
    seen = bench.watch(bench.changed(busy(bench), by_night | everybody), {"contact_offered": offered})
    assert in_line[-1] > 5
    assert seen.totals["callback.to_call"] > 5


def test_callback_on_a_counter_and_a_point_of_a_name_that_is_taken_are_refused(bench: Any) -> None:
    odd = bench.changed(bench.firm, {"callback": {"channels": {"counter": OFFER}}})
    assert [path for path, _, _ in odd.problems()] == ["callback.channels.counter"]
    twice = bench.changed(
        bench.firm,
        {
            **callback({"kept": {"cost": "0 EUR"}}),
            "contact_points": {"waits": {"callback_kept": {"channels": ["telephone"], "over": "1 s", "cost": "0 EUR"}}},
        },
    )
    assert [path for path, _, _ in twice.problems()] == ["callback"]
