"""Weak localization: where a map says that the object is, cut out of the picture by GrabCut, with a box around it."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...attribution import Method, attribute
from ...attribution.segment import segment
from ...figures import Table
from ...figures.explanation import ends
from ...figures.scenes.blend import LEAST
from ...figures.scenes.explanation import blended
from ...figures.scenes.outline import enlarged, outlined
from ...models import as_vision
from ..given.asked import size_asked
from ..given.explained import methods_asked, objectives_asked, places
from .explained import look, record


def segmentation(
    model: Any,
    objective: Any,
    pictures: Any,
    method: Method | str = "saliency",
    layer: str | None = None,
    *,
    blur: float = 0.04,
    size: int | tuple[int, int] | None = None,
) -> Table:
    """Pictures with what is cut out of them by a map of an objective: the outline of the mask, orange, and a box, blue.

    objective: a class, or any.  pictures: as for `explanation`.  method, layer: of the map, which needs no training on masks.
    blur: of the map, as in `attribution.segment.segment`; 0 leaves it as it is.

    Returns a `figures.Table`, a row for each picture: the picture, the map over it, the part that was cut out.
    Errors: those of `explanation` and `segment`; MissingExtra without OpenCV.
    Source: Simonyan et al. 2014, section 3.2.

    >>> import phosphene as ph
    >>> net, drawing = ph.models.load("patterns"), ph.models.patterns.draw("dots", seed=1, size=64)
    >>> segmentation(net, "dots", {"drawn": drawing}, "occlusion", size=64).columns
    ('picture', 'occlusion', 'cut out')
    """
    vision = as_vision(model)
    wanted, seen_at = objectives_asked(vision, [objective], None), size_asked("segmentation", vision, size)
    how = methods_asked(vision, method, seen_at)
    [(number, measure, where)] = places(vision, how[:1], layer, seen_at)
    seen = look(vision, pictures, [where], seen_at)
    found = attribute(vision, wanted, seen.pictures, where, measure, size=seen.size)
    maps = [one.map()[i].float().cpu() for one in found.values() for i in range(len(seen.names))]
    parts = [segment(one, picture, blur) for one, picture in zip(maps, seen.pictures, strict=True)]
    told = record(seen, number, measure, where, found.values(), "raw")
    shown = [one.image for one in seen.shown()]
    scaled = told.maps / np.maximum(ends(told.maps), 1e-30)[..., None, None]
    over = [blended(enlarged(one, LEAST), part[0], told.signs) for one, part in zip(shown, scaled, strict=True)]
    cut = [outlined(enlarged(one, LEAST), part.mask, part.box) for one, part in zip(shown, parts, strict=True)]
    name = repr(measure).removeprefix("attribution.").removesuffix("()")
    return Table.of(
        f"What {vision.name} takes for {next(iter(wanted))}",
        np.stack([np.stack([enlarged(a, LEAST), b, c]) for a, b, c in zip(shown, over, cut, strict=True)]),
        rows=seen.names,
        columns=("picture", name, "cut out"),
        about="The map, the mask that GrabCut makes of it (orange), and the box around that (blue).",
        made=seen.made(objective=next(iter(wanted.values())), method=repr(measure), layer=where, blur=blur),
        pictures=seen.shown(),
    )
