"""Which input an outcome hangs on: known coefficients, ties, and what cannot be told."""

from __future__ import annotations

import numpy as np
import pytest

from sim.stats.ranks import hanging, standardised


def test_ties_share_their_ranks() -> None:
    assert standardised(np.array([5.0, 1.0, 5.0, 9.0])) * np.std([2.5, 1, 2.5, 4], ddof=1) + 2.5 == pytest.approx(
        [2.5, 1.0, 2.5, 4.0]
    )


def test_a_rising_function_of_one_input_has_the_coefficient_one_however_bent() -> None:
    inputs = np.random.default_rng(1).uniform(size=(40, 2))
    found = hanging(inputs, np.exp(9 * inputs[:, 0]))
    assert found is not None
    assert found.coefficients[0].value == pytest.approx(1.0)
    assert found.coefficients[1].value == pytest.approx(0.0, abs=1e-12)
    assert found.explained == pytest.approx(1.0)


def test_independent_inputs_share_the_outcome_by_their_variances() -> None:
    source = np.random.default_rng(3)
    inputs = source.standard_normal((4000, 3))
    found = hanging(inputs, 3 * inputs[:, 0] - 4 * inputs[:, 1] + 0 * inputs[:, 2])
    assert found is not None
    first, second, third = found.coefficients
    assert (first.value, second.value) == pytest.approx((0.6, -0.8), abs=0.03)
    assert not third.excludes_zero
    assert found.explained == pytest.approx(0.97, abs=0.03)


def test_intervals_of_an_input_that_does_nothing_hold_zero_as_often_as_they_say() -> None:
    source, held = np.random.default_rng(5), 0
    for _ in range(1000):
        inputs = source.uniform(size=(25, 3))
        found = hanging(inputs, inputs[:, 0] + source.standard_normal(25))
        assert found is not None
        held += not found.coefficients[2].excludes_zero
    assert 930 <= held <= 970


@pytest.mark.parametrize("draws", [2, 3, 4])
def test_too_few_draws_tell_nothing(draws: int) -> None:
    inputs = np.random.default_rng(1).uniform(size=(draws, 3))
    assert hanging(inputs, inputs[:, 0]) is None


def test_an_outcome_that_never_differs_hangs_on_nothing() -> None:
    inputs = np.random.default_rng(1).uniform(size=(20, 2))
    assert hanging(inputs, np.full(20, 3.0)) is None
    assert hanging(np.column_stack([inputs[:, 0], inputs[:, 0]]), inputs[:, 1]) is None
