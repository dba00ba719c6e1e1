"""Logarithm, exponential and quantiles from + - * / alone, so that every processor gives the same bits.

``math`` and NumPy differ in the last bit of log and exp, and both change with the processor (AVX-512, FMA). The
algorithms are those of fdlibm (Sun Microsystems, 1993) for log and exp and AS241 (Wichura, 1988) for the normal
quantile. Each function has a form for one Python float and one for a float64 array; the two agree bit for bit.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache, reduce
from math import floor, frexp, ldexp
from operator import add
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from sim.core import compiled

Array = npt.NDArray[np.float64]
Number = TypeVar("Number", int, float)

_LN2_HI: Final = 6.93147180369123816490e-01
_LN2_LO: Final = 1.90821492927058770002e-10
_INV_LN2: Final = 1.44269504088896338700
_SQRT_HALF: Final = 0.70710678118654752440
_LOG = (
    6.666666666666735130e-01,
    3.999999999940941908e-01,
    2.857142874366239149e-01,
    2.222219843214978396e-01,
    1.818357216161805012e-01,
    1.531383769920937332e-01,
    1.479819860511658591e-01,
)
_EXP = (
    1.66666666666666019037e-01,
    -2.77777777770155933842e-03,
    6.61375632143793436117e-05,
    -1.65339022054652515390e-06,
    4.13813679705723846039e-08,
)
_EXP_LIMIT: Final = 700.0
_FEW: Final = 32
_FEW_QUANTILES: Final = 90
"""Up to so many elements one after the other is quicker than array steps of half a microsecond each (measured)."""


@compiled.one("float64(float64)")
def log(x: float) -> float:
    """Natural logarithm of a positive finite number; the numbers stand in place, which halves its time (0.3 us)."""
    mantissa, exponent = frexp(x)
    if mantissa < 0.70710678118654752440:
        mantissa += mantissa
        exponent -= 1
    f = mantissa - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    even = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01))
    odd = z * (
        6.666666666666735130e-01
        + w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01))
    )
    half = 0.5 * f * f
    low = exponent * 1.90821492927058770002e-10
    return exponent * 6.93147180369123816490e-01 - ((half - (s * (half + (odd + even)) + low)) - f)


@compiled.each(log, "float64(float64)")
def log_array(x: Array) -> Array:
    """``log`` of each element."""
    if x.size <= _FEW:
        return np.array([log(value) for value in x.tolist()], dtype=np.float64)
    mantissa, exponent = np.frexp(x)
    low = mantissa < _SQRT_HALF
    mantissa *= low + 1.0
    k = (exponent - low).astype(np.float64)
    f = mantissa - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    even = w * (_LOG[1] + w * (_LOG[3] + w * _LOG[5]))
    odd = z * (_LOG[0] + w * (_LOG[2] + w * (_LOG[4] + w * _LOG[6])))
    half = 0.5 * f * f
    return np.asarray(k * _LN2_HI - ((half - (s * (half + (odd + even)) + k * _LN2_LO)) - f))


@compiled.one("float64(float64)")
def exp(x: float) -> float:
    """Exponential; arguments beyond 700 in size are taken as 700; the numbers stand in place as in ``log``."""
    if x > 700.0:
        x = 700.0
    elif x < -700.0:
        x = -700.0
    k = floor(x * 1.44269504088896338700 + 0.5)
    hi = x - k * 6.93147180369123816490e-01
    lo = k * 1.90821492927058770002e-10
    r = hi - lo
    t = r * r
    c = r - t * (
        1.66666666666666019037e-01
        + t
        * (
            -2.77777777770155933842e-03
            + t * (6.61375632143793436117e-05 + t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08))
        )
    )
    return ldexp(1.0 - ((lo - (r * c) / (2.0 - c)) - hi), k)


@compiled.each(exp, "float64(float64)")
def exp_array(x: Array) -> Array:
    """``exp`` of each element."""
    if x.size <= _FEW:
        return np.array([exp(value) for value in x.tolist()], dtype=np.float64)
    x = np.minimum(np.maximum(x, -_EXP_LIMIT), _EXP_LIMIT)
    k = np.floor(x * _INV_LN2 + 0.5)
    hi = x - k * _LN2_HI
    lo = k * _LN2_LO
    r = hi - lo
    t = r * r
    c = r - t * (_EXP[0] + t * (_EXP[1] + t * (_EXP[2] + t * (_EXP[3] + t * _EXP[4]))))
    return np.asarray(np.ldexp(1.0 - ((lo - (r * c) / (2.0 - c)) - hi), k.astype(np.int32)))


def added(values: Iterable[Number]) -> Number:
    """Sum of numbers, one after the other, 0 of none: ``sum`` adds floats otherwise from Python 3.12 on."""
    return reduce(add, values, 0)


def total(x: Array) -> float:
    """Sum in an order that no processor changes: 128 columns one row after the other, then the columns.

    A plain ``np.sum`` adds as many at a time as the processor has lanes.
    """
    rows = x.size // 128
    columns = np.add.reduce(x[: rows * 128].reshape(rows, 128), axis=0)
    rest = x[rows * 128 :]
    found = float(columns.cumsum()[-1])
    return found + (float(rest.cumsum()[-1]) if rest.size else 0.0)


def logistic(x: float) -> float:
    """1 / (1 + exp(-x))."""
    return 1.0 / (1.0 + exp(-x))


@compiled.one("float64(float64)")
def logit(p: float) -> float:
    """log(p / (1 - p)) for 0 < p < 1."""
    return log(p / (1.0 - p))


@compiled.each(logit, "float64(float64)")
def logit_array(p: Array) -> Array:
    """``logit`` of each element."""
    return log_array(p / (1.0 - p))


@lru_cache(maxsize=512)
def power(x: float, a: float) -> float:
    """X to the power a, for x > 0 (and 0 for x = 0, a > 0); kept, since growth and lessons are the same each day."""
    if x <= 0.0:
        return 0.0 if a > 0 else 1.0
    return exp(a * log(x))


_A = (
    3.3871328727963666080e0,
    1.3314166789178437745e2,
    1.9715909503065514427e3,
    1.3731693765509461125e4,
    4.5921953931549871457e4,
    6.7265770927008700853e4,
    3.3430575583588128105e4,
    2.5090809287301226727e3,
)
_B = (
    1.0,
    4.2313330701600911252e1,
    6.8718700749205790830e2,
    5.3941960214247511077e3,
    2.1213794301586595867e4,
    3.9307895800092710610e4,
    2.8729085735721942674e4,
    5.2264952788528545610e3,
)
_C = (
    1.42343711074968357734e0,
    4.63033784615654529590e0,
    5.76949722146069140550e0,
    3.64784832476320460504e0,
    1.27045825245236838258e0,
    2.41780725177450611770e-1,
    2.27238449892691845833e-2,
    7.74545014278341407640e-4,
)
_D = (
    1.0,
    2.05319162663775882187e0,
    1.67638483018380384940e0,
    6.89767334985100004550e-1,
    1.48103976427480074590e-1,
    1.51986665636164571966e-2,
    5.47593808499534494600e-4,
    1.05075007164441684324e-9,
)
_E = (
    6.65790464350110377720e0,
    5.46378491116411436990e0,
    1.78482653991729133580e0,
    2.96560571828504891230e-1,
    2.65321895265761230930e-2,
    1.24266094738807843860e-3,
    2.71155556874348757815e-5,
    2.01033439929228813265e-7,
)
_F = (
    1.0,
    5.99832206555887937690e-1,
    1.36929880922735805310e-1,
    1.48753612908506148525e-2,
    7.86869131145613259100e-4,
    1.84631831751005468180e-5,
    1.42151175831644588870e-7,
    2.04426310338993978564e-15,
)


@compiled.inner
def _horner(coefficients: tuple[float, ...], x: float) -> float:
    total = coefficients[-1]
    for coefficient in coefficients[-2::-1]:
        total = total * x + coefficient
    return total


def _horner_array(coefficients: tuple[float, ...], x: Array) -> Array:
    total = np.full_like(x, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        total *= x
        total += coefficient
    return total


@compiled.one("float64(float64)")
def normal_quantile(p: float) -> float:
    """Quantile of the standard normal law for 0 < p < 1 (Wichura 1988, AS241, about 1e-16)."""
    q = p - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        a0, a1, a2, a3, a4, a5, a6, a7 = _A
        b0, b1, b2, b3, b4, b5, b6, b7 = _B
        upper = ((((((a7 * r + a6) * r + a5) * r + a4) * r + a3) * r + a2) * r + a1) * r + a0
        lower = ((((((b7 * r + b6) * r + b5) * r + b4) * r + b3) * r + b2) * r + b1) * r + b0
        return q * upper / lower
    r = math.sqrt(-log(p if q < 0 else 1.0 - p))
    near = r <= 5.0
    shift, upper_tail, lower_tail = (1.6, _C, _D) if near else (5.0, _E, _F)
    tail = _horner(upper_tail, r - shift) / _horner(lower_tail, r - shift)
    return -tail if q < 0 else tail


@compiled.each(normal_quantile, "float64(float64)")
def normal_quantile_array(p: Array) -> Array:
    """``normal_quantile`` of each element."""
    if p.size <= _FEW_QUANTILES:
        return np.array([normal_quantile(value) for value in p.tolist()], dtype=np.float64)
    q = p - 0.5
    central = np.abs(q) <= 0.425
    r = 0.180625 - q * q
    middle = q * _horner_array(_A, r) / _horner_array(_B, r)
    outer = np.flatnonzero(~central)
    if outer.size:
        side = q[outer]
        s = np.sqrt(-log_array(np.where(side < 0, p[outer], 1.0 - p[outer])))
        tail = _horner_array(_C, s - 1.6) / _horner_array(_D, s - 1.6)
        if (s > 5.0).any():
            tail = np.where(s <= 5.0, tail, _horner_array(_E, s - 5.0) / _horner_array(_F, s - 5.0))
        middle[outer] = np.where(side < 0, -tail, tail)
    return middle


@compiled.one("float64(float64, float64)")
def exponential_quantile(p: float, mean: float) -> float:
    """-mean ln(1 - p) for 0 < p < 1."""
    return -mean * log(1.0 - p)


@compiled.each(exponential_quantile, "float64(float64, float64)")
def exponential_quantile_array(p: Array, mean: float | Array) -> Array:
    """``exponential_quantile`` of each element."""
    return -mean * log_array(1.0 - p)


@compiled.one("float64(float64, float64, float64)")
def lognormal_quantile(p: float, mu: float, sigma: float) -> float:
    """exp(mu + sigma z(p)) for 0 < p < 1, z the quantile of the standard normal law."""
    return exp(mu + sigma * normal_quantile(p))


@compiled.each(lognormal_quantile, "float64(float64, float64, float64)")
def lognormal_quantile_array(p: Array, mu: float | Array, sigma: float | Array) -> Array:
    """``lognormal_quantile`` of each element."""
    return exp_array(mu + sigma * normal_quantile_array(p))


@compiled.one("float64(float64, float64, float64)")
def weibull_quantile(p: float, scale: float, shape: float) -> float:
    """Scale (-ln(1 - p))^(1 / shape) for 0 < p < 1."""
    return scale * exp(log(-log(1.0 - p)) / shape)


@compiled.each(weibull_quantile, "float64(float64, float64, float64)")
def weibull_quantile_array(p: Array, scale: float | Array, shape: float | Array) -> Array:
    """``weibull_quantile`` of each element."""
    return scale * exp_array(log_array(-log_array(1.0 - p)) / shape)


def normal_cdfs(z: Array) -> Array:
    """Distribution function of the standard normal law, by series (Marsaglia 2004); beyond 7 it is 0 or 1.

    An element takes as many terms as it needs, whatever the others need.
    """
    term = total = np.clip(z, -7.0, 7.0)
    square = term * term
    n = 1.0
    while (going := np.abs(term) > 1e-17 * np.abs(total)).any():
        n += 2.0
        term = np.where(going, term * square / n, 0.0)
        total = total + term
    inside = 0.5 + total * exp_array(-0.5 * square) * 0.39894228040143267794
    return np.where(z < -7.0, 0.0, np.where(z > 7.0, 1.0, inside))


def log_gamma(a: float) -> float:
    """Logarithm of the gamma function for a > 0 (Stirling's series after shifting a above 10)."""
    shift = 0.0
    while a < 10.0:
        shift += log(a)
        a += 1.0
    inverse = 1.0 / a
    square = inverse * inverse
    series = inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188))))
    return (a - 0.5) * log(a) - a + 0.91893853320467274178 + series - shift


