"""What `+` makes: parameterizations whose pictures are added up."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import Any

import torch
from torch import Tensor

from ..errors import BadArgument, NotInvertible, ShapeMismatch
from ..values import SUM, joined
from .base import Param, Range, Size, State


class stack(Param):
    """The sum of parameterizations of one size; written with `+`, maps after the sum with `>>`.

    state: those of the parts, the n-th with "n." before its keys.

    >>> from phosphene.param import pixels, shared, sigmoid, spectrum
    >>> both = spectrum(8) + shared(pixels(2), 8) >> sigmoid()
    >>> both
    param.spectrum(8) + param.shared(param.pixels(2), 8) >> param.sigmoid()
    >>> sorted(both.init([7]))
    ['0.spectrum', '1.batch', '1.pixels']
    """

    parts: tuple[Param, ...]

    def __post_init__(self) -> None:
        if not self.parts or not all(isinstance(part, Param) for part in self.parts):
            raise BadArgument(
                f"stack({self.parts!r})", "parameterizations", "write param.spectrum(224) + param.pixels(224)"
            )
        flat = [inner for part in self.parts for inner in (part.parts if isinstance(part, stack) else (part,))]
        object.__setattr__(self, "parts", tuple(flat))
        for name, unlike in (("sizes", _several(flat, "size")), ("channels", _several(flat, "channels"))):
            if len(unlike) > 1:
                raise ShapeMismatch(
                    f"{self!r} adds pictures of {name} {' and '.join(map(str, unlike))}",
                    "one size and one number of channels",
                    "enlarge the smaller one: param.shared(part, size)" if name == "sizes" else "write channels=...",
                )
        if len(counts := [batch for batch in _several(flat, "batch") if batch is not None]) > 1:
            raise ShapeMismatch(
                f"{self!r} adds batches of {' and '.join(map(str, counts))}", "one number of pictures", "start fewer"
            )

    @property
    def size(self) -> Size:
        """The size of every part."""
        return self.parts[0].size

    @property
    def channels(self) -> int:
        """The channels of every part."""
        return self.parts[0].channels

    @property
    def value_range(self) -> Range | None:
        """The sums of the parts' bounds."""
        ranges = [part.value_range for part in self.parts]
        known = [one for one in ranges if one is not None]
        return (sum(low for low, _ in known), sum(high for _, high in known)) if len(known) == len(ranges) else None

    @property
    def batch(self) -> int | None:
        """As the part that has one."""
        return next((part.batch for part in self.parts if part.batch is not None), None)

    @property
    def coupled(self) -> bool:
        """Whether a part is."""
        return any(part.coupled for part in self.parts)

    def init(self, seeds: Sequence[int], dtype: torch.dtype = torch.float32, device: Any = "cpu") -> State:
        """The starts of the parts."""
        return _together(part.init(seeds, dtype, device) for part in self.parts)

    def given(self, seeds: Sequence[int], step: int, dtype: torch.dtype = torch.float32, device: Any = "cpu") -> State:
        """What the parts are given."""
        return _together(part.given(seeds, step, dtype, device) for part in self.parts)

    def decode(self, state: State) -> Tensor:
        """The sum of the pictures."""
        return reduce(add, (part.decode(of(state, n)) for n, part in enumerate(self.parts)))

    def encode(self, picture: Tensor) -> State:
        """The picture in the first part that has an inverse; zeros in all others."""
        zeros = [
            {
                key: torch.zeros_like(x)
                for key, x in part.init(range(len(picture)), picture.dtype, picture.device).items()
            }
            for part in self.parts
        ]
        for n, part in enumerate(self.parts):
            others = [other.decode(zeros[m]) for m, other in enumerate(self.parts) if m != n]
            try:
                zeros[n] = part.encode(reduce(torch.sub, others, picture))
            except NotInvertible:
                continue
            return _together(zeros)
        return super().encode(picture)

    def resize(self, state: State, size: Any) -> State:
        """Every part resized."""
        return _together(part.resize(of(state, n), size) for n, part in enumerate(self.parts))

    def resized(self, size: Any) -> Param:
        """The sum of the resized parts."""
        return stack(tuple(part.resized(size) for part in self.parts))

    def redundant(self, state: State) -> State:
        """As the parts."""
        return _together(part.redundant(of(state, n)) for n, part in enumerate(self.parts))

    def text(self) -> tuple[str, int]:
        """The parts with `+` between them."""
        return joined(self.parts, "+", SUM)


def of(state: State, part: int) -> State:
    """The entries of one part, under its own names."""
    start = f"{part}."
    return {key.removeprefix(start): x for key, x in state.items() if key.startswith(start)}


def _together(states: Any) -> State:
    return {f"{n}.{key}": x for n, state in enumerate(states) for key, x in state.items()}


def _several(parts: Sequence[Param], name: str) -> list[Any]:
    return list(dict.fromkeys(getattr(part, name) for part in parts))
