"""Rows of made-up activations for tests of atlases: clusters on a sphere, and ways to hand rows over."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from phosphene.collection import FINE, Rows


def made(activation: Any, seed: int = 0, classes: int = 5, kept: int = 3, dtype: Any = np.float16) -> Rows:
    """Rows with these activations (n, C), random keys and random attributions of some classes."""
    dice = np.random.default_rng(seed)
    n = len(activation)
    return Rows(
        image=np.arange(n),
        key=dice.integers(0, 256, (n, 16), np.uint8),
        yx=np.zeros((n, 2), np.int64),
        activation=np.asarray(activation).astype(dtype),
        top=dice.permuted(np.tile(np.arange(classes), (n, 1)), axis=1)[:, :kept].reshape(n, kept),
        value=-np.sort(-dice.normal(1, 2, (n, kept)), axis=1).astype(dtype),
        label=np.full(n, -1, np.int32),
        state=np.full(n, FINE, np.uint8),
    )


def random_rows(n: int, channels: int, seed: int = 0, dtype: Any = np.float16) -> Rows:
    """Rows as after a ReLU, of many sizes; none is all zeros."""
    dice = np.random.default_rng(seed)
    numbers = np.maximum(dice.normal(0.2, 1, (n, channels)), 0) * dice.lognormal(0, 2, (n, 1))
    numbers[:, 0] += 0.01
    return made(numbers.clip(0, 6e4), seed, dtype=dtype)


def parts(rows: Rows, *sizes: int, order: Any = None) -> Callable[[], list[Rows]]:
    """The rows in an order and cut into parts of these sizes, over and over."""
    rows = rows if order is None else rows.take(order)
    cuts = [0]
    while cuts[-1] < len(rows):
        cuts.append(cuts[-1] + sizes[(len(cuts) - 1) % len(sizes)])
    pieces = [rows.take(slice(a, b)) for a, b in pairwise(cuts)]
    return lambda: pieces


def whole(rows: Rows) -> Callable[[], list[Rows]]:
    """The rows in one part."""
    return lambda: [rows]
