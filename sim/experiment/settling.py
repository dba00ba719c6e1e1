"""A cheap look at whether a result begins too early: mean waits by week, from the days that every replication keeps.

Only what is counted is looked at, and only waits; ``sim.experiment.warming`` looks at the warm-up itself. Nothing is
said where demand grows, where policies act, or where seasons leave less than a year and ten weeks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.core.observations import Observations
from sim.experiment.comparison import Result
from sim.experiment.warming import LEAST_WEEKS, WEEK, YEAR_OF_WEEKS
from sim.stats.warm_up import contrast, mean_course, mser, year_on_year

_CONFIDENCE, _MATERIAL = 0.999, 0.05
"""The cut is chosen where the difference is large: it must be told with more than the usual confidence, and matter."""


def still_settling(result: Result) -> Iterator[str]:
    """Warnings that the first weeks which are counted are unlike the later ones, in words."""
    scenario, runs = result.plan.baseline.scenario, result.runs[result.plan.baseline.name]
    calendar = scenario.calendar
    weeks = calendar.horizon_days // WEEK - (YEAR_OF_WEEKS if calendar.seasonal else 0)
    if calendar.growth or scenario.policies or len(runs) < 3 or weeks < LEAST_WEEKS:
        return
    for channel in scenario.channels.channels:
        rows = [_waits(run, channel) for run in runs]
        if any(row is None for row in rows):
            continue
        whole = [row for row in rows if row is not None]
        series = [year_on_year(row, YEAR_OF_WEEKS) for row in whole] if calendar.seasonal else whole
        cut = mser(mean_course(series), 1)
        if not cut:
            continue
        seen, course = contrast(series, 0, cut, _CONFIDENCE), mean_course(whole)
        level = sum(course) / len(course)
        if seen.excludes_zero and abs(seen.value) > _MATERIAL * level:
            first = f"the first {cut} weeks" if cut > 1 else "the first week"
            more = "longer" if seen.value > 0.0 else "shorter"
            size = f"{abs(seen.value) / level * 100:.0f} % {more}"
            yield (
                f"warm-up: waits ({channel}) are {size} in {first} that count than later; "
                f"{calendar.warm_up_days} days may be too short: frontline warmup says more"
            )


def _waits(run: Observations, channel: str) -> list[float] | None:
    """Mean wait by week; None where a week has none."""
    above, below = _by_week(run.days[f"{channel}.wait"]), _by_week(run.days[f"{channel}.left_queue"])
    return [a / b for a, b in zip(above, below, strict=True)] if all(below) else None


def _by_week(days: Sequence[float]) -> list[float]:
    return [sum(days[at : at + WEEK]) for at in range(0, len(days) - WEEK + 1, WEEK)]
