"""Which part of a relationship belongs to an agent."""

from __future__ import annotations

import numpy as np
import pytest

from sim.mechanisms.ties import TieSettings, part_of_the_agent


def test_a_tie_grows_with_contacts_towards_its_share() -> None:
    settings = TieSettings.model_validate({"share": "40 %", "half": 3.0})
    found = part_of_the_agent(np.array([0, 3, 3_000_000]), settings)
    assert found == pytest.approx([0.0, 0.2, 0.4], abs=1e-6)
