"""The tables of a finished study as files: CSV and Parquet of all, Markdown and LaTeX of those that fit a page.

Texts of a scenario are texts in each: what Markdown or LaTeX would obey is escaped.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from sim.experiment.comparison import Result
from sim.files.problems import printable
from sim.report import tables
from sim.report.numbers import number, with_half_width
from sim.report.parquet import parquet_of
from sim.report.reopened import Reopened
from sim.report.sentences import marked
from sim.report.tables import Record, csv_text

MOST_ON_A_PAGE = 80
"""Rows of a table that is written as Markdown and LaTeX too."""

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~$&@!])")
_LINKS = re.compile(r"(?<=http|ttps):(?=//)|(?<=www)\.")
_LATEX: Mapping[str, str] = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "_": r"\_", "%": r"\%",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", "±": r"$\pm$", '"': r"\char34{}",
}  # fmt: skip
_MINUS = re.compile(r"(?<![\w$.])-(?=\d)")
_OBEYED_FIRST = ("[", "*")
"""What ``\\\\`` at the end of a row would take for its own, where a cell begins with it."""


def made(study: Reopened) -> dict[str, bytes]:
    """Every table of a study in every format, in a folder of its own."""
    found = _tables(study)
    files: dict[str, bytes] = {}
    for name, records in found.items():
        files |= {f"tables/{name}.{ending}": content for ending, content in table_files(records).items()}
    return files


def table_files(records: Sequence[Record]) -> dict[str, bytes]:
    """The files of a table, by their endings."""
    files = {"csv": csv_text(records).encode()}
    columns = parquet_of(records)
    if columns is not None:
        files["parquet"] = columns
    if 0 < len(records) <= MOST_ON_A_PAGE:
        files |= {"md": markdown(records).encode(), "tex": latex(records).encode()}
    return files


def _tables(study: Reopened) -> dict[str, list[Record]]:
    result = study.result
    if result is None:
        assert study.kind is not None
        return {name: list(records) for name, records in study.kind.tables(study.found).items()}
    return {"summary": summary(result), **{name: list(records) for name, records in tables.tables_of(result).items()}}


def summary(result: Result) -> list[Record]:
    """The table of the terminal: levels and changes with half-widths, rounded to what they allow."""
    base = result.plan.baseline.title if result.policies else "mean"
    records = []
    for row in result.table:
        record = {"measure": row.measure.label, "unit": row.measure.unit, base: with_half_width(row.baseline)}
        for arm in result.policies:
            name = arm.title if arm.title not in record else f"{arm.title} ({arm.name})"
            record[name] = marked(row.changes[arm.name])
        records.append(record)
    return records


def markdown(records: Sequence[Record]) -> str:
    """A table of GitHub's Markdown; numbers stand to the right."""
    names = list(records[0])
    rows = [[in_markdown(_said(record[name])) for name in names] for record in records]
    rules = ["---:" if _is_numeric(name, records) else "---" for name in names]
    lines = [[in_markdown(name) for name in names], rules, *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def in_markdown(text: str) -> str:
    """A text that Markdown shows as it is."""
    return _LINKS.sub(r"\\\g<0>", _MARKDOWN.sub(r"\\\1", _in_one_line(text)))


def latex(records: Sequence[Record]) -> str:
    """A tabular of LaTeX that needs no package; letters of other scripts need XeLaTeX or LuaLaTeX."""
    names = list(records[0])
    columns = "".join("r" if _is_numeric(name, records) else "l" for name in names)
    rows = [[in_latex(_said(record[name])) for name in names] for record in records]
    head = _row([in_latex(name) for name in names])
    lines = [
        f"\\begin{{tabular}}{{{columns}}}",
        "\\hline",
        head,
        "\\hline",
        *map(_row, rows),
        "\\hline",
        "\\end{tabular}",
    ]
    return "\n".join(lines) + "\n"


def _row(cells: Sequence[str]) -> str:
    return f"{' & '.join(cells)} \\\\"


def in_latex(text: str) -> str:
    """A text that LaTeX sets as it is."""
    found = "".join(_LATEX.get(letter, letter) for letter in _in_one_line(text))
    found = _MINUS.sub("$-$", found.replace("--", "-{}-"))
    return f"{{}}{found}" if found.startswith(_OBEYED_FIRST) else found


def _in_one_line(text: str) -> str:
    return printable(" ".join(text.split()))


def _said(value: Any) -> str:
    """A value with about five digits."""
    if value is None:
        return "-"
    if isinstance(value, bool) or not isinstance(value, float):
        return str(value)
    size = math.floor(math.log10(abs(value))) if value else 0
    return number(value, min(max(4 - size, 0), 10)) if value else "0"


def _is_numeric(name: str, records: Sequence[Record]) -> bool:
    cells = [record[name] for record in records if record[name] is not None]
    return bool(cells) and all(
        isinstance(cell, int | float) or re.match(r"[+-]?\d[\d,.]* ± |-$", cell) for cell in cells
    )
