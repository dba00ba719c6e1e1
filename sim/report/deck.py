"""Slides (.pptx) in the making: a template of our own or the firm's, titles, texts that fit, tables, notes.

Nothing runs over its frame: a text gets the largest of a few sizes in which it fits, and is cut with " …" where it fits
in none. How wide letters are is estimated (half their height, twice that for East Asian ones), on the safe side.
"""

from __future__ import annotations

import copy
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.files.libraries import library
from sim.files.problems import printable
from sim.report.figures import COLOURS
from sim.report.numbers import folded
from sim.report.packed import undated

EMU = 914_400
"""Of an inch."""

_POINT = 12_700
_WIDE, _TALL = int(40 / 3 * EMU), int(7.5 * EMU)
_HYPHEN, _MINUS = re.compile(r"(?<![\w.,%-])-(?=\d)"), "\u2212"
_DARK, _GREY = "1F3B57", "666666"
_LETTER, _LINE = 0.53, 1.2
_TITLE_SIZES, _CAPTION = (26, 24, 22, 20, 18, 16), 10
_ACCENTS = [colour.lstrip("#").upper() for colour in COLOURS[1:]]
_TITLE_KINDS, _FOOT_KINDS, _NUMBER_KIND = ("TITLE", "CENTER_TITLE"), ("DATE", "FOOTER", "SLIDE_NUMBER"), "SLIDE_NUMBER"


class NoTemplate(Exception):  # noqa: N818  # read as a statement in messages
    """A template that slides cannot be made with; says why."""


