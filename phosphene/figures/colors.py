"""Colors of figures: a few that all readers tell apart, and a scale for numbers with signs.

Distances are measured in CIELAB, where equal steps look equal.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import BadArgument
from ..values import check_integer

Colors = NDArray[np.float64]

# Orange and blue of Okabe and Ito 2008; each further one lies as far as it can from those before it, in the sight in
# which it is hardest to tell apart.
PALETTE = (
    "#e1a500",
    "#0078b4",
    "#780f1e",
    "#1ee1f0",
    "#c3d287",
    "#c31e0f",
    "#5a2d5a",
    "#d25a78",
    "#1e2d96",
    "#8769f0",
    "#c396ff",
    "#78964b",
)

# CIELAB. The ends are dark enough for white paper and light enough for black.
BLUE, WHITE, ORANGE = (54.0, 2.0, -52.0), (98.0, 0.0, 0.0), (54.0, 38.0, 60.0)

_XYZ = np.array(
    [
        [0.4123907992659595, 0.357584339383878, 0.1804807884018343],
        [0.2126390058715104, 0.715168678767756, 0.0721923153607337],
        [0.0193308187155918, 0.119194779794626, 0.9505321522496607],
    ]
)
"""Linear sRGB to CIE XYZ under D65."""


def distinct(count: int) -> list[str]:
    """Colors for `count` groups, as "#rrggbb": the first of one list, so that group i has the same color at every count.

    Two of the first 8 are at least 28 apart in CIELAB, two of all 12 at least 21, for normal sight and for protanopia,
    deuteranopia and tritanopia as simulated by Machado et al. 2009. The contrast with white and with black paper is 1.6 or
    more. Errors: BadArgument beyond 12.

    >>> distinct(2)
    ['#e1a500', '#0078b4']
    """
    check_integer("distinct", "count", count, 0)
    if count > len(PALETTE):
        raise BadArgument(
            f"{count} colors", f"at most {len(PALETTE)} are told apart", f"show {len(PALETTE)} groups or fewer"
        )
    return list(PALETTE[:count])


def signed(values: ArrayLike) -> Colors:
    """Colors of numbers from -1 (blue) over 0 (near white) to 1 (orange), of any shape (...): (..., 3) in [0, 1].

    Both arms fall from the same lightness to the same lightness, in proportion to the value. Numbers outside are shown as
    the nearest end, NaN as 0.

    >>> signed([-1, 0, 1]).round(2).tolist()
    [[0.04, 0.52, 0.86], [0.98, 0.98, 0.98], [0.81, 0.39, 0.05]]
    """
    clipped = np.clip(np.nan_to_num(np.asarray(values, np.float64)), -1, 1)
    return _along((clipped + 1) / 2, np.array([BLUE, WHITE, ORANGE]))


def srgb(lab: Any) -> Colors:
    """CIELAB under D65 (..., 3) as sRGB in [0, 1]; what no screen shows is cut off (IEC 61966-2-1)."""
    lightness, a, b = np.moveaxis(np.asarray(lab, np.float64), -1, 0)
    middle = (lightness + 16) / 116
    root = np.stack([middle + a / 500, middle, middle - b / 200], -1)
    xyz = np.where(root > 6 / 29, root**3, 3 * (6 / 29) ** 2 * (root - 4 / 29)) * _XYZ.sum(1)
    linear = np.clip(xyz @ np.linalg.inv(_XYZ).T, 0, 1)
    result: Colors = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.clip(result, 0, 1)


def _along(places: Colors, points: Colors) -> Colors:
    """The colors at places in [0, 1] of the way over evenly spaced points in CIELAB."""
    stops = np.linspace(0, 1, len(points))
    return srgb(np.stack([np.interp(places, stops, axis) for axis in points.T], -1))


def _written(lab: tuple[float, ...]) -> str:
    """CIELAB as "#rrggbb"."""
    return "#" + "".join(f"{round(255 * part):02x}" for part in srgb(lab).tolist())


FOR, AGAINST = _written(ORANGE), _written(BLUE)
"""Marks of what adds to an objective and of what takes away from it, as "#rrggbb"; pages have them as --for, --against."""
