"""What the usual packages make of a raw map before they show it: one named function each, in their own steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from torch import Tensor
from torch.nn import functional as F

Post = Literal["raw", "captum", "torchcam", "pytorch_grad_cam"]


def upsampled(x: Tensor, size: tuple[int, int], mode: str) -> Tensor:
    """Maps (B, h, w) at another size; a size of their own leaves them as they are."""
    if tuple(x.shape[1:]) == tuple(size):
        return x
    if mode == "nearest":
        return F.interpolate(x[:, None], size, mode=mode)[:, 0]
    # Bicubic as Pillow has it: with a = -0.5, which torch's is with antialiasing alone.
    return F.interpolate(x[:, None], size, mode=mode, align_corners=False, antialias=mode == "bicubic")[:, 0]


def unit(x: Tensor, rest: float) -> Tensor:
    """Each map from its smallest value, 0, to its largest, just below 1.  rest: what is added to the range."""
    lowest, highest = x.amin((1, 2), keepdim=True), x.amax((1, 2), keepdim=True)
    return (x - lowest) / (highest - lowest + rest)


def raw(x: Tensor, size: tuple[int, int]) -> Tensor:
    """Signed values, upsampled bilinearly."""
    return upsampled(x, size, "bilinear")


def captum(x: Tensor, size: tuple[int, int]) -> Tensor:
    """Signed values, each place repeated: `LayerAttribution.interpolate` (mode "nearest")."""
    return upsampled(x, size, "nearest")


def torchcam(x: Tensor, size: tuple[int, int]) -> Tensor:
    """ReLU, then the range to [0, 1] with 1e-8; larger as `overlay_mask` does it, by Pillow's bicubic."""
    return upsampled(unit(x.relu(), 1e-8), size, "bicubic")


def pytorch_grad_cam(x: Tensor, size: tuple[int, int]) -> Tensor:
    """ReLU, range to [0, 1] with 1e-7, bilinear upsampling, ReLU, and the range to [0, 1] again."""
    return unit(upsampled(unit(x.relu(), 1e-7), size, "bilinear").relu(), 1e-7)


POSTS: dict[str, Callable[[Tensor, tuple[int, int]], Tensor]] = {
    "raw": raw,
    "captum": captum,
    "torchcam": torchcam,
    "pytorch_grad_cam": pytorch_grad_cam,
}


def post(name: str, x: Tensor, size: tuple[int, int]) -> Tensor:
    """Maps (B, h, w) as one of the packages shows them, at a size.

    >>> import torch
    >>> post("torchcam", torch.tensor([[[-1.0, 0.0], [1.0, 2.0]]]), (2, 2))
    tensor([[[0.0000, 0.0000],
             [0.5000, 1.0000]]])
    """
    return POSTS[name](x, size)
