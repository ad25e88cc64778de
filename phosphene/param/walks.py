"""Walks between the codes of a generator, and sums of its inner features."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import AmbiguousLayer, BadArgument, ShapeMismatch, UnknownLayer, nearest
from ..values import check_integer, check_number
from .base import Param, State
from .codes import interval, simplex
from .compose import composed
from .latent import latent


def lerp(a: Tensor, b: Tensor, n: int) -> Tensor:
    """n codes on the straight line from a to b, both included to the bit.  (*shape), (*shape) -> (n, *shape)

    Errors: ShapeMismatch for codes of different shapes, BadArgument for n < 2.

    >>> lerp(torch.zeros(1), torch.ones(1), 3).flatten()
    tensor([0.0000, 0.5000, 1.0000])
    """
    a, b, t = _ends("lerp", a, b, n)
    return _with_ends(a, b, (1 - t) * a.double() + t * b.double())


def slerp(a: Tensor, b: Tensor, n: int) -> Tensor:
    """n codes on the great circle from a to b, both included to the bit.  (*shape), (*shape) -> (n, *shape)

    The direction turns at a constant rate (Shoemake 1985), the length goes linearly from that of a to that of b: codes of
    one length keep it. All entries of a code count as one vector. Errors: as `lerp`, and BadArgument for a code of zeros
    and for opposite codes, between which no great circle is the shortest.

    >>> slerp(torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0]), 3)[1]
    tensor([0.7071, 0.7071])
    """
    a, b, t = _ends("slerp", a, b, n)
    from_, to = a.double(), b.double()
    lengths = from_.norm(), to.norm()
    if not lengths[0] or not lengths[1]:
        raise BadArgument("slerp: a code of zeros", "codes with a direction", "walk with how='lerp'")
    u, v = from_ / lengths[0], to / lengths[1]
    angle = 2 * math.atan2(float((u - v).norm()), float((u + v).norm()))  # exact for small and large angles alike
    if math.pi - angle < 1e-7:
        raise BadArgument(
            "slerp: two opposite codes", "codes with one shortest arc between them", "walk by way of a third code"
        )
    turned = (1 - t) * u + t * v if angle < 1e-7 else torch.sin((1 - t) * angle) * u + torch.sin(t * angle) * v
    directions = turned / turned.flatten(1).norm(dim=1).reshape(t.shape)
    return _with_ends(a, b, directions * ((1 - t) * lengths[0] + t * lengths[1]))


_WAYS: dict[str, Callable[[Tensor, Tensor, int], Tensor]] = {"lerp": lerp, "slerp": slerp}


def _ends(owner: str, a: Tensor, b: Tensor, n: int) -> tuple[Tensor, Tensor, Tensor]:
    """Both codes in one type, and the n places from 0 to 1, shaped to multiply codes."""
    check_integer(owner, "n", n, 2)
    a, b = (_code(owner, code) for code in (a, b))
    if a.shape != b.shape:
        raise ShapeMismatch(
            f"{owner}: codes of shapes {tuple(a.shape)} and {tuple(b.shape)}",
            "two codes of one shape",
            "give both alike",
        )
    dtype = torch.promote_types(torch.promote_types(a.dtype, b.dtype), torch.float16)
    places = torch.linspace(0, 1, n, dtype=torch.float64, device=a.device)
    return a.to(dtype), b.to(a.device, dtype), places.reshape(n, *[1] * a.ndim)


def _code(owner: str, code: Any) -> Tensor:
    """A code as a tensor of real, finite numbers."""
    try:
        numbers = torch.as_tensor(code)
    except (TypeError, ValueError, RuntimeError) as problem:
        raise BadArgument(
            f"{owner}: {type(code).__name__} as a code", "a tensor", "write torch.randn(128)"
        ) from problem
    if not numbers.ndim or numbers.is_complex() or not bool(torch.isfinite(numbers).all()):
        raise BadArgument(
            f"{owner}: a code of {str(numbers.dtype).removeprefix('torch.')}, shape {tuple(numbers.shape)}",
            "real, finite numbers along one axis or more",
            "write torch.randn(128), or torch.nan_to_num(code)",
        )
    return numbers


def _with_ends(a: Tensor, b: Tensor, codes: Tensor) -> Tensor:
    return torch.cat([a[None], codes[1:-1].to(a.dtype), b[None]])


def walk(painted: Param, a: Any, b: Any, n: int, how: str = "slerp") -> Tensor:
    """The pictures of n codes from a to b, both included.  -> (n, C, H, W)

    `painted` is a `latent`, perhaps with maps after it. A code is a tensor, or a dict of tensors by input; inputs that
    are not named stay at their `.at` code, frozen ones as they are. `how` is "slerp" or "lerp"; a simplex and an interval
    are walked straight. Errors: ShapeMismatch for codes of other shapes than the generator's, BadArgument.

    >>> net = nn.Sequential(nn.Linear(2, 12), nn.Unflatten(1, (3, 2, 2))).eval()
    >>> from .latent import latent
    >>> walk(latent(net, 2), torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0]), n=5).shape
    torch.Size([5, 3, 2, 2])
    """
    if how not in _WAYS:
        raise BadArgument(f"walk: how={how!r}", "'slerp' or 'lerp' expected", "write how='lerp'")
    check_integer("walk", "n", n, 2)
    first, last = _single(painted, a), _single(painted, b)
    straight = {name for name, kind in latent_of(painted).free.items() if isinstance(kind, (simplex, interval))}
    codes = {name: (lerp if name in straight else _WAYS[how])(first[name][0], last[name][0], n) for name in first}
    with torch.no_grad():
        return painted.decode(codes)


def features(painted: Param, code: Any, at: str) -> Tensor:
    """What an inner layer of the generator returns for a code, or for a batch of codes.

    `at` is the layer's name as in `named_modules()`. Errors: UnknownLayer, AmbiguousLayer for a layer that is called more
    than once, ShapeMismatch for a code that does not fit.

    >>> net = nn.Sequential(nn.Linear(2, 12), nn.Unflatten(1, (3, 2, 2))).eval()
    >>> from .latent import latent
    >>> features(latent(net, 2), torch.zeros(3, 2), at="0").shape
    torch.Size([3, 12])
    """
    found: list[Tensor] = []
    with torch.no_grad(), _hooked(painted, at, lambda output: found.append(output.clone())):
        painted.decode(_state(painted, code))
    return found[0]


def combine(painted: Param, parts: Sequence[tuple[float, Any]], at: str) -> Tensor:
    """Pictures of a weighted sum of features: `combine(p, [(1, a), (-1, b), (1, c)], at="fc5")`.  -> (B, C, H, W)

    The layer `at` is given, in place of what it would return, the sum of weight x what it returns for each code; the rest
    of the generator runs from there. What reaches the rest past that layer comes from the first code. Codes as in
    `walk`, or batches of one size. Source: Dosovitskiy 2017, features of chairs. Errors: as `features`.

    >>> net = nn.Sequential(nn.Linear(2, 12), nn.Unflatten(1, (3, 2, 2))).eval()
    >>> from .latent import latent
    >>> a, p = torch.ones(2), latent(net, 2)
    >>> bool(torch.equal(combine(p, [(1, a)], at="0"), p.decode({"code": a[None]})))
    True
    """
    if (
        not isinstance(parts, (tuple, list))
        or not parts
        or not all(isinstance(part, (tuple, list)) and len(part) == 2 for part in parts)
    ):
        raise BadArgument(
            f"combine: {len(parts) if isinstance(parts, (tuple, list)) else repr(parts)} parts"[:200],
            "pairs of a weight and a code",
            "write [(1, a), (-1, b), (1, c)]",
        )
    for weight, _ in parts:
        check_number("combine", "weight", weight)
    layers = [features(painted, code, at) for _, code in parts]
    if len({layer.shape for layer in layers}) > 1:
        shapes = ", ".join(str(tuple(layer.shape)) for layer in layers)
        raise ShapeMismatch(f"combine: features of shapes {shapes}", "as many codes in each part", "give one code each")
    weighted = torch.stack([weight * layer for (weight, _), layer in zip(parts, layers, strict=True)]).sum(0)
    with torch.no_grad(), _hooked(painted, at, lambda output: weighted):
        return painted.decode(_state(painted, parts[0][1]))


def latent_of(painted: Any) -> latent:
    """The latent in a parameterization, before its maps."""
    inner = painted.source if isinstance(painted, composed) else painted
    if not isinstance(inner, latent):
        raise BadArgument(
            f"{painted!r}"[:200], "the codes of a generator", "write param.latent(generator, shape=(128,))"
        )
    return inner


def _state(painted: Param, code: Any) -> State:
    """A code as a state; inputs without a code have that of `.at`."""
    inner = latent_of(painted)
    given = {**{name: held.numbers() for name, held in inner.start}, **inner.state(code)}
    missing = [name for name in inner.free if name not in given]
    if missing:
        raise BadArgument(
            f"no code for {', '.join(map(repr, missing))}",
            "a code for each input",
            "add it, or set it: latent(...).at(...)",
        )
    rows = max(len(x) for x in given.values())
    return {name: x.expand(rows, *x.shape[1:]) if len(x) == 1 else x for name, x in given.items()}


def _single(painted: Param, code: Any) -> State:
    state = _state(painted, code)
    if any(len(x) != 1 for x in state.values()):
        raise ShapeMismatch(f"walk: {len(next(iter(state.values())))} codes", "one code at each end", "write codes[0]")
    return state


@contextmanager
def _hooked(painted: Param, at: str, seen: Callable[[Tensor], Tensor | None]) -> Iterator[None]:
    """`seen` gets what the layer returns, and may return something to put in its place."""
    generator = latent_of(painted).generator
    layers: dict[str, nn.Module] = {name: child for name, child in generator.live().named_modules() if name}
    if at not in layers:
        raise UnknownLayer(
            f"at={at!r}", f"a layer of {generator.name}. {nearest(str(at), layers)}", "write one of its named_modules()"
        )
    calls = 0

    def hook(module: nn.Module, arguments: Any, output: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls > 1:
            raise AmbiguousLayer(f"layer {at!r}, which {generator.name} calls twice", "one call", "name another layer")
        if not isinstance(output, Tensor):
            raise BadArgument(
                f"layer {at!r} returns {type(output).__name__}",
                "a layer that returns a tensor",
                "name a layer inside it",
            )
        return seen(output)

    handle = layers[at].register_forward_hook(hook)
    try:
        yield
        if not calls:
            raise UnknownLayer(
                f"layer {at!r}, which {generator.name} never reaches", "a layer on the way", "name another layer"
            )
    finally:
        handle.remove()
