"""The staff survey: an exact one says what is felt; error averages out, kindness and silence do not."""

from __future__ import annotations

import math
from typing import Any

import pytest

from sim.core import streams
from sim.mechanisms.staff_survey import said

EXACT: dict[str, Any] = {
    "every": "1 weeks", "answered": "100 %", "error": 0.0, "kindness": 0.0, "silence": 0.0, "cost": "0 EUR",
}  # fmt: skip
MORALE: dict[str, Any] = {
    "burnout": {"time_constant": "6 weeks", "rest": "25 %", "comfortable": "50 %", "load": 0.6},
    "commitment": {"time_constant": "6 weeks", "exhaustion": 0.8},
    "effects": {"cold": 0.1, "warm": 0.1, "absence": 0.2, "leaving": 0.3, "leaving_worn": 0.1},
    "reference": {"name": "as it was", "burnout": "30 %", "commitment": "60 %"},
}  # fmt: skip


@pytest.fixture(scope="module")
def firm(bench: Any) -> Any:
    """A firm of thirty agents whose commitment differs by what each has had to do."""
    settings = {
        "churn": None, "acquisition": None, "calendar.horizon": "26 weeks", "calendar.warm_up": "8 weeks",
        "workforce.groups.desk.headcount": 30, "workforce.attrition.reference.base_hazard": "1 per year",
        "morale": MORALE,
    }  # fmt: skip
    return bench.changed(bench.firm, settings)


def asked(bench: Any, firm: Any, **settings: Any) -> Any:
    return bench.changed(firm, {"staff_survey": EXACT | settings})


def test_an_exact_survey_that_all_answer_says_what_is_felt(bench: Any, firm: Any) -> None:
    found = bench.run(asked(bench, firm), 1)
    assert found.sum("staff_survey.answers") == found.sum("staff_survey.asked") > 500
    assert found.sum("staff_survey.misread") == pytest.approx(0.0, abs=1e-9)


def test_nothing_but_its_cost_changes_anything_else(bench: Any, firm: Any) -> None:
    base = bench.run(firm, 1).observations[0].totals
    noisy = {"answered": "60 %", "error": 20.0, "kindness": 5.0, "silence": 0.5}
    free = bench.run(asked(bench, firm, **noisy), 1).observations[0].totals
    assert {name: free[name] for name in base} == base
    paid = bench.run(asked(bench, firm, cost="10 EUR", **noisy), 1).observations[0].totals
    assert paid["staff_survey.spent"] == 10 * paid["staff_survey.asked"]
    assert {name for name in base if paid[name] != base[name]} >= {"ledger.overheads", "ledger.profit"}


def test_the_error_of_a_survey_is_that_of_an_answer_over_the_root_of_their_number(bench: Any, firm: Any) -> None:
    """Standard deviation of what is misread over many weekly surveys: error / sqrt(n), while nothing is cut off."""
    misread: list[float] = []
    before = [0.0]
    counts: list[int] = [0]

    def note(model: Any, _: Any) -> None:
        survey = next(one for one in model.mechanisms if type(one).__name__ == "StaffSurvey")
        if survey.rounds > counts[-1]:
            misread.append(survey.misread - before[0])
            before[0] = survey.misread
            counts.append(survey.rounds)

    bench.watch(asked(bench, firm, every="1 days", error=10.0), {"day_began": note})
    count, agents = len(misread), 31
    deviation = math.sqrt(sum(one * one for one in misread) / count)
    expected = 0.10 / math.sqrt(agents)
    assert count > 200
    assert deviation == pytest.approx(expected, rel=4 / math.sqrt(2 * count))


def test_kindness_lifts_what_is_said_and_does_not_average_out(bench: Any, firm: Any) -> None:
    found = bench.run(asked(bench, firm, kindness=6.0), 2)
    assert found.ratio("staff_survey.misread", "staff_survey.surveys") == pytest.approx(0.06, abs=0.003)
    worn = bench.run(asked(bench, firm), 2).ratio("staff_survey.worn", "staff_survey.answers")
    assert found.ratio("staff_survey.worn", "staff_survey.answers") < worn - 0.04


def test_where_the_least_committed_keep_silent_commitment_looks_better_than_it_is(bench: Any, firm: Any) -> None:
    """Pay below the market makes those who have been there longest the least committed."""
    poor = {"morale.commitment.pay": 1.0, "morale.commitment.market": {"desk": "60000 EUR per year"}}
    underpaid = bench.changed(firm, poor)
    silent = bench.run(asked(bench, underpaid, answered="50 %", silence=1.0), 2)
    assert silent.ratio("staff_survey.misread", "staff_survey.surveys") > 0.01
    share = silent.ratio("staff_survey.answers", "staff_survey.asked")
    assert 0.3 < share < 0.7


def test_agents_are_asked_as_often_as_said_and_a_policy_can_change_that(bench: Any, firm: Any) -> None:
    quarterly = bench.run(asked(bench, firm, every="13 weeks"), 1)
    assert quarterly.sum("staff_survey.surveys") == 2
    often = {"changes": {"staff_survey.answered": {"to": "0 %"}}}
    nobody = bench.run(bench.with_policies(asked(bench, firm, every="13 weeks"), often=often), 1)
    assert nobody.sum("staff_survey.answers") == 0
    assert nobody.sum("staff_survey.asked") == quarterly.sum("staff_survey.asked")


def test_a_survey_needs_morale(bench: Any, firm: Any) -> None:
    (problem,) = bench.changed(asked(bench, firm), {"morale": None}).problems()
    assert problem[0] == "staff_survey"
    assert "needs the section 'morale'" in problem[1]


def test_what_is_said_stays_within_its_scale() -> None:
    uniforms = [streams.uniform(streams.child(1, number), streams.named("u")) for number in range(1000)]
    answers = [said(0.95, 0.03, 0.2, u) for u in uniforms]
    assert min(answers) >= 0.0
    assert max(answers) == 1.0
    assert said(0.4, 0.1, 0.0, 0.999) == 0.5
