"""What is heavy and made once for each process: a network on its device, an opened store."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import RLock
from typing import Any, TypeVar

Heavy = TypeVar("Heavy")

KEEP = 4
"""Things kept in a process; the one that was not asked for the longest time goes first."""

_kept: OrderedDict[str, Any] = OrderedDict()
_lock = RLock()


def cached(digest: str, build: Callable[[], Heavy]) -> Heavy:
    """What `build` makes, built where this process does not have it under this digest yet; the last 4 are kept.

    An error of `build` passes through, and nothing is kept.

    >>> cached("a list", lambda: [1]) is cached("a list", lambda: [2])
    True
    """
    with _lock:
        if digest not in _kept:
            made = build()  # may itself ask for something heavy
            _kept[digest] = made
        _kept.move_to_end(digest)
        found: Heavy = _kept[digest]
        while len(_kept) > KEEP:
            _kept.popitem(last=False)
        return found
