"""Arithmetic that Numba compiles where the extra ``fast`` is installed, once a process has simulated enough.

What was marked (``sim.core.compiled``) is replaced in its module. Numba takes 0.7 s to come, and one more where nothing
has been kept, so nothing is compiled for a few short runs. All bits agree, and nobody sees when it comes.

``FRONTLINE_COMPILED`` in the environment: ``no`` leaves all as it stands, ``always`` compiles for the first model.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any

from sim.core import compiled
from sim.core.compiled import MARKED, Mark

ENOUGH = 200_000
"""Contacts and days after which a process is made ready: simulated in one and a half seconds or two."""

_lock = Lock()
_alive: list[Any] = []
_simulated = 0


def begin() -> None:
    """A model is about to run: be ready if it pays."""
    if MARKED and (_simulated >= ENOUGH or _wish() == "always"):
        ready()


def end(contacts: int, days: int) -> None:
    """A model has run: so much has been simulated."""
    global _simulated  # noqa: PLW0603  # of the whole process
    _simulated += contacts + days


def ready() -> bool:
    """Replace what has been marked since the last time by what Numba makes of it; whether there is Numba."""
    with _lock:
        numba = _numba()
        while MARKED:
            mark = MARKED.pop(0)
            if numba is not None:
                _replace(numba, mark)
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


def _replace(numba: Any, mark: Mark) -> None:
    try:
        made = _made(numba, mark)
    except numba.core.errors.NumbaError:
        return  # this Numba does not know how: the function stays as it is
    setattr(sys.modules[mark.function.__module__], mark.function.__name__, made)


def _made(numba: Any, mark: Mark) -> Any:
    """What a function is replaced by."""
    if mark.by == "inner":
        return numba.njit(mark.loop)
    if mark.by == "whole":
        return _kept(numba, numba.njit, mark.signature, mark.loop)
    made = _kept(numba, numba.vectorize, [mark.signature], mark.loop)
    _alive.append(made)  # the code of what is given belongs to it
    return made.ufunc  # a call of it costs 0.2 us, one of what it belongs to 0.6


def _kept(numba: Any, compile_it: Any, signature: str | list[str], function: Callable[..., Any]) -> Any:
    """Compile, and keep what was compiled: beside the source, else where Numba keeps things, else not at all."""
    config = numba.config
    before, config.CACHE_DIR = config.CACHE_DIR, config.CACHE_DIR or _place()
    try:
        return compile_it(signature, cache=True)(function)
    except (RuntimeError, OSError):  # no place can be written
        return compile_it(signature)(function)
    finally:
        config.CACHE_DIR = before


def _place() -> str:
    """The folder for what is compiled of this source: a change of one function changes those that call it."""
    core = Path(compiled.__file__).parent
    source = b"".join((core / name).read_bytes() for name in ("elementary.py", "streams.py"))
    place = core / "__pycache__" / f"compiled-{hashlib.sha256(source).hexdigest()[:12]}"
    return str(place) if os.access(core, os.W_OK) else ""
