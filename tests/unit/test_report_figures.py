"""Figures can be read: nothing is cut off, nothing lies over something else, no two arms look the same."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from sim.core.measures import Measure
from sim.core.observations import Observations
from sim.experiment.comparison import Result, Row, estimate
from sim.experiment.estimates import Change, verdict
from sim.experiment.execution import Arm
from sim.experiment.plan import Plan
from sim.files import load_scenario
from sim.report.figures import figures, letters_lacking, look, pictures
from sim.report.fillings import filled, fillings
from sim.stats.intervals import Estimate

TEMPLATE = Path(__file__).parents[2] / "sim" / "templates" / "scenario.yaml"
LABEL = "telephone: answered within 30 s"
LONG = "Raise the fee a little, hire two more agents for the telephone, and train everybody who works there " * 2


@pytest.fixture(scope="module")
def result() -> Result:
    scenario = load_scenario(TEMPLATE)
    measures = [Measure(f"m{n}", LABEL, "%", f"m{n}", None, 1.0, "higher", outcome=True) for n in range(3)]
    titles = ("Doing nothing", "Raise the fee", LONG[:200].strip(), "Train")
    arms = tuple(Arm(f"arm_{place}", title, scenario) for place, title in enumerate(titles))
    runs = {
        arm.name: tuple(
            Observations(
                number,
                {measure.name: float(place * number) for measure in measures},
                {"customers": (10.0 * number, 11.0, 12.0)},
                {},
                ("2026-07", "2026-08", "2026-09"),
            )
            for number in (1, 2, 3)
        )
        for place, arm in enumerate(arms)
    }
    return estimate(Plan("made", LONG[:200].strip(), arms, 3, best="m0"), measures, runs)


def test_no_text_leaves_the_figure(result: Result) -> None:
    for figure in figures(result).values():
        figure.canvas.draw()
        panels = [text for panel in figure.axes for text in (panel._left_title, panel.xaxis.label, panel.yaxis.label)]
        for text in (*figure.texts, *panels):
            box = text.get_window_extent()
            assert (box.x0, box.y0) >= (0, 0)
            assert box.x1 <= figure.bbox.x1, text.get_text()


def test_names_of_arms_do_not_lie_over_each_other(result: Result) -> None:
    figure = figures(result)["outcomes"]
    figure.canvas.draw()
    boxes = [label.get_window_extent() for label in figure.axes[0].get_yticklabels()]
    assert len(boxes) == 3
    assert all(above.y0 >= below.y1 for above, below in pairwise(boxes))


def test_no_two_arms_look_the_same() -> None:
    assert len({look(place) for place in range(37)}) == 37
    assert look(0).colour not in {look(place).colour for place in range(1, 37)}


@pytest.mark.parametrize("title", ["料金を6%引き上げる", "Save $5 or $x^_{$", "_hidden"])
def test_any_title_can_be_drawn(result: Result, title: str) -> None:
    arms = (result.plan.baseline, *(replace(arm, title=title) for arm in result.policies))
    drawn = replace(result, plan=replace(result.plan, title=title, arms=arms))
    assert len(pictures(drawn)) == 6
    assert letters_lacking(drawn) == ("料金を引き上げる" if title.startswith("料") else "")


@pytest.mark.parametrize(
    ("half_width", "together", "filling"),
    [(0.5, 0.8, "full"), (0.5, 1.5, "left"), (1.5, 2.5, None), (0.5, None, "full")],
)
def test_a_mark_is_half_filled_where_a_change_is_told_by_itself_alone(
    half_width: float, together: float | None, filling: str | None
) -> None:
    one = Estimate(1.0, half_width, 5, "t", 0.95)
    beside = None if together is None else replace(one, half_width=together)
    found = filled(Change(one, verdict(one), None, beside))
    assert found.get("fillstyle") == filling
    assert (found.get("markerfacecolor") == "white") is (filling is None)


def test_the_caption_says_what_half_filled_means_only_where_a_mark_is(result: Result) -> None:
    def alone(row: Row) -> Row:
        one = Estimate(1.0, 0.5, 5, "t", 0.95)
        return replace(row, changes={"arm_1": Change(one, "higher", None, replace(one, half_width=1.5))})

    assert fillings([alone(row) for row in result.table]).endswith("half-filled: not sure beside the others")
    sure = [
        replace(row, changes={"arm_1": Change(Estimate(1.0, 0.5, 5, "t", 0.95), "higher", None)})
        for row in result.table
    ]
    assert fillings(sure) == "hollow: cannot be told from zero"
