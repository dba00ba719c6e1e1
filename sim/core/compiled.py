"""Marks of arithmetic that may be compiled: to the same operations in the same order, so that all bits agree.

A function is marked where it is defined, and stands as it is until ``sim.compiling`` replaces it in its module by what
the compiler makes of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NamedTuple, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


class Mark(NamedTuple):
    """A function to be replaced.

    by: "whole" by what ``loop`` is compiled to, "each" by a loop of it over the elements of arrays, "inner" like whole
    for whatever it is given. signature: what is given and comes, such as ``float64(float64)``.
    """

    function: Callable[..., Any]
    by: Literal["whole", "each", "inner"]
    loop: Callable[..., Any]
    signature: str


MARKED: list[Mark] = []
"""In the order of their definition: a function comes after those that it calls."""


def one(signature: str) -> Callable[[Function], Function]:
    """Mark a function of numbers."""
    return lambda function: _marked(function, "whole", function, signature)


def inner(function: Function) -> Function:
    """Mark a function that only compiled ones call: it is compiled along with them."""
    return _marked(function, "inner", function, "")


def each(scalar: Callable[..., Any], signature: str) -> Callable[[Function], Function]:
    """Mark a form for arrays, to be replaced by a loop over a function of numbers."""
    return lambda function: _marked(function, "each", scalar, signature)


def instead(loop: Callable[..., Any], signature: str) -> Callable[[Function], Function]:
    """Mark array steps, to be replaced by a loop that does the same, element by element in the same order."""
    return lambda function: _marked(function, "whole", loop, signature)


def _marked(
    function: Function, by: Literal["whole", "each", "inner"], loop: Callable[..., Any], signature: str
) -> Function:
    MARKED.append(Mark(function, by, loop, signature))
    return function
