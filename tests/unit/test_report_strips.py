"""Small charts in letters: whatever is drawn, zero, points and intervals lie where the numbers say."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sim.experiment.estimates import verdict
from sim.report.numbers import columns
from sim.report.strips import (
    ASCII,
    UNICODE,
    Marks,
    Strip,
    axis,
    charts,
    course,
    interval,
    legend,
    marks_for,
    padded,
    per_step,
    scale_of,
    shortened,
    strip_of,
)
from sim.stats.intervals import Estimate

both = pytest.mark.parametrize("marks", [UNICODE, ASCII], ids=["unicode", "ascii"])
numbers = st.one_of(
    st.just(0.0),
    st.floats(-1e100, 1e100, allow_nan=False),
    st.floats(-1e-6, 1e-6, allow_nan=False),
    st.floats(-1000.0, 1000.0, allow_nan=False),
)
halves = st.one_of(st.none(), st.just(0.0), numbers.map(abs))
widths = st.integers(24, 80)


@st.composite
def estimates(draw: st.DrawFn) -> Estimate:
    return Estimate(draw(numbers), draw(halves), 10, "", 0.95)


def plain(text: str, _: str) -> str:
    return text


def drawn(change: Estimate, others: list[Estimate], width: int, marks: Marks) -> tuple[str, int, int, int, int]:
    """The row of a change beside others, and in it the cells of zero, the low end, the point and the high end."""
    every = [end for one in (change, *others) for end in (one.low, one.value, one.high) if end is not None]
    scale = scale_of(every, width)
    before, middle, behind = interval(strip_of("", change), scale, marks)
    ends = len(before), len(before) + len(middle) - 1
    return before + middle + behind, scale.below, ends[0], scale.place(change.value), ends[1]


@both
@given(change=estimates(), others=st.lists(estimates(), max_size=4), width=widths)
@example(change=Estimate(1e-300, 0.0, 10, "", 0.95), others=[Estimate(-1e100, 1e99, 10, "", 0.95)], width=24)
@example(change=Estimate(5e-324, None, 1, "", 0.95), others=[], width=24)
def test_a_row_fits_and_its_point_lies_within_its_interval_on_the_side_of_zero_that_its_sign_says(
    marks: Marks, change: Estimate, others: list[Estimate], width: int
) -> None:
    row, zero, low, point, high = drawn(change, others, width, marks)
    assert len(row) <= width
    assert 0 <= low <= point <= high < len(row)
    assert (point > zero) - (point < zero) == (change.value > 0) - (change.value < 0)


@both
@given(change=estimates(), others=st.lists(estimates(), max_size=4), width=widths)
def test_a_mark_is_full_only_of_what_is_told_and_only_such_an_interval_keeps_away_from_zero(
    marks: Marks, change: Estimate, others: list[Estimate], width: int
) -> None:
    row, zero, low, point, high = drawn(change, others, width, marks)
    found = verdict(change)
    assert row[point] == {"the same": marks.same, "cannot tell": marks.unsure}.get(found, marks.sure)
    if found in ("higher", "lower"):
        assert not low <= zero <= high
        assert row[zero] == marks.zero
    elif change.half_width is not None:
        assert low <= zero <= high
    if change.half_width is None:
        assert low == point == high
        assert found == "cannot tell"


@given(values=st.lists(numbers, min_size=2, max_size=6), width=widths)
def test_what_is_larger_never_lies_further_to_the_left(values: list[float], width: int) -> None:
    scale = scale_of(values, width)
    places = [scale.place(value) for value in sorted(values)]
    assert places == sorted(places)
    assert 0 <= min(places) <= max(places) < scale.width <= width


@given(values=st.lists(numbers, max_size=6), width=widths)
def test_the_scale_names_zero_and_an_end_in_its_own_cells(values: list[float], width: int) -> None:
    scale = scale_of(values, width)
    text = axis(scale)
    assert len(text) == scale.width
    assert text[scale.below] == "0"
    assert bool(text.replace("0", " ", 1).strip()) == any(values)


def test_distances_are_to_scale() -> None:
    scale = scale_of([-50.0, 150.0], 42)
    assert [scale.place(value) - scale.below for value in (-50, -25, 0, 5, 5.1, 75, 150)] == [-10, -5, 0, 1, 2, 15, 30]
    assert axis(scale).split() == ["-50.0", "0", "+150"]


def strips_shown() -> list[Strip]:
    return [
        strip_of("Up", Estimate(100.0, 20.0, 10, "", 0.95), style="good"),
        strip_of("Up by itself", Estimate(100.0, 90.0, 10, "", 0.95), together=False),
        strip_of("Unsure", Estimate(-10.0, 30.0, 10, "", 0.95)),
        strip_of("Same", Estimate(0.0, 0.0, 10, "", 0.95)),
        strip_of("Once", Estimate(50.0, None, 1, "", 0.95)),
        strip_of("Unknown", None),
    ]


def test_a_chart_shows_sign_and_certainty_at_a_glance() -> None:
    assert charts([("Profit (EUR)", strips_shown())], 60, plain, UNICODE).splitlines() == [
        "Profit (EUR)    -40.0   0                               +190",
        "  Up                    │              ├───●──┤",
        "  Up by itself          │ ├────────────────◐───────────────┤",
        "  Unsure        ├─────○─┼───┤",
        "  Same                  =",
        "  Once                  │         ○",
        "  Unknown       no estimate",
    ]
    assert legend(strips_shown(), ASCII) == [
        "* told from no change",
        "x told by itself, not beside the others",
        "o cannot be told from no change",
        "= exactly the same",
    ]


def test_where_all_are_exactly_the_same_one_line_says_so() -> None:
    same = [strip_of(name, Estimate(0.0, 0.0, 10, "", 0.95)) for name in "ab"]
    assert charts([("Kept (points)", same)], 60, plain, UNICODE) == "Kept (points)  = all"


def test_only_the_interval_is_painted() -> None:
    text = charts(
        [("Profit", strips_shown()[:1])], 60, lambda text, style: f"<{text}>" if style == "good" else text, ASCII
    )
    assert text.splitlines()[1].count("<[") == text.count("]>") == 1


@both
@given(
    blocks=st.lists(
        st.tuples(st.text(max_size=60), st.lists(st.tuples(st.text(max_size=70), st.none() | estimates()), max_size=4)),
        max_size=3,
    ),
    width=st.integers(60, 100),
)
def test_charts_fit_whatever_the_names_are(
    marks: Marks, blocks: list[tuple[str, list[tuple[str, Estimate | None]]]], width: int
) -> None:
    shown = [(head, [strip_of(label, change) for label, change in rows]) for head, rows in blocks]
    text = charts(shown, width, plain, marks)
    assert all(columns(line) <= max(width, 240) for line in text.split("\n"))
    rows = [line for line in text.split("\n") if line.startswith("  ")]
    assert all(columns(line) <= width for line in rows)


@given(text=st.text(max_size=60), width=st.integers(8, 60))
def test_a_name_is_shortened_in_the_middle(text: str, width: int) -> None:
    kept = shortened(text, width, UNICODE)
    assert columns(kept) <= width
    if UNICODE.left_out in kept and UNICODE.left_out not in text:
        assert columns(text) > width or not text.isprintable()


def test_names_keep_their_ends_by_which_they_differ() -> None:
    assert shortened("Fee +8 %, headcount front line -2", 21, UNICODE) == "Fee +8 %,…nt line -2"
    assert padded("料金", 6) == "料金  "


@both
@given(values=st.lists(st.none() | numbers, min_size=1, max_size=300), width=st.integers(3, 60))
def test_a_course_fits_rises_with_its_values_and_shows_what_is_missing(
    marks: Marks, values: list[float | None], width: int
) -> None:
    steps = course(values, width, marks)
    size = per_step(len(values), width)
    assert len(steps) == math.ceil(len(values) / size) <= width
    if size == 1:
        assert [step == marks.missing for step in steps] == [value is None for value in values]
        known = sorted(
            (value, marks.steps.index(step)) for value, step in zip(values, steps, strict=True) if value is not None
        )
        heights = [height for _, height in known]
        assert heights == sorted(heights)
        if known and known[0][0] < known[-1][0]:
            assert (heights[0], heights[-1]) == (0, len(marks.steps) - 1)


def test_a_course_without_movement_stays_in_the_middle() -> None:
    assert course([3.0, 3.0, None, 3.0], 10, UNICODE) == "▄▄·▄"
    assert course([None, None], 10, UNICODE) == "··"
    assert course([1.0, 3.0, 9.0, 11.0], 2, ASCII) == "18"


@pytest.mark.parametrize(
    ("encoding", "marks"),
    [("utf-8", UNICODE), ("ascii", ASCII), ("cp1252", ASCII), ("latin-1", ASCII), (None, ASCII), ("no such", ASCII)],
)
def test_letters_are_those_that_can_be_written(encoding: str | None, marks: Marks) -> None:
    assert marks_for(encoding) is marks


def test_plain_letters_are_plain() -> None:
    assert "".join(vars(ASCII).values()).isascii()
    for marks in (UNICODE, ASCII):
        assert all(columns(mark) == len(mark) for mark in vars(marks).values())
        assert len({marks.sure, marks.alone, marks.unsure, marks.same}) == 4
