"""Which position of a picture is looked at: a function of the seed and of what names the picture, of nothing else.

So it is the same whatever other pictures there are, in any order, batch and process.
"""

from __future__ import annotations

import hashlib
import struct

PERSON = b"phosphene/sample/1"


def relative(seed: int, key: bytes) -> tuple[int, int]:
    """Two independent words of 32 bits: the place of a picture's position in a map of any size, times 2**32.

    seed: 64 bits, signed.  key: what names the picture.  Counter-based randomness: Salmon et al. 2011, with BLAKE2b.

    >>> relative(0, bytes(16)) == relative(0, bytes(16)) != relative(1, bytes(16))
    True
    """
    content = PERSON + seed.to_bytes(8, "little", signed=True) + key
    first, second = struct.unpack("<II", hashlib.blake2b(content, digest_size=16).digest()[:8])
    return first, second


def position(seed: int, key: bytes, rows: int, columns: int) -> tuple[int, int]:
    """Row and column in a map of rows x columns, uniform over its inside.

    The outermost ring is left out where the map has an inside (at least 3 x 3): what padding does to the border would be a
    cluster of its own. One draw serves all layers of a picture: the positions lie at the same place in each.
    Source: Carter et al. 2019, one position for each picture.

    >>> position(0, bytes(16), 1, 1), position(0, bytes(16), 3, 3)
    ((0, 0), (1, 1))
    """
    margin = 1 if min(rows, columns) >= 3 else 0
    first, second = relative(seed, key)
    return margin + (first * (rows - 2 * margin) >> 32), margin + (second * (columns - 2 * margin) >> 32)
