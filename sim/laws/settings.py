"""Plain settings of scenarios for the cases: every number a text with its unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.core.units import DAY

WEEK = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_UNITS = (1, 2, 3, 5, 6, 10, 15, 20, 30, 60, 120, 180, 300, 600, 900, 1200, 1800, 3600)
CONTACTS_A_DAY = 2500
"""About as many contacts make a day: one unit of time of a case is chosen for it."""


def text(number: float) -> str:
    """A number in digits, without an exponent."""
    return f"{number:.15f}".rstrip("0").rstrip(".")


def duration(units: float, unit: float) -> str:
    """A time of so many units of ``unit`` seconds."""
    return f"{text(units * unit)} s"


def rate(per_unit: float, unit: float) -> str:
    """A rate per unit of ``unit`` seconds."""
    return f"{text(per_unit / unit * 3600.0)} per hour"


def share(value: float) -> str:
    """A share as a percentage."""
    return f"{text(100.0 * value)} %"


def unit_for(per_unit: float) -> float:
    """Seconds of a unit of time in which ``per_unit`` contacts come, for some thousands of contacts a day."""
    wanted = DAY * per_unit / CONTACTS_A_DAY
    return float(min(_UNITS, key=lambda seconds: abs(seconds - wanted)))


def calendar(days: int, warm_up: int = 1, **more: Any) -> dict[str, Any]:
    """Days in UTC after some days of warm-up."""
    return {
        "time_zone": "UTC", "start": "2026-01-01", "warm_up": f"{warm_up} days", "horizon": f"{days} days", **more,
    }  # fmt: skip


def channel(kind: str = "telephone", within: str = "20 s", lines: int | None = None) -> dict[str, Any]:
    """A channel that never closes."""
    return {
        "kind": kind, "hours": {"every_day": {"opens": "00:00", "closes": "24:00"}}, "open_on_holidays": True,
        "lines": lines, "target": {"share": "80 %", "within": within},
    }  # fmt: skip


def always_on_duty(groups: Sequence[str]) -> dict[str, Any]:
    """Staffing in which everybody is on duty day and night."""
    shift = {"days": WEEK, "start": "00:00", "end": "24:00", "holidays": True}
    return {"shifts": {"always": shift}, "rosters": {name: {"rota": ["always"]} for name in groups}}


def never_on_duty(groups: Sequence[str]) -> dict[str, Any]:
    """Staffing in which nobody is ever on duty."""
    empty = {"interval": "24 h", "rows": {"every_day": [0.0]}}
    return {"rosters": {name: {"on_duty": empty} for name in groups}}


def exponential(mean: float, unit: float) -> dict[str, Any]:
    """Exponential law of a mean in units."""
    return {"law": "exponential", "mean": duration(mean, unit)}


def law(mean: float, scv: float, unit: float, kind: str) -> dict[str, Any]:
    """A law of a mean in units and a squared coefficient of variation: of kind M, D, LN or H2 (balanced means)."""
    if kind == "M":
        return exponential(mean, unit)
    if kind == "D":
        return {"law": "constant", "mean": duration(mean, unit)}
    if kind == "LN":
        return {"law": "lognormal", "mean": duration(mean, unit), "cv": scv**0.5}
    if kind == "H2":
        p = 0.5 * (1.0 + ((scv - 1.0) / (scv + 1.0)) ** 0.5)
        phases = [{"share": share(q), "mean": duration(mean / (2.0 * q), unit)} for q in (p, 1.0 - p)]
        return {"law": "hyperexponential", "phases": phases}
    raise NotExpressedError(f"this version has no law {kind!r}")


class NotExpressedError(Exception):
    """This version has no scenario for a case."""


def queue(
    name: str,
    days: int,
    unit: float,
    streams: Mapping[str, float],
    *,
    service: Mapping[str, Any],
    agents: int,
    within: float = 1.0,
    lines: int | None = None,
    kind: str = "telephone",
    warm_up: int = 1,
    **sections: Any,
) -> dict[str, Any]:
    """A queue of one channel: streams of contacts by kind (rate per unit), handle times by kind, one group.

    Sections given by name replace those of the plain queue.
    """
    return {
        "frontline": 1,
        "name": name,
        "calendar": calendar(days, warm_up),
        "arrivals": {
            "streams": {
                one: {"kind": one, "channel": "line", "rate": rate(each, unit)} for one, each in streams.items()
            }
        },
        "channels": {"channels": {"line": channel(kind, duration(within, unit), lines)}},
        "routing": {"kind": "longest_idle"},
        "workforce": {"groups": {"all": {"headcount": agents, "channels": ["line"]}}},
        "agents": {"handle_time": dict(service), "spread": 0.0},
        "staffing": always_on_duty(["all"]),
        **sections,
    }
