"""How a layout is turned: a method's own axes mean nothing, and another run could mirror them."""

from __future__ import annotations

import numpy as np

from ..errors import BadArgument
from .census import Doubles, finite


def upright(place: Doubles) -> Doubles:
    """Places (n, 2) about their mean, turned and mirrored: the largest variance along x, no negative skewness on both axes.

    Rows with NaN stay so and count for nothing.
    """
    centered = place - place[finite(place)].mean(0)
    seen = centered[finite(place)]
    turned: Doubles = centered @ np.linalg.eigh(seen.T @ seen)[1][:, ::-1]
    skewness = (turned[finite(place)] ** 3).sum(0)
    return turned * np.where(skewness < 0, -1.0, 1.0)


def alike(place: Doubles, reference: Doubles) -> Doubles:
    """Places (n, 2) about their mean, turned and mirrored so that they are nearest to reference places of the same rows.

    Rows with NaN in either count for nothing. Errors: BadArgument for fewer than 3 common rows.

    Source: orthogonal Procrustes (Schönemann 1966), with reflection.
    """
    common = finite(place) & finite(reference)
    if common.sum() < 3:
        raise BadArgument(
            f"{int(common.sum())} pictures with a place in both layouts",
            "3 or more expected, by which one is turned to the other",
            "leave out `like`, or give a layout of the same collection",
        )
    ours, theirs = place[common].mean(0), reference[common].mean(0)
    left, _, right = np.linalg.svd((place[common] - ours).T @ (reference[common] - theirs))
    turned: Doubles = (place - ours) @ (left @ right)
    return turned
