"""Policies triggered by a watched measure: on the morning on which management sees it, and never otherwise."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from sim.door import compare
from sim.files import FileProblem, load_scenario, load_study
from sim.files.goals import Goal
from sim.files.policies import policy_problems
from sim.files.problems import Place
from sim.files.tree import planted
from sim.model import measures, watchable
from sim.report.tables import replications
from sim.scenario import Scenario

ROOT = Path(__file__).parents[2]
WEEK = {"over": "7 days"}
TOOLS = {"workforce.groups.desk.tools": {"to": "95 %"}}


def watching(bench: Any, when: dict[str, Any], **more: Any) -> Scenario:
    """The firm with a policy that waits for a measure."""
    found: Scenario = bench.with_policies(bench.firm, tools={"when": when, "changes": TOOLS, **more})
    return found


def days_in_force(bench: Any, scenario: Scenario) -> list[int]:
    """Counted days on which the tools are the better ones."""
    found: list[int] = []

    def note(model: Any, day: Any) -> None:
        if model.world.groups["desk"].tools == 0.95:
            found.append(day.counted)

    bench.watch(scenario, {"day_began": note})
    return found


def test_a_policy_that_is_never_triggered_changes_nothing(bench: Any) -> None:
    when = {"measure": "telephone.abandonment", "above": "99 %", **WEEK}
    found, base = bench.run(watching(bench, when), 1).observations[0], bench.run(bench.firm, 1).observations[0]
    assert {name: value for name, value in found.totals.items() if not name.startswith("policies.")} == base.totals
    assert (found.months, found.days) == (base.months, base.days)
    assert (found.totals["policies.tools.days"], found.totals["policies.tools.times"]) == (0, 0)


def test_a_policy_triggered_at_once_is_the_policy_without_a_watch(bench: Any) -> None:
    when = {"measure": "telephone.service_level", "below": "100 %", **WEEK}
    found = bench.run(watching(bench, when), 1).observations[0]
    base = bench.run(bench.with_policies(bench.firm, tools={"changes": TOOLS}), 1).observations[0]
    assert {name: value for name, value in found.totals.items() if not name.startswith("policies.")} == base.totals
    assert (found.totals["policies.tools.days"], found.totals["policies.tools.times"]) == (168, 1)


def test_it_is_triggered_when_the_measure_is_bad_and_ends_when_it_is_good(bench: Any) -> None:
    """A surge of demand that passes: the policy comes with it and goes after it."""
    surge = {"needs.kinds.fault.rate": {"to": {"home": "12 per year", "business": "12 per year"},
                                        "from": "2026-04-06", "until": "2026-05-04"}}  # fmt: skip
    when = {"measure": "occupancy", "above": "55 %", "release": "45 %", **WEEK}
    firm = bench.with_policies(bench.firm, surge={"changes": surge}, tools={"when": when, "changes": TOOLS})
    days = days_in_force(bench, firm)
    assert days == list(range(days[0], days[-1] + 1))
    assert 35 < days[0] < 49  # the surge begins on day 35 of those that count
    assert 63 < days[-1] < 91
    late = bench.with_policies(
        bench.firm, surge={"changes": surge}, tools={"when": {**when, "seen_after": "10 days"}, "changes": TOOLS}
    )
    assert days_in_force(bench, late)[0] == days[0] + 10


def test_it_lasts_as_long_as_it_is_meant_to_and_costs_each_time(bench: Any) -> None:
    when = {"measure": "telephone.abandonment", "above": "0 %", "lasts": "14 days", "over": "1 days"}
    costs = {"costs": {"one_off": "1000 EUR", "running": "3650 EUR per year"}}
    found = bench.run(watching(bench, when, **costs), 1).observations[0]
    times, days = found.totals["policies.tools.times"], found.totals["policies.tools.days"]
    assert days >= 14 * times > 14
    real = bench.changed(bench.firm, {"economics.basis": "real"})
    paid = bench.run(bench.with_policies(real, tools={"when": when, "changes": TOOLS, **costs}), 1)
    assert paid.sum("ledger.policies") == pytest.approx(-(1000 * times + 10 * days))


def test_a_date_and_a_ramp_hold_within_what_is_triggered(bench: Any) -> None:
    when = {"measure": "telephone.service_level", "below": "100 %", **WEEK}
    late = {"workforce.groups.desk.tools": {"to": "95 %", "from": "2026-05-04", "ramp": "2 weeks"}}
    days = days_in_force(bench, bench.with_policies(bench.firm, tools={"when": when, "changes": late}))
    assert days[0] == 63 + 7  # the second week of the ramp
    ramp = {"workforce.groups.desk.tools": {"to": "95 %", "ramp": "2 weeks"}}
    days = days_in_force(bench, bench.with_policies(bench.firm, tools={"when": when, "changes": ramp}))
    assert days[0] == 7


def test_a_run_reports_how_often_and_how_long_a_policy_acted(bench: Any) -> None:
    when = {"measure": "telephone.service_level", "below": "100 %", **WEEK}
    names = {measure.name for measure in measures(watching(bench, when))}
    assert {"in_force.tools", "triggered.tools"} <= names
    assert "in_force.tools" not in {measure.name for measure in measures(bench.firm)}


def test_what_can_be_watched_grows_and_is_no_level_but_for_those_that_are_read_as_such(bench: Any) -> None:
    """Levels would not make a quotient of growths."""
    levels: set[str] = set()

    def note(model: Any, _: Any) -> None:
        levels.update(name for one in model.mechanisms for name in one.levels())

    few = {f"customers.segments.{name}.count": "100" for name in ("home", "business")}
    span = {"calendar.horizon": "1 days", "calendar.warm_up": "1 days"}
    full = load_scenario(ROOT / "scenarios" / "broadband_in_full.yaml", few | span)
    bench.watch(full, {"counting_began": note})
    for measure in watchable(full).values():
        made_of = {measure.numerator, measure.denominator}
        assert made_of & levels == (set() if measure.is_ratio else {measure.numerator}), measure.name


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ({"measure": "telephon.service_level", "below": "80 %"}, "did you mean telephone.service_level?"),
        ({"measure": "telephone.service_level", "below": "80 points"}, "is measured in %"),
        ({"measure": "telephone.waiting", "above": "20 contacts", "release": "10 contacts"}, None),
        ({"measure": "customer_retention_12m", "below": "80 %"}, "cannot be watched"),
    ],
)
def test_a_measure_that_nobody_can_watch_is_an_error_with_the_nearest_name(
    bench: Any, when: dict[str, Any], words: str | None
) -> None:
    scenario = watching(bench, {**when, **WEEK})
    problems = policy_problems(scenario, scenario.policies, planted(scenario.plain(), Place("firm.yaml", 3)))
    assert [words in str(one) for one in problems] == ([] if words is None else [True])


def test_a_file_says_where_a_watch_is_wrong(tmp_path: Path) -> None:
    text = (ROOT / "tests" / "behaviour" / "firm.yaml").read_text(encoding="utf-8")
    text += """policies:
  tools:
    title: Better tools
    when: {measure: telephone.service_levl, below: 80 %, over: 7 days}
    changes: {workforce.groups.desk.tools: {to: 95 %}}
