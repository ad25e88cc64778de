"""How well maps find objects whose places are known."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ..errors import BadArgument, ShapeMismatch
from ..values import check_number
from .components import Box, around, largest


@dataclass(frozen=True, eq=False, repr=False)
class Localization:
    """How well maps find known objects, one number for each map, (B,).

    iou: of the box around the map's highest part with the object's box: intersection over union.  hit: whether the map's
    highest place is in the object (the pointing game).  mass: the share of the map's positive values that lies in the object.
    """

    iou: Tensor
    hit: Tensor
    mass: Tensor

    def __repr__(self) -> str:
        parts = [f"{name} {float(getattr(self, name).double().mean()):.3f}" for name in ("iou", "hit", "mass")]
        return f"Localization of {len(self.iou)} maps: " + ", ".join(parts) + " on average"


def localization(maps: Tensor, truth: Tensor, share: float = 0.2) -> Localization:
    """How well maps find objects.

    maps: (B, H, W), higher where the object is, in the size of the pictures.  truth: masks (B, H, W), or boxes (B, 4) as top,
    left, height, width.  share: of a map's maximum, above which its box lies: see `box`.
    A map without anything above 0 finds nothing: all three are 0.
    Errors: ShapeMismatch, BadArgument for an object without a pixel.
    Source: Zhou et al. 2016 (boxes); Zhang et al. 2016 (pointing); Wang et al. 2020, Score-CAM (mass).

    >>> map = torch.tensor([[[0.0, 2.0, 1.0], [0.0, 1.0, 0.0]]])
    >>> localization(map, torch.tensor([[0, 1, 1, 2]]))
    Localization of 1 maps: iou 0.500, hit 1.000, mass 0.750 on average
    """
    if maps.ndim != 3:
        raise ShapeMismatch(f"maps of shape {tuple(maps.shape)}", "(B, H, W)", "write found.spatial(), or maps[:, 0]")
    inside = _masks(truth, maps)
    positive = maps.clamp_min(0)
    total = positive.flatten(1).sum(1)
    some = total > 0
    found = [
        _iou(box(one, share), around(mask)) if bool(finds) else 0.0
        for one, mask, finds in zip(maps, inside, some, strict=True)
    ]
    highest = maps.flatten(1).argmax(1, keepdim=True)
    hit = inside.flatten(1).gather(1, highest)[:, 0] & some
    mass = (positive * inside).flatten(1).sum(1) / torch.where(some, total, 1)
    return Localization(torch.tensor(found), hit, mass)


def box(map: Tensor, share: float = 0.2) -> Box:
    """The box, (top, left, height, width), around the largest connected part of a map (H, W) above a share of its maximum.

    Errors: BadArgument, also for a map without anything above 0.  Source: Zhou et al. 2016, for CAM.

    >>> box(torch.tensor([[0.0, 5.0, 1.5], [0.5, 0.0, 0.0]]))
    (0, 1, 1, 2)
    """
    check_number("box", "share", share, 0, 1)
    if not float(map.max()) > 0:
        raise BadArgument("the box of a map without anything above 0", "a map with a maximum", "explain a higher score")
    return around(largest(map >= max(share * float(map.max()), torch.finfo(map.dtype).tiny)))


def _masks(truth: Tensor, maps: Tensor) -> Tensor:
    """Masks or boxes as masks (B, H, W), bool."""
    if truth.shape == maps.shape:
        return truth.bool().to(maps.device)
    if truth.shape != (len(maps), 4):
        raise ShapeMismatch(
            f"objects of shape {tuple(truth.shape)} for maps of {tuple(maps.shape)}",
            "masks in the maps' shape, or boxes (B, 4)",
            "resize the maps to the pictures first",
        )
    masks = torch.zeros_like(maps, dtype=torch.bool)
    for mask, (top, left, height, width) in zip(masks, truth.long().tolist(), strict=True):
        mask[max(top, 0) : top + height, max(left, 0) : left + width] = True
    return masks


def _iou(one: Box, other: Box) -> float:
    """Intersection over union of two boxes."""
    sides = (
        min(one[axis] + one[axis + 2], other[axis] + other[axis + 2]) - max(one[axis], other[axis]) for axis in (0, 1)
    )
    common = 1
    for side in sides:
        common *= max(side, 0)
    return common / (one[2] * one[3] + other[2] * other[3] - common)
