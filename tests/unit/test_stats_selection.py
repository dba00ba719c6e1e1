"""Procedure KN by hand: its constants, its boundary, drops, ties and an end without a decision."""

from __future__ import annotations

import pytest

from sim.stats.selection import Dropped, boundary, eta, h_squared, screen


@pytest.mark.parametrize("arms", [2, 3, 5, 10, 100])
@pytest.mark.parametrize("first", [5, 10, 24])
@pytest.mark.parametrize("probability", [0.9, 0.95, 0.99])
def test_eta_solves_the_equation_that_defines_it(arms: int, first: int, probability: float) -> None:
    """Half of (1 + 2 eta)^-((n0 - 1) / 2) is alpha / (k - 1): Kim and Nelson's g(eta) for c = 1."""
    found = eta(arms, first, probability)
    assert 0.5 * (1 + 2 * found) ** (-(first - 1) / 2) == pytest.approx((1 - probability) / (arms - 1), rel=1e-9)


def test_constants_are_those_of_the_formula_worked_out_by_hand() -> None:
    assert eta(3, 10, 0.95) == pytest.approx(0.5 * (0.05 ** (-2 / 9) - 1), rel=1e-12)
    assert eta(3, 10, 0.95) == pytest.approx(0.472944, abs=1e-6)
    assert h_squared(3, 10, 0.95) == pytest.approx(18 * 0.472944, abs=2e-5)
    assert h_squared(10, 24, 0.95) == pytest.approx(11.0143, abs=1e-4)


ZIGZAG = (1.0, -1.0) * 20


def test_an_arm_is_dropped_at_the_first_stage_at_which_it_is_too_far_behind() -> None:
    worse = tuple(value - 1.2 for value in (0.0,) * 40)
    best = ZIGZAG
    reach = boundary([best, worse], 4, 1.0, 0.95)[0][1]
    assert reach == pytest.approx(h_squared(2, 4, 0.95) * 4 / 3)
    at = next(r for r in range(4, 41) if sum(best[:r]) - sum(worse[:r]) > max(0.0, 0.5 * (reach - r)))
    found = screen([worse, best], 4, 1.0, 0.95)
    assert (found.chosen, found.dropped, found.stage) == (1, {0: Dropped(at, 1)}, at)
    assert at > 4
    lower = screen([worse, best], 4, 1.0, 0.95, higher=False)
    assert lower.chosen == 0


def test_without_replications_enough_nothing_is_chosen_and_more_of_them_change_no_drop() -> None:
    columns = [ZIGZAG, tuple(0.3 - value for value in ZIGZAG), (-30.0,) * 4]
    early = screen([column[:5] for column in columns], 4, 1.0, 0.95)
    assert (early.chosen, early.left, early.stage) == (None, (0, 1), 5)
    assert early.dropped == {2: Dropped(4, early.dropped[2].by)}
    later = screen(columns, 4, 1.0, 0.95)
    assert later.dropped[2] == early.dropped[2]


def test_arms_that_are_exactly_equal_end_the_search_together() -> None:
    found = screen([ZIGZAG[:6], ZIGZAG[:6]], 6, 1.0, 0.95)
    assert (found.chosen, found.tied, found.left) == (0, (1,), (0, 1))


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="expected 2, 2, a share"):
        eta(1, 10, 0.95)
    with pytest.raises(ValueError, match="above 0"):
        screen([ZIGZAG, ZIGZAG], 4, 0.0, 0.95)
    with pytest.raises(ValueError, match="less than the 4"):
        screen([ZIGZAG, (1.0,)], 4, 1.0, 0.95)
