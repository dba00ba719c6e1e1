"""Patience from a log: times to hanging up, right-censored by being answered.

Three laws by maximum likelihood: exponential (time at risk over hang-ups), Weibull, and a mixture of two
exponentials (hyperexponential, H2). Brown et al. (2005) find a decreasing hazard with a peak in the first
seconds, which the latter two can follow. Independent censoring is assumed. Times in seconds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.calibration.bank_log import Flags, Floats


@dataclass(frozen=True)
class PatienceFit:
    """One law fitted to censored times: parameters by name, their standard errors, ln-likelihood and AIC."""

    law: str
    parameters: dict[str, float]
    errors: dict[str, float | None]
    """None where the likelihood is flat in the parameter."""
    mean_s: float
    log_likelihood: float
    aic: float


def fit_exponential(times: Floats, ended: Flags) -> PatienceFit:
    """Exponential: mean = total time at risk / hang-ups, relative error 1/sqrt(hang-ups)."""
    events = int(np.sum(ended))
    if events == 0:
        raise ValueError("no hang-up among the times: patience cannot be fitted")
    mean = float(np.sum(times)) / events
    likelihood = -events * float(np.log(mean)) - events
    return PatienceFit(
        "exponential", {"mean_s": mean}, {"mean_s": mean / events**0.5}, mean, likelihood, 2 - 2 * likelihood
    )


def fit_weibull(times: Floats, ended: Flags) -> PatienceFit:
    """Weibull, survival exp(-(t/scale)^shape); shape < 1 is a decreasing hazard."""
    from scipy.special import gamma  # noqa: PLC0415 - slow to import, needed by few

    logs = np.log(times)

    def log_likelihood(point: Floats) -> float:
        shape, log_scale = np.exp(point[0]), point[1]
        z = shape * (logs - log_scale)
        return float(np.sum(np.where(ended, point[0] - logs + z, 0.0) - np.exp(np.minimum(z, 500))))

    start = np.array([0.0, np.log(float(np.sum(times)) / max(int(np.sum(ended)), 1))])
    point, covariance, best = _maximise(log_likelihood, [start])
    shape, scale = float(np.exp(point[0])), float(np.exp(point[1]))
    error = _roots(covariance)
    return PatienceFit(
        "weibull",
        {"shape": shape, "scale_s": scale},
        {"shape": _scaled(shape, error[0]), "scale_s": _scaled(scale, error[1])},
        scale * float(gamma(1 + 1 / shape)),
        best,
        4 - 2 * best,
    )


def fit_hyperexponential(times: Floats, ended: Flags) -> PatienceFit:
    """H2: with probability p impatient (mean m1), else patient (mean m2 > m1); best of several starts."""
    mean = float(np.sum(times)) / max(int(np.sum(ended)), 1)

    def log_likelihood(point: Floats) -> float:
        p = 1 / (1 + np.exp(-point[0]))
        fast, slow = np.exp(-point[1]), np.exp(-point[2])
        a, b = p * np.exp(-fast * times), (1 - p) * np.exp(-slow * times)
        value = np.where(ended, fast * a + slow * b, a + b)
        return float(np.sum(np.log(np.maximum(value, 1e-300))))

    starts = [
        np.array([np.log(p / (1 - p)), np.log(ratio * mean), np.log(mean * (1 + p))])
        for p in (0.03, 0.1, 0.3)
        for ratio in (0.02, 0.1, 0.3)
    ]
    point, covariance, best = _maximise(log_likelihood, starts)
    error = _roots(covariance)
    p, fast, slow = 1 / (1 + float(np.exp(-point[0]))), float(np.exp(point[1])), float(np.exp(point[2]))
    p_error = _scaled(p * (1 - p), error[0])
    fast_error, slow_error = _scaled(fast, error[1]), _scaled(slow, error[2])
    if fast > slow:
        p, fast, slow, fast_error, slow_error = 1 - p, slow, fast, slow_error, fast_error
    return PatienceFit(
        "hyperexponential",
        {"impatient_share": p, "impatient_mean_s": fast, "patient_mean_s": slow},
        {"impatient_share": p_error, "impatient_mean_s": fast_error, "patient_mean_s": slow_error},
        p * fast + (1 - p) * slow,
        best,
        6 - 2 * best,
    )


def fit_patience(times: Floats, ended: Flags) -> tuple[PatienceFit, ...]:
    """The three laws, best AIC first. Times below half a second count as half a second (rounding)."""
    times = np.maximum(times, 0.5)
    fits = [fit(times, ended) for fit in (fit_exponential, fit_weibull, fit_hyperexponential)]
    return tuple(sorted(fits, key=lambda fit: fit.aic))


def draw_patience(fit: PatienceFit, first: Floats, second: Floats) -> Floats:
    """Patience from two independent uniforms each (the first chooses the phase of an H2)."""
    p = fit.parameters
    unit = -np.log(second)
    if fit.law == "weibull":
        return np.asarray(p["scale_s"] * unit ** (1 / p["shape"]))
    if fit.law == "exponential":
        return np.asarray(p["mean_s"] * unit)
    mean = np.where(first < p["impatient_share"], p["impatient_mean_s"], p["patient_mean_s"])
    return np.asarray(mean * unit)


def _maximise(log_likelihood: Callable[[Floats], float], starts: list[Floats]) -> tuple[Floats, Floats, float]:
    """The best of Nelder-Mead from each start, with the covariance from the numerical Hessian."""
    from scipy.optimize import minimize  # noqa: PLC0415 - slow to import, needed by few

    def loss(point: Floats) -> float:
        return -log_likelihood(point)

    best: tuple[Floats, float] | None = None
    options: Any = {"xatol": 1e-7, "fatol": 1e-9, "maxiter": 4000}
    for start in starts:
        found = minimize(loss, start, method="Nelder-Mead", options=options)
        if best is None or -found.fun > best[1]:
            best = (np.asarray(found.x), -float(found.fun))
    assert best is not None
    covariance = np.linalg.pinv(-_hessian(log_likelihood, best[0]))
    return best[0], np.asarray(covariance, dtype=np.float64), best[1]


def _roots(covariance: Floats) -> list[float | None]:
    """Standard errors; None where the curvature has no maximum or says nothing (above 5 on the log scale)."""
    return [float(v**0.5) if 0 < v < 25 else None for v in np.diag(covariance).tolist()]


def _scaled(factor: float, error: float | None) -> float | None:
    return None if error is None else factor * error


def _hessian(function: Callable[[Floats], float], point: Floats, step: float = 1e-3) -> Floats:
    """Central second differences."""
    size = len(point)
    moves = np.eye(size) * step
    result = np.empty((size, size))
    for i in range(size):
        for j in range(size):
            plus = function(point + moves[i] + moves[j]) + function(point - moves[i] - moves[j])
            minus = function(point + moves[i] - moves[j]) + function(point - moves[i] + moves[j])
            result[i, j] = (plus - minus) / (4 * step * step)
    return result
