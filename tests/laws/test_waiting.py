"""Known answers of waiting: the virtual queue is Erlang's C, callers who are told their wait make M/M/c/K.

Two agents, 1.6 contacts a unit of time, exponential handle times of mean 1. Each interval holds with 99.9 % by itself.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from sim.calibration.erlang import erlang_c, finite_queue_blocking, mean_wait
from sim.laws.estimates import estimate
from sim.laws.plans import Plan, Run, ratio, replicate
from sim.laws.queues import controls
from sim.laws.settings import exponential, queue, unit_for

SEED = 19_170_102
REPLICATIONS, DAYS = 40, 2
CONTACTS, AGENTS, CONFIDENCE = 1.6, 2, 0.999
UNIT = unit_for(CONTACTS)
TRUE = {"by": "queue_length", "error": "0 %"}
EVERYONE = {
    "offered": True, "estimate": TRUE, "over": "0 s", "accepted": "100 %", "within": "1 h", "dialling": "0 s",
    "reached": "100 %", "tries": 1, "retry": exponential(1.0, UNIT), "felt": "0 %",
}  # fmt: skip
TOLD = {
    "told": True, "estimate": TRUE, "over": "0 s", "leaves": "0 %", "elsewhere": "0 %", "later": "0 %",
    "delay": exponential(1.0, UNIT), "patience": "100 %",
}  # fmt: skip


@cache
def rows(*sections: tuple[str, Any]) -> list[dict[str, float]]:
    given = {name: _thawed(value) for name, value in sections}

    def scenario(days: int) -> dict[str, Any]:
        calls, handle_times = {"call": CONTACTS}, {"call": exponential(1.0, UNIT)}
        return queue("waiting", days, UNIT, calls, service=handle_times, agents=AGENTS, **given)

    plan = Plan({"": Run(scenario)}, {})
    return [replicate(plan, SEED, number, DAYS) for number in range(1, REPLICATIONS + 1)]


def frozen(value: Any) -> Any:
    return tuple((name, frozen(one)) for name, one in value.items()) if isinstance(value, dict) else value


def _thawed(value: Any) -> Any:
    return {name: _thawed(one) for name, one in value} if isinstance(value, tuple) else value


def with_callback(**more: Any) -> list[dict[str, float]]:
    return rows(("callback", frozen({"channels": {"line": {**EVERYONE, **more}}})))


def told(law: dict[str, Any] | None = None, **more: Any) -> list[dict[str, float]]:
    sections = [("announcements", frozen({"channels": {"line": {**TOLD, **more}}}))]
    if law is not None:
        sections.append(("patience", frozen({"channels": {"line": {"patience": law}}})))
    return rows(*sections)


def known(found: list[dict[str, float]], above: str, below: str, value: float, factor: float = 1.0) -> bool:
    """Whether the interval of a ratio holds a known value, and is no wider than a tenth of it."""
    inputs = tuple(controls(CONTACTS, 1.0, UNIT).values())
    seen = estimate(ratio(above, below, factor), found, CONFIDENCE, inputs)
    assert seen.half_width is not None
    assert seen.half_width < 0.1 * value
    return abs(seen.value - value) <= seen.half_width


def test_a_virtual_queue_in_which_everyone_is_reached_has_the_waits_of_erlangs_c() -> None:
    found = with_callback()
    assert known(found, "line.queued", "line.offered", erlang_c(CONTACTS, AGENTS))
    assert known(found, "line.wait", "line.left_queue", mean_wait(CONTACTS, 1.0, AGENTS), 1.0 / UNIT)
    assert sum(row["callback.reached"] for row in found) > 1000


def test_a_virtual_queue_serves_in_the_order_of_the_ordinary_one() -> None:
    """Contact by contact the same waits, to rounding: nobody is overtaken, whether on the line or not."""
    same = ("line.offered", "line.answered", "line.answered_in_target", "line.wait_answered", "agents.busy")
    for accepted in ("100 %", "40 %"):
        for called, waited in zip(with_callback(accepted=accepted), rows(), strict=True):
            assert [called[name] for name in same] == pytest.approx([waited[name] for name in same], rel=1e-9)


def test_the_share_of_callbacks_in_vain_is_that_of_calls_that_nobody_answers_in_all_tries() -> None:
    found = with_callback(reached="60 %", tries=2)
    seen = estimate(ratio("callback.in_vain", "callback.ended"), found, CONFIDENCE)
    assert seen.half_width is not None
    assert abs(seen.value - 0.4**2) <= seen.half_width < 0.02


def test_with_constant_patience_and_callers_who_believe_what_they_are_told_the_line_has_so_many_places() -> None:
    """A wait of (waiting + 1) / 2 is longer than 1.75 from the fourth in line on: M/M/2 with three places to wait."""
    patience = {"law": "constant", "mean": f"{1.75 * UNIT:g} s"}
    found = told(patience, leaves="100 %", patience="10000 %")
    assert sum(row["line.abandoned"] for row in found) == 0
    assert known(found, "line.balked", "line.offered", finite_queue_blocking(CONTACTS, AGENTS, AGENTS + 3))


@pytest.mark.parametrize("error", ["0 %", "40 %"])
def test_the_length_of_the_queue_tells_the_true_wait_in_the_mean(error: str) -> None:
    found = told(estimate={**TRUE, "error": error})
    seen = estimate(ratio("announced.answered_time", "announced.answered_told_time"), found, CONFIDENCE)
    assert seen.half_width is not None
    assert abs(seen.value - 1.0) <= seen.half_width < 0.06


@pytest.mark.parametrize("by", ["last_answered", "head_of_line"])
def test_waits_of_others_tell_less_than_the_true_wait_and_not_much_less(by: str) -> None:
    """Both look back at a line that has since grown with this caller's own place in it."""
    found = told(estimate={"by": by, "error": "0 %"})
    ratios = sum(row["announced.answered_time"] for row in found) / sum(
        row["announced.answered_told_time"] for row in found
    )
    assert 0.8 < ratios < 1.3
