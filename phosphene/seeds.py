"""Random streams named by what they are for, so that the global random state is neither read nor written."""

from __future__ import annotations

import hashlib

import torch


def stream(*key: int | str) -> torch.Generator:
    """A CPU generator that depends on its key alone: one per purpose, picture and step.

    >>> a, b = stream(7, "transforms", 0), stream(7, "transforms", 0)
    >>> bool(torch.equal(torch.rand(3, generator=a), torch.rand(3, generator=b)))
    True
    """
    digest = hashlib.sha256(repr(key).encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8], "big", signed=True))
