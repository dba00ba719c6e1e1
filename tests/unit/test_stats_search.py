"""Searching for a known optimum within a budget."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from sim.stats.search import Point, Worth, search


def tried(function, budget: int, seed: int = 3, size: int = 2) -> list[tuple[Point, Worth]]:  # type: ignore[no-untyped-def]
    seen: list[tuple[Point, Worth]] = []

    def evaluate(points: Sequence[Point]) -> list[Worth]:
        found = [function(*point) for point in points]
        seen.extend(zip(points, found, strict=True))
        return found

    search(evaluate, size, budget, seed, (0.9,) * size)
    return seen


def bowl(x: float, y: float) -> Worth:
    return Worth((x - 0.3) ** 2 + (y - 0.7) ** 2)


def bowl_in_a_corner(x: float, y: float) -> Worth:
    """The same where x may not be below 0.5: the best is at (0.5, 0.7), worth 0.04."""
    return Worth(bowl(x, y).objective, max(0.5 - x, 0.0))


def best(seen: list[tuple[Point, Worth]]) -> tuple[Point, Worth]:
    return min(seen, key=lambda pair: pair[1].order)


def test_the_bottom_of_a_bowl_is_found() -> None:
    point, _ = best(tried(bowl, 400))
    assert point == pytest.approx((0.3, 0.7), abs=0.02)


def test_a_constraint_is_kept_and_the_best_lies_on_it() -> None:
    point, worth = best(tried(bowl_in_a_corner, 400))
    assert worth.broken == 0.0
    assert point == pytest.approx((0.5, 0.7), abs=0.03)


def test_the_budget_is_kept_and_the_start_is_tried_first() -> None:
    for budget in (5, 8, 30, 100):
        seen = tried(bowl, budget)
        assert len(seen) <= max(budget, 5)
        assert seen[0][0] == (0.9, 0.9)


def test_the_same_seed_tries_the_same_points() -> None:
    assert tried(bowl, 60) == tried(bowl, 60)
    assert tried(bowl, 60) != tried(bowl, 60, seed=4)


def test_whoever_breaks_a_constraint_stands_behind_all_who_keep_it() -> None:
    assert Worth(1e9).order < Worth(-1e9, 1e-9).order < Worth(-1e9, 0.5).order
    assert Worth(0.0, float("inf")).order > Worth(0.0, 1e6).order
