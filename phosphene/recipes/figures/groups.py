"""Neuron groups: the few directions whose sums make up what a layer says of a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from typing_extensions import Unpack

from ... import objectives as obj
from ...factors import factorize
from ...figures import Groups, GroupsLayer
from ...figures.colors import PALETTE
from ...objectives import Objective
from ...values import check_integer
from ..given.observation import Observation, observe
from .painter import Painter, Painting, painter


def groups(
    model: Any,
    pictures: Any,
    layers: str | Sequence[str],
    *,
    count: int | None = None,
    toward: Objective | str | None = None,
    size: int | tuple[int, int] | None = None,
    **painting: Unpack[Painting],
) -> Groups:
    """The neuron groups of pictures: non-negative matrix factorization of a layer's activations (Olah et al. 2018).

    All positions of all pictures are factorized together, so a group means the same in each of them. Negative activations
    count as 0, and `made` says so.  count: of groups; chosen where not given.  toward: an objective; each group is then
    attributed to it by gradient times activation.  The other arguments are those of `recipes.dictionary`; the seed is also
    that of the factorization.  Needs scikit-learn (extra `groups`).

    Returns a `figures.Groups`.  Errors: BadPicture, UnknownLayer, BadArgument (more groups than channels or positions).

    >>> import phosphene as ph, tempfile
    >>> net, drawing = ph.models.load("patterns"), ph.models.patterns.draw("dots", seed=1, size=64)
    >>> quick = ph.presets.icon(16, steps=2)
    >>> found = groups(net, drawing, "block4", count=3, size=64, icon=quick, store=tempfile.mkdtemp(), progress=False)
    >>> found.layers[0].maps.shape
    (1, 3, 4, 4)
    """
    paint, seen = painter(**painting), observe(model, pictures, layers, size)
    if count is not None:
        check_integer("groups", "count", count, 1, len(PALETTE))
    cut = [name for name, activation in seen.activations.items() if bool((activation < 0).any())]
    rectified = {"rectified": f"negative activations of {', '.join(cut)} count as 0"} if cut else {}
    parts = {name: _parts(seen, name, count, toward, paint.seed) for name in seen.activations}
    return Groups(
        f"Groups of channels of {seen.vision.name} in {seen.named()}",
        seen.made(factorization=f"non-negative, seed {paint.seed}", **rectified, icons=paint),
        seen.shown(),
        "" if toward is None else str(toward),
        tuple(_layer(seen, name, some, paint) for name, some in parts.items()),
    )


def _parts(
    seen: Observation, name: str, count: int | None, toward: Objective | str | None, seed: int
) -> dict[str, Any]:
    rows = seen.activations[name].permute(0, 2, 3, 1)
    found = factorize(rows.flatten(0, 2).clamp_min(0).numpy(), count, seed)
    maps = found.weights.reshape(*rows.shape[:3], -1).transpose(0, 3, 1, 2)
    attribution = np.zeros((len(rows), 0))
    if toward is not None:
        slope = seen.attributed(name, toward).slope.double().numpy()
        attribution = np.einsum("pgyx,gc,pcyx->pg", maps, found.directions, slope)
    single = {"maps": maps, "directions": found.directions, "attribution": attribution}
    return {"explained": found.explained, **{part: numbers.astype(np.float32) for part, numbers in single.items()}}


def _layer(seen: Observation, name: str, parts: dict[str, Any], paint: Painter) -> GroupsLayer:
    icons = paint(seen.vision, [obj.direction(name, direction) for direction in parts["directions"]])
    return GroupsLayer(**seen.layer(name), icons=icons, **parts)
