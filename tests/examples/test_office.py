"""``frontline report`` makes a workbook, slides and tables of a stored study, of any kind, without simulating."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pptx
import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.files import load_scenario

TINY = "frontline: 1\nextends: scenario.yaml\nname: tiny\ncalendar: {warm_up: 7 days, horizon: 21 days}\n"
STUDY = """
frontline: 1
study: tiny
title: A tiny study
scenario: tiny.yaml
replications: 3
seed: 5
policies:
  fee_up: {title: "=Raise the fee", changes: {pricing.fee.office: {multiply: 1.1}}}
"""


def frontline(*words: object) -> Any:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("office") / "firm"
    assert frontline("init", folder).exit_code == 0
    (folder / "tiny.yaml").write_text(TINY)
    (folder / "tiny_study.yaml").write_text(STUDY)
    words = ("--workers", 1, "--quiet", "--out", folder / "results" / "tiny")
    words = (*words, "--store", folder / "results" / "replications.sqlite")
    done = frontline("compare", folder / "tiny_study.yaml", *words)
    assert done.exit_code == 0, done.stderr
    return folder / "results" / "tiny"


def test_all_formats_are_made_and_opened_again(compared: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = frontline("report", compared, "--format", "workbook,slides,tables", "--out", out)
    assert done.exit_code == 0, done.stderr
    assert openpyxl.load_workbook(out / "tiny.xlsx").sheetnames[0] == "Summary"
    show = pptx.Presentation(out / "tiny.pptx")
    assert show.slides[1].shapes.title.text.startswith("=Raise the fee: profit ")
    assert (out / "tables" / "outcomes.csv").read_bytes() == (compared / "outcomes.csv").read_bytes()
    assert {path.name for path in (out / "tables").iterdir()} >= {"summary.md", "summary.tex", "outcomes.parquet"}
    assert load_scenario(out / "tiny.xlsx").digest() == load_scenario(compared.parents[1] / "tiny.yaml").digest()


def test_a_result_that_was_explained_has_its_slides_with_a_line_for_each_arm(compared: Path, tmp_path: Path) -> None:
    words = ("--workers", 1, "--quiet", "--out", tmp_path / "explained", "--link", "price_leaving")
    words = (*words, "--store", compared.parent / "replications.sqlite")
    assert frontline("compare", compared.parents[1] / "tiny_study.yaml", *words).exit_code == 0
    store = ("--store", compared.parent / "replications.sqlite")
    done = frontline("report", tmp_path / "explained", "--format", "all", "--out", tmp_path / "out", *store)
    assert done.exit_code == 0, done.output
    show = pptx.Presentation(tmp_path / "out" / "tiny.pptx")
    charts = [shape.chart for slide in show.slides for shape in slide.shapes if shape.has_chart]
    lined = [chart for chart in charts if "LINE" in str(chart.chart_type)]
    assert lined
    assert all([series.name for series in chart.series] == ["Doing nothing", "=Raise the fee"] for chart in lined)


def test_slides_take_a_template_and_say_what_is_wrong_with_it(compared: Path, tmp_path: Path) -> None:
    firm = tmp_path / "firm.pptx"
    pptx.Presentation().save(firm)
    words = ("report", compared, "--format", "slides", "--template", firm, "--out", tmp_path / "out")
    assert frontline(*words).exit_code == 0
    assert pptx.Presentation(tmp_path / "out" / "tiny.pptx").slide_width == pptx.Presentation(firm).slide_width
    firm.write_text("nothing")
    wrong = frontline(*words)
    assert (wrong.exit_code, wrong.stderr.count("\n")) == (2, 1)
    assert "cannot be used as a template" in wrong.stderr
    alone = frontline("report", compared, "--format", "tables", "--template", firm, "--out", tmp_path / "other")
    assert (alone.exit_code, "is for --format slides" in alone.stderr) == (2, True)


def test_a_study_of_another_kind_has_them_too(compared: Path, tmp_path: Path) -> None:
    firm = tmp_path / "firm"
    shutil.copytree(compared.parents[1], firm)
    sweep = (
        "frontline: 1\nstudy: fees\nkind: sweep\ntitle: Fees\nscenario: tiny.yaml\nreplications: 2\nseed: 5\n"
        "design: grid\nsettings:\n  pricing.fee.office: [35 EUR per month, 45 EUR per month]\n"
    )
    (firm / "fees.yaml").write_text(sweep)
    out = firm / "results" / "fees"
    store = firm / "results" / "replications.sqlite"
    done = frontline("sweep", firm / "fees.yaml", "--workers", 1, "--quiet", "--out", out, "--store", store)
    assert done.exit_code == 0, done.stderr
    made = frontline("report", out, "--format", "workbook,slides,tables", "--out", tmp_path / "made")
    assert made.exit_code == 0, made.stderr
    book = openpyxl.load_workbook(tmp_path / "made" / "fees.xlsx")
    assert "Inputs" in book.sheetnames
    assert len(book.sheetnames) >= 2
    show = pptx.Presentation(tmp_path / "made" / "fees.pptx")
    assert show.slides[0].shapes.title.text == "Fees"
    assert len(show.slides) >= 2
