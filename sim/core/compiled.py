"""Arithmetic of single numbers, compiled by Numba where the extra ``fast`` is installed, and as it stands otherwise.

What is compiled is the same source: the same operations in the same order, never fused or reordered, so that all bits
agree. ``FRONTLINE_COMPILED=no`` in the environment leaves everything as it stands.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])
Scalar = TypeVar("Scalar", bound=Callable[..., Any])


def _numba() -> Any:
    if os.environ.get("FRONTLINE_COMPILED", "").lower() in {"no", "0", "false", "off"}:
        return None
    try:
        import numba  # noqa: PLC0415  # asked for once, here
    except (ImportError, OSError):  # not installed, or not for this NumPy or machine
        return None
    return numba


_NUMBA = _numba()
_ALIVE: list[Any] = []
"""Loops whose code is in use."""

COMPILED: bool = _NUMBA is not None
"""Whether functions are compiled."""


def one(signature: str) -> Callable[[Function], Function]:
    """Compile a function of numbers, by a signature such as ``float64(float64)``."""

    def decorate(function: Function) -> Function:
        return function if _NUMBA is None else _kept(_NUMBA.njit, signature, function)

    return decorate


def inner(function: Function) -> Function:
    """Compile a function that compiled ones alone call, by what they give it."""
    return function if _NUMBA is None else _NUMBA.njit(function)  # type: ignore[no-any-return]


def each(scalar: Callable[..., Any], signature: str) -> Callable[[Function], Function]:
    """Replace a form for arrays by a compiled loop over ``scalar``, a function that ``one`` has compiled."""

    def decorate(array: Function) -> Function:
        if _NUMBA is None:
            return array
        loop = _kept(_NUMBA.vectorize, [signature], scalar.py_func)  # type: ignore[attr-defined]  # ``one`` has it
        _ALIVE.append(loop)
        return loop.ufunc  # type: ignore[no-any-return]  # a call costs 0.2 us, of the loop itself 0.6

    return decorate


def instead(loop: Callable[..., Any], signature: str) -> Callable[[Function], Function]:
    """Replace array steps by a compiled loop that does the same, element by element and in the same order."""

    def decorate(steps: Function) -> Function:
        return steps if _NUMBA is None else _kept(_NUMBA.njit, signature, loop)

    return decorate


def _kept(compile_it: Any, signature: str | list[str], function: Any) -> Any:
    """Compile, and keep what was compiled beside the source or in the user's cache, if either can be written."""
    try:
        return compile_it(signature, cache=True)(function)
    except RuntimeError:  # no place to keep it
        return compile_it(signature)(function)
