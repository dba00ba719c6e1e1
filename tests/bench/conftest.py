"""Benchmarks measure processes that have simulated for some seconds: what can be compiled is."""

from __future__ import annotations

import pytest

from sim import compiling


@pytest.fixture(scope="session", autouse=True)
def _compiled() -> None:
    print(f"\narithmetic is {'' if compiling.ready() else 'not '}compiled")
