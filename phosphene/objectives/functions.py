"""Elementwise functions of a score, for `a.map(function)`: named and registered, so that they print and compare."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from ..errors import BadArgument, UnknownName, nearest
from ..values import ATOM, Value, check_number, code_origin, literal, register, words


class Elementwise(Value, abstract=True):
    """A registered function with its numbers: `log`, `clamp(0, 1)`."""

    name: str
    numbers: tuple[float, ...] = ()

    def __call__(self, *numbers: float) -> Elementwise:
        """The same function with these numbers."""
        for number in numbers:
            check_number(self.name, "argument", number)
        try:
            inspect.signature(_functions[self.name]).bind(None, *numbers)
        except TypeError as problem:
            raise BadArgument(
                f"{self.name}{numbers!r}", f"the numbers that {self.name} takes ({problem})", f"write {self.name}"
            ) from problem
        return Elementwise(self.name, numbers)

    def text(self) -> tuple[str, int]:
        """`log`, or `clamp(0, 1)`."""
        return self.name + (f"({', '.join(map(literal, self.numbers))})" if self.numbers else ""), ATOM

    def compute(self, score: Tensor) -> Tensor:
        """The function of each score."""
        result: Tensor = _functions[self.name](score, *self.numbers)
        return result


_functions: dict[str, Callable[..., Tensor]] = {}


def elementwise(function: Callable[..., Tensor]) -> Elementwise:
    """Register a function of a tensor, and of numbers after it, as one for `.map`.

    >>> @elementwise
    ... def cube(score):
    ...     return score**3
    >>> cube
    cube
    """
    word: Elementwise = register(function.__name__, Elementwise(function.__name__), code_origin(function))
    _functions[function.__name__] = function
    return word


def as_function(value: Any) -> Elementwise:
    """A registered function, by itself or by name."""
    found = words.get(value) if isinstance(value, str) else value
    if isinstance(found, Elementwise):
        return found
    raise UnknownName(
        f".map({value!r})",
        "a registered function expected. " + nearest(str(value), _functions),
        "register it: @elementwise",
    )


@elementwise
def log(score: Tensor) -> Tensor:
    """Natural logarithm."""
    return score.log()


@elementwise
def exp(score: Tensor) -> Tensor:
    """Exponential."""
    return score.exp()


@elementwise
def sqrt(score: Tensor) -> Tensor:
    """Square root, with gradient 0 at 0."""
    return score.clamp_min(torch.finfo(score.dtype).tiny).sqrt() * (score != 0)


@elementwise
def relu(score: Tensor) -> Tensor:
    """The positive part."""
    return score.relu()


@elementwise
def softplus(score: Tensor) -> Tensor:
    """log(1 + exp(x))."""
    return torch.nn.functional.softplus(score)


@elementwise
def sigmoid(score: Tensor) -> Tensor:
    """1 / (1 + exp(-x))."""
    return score.sigmoid()


@elementwise
def tanh(score: Tensor) -> Tensor:
    """Hyperbolic tangent."""
    return score.tanh()


@elementwise
def absolute(score: Tensor) -> Tensor:
    """Absolute value."""
    return score.abs()


@elementwise
def clamp(score: Tensor, low: float = 0.0, high: float = 1.0) -> Tensor:
    """Limited to [low, high], [0, 1] where nothing is said."""
    return score.clamp(low, high)
