"""A workbook (.xlsx) in the making: sheets with frozen headers, filters, widths, number formats; texts stay texts."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sim.files.libraries import library
from sim.files.problems import printable
from sim.files.quantities import decimal_text
from sim.report.numbers import columns as width_of
from sim.report.packed import undated

_LONGEST_CELL = 32_000
_NARROWEST, _WIDEST = 8, 68
_FONT = "Calibri"
_LINE, _MOST_LINES, _PIXELS = 15, 25, 7
_MEASURED = 500
"""Rows by which the widths of columns are found."""
DARK, PALE, GREY = "#1f3b57", "#e8eef4", "#666666"
MOST_DECIMALS = 6


@dataclass(frozen=True)
class Column:
    """A column of a table: its header, the key of its values, and how it is shown.

    decimals: of all its numbers, or None for as many as each has; places: the key under which a record says how many;
    wrap: whether a long text goes over several lines.
    """

    title: str
    key: str
    decimals: int | None = None
    places: str = ""
    wrap: bool = False


class Book:
    """A workbook of which sheets are made one after the other; ``content`` ends it."""

    def __init__(self) -> None:
        self._out = io.BytesIO()
        xlsxwriter = library("xlsxwriter", "a workbook", "XlsxWriter")
        options = {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self.book: Any = xlsxwriter.Workbook(self._out, options)
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self._titles: set[str] = set()
        self._wide: dict[str, int] = {}

    def style(self, **options: Any) -> Any:
        """A format with these properties, made once."""
        key = tuple(sorted(options.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format({"font_name": _FONT, "valign": "top", **options})
        return self._formats[key]

    def sheet(self, title: str) -> Any:
        """A new sheet, on paper as wide as the page; its title is made one that Excel takes and no other has."""
        plain = "".join(" " if letter in "[]:*?/\\" else letter for letter in printable(title)).strip("' ")[:31]
        found, number = plain or "sheet", 1
        while found.lower() in self._titles:
            number += 1
            found = f"{plain[:27]} {number}"
        self._titles.add(found.lower())
        sheet = self.book.add_worksheet(found)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.hide_gridlines(2)
        sheet.set_footer("&L&A&RPage &P of &N")
        return sheet

    def plain(self, title: str) -> Any:
        """A new sheet of exactly this title, with nothing set."""
        return self.book.add_worksheet(title)

    def put(self, sheet: Any, row: int, column: int, value: Any, **options: Any) -> None:
        """A value in a cell; a text is never a formula, a link or a number."""
        if value is None:
            sheet.write_blank(row, column, None, self.style(**options))
        elif isinstance(value, bool):
            sheet.write_boolean(row, column, value, self.style(**options))
        elif isinstance(value, int | float):
            sheet.write_number(row, column, value, self.style(**{"num_format": number_format(value), **options}))
        else:
            sheet.write_string(row, column, cell_text(str(value)), self.style(**options))

    def heading(self, sheet: Any, title: str, notes: Sequence[str] = ()) -> int:
        """A title and lines below it; returns the first row that is free."""
        self.put(sheet, 0, 0, title, bold=True, font_size=14, font_color=DARK)
        sheet.set_row(0, 22)
        for place, note in enumerate(notes):
            self.put(sheet, 1 + place, 0, note, font_color=GREY)
        return 2 + len(notes)

    def table(
        self, sheet: Any, shown: Sequence[Column], records: Iterable[Mapping[str, Any]], first: int = 0
    ) -> tuple[int, int]:
        """Records under a header that stays in sight and filters; returns the rows of the first and last record."""
        for place, column in enumerate(shown):
            self.put(sheet, first, place, column.title, **HEAD)
        widths = [max(_NARROWEST, len(column.title) + 4) for column in shown]
        row, wraps = first, any(column.wrap for column in shown)
        for record in records:
            row += 1
            for place, column in enumerate(shown):
                value = record.get(column.key)
                if value is not None:
                    self.put(sheet, row, place, value, **_look(column, record))
                    if row < _MEASURED:
                        widths[place] = max(widths[place], width_of(_as_shown(value)) + 2)
            if wraps:
                wrapped = [str(record.get(column.key) or "") for column in shown if column.wrap]
                self.lines(sheet, row, {_WIDEST: max(wrapped, key=len)})
        widths = [min(width, _WIDEST) for width in widths]
        for place, width in enumerate(widths):
            sheet.set_column(place, place, width)
        self._wide[sheet.get_name()] = sum(_PIXELS * width + 5 for width in widths)
        sheet.freeze_panes(first + 1, 0)
        sheet.repeat_rows(first)
        sheet.autofilter(first, 0, max(row, first + 1), len(shown) - 1)
        return first + 1, row

    def wide(self, sheet: Any) -> int:
        """Pixels from the left to where nothing stands any more beside the table of a sheet."""
        return self._wide.get(sheet.get_name(), 0) + _PIXELS * _NARROWEST

    def paragraph(self, sheet: Any, row: int, text: str, columns: int, width: int = 130) -> None:
        """A text over several columns, as high as it needs to be; width: of those columns in letters."""
        style = self.style(text_wrap=True)
        sheet.merge_range(row, 0, row, columns - 1, "", style)
        sheet.write_string(row, 0, cell_text(text), style)
        self.lines(sheet, row, {width: text})

    def lines(self, sheet: Any, row: int, texts: Mapping[int, str]) -> None:
        """Make a row as high as its wrapped texts need: width of the column in letters -> text."""
        most = max((-(-width_of(text) // max(round(1.1 * width), 1)) for width, text in texts.items()), default=1)
        if most > 1:
            sheet.set_row(row, _LINE * min(most, _MOST_LINES))

    def content(self) -> bytes:
        """The file; nothing can be added after it."""
        self.book.close()
        return undated(self._out.getvalue())


def _look(column: Column, record: Mapping[str, Any]) -> dict[str, Any]:
    value = record.get(column.key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return {"align": "left", "indent": 1, **({"text_wrap": True} if column.wrap else {})}
    places = record.get(column.places, column.decimals) if column.places else column.decimals
    return {} if places is None else {"num_format": places_format(places)}


HEAD: Mapping[str, Any] = {
    "bold": True,
    "bg_color": PALE,
    "font_color": DARK,
    "bottom": 1,
    "text_wrap": True,
    "indent": 1,
}


@lru_cache(10_000)
def cell_text(text: str) -> str:
    """A text that fits into a cell and holds no character that a file cannot."""
    shown = "\n".join(printable(line) for line in text.splitlines())
    return shown if len(shown) <= _LONGEST_CELL else f"{shown[:_LONGEST_CELL]} …"


def places_format(places: int) -> str:
    """The number format of so many decimals, with thousands apart."""
    return "#,##0" + ("." + "0" * min(places, MOST_DECIMALS) if places > 0 else "")


def number_format(value: float) -> str:
    """A number format that shows about five digits of a number."""
    if isinstance(value, int) or value == int(value):
        return "#,##0"
    size = abs(value)
    places = next((count for limit, count in ((10_000, 0), (1000, 1), (100, 2), (1, 3)) if size >= limit), 5)
    places = min(places, len(decimal_text(value).partition(".")[2]))
    return places_format(places) if size >= 1e-4 else "0.00E+00"


def _as_shown(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "" if value is None else max(str(value).splitlines(), key=len, default="")
    return f"{value:,.5g}" if isinstance(value, float) else f"{value:,}"
