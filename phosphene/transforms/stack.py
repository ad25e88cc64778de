"""Stacks: one transform after another (`>>`), one of several at random (`|`). How they run: `fusion`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

import torch
from torch import Tensor

from ..errors import BadArgument, ShapeMismatch
from ..values import OR, SHIFT, joined
from .base import Draw, Step, Transform, identity
from .fusion import run
from .maps import Size
from .ranges import integer


class sequence(Transform):
    """One transform after another; written with `>>`."""

    parts: tuple[Transform, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", _checked("sequence", self.parts, sequence))

    @staticmethod
    def of(*transforms: Transform) -> Transform:
        """The transforms in a row, flat; `identity` drops out."""
        flat = [p for t in transforms for p in (t.parts if isinstance(t, sequence) else (t,)) if p != identity]
        return sequence(tuple(flat)) if len(flat) > 1 else flat[0] if flat else identity

    @property
    def deterministic(self) -> bool:
        """Whether all parts are."""
        return all(part.deterministic for part in self.parts)

    @property
    def windowed(self) -> bool:
        """Whether all parts are."""
        return all(part.windowed for part in self.parts)

    def output_size(self, size: Size) -> Size:
        """The size after the last part."""
        return _only(self, self.sizes(size), size)

    def sizes(self, size: Size) -> frozenset[Size]:
        """Every size that chance may lead to."""
        start = frozenset([size])
        return reduce(lambda known, part: frozenset().union(*map(part.sizes, known)), self.parts, start)

    def sample(self, size: Size, generator: torch.Generator) -> Draw:
        """The draws of the parts, in order."""
        draws = []
        for part in self.parts:
            draws.append(part.sample(size, generator))
            size = part.after(size, draws[-1])
        return tuple(draws)

    def after(self, size: Size, draw: Draw) -> Size:
        """The size that these draws lead to."""
        for part, drawn in zip(self.parts, draw, strict=True):
            size = part.after(size, drawn)
        return size

    def steps(self, size: Size, draw: Draw) -> list[Step]:
        """The steps of the parts, in order."""
        steps = []
        for part, drawn in zip(self.parts, draw, strict=True):
            steps += part.steps(size, drawn)
            size = part.after(size, drawn)
        return steps

    def apply(self, x: Tensor, draws: Sequence[Draw]) -> Tensor:
        """All parts, in as few warps as there are runs."""
        return run(self, x, draws)

    def text(self) -> tuple[str, int]:
        """The parts with `>>` between them."""
        return joined(self.parts, ">>", SHIFT)


class choice(Transform):
    """One of several transforms, each as likely as any other; written with `|`.

    Pictures of one batch may go different ways. Written twice, a transform is twice as likely.
    """

    parts: tuple[Transform, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", _checked("choice", self.parts, choice))

    @staticmethod
    def of(*transforms: Transform) -> Transform:
        """One of the transforms; alternatives of alternatives are alternatives."""
        return choice(tuple(p for t in transforms for p in (t.parts if isinstance(t, choice) else (t,))))

    @property
    def windowed(self) -> bool:
        """Whether all alternatives are."""
        return all(part.windowed for part in self.parts)

    def output_size(self, size: Size) -> Size:
        """The size after any alternative; ShapeMismatch where they differ."""
        return _only(self, self.sizes(size), size)

    def sizes(self, size: Size) -> frozenset[Size]:
        """The sizes after the alternatives."""
        return frozenset().union(*(part.sizes(size) for part in self.parts))

    def sample(self, size: Size, generator: torch.Generator) -> Draw:
        """Which alternative, and its own draw."""
        which = integer(generator, 0, len(self.parts) - 1)
        return which, self.parts[which].sample(size, generator)

    def after(self, size: Size, draw: Draw) -> Size:
        """The size after the drawn alternative."""
        which, drawn = int(draw[0]), draw[1]
        return self.parts[which].after(size, drawn)

    def steps(self, size: Size, draw: Draw) -> list[Step]:
        """The steps of the drawn alternative."""
        which, drawn = int(draw[0]), draw[1]
        return self.parts[which].steps(size, drawn)

    def apply(self, x: Tensor, draws: Sequence[Draw]) -> Tensor:
        """Each picture through its own alternative, those that go one way together."""
        return run(self, x, draws)

    def text(self) -> tuple[str, int]:
        """The alternatives with `|` between them."""
        return joined(self.parts, "|", OR)


def _checked(owner: str, parts: Any, kind: type[sequence] | type[choice]) -> tuple[Transform, ...]:
    given = tuple(parts) if isinstance(parts, (tuple, list)) else (parts,)
    flat = [inner for part in given for inner in (part.parts if isinstance(part, kind) else (part,))]
    if len(flat) < 2 or not all(isinstance(part, Transform) for part in flat):
        raise BadArgument(
            f"tf.{owner}({parts!r})", "two transforms or more", "write them with >> (then) or | (one of them)"
        )
    return tuple(flat)


def _only(owner: Transform, sizes: frozenset[Size], size: Size) -> Size:
    if len(sizes) > 1:
        raise ShapeMismatch(
            f"{owner!r} makes of {size} either of " + ", ".join(map(str, sorted(sizes))),
            "one size, whatever chance decides",
            "end it with tf.resize(size): (s | t) >> tf.resize(224)",
        )
    return next(iter(sizes))
