"""Whatever stands in the cells of a workbook, it is a scenario or is refused in words; nothing ends in a traceback."""

from __future__ import annotations

import datetime as dt
import io
import random
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from sim.files import FileProblem, load_scenario
from sim.report.inputs import inputs

VALUES: tuple[Any, ...] = (
    None, "", 0, -1, 1.5, 1e300, float(2**70), True, "=1", "{", "[", "]", "a: b", "[a", "*x", "&a", "!x", "yes", "12 %",
    "1,5", "  ", "\n", "'", '"x', "{a: {b: [1, 2]}}", "[[1], [2]]", "~", "null", "x.y", "é料", ".inf", "1e400", "08:61",
    dt.date(2026, 1, 1), dt.time(3, 4), dt.timedelta(hours=30), "{table: x.csv, column: a}", "a..b",
    "workforce", '"', "0",
)  # fmt: skip


@pytest.fixture(scope="module")
def filled(root: Path) -> bytes:
    return inputs(load_scenario(root / "tests" / "behaviour" / "small.yaml"))


@pytest.mark.parametrize("seed", range(30))
def test_a_damaged_workbook_is_read_or_refused_in_words(filled: bytes, tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    book = openpyxl.load_workbook(io.BytesIO(filled))
    for _ in range(draw.choice([1, 1, 3, 10])):
        sheet = draw.choice(book.worksheets)
        cell = sheet.cell(draw.randint(1, sheet.max_row), draw.randint(1, min(sheet.max_column, 4)))
        cell.value = draw.choice(VALUES)
    if draw.random() < 0.2:
        book.worksheets[0].delete_rows(draw.randint(1, book.worksheets[0].max_row))
    book.save(tmp_path / "filled.xlsx")
    try:
        load_scenario(tmp_path / "filled.xlsx")
    except FileProblem as problem:
        assert all(str(each).startswith(str(tmp_path / "filled.xlsx")) for each in problem.problems)
