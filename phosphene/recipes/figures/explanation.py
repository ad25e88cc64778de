"""Explanations: where in a picture the score of a class comes from, by several methods, layers and classes side by side."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...attribution import attribute
from ...attribution.posts import POSTS, Post
from ...figures import Explanation
from ...figures.explanation import check_room
from ...models import as_vision
from ...values import check_choice
from ..given.asked import size_asked
from ..given.explained import methods_asked, objectives_asked, places
from .explained import cells, look, record


def explanation(
    model: Any,
    objectives: Any,
    pictures: Any,
    methods: Any = "grad_cam",
    layers: Any = None,
    *,
    against: Any = None,
    post: Post = "raw",
    size: int | tuple[int, int] | None = None,
    limit: float | None = None,
) -> Explanation:
    """Maps of what speaks for classes, or for any objectives: a page to switch methods, layers and classes.

    objectives: classes or objectives, one, several, or by name in a dict.  pictures: what `param.picture` takes, one or
    several, or by name in a dict; each is scaled until it covers `size`, the network's own where not given, and cut about its
    centre.  methods: values or names, such as "grad_cam" or "guided".  layers: where they are measured, "image" too; where
    not given, class activation maps at the last layer with rows and columns, all others at the picture.  against: a class,
    for the differences logit(a) - logit(against).  post: of the maps, as in `Attribution.map`.  limit: megabytes of a page
    that is to be written; maps that have no room on it are refused before they are made.

    Returns a `figures.Explanation`.  Errors: UnknownLabel, UnknownName, UnknownLayer, BadArgument, BadPicture, TooLarge;
    those of `attribute`.

    >>> import phosphene as ph
    >>> net, drawing = ph.models.load("patterns"), ph.models.patterns.draw("dots", seed=1, size=64)
    >>> found = explanation(net, "dots", drawing, ["gradcam", "guided"], against="rings", size=64)
    >>> [(one.name, one.maps.shape) for one in found.layers], found.objectives
    ([('block4', (1, 2, 4, 4)), ('image', (1, 2, 64, 64))], ('dots', 'dots − rings'))
    """
    vision = as_vision(model)
    check_choice("explanation", "post", post, tuple(POSTS))
    wanted, seen_at = objectives_asked(vision, objectives, against), size_asked("explanation", vision, size)
    where = places(vision, methods_asked(vision, methods, seen_at), layers, seen_at)
    seen = look(vision, pictures, [layer for *_, layer in where], seen_at)
    if limit is not None:
        check_room(sum(cells(seen, layer, post) for *_, layer in where) * len(seen.names) * len(wanted), limit)
    found = [attribute(vision, wanted, seen.pictures, layer, method, size=seen.size) for _, method, layer in where]
    texts = {number: repr(method) for number, method, _ in where}
    goals = "; ".join(f"{name}: {one}" for name, one in wanted.items())
    return Explanation(
        f"What speaks for {', '.join(wanted)} in {seen.named()}",
        seen.made(objectives=goals, methods=", ".join(texts.values()), maps=post),
        seen.shown(),
        tuple(wanted),
        tuple(texts.values()),
        np.stack([one.scores.float().cpu().numpy() for one in found[0].values()], 1),
        post,
        tuple(record(seen, *place, of.values(), post) for place, of in zip(where, found, strict=True)),
    )
