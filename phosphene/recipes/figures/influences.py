"""Influences: which places and which channels of each layer matter for an objective, and for each other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor
from typing_extensions import Unpack

from ... import objectives as obj
from ...attribution import Method
from ...figures import Influences, InfluencesLayer, Link
from ...objectives import Objective
from ..given.observation import Observation, observe
from .painter import Painter, Painting, painter


def influences(
    model: Any,
    pictures: Any,
    layers: str | Sequence[str],
    toward: Objective | str,
    *,
    method: Method | None = None,
    top: int = 5,
    size: int | tuple[int, int] | None = None,
    **painting: Unpack[Painting],
) -> Influences:
    """What each place and channel adds to an objective, and to the next layer (Olah et al. 2018).

    toward: any objective.  method: how influence is measured, `attribution.gradient_times_activation()` or
    `attribution.integrated_gradients()`.  layers: in the order of the network; of two that follow each other the places
    are linked: what each adds to the length of the activation at each place of the next.  top: the channels shown, as many
    for the objective as against it.  The other arguments are those of `recipes.dictionary`.  Returns a `figures.Influences`.
    Errors: BadPicture, UnknownLayer, BadArgument, Detached.

    >>> import phosphene as ph, tempfile
    >>> net, drawing = ph.models.load("patterns"), ph.models.patterns.draw("dots", seed=1, size=64)
    >>> icons = {"icon": ph.presets.icon(16, steps=2), "store": tempfile.mkdtemp(), "progress": False}
    >>> found = influences(net, drawing, ["block3", "block4"], "logit('dots')", top=1, size=64, **icons)
    >>> found.layers[1].spatial.shape, found.links[0].matrix.shape
    ((1, 4, 4), (1, 4, 4, 8, 8))
    """
    paint, seen = painter(**painting), observe(model, pictures, layers, size)
    seen.check_top("influences", top)
    found = {name: seen.attributed(name, toward, method) for name in seen.activations}
    links = [Link(i, j, seen.between(a, b)) for (i, a), (j, b) in pairwise(enumerate(found))]
    first = next(iter(found.values()))
    return Influences(
        f"What speaks for {toward} in {seen.named()}",
        seen.made(measured=first.method, icons=paint),
        seen.shown(),
        str(toward),
        first.method,
        first.scores.float().numpy(),
        np.stack([one.missing.float().numpy() for one in found.values()]),
        tuple(_layer(seen, name, one.values, top, paint) for name, one in found.items()),
        tuple(links),
    )


def _layer(seen: Observation, name: str, values: Tensor, top: int, paint: Painter) -> InfluencesLayer:
    totals = values.sum((2, 3))
    order = totals.argsort(dim=1, descending=True, stable=True)
    some = order if order.shape[1] <= 2 * top else torch.cat([order[:, :top], order[:, -top:]], 1)
    units, index = torch.unique(some, return_inverse=True)
    return InfluencesLayer(
        **seen.layer(name),
        spatial=values.sum(1).numpy(),
        units=units.numpy(),
        icons=paint(seen.vision, [obj.channel(name, unit) for unit in units.tolist()]),
        index=index.numpy(),
        value=totals.gather(1, some).numpy(),
        maps=values[:, units].numpy(),
    )
