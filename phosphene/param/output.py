"""From what a network returns to a picture: which part it is, what range it has, and whether a gradient reaches it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from torch import Tensor

from ..errors import BadArgument, Detached, ShapeMismatch
from ..models.address import tensors
from ..values import check_number
from .base import Range
from .maps import clip


def picked(output: Any, out: str | None, owner: str) -> Tensor:
    """The picture (B, C, H, W) in what a network returned; `out` names a part of it, such as "sample" or "0"."""
    parts = _parts(output)
    if out is not None and out not in parts:
        raise BadArgument(
            f"{owner}: out={out!r}",
            f"a part of what it returns, which is {described(output)}",
            f"write {_choice(parts)}" if parts else "return tensors from it",
        )
    found = parts[out] if out is not None else output
    if not isinstance(found, Tensor) or found.ndim != 4:
        raise ShapeMismatch(
            f"{owner} returned {described(found)}",
            "pictures (B, C, H, W) expected",
            f"say which part they are: {_choice(parts)}"
            if parts and out is None and "" not in parts
            else "reshape them",
        )
    return found


def _parts(output: Any) -> dict[str, Tensor]:
    """All tensors in a result, by name; of an object that is no record, its attributes."""
    return dict(tensors(output) or tensors(getattr(output, "__dict__", {})))


def _choice(parts: Mapping[str, Tensor]) -> str:
    """The part that looks most like a picture, as an argument."""
    best = [name for name, x in parts.items() if x.ndim == 4] or list(parts)
    return f"out={best[0]!r}" if best and best[0] else "no out="


def described(output: Any) -> str:
    """A tensor's shape, or the names and shapes of the tensors in a record."""
    if isinstance(output, Tensor):
        return f"a tensor of shape {tuple(output.shape)}"
    parts = ", ".join(f"{name!r} {tuple(x.shape)}" for name, x in _parts(output).items())
    return f"{type(output).__name__} with {parts or 'no tensor'}"


def checked_range(owner: str, given: Any) -> Range | None:
    """A range as (low, high), or None for numbers that are passed on as they are."""
    if given is None:
        return None
    both = tuple(given) if isinstance(given, (tuple, list)) else (given,)
    if len(both) != 2:
        raise BadArgument(f"{owner}: range is {given!r}", "(low, high) expected", "write range=(-1, 1), or range=None")
    check_number(owner, "range", both[0])
    check_number(owner, "range", both[1])
    if not both[0] < both[1]:
        raise BadArgument(f"{owner}: range is {given!r}", "the lower bound first", f"write range={both[::-1]!r}")
    return both[0], both[1]


def unit(x: Tensor, given: Range | None) -> Tensor:
    """Pictures of a network's own range in [0, 1]: shifted, scaled, and what is outside clipped as by `clip`."""
    if given is None:
        return x
    low, high = given
    scaled = x if (low, high) == (0, 1) else (x - low) / (high - low)
    return clip().forward(scaled)


def check_reached(output: Tensor, leaves: Mapping[str, Tensor], owner: str) -> None:
    """Detached where no gradient leads from `output` to one of the leaves; nothing is computed."""
    reached = {id(x) for x in _leaves(output)}
    missed = [name for name, leaf in leaves.items() if id(leaf) not in reached]
    if missed and output.requires_grad:
        raise Detached(
            f"{owner}: no gradient reaches {', '.join(map(repr, missed))}",
            "a picture that depends on all that is optimized",
            "hold it fixed, or remove .detach() and torch.no_grad() on its way through the network",
        )
    if missed:
        raise Detached(
            f"{owner} returns pictures without a gradient",
            "a network that does not detach and does not run under torch.no_grad or torch.inference_mode",
            "remove @torch.no_grad(), .detach(), .data and .numpy() from its forward, or call the decoder inside it",
        )


def _leaves(output: Tensor) -> Iterator[Tensor]:
    """The leaves of a tensor's graph."""
    if output.grad_fn is None:
        yield output
    waiting, seen = [output.grad_fn], set()
    while waiting:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        if hasattr(node, "variable"):
            yield node.variable
        waiting += [following for following, _ in node.next_functions]
