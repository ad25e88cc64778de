"""Where a tensor stands between the picture and the output: its depth, carried as an attribute of the tensor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from torch import Tensor

# An attribute dies with its tensor; a table would have to keep every activation alive to be sure of the identity.
_DEPTH = "_phosphene_depth"


def mark(x: Tensor) -> Tensor:
    """The same tensor, as the picture that enters a network: depth 0."""
    setattr(x, _DEPTH, 0)
    return x


def depth_of(x: Any) -> int | None:
    """The largest number of layers with weights on the way from the picture, or None where no way leads there."""
    return getattr(x, _DEPTH, None) if isinstance(x, Tensor) else None


def carry(result: Any, arguments: tuple[Any, ...], keywords: dict[str, Any], layers: int) -> None:
    """Give the result of a call the depth of its deepest argument, plus the layers that the call counts for."""
    depth = -1
    for tensor in nested((arguments, *keywords.values())):
        depth = max(depth, getattr(tensor, _DEPTH, -1))
    if depth >= 0:
        for tensor in nested(result):
            setattr(tensor, _DEPTH, depth + layers)


def nested(value: Any) -> Iterator[Tensor]:
    """The tensors in the arguments or the result of a call, in tuples and lists of any depth."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from nested(item)
