"""Feature inversion, layer beside layer (figure 6 of Mahendran and Vedaldi 2015)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...figures import Table
from ..given.asked import several
from ..given.cells import painted
from ..given.observation import as_bytes
from ..given.target import target
from .invert import inversion


def inversions(
    model: Any,
    picture: Any,
    layers: Sequence[str],
    *,
    variation: float | None = None,
    mask: Any = None,
    size: int | tuple[int, int] | None = None,
    steps: int = 400,
    batch: int = 4,
    **options: Any,
) -> Table:
    """What layers keep of a picture: a column for each, a row for each reconstruction.

    The other arguments are those of `invert`.  Errors: as `render`, for all layers before the first step; BadArgument for no
    layer at all.

    >>> import phosphene as ph
    >>> net, drawing = ph.models.load("patterns"), ph.models.patterns.draw("rings", seed=1, size=32)
    >>> inversions(net, drawing, ["stem", "block1"], size=32, steps=4, batch=1).columns
    ('picture', 'stem', 'block1')
    """
    names = several(layers, str, "inversions of no layer", 'write ["block1", "block3"]')
    wanted = target(model, picture, size)
    programs = [inversion(model, wanted, layer, variation, mask, steps) for layer in names]
    made = painted(model, [(goal, {"batch": batch, **how, **options}) for goal, how in programs])
    images = [as_bytes(one.clamp(0, 1)) for one in made]
    first = as_bytes(wanted).repeat(len(images[0]), 0)
    about = "Each layer can hardly tell its pictures from the one given (Mahendran and Vedaldi 2015)."
    cells, columns = np.stack([first, *images], 1), ("picture", *names)
    return Table.of("What layers keep of a picture", cells, columns=columns, about=about)
