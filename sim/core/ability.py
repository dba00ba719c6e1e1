"""Ability against difficulty: the logit for which a share of issues is resolved, mean over their difficulties."""

from __future__ import annotations

import numpy as np

from sim.core import elementary

_SURE = 1e9


def base_logit(first_contact: float, complexity: float) -> float:
    """Logit of an issue of no difficulty for which the mean over difficulties is ``first_contact``.

    Difficulty is complexity x a standard normal deviate; the mean over it is taken at 101 equally probable
    points and the logit is found by bisection.
    """
    if first_contact <= 0.0 or first_contact >= 1.0:
        return _SURE if first_contact >= 1.0 else -_SURE
    if complexity == 0.0:
        return elementary.logit(first_contact)
    nodes = complexity * elementary.normal_quantile_array((np.arange(101) + 0.5) / 101)
    low, high = -40.0, 40.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        mean = elementary.total(1.0 / (1.0 + elementary.exp_array(nodes - middle))) / nodes.size
        low, high = (middle, high) if mean < first_contact else (low, middle)
    return 0.5 * (low + high)
