"""A random transform with its dice thrown: the same draw for every picture and step."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ..errors import BadArgument
from ..seeds import stream
from ..values import check_integer
from .base import Draw, Step, Transform
from .maps import Size


class frozen(Transform):
    """`transform` with one draw, that of `seed`, always.

    It draws nothing, so it can be a view, `objective @ frozen(t)`, and a run with line searches can have it.

    >>> from phosphene.transforms import jitter
    >>> t = frozen(jitter(8), seed=3)
    >>> t, t.deterministic, t.sample((64, 64), torch.Generator()) == t.sample((64, 64), torch.Generator().manual_seed(1))
    (tf.frozen(tf.jitter(8), seed=3), True, True)
    """

    transform: Transform
    seed: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.transform, Transform):
            raise BadArgument(f"tf.frozen({self.transform!r})", "a transform expected", "write tf.frozen(tf.jitter(8))")
        check_integer("frozen", "seed", self.seed, 0)

    @property
    def deterministic(self) -> bool:
        """True."""
        return True

    @property
    def windowed(self) -> bool:
        """Whether the transform is."""
        return self.transform.windowed

    def sizes(self, size: Size) -> frozenset[Size]:
        """The one size that its draw leads to."""
        return frozenset([self.output_size(size)])

    def output_size(self, size: Size) -> Size:
        """The size that its draw leads to."""
        return self.transform.after(size, self._drawn(size))

    def sample(self, size: Size, generator: torch.Generator) -> Draw:
        """The draw of its seed; the generator is left alone."""
        return self._drawn(size)

    def steps(self, size: Size, draw: Draw) -> list[Step]:
        """The steps of the transform."""
        return self.transform.steps(size, draw)

    def apply(self, x: Tensor, draws: Sequence[Draw]) -> Tensor:
        """The transform with this draw."""
        return self.transform.apply(x, draws)

    def _drawn(self, size: Size) -> Draw:
        return self.transform.sample(size, stream(self.seed, "frozen"))
