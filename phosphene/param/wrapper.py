"""What a parameterization around another one takes over from it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import Tensor

from .base import Param, Range, Size, State


class Wrapper(Param, abstract=True):
    """A parameterization around `inner`, which is as that one is in all that a subclass does not say."""

    if TYPE_CHECKING:

        @property
        def inner(self) -> Param:
            """The one inside."""

    @property
    def size(self) -> Size:
        """As inside."""
        return self.inner.size

    @property
    def channels(self) -> int:
        """As inside."""
        return self.inner.channels

    @property
    def value_range(self) -> Range | None:
        """As inside."""
        return self.inner.value_range

    @property
    def batch(self) -> int | None:
        """As inside."""
        return self.inner.batch

    @property
    def coupled(self) -> bool:
        """As inside."""
        return self.inner.coupled

    def init(self, seeds: Sequence[int], dtype: torch.dtype = torch.float32, device: Any = "cpu") -> State:
        """As inside."""
        return self.inner.init(seeds, dtype, device)

    def given(self, seeds: Sequence[int], step: int, dtype: torch.dtype = torch.float32, device: Any = "cpu") -> State:
        """As inside."""
        return self.inner.given(seeds, step, dtype, device)

    def decode(self, state: State) -> Tensor:
        """As inside."""
        return self.inner.decode(state)

    def encode(self, picture: Tensor) -> State:
        """As inside."""
        return self.inner.encode(picture)

    def resize(self, state: State, size: Any) -> State:
        """As inside."""
        return self.inner.resize(state, size)

    def resized(self, size: Any) -> Param:
        """The same around the inner one at another size."""
        return cast(Param, dataclasses.replace(cast(Any, self), inner=self.inner.resized(size)))

    def redundant(self, state: State) -> State:
        """As inside."""
        return self.inner.redundant(state)
