"""A style that was learned once, for pictures and videos of any size at one forward pass each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ... import video
from ...errors import BadArgument
from ...models import feedforward
from ...param.picture import picture
from ...render import Render


@dataclass(frozen=True, eq=False)
class Stylist:
    """A network that gives pictures a style.

    made: the run that trained it, and start: the network that it began with, which `made.replay(model)` asks for; None
    where the network was read from a file.

    >>> import tempfile, phosphene as ph
    >>> one = Stylist(feedforward.Transformer(width=4, blocks=1))
    >>> again = Stylist.load(one.save(tempfile.mkdtemp() + "/style.safetensors"))
    >>> rings = ph.models.patterns.draw("rings", seed=1, size=40)
    >>> again(rings).shape, bool(torch.equal(again(rings), one(rings)))
    (torch.Size([1, 3, 40, 40]), True)
    """

    network: feedforward.Transformer = field(repr=False)
    made: Render | None = field(default=None, repr=False)
    start: feedforward.Transformer | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.network, feedforward.Transformer):
            raise BadArgument(
                f"Stylist({type(self.network).__name__})",
                "a feedforward.Transformer expected",
                "write Stylist.load(path)",
            )

    def __call__(self, source: Any) -> Tensor:
        """Pictures in the style (B, 3, H, W) in [0, 1], as large as they are.

        source: what `param.picture` takes, several of one size.  Errors: BadPicture.
        """
        with torch.no_grad():
            x = picture(source).numbers().to(next(self.network.parameters()))
            return torch.cat([self.network(one[None]) for one in x])

    def frames(self, source: Any) -> Iterator[Tensor]:
        """The frames of a video in the style (3, H, W), one at a time; source: a path that `video.read` takes, or frames."""
        if not isinstance(source, (Iterable, Path)) or getattr(source, "ndim", 4) == 0:
            raise BadArgument(f"frames({source!r})", "a path or frames expected", "write a list: frames([picture])")
        return (self(frame)[0] for frame in (video.read(source) if isinstance(source, (str, Path)) else source))

    def video(self, source: Any, path: str | Path, rate: float | None = None) -> Path:
        """Write a video in the style.  source: as for `frames`.  rate: frames a second, the source's own where not given.

        Errors: BadArgument for a video of zero frames, and others of `video.write`.
        """
        own = video.rate_of(source) if isinstance(source, (str, Path)) else video.RATE
        return video.write(path, self.frames(source), own if rate is None else rate)

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the network as safetensors.  Errors: BadArgument, NotWritten."""
        return feedforward.save(self.network, path)

    @staticmethod
    def load(path: str | PathLike[str]) -> Stylist:
        """Read what `save` wrote; BadArgument for a file of another kind."""
        return Stylist(feedforward.load(path))
