"""Regions of a picture at the layers of a network: a mask follows the picture through any graph (Ulyanov 2016, doodles)."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode, resolve_name

from ..errors import BadPicture, ShapeMismatch
from .capture import Capture, grey
from .depth import nested
from .shadow import RULES, Shadow, carried, lost
from .vision import Vision, as_vision

THIN = 0.5
"""The share of a region's own maximum below which no position of a layer counts as belonging to it."""

_SHADOW = "_phosphene_region"


class RegionWarning(UserWarning):
    """A region thinner than what a position of the layer sees: it is nowhere more than a part of a position."""


def propagate(vision: Vision, mask: Tensor, names: Iterable[str]) -> dict[str, Tensor]:
    """Masks of a picture's regions as they are at layers of a network, in one forward pass of one grey picture.

    mask: (M, 1, H, W) or (M, H, W) in [0, 1], at the picture's size. Returns (M, 1, h, w) in [0, 1] for each name. Each
    value is the share of the region in what the position is made of: the mean of the mask over the windows of
    convolutions and of pooling of every kind, padding left out; the mean over branches that are added, the mean weighted
    by channels over those that are joined. What looks at the whole picture, such as a squeeze-and-excitation gate, is
    left out. Warns (RegionWarning) where a region covers nowhere half of a position. Errors: BadPicture for masks outside
    [0, 1], UnknownLayer, ShapeMismatch for a layer without positions and for what cannot be followed.

    >>> net = Vision(torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3, padding=1)), [0.5] * 3, [0.5] * 3)
    >>> left = torch.tensor([1.0, 1, 0, 0]).expand(1, 4, 4)
    >>> propagate(net, left, ["0"])["0"][0, 0, 0]
    tensor([1.0000, 0.6667, 0.3333, 0.0000])
    """
    found = follow(vision, mask, names)
    for name, here in found.items():
        warn_thin(vision, name, mask, here)
    return found


def follow(vision: Vision, mask: Tensor, names: Iterable[str], channels: int = 3) -> dict[str, Tensor]:
    """What `propagate` returns, without a warning, for a network of pictures of so many channels."""
    masks = _checked(mask).to(as_vision(vision).device, vision.dtype)
    plan = Capture(vision, names)
    with torch.no_grad(), _Follow():
        x = grey(vision, (int(masks.shape[-2]), int(masks.shape[-1])), channels)
        setattr(x, _SHADOW, Shadow(masks))
        activations = plan(x)
        return {name: _read(vision, name, activation) for name, activation in activations.items()}


def warn_thin(vision: Vision, name: str, mask: Tensor, here: Tensor) -> None:
    """RegionWarning for the regions that cover nowhere half of a position of a layer."""
    for before, after in zip(mask.flatten(1).amax(1).tolist(), here.flatten(1).amax(1).tolist(), strict=True):
        if after < THIN * before:
            warnings.warn(
                f"a region covers at most {after / before:.0%} of a position of layer {name!r} of {vision.name}. Each "
                "position there sees more than the region is wide. Widen the region, paint larger, or choose an earlier "
                "layer.",
                RegionWarning,
                stacklevel=3,
            )


class _Follow(TorchFunctionMode):
    """Hands the shadow of what a call is given to what it returns."""

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        # Before the call, which may write into its argument.
        given = [(x.shape, shadow) for x in nested((args, *kwargs.values())) if (shadow := _shadow(x)) is not None]
        result = func(*args, **kwargs)
        if not given:
            return result
        if func is Tensor.__setitem__:
            setattr(args[0], _SHADOW, lost(resolve_name(func) or repr(func)))
        for out in nested(result):
            setattr(out, _SHADOW, self._after(func, given, out, args, kwargs))
        return result

    @staticmethod
    def _after(func: Any, given: Any, out: Tensor, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Shadow:
        name = resolve_name(func) or repr(func)
        if func in (torch.cat, torch.concat, torch.concatenate):
            parts = kwargs["tensors"] if "tensors" in kwargs else args[0]
            dim = kwargs.get("dim", kwargs.get("axis", args[1] if len(args) > 1 else 0))
            return _joined(parts, dim % out.ndim, name)
        if func not in RULES:
            return carried(given, out, name)
        first = args[0] if args else kwargs.get("input")
        shadow = _shadow(first)
        if shadow is None or shadow.mask is None:
            return shadow or lost(name)
        return RULES[func](shadow, out, *args, **kwargs) or lost(name)


def _joined(parts: Iterable[Tensor], axis: int, name: str) -> Shadow:
    """Branches side by side: the mean of their masks, weighted by their channels; along rows or columns, all of them."""
    known = [(x.shape[axis], shadow) for x in parts if (shadow := _shadow(x)) is not None]
    masks = [shadow.mask for _, shadow in known if shadow.mask is not None]
    first = known[0][1]
    if len(masks) < len(known):
        return next(shadow for _, shadow in known if shadow.mask is None)
    if axis in first.axes:
        return first._replace(mask=torch.cat(masks, 2 + first.axes.index(axis)), real=None)
    if len({mask.shape[-2:] for mask in masks}) > 1 or len({shadow.axes for _, shadow in known}) > 1:
        return lost(name)
    whole = sum(count for count, _ in known)
    summed = torch.stack([count * mask for (count, _), mask in zip(known, masks, strict=True)]).sum(0)
    return first._replace(mask=summed / whole)


def _checked(mask: Any) -> Tensor:
    masks = mask[:, None] if isinstance(mask, Tensor) and mask.ndim == 3 else mask
    if not isinstance(masks, Tensor) or masks.ndim != 4 or masks.shape[1] != 1 or 0 in masks.shape:
        raise BadPicture(
            f"a mask of shape {tuple(mask.shape)}" if isinstance(mask, Tensor) else f"{type(mask).__name__} as a mask",
            "regions (M, 1, H, W) or (M, H, W) expected, at the size of the picture",
            "write mask[None] for a single region (H, W)",
        )
    if not (float(masks.min()) >= 0 and float(masks.max()) <= 1):  # false for NaN, too
        raise BadPicture(
            f"a mask with values from {float(masks.min()):g} to {float(masks.max()):g}",
            "values in [0, 1]: 1 inside the region, 0 outside",
            "write mask.clamp(0, 1), or mask / 255 for bytes",
        )
    return masks


def _read(vision: Vision, name: str, activation: Tensor) -> Tensor:
    shadow = _shadow(activation)
    if shadow is not None and shadow.mask is not None and shadow.axes == (2, 3) and activation.ndim == 4:
        return shadow.mask
    reason = "no way from the picture to it is seen" if shadow is None else f"{shadow.reason} leaves no place for it"
    if shadow is not None and not shadow.reason:
        reason = "its positions are not on the last two axes"
    raise ShapeMismatch(
        f"a region at layer {name!r} of {vision.name}, of shape {tuple(activation.shape[1:])}: {reason}",
        "a layer with positions (C, H, W) that the picture reaches by convolutions, pooling and the like expected",
        "choose an earlier layer, or state the axes as in 'layer@bhwc'",
    )


def _shadow(x: Any) -> Shadow | None:
    return getattr(x, _SHADOW, None) if isinstance(x, Tensor) else None
