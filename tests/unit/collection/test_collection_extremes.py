"""Extremes: however the pictures are cut into parts, in whatever order, the result is that of sorting all of them."""

from __future__ import annotations

import itertools
import tracemalloc
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from phosphene.collection.extremes import HIGH, LOW, Extremes, Peaks, extremes, peaks


def alone(value: Any, count: int, side: int) -> list[list[tuple[float, int]]]:
    """By channel: values and pictures, sorted by Python."""
    sign = -1 if side == HIGH else 1
    found = [sorted((sign * v, i) for i, v in enumerate(one)) for one in value[:, side].T.tolist()]
    return [[(sign * v, i) for v, i in one[:count]] for one in found]


@given(
    arrays.arrays(
        np.float32, st.tuples(st.integers(1, 30), st.just(2), st.integers(1, 3)), elements=st.integers(-3, 3)
    ),
    st.integers(1, 6),
    st.lists(st.integers(1, 29), max_size=5),
    st.randoms(use_true_random=False),
)
def test_every_split_is_the_full_sort(value: Any, count: int, cuts: list[int], dice: Any) -> None:
    yx = np.random.default_rng(0).integers(0, 9, (*value.shape, 2))
    edges = sorted({0, len(value), *(cut for cut in cuts if cut < len(value))})
    pieces = [np.arange(a, b) for a, b in itertools.pairwise(edges)]
    dice.shuffle(pieces)
    none = Extremes.none(value.shape[2], count)
    parts = [none.add(Peaks(value[piece], yx[piece]), piece) for piece in pieces]
    found = extremes(parts, value.shape[2], count)
    grown = none
    for piece in pieces:
        grown = grown.add(Peaks(value[piece], yx[piece]), piece)
    for side in (HIGH, LOW):
        for channel, expected in enumerate(alone(value, count, side)):
            for one in (found, grown):
                some = one.image[side, channel]
                some = some[some >= 0]
                assert list(zip(one.value[side, channel].tolist(), some.tolist(), strict=False)) == expected
                assert len(some) == len(expected)
                assert np.array_equal(one.yx[side, channel, : len(some)], yx[some, side, channel])


@given(arrays.arrays(np.float32, (2, 3, 3, 4), elements=st.integers(-2, 2)))
def test_peaks_are_the_first_of_equal_ones(maps: Any) -> None:
    found = peaks(torch.from_numpy(maps))
    for image in range(2):
        for channel in range(3):
            flat = maps[image, channel].ravel()
            for side, place in ((HIGH, flat.argmax()), (LOW, flat.argmin())):
                assert found.value[image, side, channel] == flat[place]
                assert found.yx[image, side, channel].tolist() == list(divmod(int(place), 4))


def test_memory_does_not_grow_with_the_pictures() -> None:
    def parts(count: int) -> Iterator[Extremes]:
        dice = np.random.default_rng(0)
        for k in range(count):
            some = Peaks(dice.random((8, 2, 64), np.float32), np.zeros((8, 2, 64, 2), np.int64))
            yield Extremes.none(64, 9).add(some, np.arange(8 * k, 8 * k + 8))

    most = []
    for count in (5, 5, 200):
        tracemalloc.start()
        extremes(parts(count), 64, 9)
        most.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert most[2] < 1.1 * most[1] + 10_000
