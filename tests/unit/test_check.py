"""What ``check`` says of a scenario before anything is simulated."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import TypeAdapter

from sim.check import CheckReport, check, check_study
from sim.core.distributions import Law
from sim.files import load_scenario, load_study
from sim.ordered import share_within
from sim.report.checks import render_check
from sim.scenario import Scenario
from sim.templates import write_templates

ORDERS = Path(__file__).parents[1] / "behaviour" / "orders.yaml"
Checked = Callable[..., CheckReport]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_templates(tmp_path)
    return tmp_path


@pytest.fixture
def checked(folder: Path) -> Checked:
    """The template with single settings changed: dotted path with __ for the dots -> value as in a file."""

    def run(**settings: str) -> CheckReport:
        return check(load_scenario(folder / "scenario.yaml", {k.replace("__", "."): v for k, v in settings.items()}))

    return run


def test_a_load_beyond_any_operation_is_doubted_at_once(checked: Checked) -> None:
    begun = time.process_time()
    report = checked(agents__handle_time__order__mean="900000 years")
    assert time.process_time() - begun < 5
    assert {load.channel: load.needed for load in report.loads}["telephone"] is None
    assert any("erlang on monday 10:00" in doubt for doubt in report.doubts)
    assert "agents asked" in render_check(report)


def test_no_doubt_has_two_blanks_in_a_row(checked: Checked) -> None:
    doubts = checked(calendar__warm_up="7 days", calendar__horizon="28 days").doubts
    assert any("warm_up is 7 days" in doubt for doubt in doubts)
    assert not any("  " in doubt for doubt in doubts)


def study(folder: Path, change: str) -> CheckReport:
    """The template's study with another change of the headcount."""
    file = folder / "study.yaml"
    text = file.read_text("utf-8")
    assert "headcount: {add: 1}" in text
    file.write_text(text.replace("headcount: {add: 1}", f"headcount: {change}"), "utf-8")
    return check_study(load_study(file))


def test_the_template_is_not_doubted(folder: Path) -> None:
    assert study(folder, "{add: 1}").doubts == ()


@pytest.mark.parametrize(
    ("change", "doubt"),
    [
        ("{add: 1, from: 2035-01-01}", "begins on 2035-01-01, but the horizon ends on 2027-07-06; it never comes"),
        ("{add: 1, from: 2026-02-01}", "begins on 2026-02-01, but counting begins on 2026-07-06; what it does before"),
        ("{add: 1, until: 2026-07-06}", "ends on 2026-07-06, but counting begins on 2026-07-06; it is not in force"),
        ("{add: 1, from: 2027-01-01, ramp: 2 years}", "is in full force on 2028-12-31 only, but the horizon ends on"),
        ("{add: 1, ramp: 90000 years}", "only, but the horizon ends on 2027-07-06"),
    ],
)
def test_a_policy_whose_dates_miss_the_horizon_is_doubted(folder: Path, change: str, doubt: str) -> None:
    (found,) = study(folder, change).doubts
    assert found.startswith("policies.one_more.changes.workforce.groups.desk.headcount ")
    assert doubt in found


def test_what_is_doubtful_only_under_a_policy_is_told_with_its_arm(folder: Path) -> None:
    doubts = study(folder, "{to: 0}").doubts
    assert doubts
    assert all(doubt.startswith("one_more: ") for doubt in doubts)
    assert any("nobody on duty" in doubt for doubt in doubts)


def test_dates_without_volumes_are_doubted(folder: Path) -> None:
    (folder / "calls.csv").write_text("date,time,calls\n2026-07-06,12:00,5\n2026-07-07,00:00,5\n")
    own = (
        "frontline: 1\nextends: scenario.yaml\ncalendar: {horizon: 7 days}\n"
        "arrivals: {streams: {calls: {kind: fault, channel: telephone, volumes: {table: calls.csv, column: calls}}}}\n"
    )
    (folder / "own.yaml").write_text(own)
    doubts = check(load_scenario(folder / "own.yaml")).doubts
    assert any("arrivals.streams.calls.volumes gives numbers for 2 of 7 days" in doubt for doubt in doubts)


