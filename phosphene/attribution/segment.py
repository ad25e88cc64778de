"""From where a network looks to what it looks at: a map cut out of its picture by GrabCut."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..errors import BadArgument, MissingExtra, ShapeMismatch
from ..filters import gaussian
from ..param.picture import picture as read
from ..values import check_integer, check_number
from .components import Box, around, largest

DIM = 0.25
"""How bright the overlay leaves what is not in the mask."""


@dataclass(frozen=True, eq=False, repr=False)
class Segment:
    """A part of a picture.

    mask: (H, W), bool.  box: around it, (top, left, height, width).  overlay: (3, H, W), the picture, dark outside the mask.
    """

    mask: Tensor
    box: Box
    overlay: Tensor

    def __repr__(self) -> str:
        share = float(self.mask.float().mean())
        return f"Segment({share:.1%} of {self.mask.shape[0]} x {self.mask.shape[1]} px, box={self.box})"


def segment(
    saliency: Tensor,
    picture: Any,
    blur: float = 0.04,
    foreground: float = 0.95,
    background: float = 0.30,
    steps: int = 5,
) -> Segment:
    """The object that a map lies on: GrabCut from the map's highest and lowest places, the largest connected part of it.

    saliency: (H, W), higher where the object is, as `Attribution.spatial()[0]`; of another size than the picture it is
    resized.  picture: one in colors, as `param.picture` takes it.  blur: of the map, a part of the picture's shorter side;
    0 leaves it as it is, and noise in the background then marks parts of the object as background.  foreground, background:
    the quantiles of the map from which on a pixel is the object's for sure, and up to which it is not.  steps: of GrabCut.

    Errors: BadArgument, also for a map whose two quantiles are the same; ShapeMismatch for more than one map or
    picture; BadPicture; MissingExtra without OpenCV.
    Source: Simonyan et al. 2014; Rother et al. 2004, GrabCut.

    >>> picture, at = torch.full((3, 48, 64), 0.5), torch.zeros(48, 64)
    >>> picture[0, 12:36, 20:44], at[12:36, 20:44] = 1.0, 1.0
    >>> segment(at, picture)
    Segment(18.8% of 48 x 64 px, box=(12, 20, 24, 24))
    """
    shown = read(picture).numbers().float()
    map_ = _one(saliency)
    if len(shown) != 1:
        raise ShapeMismatch(f"{len(shown)} pictures to cut", "one picture, with one map", "call segment for each")
    check_number("segment", "blur", blur, 0, 1)
    check_number("segment", "foreground", foreground, 0, 1)
    check_number("segment", "background", background, 0, foreground)
    check_integer("segment", "steps", steps, 1)
    size = shown.shape[-2:]
    smooth = F.interpolate(map_[None, None], size, mode="bilinear", align_corners=False)
    if blur:
        smooth = gaussian(smooth, blur * min(size))
    mask = largest(_cut(shown[0], smooth[0, 0], foreground, background, steps))
    return Segment(mask, around(mask), torch.where(mask, shown[0], DIM * shown[0]))


def _one(saliency: Tensor) -> Tensor:
    """A map as (H, W), finite."""
    flat = saliency.detach().cpu().double()
    if flat.ndim < 2 or flat.shape[-2:].numel() != flat.numel():
        raise ShapeMismatch(
            f"a map of shape {tuple(saliency.shape)}",
            "one map (H, W)",
            "write found.spatial()[0]; call segment for each",
        )
    if not bool(torch.isfinite(flat).all()):
        raise BadArgument("a map with NaN or infinity", "finite numbers", "look for where they begin")
    return flat.reshape(flat.shape[-2:])


def _cut(picture: Tensor, saliency: Tensor, foreground: float, background: float, steps: int) -> Tensor:
    """The pixels (H, W) that GrabCut takes for the object's."""
    cv2 = _opencv()
    low, high = np.quantile(saliency.numpy(), [background, foreground])
    if not high - low > 1e-9 * float(saliency.abs().max()):
        raise BadArgument(
            f"a map whose quantiles at {background:g} and {foreground:g} are the same number",
            "numbers that differ from place to place",
            "explain something that the score depends on, or raise blur",
        )
    above, below = (saliency >= high).numpy(), (saliency <= low).numpy()
    marks = np.full(above.shape, cv2.GC_PR_BGD, np.uint8)
    marks[above], marks[below] = cv2.GC_FGD, cv2.GC_BGD
    pixels = (255 * picture).round().byte().permute(1, 2, 0).contiguous().numpy()
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(0)  # the colors' clusters start at random places, from a generator of OpenCV's own
    cv2.grabCut(pixels, marks, None, *models, steps, cv2.GC_INIT_WITH_MASK)
    return torch.from_numpy((marks == cv2.GC_FGD) | (marks == cv2.GC_PR_FGD))


def _opencv() -> Any:
    try:
        return import_module("cv2")
    except ImportError as problem:
        raise MissingExtra(
            "segment needs OpenCV", "the extra `cv` installed", 'pip install "phosphene[cv]"'
        ) from problem
