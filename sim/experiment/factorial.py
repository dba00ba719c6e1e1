"""A factorial: every combination of some policies, with the same customers, and what they do together.

Every number is a weighted sum over arms, paired replication by replication, with Student's t; of ratios the
pseudo-values of the jackknife are summed. Each interval holds by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.core.measures import Measure
from sim.experiment.armed import arms_of, measures_of
from sim.experiment.conditions import Conditions
from sim.experiment.estimates import scaled
from sim.experiment.measured import Measured, chosen_measures, measured
from sim.files.factorials import FactorialStudy, subsets
from sim.stats.factorial import Factors, beyond_weights, effect_weights
from sim.stats.intervals import Estimate, paired_combination

Combination = tuple[str, ...]


@dataclass(frozen=True)
class Term:
    """What is estimated of a combination of policies in one measure; None where nothing can be said.

    effect: of the combination on average over all other policies, as ``sim.stats.factorial`` has it. change: of the arm
    in which these policies are in force, and no others, from the baseline. beyond: how much of that is more than the
    sum of what its policies change by themselves; None of a single policy.
    """

    effect: Estimate | None
    change: Estimate | None
    beyond: Estimate | None


@dataclass(frozen=True)
class Factorial:
    """What a factorial found: terms by measure (its place) and combination."""

    study: FactorialStudy
    measures: tuple[Measure, ...]
    found: Measured
    terms: Mapping[tuple[int, Combination], Term]

    @property
    def combinations(self) -> list[Combination]:
        """Of one policy or more, small ones first."""
        return subsets(self.study.factors)


def execute_factorial(study: FactorialStudy, conditions: Conditions) -> Factorial:
    """Run a factorial; raises as ``observe``."""
    chosen = chosen_measures(tuple(measures_of(study).values()), study.measures)
    found = measured(
        arms_of(study),
        chosen,
        replications=study.replications,
        seed=study.seed,
        confidence=study.confidence,
        conditions=conditions,
    )
    return factorial_of(study, found)


def factorial_of(study: FactorialStudy, found: Measured) -> Factorial:
    """All terms from the measures of every arm; measures of which nothing is known are left out."""
    place_of = {frozenset[str](): 0}
    place_of |= {frozenset(chosen): place for place, chosen in enumerate(subsets(study.factors), 1)}
    terms = {}
    for measure in range(len(found.measures)):
        for chosen in subsets(study.factors):
            baseline_less = {frozenset(chosen): 1.0, frozenset[str](): -1.0}
            terms[measure, chosen] = Term(
                effect=_summed(found, measure, place_of, effect_weights(chosen, study.factors)),
                change=_summed(found, measure, place_of, baseline_less),
                beyond=_summed(found, measure, place_of, beyond_weights(chosen)) if len(chosen) > 1 else None,
            )
    return Factorial(study, found.measures, found, terms)


def _summed(
    found: Measured, measure: int, place_of: Mapping[Factors, int], weights: Mapping[Factors, float]
) -> Estimate | None:
    ratio = found.measures[measure].is_ratio
    arms = []
    for factors in weights:
        above, below = found.columns(measure, [place_of[factors]])
        if not (np.isfinite(above).all() and np.isfinite(below).all()):
            return None
        arms.append((above, below if ratio else None))
    return scaled(paired_combination(arms, list(weights.values()), found.confidence), found.measures[measure].factor)
