"""Places of a picture that a figure opens at and its static form shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...errors import BadArgument
from ...figures.base import Floats
from ..given.observation import Observation

COUNT = 3


def pins(seen: Observation, at: Sequence[tuple[int, int]]) -> Floats:
    """Places (n, 2) as fractions (y, x) of the picture, from pixels; without any, the three that answer most.

    Those are the positions of the last layer with positions whose activation in the first picture is longest, each of them
    at least a third of the picture away from the others. BadArgument for a place outside the picture.
    """
    height, width = seen.size
    given: list[Any] = list(at) if isinstance(at, (list, tuple, np.ndarray)) else [at]
    outside = [place for place in given if not _inside(place, seen.size)]
    if outside:
        raise BadArgument(
            f"the place {outside[0]!r}",
            f"(y, x) in pixels of the picture as the network sees it, {height} x {width}, expected",
            f"write ({height // 2}, {width // 2}) for the middle",
        )
    if given:
        return np.array([((y + 0.5) / height, (x + 0.5) / width) for y, x in given], np.float32)
    several = [a for a in seen.activations.values() if a.shape[-2] * a.shape[-1] > 1]
    lengths = several[-1][0].norm(dim=0).numpy() if several else np.ones((1, 1), np.float32)
    return np.array(_apart(lengths, COUNT), np.float32)


def _inside(place: Any, size: tuple[int, int]) -> bool:
    several = isinstance(place, (tuple, list, np.ndarray)) and len(place) == 2
    return (
        several
        and all(isinstance(x, (int, np.integer)) for x in place)
        and 0 <= place[0] < size[0]
        and 0 <= place[1] < size[1]
    )


def _apart(lengths: Floats, count: int) -> list[Floats]:
    """The centres of up to `count` cells with the largest numbers, each a third of the picture away from the others."""
    rows, columns = lengths.shape
    if count == 0 or not np.isfinite(lengths).any():
        return []
    y, x = (np.arange(rows)[:, None] + 0.5) / rows, (np.arange(columns)[None] + 0.5) / columns
    row, column = np.unravel_index(lengths.argmax(), lengths.shape)
    near = np.maximum(abs(y - y[row]), abs(x - x[:, column])) <= 1 / 3
    return [np.array([y[row, 0], x[0, column]]), *_apart(np.where(near, -np.inf, lengths), count - 1)]
