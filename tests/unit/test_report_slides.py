"""Slides hold the numbers of the result in native charts and tables and keep to their frames; their titles are true."""

from __future__ import annotations

import io
import re
import zipfile
from itertools import combinations
from pathlib import Path
from typing import Any

import openpyxl
import pptx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sim.core.measures import Measure
from sim.core.observations import Observations
from sim.experiment.comparison import Result, estimate
from sim.experiment.execution import Arm
from sim.experiment.plan import Plan
from sim.files import load_scenario
from sim.files.libraries import NotInstalled
from sim.report import headlines
from sim.report.bridge import steps_of
from sim.report.deck import EMU, Box, NoTemplate, fitted, lines_of, with_minus
from sim.report.months import courses
from sim.report.numbers import rounded, with_half_width
from sim.report.sentences import FIVE, name_in_sentence, told_rows
from sim.report.slides import slides
from sim.scenario import Scenario

CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


def opened(content: bytes) -> Any:
    return pptx.Presentation(io.BytesIO(content))


@pytest.fixture(scope="module")
def one(one_policy: Result) -> Any:
    return opened(slides(one_policy))


@pytest.fixture(scope="module")
def eight(eight_policies: Result) -> Any:
    return opened(slides(eight_policies))


def charts(show: Any) -> list[Any]:
    return [shape.chart for slide in show.slides for shape in slide.shapes if shape.has_chart]


def tables(show: Any) -> list[list[list[str]]]:
    found = [shape.table for slide in show.slides for shape in slide.shapes if shape.has_table]
    return [[[cell.text for cell in row.cells] for row in table.rows] for table in found]


def titles(show: Any) -> list[str]:
    return [slide.shapes.title.text for slide in show.slides]


def words(show: Any) -> str:
    texts = [shape.text_frame.text for slide in show.slides for shape in slide.shapes if shape.has_text_frame]
    return "\n".join([*texts, *(cell for table in tables(show) for row in table for cell in row)])


def test_one_policy_takes_about_nine_slides_of_sixteen_to_nine(one: Any) -> None:
    assert 7 <= len(one.slides) <= 10
    assert one.slide_width / one.slide_height == pytest.approx(16 / 9, abs=1e-3)


def test_titles_state_what_was_found(one: Any, one_policy: Result) -> None:
    found = titles(one)
    assert found[0] == "Should the fee rise?"
    assert found[1] == with_minus(headlines.finding(one_policy, one_policy.policies[0]))
    assert with_minus(headlines.bridge(one_policy, one_policy.policies[0])) in found


def test_bars_are_native_with_the_numbers_and_half_widths_of_the_result(one: Any, one_policy: Result) -> None:
    bars = [chart for chart in charts(one) if chart._chartSpace.findall(f".//{CHART}errBars")]
    rows = [row for row in told_rows(one_policy) if (change := row.changes["fee_up"]) and change.verdict != "the same"]
    assert len(bars) == len(rows) > 2
    for chart, row in zip(bars, rows, strict=True):
        change = row.changes["fee_up"]
        assert change is not None
        assert list(chart.plots[0].series[0].values) == [rounded(change.estimate.value)]
        half_widths = [float(value.text) for value in chart._chartSpace.findall(f".//{CHART}minus//{CHART}v")]
        assert half_widths == [rounded(change.estimate.half_width)]
        assert chart.value_axis.minimum_scale <= change.estimate.low
        assert chart.value_axis.maximum_scale >= change.estimate.high


def test_the_waterfall_adds_up_to_the_change_of_profit(one: Any, one_policy: Result) -> None:
    found = next(chart for chart in charts(one) if len(chart.plots[0].series) == 4)
    unseen, above, hidden, below = ([*series.values] for series in found.plots[0].series)
    steps = steps_of(one_policy.accountings["fee_up"])
    whole = steps[-1].estimate.value
    assert unseen[-1] == hidden[-1] == 0
    assert above[-1] + below[-1] == pytest.approx(whole)
    assert sum(step.estimate.value for step in steps[:-1]) == pytest.approx(whole)


def test_the_course_is_that_of_the_result(one: Any, one_policy: Result) -> None:
    found = [chart for chart in charts(one) if "lineChart" in chart._chartSpace.xml]
    shown = [each for each in courses(one_policy) if each.figure == "course"]
    assert len(found) == len(shown)
    for chart, each in zip(found, shown, strict=True):
        for series, estimates in zip(chart.plots[0].series, each.by_arm.values(), strict=True):
            assert list(series.values) == [None if one is None else rounded(one.value) for one in estimates]