def gamma_cdfs(a: float, x: Array) -> Array:
    """Lower regularised incomplete gamma function at points x > 0, by its power series.

    An element takes as many terms as it needs, whatever the others need.
    """
    term = total = np.full_like(x, 1.0 / a)
    n = a
    while (going := term > 1e-17 * total).any():
        n += 1.0
        term = np.where(going, term * x / n, 0.0)
        total = total + term
    return np.minimum(1.0, total * exp_array(a * log_array(x) - x - log_gamma(a)))


def gamma_quantiles(p: Array, shape: float) -> Array:
    """Quantiles of the gamma law with the given shape and mean 1.

    Starts from Wilson and Hilferty's (1931) cube and takes Newton steps, halved back into the positive numbers, each
    element as many as it needs.
    """
    third = 1.0 / (9.0 * shape)
    cube = 1.0 - third + normal_quantile_array(p) * math.sqrt(third)
    x = np.maximum(cube * cube * cube, 1e-3) * shape
    constant = log_gamma(shape)
    going = np.arange(x.size)
    for _ in range(50):
        at = x[going]
        step = (gamma_cdfs(shape, at) - p[going]) / exp_array((shape - 1.0) * log_array(at) - at - constant)
        nearer = np.where(at - step > 0.0, at - step, 0.5 * at)
        x[going] = nearer
        going = going[np.abs(nearer - at) > 1e-8 * at]  # the next step would be of the order of its square
        if not going.size:
            break
    return x / shape
