"""The report as one HTML file: nothing is fetched, and a strict policy for its content keeps it so.

Every text from a scenario goes through jinja's escaping; charts are SVG made here, of which matplotlib escapes the
letters.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from sim.report.figures import look
from sim.report.html.svg import Drawn, drawn
from sim.report.paper.blocks import Explorer, Hover, Paper, Picture, cell, clean
from sim.report.paper.whole import paper_of
from sim.report.reopened import Reopened

_LONGEST_WORD, _WIDE = 36, 24
_HERE = Path(__file__).parent


def made(study: Reopened) -> Mapping[str, bytes]:
    """The report as a file."""
    return {f"{study.name}.html": page(paper_of(study)).encode()}


def page(paper: Paper) -> str:
    """The whole page."""
    style, script = _text("style.css") + _colours(len(paper.arms)), _text("script.js")
    text: str = template("page.html").render(
        paper=paper, style=safe(style), script=safe(script), policy=_policy(style, script), **_tools()
    )
    return text


def _tools() -> dict[str, Any]:
    """What the template asks for."""
    numbers = count(1)

    def chart(picture: Picture) -> Drawn:
        places = len(picture.hover.places) if picture.hover is not None else 0
        return drawn(picture.draw(), f"p{next(numbers)}-", places)

    return {
        "kind": lambda block: type(block).__name__,
        "chart": chart,
        "cell": cell,
        "is_long": _is_long,
        "is_wide": lambda text: len(text) > _WIDE,
        "safe": safe,
        "hover": _hover,
        "explored": _explored,
    }


def _is_long(text: str) -> bool:
    """Whether a word of the text is so long that it has to be broken somewhere."""
    return any(len(word) > _LONGEST_WORD for word in text.split())


def _hover(found: Hover) -> str:
    series = [[clean(name), place, list(texts)] for name, place, texts in found.series]
    return json.dumps({"places": list(found.places), "series": series}, ensure_ascii=False)


def _explored(found: Explorer) -> str:
    return json.dumps(
        {"arms": [clean(arm) for arm in found.arms], "measures": list(found.measures)}, ensure_ascii=False
    )


def _policy(style: str, script: str) -> str:
    """What a browser may do with the page: show it, with this style and this script, and nothing else."""
    parts = [f"{name}-src '{_digest(text)}'" for name, text in (("style", style), ("script", script))]
    return "; ".join(["default-src 'none'", *parts, "base-uri 'none'", "form-action 'none'"])


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _colours(arms: int) -> str:
    """A colour for the mark of each arm; where colours begin again, with stripes."""
    marks, seen = [], set()
    for place in range(arms):
        colour = look(place).colour
        stripes = f"repeating-linear-gradient(45deg, {colour} 0 3px, #fff 3px 5px)" if colour in seen else ""
        marks.append(f".mark-{place} {{ background: {stripes or colour}; color: {colour}; }}\n")
        seen.add(colour)
    return "".join(marks)


@cache
def _text(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def template(name: str) -> Any:
    """A template of this folder, with every text escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - most commands write no page

    room = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: clean(value) if type(value) is str else value,
    )
    return room.get_template(name)


def safe(text: str) -> Any:
    """Text that was made here, and is HTML already."""
    from markupsafe import Markup  # noqa: PLC0415

    return Markup(text)
