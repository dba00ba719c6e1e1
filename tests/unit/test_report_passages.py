"""What is said of the links through which an effect passes, also where its parts work against each other."""

from __future__ import annotations

from pathlib import Path

from sim.core.measures import Measure
from sim.experiment.execution import Arm
from sim.experiment.explanation import Explanation, Part
from sim.files import load_scenario
from sim.links import LINKS
from sim.report.passages import passage
from sim.stats.intervals import Estimate

TEMPLATE = Path(__file__).parents[2] / "sim" / "templates" / "scenario.yaml"
MEASURE = Measure("satisfaction", "satisfaction lived", "points", "satisfaction", None, 1.0, "higher", outcome=True)
FIRST, SECOND, THIRD = list(LINKS)[:3]


def part(value: float, half_width: float = 0.02) -> Part:
    verdict = "cannot tell" if abs(value) <= half_width else "higher" if value > 0 else "lower"
    return Part(Estimate(value, half_width, 5, "t", 0.95), verdict)


def explained(whole: float, **parts: float) -> Explanation:
    links = {name: part(parts.get(name, 0.0)) for name in (FIRST, SECOND, THIRD)}
    return Explanation(MEASURE, part(whole), links, part(0.0), part(0.0))


def said(found: Explanation) -> str:
    return passage(Arm("training", "Train", load_scenario(TEMPLATE)), [found])


def test_parts_that_work_against_each_other_are_told_though_the_whole_cannot_be() -> None:
    found = explained(0.01, **{FIRST: 0.09, SECOND: -0.1})
    assert found.tells
    assert said(found) == (
        "Train: the change of satisfaction cannot be told from zero, but what passes through "
        f"{LINKS[SECOND].title} (-0.100 ± 0.020 points) and {LINKS[FIRST].title} (+0.090 ± 0.020 points) can be told."
    )


def test_where_nothing_can_be_told_nothing_is_explained() -> None:
    found = explained(0.01, **{FIRST: 0.01, SECOND: -0.02})
    assert not found.tells
    assert said(found).endswith("no effect that could be told from zero, so there is nothing to explain.")


def test_of_an_effect_that_is_told_the_largest_part_that_is_told_is_named() -> None:
    found = explained(-0.3, **{FIRST: 0.05, THIRD: -0.35})
    assert f"-0.350 ± 0.020 passes through: {LINKS[THIRD].title}" in said(found)
    assert "no single part can be told" in said(explained(0.3))
