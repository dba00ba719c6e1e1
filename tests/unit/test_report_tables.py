"""Tables and figures hold everything, in few digits, and the same bytes for the same result."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from sim.core.measures import Measure
from sim.core.observations import Observations
from sim.experiment.comparison import Result, estimate
from sim.experiment.execution import Arm
from sim.experiment.plan import Plan
from sim.files import load_scenario
from sim.report.figures import pictures
from sim.report.tables import document, files, json_text

TEMPLATE = Path(__file__).parents[2] / "sim" / "templates" / "scenario.yaml"
DOCUMENTED = Path(__file__).parents[2] / "docs" / "json.md"
MEASURES = (
    Measure("profit", "profit", "EUR", "profit", None, 1.0, "higher", outcome=True),
    Measure("customer_retention_end", "kept", "%", "kept", "start", 100.0, "higher", outcome=True),
)


def observed(replication: int, shift: float) -> Observations:
    profit = 1 / 3 + replication + shift
    months = {"ledger.profit": (profit, profit / 7, 3.0), "customers": (10.0, 11.0, 12.0)}
    totals = {"profit": profit, "kept": 5.0, "start": 7.0}
    return Observations(replication, totals, months, {}, ("2026-07", "2026-08", "2026-09"))


@pytest.fixture(scope="module")
def result() -> Result:
    scenario = load_scenario(TEMPLATE)
    plan = Plan("made", "Made", (Arm("baseline", "Doing nothing", scenario), Arm("more", "More", scenario)), 3)
    runs = {
        "baseline": tuple(observed(number, 0.0) for number in (1, 2, 3)),
        "more": tuple(observed(number, 0.5 + number / 100) for number in (1, 2, 3)),
    }
    return estimate(plan, MEASURES, runs)


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_document_is_json_with_ten_digits_and_a_format(result: Result) -> None:
    found = json.loads(json_text(document(result)))
    assert found["format"] == 1
    profit = found["measures"][0]
    assert profit["changes"]["more"]["value"] == 0.52
    assert profit["baseline"]["value"] == 2.333333333
    assert profit["baseline"]["n"] == 3


def test_every_key_of_the_document_is_documented(result: Result) -> None:
    def keys(content: object) -> set[str]:
        if isinstance(content, list):
            return {key for each in content for key in keys(each)}
        if not isinstance(content, dict):
            return set()
        return {*content, *(key for each in content.values() for key in keys(each))}

    found = keys({**document(result), "measures": document(result)["measures"][:1]}) - {"more"}
    text = DOCUMENTED.read_text(encoding="utf-8")
    assert [key for key in sorted(found) if f"`{key}`" not in text] == []


def test_outcomes_have_a_record_per_measure_and_arm(result: Result) -> None:
    rows = read(files(result)["outcomes.csv"])
    assert [(row["measure"], row["arm"]) for row in rows] == [("profit", "more"), ("customer_retention_end", "more")]
    assert rows[0]["verdict"] == "higher"
    assert float(rows[0]["low"]) < 0.52 < float(rows[0]["high"])
    assert rows[1]["change"] == "0.0"


def test_replications_are_tidy_and_keep_numerator_and_denominator(result: Result) -> None:
    rows = read(files(result)["replications.csv"])
    assert len(rows) == 2 * 3 * 2
    kept = rows[1]
    assert (kept["numerator"], kept["denominator"], kept["value"]) == ("5.0", "7.0", "71.42857143")


def test_months_have_a_record_per_arm_series_and_month(result: Result) -> None:
    rows = read(files(result)["months.csv"])
    assert len(rows) == 2 * 2 * 3
    assert rows[3] == {
        "arm": "baseline",
        "month": "2026-07",
        "series": "customers",
        "mean": "10.0",
        "half_width": "0.0",
    }


def test_what_never_happened_in_a_replication_is_nothing_in_its_months(result: Result) -> None:
    runs = dict(result.runs)
    first, second, third = runs["more"]
    months = {**second.months, "episodes.flood": (3.0, 0.0, 6.0)}
    runs["more"] = (first, replace(second, months=months), third)
    rows = [row for row in read(files(replace(result, runs=runs))["months.csv"]) if row["series"] == "episodes.flood"]
    assert [(row["arm"], row["month"], float(row["mean"])) for row in rows] == [
        ("more", "2026-07", 1.0), ("more", "2026-08", 0.0), ("more", "2026-09", 2.0),
    ]  # fmt: skip


def test_pictures_are_the_same_bytes_every_time_and_undated(result: Result) -> None:
    first, second = pictures(result), pictures(result)
    assert first == second
    assert set(first) == {f"{name}.{ending}" for name in ("outcomes", "course", "best") for ending in ("png", "svg")}
    assert b"<dc:date>" not in first["course.svg"]
    assert b"Software" not in first["course.png"]
