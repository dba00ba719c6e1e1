"""Laws of what an agent cannot end alone: the queue behind a transfer, another department, a chat that customers leave.

Precision, controls and confidence are those of the known answers; the seed is fixed in `sim.laws.handing_over`.
"""

from __future__ import annotations

import pytest

from sim.laws.cases import Case
from sim.laws.effort import Effort
from sim.laws.handing_over import FULL, QUICK, SEED, cases, confidences, plan_of
from sim.laws.meeting import misses
from sim.laws.plans import replicate

LAWS = [pytest.param(case, id=f"{case.id} {case.model}") for case in cases()]


def missed(case: Case, effort: Effort) -> list[str]:
    plan = plan_of(case)
    rows = [replicate(plan, SEED, number, effort.size) for number in range(1, effort.replications + 1)]
    return misses(case, plan, effort, rows, confidences())


@pytest.mark.parametrize("case", LAWS)
def test_short_simulation_contains_the_known_answer(case: Case) -> None:
    assert missed(case, QUICK[case.id]) == []


@pytest.mark.slow
@pytest.mark.parametrize("case", LAWS)
def test_long_simulation_meets_the_known_answer(case: Case) -> None:
    assert missed(case, FULL[case.id]) == []
