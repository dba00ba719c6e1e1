"""The report as a PDF, with the plotting library alone: pages of A4 across, texts that can be searched, no browser.

What a page in a browser lets choose from stands here one after the other; the explorer of measures is left out, since
the tables hold what it shows.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.report.figures import STYLE
from sim.report.paper.blocks import Block, Cell, Choice, Paper, Picture, Points, Section, Table, Words, cell, clean
from sim.report.paper.whole import paper_of
from sim.report.pdf_lines import Column, columns_of, width_of, wrapped
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
    for place, block in enumerate(blocks):
        if isinstance(block, Words) and block.style != "note":
            sheets.need(_height(blocks[place:]))
        _block(sheets, block)


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
        sheets.picture(block.figure, block.caption)
    elif isinstance(block, Choice):
        for title, blocks in block.options:
            sheets.need(24 + _height(blocks))
            sheets.words(title, 10.5, weight="bold", after=2)
            _blocks(sheets, blocks)


def _height(blocks: Sequence[Block]) -> float:
    """What a heading should have below it on its page, at least: all up to the first picture, or some lines."""
    room = 0.0
    for block in blocks:
        if isinstance(block, Picture):
            return room + float(block.figure.get_figheight()) * _INCH
        if isinstance(block, Choice):
            return room + 24.0 + _height(block.options[0][1])
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

    def table(self, table: Table) -> None:
        """A table; its head stands again on each page."""
        rows = [[cell(value) for value in row] for row in table.rows]
        size, columns = columns_of(table, rows, _ROOM)
        head = [Cell(name, "strong") for name in table.head]
        self.need(self._height(columns, head, size) + size * _LEADING * 5)
        self._row(columns, head, size)
        self.rule(0.7, right=columns[-1].left + _MARGIN + columns[-1].width)
        for row in rows:
            if self._height(columns, row, size) > self._y - _MARGIN:
                self.end()
                self._begin()
                self._row(columns, head, size)
                self.rule(0.7, right=columns[-1].left + _MARGIN + columns[-1].width)
            self._row(columns, row, size)
        self.skip(3)
        if table.caption:
            self.words(table.caption, 7.5, colour=_FAINT)
        self.skip(8)

    def picture(self, figure: Figure, caption: str) -> None:
        """A figure with its caption, as large as drawn or as the page allows."""
        raw = io.BytesIO()
        figure.savefig(raw, format="png", dpi=_DPI, metadata={"Software": None})
        width, height = (float(side) * _INCH for side in figure.get_size_inches())
        scale = min(1.0, _ROOM / width, (TALL - 2 * _MARGIN - 20) / height)
        self.need(height * scale + 14)
        self._y -= height * scale
        self._image(raw, width * scale, height * scale)
        if caption:
            self.words(caption, 7.5, colour=_FAINT)
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

    def _image(self, raw: io.BytesIO, width: float, height: float) -> None:
        from matplotlib.image import imread  # noqa: PLC0415

        assert self._page is not None
        raw.seek(0)
        panel = self._page.add_axes((_MARGIN / WIDE, self._y / TALL, width / WIDE, height / TALL))
        panel.set_axis_off()
        panel.imshow(imread(raw, format="png"), aspect="auto", interpolation="none")

    def _row(self, columns: Sequence[Column], row: Sequence[Cell], size: float) -> None:
        height = self._height(columns, row, size)
        for column, value in zip(columns, row, strict=True):
            weight = "bold" if value.style in _BOLD else "normal"
            x = _MARGIN + column.left + (column.width if column.number else 0.0)
            for place, line in enumerate(_lines(column, value, size)):
                at = self._y - size * _LEADING * (place + 1)
                align = "right" if column.number else "left"
                self._write(x, line, size, at=at, ha=align, weight=weight, color=_COLOURS.get(value.style, _INK))
        self._y -= height

    def _height(self, columns: Sequence[Column], row: Sequence[Cell], size: float) -> float:
        most = max(len(_lines(column, value, size)) for column, value in zip(columns, row, strict=True))
        return most * size * _LEADING + 2.0

    def _write(self, x: float, text: str, size: float, at: float | None = None, **look: Any) -> None:
        assert self._page is not None
        y = self._y if at is None else at
        given = {name: value for name, value in look.items() if value is not None}
        self._page.text(x / WIDE, y / TALL, text, fontsize=size, va="baseline", **given)


def _lines(column: Column, value: Cell, size: float) -> list[str]:
    return column.lines(clean(value.text), size, value.style in _BOLD)
