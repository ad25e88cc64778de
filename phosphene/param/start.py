"""`.starting_from(picture)`: a picture in place of noise at the start."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from ..errors import ShapeMismatch
from ..values import ATOM, literal, tensor
from .base import Param, State
from .picture import fit, picture
from .wrapper import Wrapper


class started(Wrapper):
    """A parameterization that starts from a picture; written `p.starting_from(picture)`."""

    inner: Param
    start: Any

    def __post_init__(self) -> None:
        if isinstance(self.inner, started):
            object.__setattr__(self, "inner", self.inner.inner)
        held = picture(self.start, self.inner.size, self.inner.channels)
        object.__setattr__(self, "start", held)
        if held.data is not None:  # only the name may have been read so far
            self.inner.encode(held.numbers().double())

    @property
    def batch(self) -> int | None:
        """The number of pictures, or None for a single one, which serves all seeds."""
        held: tensor = self.start
        return held.shape[0] if held.shape[0] > 1 else self.inner.batch

    def init(self, seeds: Sequence[int], dtype: torch.dtype = torch.float32, device: Any = "cpu") -> State:
        """The encoded picture, computed in float64; no randomness."""
        held: tensor = self.start
        if held.shape[0] not in (1, len(seeds)):
            raise ShapeMismatch(
                f"{self!r} starts from {held.shape[0]} pictures and got {len(seeds)} seeds",
                "as many seeds as pictures, or a single picture for all",
                f"render with batch={held.shape[0]}",
            )
        pictures = held.numbers().double()
        copies = len(seeds) if held.shape[0] == 1 else 1
        if self.coupled:  # rows of the state are not those of the pictures: it must be encoded as a whole
            pictures, copies = pictures.expand(len(seeds), -1, -1, -1), 1
        state = self.inner.encode(pictures)
        return {
            key: value.repeat(copies, *[1] * (value.ndim - 1)).to(dtype=dtype, device=device)
            for key, value in state.items()
        }

    def alone(self, image: int) -> Param:
        """The start of this picture."""
        held: tensor = self.start
        own = held if held.shape[0] == 1 else held.numbers()[image : image + 1]
        return started(self.inner.alone(image), own)

    def resized(self, size: Any) -> Param:
        """The start resized with the rest."""
        held: tensor = self.start
        inner = self.inner.resized(size)
        return started(inner, fit(held.numbers(), inner.size))

    def text(self) -> tuple[str, int]:
        """The call of the method, after parentheses where the rest is a composition."""
        text, binds = self.inner.text()
        return f"{text if binds >= ATOM else f'({text})'}.starting_from({literal(self.start)})", ATOM
