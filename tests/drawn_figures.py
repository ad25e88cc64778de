"""Figures with arrays of any shape, for tests of how figures are drawn, kept and shown."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from phosphene.figures import (
    Dictionary,
    DictionaryLayer,
    Explanation,
    ExplanationLayer,
    Figure,
    Grid,
    GridLayer,
    Groups,
    GroupsLayer,
    Influences,
    InfluencesLayer,
    Link,
    Picture,
)

KINDS = ("dictionary", "explanation", "grid", "groups", "influences")
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)


def figure(
    kind: str,
    pictures: int = 1,
    layers: int = 1,
    count: int = 3,
    seed: int = 0,
    names: tuple[str, str] = ("photo", "block3"),
) -> Figure:
    """A figure of one kind with numbers from a generator: `count` channels, groups or pins, of small layers."""
    dice = np.random.default_rng(seed)
    name, layer_name = names
    height, width = dice.integers(3, 20, 2)
    shown = tuple(Picture(f"{name}{i}", _bytes(dice, height, width)) for i in range(pictures))
    made = {"network": layer_name, "icons": name}
    sizes = [(f"{layer_name}{i}", *map(int, dice.integers(1, 5, 2)), 9, 31) for i in range(layers)]
    return _MAKERS[kind](dice, made, shown, sizes, count)


@st.composite
def figures(draw: st.DrawFn, kind: str | None = None) -> Figure:
    """Any figure."""
    return figure(
        kind or draw(st.sampled_from(KINDS)),
        draw(st.integers(1, 3)),
        draw(st.integers(1, 3)),
        draw(st.integers(1, 12)),
        draw(st.integers(0, 10_000)),
        (draw(NAMES), draw(NAMES)),
    )


def _bytes(dice: np.random.Generator, *shape: int) -> Any:
    return dice.integers(0, 256, (*shape, 3), dtype=np.uint8)


def _numbers(dice: np.random.Generator, *shape: int) -> Any:
    return dice.normal(size=shape).astype(np.float32)


def _dictionary(dice: np.random.Generator, made: Any, shown: Any, sizes: Any, count: int) -> Dictionary:
    layers = tuple(
        DictionaryLayer(
            *size,
            units=np.arange(4, 9),
            icons=_bytes(dice, 5, 6, 6),
            index=dice.integers(0, 5, (len(shown), *size[1:3], min(count, 5))),
            value=_numbers(dice, len(shown), *size[1:3], min(count, 5)),
            maps=_numbers(dice, len(shown), 5, *size[1:3]),
        )
        for size in sizes
    )
    return Dictionary("Dictionary", made, shown, "activation", dice.random((count, 2), np.float32), layers)


def _explanation(dice: np.random.Generator, made: Any, shown: Any, sizes: Any, count: int) -> Explanation:
    goals = tuple(f"class {number}" for number in range(min(count, 4)))
    each = len(shown), len(goals)
    layers = tuple(
        ExplanationLayer(
            *size,
            method=number % 2,
            signs=not number % 2,
            maps=np.abs(maps) if number % 2 else maps,
            ends=np.abs(maps).max((2, 3)),
            totals=_numbers(dice, *each),
            missing=np.where(dice.random(each) < 0.5, np.nan, 0.1).astype(np.float32),
        )
        for number, size in enumerate(sizes)
        for maps in [_numbers(dice, *each, *size[1:3])]
    )
    methods = "attribution.grad_cam()", "attribution.saliency(reduce='sum')"
    return Explanation("Explanation", made, shown, goals, methods, _numbers(dice, *each), "raw", layers)


def _grid(dice: np.random.Generator, made: Any, shown: Any, sizes: Any, count: int) -> Grid:
    side, joint = ((6, 0), (6, 8), (0, 8))[count % 3]
    layers = tuple(
        GridLayer(
            *size,
            vectors=np.abs(_numbers(dice, len(shown), *size[1:3], size[3])),
            icons=_bytes(dice, len(shown), *size[1:3], side, side),
            joint=_bytes(dice, len(shown), joint, joint),
        )
        for size in sizes
    )
    return Grid("Grid", made, shown, bool(count % 2), layers)


def _groups(dice: np.random.Generator, made: Any, shown: Any, sizes: Any, count: int) -> Groups:
    layers = tuple(
        GroupsLayer(
            *size,
            maps=np.abs(_numbers(dice, len(shown), count, *size[1:3])),
            directions=dice.dirichlet(np.ones(size[3]), count).astype(np.float32),
            icons=_bytes(dice, count, 6, 6),
            explained=0.5,
            attribution=_numbers(dice, len(shown), count * (count % 2)),
        )
        for size in sizes
    )
    return Groups("Groups", made, shown, "logit('dots')" if count % 2 else "", layers)


def _influences(dice: np.random.Generator, made: Any, shown: Any, sizes: Any, count: int) -> Influences:
    layers = tuple(
        InfluencesLayer(
            *size,
            spatial=_numbers(dice, len(shown), *size[1:3]),
            units=np.arange(4, 9),
            icons=_bytes(dice, 5, 6, 6),
            index=dice.integers(0, 5, (len(shown), count)),
            value=-np.sort(_numbers(dice, len(shown), count)),
            maps=_numbers(dice, len(shown), 5, *size[1:3]),
        )
        for size in sizes
    )
    links = tuple(
        Link(i, i + 1, _numbers(dice, len(shown), *sizes[i + 1][1:3], *sizes[i][1:3])) for i in range(len(sizes) - 1)
    )
    missing = np.where(dice.random((len(sizes), len(shown))) < 0.5, np.nan, 0.1).astype(np.float32)
    scores = _numbers(dice, len(shown))
    return Influences("Influences", made, shown, "logit('dots')", "gradients", scores, missing, layers, links)


_MAKERS = {
    "dictionary": _dictionary,
    "explanation": _explanation,
    "grid": _grid,
    "groups": _groups,
    "influences": _influences,
}
