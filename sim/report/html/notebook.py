"""What a result shows of itself in a notebook: a table, sentences, a picture."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from sim.experiment.comparison import Result
from sim.report.charts import changes_chart, course_chart
from sim.report.figures import picture
from sim.report.html.page import safe, template
from sim.report.kinds import Kind
from sim.report.months import courses
from sim.report.paper.blocks import cell, clean
from sim.report.paper.course import measures_table
from sim.report.sentences import sentences, told_rows
from sim.report.terminal import WIDTH

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DPI = 100


def shown(result: Result) -> str:
    """A run or a comparison."""
    table = measures_table(result, result.shown)
    figure = _figure(result)
    return _cell(
        result.plan.title,
        tables=[table] if table is not None else [],
        texts=list(sentences(result).values()) if result.policies else [],
        figure=figure,
    )


def shown_study(kind: Kind, title: str, found: Any) -> str:
    """A study of another kind: what it prints, and its first picture."""
    return shown_text(kind.render(found, False, WIDTH), next(iter(kind.figures(found).values()), None), title)


def shown_text(printed: str, figure: Figure | None, title: str = "") -> str:
    """What a command prints, and a picture."""
    return _cell(title, said="\n".join(map(clean, printed.splitlines())), figure=figure)


def _figure(result: Result) -> Figure | None:
    rows = told_rows(result)
    if any(any(row.changes.values()) for row in rows):
        return changes_chart(result, rows)
    return next((course_chart(result, each) for each in courses(result)), None)


def _cell(title: str, *, tables: Any = (), texts: Any = (), said: str = "", figure: Figure | None = None) -> str:
    from markupsafe import escape  # noqa: PLC0415 - most commands write no page

    drawn = base64.b64encode(picture(figure, "png", _DPI)).decode() if figure is not None else ""
    text: str = template("cell.html").render(
        title=title, tables=tables, texts=texts, said=str(escape(said)), picture=drawn, cell=cell, safe=safe
    )
    return text
