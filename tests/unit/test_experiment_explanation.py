"""What passes through which link: the parts, the tables, the sentences and the picture, from totals made by hand."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path

import pytest

from sim.core.measures import Measure
from sim.core.observations import Observations
from sim.experiment.comparison import Result, estimate
from sim.experiment.execution import Arm
from sim.experiment.plan import Plan
from sim.files import load_scenario
from sim.report.figures import figures
from sim.report.tables import files
from sim.report.terminal import render

TEMPLATE = Path(__file__).parents[2] / "sim" / "templates" / "scenario.yaml"
MEASURES = (
    Measure("profit", "profit, real", "EUR", "profit", None, 1.0, "higher", outcome=True),
    Measure("customer_retention_end", "customers kept", "%", "kept", "start", 100.0, "higher", outcome=True),
    Measure("satisfaction", "satisfaction lived", "points", "satisfaction", None, 1.0, "higher", outcome=True),
)
LINKS = ("price_leaving", "experience_leaving", "load_quitting")
GAINED = {
    "": (100_000.0, -40.0, -0.5),
    "price_leaving": (130_000.0, -5.0, -0.5),
    "experience_leaving": (104_000.0, -38.0, -0.5),
    "load_quitting": (100_000.0, -40.0, -0.5),
    "all": (133_000.0, -2.0, -0.5),
}
"""What the policy adds to profit, to customers kept and to satisfaction with each link cut."""


def made() -> Result:
    scenario = load_scenario(TEMPLATE)
    arms = (Arm("baseline", "Doing nothing", scenario), Arm("fee", "Raise the fee by 8 %", scenario))
    runs = {}
    for place, (cut, (profit, kept, content)) in enumerate(GAINED.items()):
        suffix = f" without {cut}" if cut else ""
        shift = 0.0 if cut == "load_quitting" else 1000.0 * place
        for name, share in (("baseline", 0.0), ("fee", 1.0)):
            runs[name + suffix] = tuple(
                Observations(
                    n,
                    {
                        "profit": 1e6 + 7e4 * n + shift + share * (profit + (300 * n if cut == "price_leaving" else 0)),
                        "kept": 800.0 + n + share * kept,
                        "start": 1000.0,
                        "satisfaction": 70.0 + n + share * (content + 0.4 * (n - 2) * (cut == "all")),
                    },
                )
                for n in (1, 2, 3)
            )
    return estimate(Plan("made", "A study", arms, 3, links=LINKS), MEASURES, runs)


def test_the_parts_are_what_is_missing_with_a_link_cut_and_add_up() -> None:
    profit, kept, _ = made().explanations["fee"]
    assert profit.links["price_leaving"].estimate.value == pytest.approx(-30_600)
    assert profit.links["experience_leaving"].estimate.value == pytest.approx(-4_000)
    assert profit.none.estimate.value == pytest.approx(133_000)
    assert profit.together.estimate.value == pytest.approx(1_600)
    assert kept.links["price_leaving"].estimate.value == pytest.approx(-3.5)
    for each in (profit, kept):
        parts = (*each.links.values(), each.none, each.together)
        assert math.fsum(part.estimate.value for part in parts) == pytest.approx(each.effect.estimate.value)


def test_what_carries_nothing_is_exactly_nothing_and_what_cannot_be_told_is_no_effect() -> None:
    profit, _, satisfaction = made().explanations["fee"]
    assert profit.links["load_quitting"].nothing
    assert satisfaction.together.verdict == "cannot tell"
    assert not satisfaction.together.told


def test_the_report_has_a_row_for_each_part_that_carries_anything() -> None:
    text = render(made())
    told = text[text.index("What passes through which link") :]
    lines = {line[:26].strip(): line for line in told.splitlines()}
    assert "-30,600" in lines["price moves who leaves"]
    assert "+133,000" in lines["none of these"]
    assert "~" in lines["together or counted twice"]
    assert not [line for line in told.splitlines() if "load moves which agents quit" in line and "±" in line]
    flat = " ".join(told.split())
    assert "Nothing at all passes through: load moves which agents quit." in flat
    assert "of the change of profit (+100,000 ± 0 EUR) +133,000 ± 0 passes through none of these links" in flat
    assert "customer retention (-4 ± 0 points) -3.5 ± 0.0 passes through: price moves who leaves" in flat
    assert max(len(line) for line in text.splitlines()) <= 100


def test_the_table_has_every_part_of_every_outcome() -> None:
    rows = list(csv.DictReader(io.StringIO(files(made())["links.csv"])))
    assert [row["link"] for row in rows[:6]] == ["effect", *LINKS, "none", "together"]
    assert len(rows) == 18


def test_the_picture_has_a_panel_for_each_effect_that_can_be_told_and_its_bars_end_at_the_whole() -> None:
    figure = figures(made())["links"]
    figure.canvas.draw()
    assert len(figure.axes) == 3
    profit = figure.axes[0]
    bars = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in profit.patches]
    assert bars[-1] == pytest.approx((0.0, 100_000.0))
    assert bars[-2][1] == pytest.approx(100_000.0)
    for text in (*figure.texts, *(panel._left_title for panel in figure.axes)):
        box = text.get_window_extent()
        assert box.x0 >= 0
        assert box.x1 <= figure.bbox.x1
