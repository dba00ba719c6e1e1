"""What the figures of studies with many points draw alike: estimates with their intervals, names and numbers on
axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sim.report.figures import COLOURS, few_ticks, short
from sim.stats.intervals import Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CHANGE = COLOURS[1]


def bar(panel: Axes, at: float, change: Estimate, upright: bool, colour: str = CHANGE) -> None:
    """An estimate with its interval, hollow where it cannot be told from zero."""
    half = None if change.half_width is None else [change.half_width]
    fill = colour if change.excludes_zero or not change.half_width else "white"
    look: dict[str, Any] = {"color": colour, "marker": "o", "markersize": 5, "capsize": 3, "markerfacecolor": fill}
    if upright:
        panel.errorbar([at], [change.value], yerr=half, linewidth=1.6, **look)
    else:
        panel.errorbar([change.value], [at], xerr=half, linewidth=1.6, **look)


def named_ticks(panel: Axes, names: Sequence[str], upright: bool, width: int = 14) -> None:
    """Names along an axis, one for each whole number."""
    texts = [short(name, width) for name in names]
    if upright:
        panel.set_xticks(range(len(texts)), texts)
        panel.set_xlim(-0.5, len(texts) - 0.5)
    else:
        panel.set_yticks(range(len(texts)), texts)
        panel.set_ylim(len(texts) - 0.5, -0.5)


def plain_numbers(panel: Axes, x: bool = False, y: bool = False) -> None:
    """Few ticks with thousands apart."""
    for wanted, axis in ((x, panel.xaxis), (y, panel.yaxis)):
        if wanted:
            axis.set_major_locator(few_ticks())
            axis.set_major_formatter("{x:,.10g}")