"""
    (tmp_path / "firm.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(FileProblem) as refused:
        load_scenario(tmp_path / "firm.yaml")
    assert str(refused.value).count("\n") == 0
    assert "firm.yaml:" in str(refused.value)
    assert "did you mean" in str(refused.value)


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("{measure: occupancy, below: 80, over: 7 days}", "when.below needs a number and the unit"),
        ("{measure: occupancy, below: eighty, over: 7 days}", "when.below needs a number and the unit"),
        ("{measure: occupancy, below: 80 s, over: 7 days}", "occupancy is measured in %"),
        ("{measure: occupancy, blow: 80 %, over: 7 days}", "did you mean below?"),
        ("{}", "when.measure is missing"),
        ("5", "must be a mapping"),
    ],
)
def test_a_study_says_where_a_watch_is_wrong(tmp_path: Path, when: str, words: str) -> None:
    with pytest.raises(FileProblem, match=re.escape(words)) as refused:
        load_study(study(tmp_path, when))
    assert all(str(one).startswith(str(tmp_path / "study.yaml")) for one in refused.value.problems)


def test_a_comparison_says_how_much_of_the_time_a_policy_acted(tmp_path: Path) -> None:
    when = "{measure: telephone.service_level, below: 100 %, over: 7 days}"
    found = compare(study(tmp_path, when, "measures: [in_force.tools]"), workers=1)
    row = found.result.row("in_force.tools")
    assert row is not None and row.baseline is not None and row.changes["tools"] is not None
    assert (row.baseline.value, row.changes["tools"].estimate.value) == (0.0, pytest.approx(100.0))
    each = [one for one in replications(found.result) if one["measure"] == "in_force.tools"]
    assert [one["numerator"] for one in each if one["arm"] == "baseline"] == [0.0, 0.0]
    assert [one["value"] for one in each] == [0.0, 0.0, pytest.approx(100.0), pytest.approx(100.0)]


def test_a_study_knows_what_policies_count_of_themselves_whatever_it_asks_about_it(tmp_path: Path) -> None:
    when = "{measure: telephone.service_level, below: 80 %, over: 7 days}"
    path = study(tmp_path, when, "measures: [in_force.own]\nprecision: {in_force.tools: 2 points}")
    with (tmp_path / "firm.yaml").open("a", encoding="utf-8") as firm:
        firm.write(f"policies: {{own: {{title: Own, when: {when}}}}}\n")
    found = load_study(path)
    assert found.measures == ("in_force.own",)
    assert found.precision == (Goal("in_force.tools", 2.0),)


def study(folder: Path, when: str, more: str = "") -> Path:
    """A study of one policy that waits for a measure."""
    path, firm = folder / "study.yaml", folder / "firm.yaml"
    firm.write_text((ROOT / "tests" / "behaviour" / "firm.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    path.write_text(
        f"""frontline: 1
study: alarm
title: Better tools when they are needed
scenario: firm.yaml
replications: 2
seed: 1
policies:
  tools:
    title: Better tools
    when: {when}
    changes: {{workforce.groups.desk.tools: {{to: 95 %}}}}
{more}
""",
        encoding="utf-8",
    )
    return path
