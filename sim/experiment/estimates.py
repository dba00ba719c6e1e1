"""From the observations of an arm to estimates: levels, paired changes and bad days.

Quotients are formed here and nowhere before: a ratio is a ratio of means over replications, with the interval
that ``sim.stats`` gives it. A measure of which some replication has no total, or whose denominators are all 0,
has no estimate.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from sim.core.measures import Measure
from sim.core.observations import Observations
from sim.mechanisms.channels import ChannelSettings, Target
from sim.scenario import Scenario
from sim.stats.intervals import (
    Estimate,
    Values,
    at_confidence,
    bonferroni,
    common_random_numbers_gain,
    mean_interval,
    paired_difference,
    paired_ratio_difference,
    ratio_interval,
)

Verdict = Literal["higher", "lower", "the same", "cannot tell"]
TOLD: tuple[Verdict, ...] = ("higher", "lower")
"""What is said of a difference that can be told from zero."""
Runs = Sequence[Observations]
Side = tuple[Values, Values]
"""Numerators and denominators, replication by replication; those of a measure that is no ratio are not looked at."""
BAD_DAY = 0.9


@dataclass(frozen=True)
class Change:
    """What an arm does to a measure, paired replication by replication with the baseline.

    gain: how many times as many replications independent seeds would need for the same half-width. together: the same
    with an interval that holds for all arms of the comparison at once; None where there is one arm alone.
    """

    estimate: Estimate
    verdict: Verdict
    gain: float | None
    together: Estimate | None = None

    @property
    def holds_together(self) -> bool:
        """Whether what the verdict says can be said of all arms at once."""
        return self.together is None or verdict(self.together) == self.verdict


@dataclass(frozen=True)
class BadDays:
    """What the worse days of a channel are like; all days of a replication, then mean over replications.

    wait: mean wait (s) on the day that one day in ten exceeds; abandonment: its share likewise; missed: share of
    days on which the target was missed.
    """

    channel: str
    kind: str
    target: Target
    wait: Estimate | None
    abandonment: Estimate | None
    missed: Estimate | None


def per_replication(measure: Measure, runs: Runs) -> list[float | None]:
    """The measure in each replication alone, for tables and charts, not for estimating."""
    return [single(measure, run) for run in runs]


def single(measure: Measure, run: Observations) -> float | None:
    """The measure in one replication alone; None where it is not counted, or of nothing."""
    above = measure.above(run.totals)
    if above is None or measure.denominator is None:
        return None if above is None else above * measure.factor
    below = run.totals.get(measure.denominator)
    return above / below * measure.factor if below else None


def level(measure: Measure, runs: Runs, confidence: float) -> Estimate | None:
    """Value of a measure over the replications of an arm."""
    found = columns(measure, runs)
    return None if found is None else level_of(measure, (found[0], found[1] or ()), confidence)


def level_of(measure: Measure, side: Side, confidence: float) -> Estimate | None:
    """The same from numerators and denominators."""
    above, below = side
    found = ratio_interval(above, below, confidence) if measure.is_ratio else mean_interval(above, confidence)
    return scaled(found, measure.factor)


def difference_of(measure: Measure, ours: Side, theirs: Side, confidence: float) -> Estimate | None:
    """The measure over one side minus that over the other, paired replication by replication."""
    if measure.is_ratio:
        return scaled(paired_ratio_difference(*ours, *theirs, confidence), measure.factor)
    return scaled(paired_difference(ours[0], theirs[0], confidence), measure.factor)


def pair_of(measure: Measure, run: Observations) -> tuple[float | None, float | None]:
    """Numerator and denominator in one replication, 1 where it is no ratio; None for what is not counted."""
    return measure.above(run.totals), 1.0 if measure.denominator is None else run.totals.get(measure.denominator)


def change(measure: Measure, treated: Runs, baseline: Runs, confidence: float, arms: int = 1) -> Change | None:
    """Difference of a measure, arm minus baseline; arms: how many differences are to hold together (Bonferroni)."""
    ours, theirs = columns(measure, treated), columns(measure, baseline)
    if ours is None or theirs is None:
        return None
    estimate = difference_of(measure, (ours[0], ours[1] or ()), (theirs[0], theirs[1] or ()), confidence)
    if estimate is None:
        return None
    together = at_confidence(estimate, bonferroni(confidence, arms)) if arms > 1 else None
    return Change(estimate, verdict(estimate), _gain(measure, treated, baseline), together)


def verdict(estimate: Estimate) -> Verdict:
    """What a difference allows to say; nothing, where its interval includes zero."""
    if estimate.value == 0.0 and estimate.half_width == 0.0:
        return "the same"
    if not estimate.excludes_zero:
        return "cannot tell"
    return "higher" if estimate.value > 0 else "lower"


def bad_days(scenario: Scenario, runs: Runs, confidence: float) -> tuple[BadDays, ...]:
    """The bad days of every channel that reports days."""
    found = (_bad_days(name, channel, runs, confidence) for name, channel in scenario.channels.channels.items())
    return tuple(each for each in found if each is not None)


def quantile(values: Sequence[float], probability: float) -> float:
    """Linear between order statistics (Hyndman and Fan, 1996, definition 7)."""
    ordered = sorted(values)
    position = probability * (len(ordered) - 1)
    lower = int(position)
    upper = min(lower + 1, len(ordered) - 1)
    return ordered[lower] + (position - lower) * (ordered[upper] - ordered[lower])


def _bad_days(name: str, channel: ChannelSettings, runs: Runs, confidence: float) -> BadDays | None:
    if any(f"{name}.offered" not in run.days for run in runs):
        return None
    waits = [_ratios(run, f"{name}.wait", f"{name}.left_queue") for run in runs]
    abandoned = [_ratios(run, f"{name}.abandoned", f"{name}.offered") for run in runs]
    answered = [_ratios(run, f"{name}.answered_in_target", f"{name}.judged") for run in runs]
    share = channel.target.share
    return BadDays(
        channel=name,
        kind=channel.kind,
        target=channel.target,
        wait=_mean_of([quantile(days, BAD_DAY) for days in waits if days], confidence),
        abandonment=_mean_of([quantile(days, BAD_DAY) for days in abandoned if days], confidence),
        missed=_mean_of([sum(day < share for day in days) / len(days) for days in answered if days], confidence),
    )


def _ratios(run: Observations, above: str, below: str) -> list[float]:
    """Quotient of every day that has anything below the line; empty where the series is absent."""
    if above not in run.days:
        return []
    return [a / b for a, b in zip(run.days[above], run.days[below], strict=True) if b > 0]


def _mean_of(values: list[float], confidence: float) -> Estimate | None:
    return mean_interval(values, confidence) if values else None


def columns(measure: Measure, runs: Runs) -> tuple[list[float], list[float] | None] | None:
    """Numerators and denominators, replication by replication; None where some replication has none."""
    above = _all_of(measure.above(run.totals) for run in runs)
    below = None
    if measure.denominator is not None:
        below = _all_of(run.totals.get(measure.denominator) for run in runs)
    if above is None or (measure.is_ratio and below is None):
        return None
    return above, below


def _all_of(values: Iterable[float | None]) -> list[float] | None:
    """The values, or None where one is missing."""
    found = list(values)
    known = [value for value in found if value is not None]
    return known if len(known) == len(found) else None


def _gain(measure: Measure, treated: Runs, baseline: Runs) -> float | None:
    pairs = zip(per_replication(measure, treated), per_replication(measure, baseline), strict=True)
    known = [(t, b) for t, b in pairs if t is not None and b is not None]
    if len(known) < 2:
        return None
    return common_random_numbers_gain([t for t, _ in known], [b for _, b in known])


def scaled(estimate: Estimate | None, factor: float) -> Estimate | None:
    """The estimate in the unit that is shown."""
    if estimate is None or factor == 1.0:
        return estimate
    half_width = None if estimate.half_width is None else estimate.half_width * abs(factor)
    return replace(estimate, value=estimate.value * factor, half_width=half_width)
