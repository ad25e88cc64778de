"""Positions: uniform over the inside, a function of seed and key alone."""

from __future__ import annotations

import hashlib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from phosphene.collection import position, relative

KEYS = [hashlib.blake2b(b"%d" % number, digest_size=16).digest() for number in range(100_000)]
sides = st.integers(1, 2000)
seeds = st.integers(-(2**63), 2**63 - 1)
keys = st.binary(min_size=16, max_size=16)


@pytest.mark.parametrize(
    ("rows", "columns"), [(1, 1), (1, 2), (2, 2), (3, 3), (4, 4), (5, 7), (7, 7), (14, 14), (2, 7), (1, 50)]
)
def test_every_position_of_the_inside_is_as_likely(rows: int, columns: int) -> None:
    found = Counter(position(3, key, rows, columns) for key in KEYS)
    inside = 1 if rows > 2 and columns > 2 else 0
    grid = [(y, x) for y in range(inside, rows - inside) for x in range(inside, columns - inside)]
    assert set(found) == set(grid)
    assert len(grid) == 1 or chisquare([found[place] for place in grid]).pvalue > 1e-3


def test_row_and_column_and_seeds_are_independent() -> None:
    quarter = [tuple(word >> 31 for word in (*relative(0, key), *relative(1, key))) for key in KEYS]
    counts = Counter(quarter)
    assert len(counts) == 16
    assert chisquare(list(counts.values())).pvalue > 1e-3


@given(seeds, keys, sides, sides)
def test_positions_are_inside(seed: int, key: bytes, rows: int, columns: int) -> None:
    y, x = position(seed, key, rows, columns)
    assert 0 <= y < rows
    assert 0 <= x < columns
    if min(rows, columns) >= 3:
        assert 1 <= y < rows - 1
        assert 1 <= x < columns - 1


@given(seeds, keys, st.lists(st.tuples(st.integers(3, 500), st.integers(3, 500)), min_size=2, max_size=2))
def test_one_draw_serves_maps_of_all_sizes(seed: int, key: bytes, sizes: list[tuple[int, int]]) -> None:
    for axis, word in enumerate(relative(seed, key)):
        for size in sizes:
            inner = size[axis] - 2
            place = position(seed, key, *size)[axis] - 1
            assert place / inner <= word / 2**32 < (place + 1) / inner


def test_the_words_are_those_that_are_written_down() -> None:
    """A collection lasts: other words would be another collection under the same name."""
    content = b"phosphene/sample/1" + (-5).to_bytes(8, "little", signed=True) + KEYS[0]
    digest = hashlib.blake2b(content, digest_size=16).digest()
    assert relative(-5, KEYS[0]) == (int.from_bytes(digest[:4], "little"), int.from_bytes(digest[4:8], "little"))
    assert relative(0, bytes(16)) == (148320501, 3893211736)
