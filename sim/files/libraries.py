"""Libraries that only some outputs need: looked for when one is asked for, with what to install where one is absent."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class NotInstalled(Exception):  # noqa: N818  # read as a statement in messages
    """A library that an output or a file needs is not installed; says what to install."""


def library(module: str, what: str, package: str, extra: str = "report") -> Any:
    """The module; raises NotInstalled, with ``what`` needs it, where its package is absent."""
    try:
        return import_module(module)
    except ImportError:
        raise NotInstalled(f"{what} needs {package}: pip install 'frontline-sim[{extra}]'") from None
