"""What of a policy's effect passes through each causal link, by cutting it in the policy's arm and in the baseline.

With E the effect of the policy (its arm less the baseline) and E(cut) the same where links are cut in both,

    through a link = E - E(that link cut)
    by none        = E(all links cut)
    together       = E - by none - the sum through all links

Every part is paired replication by replication, with the same random numbers in all arms. Links interact: those that
follow one another on one path carry the same effect and count it twice, others carry more together than alone. That is
``together``, so that the parts add up to the effect.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sim.core.measures import Measure
from sim.core.observations import Observations
from sim.experiment.estimates import TOLD, Verdict, columns, scaled, verdict
from sim.experiment.plan import Plan, arm_without
from sim.stats.intervals import Estimate, paired_combination

FIVE = (
    ("profit",),
    ("customer_retention_end", "customer_retention_12m"),
    ("newcomers_per_year",),
    ("satisfaction",),
    ("employee_retention_end", "employee_retention_12m"),
)
"""The five outcomes, each by the measure that tells it; the first that the scenario reports is taken."""

Runs = Mapping[str, Sequence[Observations]]


@dataclass(frozen=True)
class Part:
    """A part of an effect, with what it allows to say."""

    estimate: Estimate
    verdict: Verdict

    @property
    def told(self) -> bool:
        """Whether it can be told from zero."""
        return self.verdict in TOLD

    @property
    def nothing(self) -> bool:
        """Whether it is exactly nothing."""
        return self.estimate.value == 0.0 and not self.estimate.half_width


@dataclass(frozen=True)
class Explanation:
    """An arm's effect on one outcome, and its parts: through each link by name, by none of them, and together."""

    measure: Measure
    effect: Part
    links: Mapping[str, Part]
    none: Part
    together: Part

    @property
    def tells(self) -> bool:
        """Whether anything of it can be told from zero; parts may be where the whole is not, as they work against each
        other."""
        return any(part.told for part in (self.effect, self.none, self.together, *self.links.values()))


def explain(plan: Plan, measures: Sequence[Measure], runs: Runs) -> dict[str, tuple[Explanation, ...]]:
    """By arm, what passes through the plan's links on the way to each of the five outcomes that are known."""
    if not plan.links:
        return {}
    by_name = {measure.name: measure for measure in measures}
    outcomes = [next((by_name[name] for name in names if name in by_name), None) for names in FIVE]
    found = {}
    for arm in plan.arms[1:]:
        each = (_explained(plan, arm.name, measure, runs) for measure in outcomes if measure is not None)
        found[arm.name] = tuple(one for one in each if one is not None)
    return found


def _explained(plan: Plan, arm: str, measure: Measure, runs: Runs) -> Explanation | None:
    """The parts of one effect; None where an arm has no total of the measure."""
    uncut = _pair(plan, arm, ())
    cut = {name: _pair(plan, arm, (name,)) for name in plan.links}
    every = _pair(plan, arm, plan.links)
    effect = _part(plan, measure, runs, [(1.0, uncut)])
    links = {name: _part(plan, measure, runs, [(1.0, uncut), (-1.0, pair)]) for name, pair in cut.items()}
    none = _part(plan, measure, runs, [(1.0, every)])
    rest = [(1.0 - len(cut), uncut), (-1.0, every), *((1.0, pair) for pair in cut.values())]
    together = _part(plan, measure, runs, rest)
    known = {name: part for name, part in links.items() if part is not None}
    if effect is None or none is None or together is None or len(known) < len(links):
        return None
    return Explanation(measure, effect, known, none, together)


def _pair(plan: Plan, arm: str, cut: Sequence[str]) -> tuple[str, str]:
    """Names of an arm and of the baseline, with links cut in both."""
    names = (arm, plan.baseline.name)
    return (arm_without(names[0], cut), arm_without(names[1], cut)) if cut else names


def _part(plan: Plan, measure: Measure, runs: Runs, weighted: Sequence[tuple[float, tuple[str, str]]]) -> Part | None:
    """A sum of weighted effects, each of an arm against its baseline."""
    arms, weights = [], []
    for weight, pair in weighted:
        for name, sign in zip(pair, (1.0, -1.0), strict=True):
            found = columns(measure, runs[name])
            if found is None:
                return None
            arms.append(found)
            weights.append(weight * sign)
    estimate = scaled(paired_combination(arms, weights, plan.confidence), measure.factor)
    return None if estimate is None else Part(estimate, verdict(estimate))
