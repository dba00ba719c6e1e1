"""What policies do in combination: weights of the arms of a full factorial in main effects and interactions.

Arms are sets of policies in force. The effect of a set of m policies is the mean, over all ways to have the others in
force or not, of the m-fold difference: of one policy with it minus without it, of two both minus each plus neither. It
is not divided by 2^(m - 1), as some books do: with two policies the interaction is what both do together beyond the sum
of what each does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import combinations

Factors = frozenset[str]


def all_sets(factors: Collection[str]) -> list[Factors]:
    """Every set of factors, the empty one first, small ones before large ones."""
    names = list(factors)
    return [frozenset(chosen) for size in range(len(names) + 1) for chosen in combinations(names, size)]


def effect_weights(effect: Iterable[str], factors: Collection[str]) -> dict[Factors, float]:
    """Weights of the arms in the effect of a set of factors: they add up to nothing."""
    wanted = frozenset(effect)
    if not wanted or not wanted <= set(factors):
        raise ValueError(f"{sorted(wanted)} is no effect of {sorted(factors)}")
    share = 1.0 / 2 ** (len(factors) - len(wanted))
    return {arm: share * (-1) ** (len(wanted - arm) % 2) for arm in all_sets(factors)}


def beyond_weights(combination: Iterable[str]) -> dict[Factors, float]:
    """Weights in what a combination changes beyond the sum of what its parts change by themselves."""
    whole = frozenset(combination)
    if len(whole) < 2:
        raise ValueError(f"{sorted(whole)} is no combination")
    weights = dict.fromkeys((frozenset((name,)) for name in sorted(whole)), -1.0)
    return {whole: 1.0, **weights, frozenset(): len(whole) - 1.0}
