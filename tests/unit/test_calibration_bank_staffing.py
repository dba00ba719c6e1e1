"""The small queue keeps its rules, and staffing is found again from waits that it made."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.calibration.bank_queue import DayCalls, simulate_day
from sim.calibration.bank_staffing import (
    Problem,
    Staffing,
    agents_on_date,
    fit_staffing,
    simulate,
    skill_masks,
    standard_errors,
    summarise,
)
from sim.calibration.erlang import abandonment, mean_wait

FOR_EVER = 1e9


def _calls(entered: list[float], handle: float = 100.0, **columns: list[float]) -> DayCalls:
    n = len(entered)
    return DayCalls(
        entered,
        [int(kind) for kind in columns.get("kind", [0] * n)],
        columns.get("head_start", [0.0] * n),
        [handle] * n,
        columns.get("patience", [FOR_EVER] * n),
    )


def test_calls_wait_in_turn_for_one_agent() -> None:
    waits, answered = simulate_day(_calls([0.0, 10.0, 20.0]), [1], 0, [1])
    assert waits == [0.0, 90.0, 180.0]
    assert answered == [True, True, True]


def test_impatient_calls_leave_and_take_no_agent() -> None:
    calls = _calls([0.0, 10.0, 20.0], patience=[FOR_EVER, 30.0, FOR_EVER])
    waits, answered = simulate_day(calls, [1], 0, [1])
    assert waits == [0.0, 30.0, 80.0]
    assert answered == [True, False, True]


def test_head_start_puts_a_later_call_first() -> None:
    waits, _ = simulate_day(_calls([0.0, 10.0, 20.0], head_start=[0.0, 0.0, 90.0]), [1], 0, [1])
    assert waits == [0.0, 190.0, 80.0]


def test_calls_wait_for_an_agent_with_their_skill() -> None:
    waits, _ = simulate_day(_calls([0.0, 10.0], kind=[1, 1]), [2], 0, [0b01, 0b11])
    assert waits == [0.0, 90.0]


def test_agents_come_and_leave_with_the_half_hour() -> None:
    calls = _calls([1790.0, 1795.0, 3590.0, 3700.0, 3705.0])
    waits, _ = simulate_day(calls, [1, 2, 1], 0, [1, 1])
    assert waits == [0.0, 5.0, 0.0, 0.0, 95.0]


def test_the_small_queue_agrees_with_erlang_a() -> None:
    random = np.random.default_rng(3)
    rate, handle, patience, agents, hours = 0.04, 150.0, 300.0, 6, 3000
    entered = np.cumsum(random.exponential(1 / rate, int(rate * hours * 3600)))
    n = len(entered)
    calls = DayCalls(
        entered.tolist(),
        [0] * n,
        [0.0] * n,
        (handle * random.standard_exponential(n)).tolist(),
        (patience * random.standard_exponential(n)).tolist(),
    )
    waits, answered = simulate_day(calls, [agents], 0, [1] * agents)
    batches = np.array_split(np.array(waits), 40)
    means = [batch.mean() for batch in batches]
    error = np.std(means, ddof=1) / np.sqrt(40)
    assert abs(np.mean(waits) - mean_wait(rate, handle, agents, patience)) < 4 * error
    lost = [1 - batch.mean() for batch in np.array_split(np.array(answered, dtype=float), 40)]
    gap = np.mean(lost) - abandonment(rate, handle, agents, patience)
    assert abs(gap) < 4 * np.std(lost, ddof=1) / np.sqrt(40)


def test_whole_agents_have_the_expected_mean() -> None:
    offsets = (np.arange(100) + 0.5) / 100
    mean = np.mean([agents_on_date(np.array([3.25]), offset)[0] for offset in offsets])
    assert mean == pytest.approx(3.25, abs=0.01)


def test_skills_are_nested_and_hold_their_share_in_every_first_n() -> None:
    masks = skill_masks(40, np.array([1.0, 0.5, 0.25]), 0.2)
    assert set(masks) == {0b001, 0b011, 0b111}
    for size in (4, 10, 40):
        held = [sum(mask >> stream & 1 for mask in masks[:size]) for stream in range(3)]
        assert held[0] == size
        assert held[1] == pytest.approx(size / 2, abs=1.5)
        assert held[2] == pytest.approx(size / 4, abs=1.5)


def _problem(seed: int, dates: int, replications: int) -> Problem:
    random = np.random.default_rng(seed)
    days = []
    for _ in range(dates):
        entered = np.sort(random.uniform(0, 12 * 1800, 480))
        days.append((entered.tolist(), (random.random(480) < 0.2).astype(int).tolist()))
    calls = [
        [
            DayCalls(
                entered,
                kind,
                [0.0] * 480,
                (200 * random.standard_exponential(480)).tolist(),
                (400 * random.standard_exponential(480)).tolist(),
            )
            for entered, kind in days
        ]
        for _ in range(replications)
    ]
    rounding = ((np.arange(dates * replications) * 0.618 + 0.5) % 1).reshape(replications, dates).astype(np.float64)
    offsets = random.random((replications, dates))
    return Problem(0, 12, 2, calls, rounding, offsets, (1,), np.array([1.0, 0.6]))


def test_staffing_is_found_again_from_the_waits_it_made() -> None:
    truth = Staffing(4.5 + 1.2 * np.sin(np.arange(12) / 3), np.zeros(12), np.array([1.0, 0.6]))
    whole = _problem(7, 12, 4)
    seen = replace(
        whole,
        calls=whole.calls[:1],
        rounding=whole.rounding[:1],
        skill_offset=whole.skill_offset[:1],
    )
    fitted_on = replace(
        whole,
        calls=whole.calls[1:],
        rounding=whole.rounding[1:],
        skill_offset=whole.skill_offset[1:],
    )
    found = simulate(seen, truth)
    columns = (found.date, found.half_hour, found.stream, found.wait_s)
    observed, errors = summarise(*columns, (12, 12, 2)), standard_errors(*columns, (12, 12, 2))
    start = Staffing(np.full(12, 5.5), np.zeros(12), np.array([1.0, 0.6]))
    fit = fit_staffing(fitted_on, observed, errors, start)
    assert fit.loss[-1] < 0.5 * fit.loss[0]
    z = (fit.staffing.agents - truth.agents) / np.maximum(fit.agents_se, 0.15)
    assert np.sqrt(np.mean(z**2)) < 2
    assert abs(np.mean(fit.staffing.agents - truth.agents)) < 0.3
    assert fit.staffing.able[1] == pytest.approx(0.6, abs=max(4 * fit.able_se[1], 0.1))


def test_a_step_that_makes_things_worse_is_not_taken() -> None:
    problem = _problem(8, 4, 1)
    truth = Staffing(np.full(12, 5.0), np.zeros(4), np.array([1.0, 0.6]))
    found = simulate(problem, truth)
    columns = (found.date, found.half_hour, found.stream, found.wait_s)
    observed, errors = summarise(*columns, (4, 12, 2)), standard_errors(*columns, (4, 12, 2))
    fit = fit_staffing(problem, observed, errors, truth)
    assert list(fit.loss) == sorted(fit.loss, reverse=True)
    np.testing.assert_allclose(fit.staffing.agents, truth.agents, atol=1.0)
