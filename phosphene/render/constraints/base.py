"""What every constraint is: a set of rows, and the projection onto it; `&` intersects."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from ...errors import BadArgument, BadOperation, ShapeMismatch
from ...values import Value, hold, is_finite, tensor

ROOM = 1e-6
"""How far outside a set a point may lie, relative to the set's own numbers, and still count as contained."""


class Constraint(Value, room="constraints", abstract=True):
    """A set of pictures (C, H, W), or of codes of any shape, and the projection onto it; each row of a batch by itself.

    A subclass overrides `project`, and `contains` where there is a cheaper test than the distance to the projection.
    """

    convex: ClassVar[bool] = True

    def project(self, x: Tensor) -> Tensor:
        """The nearest point of the set to each row of x (B, ...), float32 or float64.

        Raises ShapeMismatch where the constraint is about rows of another shape.
        """
        raise NotImplementedError

    def contains(self, x: Tensor, tolerance: float = ROOM) -> Tensor:
        """Whether each row of x (B, ...) lies in the set: booleans (B,)."""
        y = precise(x)
        distance, size = norm(y - self.project(y)), norm(y)
        return (distance <= tolerance * (1 + size)).flatten()

    def check(self, example: Tensor) -> None:
        """Raise what is wrong with the constraint for rows like those of `example` (B, ...).

        ShapeMismatch where the shapes differ; BadArgument where no point satisfies the constraint.
        """
        self.project(precise(example))

    def __and__(self, other: Any) -> Constraint:
        from .intersection import intersection

        if not isinstance(other, Constraint):
            raise _refused(self, other)
        return intersection.of(self, other)

    def __rand__(self, other: Any) -> Any:
        raise _refused(other, self)


class Separable(Constraint, abstract=True):
    """A set {x : sum of f_i(x_i) <= r}, or = r: its intersection with an interval has a projection with one multiplier."""

    def project(self, x: Tensor) -> Tensor:
        """The nearest point of the set to each row of x (B, ...)."""
        unbounded = torch.tensor(torch.inf, dtype=torch.float64)
        return self.project_within(x, -unbounded, unbounded)

    def project_within(self, x: Tensor, low: Tensor, high: Tensor) -> Tensor:
        """The nearest point to x of the set and the interval [low, high]; the bounds broadcast to x.

        Where the two do not meet: a point of the interval.
        """
        raise NotImplementedError


def precise(x: Tensor) -> Tensor:
    """x in float64, in which projections are computed; Apple's devices have none."""
    return x if x.device.type == "mps" else x.double()


def total(rows: Tensor) -> Tensor:
    """The sums of the rows (B, N) as (B, 1), by halves.

    `Tensor.sum` splits a row among threads where it is alone; here a row's sum never depends on the rest of the batch.
    """
    while rows.shape[1] > 1:
        half = rows.shape[1] // 2
        rows = torch.cat([rows[:, :half] + rows[:, half : 2 * half], rows[:, 2 * half :]], 1)
    return rows.sum(1, keepdim=True)


def norm(x: Tensor) -> Tensor:
    """The Euclidean norms of the rows of x (B, ...) as (B, 1); tiny and huge rows do not underflow or overflow."""
    rows = x.flatten(1)
    largest = rows.abs().amax(1, keepdim=True)
    scale = largest.where(largest > 0, torch.ones_like(largest))
    return scale * total((rows / scale).square()).sqrt()


def held(owner: str, name: str, bound: Any) -> Any:
    """A number, a tuple with one number for each channel, or a held tensor; BadArgument for anything else."""
    if isinstance(bound, Tensor) or (isinstance(bound, (np.ndarray, np.generic)) and bound.dtype.kind in "fiu"):
        numbers = torch.as_tensor(bound)
        if not numbers.dtype.is_complex and numbers.dtype != torch.bool:
            return numbers.item() if numbers.ndim == 0 and is_finite(numbers.item()) else hold(numbers)
    if isinstance(bound, (tuple, list)) and bound and all(map(is_finite, bound)):
        return tuple(bound)
    if is_finite(bound) or isinstance(bound, tensor):
        return bound
    raise BadArgument(
        f"{owner}: {name} is {type(bound).__name__ if isinstance(bound, (Tensor, np.ndarray)) else repr(bound)}"[:200],
        "a finite number, a tuple with one number for each channel, or a tensor expected",
        f"write {name}=0.5, {name}=(0.1, 0.2, 0.3) or {name}=torch.zeros(128)",
    )


def aligned(owner: str, name: str, bound: Any, x: Tensor) -> Tensor:
    """A bound as a float64 tensor on the CPU that broadcasts to x (B, ...); ShapeMismatch where it does not."""
    if isinstance(bound, tuple):
        if x.ndim < 2 or len(bound) != x.shape[1]:
            raise _mismatch(
                f"{owner}: {name} has {len(bound)} numbers", x, f"write {x.shape[1:2].numel()} numbers, or one"
            )
        return torch.tensor([float(one) for one in bound], dtype=torch.float64).reshape(-1, *[1] * (x.ndim - 2))
    if not isinstance(bound, tensor):
        return torch.tensor(float(bound), dtype=torch.float64)
    places = zip(reversed(bound.shape), reversed(x.shape), strict=False)
    if len(bound.shape) > x.ndim or not all(mine in (1, theirs) for mine, theirs in places):
        raise _mismatch(
            f"{owner}: {name} has the shape {bound.shape}",
            x,
            f"write {name} with the shape of a row, or 1 for 'the same'",
        )
    return bound.numbers().double()


def centered(owner: str, center: Any, x: Tensor) -> Tensor:
    """A center as a float64 tensor on the CPU: a number, or a tensor of just the shape of the rows of x (B, ...)."""
    if not isinstance(center, tensor):
        return torch.tensor(float(center), dtype=torch.float64)
    shape, row = center.shape, tuple(x.shape[1:])
    alone = shape == row
    if not alone and not (len(shape) == x.ndim and shape[1:] == row and shape[0] in (1, len(x))):
        raise _mismatch(
            f"{owner}: the center has the shape {shape}",
            x,
            "resize it first, as param.picture(center, size=(height, width)) does, and keep one size in all stages",
        )
    return center.numbers().double()


def _mismatch(given: str, x: Tensor, instead: str) -> ShapeMismatch:
    return ShapeMismatch(given, f"{len(x)} rows of shape {tuple(x.shape[1:])} are to be projected", instead)


def _refused(left: Any, right: Any) -> BadOperation:
    shown = (repr(side) if isinstance(side, Value) else type(side).__name__ for side in (left, right))
    return BadOperation(
        " & ".join(shown),
        "constraints on both sides",
        "write, for example, constraints.linf(photo, 8/255) & constraints.box(0, 1)",
    )
