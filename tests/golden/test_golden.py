"""Small summaries that stay as they are, or change with a reason.

After a change that is meant to move numbers: ``python -m pytest tests/golden --refresh-golden``, look at the
difference, and say in the changelog why.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
WORDS = ("telephone.", "counter.", "written.", "contacts.", "queue_area")


def summary(seen: Any) -> str:
    """The totals that are not of a single channel, months of a few series, one line each."""
    lines = [f"{name} {value:.10g}" for name, value in sorted(seen.totals.items()) if name.count(".") < 2]
    for name in ("customers", "satisfaction", "headcount", "ledger.profit", "telephone.offered"):
        lines.append(f"month {name} " + " ".join(f"{value:.10g}" for value in seen.months[name]))
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("name", ["firm", "policies", "calls"])
def test_the_summary_is_the_one_on_record(bench: Any, request: pytest.FixtureRequest, name: str) -> None:
    firm = bench.span("2 weeks", "8 weeks")
    cases = {
        "firm": firm,
        "policies": bench.with_policies(
            firm,
            fee_up={
                "changes": {"pricing.fee.home": {"multiply": 1.1, "ramp": "3 weeks"}},
                "costs": {"one_off": "900 EUR"},
            },
            staff={"changes": {"workforce.groups.desk.headcount": {"add": 2, "from": "2026-02-02"}}},
            training={"changes": {"workforce.training.hours": {"to": "2 h"}}},
        ),
        "calls": bench.changed(
            firm,
            dict.fromkeys(("customers", "pricing", "satisfaction", "churn", "acquisition", "needs"))
            | {"arrivals": {"streams": {"calls": {"kind": "fault", "channel": "telephone", "rate": "40 per day"}}}},
        ),
    }
    found = summary(bench.run(cases[name], 1).observations[0]) if name != "calls" else _calls(bench, cases[name])
    record = HERE / f"{name}.txt"
    if request.config.getoption("--refresh-golden"):
        record.write_text(found, encoding="utf-8")
    assert found == record.read_text(encoding="utf-8")


def _calls(bench: Any, scenario: Any) -> str:
    seen = bench.run(scenario, 1).observations[0]
    return "".join(f"{name} {value:.10g}\n" for name, value in sorted(seen.totals.items()) if name.startswith(WORDS))


def test_scenarios_that_come_with_frontline_give_the_numbers_on_record(
    root: Path, request: pytest.FixtureRequest
) -> None:
    """Every total, month and day of a few weeks, to the last digit, by a digest."""
    from sim.files import load_scenario
    from sim.model import Model

    short = {"calendar.warm_up": "7 days", "calendar.horizon": "21 days"}
    lines = []
    for path in sorted((root / "scenarios").glob("*.yaml")):
        plain = Model(load_scenario(path, short), 2026, 1).run().to_plain()
        lines.append(f"{path.stem} {hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:24]}\n")
    record = HERE / "scenarios.txt"
    if request.config.getoption("--refresh-golden"):
        record.write_text("".join(lines), encoding="utf-8")
    assert "".join(lines) == record.read_text(encoding="utf-8")
