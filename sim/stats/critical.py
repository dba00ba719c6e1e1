"""Critical values: how many standard errors wide an interval is.

Worker processes import the statistics without ever asking for a critical value, so SciPy is imported at the
first question and not with the module.
"""

from __future__ import annotations


def checked_confidence(confidence: float) -> float:
    """Return a confidence level, or raise ValueError unless it lies strictly between 0 and 1."""
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"confidence is {confidence}; expected a share between 0 and 1, such as 0.95")
    return confidence


def student(confidence: float, degrees_of_freedom: int) -> float:
    """Two-sided critical value of Student's t (Student, 1908)."""
    from scipy.special import stdtrit  # noqa: PLC0415 - see the module's docstring

    return float(stdtrit(degrees_of_freedom, 0.5 + checked_confidence(confidence) / 2))


def normal(confidence: float) -> float:
    """Two-sided critical value of the standard normal law."""
    from scipy.special import ndtri  # noqa: PLC0415 - see the module's docstring

    return float(ndtri(0.5 + checked_confidence(confidence) / 2))


def binomial_at_most(count: int, trials: int, probability: float) -> float:
    """Probability that a binomial count is at most `count`."""
    from scipy.special import bdtr  # noqa: PLC0415 - see the module's docstring

    return float(bdtr(count, trials, probability)) if count >= 0 else 0.0
