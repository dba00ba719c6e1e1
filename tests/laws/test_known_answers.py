"""Known answers: every case of the file, run as an ordinary scenario by the ordinary engine.

Each interval holds with the same confidence, such that all intervals of the file hold together with 99 %; it must be
as narrow as the case demands and contain the known answer. The seed is fixed in `sim.laws.cases`.
"""

from __future__ import annotations

import pytest

from sim.laws.cases import Case, read_cases
from sim.laws.effort import ANY_FULL, FULL, QUICK, Effort, confidences, expressed, plan_of, rows_of
from sim.laws.meeting import EXACT, misses

CASES = {case.id: case for case in read_cases()}
RUN = [case_id for case_id, case in CASES.items() if expressed(case)]


def named(ids: list[str]) -> list[object]:
    return [pytest.param(CASES[case_id], id=case_id) for case_id in ids]


def missed(case: Case, effort: Effort) -> list[str]:
    """What is too wide, and what lies outside its interval, in words; nothing if all is well."""
    return misses(case, plan_of(case, effort), effort, rows_of(case.id, effort), confidences())


def test_every_case_of_the_file_is_run() -> None:
    assert set(RUN) == set(CASES)
    assert set(FULL) == set(RUN)
    assert set(QUICK) <= set(RUN)


@pytest.mark.parametrize("case", named(RUN))
def test_every_expected_number_is_read_or_computed(case: Case) -> None:
    plan = plan_of(case, ANY_FULL)
    assert set(plan.readings) | set(plan.exact) == set(case.expected)


@pytest.mark.parametrize("case", named([case_id for case_id in RUN if plan_of(CASES[case_id], ANY_FULL).exact]))
def test_formula_without_noise_gives_the_known_answer(case: Case) -> None:
    exact = plan_of(case, ANY_FULL).exact
    assert exact == pytest.approx({name: case.expected[name] for name in exact}, rel=EXACT)


@pytest.mark.parametrize("case", named([case_id for case_id in RUN if case_id not in QUICK]))
def test_simulation_meets_the_known_answer(case: Case) -> None:
    assert missed(case, FULL[case.id]) == []


@pytest.mark.parametrize("case", named(list(QUICK)))
def test_short_simulation_contains_the_known_answer(case: Case) -> None:
    assert missed(case, QUICK[case.id]) == []


@pytest.mark.slow
@pytest.mark.parametrize("case", named(list(QUICK)))
def test_long_simulation_meets_the_known_answer(case: Case) -> None:
    assert missed(case, FULL[case.id]) == []
