"""A figure as SVG that can stand within a page: no style sheet, no style attributes, ids that meet no other's.

A page with a strict policy for its content refuses styles that stand in attributes, so each becomes an attribute of
SVG. Letters stay letters: they can be searched, read aloud, and shown in a font that has them.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from sim.report.figures import STYLE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SVG = "http://www.w3.org/2000/svg"
_LINK = "{http://www.w3.org/1999/xlink}href"
_FAMILY = "DejaVu Sans, Verdana, Arial, sans-serif"
_FONT = re.compile(r"(?:(?P<style>italic|oblique)\s+)?(?:(?P<weight>bold|\d{3})\s+)?(?P<size>[\d.]+)px")
_REFERENCE = re.compile(r"#([\w.-]+)")
_ARM = re.compile(r"arm-\d+")
_POINTS = 72.0


@dataclass(frozen=True)
class Drawn:
    """A figure for a page: its SVG, its size in points, and where the first and last place of the axis below stand."""

    svg: str
    width: float
    height: float
    first: float
    last: float


def drawn(figure: Figure, prefix: str, places: int = 0) -> Drawn:
    """The figure, with all ids beginning with ``prefix``; places: how many stand along the first panel, from 0 on."""
    import matplotlib as mpl  # noqa: PLC0415 - most commands draw nothing

    out = io.BytesIO()
    settings = {**STYLE, "svg.fonttype": "none"}
    with mpl.rc_context(settings), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    width, height = (float(size) * _POINTS for size in figure.get_size_inches())
    panel = figure.axes[0]
    box, (low, high) = panel.get_position(), panel.get_xlim()
    left, right = box.x0 * width, box.x1 * width
    at = [left + (place - low) / (high - low) * (right - left) for place in (0, max(places - 1, 0))]
    return Drawn(_inlined(out.getvalue(), prefix), width, height, round(at[0], 2), round(at[1], 2))


def _inlined(raw: bytes, prefix: str) -> str:
    """The SVG of matplotlib without everything that is meant for a file of its own."""
    ElementTree.register_namespace("", _SVG)
    root = ElementTree.fromstring(raw)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{{{_SVG}}}metadata", f"{{{_SVG}}}style"):
                parent.remove(child)
    used = set(_references(root))
    for element in root.iter():
        _tidy(element, prefix, used)
    size = root.attrib.pop("width", None), root.attrib.pop("height", None)
    del size
    root.set("aria-hidden", "true")
    text = ElementTree.tostring(root, encoding="unicode", short_empty_elements=True)
    return text.replace(f' xmlns="{_SVG}"', "", 1).replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "")


def _references(root: ElementTree.Element) -> Iterator[str]:
    for element in root.iter():
        for name, value in element.attrib.items():
            if name in (_LINK, "href") or "url(" in value:
                yield from _REFERENCE.findall(value)


def _tidy(element: ElementTree.Element, prefix: str, used: set[str]) -> None:
    found = element.attrib
    for name, value in _declared(found.pop("style", "")):
        found[name] = value
    known = found.pop("id", None)
    if known is not None and _ARM.fullmatch(known):
        found["class"] = known
    elif known in used:
        found["id"] = f"{prefix}{known}"
    if _LINK in found:
        found["href"] = found.pop(_LINK)
    for name, value in found.items():
        if name == "href" or "url(" in value:
            found[name] = _REFERENCE.sub(lambda match: f"#{prefix}{match[1]}", value)


def _declared(style: str) -> Iterator[tuple[str, str]]:
    """The declarations of a style, those of a font taken apart."""
    for part in style.split(";"):
        name, _, value = (piece.strip() for piece in part.partition(":"))
        if name == "font":
            match = _FONT.match(value)
            yield from (
                (f"font-{key}", text + ("px" if key == "size" else ""))
                for key, text in (match.groupdict() if match else {}).items()
                if text
            )
            yield "font-family", _FAMILY
        elif name and value:
            yield name, value
