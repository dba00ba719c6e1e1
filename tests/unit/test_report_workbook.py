"""A workbook holds the numbers of the result, another library reads it, and no text of a scenario becomes a formula."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from sim.experiment.comparison import Result, estimate, reported
from sim.files import load_scenario
from sim.files.libraries import NotInstalled
from sim.report import tables
from sim.report.assumptions import assumptions
from sim.report.bridge import pieces_of, steps_of
from sim.report.numbers import rounded
from sim.report.scales import scale
from sim.report.workbook import workbook


def opened(result: Result) -> Any:
    return openpyxl.load_workbook(io.BytesIO(workbook(result)))


@pytest.fixture(scope="module")
def one(one_policy: Result) -> Any:
    return opened(one_policy)


@pytest.fixture(scope="module")
def eight(eight_policies: Result) -> Any:
    return opened(eight_policies)


def records(sheet: Any, first: str) -> Iterator[dict[str, Any]]:
    """The rows of a table below its header, which begins with a word."""
    rows = iter(sheet.iter_rows(values_only=True))
    head = next(row for row in rows if row[0] == first)
    for row in rows:
        if row[0] is None:
            return
        yield dict(zip(head, row, strict=True))


def test_there_is_a_sheet_for_each_table(one: Any) -> None:
    assert one.sheetnames == [
        "Summary", "Outcomes", "Profit", "Bridge", "Course", "Bad days", "Best", "Policies", "Assumptions", "Measures",
        "Method", "Months", "Replications", "Inputs",
    ]  # fmt: skip


def test_outcomes_are_those_of_the_csv(eight: Any, eight_policies: Result) -> None:
    wanted = list(tables.outcomes(eight_policies))
    found = list(records(eight["Outcomes"], "measure"))
    assert len(found) == len(wanted)
    names = {
        "baseline": "doing nothing",
        "change": "change",
        "low": "from",
        "high": "to",
        "verdict": "verdict",
        "n": "n",
    }
    for ours, theirs in zip(found, wanted, strict=True):
        assert {name: ours[title] for name, title in names.items()} == {name: theirs[name] for name in names}


def test_other_tables_are_those_of_the_csv(one: Any, one_policy: Result) -> None:
    for title, first, maker, value in (
        ("Profit", "policy", tables.profit, ("change (EUR)", "change")),
        ("Months", "policy", tables.months, ("mean", "mean")),
        ("Replications", "policy", tables.replications, ("value", "value")),
        ("Bad days", "channel", tables.bad_days, ("wait on a bad day (s)", "wait_p90_s")),
    ):
        found = [each[value[0]] for each in records(one[title], first)]
        assert found == [each[value[1]] for each in maker(one_policy)], title


def test_the_summary_tells_the_five_outcomes_and_a_sentence_for_each_policy(one: Any, one_policy: Result) -> None:
    found = list(records(one["Summary"], "outcome"))
    assert len(found) == 5
    profit = one_policy.row("profit")
    assert profit is not None
    change = profit.changes["fee_up"]
    assert change is not None
    assert found[0]["change"] == rounded(change.estimate.value)
    assert found[0]["± half-width"] == rounded(change.estimate.half_width)
    assert any(str(row[0]).startswith("Raise the fee: profit ") for row in one["Summary"].values)


def test_charts_are_native_and_have_error_bars_of_the_half_widths(one_policy: Result) -> None:
    with zipfile.ZipFile(io.BytesIO(workbook(one_policy))) as packed:
        charts = [packed.read(name).decode() for name in packed.namelist() if name.startswith("xl/charts/chart")]
    bars = [chart for chart in charts if "errBars" in chart]
    assert bars
    assert all("'Summary'!$D$" in chart for chart in bars)
    assert sum("lineChart" in chart for chart in charts) >= 3
    assert sum('grouping val="stacked"' in chart for chart in charts) == 1


def test_headers_stay_in_sight_and_filter(one: Any) -> None:
    for title in ("Summary", "Outcomes", "Profit", "Months", "Replications", "Assumptions", "Method"):
        assert one[title].freeze_panes is not None, title
        assert one[title].auto_filter.ref, title


def test_numbers_have_formats_with_thousands_apart(one: Any) -> None:
    cells = [row[3] for row in one["Profit"].iter_rows(min_row=2)]
    assert all(cell.number_format == "#,##0" for cell in cells)
    assert all(isinstance(cell.value, int | float) for cell in cells)


def test_no_text_is_a_formula_or_a_link(eight: Any) -> None:
    cells = [cell for sheet in eight for row in sheet.iter_rows() for cell in row]
    assert [cell for cell in cells if cell.data_type == "f" or cell.hyperlink is not None] == []
    texts = {cell.value for cell in cells}
    assert {"=1+1", "@SUM(A1:A9)", "-2 agents", "料金を6%引き上げる", "=HYPERLINK(1) <i>which</i> of eight?"} <= texts


def test_assumptions_are_every_number_with_its_evidence(one: Any, one_policy: Result) -> None:
    scenario = one_policy.plan.baseline.scenario
    found = list(records(one["Assumptions"], "setting"))
    assert [each["setting"] for each in found] == list(scenario.numbers())
    fee = next(each for each in found if each["setting"] == "pricing.fee.office")
    assert (fee["value"], fee["unit"]) == (39, "EUR per month")


def test_every_assumption_of_a_scenario_with_evidence_says_where_it_comes_from(root: Path) -> None:
    found = {each["setting"]: each for each in assumptions(load_scenario(root / "scenarios" / "broadband.yaml"))}
    loss = found["churn.price_loss"]
    assert (loss["kind"], loss["strength"], loss["lowest"], loss["highest"]) == ("derived", "direction", 0.8, 4)
    assert {each["kind"] for each in found.values()} == {"sourced", "derived", "assumed"}


def test_the_sheets_of_the_inputs_are_read_back_as_the_scenario(one_policy: Result, tmp_path: Path) -> None:
    (tmp_path / "result.xlsx").write_bytes(workbook(one_policy))
    assert load_scenario(tmp_path / "result.xlsx").digest() == one_policy.plan.baseline.scenario.digest()


def test_the_same_result_gives_the_same_bytes_without_a_date(one_policy: Result) -> None:
    content = workbook(one_policy)
    assert content == workbook(one_policy)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert {part.date_time for part in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not re.search(rb"created|modified", packed.read("docProps/core.xml"))


def test_a_run_without_policies_and_a_single_replication_have_a_workbook_too(no_policy: Result) -> None:
    book = opened(no_policy)
    assert "Policies" not in book.sheetnames
    assert list(records(book["Summary"], "outcome"))
    single = {name: runs[:1] for name, runs in no_policy.runs.items()}
    plan = replace(no_policy.plan, replications=1)
    assert opened(estimate(plan, reported(plan), single)).sheetnames == book.sheetnames


def test_where_the_library_is_absent_one_line_says_what_to_install(
    one_policy: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "xlsxwriter", None)
    with pytest.raises(NotInstalled, match=r"needs XlsxWriter: pip install 'frontline-sim\[report\]'"):
        workbook(one_policy)


def test_the_pieces_of_a_bridge_lie_where_its_bars_are(one_policy: Result) -> None:
    steps = steps_of(one_policy.accountings["fee_up"])
    assert len(steps) > 2
    end = 0.0
    for step, piece in zip(steps, pieces_of(steps), strict=True):
        begin = 0.0 if step.whole else end
        end = begin + step.estimate.value
        assert piece.unseen_above + piece.above == pytest.approx(max(begin, end, 0.0))
        assert piece.unseen_below + piece.below == pytest.approx(min(begin, end, 0.0))
    assert end == pytest.approx(steps[-1].estimate.value)


@pytest.mark.parametrize(
    ("ends", "axis"),
    [((0, 470), (0, 500, 100)), ((-0.93, 0.2), (-1.0, 0.25, 0.25)), ((0, 0), (0, 1, 0.2)), ((-3, 0), (-3, 0, 1))],
)
def test_an_axis_has_round_numbers_and_holds_its_ends(ends: tuple[float, float], axis: tuple[float, ...]) -> None:
    assert scale(*ends) == pytest.approx(axis)