@dataclass(frozen=True)
class Box:
    """A rectangle on a slide, in EMU."""

    left: int
    top: int
    width: int
    height: int

    def grid(self, count: int, columns: int, gap: int = EMU // 8) -> list[Box]:
        """So many boxes of the same size, row by row."""
        rows = -(-count // columns)
        width, height = (self.width - gap * (columns - 1)) // columns, (self.height - gap * (rows - 1)) // rows
        return [
            Box(self.left + n % columns * (width + gap), self.top + n // columns * (height + gap), width, height)
            for n in range(count)
        ]

    def below(self, height: int) -> Box:
        """What is left under a strip of some height."""
        return Box(self.left, self.top + height, self.width, self.height - height)


class Deck:
    """Slides made one after the other; ``content`` is the file."""

    def __init__(self, template: Path | None = None) -> None:
        pptx = library("pptx", "slides", "python-pptx")
        self.show: Any = pptx.Presentation() if template is None else _opened(pptx, template)
        self.own = template is None
        if self.own:
            _made_ours(self.show)
        _emptied(self.show)
        self._cover, self._page = _layouts(self.show, template)

    def cover(self, title: str, subtitle: str, notes: str) -> None:
        """The first slide."""
        slide, title = self.show.slides.add_slide(self._cover), with_minus(title)
        titled, *others = [*_of_kind(slide.placeholders, _TITLE_KINDS), *_texts(slide.placeholders)] or [None]
        wide, tall = self.show.slide_width, self.show.slide_height
        frames = [Box(EMU, tall // 4, wide - 2 * EMU, tall // 4), Box(EMU, tall // 2, wide - 2 * EMU, tall // 4)]
        for shape, text, frame, sizes in (
            (titled, title, frames[0], (36, 32, 28, 24, 20, 18)),
            (others[0] if others else None, subtitle, frames[1], (18, 16, 14, 12)),
        ):
            put = self.text if shape is None else _filled
            put(slide if shape is None else shape, text, frame if shape is None else _box(shape), sizes)
        for extra in others[1:]:
            extra._element.getparent().remove(extra._element)
        slide.notes_slide.notes_text_frame.text = printable_lines(notes)

    def page(self, title: str, caption: str, notes: str) -> tuple[Any, Box]:
        """A slide with a title, a caption at its foot and notes; returns it with the room between."""
        slide, title = self.show.slides.add_slide(self._page), with_minus(title)
        room = self._room(slide)
        shape = next(iter(_of_kind(slide.placeholders, _TITLE_KINDS)), None)
        if shape is None:
            self.text(slide, title, Box(room.left, EMU // 3, room.width, EMU), _TITLE_SIZES, look="bold")
        else:
            _filled(shape, title, _box(shape), _TITLE_SIZES)
        foot = EMU // 4
        for numbered in _of_kind(self._page.placeholders, (_NUMBER_KIND,)):
            slide.shapes._spTree.append(copy.deepcopy(numbered._element))
        strip = Box(room.left, room.top + room.height - foot, room.width, foot)
        self.text(slide, caption, strip, (_CAPTION, 9, 8), look="faint")
        slide.notes_slide.notes_text_frame.text = printable_lines(notes)
        return slide, Box(room.left, room.top, room.width, room.height - foot - EMU // 16)

    def _room(self, slide: Any) -> Box:
        """Where the content may stand: under the title of the template, above its foot."""
        wide, tall = self.show.slide_width, self.show.slide_height
        margin = EMU // 2
        titles = [_box(shape) for shape in _of_kind(slide.placeholders, _TITLE_KINDS)]
        feet = [shape.top for shape in _of_kind(self._page.placeholders, _FOOT_KINDS) if shape.top > tall * 2 // 3]
        above = titles[0].top + titles[0].height if titles and titles[0].top < tall // 3 else margin + EMU
        bottom = min([tall - EMU // 5, *feet])
        left = titles[0].left if titles and titles[0].width > wide * 6 // 10 else margin
        return Box(left, above + EMU // 10, wide - 2 * left, bottom - above - EMU // 10)

    def text(self, slide: Any, text: str, box: Box, sizes: Sequence[int], *, look: str = "") -> None:
        """A text in a frame of its own; look: nothing, "bold" or "faint"."""
        shape = slide.shapes.add_textbox(box.left, box.top, box.width, box.height)
        frame = shape.text_frame
        frame.word_wrap = True
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        size, lines = fitted(text, box, sizes)
        for place, line in enumerate(lines):
            paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
            run = paragraph.add_run()
            run.text, run.font.size, run.font.bold = line, size * _POINT, True if look == "bold" else None
            if look == "faint":
                run.font.color.rgb = library("pptx.dml.color", "slides", "python-pptx").RGBColor.from_string(_GREY)

    def table(
        self, slide: Any, box: Box, rows: Sequence[Sequence[str]], shares: Sequence[float], *, numbers: bool = True
    ) -> int:
        """A native table, the first row its header; shares: of the width, by column; returns how tall it is.

        numbers: whether all columns but the first hold numbers, and stand to the right.
        """
        size, heights = table_size(rows, box, shares)
        frame = slide.shapes.add_table(len(rows), len(shares), box.left, box.top, box.width, sum(heights))
        for column, share in zip(frame.table.columns, shares, strict=True):
            column.width = int(box.width * share / sum(shares))
        for line, cells, height in zip(frame.table.rows, rows, heights, strict=True):
            line.height = height
            for place, (cell, text) in enumerate(zip(line.cells, cells, strict=True)):
                _put_in_cell(cell, text, size, right=numbers and place > 0)
        return sum(heights)

    def picture(self, slide: Any, content: bytes, box: Box) -> None:
        """A picture as large as its box allows, in the middle of it."""
        shape = slide.shapes.add_picture(io.BytesIO(content), box.left, box.top)
        shrink = min(box.width / shape.width, box.height / shape.height)
        shape.width, shape.height = int(shape.width * shrink), int(shape.height * shrink)
        shape.left = box.left + (box.width - shape.width) // 2
        shape.top = box.top + (box.height - shape.height) // 2

    def content(self) -> bytes:
        """The file."""
        out = io.BytesIO()
        self.show.save(out)
        return undated(out.getvalue())


def with_minus(title: str) -> str:
    """The title with a minus instead of a hyphen before numbers, after which programs that show it may break a line."""
    return _HYPHEN.sub(_MINUS, title)


def printable_lines(text: str) -> str:
    """The text without characters that a file cannot hold."""
    return "\n".join(printable(line) for line in text.splitlines())


def fitted(text: str, box: Box, sizes: Sequence[int]) -> tuple[int, list[str]]:
    """The largest size in points in which a text fits, and its paragraphs, cut where it fits in none."""
    paragraphs = printable_lines(text).split("\n")
    for size in sizes:
        if sum(lines_of(each, box.width, size) for each in paragraphs) * size * _LINE * _POINT <= box.height:
            return size, paragraphs
    size = sizes[-1]
    most = max(1, int(box.height / (size * _LINE * _POINT)))
    width = _letters(box.width, size)
    kept = " ".join(line for each in paragraphs for line in (folded(each, width) or [""])[:most])
    while kept and lines_of(f"{kept} …", box.width, size) > most:
        kept = kept[:-1]
    return size, [f"{kept.rstrip()} …"]


def lines_of(text: str, width: int, size: float) -> int:
    """Lines that a text takes in a width."""
    letters = _letters(width, size)
    wide = "".join(letter if letter.isascii() else letter * 2 for letter in text)
    return max(1, len(folded(wide, letters)))


def _letters(width: int, size: float) -> int:
    return max(4, int(width / (_POINT * size * _LETTER)))


_OTHER_SCRIPTS, _TALL_LINE = "\u0370", 1.5
"""Letters from here on may come from another font, with taller lines."""

_CELL_SIZES = (14, 13, 12, 11, 10, 9, 8)
_CELL_MARGIN = EMU // 14


def table_size(rows: Sequence[Sequence[str]], box: Box, shares: Sequence[float]) -> tuple[int, list[int]]:
    """The largest size of letters in which a table fits, and the heights of its rows."""
    for size in _CELL_SIZES:
        heights = [_row_height(row, box.width, shares, size) for row in rows]
        if sum(heights) <= box.height:
            break
    return size, heights


def _row_height(row: Sequence[str], width: int, shares: Sequence[float], size: int) -> int:
    inner = [int(width * share / sum(shares)) - 2 * _CELL_MARGIN for share in shares]
    lines = max(lines_of(text, room, size) for text, room in zip(row, inner, strict=True))
    tall = _LINE if all(letter < _OTHER_SCRIPTS for text in row for letter in text) else _TALL_LINE
    return int(lines * size * tall * _POINT) + EMU // 12


def rows_that_fit(rows: Sequence[Sequence[str]], box: Box, shares: Sequence[float], size: int = 11) -> list[list[Any]]:
    """The rows below a header, first of ``rows``, on as many pages as they need at a size."""
    head, *others = rows
    first = _row_height(head, box.width, shares, size)
    pages: list[list[Any]] = [[head]]
    left = box.height - first
    for row in others:
        height = _row_height(row, box.width, shares, size)
        if height > left and len(pages[-1]) > 1:
            pages.append([head])
            left = box.height - first
        pages[-1].append(row)
        left -= height
    return pages


def _put_in_cell(cell: Any, text: str, size: int, right: bool) -> None:
    cell.margin_left = cell.margin_right = _CELL_MARGIN
    cell.margin_top = cell.margin_bottom = EMU // 40
    paragraph = cell.text_frame.paragraphs[0]
    run = paragraph.add_run()
    run.text, run.font.size = printable(text), size * _POINT
    if right:
        paragraph.alignment = library("pptx.enum.text", "slides", "python-pptx").PP_ALIGN.RIGHT


def _filled(shape: Any, text: str, box: Box, sizes: Sequence[int]) -> None:
    """A text in a placeholder of the template, in its own letters, smaller where it needs to be."""
    size, lines = fitted(text, Box(box.left, box.top, box.width - EMU // 5, box.height - EMU // 10), sizes)
    shape.text_frame.text = "\n".join(lines)
    shape.text_frame.word_wrap = True
    for paragraph in shape.text_frame.paragraphs:
        for run in paragraph.runs:
            run.font.size = size * _POINT


def _box(shape: Any) -> Box:
    return Box(shape.left or 0, shape.top or 0, shape.width or EMU, shape.height or EMU)


def _of_kind(shapes: Any, kinds: Sequence[str]) -> list[Any]:
    return [shape for shape in shapes if shape.placeholder_format.type is not None and _kind(shape) in kinds]


def _kind(shape: Any) -> str:
    return str(shape.placeholder_format.type.name)


def _texts(shapes: Any) -> list[Any]:
    return _of_kind(shapes, ("SUBTITLE", "BODY"))


def _opened(pptx: Any, template: Path) -> Any:
    try:
        show = pptx.Presentation(str(template))
    except Exception as error:  # whatever is wrong inside a file, the library has an error of its own for it
        reason = getattr(error, "strerror", None) or "it is no presentation; save a template (.potx) as .pptx"
        raise NoTemplate(f"{template}: cannot be used as a template: {reason}") from None
    if not len(show.slide_layouts):
        raise NoTemplate(f"{template}: cannot be used as a template: it has no layout")
    return show


def _emptied(show: Any) -> None:
    """Without the slides of the template."""
    listed = show.slides._sldIdLst
    for entry in list(listed):
        show.part.drop_rel(entry.rId)
        listed.remove(entry)


def _layouts(show: Any, template: Path | None) -> tuple[Any, Any]:
    """The layout of the first slide, and that of all others: a title and as little else as there is."""
    layouts = list(show.slide_layouts)
    titled = [layout for layout in layouts if _of_kind(layout.placeholders, _TITLE_KINDS)]
    if template is not None and not titled:
        raise NoTemplate(f"{template}: cannot be used as a template: none of its layouts has a title")
    covers = [one for one in titled if any(_kind(shape) == "CENTER_TITLE" for shape in one.placeholders)]
    plain = [one for one in titled if one not in covers] or titled
    return (covers or titled)[0], min(plain, key=_clutter)


def _clutter(layout: Any) -> int:
    return sum(_kind(shape) not in (*_TITLE_KINDS, *_FOOT_KINDS) for shape in layout.placeholders)


def _made_ours(show: Any) -> None:
    """The library's own template made wide, with our colours and titles to the left."""
    stretch = _WIDE / show.slide_width
    show.slide_width, show.slide_height = _WIDE, _TALL
    for layout in list(show.slide_layouts):
        if layout.name not in ("Title Slide", "Title Only"):
            show.slide_layouts.remove(layout)
    for holder in (show.slide_master, *show.slide_layouts):
        for shape in holder.placeholders:
            if shape._element.spPr.xfrm is not None:
                shape.left, shape.width = int(shape.left * stretch), int(shape.width * stretch)
    for holder in (show.slide_master, *(one for one in show.slide_layouts if one.name == "Title Only")):
        for shape in _of_kind(holder.placeholders, ("TITLE",)):
            shape.left, shape.top, shape.width, shape.height = (int(x * EMU) for x in (0.5, 0.3, 37 / 3, 1.05))
    for layout in show.slide_layouts:
        if layout.name == "Title Slide":
            frames = ((0.9, 2.0, 11.5, 1.7), (0.9, 3.9, 11.5, 1.6))
            for shape, frame in zip(_of_kind(layout.placeholders, ("CENTER_TITLE", "SUBTITLE")), frames, strict=True):
                shape.left, shape.top, shape.width, shape.height = (int(x * EMU) for x in frame)
                for level in shape._element.iter(f"{{{_DRAWING}}}lvl1pPr"):
                    level.set("algn", "l")
    _styled(show.slide_master)


_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
_STRIP = (
    '<p:sp xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:a="{drawing}"><p:nvSpPr>'
    '<p:cNvPr id="90" name="Strip"/><p:cNvSpPr/><p:nvPr userDrawn="1"/></p:nvSpPr><p:spPr><a:xfrm><a:off x="0" y="0"/>'
    '<a:ext cx="{wide}" cy="{tall}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:solidFill>'
    '<a:schemeClr val="tx2"/></a:solidFill><a:ln><a:noFill/></a:ln></p:spPr></p:sp>'
)


def _styled(master: Any) -> None:
    pptx = library("pptx.oxml.ns", "slides", "python-pptx")
    level = master._element.find(f".//{pptx.qn('p:titleStyle')}/{pptx.qn('a:lvl1pPr')}")
    level.set("algn", "l")
    level.find(pptx.qn("a:defRPr")).set("b", "1")
    strip = _STRIP.format(drawing=_DRAWING, wide=_WIDE, tall=EMU // 8)
    made = library("pptx.oxml", "slides", "python-pptx").parse_xml(strip)
    master.shapes._spTree.insert(2, made)
    related = library("pptx.opc.constants", "slides", "python-pptx").RELATIONSHIP_TYPE
    theme = master.part.part_related_by(related.THEME)
    text = theme.blob.decode("utf-8")
    for number, colour in enumerate(_ACCENTS, 1):
        pattern = rf"(<a:accent{number}>\s*<a:srgbClr val=\")[0-9A-Fa-f]{{6}}"
        text = re.sub(pattern, rf"\g<1>{colour}", text, count=1)
    text = re.sub(r"(<a:dk2>\s*<a:srgbClr val=\")[0-9A-Fa-f]{6}", rf"\g<1>{_DARK}", text, count=1)
    theme._blob = text.encode("utf-8")
