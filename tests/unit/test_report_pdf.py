"""Lines, columns and charts of the PDF: nothing is lost, nothing sticks out or lies on something else."""

from __future__ import annotations

from functools import partial
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sim.report.figures import picture
from sim.report.paper.blocks import Block, Cell, Choice, Paper, Picture, Section, Table, Words
from sim.report.pdf import Sheets, pdf
from sim.report.pdf_lines import columns_of, width_of, wrapped

NASTY = (
    "=1+1",
    "Short",
    "Zwei mehr für <b>alle</b>",
    "A very long name of a policy that nobody would wish to see on a page " * 2,
)
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


def figure_of(wide: float, tall: float) -> Figure:
    return Figure(figsize=(wide, tall))


def paper_of_charts(arms: int, charts: int) -> Paper:
    """A chapter of small charts under one legend, and one of charts beside their tables."""
    names = [f"{NASTY[place % len(NASTY)]} {place}" for place in range(arms)]
    small = [
        (f"Chart {place} {'with a long title ' * (6 if place == 1 else 0)}".strip(), place) for place in range(charts)
    ]
    course: list[tuple[str, list[Block]]] = [
        (title, [Picture(partial(figure_of, 8.4, 5.0), title, packed=partial(figure_of, 5.15, 1.75))])
        for title, _ in small
    ]
    table = Table(["Part", "Change", "Interval", "The part is"], [["x" * 20, "1", "0 to 2", "higher"]] * 23, tail=1)
    beside: list[tuple[str, list[Block]]] = [
        (name, [Picture(partial(figure_of, 8.4, 3.6), name, packed=partial(figure_of, 4.55, 2.7)), table])
        for name in names[:2]
    ]
    chapters = [
        Section("course", "Month by month", [Choice("measure", course, names), Words("A note.", "note")]),
        Section("money", "Money", [Choice("policy", beside)]),
    ]
    return Paper("A title", "and more", chapters)


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """The pages of what is made while it is in force."""
    found: list[Figure] = []
    end = Sheets.end

    def kept(self: Sheets) -> None:
        assert self._page is not None
        found.append(self._page)
        end(self)

    monkeypatch.setattr(Sheets, "end", kept)
    return found


@pytest.mark.parametrize(("arms", "charts"), [(2, 5), (9, 25)])
def test_charts_share_pages_and_nothing_lies_on_something_else(pages: list[Figure], arms: int, charts: int) -> None:
    pdf(paper_of_charts(arms, charts))
    assert sum(len(page.axes) for page in pages) == charts + 2
    assert len(pages) <= 3 + -(-charts // 6)
    for page in pages:
        canvas = FigureCanvasAgg(page)
        boxes = [axes.get_window_extent() for axes in page.axes]
        boxes += [text.get_window_extent(canvas.get_renderer()) for text in page.texts if text.get_text().strip()]
        for one, other in combinations(boxes, 2):
            apart = (one.x0 >= other.x1 - 1, other.x0 >= one.x1 - 1, one.y0 >= other.y1 - 1, other.y0 >= one.y1 - 1)
            assert any(apart)
        for box in boxes:
            assert (box.x0 >= 0, box.y0 >= 0, box.x1 <= page.bbox.x1, box.y1 <= page.bbox.y1) == (True,) * 4


def test_every_page_of_small_charts_has_the_legend_and_every_chart_its_title(pages: list[Figure]) -> None:
    pdf(paper_of_charts(9, 25))
    shown = [[text.get_text() for text in page.texts] for page in pages]
    for page, texts in zip(pages, shown, strict=True):
        titles = [text for text in texts if text.startswith("Chart ")]
        if titles:
            assert sum(text == "=1+1 0" for text in texts) == 1
            assert len(titles) == len([axes for axes in page.axes if axes.get_position().width > 0.43])
    assert sum(text.startswith("Chart ") for texts in shown for text in texts) == 25
