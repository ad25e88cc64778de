"""The inputs of a generator and what each is bound to: `normal`, `simplex`, `sphere`, `interval`, `frozen`.

An input's state has the shape of the code itself. `forward` takes any state to an allowed code and leaves allowed codes
as they are, so a code is its own state; the gradient of `simplex` and `interval` is that of a loss, to be descended,
projected to the directions that stay allowed, as that of `clip` is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from ..errors import BadArgument, ShapeMismatch
from ..seeds import stream
from ..values import Value, check_integer, check_number, hold, is_finite, tensor
from . import base
from .maps import _Clip
from .simplex import Simplex


class Code(Value, room="param.codes", abstract=True):
    """One input of a generator; `shape` is that of one code, without the batch axis."""

    if TYPE_CHECKING:

        @property
        def shape(self) -> Any:
            """The shape of one code."""

    def init(self, seeds: Sequence[int], name: str, dtype: torch.dtype, device: Any) -> Tensor:
        """States (B, *shape) to start from; row i depends on `seeds[i]` and `name` alone."""
        return base.normal(seeds, name, self.shape, dtype, device)

    def forward(self, z: Tensor) -> Tensor:
        """The allowed code of a state (B, *shape)."""
        return z


def shaped(owner: str, shape: Any) -> tuple[int, ...]:
    """A shape as a tuple; an integer is a vector.

    >>> shaped("example", 8), shaped("example", (4, 2))
    ((8,), (4, 2))
    """
    sides = tuple(shape) if isinstance(shape, (tuple, list)) else (shape,)
    if not sides or not all(isinstance(n, int) and not isinstance(n, bool) and n >= 1 for n in sides):
        raise BadArgument(
            f"{owner}: shape is {shape!r}", "the shape of one code, without the batch", "write (128,) or (4, 32, 32)"
        )
    return sides


class normal(Code):
    """Any numbers, started at N(0, sd).  state (B, *shape)

    >>> normal(3).forward(torch.ones(1, 3))
    tensor([[1., 1., 1.]])
    """

    shape: Any
    sd: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", shaped("normal", self.shape))
        check_number("normal", "sd", self.sd, 0)

    def init(self, seeds: Sequence[int], name: str, dtype: torch.dtype, device: Any) -> Tensor:
        """Normal numbers times sd."""
        return super().init(seeds, name, dtype, device) * self.sd


class simplex(Code):
    """n shares: none negative, sum 1, as of a soft one-hot label. Started near equal shares.  state (B, n)

    A state is projected to the nearest allowed point. Unlike softmax this reaches the corners, and a label is its own
    state; a share at 0 can still come back, because the gradient keeps what leads back inside.

    >>> simplex(3).forward(torch.tensor([[0.5, 0.5, 0.0], [9.0, 0.0, 0.0]]))
    tensor([[0.5000, 0.5000, 0.0000],
            [1.0000, 0.0000, 0.0000]])
    """

    n: int

    def __post_init__(self) -> None:
        check_integer("simplex", "n", self.n, 2)

    @property
    def shape(self) -> tuple[int, ...]:
        """(n,)"""
        return (self.n,)

    def init(self, seeds: Sequence[int], name: str, dtype: torch.dtype, device: Any) -> Tensor:
        """Shares of one n-th, each varied by about a tenth."""
        return (1 + 0.1 * super().init(seeds, name, dtype, device)) / self.n

    def forward(self, z: Tensor) -> Tensor:
        """The nearest point of the simplex."""
        nearest: Tensor = Simplex.apply(z)
        return nearest


class sphere(Code):
    """Codes of one length, that of a typical normal code where `radius` is None.  state (B, *shape)

    The length is over all entries of a code: sqrt(their number) by default. Only the direction of a state counts.

    >>> sphere(2, radius=5).forward(torch.tensor([[3.0, 4.0], [6.0, 8.0]]))
    tensor([[3., 4.],
            [3., 4.]])
    """

    shape: Any
    radius: float | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", shaped("sphere", self.shape))
        if math.prod(self.shape) < 2:
            raise BadArgument(
                "sphere: a code of one number", "at least two, to have directions", "use param.codes.normal"
            )
        if self.radius is not None:
            check_number("sphere", "radius", self.radius, 1e-9)

    def forward(self, z: Tensor) -> Tensor:
        """The direction times the radius; a state of zeros points along the diagonal."""
        flat = z.flatten(1)
        largest = flat.detach().abs().amax(1, keepdim=True)
        scaled = torch.where(largest == 0, flat + 1, flat / largest.clamp_min(torch.finfo(z.dtype).tiny))
        radius = math.sqrt(flat.shape[1]) if self.radius is None else self.radius
        on_sphere: Tensor = scaled * (radius / scaled.norm(dim=1, keepdim=True))
        return on_sphere.reshape(z.shape)


class interval(Code):
    """Codes within bounds, entry by entry, started uniformly between them.  state (B, *shape)

    `low` and `high` are numbers, or tensors of the code's shape with a bound for each entry (Nguyen 2016 bounds each
    unit by three of its standard deviations). What is outside is cut off and can come back, as with `clip`.

    >>> interval(2, -1, 1).forward(torch.tensor([[-3.0, 0.5]]))
    tensor([[-1.0000,  0.5000]])
    """

    shape: Any
    low: Any = -1.0
    high: Any = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", shaped("interval", self.shape))
        for name in ("low", "high"):
            object.__setattr__(self, name, self._bound(name, getattr(self, name)))
        if all(not isinstance(bound, tensor) or bound.data is not None for bound in (self.low, self.high)):
            low, high = self.bounds(torch.float64, "cpu")
            if not bool((low < high).all()):
                raise BadArgument(
                    f"{self!r}", "the lower bound first, then a higher one", "write interval(shape, 0, 1)"
                )

    def _bound(self, name: str, given: Any) -> Any:
        if isinstance(given, (Tensor, np.ndarray)):
            given = hold(given)
        if not isinstance(given, tensor):
            check_number("interval", name, given)
        elif tuple(given.shape) != self.shape:
            raise ShapeMismatch(
                f"interval: {name} has shape {given.shape}", f"the code's shape, {self.shape}", f"write {name}=1.0"
            )
        return given

    def bounds(self, dtype: torch.dtype, device: Any) -> tuple[Tensor, Tensor]:
        """Both bounds as tensors."""
        pairs = [b.numbers() if isinstance(b, tensor) else torch.tensor(float(b)) for b in (self.low, self.high)]
        low, high = (bound.to(dtype=dtype, device=device) for bound in pairs)
        return low, high

    def init(self, seeds: Sequence[int], name: str, dtype: torch.dtype, device: Any) -> Tensor:
        """Uniform numbers, one stream a seed, drawn in float32."""
        rows = [torch.rand(self.shape, generator=stream(seed, "param", name)) for seed in seeds]
        drawn = torch.stack(rows) if rows else torch.empty(0, *self.shape)
        low, high = self.bounds(dtype, device)
        return low + (high - low) * drawn.to(dtype=dtype, device=device)

    def forward(self, z: Tensor) -> Tensor:
        """What is outside, cut off."""
        cut: Tensor = _Clip.apply(z, *self.bounds(z.dtype, z.device))
        return cut


class frozen(Code):
    """A fixed input, the same for all pictures: it is in no state and receives no update.

    A number or a tuple of numbers arrives as floats; a tensor keeps its kind, so integers can be labels.

    >>> frozen((0.5, 0.87)).values(2, torch.float32, "cpu")
    tensor([[0.5000, 0.8700],
            [0.5000, 0.8700]])
    """

    value: Any

    def __post_init__(self) -> None:
        given = self.value
        given = hold(given) if isinstance(given, (Tensor, np.ndarray)) else _tuples(given)
        object.__setattr__(self, "value", given)
        if not isinstance(given, tensor):
            _tuple_shape(given)

    @property
    def shape(self) -> tuple[int, ...]:
        """The value's own."""
        return self.value.shape if isinstance(self.value, tensor) else _tuple_shape(self.value)

    def values(self, batch: int, dtype: torch.dtype, device: Any) -> Tensor:
        """The value for each picture, (B, *shape)."""
        held = self.value.numbers() if isinstance(self.value, tensor) else torch.tensor(self.value, dtype=torch.float64)
        kept = held.to(device=device, dtype=dtype if held.is_floating_point() else held.dtype)
        return kept.expand(batch, *kept.shape)


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, (list, tuple)) else value


def _tuple_shape(value: Any) -> tuple[int, ...]:
    """The shape of nested tuples of numbers."""
    if is_finite(value):
        return ()
    shapes = {_tuple_shape(row) for row in value} if isinstance(value, tuple) else set()
    if len(shapes) != 1:
        raise BadArgument(
            f"frozen({value!r})"[:200], "a finite number, a tuple of them, or a tensor", "write frozen((0.5, 0.87))"
        )
    return (len(value), *shapes.pop())
