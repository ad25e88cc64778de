"""Shared: a coarse picture that the whole batch has in common, so that its pictures stay aligned."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from ..errors import BadArgument
from ..values import check_integer
from .base import Param, Range, Source, State, pair
from .pyramid import enlarged


class shared(Source):
    """A small parameterization, enlarged bilinearly to `size`, of which the batch has `pictures` in common.

    With pictures=1 all pictures of the batch are the same; with pictures=2 the first and the last have one each and those
    between them are mixed in proportion; and so on. Usually part of a sum, as for aligned interpolation:
    `param.spectrum(128) + param.shared(param.pixels(16), 128)`. state: that of `inner`, with at most `pictures` rows, and
    "batch" (B, 0), which has no numbers and tells how many pictures there are. After Lucid's lowres_tensor.

    >>> from phosphene.param import pixels
    >>> both = shared(pixels(2), 8)
    >>> one, two = both.decode(both.init([1, 2]))
    >>> torch.equal(one, two)
    True
    """

    inner: Param
    size: Any
    pictures: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", pair("shared", self.size))
        check_integer("shared", "pictures", self.pictures, 1)
        if not isinstance(self.inner, Param) or self.inner.coupled or self.inner.batch is not None:
            raise BadArgument(
                f"shared({self.inner!r}, ...)",
                "a parameterization of any number of pictures, none of them shared already",
                "write param.shared(param.pixels(16), 128)",
            )
        if any(small > large for small, large in zip(self.inner.size, self.size, strict=True)):
            raise BadArgument(
                f"shared: {self.inner!r} of size {self.inner.size} in a picture of size {self.size}",
                "a part that is not larger than the picture",
                f"make it at most {_least(self.inner.size, self.size)}",
            )

    @property
    def channels(self) -> int:
        """As the small picture."""
        return self.inner.channels

    @property
    def value_range(self) -> Range | None:
        """As the small picture: mixtures stay within it."""
        return self.inner.value_range

    @property
    def coupled(self) -> bool:
        """It is."""
        return True

    def init(self, seeds: Sequence[int], dtype: torch.dtype = torch.float32, device: Any = "cpu") -> State:
        """The small pictures of the first `pictures` seeds."""
        batch = torch.empty(len(seeds), 0, dtype=dtype, device=device)
        return {**self.inner.init(seeds[: self.pictures], dtype, device), "batch": batch}

    def given(self, seeds: Sequence[int], step: int, dtype: torch.dtype = torch.float32, device: Any = "cpu") -> State:
        """As the small pictures."""
        return self.inner.given(seeds[: self.pictures], step, dtype, device)

    def decode(self, state: State) -> Tensor:
        """The small pictures enlarged, then mixed for each picture of the batch."""
        large = enlarged(self.inner.decode(state), self.size)
        count = len(state["batch"])
        if len(large) in (1, count):
            return large.expand(count, -1, -1, -1)
        shares = _shares(len(large), count, large.dtype, large.device)
        return torch.mm(shares, large.flatten(1)).view(count, *large.shape[1:])

    def resized(self, size: Any) -> Param:
        """The same small picture; a smaller one only where it would not fit."""
        size = pair("shared", size)
        small = _least(self.inner.size, size)
        return shared(self.inner if small == self.inner.size else self.inner.resized(small), size, self.pictures)

    def resize(self, state: State, size: Any) -> State:
        """The state itself, or that of the smaller picture."""
        small = _least(self.inner.size, pair("shared", size))
        return {**(state if small == self.inner.size else self.inner.resize(state, small)), "batch": state["batch"]}

    def redundant(self, state: State) -> State:
        """As the small picture."""
        return self.inner.redundant(state)


def _least(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return min(one[0], other[0]), min(one[1], other[1])


@lru_cache(maxsize=32)
def _shares(rows: int, count: int, dtype: torch.dtype, device: torch.device) -> Tensor:
    """How much of each row is in each picture, (count, rows): linear in the place in the batch, ends exact."""
    with torch.inference_mode(False):  # cached tensors serve later runs, which differentiate
        place = torch.linspace(0, rows - 1, count, dtype=torch.float64)[:, None]
        distance = (place - torch.arange(rows, dtype=torch.float64)).abs()
        return (1 - distance).clamp(min=0).to(dtype=dtype, device=device)
