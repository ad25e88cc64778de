"""Places of a picture that a figure opens at and its static form shows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..errors import BadArgument
from ..figures.base import Floats
from .subject import Subject

COUNT = 3


def pins(seen: Subject, at: Sequence[tuple[int, int]]) -> Floats:
    """Places (n, 2) as fractions (y, x) of the picture, from pixels; without any, the three that answer most.

    Those are the positions of the last layer with positions whose activation in the first picture is longest, each of them
    at least a third of the picture away from the others. BadArgument for a place outside the picture.
    """
    height, width = seen.size
    for place in at:
        if not (
            isinstance(place, (tuple, list)) and len(place) == 2 and 0 <= place[0] < height and 0 <= place[1] < width
        ):
            raise BadArgument(
                f"the place {place!r}",
                f"(y, x) in pixels of the picture as the network sees it, {height} x {width}, expected",
                f"write ({height // 2}, {width // 2}) for the middle",
            )
    if at:
        return np.array([((y + 0.5) / height, (x + 0.5) / width) for y, x in at], np.float32)
    several = [a for a in seen.activations.values() if a.shape[-2] * a.shape[-1] > 1]
    lengths = several[-1][0].norm(dim=0).numpy() if several else np.ones((1, 1), np.float32)
    return _apart(lengths)


def _apart(lengths: Floats) -> Floats:
    """The centres of the cells with the largest numbers, each a third of the picture away from the earlier ones."""
    rows, columns = lengths.shape
    centres = np.stack(
        np.meshgrid((np.arange(rows) + 0.5) / rows, (np.arange(columns) + 0.5) / columns, indexing="ij"), -1
    )
    chosen: list[Floats] = []
    for cell in np.argsort(-lengths, axis=None, kind="stable"):
        centre = centres.reshape(-1, 2)[cell]
        if len(chosen) < COUNT and all(np.abs(centre - other).max() > 1 / 3 for other in chosen):
            chosen.append(centre)
    return np.array(chosen, np.float32)
