"""A scenario goes into a workbook and comes back the same; what is wrong in a cell is told with its sheet and cell."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from sim.cli import app
from sim.core.units import parse_duration, parse_money_rate, parse_rate, parse_share
from sim.files import FileProblem, load_scenario
from sim.files.quantities import said
from sim.files.scenarios import scenario_tree
from sim.files.sheets import path_of, path_text
from sim.files.writing import scenario_text
from sim.report.inputs import inputs
from sim.scenario import Scenario

ROOT = Path(__file__).parents[2]
SMALL = ROOT / "tests" / "behaviour" / "small.yaml"
SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))
Alter = Callable[[Any], None]


@pytest.fixture(scope="module")
def small() -> Scenario:
    return load_scenario(SMALL)


@pytest.fixture(scope="module")
def filled(small: Scenario) -> bytes:
    return inputs(small, scenario_tree(SMALL)[0])


def altered(content: bytes, alter: Alter, folder: Path) -> Path:
    """A workbook that a person has changed and saved."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    alter(book)
    target = folder / "filled.xlsx"
    book.save(target)
    return target


def cell_of(book: Any, setting: str, column: str = "value") -> Any:
    sheet = book["Inputs"]
    head = next(row for row in sheet.iter_rows() if row[0].value == "setting")
    place = next(cell.column for cell in head if cell.value == column)
    row = next(row[0].row for row in sheet.iter_rows() if row[0].value == setting)
    return sheet.cell(row, place)


def put(setting: str, value: Any, column: str = "value") -> Alter:
    def alter(book: Any) -> None:
        cell_of(book, setting, column).value = value

    return alter


def complaint(content: bytes, alter: Alter, folder: Path) -> str:
    with pytest.raises(FileProblem) as caught:
        load_scenario(altered(content, alter, folder))
    return str(caught.value)


@pytest.mark.parametrize("file", [*SCENARIOS, SMALL], ids=lambda path: path.stem)
@pytest.mark.parametrize("with_words", [True, False], ids=["own words", "from numbers"])
def test_a_scenario_comes_back_the_same_from_a_workbook_and_from_the_file_made_of_it(
    file: Path, with_words: bool, tmp_path: Path
) -> None:
    scenario = load_scenario(file)
    (tmp_path / "filled.xlsx").write_bytes(inputs(scenario, scenario_tree(file)[0] if with_words else None))
    read = load_scenario(tmp_path / "filled.xlsx")
    assert (read.digest(), read.evidence) == (scenario.digest(), scenario.evidence)
    (tmp_path / "again.yaml").write_text(scenario_text(read), encoding="utf-8")
    again = load_scenario(tmp_path / "again.yaml")
    assert (again.digest(), again.evidence) == (scenario.digest(), scenario.evidence)


def test_a_workbook_that_another_program_saved_is_read_alike(small: Scenario, filled: bytes, tmp_path: Path) -> None:
    assert load_scenario(altered(filled, lambda book: None, tmp_path)).digest() == small.digest()


def test_the_same_scenario_gives_the_same_bytes(small: Scenario, filled: bytes) -> None:
    assert inputs(small, scenario_tree(SMALL)[0]) == filled


def test_numbers_keep_the_unit_and_the_words_of_the_file(filled: bytes) -> None:
    book = openpyxl.load_workbook(io.BytesIO(filled))
    found = [(cell_of(book, "pricing.fee.home", column).value) for column in ("value", "unit")]
    assert found == [40, "EUR per month"]
    assert cell_of(book, "patience.channels.telephone.redial.delay.mean").value == 2
    assert cell_of(book, "patience.channels.telephone.redial.delay.mean", "unit").value == "h"
    assert book.sheetnames == ["Inputs", "Table 1"]
    assert book["Table 1"]["B1"].value == "arrivals.streams.callers.volumes"


def test_a_changed_cell_changes_the_scenario_and_nothing_else(small: Scenario, filled: bytes, tmp_path: Path) -> None:
    changed = load_scenario(altered(filled, put("workforce.groups.desk.headcount", 7), tmp_path))
    assert changed.workforce.groups["desk"].headcount == 7
    same = load_scenario(altered(filled, put("workforce.groups.desk.headcount", 6), tmp_path))
    assert same.digest() == small.digest()


