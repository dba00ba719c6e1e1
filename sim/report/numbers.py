"""Numbers as a person reads them: as many digits as their half-width allows, thousands apart, units in words."""

from __future__ import annotations

import math
import re
import textwrap
import unicodedata
from typing import Any

from sim.core.units import DAY, HOUR, MINUTE
from sim.stats.intervals import Estimate

SIGNIFICANT = 10
"""Digits kept in files, so that the bytes agree across processors."""

_MOST_DECIMALS = 4
_HARD_BLANK = "\u00a0"
_ROUNDING = 1e-7
_TIMES = ((2 * MINUTE, 1.0, "s"), (2 * HOUR, MINUTE, "min"), (2 * DAY, HOUR, "h"), (math.inf, DAY, "days"))


def rounded(value: float | None) -> float | None:
    """The value to ten significant digits; -0 is 0."""
    return None if value is None else float(f"{value:.{SIGNIFICANT}g}") + 0.0


def decimals(estimate: Estimate) -> int:
    """Decimals that show two digits of the half-width; negative ones round to tens, hundreds and so on."""
    if estimate.half_width and estimate.half_width > _ROUNDING * abs(estimate.value):
        return min(1 - _magnitude(estimate.half_width), _MOST_DECIMALS)
    fits = (places for places in range(_MOST_DECIMALS) if _shows(estimate.value, places))
    return next(fits, _MOST_DECIMALS)


def _shows(value: float, places: int) -> bool:
    """Whether so many decimals show four digits of a value that has no half-width."""
    return abs(round(value, places) - value) <= 5e-5 * abs(value)


def number(value: float, places: int) -> str:
    """The value with thousands apart, rounded to so many decimals; never "-0"."""
    text = f"{round(value, places) + 0.0:,.{max(places, 0)}f}"
    return text.removeprefix("-") if not text.strip("-0.,") else text


def told_number(value: float, places: int) -> str:
    """As ``number``, but never zero where the value is not: then with its first two digits."""
    text = number(value, places)
    return text if text.strip("-0.,") or not value else two_digits(value)


def signed(value: float, places: int) -> str:
    """As ``number``, with a plus sign on what is above zero."""
    text = number(value, places)
    return text if text.startswith("-") or not text.strip("0.,") else f"+{text}"


def two_digits(value: float) -> str:
    """The value with its first two digits, such as a half-width that stands alone."""
    return number(value, 1 - _magnitude(value)) if value else "0"


def with_half_width(estimate: Estimate | None, sign: bool = False) -> str:
    """Like 1,234 ± 56; without an interval only the value, without an estimate a dash."""
    if estimate is None:
        return "-"
    places = decimals(estimate)
    text = signed(estimate.value, places) if sign else number(estimate.value, places)
    if estimate.half_width is None:
        return text
    return f"{text} ± {number(estimate.half_width, places)}"


def in_time(estimate: Estimate | None) -> str:
    """A duration in seconds, shown in the unit that suits its size."""
    if estimate is None:
        return "-"
    unit, name = next((unit, name) for limit, unit, name in _TIMES if estimate.value < limit)
    return f"{with_half_width(_over(estimate, unit))} {name}"


def in_percent(estimate: Estimate | None) -> str:
    """A share, shown in percent."""
    return "-" if estimate is None else f"{with_half_width(_over(estimate, 0.01))} %"


def duration(seconds: float) -> str:
    """A plain duration such as "20 s" or "4 h"."""
    unit, name = next((unit, name) for limit, unit, name in _TIMES if seconds < limit)
    return f"{seconds / unit:.3g} {name}"


def span(days: int) -> str:
    """A horizon in words: "2 years", "13 weeks", "10 days"."""
    for length, name in ((365, "year"), (7, "week"), (1, "day")):
        if days % length == 0 and days >= length:
            return counted(days // length, name)
    return "0 days"


def counted(count: int, what: str) -> str:
    """How many of something: "1 week", "3 weeks"."""
    return f"{count} {what}{'' if count == 1 else 's'}"


def percent(share: float) -> str:
    """A share as "95 %"."""
    return f"{100 * share:g} %"


def whole_percent(share: float) -> str:
    """A probability in whole percent, never rounded to certainty."""
    if 0.0 < share <= 0.005:
        return "under 0.5 %" if share < 0.005 else "0.5 %"
    if 0.995 <= share < 1.0:
        return "over 99.5 %" if share > 0.995 else "99.5 %"
    return f"{100 * share:.0f} %"


def shares_in_order(share: float, low: float, high: float) -> tuple[str, str, str]:
    """A share and the ends of its interval, which have a digit less where they enclose it then too."""
    ends = round(low, 2), round(high, 2)
    digits = 2 if ends[0] <= round(share, 3) <= ends[1] and ends[0] < ends[1] else 3
    return _uncertain(share, 3), _uncertain(low, digits), _uncertain(high, digits)


def _uncertain(share: float, digits: int) -> str:
    """A share in percent, never rounded to certainty."""
    shown, least = round(share, digits), 10.0**-digits
    if share > 0.0 and shown == 0.0:
        return f"under {percent(least)}"
    return f"over {percent(1.0 - least)}" if share < 1.0 and shown == 1.0 else percent(shown)


def folded(text: str, width: int, **options: Any) -> list[str]:
    """The text in lines of at most ``width`` columns; "8 %" and "24 h" stay on one line.

    options: those of ``textwrap``.
    """
    kept = re.sub(r"(?<=\d) (?=%|(?:s|min|h|days)\b)", _HARD_BLANK, text)
    return [line.replace(_HARD_BLANK, " ") for line in textwrap.wrap(kept, width, **options)]


def columns(text: str) -> int:
    """How wide the text is on a terminal: an East Asian letter takes two columns, a combining accent none."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return len(text) + wide - sum(unicodedata.combining(letter) > 0 for letter in text)


def _over(estimate: Estimate, unit: float) -> Estimate:
    half_width = None if estimate.half_width is None else estimate.half_width / unit
    return Estimate(estimate.value / unit, half_width, estimate.n, estimate.method, estimate.confidence)


def _magnitude(value: float) -> int:
    """Power of ten of the first digit."""
    return int(f"{abs(value):.1e}".partition("e")[2])
