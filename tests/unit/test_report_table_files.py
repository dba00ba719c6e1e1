"""Tables as Parquet hold what the CSV holds; as Markdown and LaTeX they are read back as the texts that went in."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.experiment.comparison import Result
from sim.report import tables
from sim.report.numbers import with_half_width
from sim.report.table_files import _LATEX, in_latex, in_markdown, latex, markdown, summary, table_files

NASTY = [
    r"\input{/etc/passwd} & 100 % of $x_1$ ~ {a} # ^2 | <b>",
    "[optional] after the end of a row",
    "*starred*",
    "a | b | c",
    "<script>alert(1)</script> & &amp; [link](http://example.org) `code` _it_ **bold** ![x](y)",
    "see www.example.org or mail me@example.org",
    "-5 and 3-4 and --x",
    '"quoted" ± 料金',
    "two\nlines",
]


def from_markdown(cell: str) -> str:
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", cell)


def from_latex(cell: str) -> str:
    found = cell.removeprefix("{}").replace("$-$", "-").replace("-{}-", "--")
    for letter, written in sorted(_LATEX.items(), key=lambda pair: -len(pair[1])):
        if written.endswith("{}") or written == r"$\pm$":
            found = found.replace(written, f"\0{ord(letter)};")
    found = re.sub(r"\\([{}$&#_%])", r"\1", found)
    return re.sub(r"\0(\d+);", lambda match: chr(int(match[1])), found)


def cells_of(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)(?:\\\\)*\|", line.strip())[1:-1]]


@pytest.mark.parametrize("text", NASTY)
def test_a_text_is_read_back_from_markdown_and_latex(text: str) -> None:
    plain = " ".join(text.split())
    assert from_markdown(in_markdown(text)) == plain
    assert from_latex(in_latex(text)) == plain


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=60))
def test_any_text_of_ascii_is_read_back_from_both(text: str) -> None:
    plain = " ".join(text.split())
    assert from_markdown(in_markdown(text)) == plain
    assert from_latex(in_latex(text)) == plain


@pytest.mark.parametrize("text", NASTY)
def test_nothing_that_latex_obeys_is_left(text: str) -> None:
    written = in_latex(text)
    bare = re.sub(
        r"\\(?:[{}$&#_%]|textbackslash|textasciitilde|textasciicircum|text\w+|char34|pm)|\{\}|\$-\$|\$\$", "", written
    )
    assert not re.search(r"[\\&%#_~^{}]", bare)
    assert not written.startswith(("[", "*"))


@pytest.mark.parametrize("text", NASTY)
def test_a_cell_of_markdown_holds_no_element_and_no_end_of_the_cell(text: str) -> None:
    bare = re.sub(r"\\.", "", in_markdown(text))
    assert not re.search(r"[<>|`*_\[\]&\n]", bare)


def test_a_table_of_markdown_has_a_cell_for_each_value(eight_policies: Result) -> None:
    records = summary(eight_policies)
    lines = markdown(records).splitlines()
    assert len(lines) == 2 + len(records)
    assert {len(cells_of(line)) for line in lines} == {len(records[0])}
    assert [from_markdown(cell) for cell in cells_of(lines[0])] == [" ".join(name.split()) for name in records[0]]
    assert cells_of(lines[1])[2:] == ["---:"] * (len(records[0]) - 2)


def test_a_table_of_latex_has_a_row_for_each_record(eight_policies: Result) -> None:
    records = summary(eight_policies)
    text = latex(records)
    rows = [line for line in text.splitlines() if line.endswith(r" \\")]
    assert len(rows) == 1 + len(records)
    assert {len(re.findall(r"(?<!\\)&", row)) for row in rows} == {len(records[0]) - 1}
    assert text.startswith("\\begin{tabular}{llrr")


def test_the_summary_says_the_same_as_the_terminal(one_policy: Result) -> None:
    for record, row in zip(summary(one_policy), one_policy.table, strict=True):
        change = row.changes["fee_up"]
        assert record["Doing nothing"] == with_half_width(row.baseline)
        if change is not None:
            assert str(record["Raise the fee"]).startswith(with_half_width(change.estimate, sign=True))


def test_parquet_holds_what_the_csv_holds(eight_policies: Result) -> None:
    for maker in (tables.outcomes, tables.replications, tables.months, tables.bad_days, tables.profit):
        records = list(maker(eight_policies))
        found = pyarrow.parquet.read_table(io.BytesIO(table_files(records)["parquet"])).to_pylist()
        assert found == records


def test_long_tables_are_no_page(one_policy: Result, tmp_path: Path) -> None:
    assert set(table_files(list(tables.replications(one_policy)))) == {"csv", "parquet"}
    assert set(table_files(list(tables.bad_days(one_policy)))) == {"csv", "parquet", "md", "tex"}
