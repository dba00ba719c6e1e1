"""Announcements: who is told a wait, who leaves for it, and who stays longer."""

from __future__ import annotations

from typing import Any

import pytest

from sim.mechanisms.announcements import patience_after

HOUR = {"law": "exponential", "mean": "1 h"}
TOLD: dict[str, Any] = {
    "told": True, "estimate": {"by": "queue_length", "error": "20 %"}, "over": "10 s", "leaves": "50 %",
    "elsewhere": "0 %", "later": "0 %", "delay": HOUR, "patience": "130 %",
}  # fmt: skip
BUSY = {"workforce.groups.desk.headcount": 4}


def told(**more: Any) -> dict[str, Any]:
    return {"announcements": {"channels": {"telephone": {**TOLD, **more}}}}


def busy(bench: Any) -> Any:
    return bench.changed(bench.firm, BUSY)


@pytest.mark.parametrize("idle", [{"told": False}, {"over": "100 days"}, {"leaves": "0 %", "patience": "100 %"}])
def test_what_nobody_is_told_or_heeds_changes_nothing(bench: Any, idle: dict[str, Any]) -> None:
    with_it, without = bench.pair(told(**idle), 1, firm=busy(bench))
    totals = with_it.observations[0].totals
    assert {name: value for name, value in totals.items() if not name.startswith("announced.")} == (
        without.observations[0].totals
    )


def test_callers_who_are_told_leave_at_once_instead_of_giving_up_later(bench: Any) -> None:
    with_it, without = bench.pair(told(leaves="100 %", patience="100 %"), 3, firm=busy(bench))
    assert bench.falls(bench.more(with_it, without, "telephone.abandoned", "telephone.offered"))
    assert with_it.sum("telephone.balked") == with_it.sum("announced.left") > 0
    assert bench.falls(bench.more(with_it, without, "telephone.wait_abandoned"))


def test_the_served_wait_as_before_when_those_leave_who_would_have_given_up(bench: Any) -> None:
    """Whitt (1999): the others are served no later; a wrong estimate sends some away who would have been served."""
    with_it, without = bench.pair(told(leaves="100 %", patience="100 %"), 3, firm=busy(bench))
    waits = [one.ratio("telephone.wait_answered", "telephone.answered") for one in (with_it, without)]
    assert waits[0] < 1.1 * waits[1]


def test_those_who_stay_wait_longer_with_more_patience_and_shorter_with_less(bench: Any) -> None:
    more, less = (
        bench.run(bench.changed(busy(bench), told(leaves="0 %", patience=one)), 3) for one in ("300 %", "30 %")
    )
    assert bench.falls(bench.more(more, less, "telephone.abandoned", "telephone.offered"))


def test_who_leaves_goes_to_another_channel_or_comes_later_as_asked_for(bench: Any) -> None:
    found = bench.run(bench.changed(busy(bench), told(leaves="100 %", elsewhere="40 %", later="60 %")), 3)
    assert found.ratio("announced.elsewhere", "announced.left") == pytest.approx(0.4, abs=0.07)
    ends = found.sum("announced.elsewhere") + found.sum("announced.later")
    assert ends == found.sum("announced.left")
    without = bench.run(busy(bench), 3)
    others = [one.sum("written.offered") + one.sum("counter.offered") for one in (found, without)]
    assert others[0] > others[1]


def test_patience_runs_out_sooner_once_the_time_told_has_passed() -> None:
    assert patience_after(100.0, 60.0, 1.5, 1.0) == pytest.approx(150.0)
    assert patience_after(100.0, 60.0, 1.5, 0.5) == pytest.approx(60.0 + 45.0)
    assert patience_after(20.0, 60.0, 1.5, 0.5) == 30.0
    assert patience_after(float("inf"), 60.0, 1.5, 0.5) == float("inf")


def test_a_channel_without_a_line_and_shares_over_all_callers_are_refused(bench: Any) -> None:
    odd = bench.changed(bench.firm, {"announcements": {"channels": {"written": TOLD}}})
    assert [path for path, _, _ in odd.problems()] == ["announcements.channels.written"]
    with pytest.raises(ValueError, match="exceed 100 %"):
        bench.changed(bench.firm, told(elsewhere="60 %", later="60 %"))


def test_who_turns_away_for_the_line_alone_goes_nowhere_for_what_others_are_told(bench: Any) -> None:
    balking = {"patience.channels.telephone.balking": {"stays": "60 %"}}
    with_it = bench.run(bench.changed(busy(bench), told(leaves="30 %", elsewhere="100 %") | balking), 1)
    assert with_it.sum("telephone.balked") > with_it.sum("announced.left") + 50
    assert 0 < with_it.sum("announced.elsewhere") <= with_it.sum("announced.left")
