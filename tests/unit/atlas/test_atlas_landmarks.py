"""Landmarks: an even subset that depends on keys and the seed alone."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from phosphene.atlas.landmarks import landmarks


def keys(n: int, seed: int = 0) -> Any:
    return np.frombuffer(np.random.default_rng(seed).bytes(16 * n), np.uint8).reshape(n, 16)


@given(st.integers(1, 60), st.integers(1, 70), st.integers(0, 2**32 - 1))
def test_landmarks_have_the_smallest_digests(n: int, count: int, seed: int) -> None:
    def digest(key: Any) -> bytes:
        start = b"phosphene/landmark/1" + seed.to_bytes(16, "big")
        return blake2b(start + key.tobytes(), digest_size=16).digest()

    key = keys(n)
    ranked = sorted(range(n), key=lambda i: digest(key[i]))
    assert landmarks(key, count, seed).tolist() == sorted(ranked[:count])


@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 99))
def test_fewer_landmarks_are_a_prefix_of_more(n: int, count: int, seed: int) -> None:
    assert set(landmarks(keys(n), count, seed)) <= set(landmarks(keys(n), count + 1, seed))


@given(st.integers(2, 60), st.integers(1, 30), st.integers(0, 99))
def test_the_order_and_other_pictures_do_not_matter(n: int, count: int, seed: int) -> None:
    key, order = keys(n), np.random.default_rng(seed).permutation(n)
    assert set(order[landmarks(key[order], count, 3)]) == set(landmarks(key, count, 3))
    without = np.delete(np.arange(n), seed % n)
    assert set(landmarks(key, count, 3)) - {seed % n} <= set(without[landmarks(key[without], count, 3)])


def test_another_seed_is_another_subset_and_each_is_even() -> None:
    key = keys(4000)
    one, other = landmarks(key, 1000, 0), landmarks(key, 1000, 1)
    assert abs(len(np.intersect1d(one, other)) - 250) < 6 * np.sqrt(250 * 0.75)
    assert abs((one < 2000).sum() - 500) < 6 * np.sqrt(250)
