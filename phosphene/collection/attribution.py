"""What one position of a layer adds to every class, by one pass: the derivative of all logits along its activation."""

from __future__ import annotations

import warnings
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import Literal

import torch
from torch import Tensor
from torch.autograd import forward_ad
from torch.nn.attention import SDPBackend, sdpa_kernel

from ..errors import BadArgument, Detached, PhospheneError, ShapeMismatch
from ..models import Capture, Vision, as_vision, edited, guarded

CLASSES = "output"
Way = Literal["forward", "elementary", "reverse"]
"""How: forward mode; that, with attention computed from elementary operations; two reverse passes, with the same."""
WAYS: tuple[Way, ...] = ("forward", "elementary", "reverse")


def class_attribution(vision: Vision, pictures: Tensor, layer: str, positions: Tensor) -> Tensor:
    """a . d logit_c / d a for the activation a at one position of a layer, for all classes c: (B, classes).

    pictures: (B, 3, h, w) in [0, 1].  layer: as in `Capture`, (B, C), (B, C, T) or (B, C, H, W), behind the picture and before
    the classes.  positions: (B, 2), row and column in each picture; (0, 0) of a layer without positions, (0, t) of tokens.

    The classes are what the network returns, (B, classes), before any softmax. In a network of convolutions, ReLU and max
    pooling without biases the sum over all positions is the logit (Euler), at every layer. One pass in forward mode; where an
    operation of the network has none, two reverse passes. Source: Carter et al. 2019.
    Errors: UnknownLayer, BadArgument; ShapeMismatch for positions outside, or a network that returns no classes; Detached
    where the classes do not depend on the layer.

    >>> from torch import nn
    >>> net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 5, bias=False))
    >>> vision, picture = Vision(net.eval(), [0.5] * 3, [0.5] * 3), torch.rand(1, 3, 5, 5)
    >>> parts = [class_attribution(vision, picture, "1", torch.tensor([[y, x]])) for y in range(3) for x in range(3)]
    >>> bool(torch.allclose(sum(parts), vision(picture), atol=1e-5))
    True
    """
    vision = as_vision(vision)
    with guarded(vision):
        plan = Capture(vision, [layer, CLASSES])
        place = torch.as_tensor(positions, device=pictures.device)
        return attributed(plan, layer, pictures, place, way_of(plan, layer, pictures, place))[1]


def way_of(plan: Capture, layer: str, pictures: Tensor, positions: Tensor) -> Way:
    """The first way that this network's operations have, found by trying. The errors of `class_attribution`."""
    for way in WAYS[:-1]:
        try:
            attributed(plan, layer, pictures, positions, way)
        except PhospheneError:
            raise
        except RuntimeError:  # an operation without a forward mode; any other error comes again
            continue
        return way
    attributed(plan, layer, pictures, positions, WAYS[-1])
    return WAYS[-1]


def attributed(
    plan: Capture, layer: str, pictures: Tensor, positions: Tensor, way: Way
) -> tuple[dict[str, Tensor], Tensor]:
    """All activations of a plan, which has "output", and the attribution of one layer's to the classes, in one way."""
    if way == "reverse":
        return _reverse(plan, layer, pictures, positions)
    _prepare()

    def dual(own: Tensor) -> Tensor:
        made: Tensor = forward_ad.make_dual(own, along(own, positions, layer))  # type: ignore[no-untyped-call]
        return made

    with torch.no_grad(), forward_ad.dual_level(), _attention(way), edited(plan.vision, layer, dual):
        found = {name: forward_ad.unpack_dual(one) for name, one in plan(pictures).items()}  # type: ignore[no-untyped-call]
    _check(found[CLASSES].primal, plan.vision)
    slope = found[CLASSES].tangent
    if slope is None:
        raise _detached(plan.vision, layer)
    return {name: one.primal for name, one in found.items()}, slope


