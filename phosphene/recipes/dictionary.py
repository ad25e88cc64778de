"""Semantic dictionaries: what the network sees at each place of a picture, in terms of what its channels look for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .. import objectives as obj
from ..attribution import attribute
from ..figures import Dictionary, DictionaryLayer
from ..icons import Store
from ..objectives import Objective
from ..values import check_integer
from .painter import Painter, painter
from .places import pins
from .subject import Subject, subject


def dictionary(
    model: Any,
    pictures: Any,
    layers: str | Sequence[str],
    *,
    top: int = 5,
    toward: Objective | str | None = None,
    at: Sequence[tuple[int, int]] = (),
    size: int | tuple[int, int] | None = None,
    icon: Mapping[str, Any] | None = None,
    store: Store | str | Path | None = None,
    seed: int = 0,
    progress: bool = True,
) -> Dictionary:
    """The semantic dictionary of pictures: at each position the `top` channels, each with its icon (Olah et al. 2018).

    model: a `Vision`.  pictures: one or several paths, PIL images, tensors (3, h, w) in [0, 1]; each is scaled until it
    covers `size`, the network's own, and cut about its centre.  layers: one or several; one without positions is one row.
    toward: an objective; channels are then ordered by how much they add to it (gradient times activation), for or against.
    at: places (y, x) in pixels of the picture as seen, where the page opens and which the static figure shows; where not
    given, places with strong activations.  icon: what icons are painted with, a mapping as `presets.icon(64)`.
    store: the icon store or its folder; the user's own where not given.  seed: of the icons.

    Returns a `figures.Dictionary`: `.save("page.html")`, `.save("figure.png")`, `.save("figure.svg")`, `.save("data.npz")`.
    Errors: BadPicture, UnknownLayer, BadArgument (a place outside, `top` beyond the channels), before any icon is painted.

    >>> import phosphene as ph, tempfile
    >>> net, drawing = ph.models.load("patterns"), ph.models.patterns.draw("dots", seed=1, size=64)
    >>> quick = ph.presets.icon(16, steps=2)
    >>> found = dictionary(net, drawing, "block4", top=2, size=64, icon=quick, store=tempfile.mkdtemp(), progress=False)
    >>> found.layers[0].index.shape
    (1, 4, 4, 2)
    """
    seen = subject(model, pictures, layers, size)
    check_integer("dictionary", "top", top, 1, min(a.shape[1] for a in seen.activations.values()))
    places, paint = pins(seen, at), painter(store, icon, seed, progress)
    values = {name: _values(seen, name, toward) for name in seen.activations}
    return Dictionary(
        f"What {seen.vision.name} sees in {', '.join(seen.names)}",
        seen.made(shown=f"the {top} strongest channels at each position", icons=paint),
        seen.shown(),
        "activation" if toward is None else f"attribution to {toward}",
        places,
        tuple(_layer(seen, name, v, v if toward is None else abs(v), top, paint) for name, v in values.items()),
    )


def _values(seen: Subject, name: str, toward: Objective | str | None) -> Any:
    """The values of the channels (P, rows, columns, C): activations, or what they add to an objective."""
    found = seen.activations[name]
    if toward is not None:
        found = (
            attribute(seen.vision, toward, seen.pictures, wrt=name, size=seen.size).values.reshape(found.shape).float()
        )
    return found.permute(0, 2, 3, 1).numpy()


def _layer(seen: Subject, name: str, values: Any, strength: Any, top: int, paint: Painter) -> DictionaryLayer:
    """The strongest channels at every position, ties in the order of the channels, with icons and maps."""
    channels = np.argsort(-strength, axis=-1, kind="stable")[..., :top]
    units, index = np.unique(channels, return_inverse=True)
    return DictionaryLayer(
        **seen.layer(name),
        units=units,
        icons=paint(seen.vision, [obj.channel(name, int(unit)) for unit in units]),
        index=index.reshape(channels.shape),
        value=np.take_along_axis(values, channels, axis=-1),
        maps=values[..., units].transpose(0, 3, 1, 2),
    )
