"""What every transform is: randomness in `sample`, pixels in `apply`; `>>` joins, `|` chooses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import torch
from torch import Tensor

from ..errors import BadArgument, BadOperation, ShapeMismatch
from ..values import ATOM, Value, check_number, register
from .maps import Affine, View
from .ranges import integer, uniform
from .warp import Fill, Size, warp

__all__ = ["Draw", "Geometric", "Step", "Transform", "draw", "identity", "integer", "uniform"]

Draw: TypeAlias = Any
"""What `sample` returns and `apply` takes: nested tuples of plain numbers."""

Step: TypeAlias = "tuple[Transform, Size, Draw]"
"""A single transform, the size that it meets, its draw."""


class Transform(Value, room="tf", abstract=True):
    """What the picture must survive; a frozen value that draws from the generator it is given and from no other.

    A subclass overrides `sample` and `apply`, and `output_size` where the size changes.
    """

    @property
    def deterministic(self) -> bool:
        """Whether it draws nothing, so that it can be a view: `objective @ view`."""
        return False

    @property
    def windowed(self) -> bool:
        """Whether every draw has a `window`; where it is False, some may have one nevertheless."""
        return False

    def output_size(self, size: Size) -> Size:
        """Height and width after it; ShapeMismatch where that depends on chance or cannot be."""
        return size

    def sample(self, size: Size, generator: torch.Generator) -> Draw:
        """All of its randomness, for one picture of `size`, as plain numbers."""
        return ()

    def apply(self, x: Tensor, draws: Sequence[Draw]) -> Tensor:
        """Pictures (B, C, H, W) transformed, one draw each: pure and differentiable."""
        raise NotImplementedError

    def __call__(self, x: Tensor, generators: Sequence[torch.Generator]) -> Tensor:
        """Draw and apply, one generator a picture.

        >>> from phosphene.seeds import stream
        >>> from phosphene.transforms import jitter
        >>> jitter(2)(torch.rand(2, 3, 8, 8), [stream(7, "transforms", i) for i in range(2)]).shape
        torch.Size([2, 3, 8, 8])
        """
        return self.apply(x, draw(self, (int(x.shape[-2]), int(x.shape[-1])), generators))

    def sizes(self, size: Size) -> frozenset[Size]:
        """Every size that chance may lead to."""
        return frozenset([self.output_size(size)])

    def after(self, size: Size, draw: Draw) -> Size:
        """The size that this draw leads to."""
        return self.output_size(size)

    def steps(self, size: Size, draw: Draw) -> list[Step]:
        """The single transforms that this draw amounts to."""
        return [(self, size, draw)]

    def window(self, size: Size, draw: Draw) -> tuple[int, int, int, int] | None:
        """(top, left, height, width) where this draw shows exactly a whole, unresampled part of the canvas, else None.

        >>> from phosphene.transforms import center_crop, scale
        >>> center_crop(4).window((8, 8), ()), scale(2).window((8, 8), 2.0)
        ((2, 2, 4, 4), None)
        """
        from .fusion import window

        return window(self.steps(size, draw), size)

    def __rshift__(self, other: Any) -> Transform:
        from .stack import sequence

        if not isinstance(other, Transform):
            raise _refused(self, ">>", other)
        return sequence.of(self, other)

    def __or__(self, other: Any) -> Transform:
        from .stack import choice

        if not isinstance(other, Transform):
            raise _refused(self, "|", other)
        return choice.of(self, other)

    def __rrshift__(self, other: Any) -> Any:
        raise _refused(other, ">>", self)

    def __ror__(self, other: Any) -> Any:
        raise _refused(other, "|", self)


class Geometric(Transform, abstract=True):
    """A transform that moves pixels: an affine for each draw. Neighbors in a stack fuse into one warp.

    A subclass may have a field `fill`: a number, "reflect", "edge", "wrap", or None to leave it to the rest of the stack.
    """

    def affine(self, size: Size, draw: Draw) -> Affine:
        """From output pixels to pixels of an input of `size`."""
        raise NotImplementedError

    def view(self, size: Size, draw: Draw) -> View:
        """The affine; a subclass that bends lines returns another view in its place."""
        return self.affine(size, draw)

    @property
    def border(self) -> Fill | None:
        """The declared fill, if any."""
        fill: Fill | None = getattr(self, "fill", None)
        return fill

    def apply(self, x: Tensor, draws: Sequence[Draw]) -> Tensor:
        """One warp."""
        check_draws(self, x, draws)
        size = (int(x.shape[-2]), int(x.shape[-1]))
        fill = UNDECLARED if self.border is None else self.border
        return warp(x, [self.view(size, draw) for draw in draws], self.output_size(size), fill)


UNDECLARED: Fill = "reflect"
"""The fill where no word of a warp declares one: nothing foreign enters the picture."""


class _Identity(Transform, abstract=True):
    """The transform that changes nothing: the unit of `>>`."""

    @property
    def deterministic(self) -> bool:
        return True

    @property
    def windowed(self) -> bool:
        return True

    def apply(self, x: Tensor, draws: Sequence[Draw]) -> Tensor:
        check_draws(self, x, draws)
        return x

    def steps(self, size: Size, draw: Draw) -> list[Step]:
        return []

    def text(self) -> tuple[str, int]:
        return "tf.identity", ATOM


identity: Transform = register("tf.identity", _Identity())
"""The transform that changes nothing and draws nothing: `identity >> t == t`."""


def draw(transform: Transform, size: Size, generators: Sequence[torch.Generator]) -> list[Draw]:
    """One draw a picture, each from its own generator."""
    return [transform.sample(size, generator) for generator in generators]


def check_draws(owner: Transform, x: Tensor, draws: Sequence[Draw]) -> None:
    """Refuse what is not a batch of pictures with one draw each."""
    if x.ndim != 4 or len(draws) != len(x):
        raise ShapeMismatch(
            f"{owner!r} got a tensor of shape {tuple(x.shape)} and {len(draws)} draws",
            "pictures (B, C, H, W) and one draw for each",
            "write picture[None] for a single picture",
        )


FILLS = ("reflect", "edge", "wrap")
"""The fills that are no number."""


def check_fill(owner: str, fill: Any) -> None:
    """Refuse what is not a fill."""
    if fill is None or fill in FILLS:
        return
    if isinstance(fill, str):
        raise BadArgument(
            f"{owner}: fill is {fill!r}", "a number, 'reflect', 'edge' or 'wrap' expected", "write fill=0.5"
        )
    check_number(owner, "fill", fill)


def _refused(left: Any, operator: str, right: Any) -> BadOperation:
    shown = (repr(side) if isinstance(side, Value) else type(side).__name__ for side in (left, right))
    return BadOperation(
        f" {operator} ".join(shown),
        "transforms on both sides",
        "write, for example, tf.pad(12) >> tf.jitter(8), or tf.jitter(8) | tf.identity",
    )