def _reverse(plan: Capture, layer: str, pictures: Tensor, positions: Tensor) -> tuple[dict[str, Tensor], Tensor]:
    """J t as the derivative of v -> <J' v, t>, which is linear, so any v will do (Townsend 2017)."""
    leaves: list[Tensor] = []

    def cut(own: Tensor) -> Tensor:
        leaves.append(own.detach().requires_grad_())
        return leaves[0]

    with torch.enable_grad(), _attention("reverse"), edited(plan.vision, layer, cut):
        found = plan(pictures)
    logits = found[CLASSES]
    _check(logits, plan.vision)
    if not logits.requires_grad:
        raise _detached(plan.vision, layer)
    weights = torch.zeros_like(logits, requires_grad=True)
    (back,) = torch.autograd.grad(logits, leaves, weights, create_graph=True, allow_unused=True)
    if back is None:
        raise _detached(plan.vision, layer)
    (slope,) = torch.autograd.grad(back, weights, along(leaves[0].detach(), positions, layer))
    return {name: one.detach() for name, one in found.items()}, slope


def along(own: Tensor, positions: Tensor, layer: str) -> Tensor:
    """The activation at one position of each picture, zero elsewhere."""
    flat = spread(own, layer).flatten(2)
    here, place = torch.arange(len(own), device=own.device), places(own, positions, layer)
    made = torch.zeros_like(flat)
    made[here, :, place] = flat[here, :, place]
    return made.reshape(own.shape)


def at(own: Tensor, positions: Tensor, layer: str) -> Tensor:
    """The activation (B, C) at one position of each picture."""
    here = torch.arange(len(own), device=own.device)
    return spread(own, layer).flatten(2)[here, :, places(own, positions, layer)]


def places(own: Tensor, positions: Tensor, layer: str) -> Tensor:
    """Positions (B, 2) as places in the flattened map."""
    rows, columns = spread(own, layer).shape[2:]
    inside = (positions >= 0).all() and (positions < positions.new_tensor([rows, columns])).all()
    if positions.shape != (len(own), 2) or not inside:
        raise ShapeMismatch(
            f"positions {positions.tolist()} in layer {layer!r}"[:300],
            f"{len(own)} pairs (row, column) in a map of {rows} x {columns} expected",
            "write positions=torch.tensor([[y, x]])",
        )
    return positions[:, 0] * columns + positions[:, 1]


def spread(own: Tensor, layer: str) -> Tensor:
    """An activation with rows and columns: (B, C) is 1 x 1, (B, C, T) is 1 x T."""
    if not 2 <= own.ndim <= 4 or not own.is_floating_point():
        raise BadArgument(
            f"layer {layer!r} gives {own.dtype} of shape {tuple(own.shape)}",
            "real numbers (B, C), (B, C, T) or (B, C, H, W) expected",
            "choose another layer",
        )
    return own.reshape(*own.shape[:2], *(1,) * (4 - own.ndim), *own.shape[2:])


def _attention(way: Way) -> AbstractContextManager[None]:
    """Fused attention has derivatives of the first order alone, by reverse mode."""
    return nullcontext() if way == "forward" else sdpa_kernel(SDPBackend.MATH)


@cache
def _prepare() -> None:
    """At its first dual number torch loads rules that it makes with torch.jit.script, and warns of that itself."""
    with warnings.catch_warnings(), forward_ad.dual_level():
        warnings.filterwarnings("ignore", message=r".*torch\.jit\.script")
        forward_ad.make_dual(torch.zeros(()), torch.zeros(()))  # type: ignore[no-untyped-call]


def _check(logits: Tensor, vision: Vision) -> None:
    if logits.ndim != 2:
        raise ShapeMismatch(
            f"{vision.name} returns {tuple(logits.shape)}",
            "a score for each class expected, (B, classes)",
            "write attribution=0, or give a network that ends in classes",
        )


def _detached(vision: Vision, layer: str) -> Detached:
    return Detached(
        f"layer {layer!r} of {vision.name}, on which its classes do not depend",
        "a layer on the way from the picture to the classes expected",
        "choose another layer, or write attribution=0",
    )
