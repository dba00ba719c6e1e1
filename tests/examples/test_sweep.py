"""A sweep as a person runs it: what is printed and written, read back by other programs, repeated, refused."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import sim
from sim.cli import app

ROOT = Path(__file__).parents[2]
STUDY = """
frontline: 1
study: little
kind: sweep
title: A little sweep
scenario: tiny.yaml
replications: 2
seed: 5
design: grid
settings: {churn.price_loss: [1, 4]}
changes: {headcount.desk: ["-1", "0"]}
"""


def frontline(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    firm = (ROOT / "tests" / "behaviour" / "firm.yaml").read_text()
    firm = re.sub(r"warm_up: .*", "warm_up: 7 days", re.sub(r"horizon: .*", "horizon: 21 days", firm))
    (tmp_path / "tiny.yaml").write_text(firm)
    (tmp_path / "little.yaml").write_text(STUDY)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: object) -> Result:
    found = frontline("sweep", "little.yaml", "--workers", 1, *words)
    assert found.exit_code == 0, found.output
    return found


def test_it_prints_effects_and_writes_tables_and_pictures(here: Path) -> None:
    said = run("--quiet").stdout
    assert "4 points, every combination of churn.price_loss and headcount.desk" in said
    assert "headcount.desk -1, against +0" in said
    folder = here / "results" / "little"
    assert {path.name for path in folder.iterdir()} >= {
        "replications.csv", "points.csv", "effects.csv", "dimensions.csv", "effects.png", "pairs.svg", "plan.json",
    }  # fmt: skip


def test_a_small_chart_shows_what_each_value_changes(here: Path) -> None:
    text = run().stdout
    rows = [line for line in text.splitlines() if re.match(r"  \S.*, against .*[│●○=┼]", line)]
    assert len(rows) == 2
    assert text.startswith(run("--no-charts").stdout)
    assert run("--no-charts").stdout == run("--quiet").stdout


def test_the_document_is_json_and_the_same_for_any_number_of_workers(here: Path) -> None:
    one = run("--json", "--no-store").stdout
    two = frontline("sweep", "little.yaml", "--workers", 2, "--json", "--no-store").stdout
    assert one == two
    found = json.loads(one)
    assert found["kind"] == "sweep"
    assert {each["dimension"] for each in found["effects"]} == {"churn.price_loss", "headcount.desk"}


def test_a_result_folder_repeats_itself_and_nothing_is_simulated_twice(here: Path) -> None:
    run()
    folder = here / "results" / "little"
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "manifest.json"}
    found = frontline("sweep", folder, "--workers", 1, "--out", "again")
    assert found.exit_code == 0, found.output
    assert "8 of 8 replications were known already" in found.stderr
    assert {path.name: path.read_bytes() for path in Path("again").iterdir() if path.name != "manifest.json"} == before


def test_pandas_reads_the_tidy_table_without_help(here: Path) -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    run()
    read = pandas.read_csv(here / "results" / "little" / "replications.csv")
    assert len(read) == 4 * 2 * read["measure"].nunique()
    assert read["headcount.desk"].dtype.kind in "if"
    found = sim.sweep("little.yaml", workers=1).to_frame()
    assert list(found.columns) == list(read.columns)
    assert found["value"].to_numpy() == pytest.approx(read["value"].to_numpy(), nan_ok=True)


def test_polars_reads_the_tidy_table_without_help(here: Path) -> None:
    polars = pytest.importorskip("polars", reason="polars is not installed")
    run()
    read = polars.read_csv(here / "results" / "little" / "replications.csv")
    assert read["headcount.desk"].dtype.is_numeric()
    assert read["value"].dtype.is_float()


def test_parquet_holds_the_same_as_csv(here: Path) -> None:
    pytest.importorskip("pyarrow", reason="pyarrow is not installed, so no Parquet is written")
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    run()
    folder = here / "results" / "little"
    for table in ("replications", "points"):
        one, other = pandas.read_csv(folder / f"{table}.csv"), pandas.read_parquet(folder / f"{table}.parquet")
        pandas.testing.assert_frame_equal(one, other, check_dtype=False)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("design: grid", "design: gird"), 'little.yaml:9: design is "gird"'),
        (("[1, 4]", "[1, -4]"), "little.yaml:10: churn.price_loss: -4: churn.price_loss would not be right"),
        (("headcount.desk:", "headcount.dsk:"), "little.yaml:11: changes.headcount.dsk: "),
        (("tiny.yaml", "tinny.yaml"), "did you mean tiny.yaml?"),
        (("kind: sweep", "kind: sweeep"), "did you mean sweep?"),
        (("kind: sweep", ""), "run it with frontline compare"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_its_line_and_nothing_is_run(
    here: Path, change: tuple[str, str], said: str
) -> None:
    (here / "little.yaml").write_text(STUDY.replace(*change))
    found = frontline("sweep", "little.yaml")
    assert found.exit_code == 2
    assert said in found.stderr
    assert "Traceback" not in found.output
    assert not (here / "results").exists()


def test_a_comparison_says_which_command_runs_a_sweep(here: Path) -> None:
    found = frontline("compare", "little.yaml")
    assert found.exit_code == 2
    assert "run it with frontline sweep" in found.stderr
    assert frontline("check", "little.yaml", "--quiet").exit_code == 0
    assert json.loads(frontline("schema", "sweep").stdout)["properties"]["design"]
