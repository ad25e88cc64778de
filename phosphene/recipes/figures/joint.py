"""All positions of an activation grid painted together, as one picture."""

from __future__ import annotations

import numpy as np
from torch import Tensor
from torch.nn import functional as F

from ... import objectives as obj
from ... import param
from ... import transforms as tf
from ...errors import BadArgument, TooLarge
from ...figures.base import Bytes
from ...models import probe
from ...render import render
from ...values import check_integer
from ..given.observation import Observation, as_bytes
from .painter import Painter

LARGEST = 4096
"""Pixels of a canvas, either way."""


def check_joint(seen: Observation, tile: int | None) -> None:
    """Refuse layers that cannot be painted jointly, before anything is painted: BadArgument, TooLarge."""
    if tile is None:
        return
    check_integer("grid", "joint", tile, 1)
    shapes = probe(seen.vision, dict.fromkeys(seen.activations, "the joint grid"), seen.size)
    flat = [name for name, shape in shapes.items() if len(shape) != 4]
    if flat:
        raise BadArgument(
            f"grid(joint={tile}) of layer {flat[0]!r}, which has no rows and columns",
            "a layer of maps expected",
            "leave joint out",
        )
    most = max(max(activation.shape[2:]) for activation in seen.activations.values())
    if most * tile > LARGEST:
        raise TooLarge(
            f"grid(joint={tile}) of {most} positions, {most * tile} px",
            f"at most {LARGEST} px expected",
            f"write joint={LARGEST // most}",
        )


def jointly(seen: Observation, name: str, directions: Tensor, tile: int | None, paint: Painter) -> Bytes:
    """One picture for directions (P, rows, columns, C), `tile` pixels for each, (P, h, w, 3); empty without `tile`.

    A canvas of rows x columns tiles has positions of its own at the layer; each of them is painted for the direction of the
    tile that it lies in. Neighbours see a common part of the canvas, so no seam is left between them.
    """
    count, rows, columns, _ = directions.shape
    if tile is None:
        return np.zeros((count, 0, 0, 3), np.uint8)
    canvas = rows * tile, columns * tile
    inside = probe(seen.vision, {name: "the joint grid"}, canvas)[name][-2:]
    targets = F.interpolate(directions.permute(0, 3, 1, 2), tuple(inside), mode="nearest-exact")
    goal = obj.each(*(obj.tensor_direction(name, target) for target in targets))
    views = tf.jitter(max(1, tile // 8), fill="wrap") >> tf.resize(canvas)
    look = {**paint.look, "param": param.fourier(canvas), "transforms": views, "progress": paint.progress}
    return as_bytes(render(seen.vision, goal, seed=[paint.seed] * count, **look).images)
