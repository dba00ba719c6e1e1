"""The scenarios of the repository: every file is run somewhere, every number says where it comes from, the page that
lists them tells the truth, and the made-up operations are such as one could meet.
"""

from __future__ import annotations

import importlib.util
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sim.check import CheckReport, check
from sim.files import load_scenario, load_study
from sim.files.header import kind_of_study
from sim.model import Model

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "scenarios.md"
FILES = sorted((ROOT / "scenarios").rglob("*.yaml"))
STUDIES = sorted((ROOT / "experiments").rglob("*.yaml"))
MADE_UP = ("retail_bank", "telecom", "distributor", "online_shop")
EXPLAINED = {"bank_1999": "erlang on sunday", "bank_1999_february": "erlang on sunday"}  # on the page
WEAK = (
    "churn.price_loss", "churn.equity_effect", "acquisition.referral.rate",
    "satisfaction.gain", "satisfaction.loss", "satisfaction.experience.unresolved",
)  # fmt: skip
ROW = re.compile(r"^\| `(?P<name>\w+)` \|(?P<cells>.+)\|$", re.MULTILINE)


@cache
def report(name: str) -> CheckReport:
    return check(load_scenario(ROOT / "scenarios" / f"{name}.yaml"))


def rows() -> dict[str, list[str]]:
    """Cells of the table on the page, by scenario."""
    text = PAGE.read_text(encoding="utf-8")
    return {match["name"]: [cell.strip() for cell in match["cells"].split("|")] for match in ROW.finditer(text)}


each_file = pytest.mark.parametrize("name", [path.stem for path in FILES])
each_made_up = pytest.mark.parametrize("name", MADE_UP)


def test_every_file_is_a_whole_scenario_or_study_that_the_other_tests_run() -> None:
    assert not [path for path in FILES if not re.search(r"^name:", path.read_text(encoding="utf-8"), re.MULTILINE)]
    assert not [path for path in STUDIES if not re.search(r"^study:", path.read_text(encoding="utf-8"), re.MULTILINE)]


def test_every_made_up_operation_has_a_study() -> None:
    studied = {load_study(path).scenario.name for path in STUDIES if kind_of_study(path) == "comparison"}
    assert {"broadband", *MADE_UP} <= studied


@each_file
def test_every_number_says_where_it_comes_from(name: str) -> None:
    assert report(name).numbers["unmarked"] == ()


@each_file
def test_nothing_is_doubtful_but_what_the_page_explains(name: str) -> None:
    assert not [doubt for doubt in report(name).doubts if EXPLAINED.get(name, "nothing") not in doubt]


@pytest.mark.parametrize("name", ["broadband", *MADE_UP])
def test_the_weak_numbers_that_matter_most_have_a_range(name: str) -> None:
    scenario = load_scenario(ROOT / "scenarios" / f"{name}.yaml")
    with_range = {path for entry in scenario.evidence if entry.range is not None for path in entry.settings}
    assert set(WEAK) <= with_range
    if name in MADE_UP:
        assert scenario.resolution is not None
        assert {f"resolution.first_contact.{kind}" for kind in scenario.resolution.first_contact} <= with_range


def test_the_page_lists_every_scenario_and_no_other() -> None:
    assert set(rows()) == {path.stem for path in FILES}


@each_file
def test_the_page_says_what_check_says(name: str) -> None:
    found = report(name)
    size = (found.totals.customers, found.totals.agents, round(found.totals.contacts_per_year, -3))
    kinds = [len(found.numbers[kind]) for kind in ("sourced", "derived", "assumed")]
    shown = [cell.replace(",", "") for cell in rows()[name]]
    assert shown[:3] == [f"{number:.0f}" if number else "-" for number in size]
    assert shown[4:7] == [str(number) for number in kinds]


def test_the_solver_of_hazards_prints_what_to_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = (ROOT / "tests" / "behaviour" / "firm.yaml").read_text(encoding="utf-8")
    small = re.sub(r"half_life: [\d.]+ years", "half_life: 26 weeks", whole)
    (tmp_path / "small.yaml").write_text(small, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("solve_hazards", ROOT / "experiments" / "solve_hazards.py")
    assert spec is not None and spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    words = ["solve_hazards.py", str(tmp_path / "small.yaml"), "--replications", "1", "--rounds", "1", "--years", "1"]
    monkeypatch.setattr("sys.argv", words)
    module.main()
    said = capsys.readouterr().out
    assert re.search(r"churn base_hazard \d\.\d+ per year, attrition base_hazard \d\.\d+ per year", said)
    assert re.search(r"^strain: 0\.\d+$", said, re.MULTILINE)


@pytest.mark.slow
@each_made_up
def test_a_year_of_doing_nothing_is_a_calm_year(name: str) -> None:
    """Customers, satisfaction and equity stay where they are; queues and occupancy are such as one meets."""
    scenario = load_scenario(ROOT / "scenarios" / f"{name}.yaml")
    assert scenario.churn is not None
    runs = [Model(scenario, 1, replication).run().totals for replication in range(4)]
    counted = {key for run in runs for key in run}  # a loss of a cause that did not come is in no books
    total = {key: sum(run.get(key, 0.0) for run in runs) for key in counted}
    assert abs(total["newcomers"] - total["customers.left"]) < 0.02 * total["customers.at_start"]
    assert abs(total["equity.days"] / total["satisfaction.customer_days"] - scenario.churn.reference.equity) < 1.0
    assert 0.35 < total["agents.busy"] / total["agents.duty"] < 0.75
    for channel, settings in scenario.channels.channels.items():
        in_time = total[f"{channel}.answered_in_target"] / total[f"{channel}.judged"]
        assert 0.70 < in_time < (1.0 if settings.kind == "written" else 0.97), channel
