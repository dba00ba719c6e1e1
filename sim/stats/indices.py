"""How much an outcome hangs on each of its inputs over all their ranges: elementary effects and Sobol' indices.

Elementary effects (Morris, 1991): along each of r paths through the unit cube every input moves once, by two thirds of
its range, the others held; an effect is the change of the outcome over the step. mu is their mean, mu* the mean of
their sizes (Campolongo, Cariboni and Saltelli, 2007), sigma their standard deviation: how much the effect of the input
depends on where the others stand. Sobol' indices: the share of the variance that an input makes by itself (first;
Saltelli and others, 2010) and with all others (total; Jansen, 1999), of inputs that are independent and uniform.
Intervals are percentiles of the bootstrap over paths or over points. Whoever calls brings the random numbers, uniforms
in (0, 1).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.stats.random_effects import Bounded

Array = NDArray[np.float64]
STEP = 2.0 / 3.0
LEVELS = 4
"""Of the grid of elementary effects: 0, 1/3, 2/3, 1."""


@dataclass(frozen=True)
class Indices:
    """Of each input, by the name of the index."""

    by_name: dict[str, tuple[Bounded, ...]]


def paths(uniforms: Array) -> Array:
    """Points of r paths through d dimensions: r x (d + 1) x d; uniforms: r x 3 x d.

    The first row of a path says where each input begins, the second whether it moves up or down, the third in which
    order.
    """
    count, _, size = uniforms.shape
    found = np.empty((count, size + 1, size))
    for path in range(count):
        begin, way, order = uniforms[path]
        low = np.floor(begin * 2) / (LEVELS - 1)
        here = np.where(way < 0.5, low, low + STEP)
        found[path, 0] = here
        for step, place in enumerate(np.argsort(order, kind="stable")):
            here = here.copy()
            here[place] += STEP if way[place] < 0.5 else -STEP
            found[path, step + 1] = here
    return found


def elementary_effects(points: Array, values: Array) -> Array:
    """The effect of every input along every path: r x d; values: r x (d + 1)."""
    moved = points[:, 1:, :] - points[:, :-1, :]
    change = values[:, 1:] - values[:, :-1]
    effects = np.zeros((points.shape[0], points.shape[2]))
    for path, step in np.ndindex(change.shape):
        place = int(np.argmax(np.abs(moved[path, step])))
        effects[path, place] = change[path, step] / moved[path, step, place]
    return effects


def morris(effects: Array, uniforms: Array, confidence: float) -> Indices:
    """mu*, mu and sigma from elementary effects; uniforms: resamples x r."""
    by_name: dict[str, Callable[[Array], Array]] = {
        "mu_star": lambda some: np.abs(some).mean(axis=-2),
        "mu": lambda some: some.mean(axis=-2),
        "sigma": lambda some: some.std(axis=-2, ddof=1),
    }
    chosen = effects[_places(uniforms, len(effects))]
    return Indices({name: _bounded(make(effects), make(chosen), confidence) for name, make in by_name.items()})


def saltelli(cube: Array) -> Array:
    """The points at which Sobol' indices need the outcome: (d + 2) x n x d; cube: n points of 2 d dimensions."""
    size = cube.shape[1] // 2
    first, second = cube[:, :size], cube[:, size:]
    found: Array = np.repeat(first[None, :, :], size + 2, axis=0)
    found[1] = second
    for place in range(size):
        found[place + 2, :, place] = second[:, place]
    return found


def sobol(values: Array, uniforms: Array, confidence: float) -> Indices:
    """First and total indices from the outcomes at ``saltelli`` points, (d + 2) x n; uniforms: resamples x n."""
    values = values - values[:2].mean()
    first, total = _sobol(values)
    chosen = values[:, _places(uniforms, values.shape[1])]
    many_first, many_total = _sobol(chosen)
    return Indices(
        {
            "first": _bounded(first, np.moveaxis(many_first, 0, -1), confidence),
            "total": _bounded(total, np.moveaxis(many_total, 0, -1), confidence),
        }
    )


def _sobol(values: Array) -> tuple[Array, Array]:
    """First and total indices; the points run along the last axis."""
    one, other, mixed = values[0], values[1], values[2:]
    both = np.concatenate([one, other], axis=-1)
    variance = both.var(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        first = (other * (mixed - one)).mean(axis=-1) / variance
        total = 0.5 * ((one - mixed) ** 2).mean(axis=-1) / variance
    return first, total


def _places(uniforms: Array, count: int) -> NDArray[np.intp]:
    return np.minimum((uniforms * count).astype(np.intp), count - 1)


def _bounded(values: Array, resampled: Array, confidence: float) -> tuple[Bounded, ...]:
    """Each value with the percentiles of its resamples; resampled: resamples x inputs."""
    tail = (1.0 - confidence) / 2
    found = []
    for place, value in enumerate(values):
        column = resampled[:, place]
        column = column[np.isfinite(column)]
        if not np.isfinite(value) or not len(column):
            found.append(Bounded(None, None, None))
            continue
        low, high = np.quantile(column, [tail, 1.0 - tail])
        found.append(Bounded(float(value), float(low), float(high)))
    return tuple(found)
