"""What a person reads: numbers, sentences, the table."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from sim.check import check
from sim.core.measures import Measure
from sim.core.observations import Observations
from sim.experiment.comparison import Result, estimate
from sim.experiment.execution import Arm
from sim.experiment.plan import Plan
from sim.files import load_scenario
from sim.report.best import best_sentence
from sim.report.checks import render_check
from sim.report.numbers import columns, folded, in_time, number, rounded, signed, span, two_digits, with_half_width
from sim.report.sentences import sentences
from sim.report.strips import ASCII, UNICODE, Marks
from sim.report.terminal import Text, grid, render
from sim.stats.intervals import Estimate

TEMPLATE = Path(__file__).parents[2] / "sim" / "templates" / "scenario.yaml"
MEASURES = (
    Measure("profit", "profit, real", "EUR", "profit", None, 1.0, "higher", outcome=True),
    Measure("customer_retention_end", "customers kept", "%", "kept", "start", 100.0, "higher", outcome=True),
    Measure("satisfaction", "satisfaction lived", "points", "satisfaction", None, 1.0, "higher", outcome=True),
)
EFFECTS = {
    "fee": [(100_000 + noise, -2.0, noise / 1000) for noise in (-300, 0, 300)],
    "nothing": [(0.0, 0.0, 0.0)] * 3,
    "bad": [(-5_000 + noise, 0.0, 0.0) for noise in (-300, 0, 300)],
}


def made(arms: int = 3, replications: int = 3) -> Result:
    scenario = load_scenario(TEMPLATE)
    names = [*EFFECTS, *(f"more_{number}" for number in range(arms - 3))]
    base = [{"profit": 1e6 + 7e4 * n, "kept": 800.0 + n, "start": 1000.0, "satisfaction": 70.0 + n} for n in range(3)]
    runs = {"baseline": base}
    for name in names:
        effects = EFFECTS.get(name, EFFECTS["fee"])
        runs[name] = [
            {**b, "profit": b["profit"] + p, "kept": b["kept"] + k, "satisfaction": b["satisfaction"] + s}
            for b, (p, k, s) in zip(base, effects, strict=True)
        ]
    titles = {"fee": "Raise the fee by 8 %", "nothing": "Do nothing at all", "bad": "A bad idea"}
    every = (
        Arm("baseline", "Doing nothing", scenario),
        *(Arm(name, titles.get(name, f"Policy {name} with a rather long title"), scenario) for name in names),
    )
    observed = {
        name: tuple(Observations(n, totals) for n, totals in enumerate(rows[:replications], start=1))
        for name, rows in runs.items()
    }
    return estimate(Plan("made", "A study", every, replications), MEASURES, observed)


def test_numbers_have_two_digits_of_their_half_width() -> None:
    assert with_half_width(Estimate(1234567.0, 23456.0, 5, "", 0.95)) == "1,235,000 ± 23,000"
    assert with_half_width(Estimate(12.3456, 0.0789, 5, "", 0.95)) == "12.346 ± 0.079"
    assert with_half_width(Estimate(5.0, None, 1, "", 0.95)) == "5"
    assert with_half_width(Estimate(-10918.771912, 1e-6, 5, "", 0.95), sign=True) == "-10,919 ± 0"
    assert with_half_width(None) == "-"


def test_a_half_width_that_stands_alone_has_two_digits_also_where_it_rounds_up() -> None:
    assert [two_digits(value) for value in (0.0, 0.0354, 1.25, 9.97, 12_345)] == ["0", "0.035", "1.2", "10", "12,000"]


def test_zero_has_no_sign() -> None:
    assert [number(-0.001, 1), signed(0.0, 2), signed(-0.0001, 2), signed(3.0, 0)] == ["0.0", "0.00", "0.00", "+3"]
    assert str(rounded(-0.0)) == "0.0"


def test_times_and_spans_are_in_the_unit_that_suits_them() -> None:
    assert in_time(Estimate(45.0, 5.0, 3, "", 0.95)) == "45.0 ± 5.0 s"
    assert in_time(Estimate(7200.0 * 2, 360.0, 3, "", 0.95)) == "4.00 ± 0.10 h"
    assert [span(730), span(365), span(91), span(10)] == ["2 years", "1 year", "13 weeks", "10 days"]


def test_a_sentence_gives_the_effect_with_its_interval_and_says_what_it_cannot_tell() -> None:
    told = sentences(made())
    assert told["fee"].startswith("Raise the fee by 8 %: profit rises by 100,000 EUR (95 % interval ")
    assert "customer retention falls by 0.2 points (in every replication)" in told["fee"]
    assert told["fee"].endswith("this study cannot tell whether satisfaction changes.")
    assert "profit falls by 5,000 EUR" in told["bad"]
    assert "changes nothing" in told["nothing"]


def test_one_replication_tells_nothing_from_chance() -> None:
    assert all("one replication gives no interval" in told for told in sentences(made(replications=1)).values())
    assert " ± " not in render(made(replications=1)).split("interval", 1)[1]


@pytest.mark.parametrize("arms", [3, 4, 7, 12])
def test_the_table_fits_its_width_however_many_policies(arms: int) -> None:
    result = made(arms)
    text = render(result)
    assert max(map(len, text.splitlines())) <= 100
    assert text.count("Profit, real (EUR)") >= arms / 4
    assert "A bad idea" in text


def test_plain_text_has_no_escapes_and_colour_changes_nothing_else() -> None:
    plain, coloured = render(made()), render(made(), colour=True)
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[\d+m", "", coloured) == plain


def test_what_cannot_be_told_is_marked_and_explained() -> None:
    text = render(made())
    assert "~ cannot be told from no change" in text
    assert "= exactly the same in every replication" in text
    row = next(line for line in text.splitlines() if line.startswith("Satisfaction"))
    assert "~" in row


def test_a_number_and_its_percent_sign_stay_on_one_line() -> None:
    assert folded("Raise the fee by 6 % at once", 18) == ["Raise the fee by", "6 % at once"]
    assert folded("Mail: replied to within 24 h", 26) == ["Mail: replied to within", "24 h"]
    for width in range(60, 101):
        assert not re.search(r"\d\n *%", render(made(), width=width))


def test_one_replication_is_said_to_give_no_interval() -> None:
    heading = " ".join(render(made(replications=1)).splitlines()[1:3])
    assert heading.startswith("made: 1 replication of 1 year")
    assert "one replication gives no interval" in heading
    assert "±" not in heading


def test_east_asian_letters_take_two_columns() -> None:
    assert (columns("fee"), columns("料金"), columns("é"), columns("e\u0301")) == (3, 4, 1, 1)
    lines = grid([[Text("料金"), Text("1")], [Text("fee"), Text("22")]]).splitlines()
    assert lines == ["料金   1", "fee   22"]


def test_a_span_counted_is_grammatical_whatever_its_length() -> None:
    report = check(load_scenario(TEMPLATE))
    assert "26 weeks of warm-up, then 1 year counted" in render_check(report)


def test_nothing_is_said_to_change_only_where_no_measure_does() -> None:
    service = Measure("telephone.service_level", "telephone: answered", "%", "in_target", "offered", 100.0, "higher")
    kept = Measure("employee_retention_end", "agents kept", "%", "kept", "start", 100.0, "higher", outcome=True)
    plan = replace(made().plan, arms=made().plan.arms[:2])
    observed = {
        arm.name: tuple(
            Observations(n, {"kept": 9.0, "start": 9.0, "in_target": 50.0 + better + n, "offered": 100.0})
            for n in range(1, 4)
        )
        for arm, better in zip(plan.arms, (0.0, 10.0), strict=True)
    }
    (told,) = sentences(estimate(plan, (kept, service), observed)).values()
    assert "telephone: answered rises by 10 points" in told
    assert "exactly as before: employee retention" in told
    assert "changes nothing" not in told


def test_the_worth_of_common_customers_is_a_number_of_times() -> None:
    text = " ".join(render(made()).split())
    assert (
        "an arm would need this many times the replications to tell profit as exactly: fee over 1,000, bad over" in text
    )


def told_alone() -> Result:
    """Two arms, of which one is told from zero by itself and not beside the other."""
    scenario = load_scenario(TEMPLATE)
    arms = tuple(Arm(name, title, scenario) for name, title in (("b", "Doing nothing"), ("x", "X"), ("y", "Y")))
    noise = (-1.0, 0.4, 0.6, -0.2, 0.2)
    runs = {
        name: tuple(Observations(n, {"profit": mean + each}) for n, each in enumerate(noise, 1))
        for name, mean in (("x", 0.85), ("y", 9.0))
    }
    runs["b"] = tuple(Observations(n, {"profit": 0.0}) for n in range(1, 6))
    return estimate(Plan("made", "A study", arms, 5), MEASURES[:1], runs)


def test_a_change_that_is_told_only_by_itself_is_marked_and_said_to_be_so() -> None:
    result = told_alone()
    row = result.row("profit")
    assert row is not None
    change = row.changes["x"]
    assert change is not None and change.together is not None
    assert change.verdict == "higher" and not change.together.excludes_zero and not change.holds_together
    text = render(result)
    assert re.search(r"\+0\.85 ± \d\.\d+ °", text)
    assert "° told by itself, not if both changes of the row are to hold together" in text
    assert "; not sure beside the other policy)" in sentences(result)["x"]
    assert "not sure" not in sentences(result)["y"]


def test_the_best_arm_is_told_with_its_probability_and_never_as_certain() -> None:
    text = render(told_alone())
    assert "Best in profit, on average: Y (100 %)." in text
    assert re.search(r"Y +100 % +100 % \(57 % to 100 %\)", text)
    assert "Best in" not in render(made(replications=1))


def test_arms_that_may_be_the_best_as_well_are_named_by_their_titles() -> None:
    found = told_alone()
    assert found.best is not None
    probability = {"b": 0.01, "x": 0.3, "y": 0.69}
    chances = tuple(replace(each, probability=probability[each.arm]) for each in found.best.chances)
    told = best_sentence(found, replace(found.best, chances=chances))
    assert told == "Best in profit, on average: most probably Y (69 %); it may also be X (30 %)."


@pytest.mark.parametrize("width", [60, 72, 80, 100])
@pytest.mark.parametrize("marks", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_charts_fit_the_width_and_colour_changes_nothing_else(width: int, marks: Marks) -> None:
    plain = render(made(7), width=width, marks=marks)
    chart = plain[plain.index("Customers kept (points)") :].split("\n\n")[0].splitlines()
    assert max(map(columns, chart)) <= width
    assert len(chart) >= 2 * 8
    coloured = render(made(7), colour=True, width=width, marks=marks)
    assert re.sub(r"\x1b\[\d+m", "", coloured) == plain


def test_a_chart_says_of_each_policy_what_the_table_says() -> None:
    lines = render(made(), marks=UNICODE).splitlines()
    head = next(place for place, line in enumerate(lines) if line.startswith("Customers kept (points)"))
    rows = lines[head + 1 : head + 4]
    assert ["●" in rows[0], "=" in rows[1], "=" in rows[2]] == [True, True, True]
    assert not any(mark in render(made(replications=1), marks=UNICODE) for mark in "●├┤─")