@pytest.mark.parametrize(
    ("patience", "formula"), [("0 s", "Erlang A"), ("4 min", "Erlang A"), ("99 years", "Erlang C")]
)
def test_any_patience_is_answered_at_once(checked: Checked, patience: str, formula: str) -> None:
    begun = time.process_time()
    report = checked(patience__channels__telephone__patience__mean=patience)
    assert time.process_time() - begun < 5
    load = {each.channel: each for each in report.loads}["telephone"]
    assert load.formula == formula
    assert load.needed is not None
    assert 3 <= load.needed <= 7


def test_what_self_service_ends_does_not_reach_the_staff(folder: Path) -> None:
    scenario = load_scenario(folder / "scenario.yaml")
    plain = scenario.plain()
    kind = next(iter(scenario.needs.kinds))  # type: ignore[union-attr]  # the template has needs
    plain["self_service"] = {
        "kinds": {kind: {"tried": 0.5, "contained": 0.4}}, "gives_up": 0.25, "again": 1.0, "contained_score": 80,
        "failed_score": 40, "cost": 0.0,
    }  # fmt: skip
    found = [
        {
            name: sum(flow.per_year for flow in check(one).contacts if flow.kind == name)
            for name in one.agents.handle_time
        }
        for one in (scenario, Scenario.from_plain(plain))
    ]
    assert found[1][kind] == pytest.approx(found[0][kind] * (1 - 0.5 * (0.4 + 0.6 * 0.25)))
    assert all(found[1][name] == pytest.approx(found[0][name]) for name in found[0] if name != kind)


@pytest.mark.parametrize(("margin", "doubted"), [(0.0, True), (9.0, False)])
def test_a_fee_of_nothing_is_doubted_unless_orders_pay(bench: Any, margin: float, doubted: bool) -> None:
    orders = yaml.safe_load(ORDERS.read_text(encoding="utf-8"))
    orders["products"]["handset"]["margin"] = margin
    firm = bench.changed(bench.firm, {"pricing.fee.home": 0.0, "fulfilment": orders})
    assert ("pricing.fee.home is 0; these customers pay nothing" in check(firm).doubts) is doubted


@pytest.mark.parametrize(
    ("at_start", "usage", "doubted"),
    [({"home": 0.2}, {}, False), ({}, {"home": 1e-6}, False), ({}, {}, True)],
)
def test_a_fee_of_nothing_is_doubted_unless_products_held_or_usage_pay(
    bench: Any, at_start: dict[str, float], usage: dict[str, float], doubted: bool
) -> None:
    product = {"at_start": at_start, "at_joining": {}, "bought": {}, "dropped": 0.0, "margin": 1e-6}
    spend = {
        "products": {"television": product}, "usage": usage, "reference": 60, "buying": 0.1, "dropping": 0.1,
        "using": 0.1,
    }  # fmt: skip
    firm = bench.changed(bench.firm, {"pricing.fee.home": 0.0, "spend": spend})
    assert ("pricing.fee.home is 0; these customers pay nothing" in check(firm).doubts) is doubted


def law_of(name: str, mean: float, **others: float) -> Law:
    found: Law = TypeAdapter(Law).validate_python({"law": name, "mean": f"{mean!r} s", **others})
    return found


@pytest.mark.parametrize(
    ("law", "limit", "share"),
    [
        (law_of("exponential", 100.0), 100.0, 1.0 - math.exp(-1.0)),
        (law_of("lognormal", math.exp(0.5), cv=math.sqrt(math.e - 1.0)), 1.0, 0.5),
        (law_of("constant", 5.0), 4.9, 0.0),
        (law_of("constant", 5.0), 5.0, 1.0),
    ],
)
def test_the_share_of_a_law_under_a_limit_is_that_of_its_formula(law: Law, limit: float, share: float) -> None:
    assert share_within(law, limit) == pytest.approx(share, abs=1e-9)
