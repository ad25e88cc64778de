"""Activation grids: at each place of a picture, an icon painted for the activation that the network has there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from typing_extensions import Unpack

from ... import objectives as obj
from ...figures import Grid, GridLayer
from ..given.observation import Observation, observe
from .directions import unit_directions
from .joint import check_joint, jointly
from .painter import Painter, Painting, painter


def grid(
    model: Any,
    pictures: Any,
    layers: str | Sequence[str],
    *,
    whiten: bool = False,
    joint: int | None = None,
    size: int | tuple[int, int] | None = None,
    **painting: Unpack[Painting],
) -> Grid:
    """The activation grid of pictures: one icon for the activation at each position (Olah et al. 2018).

    An icon is painted for `objectives.direction` of its activation. whiten: of what is left of the activation when what
    all of them share is taken away, M^-1 a with M the regularized second moment of the layer's activations in these
    pictures.  joint: pixels for each position; all positions are then also painted together, as one picture whose parts
    meet without seams.  The other arguments are those of `recipes.dictionary`.

    Returns a `figures.Grid`.  Errors: BadPicture, UnknownLayer, BadArgument.

    >>> import phosphene as ph, tempfile
    >>> net, drawing = ph.models.load("patterns"), ph.models.patterns.draw("dots", seed=1, size=64)
    >>> quick = ph.presets.icon(16, steps=2)
    >>> found = grid(net, drawing, "block4", size=64, icon=quick, store=tempfile.mkdtemp(), progress=False)
    >>> found.layers[0].icons.shape, found.layers[0].sides.max()
    ((1, 4, 4, 16, 16, 3), np.float32(1.0))
    """
    paint, seen = painter(**painting), observe(model, pictures, layers, size)
    check_joint(seen, joint)
    return Grid(
        f"What {seen.vision.name} sees at each place of {seen.named()}",
        seen.made(directions="whitened" if whiten else "as they are", icons=paint),
        seen.shown(),
        whiten,
        tuple(_layer(seen, name, whiten, joint, paint) for name in seen.activations),
    )


def _layer(seen: Observation, name: str, whiten: bool, joint: int | None, paint: Painter) -> GridLayer:
    vectors = seen.activations[name].permute(0, 2, 3, 1)
    directions = unit_directions(vectors, whiten)
    flat = directions.flatten(0, 2)
    some = flat.norm(dim=1) > 0  # a position where the layer is silent has no icon: its side is 0
    painted = paint(seen.vision, [obj.direction(name, vector) for vector in flat[some]])
    icons = np.full((len(flat), *painted.shape[1:]), 128, np.uint8)
    icons[some.numpy()] = painted
    return GridLayer(
        **seen.layer(name),
        vectors=vectors.numpy(),
        icons=icons.reshape(*vectors.shape[:3], *icons.shape[1:]),
        joint=jointly(seen, name, directions, joint, paint),
    )
