"""Every unit of a network: the icons of whole layers, and the pictures that each channel answered most.

Source: the microscope of OpenAI 2020, and the spritemaps of Olah et al. 2018, The Building Blocks of Interpretability.
"""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import numpy as np

from ..errors import BadArgument, ShapeMismatch, TooLarge
from ..html.sprites import folder, page
from .base import Bytes, Figure, Floats, Numbers, Picture, writable_figure
from .scene import Scene


@dataclass(frozen=True, eq=False, repr=False)
class SpritesLayer:
    """N channels of a layer that has `channels`.

    units: (N,), their numbers, ascending.  icons: (N, s, s, 3).  examples: (N, e), places in the figure's `examples` of the
    pictures that each answered most, the strongest first, -1 where fewer.  activation: (N, e), its answers.
    Errors: ShapeMismatch for arrays that do not fit; BadArgument for channels out of order or beyond the layer's.
    """

    name: str
    channels: int
    units: Numbers
    icons: Bytes
    examples: Numbers
    activation: Floats

    def __post_init__(self) -> None:
        count = len(self.units)
        for name, axes in {"units": 1, "icons": 4, "examples": 2, "activation": 2}.items():
            shape = getattr(self, name).shape
            if len(shape) != axes or shape[0] != count:
                raise ShapeMismatch(
                    f"SpritesLayer: {name} of shape {shape}",
                    f"{axes} axes, the first of {count} channels, expected",
                    "give one for each channel",
                )
        side = self.icons.shape[1]
        if self.icons.dtype != np.uint8 or self.icons.shape[1:] != (side, side, 3) or not side:
            raise ShapeMismatch(
                f"SpritesLayer: icons of shape {self.icons.shape} and type {self.icons.dtype}",
                "bytes of shape (channels, side, side, 3) expected",
                "write (255 * icons).round().astype(np.uint8)",
            )
        if self.examples.shape != self.activation.shape:
            raise ShapeMismatch(
                f"SpritesLayer: examples {self.examples.shape} and activation {self.activation.shape}",
                "equal shapes expected",
                "give each example its activation",
            )
        if not count or self.units[0] < 0 or self.units[-1] >= self.channels or (np.diff(self.units) <= 0).any():
            raise BadArgument(
                f"SpritesLayer: channels {self.units.tolist()} of {self.name!r}"[:300],
                f"some of 0 to {self.channels - 1} expected, ascending, each once",
                "sort them",
            )

    def __repr__(self) -> str:
        return f"SpritesLayer({self.name!r}, {len(self.units)} of {self.channels} channels)"


@dataclass(frozen=True, eq=False, repr=False)
class Sprites(Figure):
    """The channels of some layers of a network.

    network: its name.  examples: (n, t, t, 3), thumbnails of pictures, and their `names`.
    Errors: BadArgument where a layer is there twice, or names an example that is not there.

    >>> none = np.zeros((2, 0))
    >>> layer = SpritesLayer("block3", 80, np.arange(2), np.zeros((2, 8, 8, 3), np.uint8), none.astype(int), none)
    >>> Sprites("Channels of patterns", {}, "patterns", np.zeros((0, 8, 8, 3), np.uint8), (), (layer,))
    Sprites('Channels of patterns')
      SpritesLayer('block3', 2 of 80 channels)
    """

    kind: ClassVar[str] = "sprites"
    caption: ClassVar[str] = (
        "The channels of a network, layer by layer. The icon of a channel is a picture painted to excite it, at all positions "
        "of the layer: what it looks for."
    )
    pictures: tuple[Picture, ...] = field(init=False, default=())
    network: str
    examples: Bytes
    names: tuple[str, ...]
    layers: tuple[SpritesLayer, ...]

    def __post_init__(self) -> None:
        if self.examples.ndim != 4 or len(self.examples) != len(self.names):
            raise ShapeMismatch(
                f"Sprites: examples of shape {self.examples.shape} and {len(self.names)} names",
                "thumbnails (n, side, side, 3) and n names expected",
                "give each example its name",
            )
        names = [layer.name for layer in self.layers]
        if len(set(names)) < len(names):
            raise BadArgument(f"Sprites: layers {names}"[:300], "each once expected", "leave one out")
        for layer in self.layers:
            low, high = layer.examples.min(initial=0), layer.examples.max(initial=-1)
            if low < -1 or high >= len(self.names):
                raise BadArgument(
                    f"Sprites: {layer.name!r} with examples {low} to {high}",
                    f"-1 or a place in {len(self.names)} examples expected",
                    "give all examples",
                )

    def save(self, path: str | Path, limit: float = 16) -> Path:
        """Write the figure: a folder with `index.html` for a path without a suffix or with "/" at its end, else as all figures.

        limit: the megabytes that one page may have; a folder has no limit and loads what is looked at alone. A folder is
        written over an older one of this kind, but not where it holds anything else; its `index.html` comes last, so that a
        crash leaves none that is not whole. Errors: BadArgument for a folder with other things in it; TooLarge; others as
        `Figure.save`.
        """
        if _is_folder(path):
            return folder.write(self, Path(path))
        return super().save(path, limit)

    def page(self, limit: float = 16) -> str:
        """The figure as one HTML page that needs nothing beside it; TooLarge beyond `limit` megabytes."""
        return page.build(self, limit)

    def scene(self) -> Scene:
        """The static figure: the sheets of as many layers as there is room for."""
        from .scenes import sprites

        return sprites.scene(self)

    def _repr_html_(self) -> str:
        try:
            return super()._repr_html_()
        except TooLarge:  # a notebook that shows the static figure is better than one that shows an error
            data = base64.b64encode(self._repr_png_()).decode()
            return f'<img alt="Channels and their icons" style="max-width:100%" src="data:image/png;base64,{data}">'


def writable_sprites(path: str | Path) -> Path:
    """The path of a folder, made where it is missing, or a file that can be written; BadArgument for any other."""
    if not _is_folder(path):
        return writable_figure(path)
    folder.present(Path(path))
    return Path(path)


def _is_folder(path: str | Path) -> bool:
    return isinstance(path, (str, Path)) and (str(path).endswith(("/", os.sep)) or not Path(path).suffix)
