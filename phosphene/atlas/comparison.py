"""Two classes side by side: from left to right the one and the other, downwards what else differs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import BadArgument, Nonfinite, ShapeMismatch
from ..values import check_integer
from .bounds import bounded
from .census import Census, Doubles, Source, census, finite
from .classes import attribution_to, of_classes
from .layout import Layout
from .methods import check_method
from .neighbours import MOST
from .outcome import judged, made_by
from .placing import laid_out
from .tsne import tsne

USUAL = tsne(axes=1)
PERCENTILE = 99


def compared(
    rows: Source,
    left: int,
    right: int,
    method: Callable[[Doubles, int], Any] = USUAL,
    seed: int = 0,
    by: str = "either",
    most: int = 3000,
    landmarks: int = 20000,
    components: int = 50,
) -> Layout:
    """The pictures of two classes: x the difference of their attributions, y a line along which like ones are neighbours.

    left, right: numbers of classes.  x: attribution to `right` minus that to `left`, divided by the 99th percentile of its
    size, cut to [-1, 1] and moved to [0, 1]: 0.5 is no difference.  y: what the method gives in one dimension, or the first
    of its axes, within `bounds`, no negative skewness.  method: `atlas.tsne(axes=1)`, `atlas.pca()` or a function
    (n, d), seed -> (n,).  by, most: whose pictures, as in `of_class`, those of both classes together.  landmarks,
    components: as in `layout`. Cells of it: `cells(members(rows, found), found)`.
    Errors: those of `of_class` and `layout`; BadArgument for twice the same class.

    Source: Carter et al. 2019, Activation Atlas (comparison of classes).

    >>> from phosphene.atlas import pca
    >>> from phosphene.collection import Rows
    >>> a = np.random.default_rng(0).random((30, 4), np.float32)
    >>> key = np.arange(240, dtype=np.uint16).view(np.uint8).reshape(30, 16)
    >>> top, value = np.tile([3, 5], (30, 1)), np.stack([a[:, 0], a[:, 1]], 1)
    >>> some = Rows(np.arange(30), key, np.zeros((30, 2), int), a, top, value, np.full(30, -1), np.zeros(30))
    >>> found = compared(lambda: [some], 3, 5, pca())
    >>> bool(((found.place[:, 0] > 0.5) == (a[:, 1] > a[:, 0])).all())
    True
    """
    check_integer("compared", "seed", seed, 0, 2**32 - 1)
    check_integer("compared", "landmarks", landmarks, 3, MOST)
    check_integer("compared", "components", components, 2)
    check_method(method, "atlas.tsne(axes=1)", "(n,)")
    if left == right:
        raise BadArgument(
            f"class {left!r} compared with itself", "two classes expected", "write compared(rows, left, right)"
        )
    both = of_classes(rows, (left, right), by, most)
    found = census(both)
    placed, far = laid_out(both, found, _on_a_line(method), seed, landmarks, components)
    place = np.stack([_across(both, found, left, right), _down(placed[:, 0])], 1)
    place[~finite(place)] = np.nan
    order = np.argsort(found.image)
    outliers = judged(found, far, placed, place).outliers()
    made = made_by(method, seed, landmarks, components, left=left, right=right, by=by, most=most)
    return Layout(found.image[order], place[order], outliers, made)


def _across(rows: Source, found: Census, left: int, right: int) -> Doubles:
    """x of all pictures, in the order of the census; 0.5 for those that cannot be laid out."""
    difference = np.zeros(len(found.image))
    for where, part in found.parts(rows):
        difference[where] = attribution_to(part, right) - attribution_to(part, left)
    sizes = np.abs(difference[found.reason == 0])
    if not np.isfinite(sizes).all():
        raise Nonfinite(
            "attributions with NaN or infinity",
            "finite numbers expected",
            "collect the layer anew with dtype='float32'",
        )
    scale = np.percentile(sizes, PERCENTILE) or sizes.max() or 1.0
    return (1 + np.clip(difference / scale, -1, 1)) / 2


def _down(line: Doubles) -> Doubles:
    """y of places on a line, (n,): within their bounds, NaN outside; the sign such that the skewness is not negative."""
    centered = line - np.nanmean(line)
    signed = -centered if np.nansum(centered**3) < 0 else centered
    return bounded(np.stack([signed, signed], 1))[:, 0]


def _on_a_line(method: Any) -> Callable[[Doubles, int], Doubles]:
    """The first axis of a method, with a second one on which all are alike."""

    def line(points: Doubles, seed: int) -> Doubles:
        placed = np.asarray(method(points, seed), np.float64)
        if placed.ndim not in (1, 2) or len(placed) != len(points) or not placed.size:
            raise ShapeMismatch(
                f"places of shape {placed.shape} from {method!r}",
                f"({len(points)},) or ({len(points)}, 1) expected, a number for each activation",
                "write method=atlas.tsne(axes=1)",
            )
        first = placed.reshape(len(points), -1)[:, 0]
        return np.stack([first, np.zeros_like(first)], 1)

    return line
