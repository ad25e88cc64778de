"""What `>>` makes: maps in a row, and a source with maps after it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from torch import Tensor

from ..errors import ShapeMismatch, UnknownModel
from ..values import SHIFT, joined
from .base import Map, Param, Range, State, refused
from .start import started
from .wrapper import Wrapper


class maps(Map):
    """Maps in a row, first to last; written with `>>`."""

    parts: tuple[Map, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", tuple(self.parts))
        known: int | None = None
        for part in self.parts:
            _check_channels(repr(self), known, part)
            known = part.channels_after(known)

    @property
    def channels(self) -> int | None:
        """The first number of channels that a part asks for."""
        return next((part.channels for part in self.parts if part.channels), None)

    def channels_after(self, given: int | None) -> int | None:
        """Through all parts."""
        for part in self.parts:
            given = part.channels_after(given)
        return given

    def forward(self, x: Tensor) -> Tensor:
        """All parts, the first one first."""
        for part in self.parts:
            x = part.forward(x)
        return x

    def inverse(self, y: Tensor) -> Tensor:
        """All inverses, the last one first."""
        for part in reversed(self.parts):
            y = part.inverse(y)
        return y

    def value_range(self, given: Range | None) -> Range | None:
        """The range after the last part."""
        for part in self.parts:
            given = part.value_range(given)
        return given

    def text(self) -> tuple[str, int]:
        """The parts with `>>` between them."""
        return joined(self.parts, ">>", SHIFT)


class composed(Wrapper):
    """A source and the maps after it; written with `>>`."""

    source: Param
    then: Map

    def __post_init__(self) -> None:
        if isinstance(self.source, started):
            raise refused(
                self.source,
                self.then,
                "all maps before the start, which goes through their inverses",
                "(param.spectrum(224) >> param.sigmoid()).starting_from(photo)",
            )
        if isinstance(self.source, composed):
            object.__setattr__(self, "then", self.source.then >> self.then)
            object.__setattr__(self, "source", self.source.source)
        with suppress(UnknownModel):  # a network of which only the name has been read so far
            _check_channels(repr(self), self.source.channels, self.then)

    @property
    def inner(self) -> Param:
        """The source."""
        return self.source

    @property
    def channels(self) -> int:
        """What the maps make of the source's channels."""
        return self.then.channels_after(self.source.channels) or self.source.channels

    @property
    def value_range(self) -> Range | None:
        """The range after the last map."""
        return self.then.value_range(self.source.value_range)

    def decode(self, state: State) -> Tensor:
        """The source's numbers through the maps."""
        return self.then.forward(self.source.decode(state))

    def encode(self, picture: Tensor) -> State:
        """Back through the maps, then into the source."""
        return self.source.encode(self.then.inverse(picture))

    def resized(self, size: Any) -> Param:
        """The same maps after the resized source."""
        return composed(self.source.resized(size), self.then)

    def text(self) -> tuple[str, int]:
        """The parts with `>>` between them."""
        return joined((self.source, *parts_of(self.then)), ">>", SHIFT)


def parts_of(map: Map) -> tuple[Map, ...]:
    """The single maps in a map."""
    return map.parts if isinstance(map, maps) else (map,)


def _check_channels(owner: str, given: int | None, map: Map) -> None:
    if given is not None and map.channels not in (None, given):
        raise ShapeMismatch(
            f"{owner}: {map!r} maps {map.channels} channels and gets {given}",
            "the same number of channels on both sides of `>>`",
            f"write channels={map.channels}, or leave the map out",
        )
