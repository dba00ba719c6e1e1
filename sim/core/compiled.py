"""Arithmetic compiled by Numba where the extra ``fast`` is installed, and as it stands otherwise.

Functions are marked where they are defined, and replaced in their modules by ``ready``, once a process has simulated so
much that it pays: Numba takes 0.7 s to come, and one more where nothing has been kept. What is compiled does the same
operations in the same order, never fused or reordered, so that all bits agree, and nobody sees when it comes.

``FRONTLINE_COMPILED`` in the environment: ``no`` leaves all as it stands, ``always`` compiles for the first model.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])

_marked: list[tuple[Callable[..., Any], Callable[[Any], Any]]] = []
"""Functions to be replaced, in the order of their definition, and what makes each one's replacement of Numba."""
_lock = Lock()
_ENOUGH = 200_000
"""Contacts and days after which a process is made ready: a second and a half or two."""
_simulated = 0
_alive: list[Any] = []
"""Loops whose code is in use."""


def one(signature: str) -> Callable[[Function], Function]:
    """Mark a function of numbers, to be compiled by a signature such as ``float64(float64)``."""
    return lambda function: _mark(function, lambda numba: _kept(numba.njit, signature, function))


def inner(function: Function) -> Function:
    """Mark a function that only compiled ones call: it is compiled along with them."""
    return _mark(function, lambda numba: numba.njit(function))


def each(scalar: Callable[..., Any], signature: str) -> Callable[[Function], Function]:
    """Mark a form for arrays, to be replaced by a compiled loop over a function of numbers."""

    def loop(numba: Any) -> Any:
        made = _kept(numba.vectorize, [signature], scalar)
        _alive.append(made)
        return made.ufunc  # a call of it costs 0.2 us, one of what it belongs to 0.6

    return lambda function: _mark(function, loop)


def instead(loop: Callable[..., Any], signature: str) -> Callable[[Function], Function]:
    """Mark array steps, to be replaced by a compiled loop that does the same, element by element in the same order."""
    return lambda function: _mark(function, lambda numba: _kept(numba.njit, signature, loop))


def _mark(function: Function, make: Callable[[Any], Any]) -> Function:
    _marked.append((function, make))
    return function


def begin() -> None:
    """A model is about to run: be ready if it pays."""
    if _marked and (_simulated >= _ENOUGH or _wish() == "always"):
        ready()


def end(contacts: int, days: int) -> None:
    """A model has run: so much has been simulated."""
    global _simulated  # noqa: PLW0603  # of the whole process
    _simulated += contacts + days


def ready() -> bool:
    """Replace what has been marked since the last time by what Numba makes of it; whether there is Numba."""
    with _lock:
        numba = _numba() if _marked else sys.modules.get("numba")
        while _marked:
            function, make = _marked.pop(0)
            if numba is not None:
                setattr(sys.modules[function.__module__], function.__name__, make(numba))
    return numba is not None


def _wish() -> str:
    return os.environ.get("FRONTLINE_COMPILED", "").lower()


def _numba() -> Any:
    if _wish() == "no":
        return None
    try:
        import numba  # noqa: PLC0415  # it takes a third of a second
    except (ImportError, OSError):  # not installed, or not for this NumPy or this machine
        return None
    return numba


def _kept(compile_it: Any, signature: str | list[str], function: Any) -> Any:
    """Compile, and keep what was compiled: beside the source, else where Numba keeps things, else not at all."""
    config = sys.modules["numba"].config
    before, config.CACHE_DIR = config.CACHE_DIR, config.CACHE_DIR or _place()
    try:
        return compile_it(signature, cache=True)(function)
    except (RuntimeError, OSError):  # no place can be written
        return compile_it(signature)(function)
    finally:
        config.CACHE_DIR = before


def _place() -> str:
    """The folder for what is compiled of this source: a change of one function changes those that call it."""
    core = Path(__file__).parent
    source = b"".join((core / name).read_bytes() for name in ("compiled.py", "elementary.py", "streams.py"))
    place = core / "__pycache__" / f"compiled-{hashlib.sha256(source).hexdigest()[:12]}"
    return str(place) if os.access(core, os.W_OK) else ""
