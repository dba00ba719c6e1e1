"""Laws of a positive quantity, as settings: each turns uniforms into values by its quantile function.

Arrays and single floats give the same bits, because both go through ``core.elementary``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property, reduce
from operator import or_
from typing import Annotated, Any, Literal, Protocol

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from sim.core import elementary
from sim.core.elementary import added
from sim.core.registry import ADDED
from sim.core.units import Duration, Settings, Several, Share
from sim.core.widened import Widened

Array = npt.NDArray[np.float64]


class Quantile(Protocol):
    """Anything that turns uniforms into values."""

    @property
    def mean_value(self) -> float:
        """Mean of the law."""

    def quantile(self, u: float) -> float:
        """The value at probability u."""

    def quantiles(self, u: Array) -> Array:
        """The values at probabilities u."""


class Constant(Settings):
    """Always the same value."""

    law: Literal["constant"]
    mean: Duration

    @property
    def mean_value(self) -> float:
        """Mean of the law, in seconds."""
        return self.mean

    def quantile(self, u: float) -> float:
        """The value, whatever u."""
        return self.mean

    def quantiles(self, u: Array) -> Array:
        """The value, as often as there are uniforms."""
        return np.full_like(u, self.mean)


class Exponential(Settings):
    """Memoryless: x = -mean ln(1 - u)."""

    law: Literal["exponential"]
    mean: Duration

    @property
    def mean_value(self) -> float:
        """Mean of the law, in seconds."""
        return self.mean

    def quantile(self, u: float) -> float:
        """-mean ln(1 - u)."""
        return elementary.exponential_quantile(u, self.mean)

    def quantiles(self, u: Array) -> Array:
        """-mean ln(1 - u)."""
        return elementary.exponential_quantile_array(u, self.mean)


class Lognormal(Settings):
    """Lognormal by mean and coefficient of variation: sigma^2 = ln(1 + cv^2), mu = ln(mean) - sigma^2 / 2."""

    law: Literal["lognormal"]
    mean: Duration = Field(gt=0)
    cv: float = Field(gt=0, le=10)

    @property
    def mean_value(self) -> float:
        """Mean of the law, in seconds."""
        return self.mean

    @cached_property
    def sigma(self) -> float:
        """Standard deviation of the logarithm."""
        return math.sqrt(elementary.log(1.0 + self.cv * self.cv))

    @cached_property
    def mu(self) -> float:
        """Mean of the logarithm of the value in seconds."""
        return elementary.log(self.mean) - 0.5 * self.sigma * self.sigma

    def quantile(self, u: float) -> float:
        """exp(mu + sigma z(u))."""
        return elementary.lognormal_quantile(u, self.mu, self.sigma)

    def quantiles(self, u: Array) -> Array:
        """exp(mu + sigma z(u))."""
        return elementary.lognormal_quantile_array(u, self.mu, self.sigma)


class Weibull(Settings):
    """Weibull by mean and shape; a shape under 1 has a decreasing hazard, as patience often has."""

    law: Literal["weibull"]
    mean: Duration = Field(gt=0)
    shape: float = Field(gt=0.1, le=20)

    @property
    def mean_value(self) -> float:
        """Mean of the law, in seconds."""
        return self.mean

    @cached_property
    def scale(self) -> float:
        """mean / Gamma(1 + 1/shape)."""
        return self.mean / elementary.exp(elementary.log_gamma(1.0 + 1.0 / self.shape))

    def quantile(self, u: float) -> float:
        """Scale (-ln(1 - u))^(1/shape)."""
        return elementary.weibull_quantile(u, self.scale, self.shape)

    def quantiles(self, u: Array) -> Array:
        """Scale (-ln(1 - u))^(1/shape)."""
        return elementary.weibull_quantile_array(u, self.scale, self.shape)


class Phase(Settings):
    """One phase of a hyperexponential law: the share of draws and their mean."""

    share: Share
    mean: Duration


class Hyperexponential(Settings):
    """A mixture of exponentials: with probability ``share`` the phase's exponential."""

    law: Literal["hyperexponential"]
    phases: Several[Phase] = Field(min_length=2, max_length=8)

    @model_validator(mode="after")
    def _shares_sum_to_one(self) -> Hyperexponential:
        total = added(phase.share for phase in self.phases)
        if abs(total - 1.0) > 1e-6:
            raise ValueError(f"the shares of the phases add up to {100 * total:.12g} %, not to 100 %")
        return self

    @property
    def mean_value(self) -> float:
        """Mean of the law, in seconds."""
        return added(phase.share * phase.mean for phase in self.phases)

    def quantile(self, u: float) -> float:
        """The phase in which u falls, and the exponential of what is left of it."""
        for phase in self.phases[:-1]:
            if u < phase.share:
                return elementary.exponential_quantile(u / phase.share, phase.mean)
            u = u - phase.share
        last = self.phases[-1]
        return -last.mean * elementary.log(max(1.0 - u / last.share, 1e-16))

    def quantiles(self, u: Array) -> Array:
        """``quantile`` of each element."""
        return np.array([self.quantile(value) for value in u.tolist()], dtype=np.float64)


