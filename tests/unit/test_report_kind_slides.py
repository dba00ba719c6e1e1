"""Slides of the other kinds of study: native charts hold the numbers of the result, titles call no effect what is none.

Results are made of made-up observations; nothing is simulated.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import openpyxl
import pptx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.core.measures import Measure
from sim.core.observations import Observations
from sim.core.streams import child, named, root_key, uniform
from sim.experiment.conditions import Conditions
from sim.experiment.estimates import verdict
from sim.experiment.execution import Arm
from sim.report.deck import with_minus
from sim.report.kind_pages import title_of_setting
from sim.report.kind_slides import cell_of, slides_of_kind
from sim.report.kinds import kind_named
from sim.report.numbers import rounded
from sim.report.reopened import Reopened
from sim.scenario import Scenario
from sim.stats.intervals import Estimate

ROOT = Path(__file__).parents[2]
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
HEAD = "frontline: 1\nstudy: s\nkind: {}\ntitle: '=1+1, what of it?'\nscenario: firm.yaml\nreplications: 4\nseed: 3\n"
MORE = "  more: {title: 'One more at the desk', changes: {workforce.groups.desk.headcount: {add: 1}}}\n"
FEWER = "  fewer: {title: '=fewer', changes: {workforce.groups.desk.headcount: {add: -1}}}\n"
STUDIES = {
    "sweep": "design: grid\nsettings: {churn.price_loss: [1, 4, 6], churn.price_gain: [1, 2, 3]}\n"
    "changes: {headcount.desk: ['-1', '+0']}\n",
    "sensitivity": "method: tornado\n"
    "settings: {churn.price_loss: {from: 2, to: 7}, churn.price_gain: {from: 1, to: 3}}\n",
    "break_even": f"policies:\n{MORE}vary: {{setting: churn.price_loss, to: {{from: 2, to: 9}}, of: scenario}}\n"
    "policy: more\nmeasure: profit\n",
    "uncertainty": "draws: 12\nuncertain: {churn.price_loss: {from: 1, to: 7}, churn.price_gain: {from: 1, to: 3}}\n"
    f"policies:\n{MORE}{FEWER}",
    "factorial": f"policies:\n{MORE}{FEWER.replace('workforce.groups.desk.headcount: {add', 'churn.price_loss: {add')}",
    "selection": "measure: profit\nindifference: 5 EUR\nprobability: 90 %\nmost_replications: 8\n"
    f"policies:\n{MORE}{FEWER}",
    "pareto": f"outcomes: {{profit: higher, customers_end: higher}}\npolicies:\n{MORE}arms: {{more: [more]}}\n",
}


@dataclass(frozen=True)
class Known(Conditions):
    """Profit is a known function of two settings and the staff, and noise; price_gain is noise alone."""

    def observe(self, arms: Sequence[Arm], replications: int, seed: int, take: Callable[[Observations], Any]) -> Any:
        first = [getattr(arm, "first", 1) for arm in arms]
        return [
            tuple(take(_seen(arm.scenario, start + number, seed)) for number in range(replications))
            for arm, start in zip(arms, first, strict=True)
        ]


def _seen(scenario: Scenario, number: int, seed: int) -> Observations:
    assert scenario.churn is not None
    loss, gain, staff = scenario.churn.price_loss, scenario.churn.price_gain, 0.0
    for policy in scenario.policies.values():
        for path, change in policy.changes.items():
            loss += float(change.add or 0) if "price_loss" in path else 0.0  # type: ignore[arg-type]
            staff += float(change.add or 0) if "headcount" in path else 0.0  # type: ignore[arg-type]
    noise = uniform(child(root_key(seed, number), named(f"{loss} {gain} {staff}")), 1) - 0.5
    profit = 10 * loss + staff * (30 - 6 * loss) + 4 * noise
    return Observations(number, {"ledger.profit": profit, "years": 1.0, "customers": 100 + staff + noise})


Made = tuple[Any, Any]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Made]:
    """What was found and its slides, by kind."""
    folder = tmp_path_factory.mktemp("kinds")
    (folder / "firm.yaml").write_text((ROOT / "tests" / "behaviour" / "firm.yaml").read_text())
    known: dict[str, Made] = {}

    def of(name: str) -> Made:
        if name not in known:
            file = folder / f"{name}.yaml"
            kind = kind_named(KINDS.get(name, name))
            file.write_text(HEAD.format(KINDS.get(name, name)) + (STUDIES | FURTHER)[name])
            asked = kind.load(file)
            found = kind.execute(asked, Known())
            content = slides_of_kind(Reopened(folder, kind, asked, found, {}, folder))
            known[name] = found, pptx.Presentation(io.BytesIO(content))
        return known[name]

    return of


def charts(show: Any) -> list[Any]:
    return [shape.chart for slide in show.slides for shape in slide.shapes if shape.has_chart]


def titles(show: Any) -> list[str]:
    return [slide.shapes.title.text for slide in show.slides]


def reach(chart: Any, side: str, number: int = 0) -> list[float]:
    """How far the error bars of a series reach on a side."""
    series = chart.plots[0].series[number]._element
    return [float(each.text) for each in series.findall(f"{CHART}errBars/{CHART}{side}//{CHART}v")]


def profit_of(found: Any) -> int:
    return [measure.name for measure in found.measures].index("profit")


FURTHER = {
    "list": STUDIES["sweep"].replace("grid", "list").replace("'+0'", "'+0', '+1'"),
    "one_at_a_time": STUDIES["sweep"].replace("grid", "one_at_a_time"),
    "drawn": "design: sobol\npoints: 8\nchanges: {headcount.desk: {from: '-1', to: '+2'}}\n"
    "settings: {churn.price_loss: {from: 1, to: 6}}\n",
    "morris": STUDIES["sensitivity"].replace("tornado", "morris\npaths: 4"),
    "sobol": STUDIES["sensitivity"].replace("tornado", "sobol\npoints: 8"),
    "of_the_scenario": STUDIES["uncertainty"].partition("policies")[0],
    "cases": STUDIES["break_even"] + "under: {churn.price_gain: [1, 2]}\n",
}
KINDS = dict.fromkeys(("list", "one_at_a_time", "drawn"), "sweep") | dict.fromkeys(("morris", "sobol"), "sensitivity")
KINDS |= {"of_the_scenario": "uncertainty", "cases": "break_even"}


@pytest.mark.parametrize("name", [*STUDIES, *FURTHER])
def test_slides_keep_to_their_frames_and_have_notes_and_a_table(made: Callable[[str], Made], name: str) -> None:
    _, show = made(name)
    for slide in show.slides:
        boxes = [(shape.left, shape.top, shape.left + shape.width, shape.top + shape.height) for shape in slide.shapes]
        for left, top, right, bottom in boxes:
            assert (left >= 0, top >= 0, right <= show.slide_width, bottom <= show.slide_height) == (True,) * 4
        for one, other in combinations(boxes, 2):
            assert one[0] >= other[2] or other[0] >= one[2] or one[1] >= other[3] or other[1] >= one[3]
        assert "common random numbers" in slide.notes_slide.notes_text_frame.text
    assert any(shape.has_table for slide in show.slides for shape in slide.shapes)
    assert charts(show)


@pytest.mark.parametrize("name", [*STUDIES, *FURTHER])
def test_the_sheet_behind_a_chart_holds_its_numbers_and_intervals(made: Callable[[str], Made], name: str) -> None:
    for chart in charts(made(name)[1]):
        book = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob))
        cells = [cell for row in book.active.iter_rows() for cell in row if cell.value is not None]
        assert all(cell.data_type != "f" for cell in cells)
        for reference in chart._chartSpace.iter(f"{CHART}numRef"):
            text = reference.find(f"{CHART}f").text.partition("!")[2].replace("$", "")
            inside = [row[0].value for row in book.active[text]] if ":" in text else [book.active[text].value]
            shown = {int(pt.get("idx")): float(pt.find(f"{CHART}v").text) for pt in reference.iter(f"{CHART}pt")}
            assert [shown.get(at) for at in range(len(inside))] == inside


def test_a_sweep_over_numbers_is_lines_with_the_changes_of_the_result(made: Callable[[str], Made]) -> None:
    found, show = made("sweep")
    place = profit_of(found)
    mine = [one for one in found.effects if one.dimension.name == "churn.price_loss" and one.measure == place]
    chart = charts(show)[0]
    assert "scatterChart" in chart._chartSpace.xml
    series = chart.plots[0].series[0]
    assert list(series.iter_values()) == [rounded(mine[0].change.value), 0.0, rounded(mine[1].change.value)]
    assert reach(chart, "plus") == pytest.approx([mine[0].change.half_width, 0.0, mine[1].change.half_width])
    assert titles(show)[1].startswith("churn.price_loss 1, against 4: profit falls by ")
    staff = next(chart for chart in charts(show) if "barChart" in chart._chartSpace.xml)
    change = next(
        one.change for one in found.effects if one.dimension.name == "headcount.desk" and one.measure == place
    )
    assert list(staff.plots[0].series[0].values) == [rounded(change.value)]


def test_what_cannot_be_told_from_zero_is_no_effect_in_a_title_and_hollow(made: Callable[[str], Made]) -> None:
    found, show = made("sweep")
    place = profit_of(found)
    gain = [one for one in found.effects if one.dimension.name == "churn.price_gain" and one.measure == place]
    assert {verdict(one.change) for one in gain} == {"cannot tell"}
    assert "churn.price_gain, against 2: this study cannot tell whether profit changes" in titles(show)
    chart = next(
        shape.chart
        for slide in show.slides
        if slide.shapes.title.text.startswith("churn.price_gain, against 2: this")
        for shape in slide.shapes
        if shape.has_chart
    )
    assert [int(each.find(f"{CHART}idx").get("val")) for each in chart._chartSpace.iter(f"{CHART}dPt")] == [0, 2]


def test_a_tornado_has_a_bar_for_each_end(made: Callable[[str], Made]) -> None:
    found, show = made("sensitivity")
    one = next(each for each in found.answers if each.measure == profit_of(found))
    order = found.order(one)
    chart = charts(show)[0]
    for number, name in enumerate(("at_low", "at_high")):
        bounds = [one.indices.by_name[name][place] for place in order]
        assert list(chart.plots[0].series[number].values) == [rounded(each.value) for each in bounds]
        assert reach(chart, "minus", number) == pytest.approx([each.value - each.low for each in bounds])
    assert titles(show)[1].startswith("Profit hangs most on churn.price_loss, \u2212")
    assert "price_gain" not in titles(show)[1]


def test_a_break_even_is_a_curve_with_the_interval_of_its_crossing(made: Callable[[str], Made]) -> None:
    found, show = made("break_even")
    (curve,) = found.curves
    lines, crossed = charts(show)[0].plots[0].series
    assert list(lines.iter_values()) == [rounded(each.value) for _, each in curve.points]
    assert reach(charts(show)[0], "plus") == pytest.approx([each.half_width for _, each in curve.points])
    (crossing,) = curve.crossings
    assert crossing.value == pytest.approx(5.0, abs=0.7)
    assert list(crossed.iter_values()) == [0.0]
    assert reach(charts(show)[0], "plus", 1) == pytest.approx([crossing.high - crossing.value])
    assert titles(show)[1].startswith("The mean change of profit turns from positive to negative at ")


def test_uncertainty_has_means_and_coefficients(made: Callable[[str], Made]) -> None:
    found, show = made("uncertainty")
    place = profit_of(found)
    by_arm = {one.arm: one for one in found.answers if one.measure == place}
    means = [by_arm[arm].parts.mean for arm in ("more", "fewer")]
    assert list(charts(show)[0].plots[0].series[0].values) == [rounded(each.value) for each in means]
    assert reach(charts(show)[0], "plus") == pytest.approx([each.half_width for each in means])
    sure = sum(verdict(each) in ("higher", "lower") for each in means)
    assert titles(show)[1] == f"{sure} of 2 policies can be told to change profit, over all that is uncertain"
    hanging = next(title for title in titles(show) if "hangs most on" in title)
    assert "churn.price_loss" in hanging
    assert "churn.price_gain" not in hanging


def test_a_factorial_tells_changes_and_what_is_beyond_their_sum(made: Callable[[str], Made]) -> None:
    found, show = made("factorial")
    place = profit_of(found)
    changes = [found.terms[place, chosen].change for chosen in found.combinations]
    assert list(charts(show)[0].plots[0].series[0].values) == [rounded(each.value) for each in changes]
    beyond = found.terms[place, ("more", "fewer")].beyond
    assert verdict(beyond) == "higher"
    assert "Profit: 1 of 1 combinations can be told to do more or less than the sum of their parts" in titles(show)


def test_a_selection_tells_how_far_arms_are_behind(made: Callable[[str], Made]) -> None:
    found, show = made("selection")
    behind = [found.behind(place) for place in range(3) if place != found.leader]
    assert list(charts(show)[0].plots[0].series[0].values) == [rounded(each.value) for each in behind]
    assert ("is chosen out of 3 arms" in titles(show)[1]) == found.decided


def test_a_front_of_two_outcomes_is_dots_with_intervals_on_both_sides(made: Callable[[str], Made]) -> None:
    found, show = made("pareto")
    profit, customers = (each.estimate for each in found.arms[1].changes)
    series = charts(show)[0].plots[0].series[1]
    assert list(series.iter_values()) == [rounded(customers.value)]
    half_widths = [float(each.text) for each in series._element.findall(f"{CHART}errBars/{CHART}plus//{CHART}v")]
    assert half_widths == pytest.approx([profit.half_width, customers.half_width])


def test_numbers_of_a_table_have_no_exponents() -> None:
    assert [cell_of(each) for each in (37_430.123, 1_234_567.8, 0.25, None, "as it is", 3)] == [
        "37,430", "1,234,600", "0.25", "", "as it is", "3",
    ]  # fmt: skip


CHANGES = {"higher": 5.0, "lower": -4.0, "cannot tell": 3.0, "the same": 0.0}
PROFIT = Measure("profit", "profit", "EUR", "profit", None, 1.0, "higher", outcome=True)


@given(st.lists(st.sampled_from(list(CHANGES)), min_size=1, max_size=5))
def test_the_title_of_a_setting_is_true_of_every_combination_of_verdicts(verdicts: list[str]) -> None:
    halves = {"cannot tell": 4.0, "the same": 0.0}
    changes = [(str(n), Estimate(CHANGES[v], halves.get(v, 1.0), 4, "", 0.95)) for n, v in enumerate(verdicts)]
    assert [verdict(each) for _, each in changes] == verdicts
    title = title_of_setting(PROFIT, "fee", changes, "0")
    told = sum(each in ("higher", "lower") for each in verdicts)
    assert ("rises" in title) == ("higher" in verdicts)
    assert ("falls" in title) == (told > 0 and "higher" not in verdicts)
    assert ("exactly the same" in title) == (set(verdicts) == {"the same"})
    assert ("cannot tell" in title) == (not told and "cannot tell" in verdicts)
    if told and len(verdicts) > 1:
        assert f"{told} of {len(verdicts)} others" in title


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("through fees (-83,600 EUR)", "through fees (\u221283,600 EUR)"),
        ("-2 agents", "\u22122 agents"),
        ("from 10-12, covid-19, a-b, 3 -x", "from 10-12, covid-19, a-b, 3 -x"),
    ],
)
def test_a_hyphen_before_a_number_is_a_minus_in_titles(title: str, shown: str) -> None:
    assert with_minus(title) == shown
