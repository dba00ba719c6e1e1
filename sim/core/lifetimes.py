"""How long customers and agents stay: a hazard that depends on tenure, solved from a half-life.

The hazard at tenure a is base x factor(a) x a multiplier of circumstances that is 1 in the reference state. With
all factors 1 the base hazard of a half-life h is ln 2 / h.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from sim.core import elementary
from sim.core.units import Duration, Settings, Several

Array = npt.NDArray[np.float64]
_NODES = 2000


class TenureFactor(Settings):
    """The relative hazard up to a tenure."""

    until: Duration = Field(gt=0)
    factor: float = Field(ge=0, le=100)


class TenureFactors(Settings):
    """Relative hazards by tenure: each step holds until its tenure, ``after`` holds from there on."""

    steps: Several[TenureFactor] = Field(default=())
    after: float = Field(default=1.0, gt=0, le=100)

    @model_validator(mode="after")
    def _ascending(self) -> TenureFactors:
        ends = [step.until for step in self.steps]
        if sorted(set(ends)) != ends:
            raise ValueError("the steps of tenure must have rising 'until'")
        return self


@dataclass(frozen=True)
class TenureCurve:
    """The factors as arrays, ready for whole populations.

    ends: tenures (s) at which a factor stops, shape (k,); factors: shape (k + 1,).
    """

    ends: Array
    factors: Array

    @classmethod
    def of(cls, settings: TenureFactors) -> TenureCurve:
        """The curve of a setting."""
        ends = np.array([step.until for step in settings.steps], dtype=np.float64)
        factors = np.array([step.factor for step in settings.steps] + [settings.after], dtype=np.float64)
        return cls(ends, factors)

    def factor(self, tenure: Array) -> Array:
        """Relative hazard at each tenure (s)."""
        return np.asarray(self.factors[np.searchsorted(self.ends, tenure, side="right")])

    def factor_at(self, tenure: float) -> float:
        """``factor`` of one tenure."""
        ends, factors = self._plain
        return factors[bisect_right(ends, tenure)]

    @cached_property
    def _plain(self) -> tuple[list[float], list[float]]:
        return self.ends.tolist(), self.factors.tolist()

    @cached_property
    def _pieces(self) -> tuple[Array, Array]:
        """Tenures at which a factor begins, and the integral up to there."""
        starts = np.concatenate(([0.0], self.ends))
        return starts, np.concatenate(([0.0], np.cumsum(np.diff(starts) * self.factors[:-1])))

    def cumulated(self, tenure: Array) -> Array:
        """Integral of the factor from 0 to each tenure, in seconds."""
        starts, before = self._pieces
        piece = self.ends.searchsorted(tenure, side="right")
        found = tenure - starts[piece]
        found *= self.factors[piece]
        found += before[piece]
        return found

    def base_hazard(self, half_life: float) -> float:
        """Hazard per second for which half are gone after ``half_life`` seconds in the reference state."""
        return elementary.log(2.0) / float(self.cumulated(np.array([half_life]))[0])

    def stationary_tenures(self, hazard: float, u: Array, constant: float = 0.0) -> Array:
        """Tenures (s) of a population in its long run, at probabilities u; constant: a hazard beside that by tenure.

        The density of the age in the stationary state is proportional to survival (the stationary-excess law;
        Whitt 2006, M&SOM 8(3)). Computed on a grid up to twenty mean lifetimes, linear between the nodes.
        """
        longest = 20.0 / (hazard * float(self.factors[-1]))
        grid = longest * (np.arange(_NODES + 1) / _NODES) * (np.arange(_NODES + 1) / _NODES)
        survival = elementary.exp_array(-hazard * self.cumulated(grid) - constant * grid)
        steps = 0.5 * (survival[1:] + survival[:-1]) * (grid[1:] - grid[:-1])
        mass = np.concatenate(([0.0], np.cumsum(steps)))
        mass = mass / mass[-1]
        place = np.clip(np.searchsorted(mass, u, side="right") - 1, 0, _NODES - 1)
        share = (u - mass[place]) / (mass[place + 1] - mass[place])
        return np.asarray(grid[place] + share * (grid[place + 1] - grid[place]))