LAWS: tuple[type[Settings], ...] = (Constant, Exponential, Lognormal, Weibull, Hyperexponential)


def _with_those_added() -> Any:
    """All laws there are, None where extensions have added none."""
    if not ADDED.laws:
        return None
    every: Any = reduce(or_, (*LAWS, *ADDED.laws.values()))
    return Annotated[every, Field(discriminator="law")]


Law = Annotated[
    Constant | Exponential | Lognormal | Weibull | Hyperexponential,
    Field(discriminator="law"),
    Widened(_with_those_added),
]
"""A law of a duration; the key ``law`` says which."""


_FAMILIES: tuple[tuple[type[Settings], str, tuple[str, ...]], ...] = (
    (Exponential, "exponential_quantile_array", ("mean",)),
    (Lognormal, "lognormal_quantile_array", ("mu", "sigma")),
    (Weibull, "weibull_quantile_array", ("scale", "shape")),
)
"""Laws whose quantiles are a function of ``elementary`` of some of their numbers; it is looked up when it is needed."""


class LawTable:
    """Several laws by number, for drawing from all of them in a few steps over arrays.

    The values are those of each law's own ``quantile``, bit for bit. Laws of one family are drawn together.
    """

    def __init__(self, laws: Sequence[Law]) -> None:
        self.laws = tuple(laws)
        distinct = list(dict.fromkeys(laws))
        self._same = np.array([distinct.index(law) for law in laws], dtype=np.int64)
        self._families: list[tuple[npt.NDArray[np.bool_], str, tuple[Array, ...]]] = []
        for kind, name, numbers in _FAMILIES:
            mine = [type(law) is kind for law in distinct]
            if any(mine):
                columns = [[getattr(law, each) if type(law) is kind else 1.0 for law in distinct] for each in numbers]
                self._families.append((np.array(mine), name, tuple(map(np.array, columns))))
        kinds = [kind for kind, _, _ in _FAMILIES]
        self._others = [(number, law) for number, law in enumerate(distinct) if type(law) not in kinds]

    def quantiles(self, which: npt.NDArray[np.int64], u: Array) -> Array:
        """The value of law ``which[i]`` at probability ``u[i]``, shape (n,)."""
        which = self._same[which]
        values = np.empty_like(u)
        for members, name, numbers in self._families:
            mine = members[which].nonzero()[0]
            if mine.size:
                law = which[mine]
                values[mine] = getattr(elementary, name)(u[mine], *(column[law] for column in numbers))
        for number, other in self._others:
            mine = (which == number).nonzero()[0]
            if mine.size:
                values[mine] = other.quantiles(u[mine])
        return values
