"""Two layers or two networks in one layout: each says of a picture what it sees, and what the other would see by it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..collection.rows import Rows
from ..errors import BadArgument
from ..moments import whitened
from ..values import check_integer, check_number
from .bounds import bounded
from .census import Census, Doubles, Mask, Places, Source, census
from .landmarks import landmarks as chosen_landmarks
from .layout import USUAL, Layout
from .methods import check_method
from .neighbours import MOST
from .outcome import judged, made_by
from .placing import laid_out
from .projection import directions, moment_of_directions, rounded
from .turn import upright

Codes = NDArray[np.uint8]


def aligned(
    first: Source,
    second: Source,
    method: Callable[[Doubles, int], Doubles] = USUAL,
    seed: int = 0,
    landmarks: int = 20000,
    components: int = 50,
    strength: float = 1e-3,
) -> tuple[Layout, Layout]:
    """Two layouts of the pictures that two collections, or two layers of one, have in common, within the same bounds.

    first, second: rows as `layout` takes them; pictures are paired by their keys, whatever the order, and the others are
    left out. With a and b the activations of a picture, of length 1, `maps` gives the one from the other by least squares,
    and one layout is made of all [a, a to b] and [b to a, b]: where both see alike, a picture has about the same place in
    both.  method, seed, landmarks, components: as in `layout`, landmarks for each of the two.  strength: of the
    regularization, as in `moments.whitened`. Cells: `cells(members(first, one), one)`.
    Errors: those of `layout`; BadArgument for fewer than 3 pictures that both can lay out.

    Source: Carter et al. 2019, Activation Atlas (aligned atlases); regularized as ridge regression.

    >>> from phosphene.atlas import pca
    >>> from phosphene.collection import Rows
    >>> a = np.random.default_rng(0).random((30, 4))
    >>> key, none = np.arange(240, dtype=np.uint16).view(np.uint8).reshape(30, 16), np.zeros((30, 0), int)
    >>> one = Rows(np.arange(30), key, np.zeros((30, 2), int), a, none, none, np.full(30, -1), np.zeros(30))
    >>> turned = Rows(one.image, key, one.yx, a @ np.linalg.qr(a[:4])[0], none, none, one.label, one.state)
    >>> here, there = aligned(lambda: [one], lambda: [turned], pca(), strength=1e-9)
    >>> bool(np.abs(here.place - there.place).max() < 1e-3)
    True
    """
    check_integer("aligned", "seed", seed, 0, 2**32 - 1)
    check_integer("aligned", "landmarks", landmarks, 3, MOST)
    check_integer("aligned", "components", components, 2)
    check_number("aligned", "strength", strength, 0, 1)
    check_method(method)
    sources, sides = (first, second), _common(census(first), census(second))
    able = (sides[0].reason == 0) & (sides[1].reason == 0)
    _check(able, sides)
    chosen = np.flatnonzero(able)[chosen_landmarks(sides[0].key[able], landmarks, seed)]
    seen, other_seen = (_directions(rows, side, chosen) for rows, side in zip(sources, sides, strict=True))
    there, back = maps(seen, other_seen, strength)
    both = Census(
        np.arange(2 * len(able)),
        np.concatenate([sides[0].key, sides[1].key]),  # the two of a picture have the same: both are landmarks, or none
        np.concatenate([sides[0].reason, sides[1].reason]),
        sides[0].channels + sides[1].channels,
    )

    def rows() -> Iterator[Rows]:
        for where, part, direction in _paired(first, sides[0]):
            yield _of(where, part, np.hstack([direction, rounded(direction @ there)]))
        for where, part, direction in _paired(second, sides[1]):
            yield _of(where + len(able), part, np.hstack([rounded(direction @ back), direction]))

    placed, far = laid_out(rows, both, method, seed, min(2 * landmarks, MOST), components)
    place = bounded(upright(placed))
    result = judged(both, far, placed, place)
    made = made_by(method, seed, landmarks, components, strength=strength)
    halves = slice(len(able)), slice(len(able), None)
    one, other = (_layout(side, place[h], result.reason[h], made) for side, h in zip(sides, halves, strict=True))
    return one, other


def maps(first: Any, second: Any, strength: float = 1e-3) -> tuple[Doubles, Doubles]:
    """Matrices (C, D) and (D, C) that give activations (n, D) from (n, C) and back, nearest by least squares.

    first, second: rows of the same pictures; only their directions count, each of length 1. With M = E[a aᵀ] and N =
    E[a bᵀ] the map from a to b is M_λ⁻¹ N, M_λ = (1 - λ) M + λ (tr M / C) I with the `strength` λ; channels that are dead
    give nothing and get nothing.

    >>> maps(np.eye(2), np.eye(2)[::-1], strength=0)[0].round(6)
    array([[0., 1.],
           [1., 0.]])
    """
    one, other = directions(first), directions(second)
    joint = moment_of_directions([np.hstack([one, other])])
    middle = one.shape[1]
    own, others, across = joint[:middle, :middle], joint[middle:, middle:], joint[:middle, middle:]
    there, back = whitened(across.T, own, strength).T, whitened(across, others, strength).T
    return rounded(there), rounded(back)


def _common(one: Census, other: Census) -> tuple[Census, Census]:
    """The pictures that both have, in the same order, that of their keys."""
    names: list[Any] = [np.ascontiguousarray(side.key).view("S16")[:, 0] for side in (one, other)]
    _, here, there = np.intersect1d(names[0], names[1], assume_unique=True, return_indices=True)
    return tuple(  # type: ignore[return-value]
        dataclasses.replace(side, image=side.image[at], key=side.key[at], reason=side.reason[at])
        for side, at in ((one, here), (other, there))
    )


def _check(able: Mask, sides: tuple[Census, Census]) -> None:
    if able.sum() < 3:
        raise BadArgument(
            f"{int(able.sum())} pictures that both can lay out, of {len(able)} that both have",
            "3 or more, paired by their keys, expected",
            "collect the same pictures with both networks, from the same files",
        )


def _paired(rows: Source, side: Census) -> Iterator[tuple[Places, Rows, Doubles]]:
    """Parts of the rows that are common to both: their places in the census, and directions, 0 for what has none."""
    order = np.argsort(side.image)
    ascending = side.image[order]
    for part in rows():
        common = part.take(np.isin(part.image, ascending))
        where = order[np.searchsorted(ascending, common.image)]
        able = (side.reason[where] == 0)[:, None]
        yield where, common, directions(np.where(able, common.activation, 0))


def _directions(rows: Source, side: Census, chosen: Places) -> Doubles:
    """The directions of some pictures, by their places in the census."""
    result = np.zeros((len(chosen), side.channels))
    slot = np.full(len(side.image), -1)
    slot[chosen] = np.arange(len(chosen))
    for where, _, direction in _paired(rows, side):
        here = slot[where] >= 0
        result[slot[where[here]]] = direction[here]
    return result


def _of(where: Places, part: Rows, activation: Doubles) -> Rows:
    return dataclasses.replace(part, image=where, activation=activation)


def _layout(side: Census, place: Doubles, reason: Codes, made: Mapping[str, str]) -> Layout:
    order = np.argsort(side.image)
    outliers = dataclasses.replace(side, reason=reason).outliers()
    return Layout(side.image[order], place[order], outliers, made)
