"""What every parameterization is: a source of numbers, then maps; `>>` joins them, `+` adds pictures up."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import torch
from torch import Tensor

from ..errors import BadArgument, BadOperation, NotInvertible
from ..seeds import stream
from ..values import Value, literal

State: TypeAlias = dict[str, Tensor]
Size: TypeAlias = tuple[int, int]
Range: TypeAlias = tuple[float, float]


def pair(owner: str, size: Any) -> Size:
    """A size as (height, width): an integer is a square.

    >>> pair("example", 8), pair("example", (4, 6))
    ((8, 8), (4, 6))
    """
    both = tuple(size) if isinstance(size, (tuple, list)) else (size, size)
    if len(both) != 2 or not all(isinstance(n, int) and not isinstance(n, bool) and n >= 1 for n in both):
        raise BadArgument(
            f"{owner}: size is {size!r}", "pixels expected: an integer, or (height, width)", "write 224 or (224, 320)"
        )
    return both


def normal(seeds: Sequence[int], name: str, shape: Sequence[int], dtype: torch.dtype, device: Any) -> Tensor:
    """Standard normal numbers (len(seeds), *shape); row i depends on `seeds[i]` and `name` alone.

    Always drawn in float32, so that a run in float64 starts at the same numbers.
    """
    rows = [torch.randn(tuple(shape), generator=stream(seed, "param", name)) for seed in seeds]
    stacked = torch.stack(rows) if rows else torch.empty(0, *shape)
    return stacked.to(dtype=dtype, device=device)


class Map(Value, room="param", abstract=True):
    """A differentiable function of a picture (B, C, H, W), entry by entry or pixel by pixel, with its inverse."""

    @property
    def channels(self) -> int | None:
        """How many channels it needs; None where any number will do."""
        return None

    def channels_after(self, given: int | None) -> int | None:
        """How many channels it makes of `given` ones; None where neither says."""
        return self.channels or given

    def forward(self, x: Tensor) -> Tensor:
        """The map itself."""
        raise NotImplementedError

    def inverse(self, y: Tensor) -> Tensor:
        """What `forward` would take to `y`; NotInvertible where that cannot be said."""
        raise NotInvertible(
            f"{self!r} has no inverse",
            "a map that can be read backwards, to start from a picture or to edit the canvas",
            "leave it out, or start from noise",
        )

    def value_range(self, given: Range | None) -> Range | None:
        """The range of `forward` on numbers in `given`; None is unbounded."""
        return None

    def __rshift__(self, other: Any) -> Map:
        if not isinstance(other, Map):
            raise refused(self, other, "a map after `>>`", "param.decorrelate('imagenet') >> param.sigmoid()")
        from .compose import maps, parts_of

        return maps(parts_of(self) + parts_of(other))

    def __rrshift__(self, other: Any) -> Any:
        raise refused(other, self, "a source or a map before `>>`", "param.spectrum(224) >> param.sigmoid()")


class Param(Value, room="param", abstract=True):
    """What to paint with: a state that is optimized, and a pure function from it to the picture."""

    if TYPE_CHECKING:

        @property
        def size(self) -> Size:
            """Height and width in pixels."""

        @property
        def channels(self) -> int:
            """Channels of the picture."""

    @property
    def value_range(self) -> Range | None:
        """The declared range of the picture's values; None is unbounded."""
        return None

    @property
    def batch(self) -> int | None:
        """How many pictures it makes; None where any number of seeds will do."""
        return None

    @property
    def coupled(self) -> bool:
        """Whether pictures of a batch share numbers of the state, so that they cannot be painted one by one."""
        return False

    def init(self, seeds: Sequence[int], dtype: torch.dtype = torch.float32, device: Any = "cpu") -> State:
        """The state to start from, one picture a seed; picture i depends on `seeds[i]` alone.

        Row i of every entry belongs to picture i. Where pictures share numbers (`coupled`), entries may have fewer rows
        than there are seeds; in any case `init(seeds)` begins with the rows of `init(seeds[:n])`.
        """
        raise NotImplementedError

    def given(self, seeds: Sequence[int], step: int, dtype: torch.dtype = torch.float32, device: Any = "cpu") -> State:
        """What comes anew with each step and is not optimized, such as random backgrounds; most have nothing.

        The loop decodes `{**state, **given}`; where a picture is decoded to be shown, these entries are absent. Row i
        depends on `seeds[i]` and `step` alone.
        """
        return {}

    def decode(self, state: State) -> Tensor:
        """The picture (B, C, H, W): pure and differentiable."""
        raise NotImplementedError

    def encode(self, picture: Tensor) -> State:
        """A state that decodes to `picture` (B, C, H, W); NotInvertible where there is none."""
        raise NotInvertible(
            f"{self!r} cannot be started from a picture, nor edited as one",
            "a parameterization with an inverse",
            "use param.fourier or param.pixel, or start from noise and use no canvas operator",
        )

    def resize(self, state: State, size: Any) -> State:
        """The same picture at another size, as a state of `self.resized(size)`."""
        raise NotInvertible(f"{self!r} has no other size", "a source of pixels", "use param.fourier or param.pixel")

    def resized(self, size: Any) -> Param:
        """This parameterization at another size."""
        return cast(Param, dataclasses.replace(cast(Any, self), size=size))

    def alone(self, image: int) -> Param:
        """What paints one picture of its batch: itself, unless it starts each picture from another one."""
        return self

    def redundant(self, state: State) -> State:
        """Masks of the entries that can have no influence on the picture; missing keys have none."""
        return {}

    def starting_from(self, start: Any) -> Param:
        """This parameterization with a picture as its start in place of noise.

        `start` is a tensor or array (3, H, W) or (B, 3, H, W) in [0, 1], a PIL image, or the path of a file; it is
        resized to this size. One picture serves all seeds, B pictures serve B seeds.
        """
        from .start import started

        return started(self, start)

    def __add__(self, other: Any) -> Param:
        if not isinstance(other, Param):
            raise refused(self, other, "two parameterizations", "param.spectrum(224) + param.pixels(224)", "+")
        from .stack import stack

        return stack((self, other))

    def __radd__(self, other: Any) -> Any:
        raise refused(other, self, "two parameterizations", "param.spectrum(224) + param.pixels(224)", "+")

    def __rshift__(self, other: Any) -> Param:
        if not isinstance(other, Map):
            raise refused(self, other, "a map after `>>`", "param.spectrum(224) >> param.sigmoid()")
        from .compose import composed

        return composed(self, other)

    def __rrshift__(self, other: Any) -> Any:
        raise refused(other, self, "the source first, then maps", "param.spectrum(224) >> param.sigmoid()")


class Source(Param, abstract=True):
    """A parameterization that makes the first numbers; maps follow it. `size` is kept as (height, width)."""

    def text(self) -> tuple[str, int]:
        """The call, with one number for a square size."""
        text, binds = super().text()
        square = len(set(self.size)) == 1
        return (text.replace(literal(self.size), str(self.size[0]), 1) if square else text), binds


def refused(left: Any, right: Any, expected: str, instead: str, operator: str = ">>") -> BadOperation:
    """The error of an operator that makes no sense."""
    return BadOperation(f"{_short(left)} {operator} {_short(right)}", expected, f"write, for example, {instead}")


def _short(operand: Any) -> str:
    return repr(operand) if isinstance(operand, Value) else type(operand).__name__
