"""The numbers and pictures of sprites as their page takes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from ..atlas.tiles import ACROSS, sheets
from ..encode import numbers, picture_url, webp

if TYPE_CHECKING:
    from ...figures.base import Bytes
    from ...figures.sprites import Sprites, SpritesLayer

QUALITY = 85
PREVIEW, EACH = 4, 40
"""Icons along a side of a layer's preview, and pixels of each."""


def index(figure: Sprites) -> dict[str, Any]:
    """What the page needs before it shows anything."""
    return {
        "kind": figure.kind,
        "title": figure.title,
        "caption": figure.caption,
        "made": list(figure.made.items()),
        "network": figure.network,
        "across": ACROSS,
        "examples": len(figure.names),
        "layers": [_layer(layer) for layer in figure.layers],
    }


def data(figure: Sprites) -> Iterator[tuple[str, Any]]:
    """The numbers, each entry under the name by which the page asks for it; places count from 1, with 0 for none.

    data/L: the channels of layer L.  data/examples-k: the names of the thumbnails on sheet k.
    """
    for number, layer in enumerate(figure.layers):
        yield (
            f"data/{number}",
            {
                "units": numbers(layer.units, "whole"),
                "each": layer.examples.shape[1],
                "examples": numbers(layer.examples + 1, "whole"),
                "activation": numbers(layer.activation, "f4"),
            },
        )
    for sheet, first in enumerate(range(0, len(figure.names), ACROSS**2)):
        yield f"data/examples-{sheet}", list(figure.names[first : first + ACROSS**2])


def tiles(figure: Sprites) -> Iterator[tuple[str, bytes]]:
    """The pictures as .webp files: tiles/L-k, `ACROSS` x `ACROSS` icons of layer L; tiles/examples-k, as many thumbnails."""
    for number, layer in enumerate(figure.layers):
        for tile, sheet in enumerate(sheets(layer.icons)):
            yield f"tiles/{number}-{tile}.webp", webp(sheet, QUALITY)
    for tile, sheet in enumerate(sheets(figure.examples)):
        yield f"tiles/examples-{tile}.webp", webp(sheet, QUALITY)


def _layer(layer: SpritesLayer) -> dict[str, Any]:
    return {
        "name": layer.name,
        "channels": layer.channels,
        "count": len(layer.units),
        "preview": picture_url(preview(layer), QUALITY),
    }


def preview(layer: SpritesLayer) -> Bytes:
    """Some of a layer's icons, as many as make a square, from all over the layer."""
    across = min(PREVIEW, int(len(layer.units) ** 0.5))
    chosen = np.linspace(0, len(layer.units) - 1, across**2).astype(np.int64)
    small = [Image.fromarray(icon).resize((EACH, EACH), Image.Resampling.LANCZOS) for icon in layer.icons[chosen]]
    square = np.stack([np.asarray(one) for one in small]).reshape(across, across, EACH, EACH, 3)
    return square.swapaxes(1, 2).reshape(across * EACH, across * EACH, 3)
