"""What each replication says of a change, so that changes can be added, compared and believed in together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.core import elementary, streams
from sim.core.measures import Measure
from sim.experiment.estimates import Runs, columns
from sim.stats import beliefs
from sim.stats.intervals import paired_ratio_values, paired_values

DRAWS = 10_000
_SHARE = 1e-12
"""No closer to 0 or 1 than that, so that a quantile of the gamma law is found."""


def contributions(measure: Measure, treated: Runs, baseline: Runs) -> tuple[float, ...] | None:
    """A number per replication, in the unit shown, whose mean is the change of the measure.

    Of a mean the paired difference, of a ratio the pseudo-value of the jackknife; None where there is no interval.
    """
    ours, theirs = columns(measure, treated), columns(measure, baseline)
    if ours is None or theirs is None:
        return None
    if ours[1] is None or theirs[1] is None:
        found: Sequence[float] | None = paired_values(ours[0], theirs[0])
    else:
        found = paired_ratio_values(ours[0], ours[1], theirs[0], theirs[1])
    return None if found is None else tuple(value * measure.factor for value in found)


def believed(columns: Sequence[Sequence[float]], seed: int, name: str) -> beliefs.Array:
    """Draws of the means of columns, the same for the same seed and name: ``DRAWS`` rows."""
    groups = beliefs.groups_of(len(columns[0]))
    key = streams.child(streams.root_key(seed, 0), streams.named(name))
    keys = streams.brood(key, 0, DRAWS)
    within = streams.children(keys[:, None], np.arange(groups)[None, :])
    normals = elementary.normal_quantile_array(streams.uniforms(within, streams.named("multiplier")).ravel())
    shares = np.clip(streams.uniforms(keys, streams.named("scale")), _SHARE, 1.0 - _SHARE)
    scales = elementary.gamma_quantiles(shares, 0.5 * (groups - 1))
    return beliefs.draws(columns, normals.reshape(DRAWS, groups), scales)
