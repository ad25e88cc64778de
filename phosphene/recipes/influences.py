"""Influences: which places and which channels of each layer matter for an objective, and for each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from .. import objectives as obj
from ..attribution import Attribution, Method, attribute, between, gradient_times_activation
from ..figures import Influences, InfluencesLayer, Link
from ..icons import Store
from ..objectives import Objective
from ..values import check_integer
from .painter import Painter, painter
from .subject import Subject, subject


def influences(
    model: Any,
    pictures: Any,
    layers: str | Sequence[str],
    toward: Objective | str,
    *,
    method: Method | None = None,
    top: int = 5,
    size: int | tuple[int, int] | None = None,
    icon: Mapping[str, Any] | None = None,
    store: Store | str | Path | None = None,
    seed: int = 0,
    progress: bool = True,
) -> Influences:
    """What each place and channel adds to an objective, and to the next layer (Olah et al. 2018).

    toward: any objective.  method: how influence is measured, `attribution.gradient_times_activation()` or
    `attribution.integrated_gradients()`.  layers: in the order of the network; of two that follow each other the places
    are linked: what each adds to the length of the activation at each place of the next.  top: the channels shown, as many
    for the objective as against it.  The other arguments are those of `recipes.dictionary`.

    Returns a `figures.Influences`.  Errors: BadPicture, UnknownLayer, BadArgument, Detached.

    >>> import phosphene as ph, tempfile
    >>> net, drawing = ph.models.load("patterns"), ph.models.patterns.draw("dots", seed=1, size=64)
    >>> quick = ph.presets.icon(16, steps=2)
    >>> arguments = {"size": 64, "icon": quick, "store": tempfile.mkdtemp(), "progress": False}
    >>> found = influences(net, drawing, ["block3", "block4"], "logit('dots')", top=1, **arguments)
    >>> found.layers[1].spatial.shape, found.links[0].matrix.shape
    ((1, 4, 4), (1, 4, 4, 8, 8))
    """
    seen = subject(model, pictures, layers, size)
    check_integer("influences", "top", top, 1, min(a.shape[1] for a in seen.activations.values()))
    measure, paint = method or gradient_times_activation(), painter(store, icon, seed, progress)
    found = {
        name: attribute(seen.vision, toward, seen.pictures, wrt=name, method=measure, size=seen.size)
        for name in seen.activations
    }
    steps = pairwise(enumerate(seen.activations))
    links = [
        Link(low, high, between(seen.vision, a, b, seen.pictures, size=seen.size).float().numpy())
        for (low, a), (high, b) in steps
    ]
    return Influences(
        f"What speaks for {toward} in {', '.join(seen.names)}",
        seen.made(measured=f"{measure}", icons=paint),
        seen.shown(),
        str(toward),
        str(measure),
        next(iter(found.values())).scores.float().numpy(),
        np.stack([one.missing.float().numpy() for one in found.values()]),
        tuple(_layer(seen, name, one, top, paint) for name, one in found.items()),
        tuple(links),
    )


def _layer(seen: Subject, name: str, found: Attribution, top: int, paint: Painter) -> InfluencesLayer:
    values = found.values.reshape(seen.activations[name].shape).float().numpy()
    totals = values.sum((2, 3))
    order = np.argsort(-totals, axis=1, kind="stable")
    some = order if order.shape[1] <= 2 * top else np.concatenate([order[:, :top], order[:, -top:]], axis=1)
    units, index = np.unique(some, return_inverse=True)
    return InfluencesLayer(
        **seen.layer(name),
        spatial=values.sum(1),
        units=units,
        icons=paint(seen.vision, [obj.channel(name, int(unit)) for unit in units]),
        index=index.reshape(some.shape),
        value=np.take_along_axis(totals, some, axis=1),
        maps=values[:, units],
    )
