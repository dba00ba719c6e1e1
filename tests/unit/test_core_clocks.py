"""Clocks of customers: a Poisson process for each, the same whatever the steps and whoever else is there."""

from __future__ import annotations

import numpy as np
import pytest

from sim.core import streams
from sim.core.clocks import Clocks
from sim.core.entities import Base

STREAM = streams.named("test clock")


def some(count: int, rate: float, first: int = 0) -> Clocks:
    base = Base(("all",))
    clocks = Clocks(base, ["order", "nothing"], STREAM)
    clocks.run_at(np.array([[rate, 0.0]]))
    slots = base.places(count)
    base.key.array[slots] = streams.brood(7, first, count)
    base.active.array[slots] = True
    clocks.start(slots)
    return clocks


def test_clocks_run_down_at_their_rate_and_those_without_never() -> None:
    due = some(2000, 0.01).pass_by(300.0)
    assert due.slots.size == pytest.approx(6000, abs=5 * 6000**0.5)
    assert set(due.columns.tolist()) == {0}
    per_customer = np.bincount(due.slots, minlength=2000)
    assert per_customer.var() / per_customer.mean() == pytest.approx(1.0, abs=0.16)  # 5 standard errors of the index


def test_in_steps_the_same_clocks_run_down_as_at_once() -> None:
    at_once, clocks = some(50, 0.02).pass_by(400.0), some(50, 0.02)
    keys = np.concatenate([clocks.pass_by(span).keys for span in [40.0, 0.0, 10.0, *[35.0] * 10]])
    assert keys.tolist() == at_once.keys.tolist()


def test_they_come_in_order_each_within_the_span() -> None:
    due = some(100, 0.05).pass_by(60.0)
    assert (np.diff(due.fractions) >= 0).all()
    assert 0.0 < due.fractions[0] <= due.fractions[-1] <= 1.0
    assert np.unique(due.keys).size == due.keys.size


def test_a_change_of_rate_and_back_changes_nothing_and_a_higher_one_brings_all_forward() -> None:
    still, changed, faster = some(80, 0.01), some(80, 0.01), some(80, 0.01)
    for clocks in (still, changed, faster):
        clocks.pass_by(50.0)
    changed.run_at(np.array([[0.0, 0.0]]))
    assert changed.pass_by(500.0).keys.size == 0
    changed.run_at(np.array([[0.01, 0.0]]))
    faster.run_at(np.array([[0.02, 0.0]]))
    expected = still.pass_by(100.0).keys.tolist()
    assert changed.pass_by(100.0).keys.tolist() == expected
    assert faster.pass_by(50.0).keys.tolist() == expected


def test_newcomers_do_not_touch_the_clocks_of_others() -> None:
    few, more = some(30, 0.01), some(60, 0.01)
    mine = few.pass_by(200.0).keys
    assert set(mine.tolist()) < set(more.pass_by(200.0).keys.tolist())
