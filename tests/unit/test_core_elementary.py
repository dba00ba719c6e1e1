"""The kernel's logarithm, exponential and quantiles: scalar = array to the bit, and right to the last digits."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from scipy import special

from sim.core import elementary, streams

Array = npt.NDArray[np.float64]

OF_SEVERAL = {"exponential_quantile": 2, "lognormal_quantile": 3, "weibull_quantile": 3}
"""Those of several numbers, by how many; the others are of one."""
PAIRS = [
    name
    for name, _ in inspect.getmembers(elementary, callable)
    if not name.startswith("_") and f"{name}_array" in vars(elementary)
]
SUBNORMAL = 5e-324


def uniforms(count: int) -> Array:
    return streams.uniforms(streams.brood(streams.root_key(7, 1), 0, count), streams.named("test"))


def arguments(name: str, count: int) -> Array:
    u = uniforms(count)
    special_values = {
        "log": [SUBNORMAL, 2.2250738585072014e-308, 0.5, math.sqrt(0.5), 1.0, math.nextafter(1, 0), 2.0, 1e300],
        "exp": [-1e6, -745.2, -700.0, -0.0, 0.0, 1e-300, 0.5 * math.log(2), 700.0, 709.9, 1e6],
        "logit": [2.0**-53, 1e-300, 0.5, 1 - 2**-53],
        "normal_quantile": [
            2.0**-53,
            0.075,
            0.925,
            0.5,
            math.nextafter(0.075, 0),
            math.nextafter(0.925, 1),
            1 - 2**-53,
        ],
    }
    ranges = {
        "log": np.concatenate((u[::2], np.exp2(2000 * (u[1::2] - 0.5)))),
        "exp": np.concatenate((1400 * (u[::2] - 0.5), 4 * (u[1::2] - 0.5))),
        "logit": u,
        "normal_quantile": np.concatenate((u[::2], np.exp2(-52 * u[1::2]))),
    }
    return np.concatenate((np.array(special_values[name]), ranges[name]))


def arguments_of(name: str, count: int) -> list[Array]:
    """Columns of arguments: of several, the first is a probability, the others are positive."""
    if name not in OF_SEVERAL:
        return [arguments(name, count)]
    p = arguments("normal_quantile", count)
    return [p, *(np.resize(0.3 + 3.0 * uniforms(count)[::-1] ** place, p.size) for place in range(1, OF_SEVERAL[name]))]


def bits(values: Array) -> list[int]:
    return values.view(np.uint64).tolist()


def check_scalar_is_array(name: str, count: int) -> None:
    columns = arguments_of(name, count)
    one = getattr(elementary, name)
    scalar = np.array([one(*row) for row in zip(*(column.tolist() for column in columns), strict=True)])
    assert bits(scalar) == bits(getattr(elementary, f"{name}_array")(*columns))


def test_every_array_function_has_a_scalar_twin_that_is_tested_here() -> None:
    arrays = [name for name in vars(elementary) if name.endswith("_array") and not name.startswith("_")]
    assert sorted(f"{name}_array" for name in PAIRS) == sorted(arrays)
    assert set(PAIRS) == {"log", "exp", "logit", "normal_quantile", *OF_SEVERAL}


@pytest.mark.parametrize("name", PAIRS)
def test_scalar_and_array_agree_to_the_bit(name: str) -> None:
    check_scalar_is_array(name, 100_000)


@pytest.mark.slow
@pytest.mark.parametrize("name", PAIRS)
def test_scalar_and_array_agree_to_the_bit_over_a_million_values(name: str) -> None:
    check_scalar_is_array(name, 1_000_000)


@pytest.mark.parametrize("name", PAIRS)
def test_an_element_does_not_depend_on_its_neighbours_or_alignment(name: str) -> None:
    columns = arguments_of(name, 1000)
    function = getattr(elementary, f"{name}_array")
    whole = function(*columns)
    for start, step in ((1, 1), (3, 1), (0, 2), (5, 7)):
        assert bits(function(*(x[start::step] for x in columns))) == bits(np.ascontiguousarray(whole[start::step]))
    assert bits(function(*(x[::-1] for x in columns))[::-1].copy()) == bits(whole)


def ulps(found: float, right: float) -> float:
    return abs(found - right) / math.ulp(right)


def test_log_is_within_one_unit_in_the_last_place() -> None:
    assert max(ulps(elementary.log(x), math.log(x)) for x in arguments("log", 20_000).tolist()) <= 1.0


def test_exp_is_within_one_unit_in_the_last_place_and_stops_at_700() -> None:
    x = [value for value in arguments("exp", 20_000).tolist() if abs(value) <= 700]
    assert max(ulps(elementary.exp(value), math.exp(value)) for value in x) <= 1.0
    assert elementary.exp(1e6) == elementary.exp(700.0) < math.inf
    assert elementary.exp(-1e6) == elementary.exp(-700.0) > 0.0


def test_exact_values_are_exact() -> None:
    assert elementary.log(1.0) == 0.0
    assert elementary.exp(0.0) == 1.0
    assert elementary.normal_quantile(0.5) == 0.0
    assert elementary.normal_cdfs(np.array([0.0])).tolist() == [0.5]


def test_the_normal_quantile_is_accurate_and_odd() -> None:
    p = arguments("normal_quantile", 20_000)
    p = p[p < 0.5]
    found, right = elementary.normal_quantile_array(p), special.ndtri(p)
    assert np.max(np.abs(found - right) / np.abs(right)) < 2e-15 * 5
    mirrored = 0.25
    assert elementary.normal_quantile(mirrored) == -elementary.normal_quantile(1 - mirrored)


def test_the_normal_distribution_function_is_accurate() -> None:
    z = np.linspace(-9, 9, 901)
    off = np.abs(elementary.normal_cdfs(z) - special.ndtr(z))
    assert np.max(off[np.abs(z) <= 7]) < 2e-15
    assert np.max(off) < 1.3e-12
    u = uniforms(2000)
    assert np.max(np.abs(elementary.normal_cdfs(elementary.normal_quantile_array(u)) - u)) < 2e-15


def test_logit_logistic_and_power_are_what_they_say() -> None:
    for p in (1e-12, 0.1, 0.5, 0.84, 1 - 1e-9):
        assert elementary.logit(p) == pytest.approx(special.logit(p), rel=1e-13, abs=1e-15)
        assert elementary.logistic(elementary.logit(p)) == pytest.approx(p, rel=1e-13)
    assert elementary.logistic(-800.0) >= 0.0
    assert elementary.logistic(800.0) <= 1.0
    for x, a in ((0.3, 0.3), (12.0, -2.5), (1.0, 9.0), (1e-6, 0.5)):
        assert elementary.power(x, a) == pytest.approx(x**a, rel=1e-13)
    assert elementary.power(0.0, 0.3) == 0.0
    assert elementary.power(0.0, 0.0) == 1.0


def test_log_gamma_is_accurate() -> None:
    for a in (0.01, 0.3, 0.5, 1.0, 1.5, 2.0, 2.1765, 9.99, 10.0, 44.4, 1000.0):
        assert elementary.log_gamma(a) == pytest.approx(math.lgamma(a), rel=1e-12, abs=2e-14)


def test_the_gamma_law_is_accurate_and_its_quantile_inverts_it() -> None:
    p = np.array([1e-12, 1e-6, 0.01, 0.3, 0.5, 0.9, 0.999999])
    for shape in (1.0, 4.0, 1 / 0.15**2, 1 / 0.02**2):  # a coefficient of variation of 100 % to 2 %
        x = elementary.gamma_quantiles(p, shape) * shape
        np.testing.assert_allclose(x, special.gammaincinv(shape, p), rtol=1e-8)
        np.testing.assert_allclose(elementary.gamma_cdfs(shape, x), p, rtol=1e-7)
        # far out the distribution function has no digits left to tell one value from the next
        far = elementary.gamma_quantiles(np.array([1 - 2.0**-40]), shape) * shape
        np.testing.assert_allclose(far, special.gammaincinv(shape, 1 - 2.0**-40), rtol=1e-2)
        points = np.array([0.1, 0.7, 1.0, 1.3, 2.5]) * shape
        with np.errstate(over="ignore"):  # far out the series of a large shape exceeds all floats, and the answer is 1
            found = elementary.gamma_cdfs(shape, points)
        np.testing.assert_allclose(found, special.gammainc(shape, points), atol=5e-12)


@pytest.mark.parametrize(
    "law",
    [
        lambda u: elementary.normal_cdfs(16.0 * (u - 0.5)),
        lambda u: elementary.gamma_cdfs(44.4, 88.0 * u),
        lambda u: elementary.gamma_quantiles(u, 44.4),
    ],
    ids=["normal_cdfs", "gamma_cdfs", "gamma_quantiles"],
)
def test_what_a_law_says_of_one_element_does_not_depend_on_the_others(law: Callable[[Array], Array]) -> None:
    u = uniforms(500)
    one_by_one = np.array([law(u[place : place + 1])[0] for place in range(u.size)])
    assert bits(law(u)) == bits(one_by_one)