@pytest.mark.parametrize(
    ("setting", "typed", "read"),
    [
        ("calendar.start", dt.datetime(2026, 1, 5), dt.date(2026, 1, 5)),
        ("channels.channels.shop.hours.saturday.opens", dt.time(10, 0), 36_000.0),
        ("pricing.fee.home", "40", 40 / (365 * 86_400 / 12)),
        ("pricing.fee.home", "40 EUR per month", 40 / (365 * 86_400 / 12)),
        ("channels.channels.telephone.lines", 20.0, 20),
        ("title", "=1+1", "=1+1"),
        ("title", '"true"', "true"),
        ("title", '"12"', "12"),
    ],
)
def test_what_excel_makes_of_a_value_is_understood(
    filled: bytes, tmp_path: Path, setting: str, typed: Any, read: Any
) -> None:
    def alter(book: Any) -> None:
        cell = cell_of(book, setting)
        cell.value = typed
        if isinstance(typed, str):
            cell.data_type = "s"

    found: Any = load_scenario(altered(filled, alter, tmp_path))
    for step in setting.split("."):
        found = found[step] if isinstance(found, dict) else getattr(found, step)
    assert found == read


def test_a_share_typed_in_percent_is_that_share(filled: bytes, tmp_path: Path) -> None:
    def alter(book: Any) -> None:
        cell = cell_of(book, "staffing.away")
        cell.value, cell.number_format = 0.07, "0.00%"
        cell_of(book, "staffing.away", "unit").value = None

    assert load_scenario(altered(filled, alter, tmp_path)).staffing.away == 0.07


SCATTERED = [
    ("workforce.groups.desk.headcount", "ten", 'workforce.groups.desk.headcount is "ten"; it must be a whole number'),
    ("workforce.groups.desk.headcount", 6.5, "workforce.groups.desk.headcount is 6.5; it must be a whole number"),
    ("workforce.groups.desk.headcount", "=5+1",
     "workforce.groups.desk.headcount holds a formula, and none is worked out here; put the value there"),
    ("workforce.groups.desk.channels", "[telephone, male]",
     "workforce.groups.desk.channels.1 is 'male', which is no channel; known: telephone, shop, mail, web — did you "
     "mean mail?"),
    ("workforce.groups.desk.channels", "[telephone",
     "workforce.groups.desk.channels: the line has a list in [brackets] that is not closed or lacks a comma"),
    ("staffing.away", 110, 'staffing.away is "110 %"; it must be at most 80 %'),
    ("pricing.fee.home", "3 days",
     'pricing.fee.home is "3 days" with the unit "EUR per month" beside it; say one unit'),
    ("calendar.time_zone", "Amsterdam",
     "calendar.time_zone is no time zone; write it like 'Europe/Amsterdam' or 'UTC' (found \"Amsterdam\") "
     "— did you mean Europe/Amsterdam?"),
    ("title", "x" * 600, "title has a text of 600 characters; at most 500 are taken"),
    ("routing.kind", "longest-idle",
     'routing.kind is "longest-idle"; known kinds: longest_idle, fewest_skills — did you mean longest_idle?'),
    ("economics.basis", True, "economics.basis is true; known bases: nominal, real"),
    ("frontline", 2, "frontline is 2; this version of Frontline"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("setting", "value", "message"), SCATTERED, ids=[f"{one}={two}"[:50] for one, two, _ in SCATTERED]
)
def test_a_wrong_cell_gives_one_message_with_sheet_and_cell(
    filled: bytes, tmp_path: Path, setting: str, value: Any, message: str
) -> None:
    where: list[str] = []

    def alter(book: Any) -> None:
        cell = cell_of(book, setting)
        where.append(cell.coordinate)
        cell.value = value

    found = complaint(filled, alter, tmp_path)
    assert found.count("\n") == 0
    place, _, words = found.partition(": ")
    assert place.startswith(f'{tmp_path / "filled.xlsx"}, sheet "Inputs", cell ')
    assert place.rpartition(" ")[2] in (where[0], f"A{where[0][1:]}")
    assert words.startswith(message)


def test_a_misspelt_setting_is_told_with_the_nearest_name(filled: bytes, tmp_path: Path) -> None:
    found = complaint(
        filled, put("workforce.groups.desk.headcount", "workforce.groups.desk.head_count", "setting"), tmp_path
    )
    assert "cell A" in found
    assert "workforce.groups.desk.head_count is not known here" in found
    assert "did you mean headcount?" in found
    assert found.count("\n") == 0


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("workforce..headcount", 'the setting is "workforce..headcount"; it must be the path of a setting'),
        (5, "the setting is 5; it must be the path of a setting"),
        ("workforce.groups.shop.headcount", "workforce.groups.shop.headcount stands twice; first in line "),
        ("title.short", "title.short stands below a setting that has a value of its own"),
    ],
)
def test_a_setting_that_cannot_stand_there_is_told(filled: bytes, tmp_path: Path, written: Any, message: str) -> None:
    found = complaint(filled, put("workforce.groups.desk.headcount", written, "setting"), tmp_path)
    assert message in found


