"""Bounds on every value: `box`, and `range_of`, the bounds that a picture suggests."""

from __future__ import annotations

from typing import Any, Literal

import torch
from torch import Tensor

from ...errors import BadArgument
from ...param.picture import picture as as_picture
from ...values import register, tensor
from .base import ROOM, Constraint, aligned, held, precise


class Interval(Constraint, abstract=True):
    """A set that bounds every value by itself; the intersection of two such sets is again one."""

    def edges(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The lower and upper bounds as float64 tensors on the CPU that broadcast to x (B, ...)."""
        raise NotImplementedError

    def project(self, x: Tensor) -> Tensor:
        """Every value, clipped."""
        return clipped(x, *self.edges(x))

    def contains(self, x: Tensor, tolerance: float = ROOM) -> Tensor:
        """Whether each row of x (B, ...) lies between the bounds: booleans (B,)."""
        y = precise(x)
        low, high = (bound.to(y) for bound in self.edges(x))
        within = (y >= low - tolerance * (1 + low.abs())) & (y <= high + tolerance * (1 + high.abs()))
        return within.flatten(1).all(1)

    def check(self, example: Tensor) -> None:
        """Raise ShapeMismatch where the bounds do not fit rows of `example`, BadArgument where they cross."""
        if crossed(*self.edges(example)):
            raise empty(self)


class box(Interval):
    """Every value between two bounds: numbers, tuples with one number for each channel, or tensors.

    A tensor broadcasts to a row, as upper bounds (4096,) for each unit of a code do (Nguyen et al. 2016), or has the rows'
    leading dimension as well. BadArgument where low > high.

    >>> box(0.1, 0.9)
    constraints.box(0.1, 0.9)
    >>> box(0, (1, 0.5)).project(torch.full((1, 2, 1, 1), 2.0)).flatten()
    tensor([1.0000, 0.5000])
    """

    low: Any
    high: Any

    def __post_init__(self) -> None:
        for name in ("low", "high"):
            object.__setattr__(self, name, held("constraints.box", name, getattr(self, name)))
        if certainly_crossed(self.low, self.high):
            raise BadArgument(
                f"{self!r}", "low <= high expected", f"write constraints.box({self.high!r}, {self.low!r})"
            )

    def edges(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The bounds, aligned with x (B, ...)."""
        low, high = (aligned("constraints.box", name, getattr(self, name), x) for name in ("low", "high"))
        return low, high


def range_of(picture: Any, per: Literal["channel", "picture"] = "channel") -> box:
    """The box from a picture's smallest to its largest value, in each channel or over all: Gatys et al. 2015's bounds.

    `picture` is whatever `param.picture` takes; several pictures count as one.

    >>> range_of(torch.tensor([0.25, 0.75]).reshape(1, 1, 1, 2).expand(1, 2, 1, 2))
    constraints.box((0.25, 0.25), (0.75, 0.75))
    >>> range_of(torch.tensor([0.25, 0.75]).reshape(1, 2, 1, 1), per="picture")
    constraints.box(0.25, 0.75)
    """
    if per not in ("channel", "picture"):
        raise BadArgument(f"range_of: per is {per!r}", "'channel' or 'picture' expected", "write per='channel'")
    pixels = as_picture(picture, channels=None).numbers()
    if per == "picture":
        return box(pixels.min().item(), pixels.max().item())
    channels = pixels.transpose(0, 1).flatten(1)
    return box(tuple(channels.amin(1).tolist()), tuple(channels.amax(1).tolist()))


register("constraints.range_of", range_of)


def clipped(x: Tensor, low: Tensor, high: Tensor) -> Tensor:
    """x between bounds that broadcast to it."""
    return x.clamp(min=low.to(x), max=high.to(x))


def crossed(low: Tensor, high: Tensor) -> bool:
    """Whether a lower bound exceeds its upper bound by more than rounding."""
    return bool((low > high + ROOM * (1 + high.abs())).any())


def certainly_crossed(low: Any, high: Any, room: float = 0) -> bool:
    """Whether bounds cross for rows of every shape: those known to be, before any row is."""
    if any(isinstance(bound, tensor) and bound.data is None for bound in (low, high)):
        return False  # only the name has been read
    below, above = (
        bound.numbers().double() if isinstance(bound, tensor) else torch.tensor(bound, dtype=torch.float64)
        for bound in (_floats(low), _floats(high))
    )
    comparable = not (below.ndim and above.ndim) or (type(low) is type(high) and below.shape == above.shape)
    return comparable and bool((below > above + room).any())


def _floats(bound: Any) -> Any:
    if isinstance(bound, tensor):
        return bound
    return tuple(map(float, bound)) if isinstance(bound, tuple) else float(bound)


def empty(*parts: Constraint) -> BadArgument:
    """The error of constraints that no point satisfies together."""
    first, *rest = (repr(part)[:200] for part in parts)
    if not rest:
        return BadArgument(first, "a set that is not empty expected", "write lower bounds below upper bounds")
    return BadArgument(
        f"{first} and {' & '.join(rest)} have no point in common",
        "constraints that can be satisfied together expected",
        "enlarge one of the two, or leave it out",
    )