def test_tables_say_the_same_as_the_terminal(eight: Any, eight_policies: Result) -> None:
    cells = {cell for table in tables(eight) for row in table for cell in row}
    for row in eight_policies.table:
        for change in row.changes.values():
            if row.known and change is not None:
                assert any(cell.startswith(with_half_width(change.estimate, sign=True)) for cell in cells)


def test_every_slide_has_notes_with_the_method(one: Any, one_policy: Result) -> None:
    digest = one_policy.plan.baseline.scenario.digest()
    for slide in one.slides:
        notes = slide.notes_slide.notes_text_frame.text
        assert "Replications: 3 of every arm" in notes
        assert "Seed: 5" in notes
        assert "common random numbers" in notes
        assert "95 %" in notes
        assert digest in notes


@pytest.mark.parametrize("which", ["one", "eight"])
def test_nothing_leaves_its_slide_and_nothing_lies_on_something_else(
    which: str, request: pytest.FixtureRequest
) -> None:
    show = request.getfixturevalue(which)
    for slide in show.slides:
        boxes = [(shape.left, shape.top, shape.left + shape.width, shape.top + shape.height) for shape in slide.shapes]
        for left, top, right, bottom in boxes:
            assert left >= 0
            assert top >= 0
            assert right <= show.slide_width
            assert bottom <= show.slide_height
        for one, other in combinations(boxes, 2):
            apart = one[0] >= other[2] or other[0] >= one[2] or one[1] >= other[3] or other[1] >= one[3]
            assert apart, slide.shapes.title.text


def test_titles_fit_their_frames(eight: Any) -> None:
    for slide in eight.slides:
        title = slide.shapes.title
        size = title.text_frame.paragraphs[0].runs[0].font.size.pt
        assert lines_of(title.text, title.width - EMU // 5, size) * size * 1.2 * 12_700 <= title.height


def test_many_policies_are_paged(eight: Any, eight_policies: Result) -> None:
    told = words(eight)
    for arm in eight_policies.policies:
        assert told.count(headlines.named(arm.title)) >= 1
    assert max(len(chart.plots[0].categories) for chart in charts(eight)) <= 12
    assert max(len(table[0]) for table in tables(eight)) <= 6


def test_names_of_any_kind_are_text(eight: Any) -> None:
    told = words(eight)
    for name in ("=1+1", "@SUM(A1:A9)", "<b>bold</b>", "料金を6%引き上げる", "=HYPERLINK(1) <i>which</i> of eight?"):
        assert name in told
    frames = [shape.text_frame for slide in eight.slides for shape in slide.shapes if shape.has_text_frame]
    runs = [run for frame in frames for paragraph in frame.paragraphs for run in paragraph.runs]
    assert [run for run in runs if run.hyperlink.address] == []


def test_the_data_behind_a_chart_are_values_and_no_formulas(eight: Any) -> None:
    for chart in charts(eight):
        book = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob))
        assert all(cell.data_type != "f" for row in book.active.iter_rows() for cell in row)