def table(cell: str, value: Any) -> Alter:
    def alter(book: Any) -> None:
        book["Table 1"][cell].value = value

    return alter


@pytest.mark.parametrize(
    ("alter", "message"),
    [
        (table("B4", "mondya"), 'cell B4: the header is "mondya", which is no day — did you mean monday?'),
        (table("B6", "many"), 'cell B6: the number is "many"; it must be a number'),
        (table("B6", "=B5"), "cell B6: the number holds a formula, and none is worked out here"),
        (table("A6", "noon"), "cell A6: the time is no time of day; write it like '08:30' (found \"noon\")"),
        (table("A6", "00:07"), 'cell A6: the time is "00:07", where no interval begins'),
        (table("B2", 7), 'cell B2: the interval is "7 '),
        (table("B1", "arrivals.streams.callers.volume"), "did you mean volumes?"),
        (lambda book: book.remove(book["Inputs"]),
         'has no sheet "Inputs", which holds the settings; its sheets: Table 1'),
        (lambda book: setattr(book["Inputs"]["A6"], "value", "path"),
         'cell A6: the header has no column "setting"; found: path, value,'),
    ],
)  # fmt: skip
def test_a_wrong_table_or_sheet_is_told(filled: bytes, tmp_path: Path, alter: Alter, message: str) -> None:
    assert message in complaint(filled, alter, tmp_path)


@pytest.mark.parametrize("content", [b"", b"no workbook", b"PK\x03\x04" + b"\0" * 100])
def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "filled.xlsx").write_bytes(content)
    with pytest.raises(FileProblem, match="cannot be read as a workbook of Excel"):
        load_scenario(tmp_path / "filled.xlsx")


def test_all_that_is_wrong_is_told_at_once(filled: bytes, tmp_path: Path) -> None:
    def alter(book: Any) -> None:
        cell_of(book, "workforce.groups.desk.headcount").value = "ten"
        cell_of(book, "staffing.away").value = -1
        cell_of(book, "currency").value = "euro"

    assert complaint(filled, alter, tmp_path).count("\n") == 2


def frontline(*words: object) -> Any:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_the_command_writes_a_workbook_and_reads_it_back(tmp_path: Path) -> None:
    book, file = tmp_path / "firm.xlsx", tmp_path / "firm.yaml"
    done = frontline("inputs", SMALL, "--out", book)
    assert (done.exit_code, "frontline check" in done.stderr) == (0, True)
    assert frontline("inputs", book).exit_code == 0
    assert load_scenario(file).digest() == load_scenario(SMALL).digest()
    assert "No setting differs" in frontline("diff", book, file).stdout
    assert frontline("check", book, "--quiet").exit_code == 0
    again = frontline("inputs", SMALL, "--out", book)
    assert (again.exit_code, "exists already" in again.stderr) == (2, True)
    wrong = frontline("inputs", SMALL, "--out", tmp_path / "firm.ods")
    assert (wrong.exit_code, "name a workbook" in wrong.stderr) == (2, True)


steps = st.lists(st.one_of(st.text(min_size=1, max_size=8), st.integers(0, 99)), min_size=1, max_size=5)


@given(steps)
def test_a_path_is_read_back_from_its_text(path: list[str | int]) -> None:
    assert path_of(path_text(tuple(path))) == tuple(path)


@given(st.floats(1e-6, 1e6))
def test_a_quantity_in_words_is_read_back_to_the_last_bit(number: float) -> None:
    rate = number / (365 * 86_400)
    assert parse_rate(said(rate, "a rate", "EUR")) == rate
    assert parse_duration(said(number, "a duration", "EUR")) == number
    assert parse_money_rate(said(rate, "an amount per period", "EUR")) == rate


@given(st.decimals(0, 100, places=4))
def test_a_share_in_words_is_read_back_to_the_last_bit(percent: Any) -> None:
    share = parse_share(f"{percent} %")
    assert parse_share(said(share, "a share", "EUR")) == share
