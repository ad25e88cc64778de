"""What recipes are asked for, checked before anything is painted: a size, one or several things, two numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...errors import BadArgument
from ...models.vision import Vision
from ...objectives import Objective
from ...param.base import Size, pair
from ...values import is_finite


def size_asked(owner: str, vision: Vision, size: Any) -> Size:
    """Height and width: those that are asked for, the network's own where none are, 224 where it has none.

    Errors: BadArgument.
    """
    return pair(owner, (vision.size or 224) if size is None else size)


def several(given: Any, kinds: type | tuple[type, ...], none: str, instead: str) -> list[Any]:
    """One thing of some kinds, or several, as a list; BadArgument, beginning with `none`, where there is nothing.

    >>> several("dots", (str, int), "no class", "write 'dots'"), several((1, 2), (str, int), "no class", "write 'dots'")
    (['dots'], [1, 2])
    """
    single = isinstance(given, kinds) and not isinstance(given, bool)
    many = isinstance(given, Iterable) and not isinstance(given, (str, bytes, Objective))
    found = [given] if single else list(given) if many else []
    if not found:
        raise BadArgument(f"{none}, {given!r}"[:200], "one or several expected", instead)
    return found


def named(owner: str, name: str, given: Any, instead: str, least: int = 1) -> None:
    """Refuse what is no dict of things by name, or has fewer of them."""
    if not isinstance(given, Mapping) or len(given) < least or not all(isinstance(key, str) for key in given):
        raise BadArgument(f"{owner}: {name} is {given!r}"[:200], "a dict of one or several, by name, expected", instead)


def two(owner: str, name: str, given: Any, example: tuple[float, float]) -> tuple[float, float]:
    """Two numbers, from ... to."""
    if not isinstance(given, (tuple, list)) or len(given) != 2 or not all(map(is_finite, given)):
        raise BadArgument(
            f"{owner}: {name} is {given!r}"[:200], "two numbers, from ... to, expected", f"write {name}={example!r}"
        )
    return given[0], given[1]
