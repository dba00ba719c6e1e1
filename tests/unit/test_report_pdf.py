"""Lines and columns of the PDF: nothing is lost, nothing sticks out."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from sim.report.figures import picture
from sim.report.paper.blocks import Cell, Table
from sim.report.pdf_lines import columns_of, width_of, wrapped

TEXTS = st.text(st.sampled_from("abcXYZ W.,-±0123 料金"), max_size=80)


@settings(deadline=None)
@given(text=TEXTS, room=st.floats(40, 400))
def test_lines_fit_and_hold_every_letter(text: str, room: float) -> None:
    lines = wrapped(text, 8, room)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(width_of(line.strip(" "), 8) <= room + 1e-6 for line in lines if len(line) > 1)


@settings(deadline=None, max_examples=50)
@given(texts=st.lists(st.lists(TEXTS, min_size=1, max_size=11), min_size=1, max_size=3))
def test_columns_fit_the_page_and_do_not_overlap(texts: list[list[str]]) -> None:
    count = min(map(len, texts))
    rows = [[Cell(text) for text in row[:count]] for row in texts]
    table = Table(["head"] * count, rows)
    _, columns = columns_of(table, rows, 758.0)
    ends = [column.left + column.width for column in columns]
    assert ends[-1] <= 758.0 + 1e-6
    assert all(end < column.left for end, column in zip(ends, columns[1:], strict=False))


def test_letters_are_as_wide_after_a_figure_was_drawn_as_before() -> None:
    before = width_of("letter", 8, bold=True)
    figure = Figure()
    figure.text(0.1, 0.1, "letter", fontsize=5, fontweight="bold")
    picture(figure, "png", dpi=150)
    # Letters that nothing has measured yet: what was measured is kept.
    assert width_of("\u0429\u042e", 8, bold=True) > 8.0
    assert width_of("letter", 8, bold=True) == before
