"""Levels of atlases with arrays of any size."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from phosphene.figures import Level


@st.composite
def levels(draw: st.DrawFn, labels: int = 4, examples: int = 5) -> Level:
    """Any level with up to `labels` classes and `examples` examples."""
    side = draw(st.integers(1, 18))
    chosen = sorted(draw(st.sets(st.integers(0, side**2 - 1), max_size=30)))
    cells, classes, nearest = len(chosen), draw(st.integers(0, labels)), draw(st.integers(0, 4))
    dice = np.random.default_rng(draw(st.integers(0, 1000)))
    size = draw(st.sampled_from([1, 2, 8]))
    return Level(
        side,
        np.array(chosen, np.int64),
        dice.integers(1, draw(st.sampled_from([3, 1000, 100_000])), cells),
        dice.integers(0, 256, (cells, size, size, 3), np.uint8),
        dice.integers(-1, labels, (cells, classes)),
        dice.normal(size=(cells, classes)).astype(np.float32),
        dice.random(cells).astype(np.float32),
        dice.random(cells).astype(np.float32),
        dice.integers(-1, examples, (cells, nearest)),
    )