def test_the_same_result_gives_the_same_bytes_without_a_date(one_policy: Result) -> None:
    content = slides(one_policy)
    assert content == slides(one_policy)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert {part.date_time for part in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        inner = next(name for name in packed.namelist() if name.endswith(".xlsx"))
        with zipfile.ZipFile(io.BytesIO(packed.read(inner))) as book:
            assert not re.search(rb"created|modified", book.read("docProps/core.xml"))


def test_a_template_of_the_firm_lends_its_size_and_layouts_and_loses_its_slides(
    one_policy: Result, tmp_path: Path
) -> None:
    firm = pptx.Presentation()
    firm.slides.add_slide(firm.slide_layouts[0]).shapes.title.text = "A sample that must go"
    firm.slide_layouts[5].name = "The firm's own"
    firm.save(tmp_path / "firm.pptx")
    show = opened(slides(one_policy, tmp_path / "firm.pptx"))
    assert (show.slide_width, show.slide_height) == (firm.slide_width, firm.slide_height)
    assert "A sample that must go" not in words(show)
    assert {slide.slide_layout.name for slide in show.slides} == {"Title Slide", "The firm's own"}
    for slide in show.slides:
        for shape in slide.shapes:
            assert shape.left + shape.width <= show.slide_width
            assert shape.top + shape.height <= show.slide_height


@pytest.mark.parametrize("content", [None, b"", b"no presentation"])
def test_a_template_that_is_none_is_refused(one_policy: Result, tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "firm.pptx").write_bytes(content)
    with pytest.raises(NoTemplate, match=r"firm\.pptx: cannot be used as a template: "):
        slides(one_policy, tmp_path / "firm.pptx")


def test_a_run_without_policies_has_slides_too(no_policy: Result) -> None:
    show = opened(slides(no_policy))
    assert len(show.slides) >= 5
    assert any(title.startswith("Profit") for title in titles(show))


def test_where_the_library_is_absent_one_line_says_what_to_install(
    one_policy: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pptx", None)
    with pytest.raises(NotInstalled, match=r"slides needs? python-pptx: pip install 'frontline-sim\[report\]'"):
        slides(one_policy)


@given(st.text(max_size=400), st.integers(EMU // 2, 12 * EMU), st.integers(EMU // 4, 3 * EMU))
@example("\x1b¡\x08¡0", EMU // 2, EMU // 3)
def test_a_text_fits_its_box_or_is_cut(text: str, width: int, height: int) -> None:
    size, paragraphs = fitted(text, Box(0, 0, width, height), (20, 14, 10))
    lines = sum(lines_of(each, width, size) for each in paragraphs)
    assert lines * size * 1.2 * 12_700 <= height or size == 10
    assert lines <= max(2, 1.7 * height / (size * 1.2 * 12_700))


DIFFERENCES = {
    "higher": (1.0, 1.1, 0.9),
    "lower": (-2.0, -2.1, -1.9),
    "the same": (0.0, 0.0, 0.0),
    "cannot tell": (1.0, -1.1, 0.2),
}
NAMES = [names[0] for names in FIVE]


@pytest.fixture(scope="module")
def scenario(root: Path) -> Scenario:
    return load_scenario(root / "sim" / "templates" / "scenario.yaml")


def made_of(scenario: Scenario, verdicts: list[list[str]]) -> Result:
    """A result in which each policy moves each of the five outcomes as is said."""
    arms = (
        Arm("baseline", "Doing nothing", scenario),
        *(Arm(f"p{n}", f"Policy {n}", scenario) for n in range(len(verdicts))),
    )
    measures = [Measure(name, name, "EUR", name, None, 1.0, "higher", outcome=True) for name in NAMES]
    levels = (10.0, 20.0, 33.0)
    runs = {}
    for arm, told in zip(arms, [["the same"] * len(NAMES), *verdicts], strict=True):
        runs[arm.name] = tuple(
            Observations(
                n + 1, {name: levels[n] + DIFFERENCES[v][n] for name, v in zip(NAMES, told, strict=True)}, {}, {}, ()
            )
            for n in range(3)
        )
    return estimate(Plan("made", "Made", arms, 3), measures, runs)


@given(st.lists(st.lists(st.sampled_from(list(DIFFERENCES)), min_size=5, max_size=5), min_size=1, max_size=4))
def test_a_title_never_calls_an_effect_what_cannot_be_told_from_zero(
    scenario: Scenario, verdicts: list[list[str]]
) -> None:
    result = made_of(scenario, verdicts)
    for arm, wanted in zip(result.policies, verdicts, strict=True):
        title = headlines.finding(result, arm)
        assert [row.changes[arm.name].verdict for row in told_rows(result)] == wanted  # type: ignore[union-attr]
        rising = set(re.findall(r"[a-z ]+", title.replace(";", ":"))) if "rise" in title else set()
        for row, verdict in zip(told_rows(result), wanted, strict=True):
            name = name_in_sentence(row.measure)
            parts = [part for part in title.split(":", 1)[-1].split(";") if name in part]
            says_up = any(re.search(r"\brises?\b", part) for part in parts)
            says_down = any(re.search(r"\bfalls?\b", part) for part in parts)
            assert says_up == (verdict == "higher"), (title, rising)
            assert says_down == (verdict == "lower"), title
    for place, row in enumerate(told_rows(result)):
        column = [told[place] for told in verdicts]
        title = headlines.standing(row, len(verdicts))
        for verdict, pattern in (("higher", r"(\d+) raises? it"), ("lower", r"(\d+) lowers? it")):
            told = re.search(pattern, title)
            assert (int(told[1]) if told else 0) == column.count(verdict)
    told = sum(verdict in ("higher", "lower") for each in verdicts for verdict in each)
    assert (
        headlines.changes_told(told_rows(result)) == f"{told} of {5 * len(verdicts)} changes can be told from no change"
    )
