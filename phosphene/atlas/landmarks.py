"""Landmarks: the few pictures that are laid out; all others are placed by them."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from .census import Places, words

PURPOSE = b"phosphene/landmark/1"


def landmarks(key: NDArray[np.uint8], count: int, seed: int = 0) -> Places:
    """The pictures, by place and ascending, whose digests of seed and key are the `count` smallest: (m,), m <= count.

    key: (n, 16). A subset drawn evenly, of pictures, whatever their order; fewer landmarks are among more of them.

    >>> keys = np.arange(160, dtype=np.uint8).reshape(10, 16)
    >>> bool(np.isin(landmarks(keys, 3), landmarks(keys, 5)).all()), len(landmarks(keys, 20))
    (True, 10)
    """
    if count >= len(key):
        return np.arange(len(key))
    start = PURPOSE + seed.to_bytes(16, "big", signed=True)
    digests = b"".join(blake2b(start + one.tobytes(), digest_size=16).digest() for one in key)
    first, second = words(np.frombuffer(digests, np.uint8).reshape(-1, 16)).T
    return np.sort(np.lexsort((second, first))[:count])
