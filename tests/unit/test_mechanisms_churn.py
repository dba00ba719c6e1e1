"""Churn's arithmetic: causes that add up, and what wears off by neglect."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.mechanisms.churn import CAUSES, NeglectSettings, cause, neglect_term


def shares(service: float, price: float, neglect: float, points: int = 20_000) -> dict[str, float]:
    """Share of each cause over evenly spread uniforms."""
    found = [cause(service, price, (place + 0.5) / points, neglect) for place in range(points)]
    return {name: found.count(number) / points for number, name in enumerate(CAUSES)}


def test_causes_share_a_loss_in_proportion_to_what_they_add_to_the_hazard() -> None:
    found = shares(0.4, 0.2, 0.6)
    blamed = 1 - math.exp(-1.2)
    assert found["service"] == pytest.approx(blamed * 0.4 / 1.2, abs=1e-4)
    assert found["price"] == pytest.approx(blamed * 0.2 / 1.2, abs=1e-4)
    assert found["neglect"] == pytest.approx(blamed * 0.6 / 1.2, abs=1e-4)
    assert found["other"] == pytest.approx(1 - blamed, abs=1e-4)


def test_without_neglect_nobody_leaves_because_of_it() -> None:
    assert shares(0.3, 0.7, 0.0)["neglect"] == shares(-0.5, -0.1, 0.0)["neglect"] == 0
    assert shares(-0.5, -0.1, 0.0)["other"] == 1


def test_equity_wears_off_towards_all_of_its_points() -> None:
    settings = NeglectSettings(points=20.0, time_constant="26 weeks", by_resolution=True)  # type: ignore[arg-type]
    since = np.array([0.0, 1.0, 100.0]) * settings.time_constant
    expected = [0.0, 0.5 * 2 * (1 - math.exp(-1)), 0.5 * 2]
    assert neglect_term(since, settings, 0.5) == pytest.approx(expected)
