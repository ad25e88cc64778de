"""Sprites with arrays of any size."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from phosphene.figures import Sprites, SpritesLayer


@st.composite
def sprites(draw: st.DrawFn) -> Sprites:
    """Any sprites of up to three layers, with up to 200 thumbnails."""
    count = draw(st.sampled_from([0, 1, 64, 65, 200]))
    names = draw(st.lists(st.text(min_size=1, max_size=5), min_size=1, max_size=3, unique=True))
    dice = np.random.default_rng(draw(st.integers(0, 1000)))
    return Sprites(
        draw(st.text(max_size=5)),
        {"seed": "0"},
        "net",
        dice.integers(0, 256, (count, 4, 4, 3), np.uint8),
        tuple(f"picture {number}" for number in range(count)),
        tuple(_layer(draw, dice, name, count) for name in names),
    )


def _layer(draw: st.DrawFn, dice: np.random.Generator, name: str, examples: int) -> SpritesLayer:
    channels = draw(st.integers(1, 150))
    shown = draw(st.integers(1, channels))
    each, side = draw(st.integers(0, 4)), draw(st.sampled_from([1, 3, 8]))
    return SpritesLayer(
        name,
        channels,
        np.sort(dice.choice(channels, shown, replace=False)),
        dice.integers(0, 256, (shown, side, side, 3), np.uint8),
        dice.integers(-1, examples, (shown, each)),
        dice.normal(size=(shown, each)).astype(np.float32),
    )
