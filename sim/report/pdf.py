"""The report as a PDF, with the plotting library alone: pages of A4 across, texts that can be searched, no browser.

What a page in a browser lets choose from stands here side by side, as far as it fits: small charts under one legend,
a chart beside its table. The explorer of measures is left out, since the tables hold what it shows.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sim.report.figures import STYLE, look
from sim.report.paper.blocks import Block, Cell, Choice, Paper, Picture, Points, Section, Table, Words, cell, clean
from sim.report.paper.whole import paper_of
from sim.report.pdf_lines import SAMPLE, Column, Legend, columns_of, legend_of, width_of, wrapped
from sim.report.reopened import Reopened

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDE, TALL = 842.0, 595.0
"""A4 across, in points."""
_MARGIN = 42.0
_ROOM = WIDE - 2 * _MARGIN
_LEADING = 1.35
_INCH = 72.0
_DPI = 150
_GAP, _LEAST_TABLE = 12.0, 320.0
_SMALL_TITLE, _NOTE = 9.5, 7.5
_LETTERS, _LETTERS_BESIDE, _WORTH = (8.0, 7.5, 7.0, 6.5), (7.0, 6.5), 0.88
"""Sizes of the letters of a table; a smaller one is taken where the table gets so much lower by it."""
_INK, _FAINT = "#1c1c1c", "#5c5c5c"
_BOLD = ("strong", "good", "bad")
_COLOURS = {"good": "#006b4f", "bad": "#a83a00", "faint": _FAINT}
_CLEAN = {"CreationDate": None, "ModDate": None, "Producer": "Frontline", "Creator": "Frontline"}


def made(study: Reopened) -> Mapping[str, bytes]:
    """The report as a file."""
    return {f"{study.name}.pdf": pdf(paper_of(study))}


def pdf(paper: Paper) -> bytes:
    """The whole document."""
    import matplotlib as mpl  # noqa: PLC0415 - most commands draw nothing
    from matplotlib.backends.backend_pdf import PdfPages  # noqa: PLC0415

    out = io.BytesIO()
    with mpl.rc_context({**STYLE, "pdf.fonttype": 42}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        with PdfPages(out, metadata={**_CLEAN, "Title": clean(paper.title)}) as file:
            sheets = Sheets(file, paper.footer)
            sheets.words(paper.title, 20, weight="bold", after=4)
            sheets.words(paper.subtitle, 11, colour=_FAINT, after=10)
            for section in paper.sections:
                _section(sheets, section)
            sheets.end()
    return out.getvalue()


def _section(sheets: Sheets, section: Section) -> None:
    sheets.need(50 + _height(section.blocks))
    sheets.skip(10)
    sheets.rule(0.9)
    sheets.words(section.title, 14, weight="bold", after=4)
    _blocks(sheets, section.blocks)


def _blocks(sheets: Sheets, blocks: Sequence[Block]) -> None:
    """All of them; a paragraph stands on the page of what follows it, a note where it may."""
    left = list(blocks)
    while left:
        block, *rest = left
        if isinstance(block, Words) and block.style != "note":
            sheets.need(_height(left))
        if isinstance(block, Picture) and rest and isinstance(rest[0], Table) and sheets.beside(block, rest[0]):
            rest = rest[1:]
        else:
            _block(sheets, block)
        left = rest


def _block(sheets: Sheets, block: Block) -> None:
    if isinstance(block, Words):
        size = {"lead": 11.5, "note": 8.0, "terminal": 7.0}.get(block.style, 9.5)
        family = "DejaVu Sans Mono" if block.style == "terminal" else None
        for line in block.text.splitlines() or [""]:
            sheets.words(line, size, colour=_FAINT if block.style == "note" else _INK, family=family)
        sheets.skip(5)
    elif isinstance(block, Points):
        for text in block.texts:
            sheets.words(text, 9.5, mark="•  ")
        sheets.skip(5)
    elif isinstance(block, Table):
        sheets.table(block)
    elif isinstance(block, Picture):
        sheets.picture(block.on_paper, block.caption)
    elif isinstance(block, Choice) and block.paper:
        _blocks(sheets, block.paper)
    elif isinstance(block, Choice) and (small := _small(block)):
        sheets.grid(small, block.legend)
    elif isinstance(block, Choice):
        for title, blocks in block.options:
            sheets.need(24 + _height(blocks))
            sheets.words(title, 10.5, weight="bold", after=2)
            _blocks(sheets, blocks)


def _small(choice: Choice) -> list[tuple[str, Picture]]:
    """The pictures of a choice under their titles, where it has no others than such that share a page."""
    found = [(title, block) for title, blocks in choice.options for block in blocks]
    small = [(title, block) for title, block in found if isinstance(block, Picture) and block.packed is not None]
    return small if len(small) == len(found) else []


def _height(blocks: Sequence[Block]) -> float:
    """What a heading should have below it on its page, at least: all up to the first picture, or some lines."""
    room = 0.0
    for place, block in enumerate(blocks):
        if isinstance(block, Picture):
            table = next((each for each in blocks[place + 1 : place + 2] if isinstance(each, Table)), None)
            beside = _beside(block, table) if table is not None else 0.0
            return room + (beside or _tall(block.on_paper))
        if isinstance(block, Choice) and block.paper:
            return room + _height(block.paper)
        if isinstance(block, Choice):
            names = legend_of(block.legend, _ROOM).height if _small(block) else 0.0
            return room + 24.0 + names + _height(block.options[0][1])
        if not isinstance(block, Words):
            return room + 70.0
        room += 30.0
    return room


class Sheets:
    """Pages, filled from the top; what does not fit goes on the next one."""

    def __init__(self, file: Any, footer: str) -> None:
        self._file, self._footer = file, clean(footer)
        self._count = 0
        self._page: Figure | None = None
        self._y = 0.0
        self._begin()

    def need(self, height: float) -> None:
        """A new page, where less than this is left of the present one."""
        if self._y - height < _MARGIN:
            self.end()
            self._begin()

    def skip(self, height: float) -> None:
        """Leave some room."""
        self._y -= height

    def rule(self, width: float, left: float = _MARGIN, right: float = WIDE - _MARGIN) -> None:
        """A line across."""
        from matplotlib.lines import Line2D  # noqa: PLC0415

        assert self._page is not None
        y = self._y / TALL
        self._page.add_artist(Line2D([left / WIDE, right / WIDE], [y, y], linewidth=width, color=_INK))
        self._y -= 4

    def words(
        self,
        text: str,
        size: float,
        *,
        weight: str = "normal",
        colour: str = _INK,
        family: str | None = None,
        after: float = 0.0,
        mark: str = "",
    ) -> None:
        """A paragraph, in as many lines as it takes; mark: stands before the first, and the others stand below it."""
        left = width_of(mark, size)
        for place, line in enumerate(wrapped(clean(text), size, _ROOM - left, bold=weight == "bold")):
            self.need(size * _LEADING)
            self._y -= size * _LEADING
            self._write(_MARGIN + left, line, size, weight=weight, color=colour, family=family)
            if mark and place == 0:
                self._write(_MARGIN, mark, size)
        self._y -= after

    def table(self, table: Table, left: float = 0.0) -> None:
        """A table; its head stands again on each page. left: room that is kept free there."""
        size, columns, (head, *rows) = _laid_out(table, left)
        self.need(_row_height(columns, head, size) + size * _LEADING * min(5, len(rows)))
        self._row(columns, head, size)
        ends = _MARGIN + columns[0].left, _MARGIN + columns[-1].left + columns[-1].width
        self.rule(0.7, *ends)
        for row in rows:
            if _row_height(columns, row, size) > self._y - _MARGIN:
                self.end()
                self._begin()
                self._row(columns, head, size)
                self.rule(0.7, *ends)
            self._row(columns, row, size)
        self.skip(3)
        if table.caption:
            self.words(table.caption, _NOTE, colour=_FAINT)
        self.skip(8)

    def beside(self, picture: Picture, table: Table) -> bool:
        """A packed picture and its table, side by side on one page; whether they fit so, else nothing is done."""
        tall = _beside(picture, table)
        if not tall:
            return False
        self.need(tall)
        top = self._y
        self._image(picture.on_paper, _MARGIN)
        low, self._y = self._y, top
        self.table(table, _width(picture) + _GAP)
        self._y = min(self._y, low)
        return True

    def grid(self, shown: Sequence[tuple[str, Picture]], names: Sequence[str]) -> None:
        """Packed pictures in pairs, each under its title; the legend stands above them on each page."""
        half = (_ROOM - _GAP) / 2
        legend, drawn = legend_of(names, _ROOM), False
        for place in range(0, len(shown), 2):
            pair = shown[place : place + 2]
            titles = [wrapped(clean(title), _SMALL_TITLE, half, bold=True) for title, _ in pair]
            above = max(map(len, titles)) * _SMALL_TITLE * _LEADING + 5
            tall = above + max(_tall(each.on_paper) for _, each in pair)
            if not drawn or self._y - tall < _MARGIN:
                self.need(legend.height + tall)
                self._legend(legend)
                drawn = True
            top = self._y - above
            for column, (lines, (_, each)) in enumerate(zip(titles, pair, strict=True)):
                x = _MARGIN + column * (half + _GAP)
                for number, line in enumerate(lines, 1):
                    at = top + above - number * _SMALL_TITLE * _LEADING
                    self._write(x, line, _SMALL_TITLE, at=at, weight="bold")
                self._y = top
                self._image(each.on_paper, x)
            self._y = top + above - tall - 4
        self.skip(4)

    def picture(self, figure: Figure, caption: str) -> None:
        """A figure with its caption, as large as drawn or as the page allows."""
        self.need(_tall(figure) + 14)
        self._image(figure, _MARGIN)
        if caption:
            self.words(caption, _NOTE, colour=_FAINT)
        self.skip(8)

    def end(self) -> None:
        """The present page is done."""
        assert self._page is not None
        self._write(_MARGIN, self._footer, 7, color=_FAINT, at=24.0)
        self._write(WIDE - _MARGIN, str(self._count), 7, color=_FAINT, at=24.0, ha="right")
        self._file.savefig(self._page)
        self._page = None

    def _begin(self) -> None:
        from matplotlib.backends.backend_pdf import FigureCanvasPdf  # noqa: PLC0415
        from matplotlib.figure import Figure  # noqa: PLC0415

        self._page = Figure(figsize=(WIDE / _INCH, TALL / _INCH))
        FigureCanvasPdf(self._page)
        self._count += 1
        self._y = TALL - _MARGIN

    def _image(self, figure: Figure, left: float) -> None:
        """A figure, with its upper end here."""
        from matplotlib.image import imread  # noqa: PLC0415

        assert self._page is not None
        raw = io.BytesIO()
        figure.savefig(raw, format="png", dpi=_DPI, metadata={"Software": None})
        raw.seek(0)
        height = _tall(figure)
        width = height * float(figure.get_figwidth() / figure.get_figheight())
        self._y -= height
        panel = self._page.add_axes((left / WIDE, self._y / TALL, width / WIDE, height / TALL))
        panel.set_axis_off()
        panel.imshow(imread(raw, format="png"), aspect="auto", interpolation="none")

    def _legend(self, legend: Legend) -> None:
        """What the lines are called, each name behind a piece of its line."""
        from matplotlib.lines import Line2D  # noqa: PLC0415

        assert self._page is not None
        for entry in legend.entries:
            top, x, style = self._y - entry.top, _MARGIN + entry.left, look(entry.place)
            y = (top - 0.6 * legend.size) / TALL
            line = {"color": style.colour, "linestyle": style.line, "linewidth": 1.5}
            self._page.add_artist(Line2D([x / WIDE, (x + SAMPLE) / WIDE], [y, y], **line))
            for number, text in enumerate(entry.lines, 1):
                at = top - (number * _LEADING - 0.35) * legend.size
                self._write(x + SAMPLE + 5, text, legend.size, at=at)
        self._y -= legend.height

    def _row(self, columns: Sequence[Column], row: Sequence[Cell], size: float) -> None:
        height = _row_height(columns, row, size)
        for column, value in zip(columns, row, strict=True):
            weight = "bold" if value.style in _BOLD else "normal"
            x = _MARGIN + column.left + (column.width if column.number else 0.0)
            for place, line in enumerate(_lines(column, value, size)):
                at = self._y - size * _LEADING * (place + 1)
                align = "right" if column.number else "left"
                self._write(x, line, size, at=at, ha=align, weight=weight, color=_COLOURS.get(value.style, _INK))
        self._y -= height

    def _write(self, x: float, text: str, size: float, at: float | None = None, **look: Any) -> None:
        assert self._page is not None
        y = self._y if at is None else at
        given = {name: value for name, value in look.items() if value is not None}
        self._page.text(x / WIDE, y / TALL, text, fontsize=size, va="baseline", **given)


def _lines(column: Column, value: Cell, size: float) -> list[str]:
    return column.lines(clean(value.text), size, value.style in _BOLD)


def _laid_out(table: Table, left: float) -> tuple[float, list[Column], list[Sequence[Cell]]]:
    """Size of the letters, columns, and the cells of head and rows of a table to the right of some room."""
    rows: list[Sequence[Cell]] = [[cell(value) for value in row] for row in table.rows]
    head = [Cell(name, "strong") for name in table.head]
    best, lowest = None, 0.0
    for largest in _LETTERS_BESIDE if left else _LETTERS:
        size, columns = columns_of(table, rows, _ROOM - left, largest)
        height = sum(_row_height(columns, row, size) for row in (head, *rows))
        if best is None or height < _WORTH * lowest:
            best, lowest = (size, [replace(column, left=column.left + left) for column in columns]), height
    assert best is not None
    return (*best, [head, *rows])


def _row_height(columns: Sequence[Column], row: Sequence[Cell], size: float) -> float:
    most = max(len(_lines(column, value, size)) for column, value in zip(columns, row, strict=True))
    return most * size * _LEADING + 2.0


def _beside(picture: Picture, table: Table) -> float:
    """How tall a packed picture is with its table beside it; 0 where they do not stand so on one page."""
    if picture.packed is None or picture.caption or table.caption:
        return 0.0
    left = _width(picture) + _GAP
    if _ROOM - left < _LEAST_TABLE:
        return 0.0
    size, columns, rows = _laid_out(table, left)
    tall = max(_tall(picture.on_paper), sum(_row_height(columns, row, size) for row in rows) + 15.0)
    return tall if tall <= TALL - 2 * _MARGIN - 60.0 else 0.0


def _width(picture: Picture) -> float:
    return float(picture.on_paper.get_figwidth()) * _INCH


def _tall(figure: Figure) -> float:
    """How tall a figure stands on its page, in points."""
    width, height = (float(side) * _INCH for side in figure.get_size_inches())
    return height * min(1.0, _ROOM / width, (TALL - 2 * _MARGIN - 20) / height)
