"""Semantic dictionaries: what the network sees at each place of a picture, in terms of what its channels look for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from typing_extensions import Unpack

from ... import objectives as obj
from ...figures import Dictionary, DictionaryLayer
from ...objectives import Objective
from ..given.observation import Observation, observe
from .painter import Painter, Painting, painter
from .places import pins


def dictionary(
    model: Any,
    pictures: Any,
    layers: str | Sequence[str],
    *,
    top: int = 5,
    toward: Objective | str | None = None,
    at: Sequence[tuple[int, int]] = (),
    size: int | tuple[int, int] | None = None,
    **painting: Unpack[Painting],
) -> Dictionary:
    """The semantic dictionary of pictures: at each position the `top` channels, each with its icon (Olah et al. 2018).

    model: a `Vision`.  pictures: one or several paths, PIL images, tensors (3, h, w) in [0, 1]; each is scaled until it
    covers `size`, the network's own, and cut about its centre.  layers: one or several; one without positions is one row.
    toward: an objective; channels are then ordered by how much they add to it (gradient times activation), for or against.
    at: places (y, x) in pixels of the picture as seen, where the page opens and which the static figure shows; where not
    given, places with strong activations.  painting: icon, store, seed, progress, as in `recipes.Painting`.

    Returns a `figures.Dictionary`: `.save("page.html")`, `.save("figure.png")`, `.save("figure.svg")`, `.save("data.npz")`.
    Errors: BadPicture, UnknownLayer, BadArgument (a place outside, `top` beyond the channels), before any icon is painted.

    >>> import phosphene as ph, tempfile
    >>> net, drawing = ph.models.load("patterns"), ph.models.patterns.draw("dots", seed=1, size=64)
    >>> quick = ph.presets.icon(16, steps=2)
    >>> found = dictionary(net, drawing, "block4", top=2, size=64, icon=quick, store=tempfile.mkdtemp(), progress=False)
    >>> found.layers[0].index.shape
    (1, 4, 4, 2)
    """
    paint, seen = painter(**painting), observe(model, pictures, layers, size)
    seen.check_top("dictionary", top)
    places = pins(seen, at)
    values = seen.activations if toward is None else {n: seen.attributed(n, toward).values for n in seen.activations}
    return Dictionary(
        f"What {seen.vision.name} sees in {seen.named()}",
        seen.made(shown=f"the {top} strongest channels at each position", icons=paint),
        seen.shown(),
        "activation" if toward is None else f"attribution to {toward}",
        places,
        tuple(_layer(seen, name, v, v if toward is None else v.abs(), top, paint) for name, v in values.items()),
        "" if len(at) else "the positions with the longest activations of the last layer in the first picture",
    )


def _layer(seen: Observation, name: str, values: Tensor, strength: Tensor, top: int, paint: Painter) -> DictionaryLayer:
    """The strongest channels at every position, ties in the order of the channels, with icons and maps."""
    channels = strength.argsort(dim=1, descending=True, stable=True)[:, :top]
    units, index = torch.unique(channels.permute(0, 2, 3, 1), return_inverse=True)
    return DictionaryLayer(
        **seen.layer(name),
        units=units.numpy(),
        icons=paint(seen.vision, [obj.channel(name, unit) for unit in units.tolist()]),
        index=index.numpy(),
        value=values.gather(1, channels).permute(0, 2, 3, 1).numpy(),
        maps=values[:, units].numpy(),
    )
