"""The shadow of an activation: a mask of the picture's regions at the activation's positions, and what calls make of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import prod
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor


class Shadow(NamedTuple):
    """Masks (M, 1, h, w) on two axes of an activation; None, with the reason, where its positions are lost.

    real: (1, 1, h, w), 0 where a position is padding that the next window must not count.
    """

    mask: Tensor | None
    axes: tuple[int, int] = (2, 3)
    real: Tensor | None = None
    reason: str = ""

    def of(self) -> tuple[Tensor, Tensor]:
        """The masks, and what is real."""
        assert self.mask is not None
        return self.mask, torch.ones_like(self.mask[:1]) if self.real is None else self.real


def lost(function: str) -> Shadow:
    """The shadow of what has no positions any more."""
    return Shadow(None, reason=function)


def carried(given: Sequence[tuple[torch.Size, Shadow]], out: Tensor, name: str) -> Shadow:
    """The shadow after a call that leaves positions where they are, as most do; lost where their number changes.

    Several masks of the result's size become their mean; one that is broadcast over it is left out.
    """

    def spans(shape: torch.Size, shadow: Shadow) -> bool:
        """Whether an argument has a number for each position of the result."""
        return len(shape) == out.ndim > max(shadow.axes) and all(shape[i] == out.shape[i] for i in shadow.axes)

    known = [shadow for shape, shadow in given if shadow.mask is not None and spans(shape, shadow)]
    if not known:
        return next((shadow for _, shadow in given if shadow.mask is None), lost(name))
    axes = known[0].axes
    for shape, shadow in given:
        if shadow.mask is None and spans(shape, shadow._replace(axes=axes)) and any(shape[i] > 1 for i in axes):
            return shadow
    if any(shadow.axes != axes for shadow in known):
        return lost(name)
    reals = [shadow.real for shadow in known if shadow.real is not None]
    real = torch.stack(reals).amax(0) if len(reals) == len(known) else None
    return Shadow(torch.stack([shadow.mask for shadow in known if shadow.mask is not None]).mean(0), axes, real)


def _window(
    shadow: Shadow, out: Tensor, kernel: Sequence[int], stride: Any, padding: Any, dilation: Any = 1
) -> Shadow | None:
    """The mean of the mask over each window, over what is real of it (count_include_pad=False)."""
    if shadow.axes != (2, 3) or out.ndim != 4:
        return None
    mask, _ = shadow.of()
    stride, dilation = _pair(stride), _pair(dilation)
    reach = [dilation[i] * (kernel[i] - 1) for i in (0, 1)]
    before = [n // 2 for n in reach] if padding == "same" else [0, 0] if padding == "valid" else _pair(padding)
    # Where the windows end follows from how many there are, whatever ceil_mode says.
    ends = [(out.shape[2 + i] - 1) * stride[i] + reach[i] + 1 for i in (0, 1)]
    after = [ends[i] - before[i] - mask.shape[2 + i] for i in (0, 1)]
    mask, real = _padded(shadow, before[1], after[1], before[0], after[0]).of()
    window = mask.new_ones(1, 1, *kernel)
    sums = partial(F.conv2d, weight=window, stride=stride, dilation=dilation)
    count = sums(real)
    inside = sums(mask * real) / count.clamp_min(1)
    return Shadow(torch.where(count > 0, inside, sums(mask) / window.sum()))


def _padded(shadow: Shadow, left: int, right: int, top: int, bottom: int) -> Shadow:
    """More positions on each side, which are not real; they repeat the border in case nothing else is in a window."""
    mask, real = shadow.of()
    height, width = mask.shape[-2:]
    rows = torch.arange(-top, height + bottom, device=mask.device).clamp(0, height - 1)
    columns = torch.arange(-left, width + right, device=mask.device).clamp(0, width - 1)
    return Shadow(mask[:, :, rows][:, :, :, columns], real=F.pad(real, (left, right, top, bottom)))


def _pair(value: Any) -> list[int]:
    numbers = list(value) if isinstance(value, Sequence) else [value]
    return [int(numbers[0]), int(numbers[-1])]


def _conv(
    shadow: Shadow,
    out: Tensor,
    input: Tensor,
    weight: Tensor,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Shadow | None:
    return _window(shadow, out, weight.shape[-2:], stride, padding, dilation)


def _max_pool(
    shadow: Shadow,
    out: Tensor,
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    *_: Any,
    **__: Any,
) -> Shadow | None:
    return _window(shadow, out, _pair(kernel_size), stride or kernel_size, padding, dilation)


def _avg_pool(
    shadow: Shadow,
    out: Tensor,
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    *_: Any,
    **__: Any,
) -> Shadow | None:
    return _window(shadow, out, _pair(kernel_size), stride or kernel_size, padding)


def _lp_pool(
    shadow: Shadow, out: Tensor, input: Tensor, norm_type: Any, kernel_size: Any, stride: Any = None, *_: Any, **__: Any
) -> Shadow | None:
    return _window(shadow, out, _pair(kernel_size), stride or kernel_size, 0)


def _adaptive(shadow: Shadow, out: Tensor, *_: Any, **__: Any) -> Shadow | None:
    if shadow.axes != (2, 3) or out.ndim != 4:
        return None
    mask, real = shadow.of()
    mean = partial(F.adaptive_avg_pool2d, output_size=(out.shape[2], out.shape[3]))
    return Shadow(mean(mask * real) / mean(real).clamp_min(1e-6))


def _transposed(
    shadow: Shadow,
    out: Tensor,
    input: Tensor,
    weight: Tensor,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Shadow | None:
    """The mean over what a position is made of; the nearest where it is made of nothing."""
    if shadow.axes != (2, 3) or out.ndim != 4:
        return None
    mask, real = shadow.of()
    window = mask.new_ones(1, 1, *weight.shape[-2:])
    more = {"stride": stride, "padding": padding, "output_padding": output_padding, "dilation": dilation}
    sums: Callable[[Tensor], Tensor] = partial(F.conv_transpose2d, weight=window, **more)
    count = sums(real)
    return Shadow(torch.where(count > 0, sums(mask * real) / count.clamp_min(1), F.interpolate(mask, out.shape[-2:])))


def _resized(
    shadow: Shadow,
    out: Tensor,
    input: Tensor,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: Any = None,
    recompute_scale_factor: Any = None,
    antialias: bool = False,
) -> Shadow | None:
    if shadow.axes != (2, 3) or out.ndim != 4:
        return None
    kind = "bilinear" if mode == "bicubic" else mode  # a cubic leaves [0, 1]
    mask = shadow.of()[0]
    more = {"recompute_scale_factor": recompute_scale_factor, "antialias": antialias}

    def sums(x: Tensor) -> Tensor:
        return F.interpolate(x, size, scale_factor, kind, align_corners, **more)

    return Shadow((sums(mask) / sums(torch.ones_like(mask))).clamp(0, 1))


def _pad(
    shadow: Shadow, out: Tensor, input: Tensor, pad: Sequence[int], mode: str = "constant", *_: Any, **__: Any
) -> Shadow | None:
    if shadow.axes != (2, 3) or out.ndim != 4:
        return None
    sides = [*map(int, pad), 0, 0][:4]
    if mode == "constant":
        return _padded(shadow, *sides)
    mask, real = (F.pad(x, sides, mode) for x in shadow.of())
    return Shadow(mask, real=real)


def _shuffled(shadow: Shadow, out: Tensor, *_: Any, **__: Any) -> Shadow | None:
    return Shadow(F.interpolate(shadow.of()[0], out.shape[-2:])) if shadow.axes == (2, 3) else None


def _reshaped(shadow: Shadow, out: Tensor, input: Tensor, *_: Any, **__: Any) -> Shadow | None:
    """The two axes are kept where some two axes have their lengths and as many numbers before them."""
    (row, column), size = shadow.axes, shadow.of()[0].shape[-2:]
    for axis in range(out.ndim - 1 if column == row + 1 else 0):
        if out.shape[axis : axis + 2] == size and prod(out.shape[:axis]) == prod(input.shape[:row]):
            return shadow._replace(axes=(axis, axis + 1))
    return None


def _permuted(func: Any, shadow: Shadow, out: Tensor, input: Tensor, *args: Any, **kwargs: Any) -> Shadow | None:
    """The axes, found by the strides of a tensor without numbers."""
    strides = [1_000_003 + 2 * axis for axis in range(input.ndim)]
    moved = func(torch.empty_strided(input.shape, strides, device="meta"), *args, **kwargs).stride()
    row, column = (moved.index(strides[axis]) for axis in shadow.axes)
    return shadow._replace(axes=(row, column))


def _picked(func: Any, shadow: Shadow, out: Tensor, input: Tensor, *args: Any, **kwargs: Any) -> Shadow | None:
    """The same call on the numbers of the positions says where each came from."""
    mask, real = shadow.of()
    shape = [n if axis in shadow.axes else 1 for axis, n in enumerate(input.shape)]
    places = torch.arange(mask.shape[2] * mask.shape[3], device=input.device)
    places = places.reshape(mask.shape[-2:]) if shadow.axes[0] < shadow.axes[1] else places.reshape(mask.shape[-2:]).T
    found = func(places.reshape(shape).expand(input.shape), *args, **kwargs)
    if found.ndim != input.ndim or not found.numel():
        return None
    rows = found.movedim(shadow.axes, (-2, -1)).flatten(0, -3)
    if not bool((rows == rows[0]).all()):
        return None
    mask, real = (x.flatten(2)[:, :, rows[0]] for x in (mask, real))
    return shadow._replace(mask=mask, real=None if shadow.real is None else real)


def _linear(shadow: Shadow, out: Tensor, *_: Any, **__: Any) -> Shadow | None:
    return None if out.ndim - 1 in shadow.axes else shadow


def _nowhere(shadow: Shadow, out: Tensor, *_: Any, **__: Any) -> Shadow | None:
    return None


_PERMUTATIONS = (
    *(torch.permute, Tensor.permute, torch.transpose, Tensor.transpose, torch.swapaxes, Tensor.swapaxes),
    *(torch.swapdims, Tensor.swapdims, torch.movedim, Tensor.movedim, torch.moveaxis, Tensor.moveaxis),
    Tensor.mT.__get__,  # type: ignore[attr-defined]
)
_PICKS = (
    *(
        Tensor.__getitem__,
        torch.narrow,
        Tensor.narrow,
        torch.index_select,
        Tensor.index_select,
        torch.roll,
        Tensor.roll,
    ),
    *(torch.flip, Tensor.flip, torch.fliplr, Tensor.fliplr, torch.flipud, Tensor.flipud, torch.rot90, Tensor.rot90),
)

RULES: dict[Any, Callable[..., Shadow | None]] = {
    **dict.fromkeys((torch.conv2d, F.conv2d), _conv),
    torch.conv_transpose2d: _transposed,
    **dict.fromkeys((F.max_pool2d, torch.max_pool2d, F.max_pool2d_with_indices), _max_pool),
    F.avg_pool2d: _avg_pool,
    F.lp_pool2d: _lp_pool,
    **dict.fromkeys(
        (F.adaptive_avg_pool2d, F.adaptive_max_pool2d, F.adaptive_max_pool2d_with_indices, torch.pixel_unshuffle),
        _adaptive,
    ),
    torch.pixel_shuffle: _shuffled,
    F.interpolate: _resized,
    F.pad: _pad,
    **dict.fromkeys((torch.reshape, Tensor.reshape, Tensor.view, torch.flatten, Tensor.flatten), _reshaped),
    **dict.fromkeys((torch.unflatten, Tensor.unflatten, torch.squeeze, Tensor.squeeze), _reshaped),
    **dict.fromkeys((torch.unsqueeze, Tensor.unsqueeze, Tensor.view_as, Tensor.reshape_as), _reshaped),
    **{func: partial(_permuted, func) for func in _PERMUTATIONS},
    **{func: partial(_picked, func) for func in _PICKS},
    F.linear: _linear,
    **dict.fromkeys((torch.matmul, Tensor.matmul, Tensor.__matmul__, torch.bmm, Tensor.bmm, torch.einsum), _nowhere),
    **dict.fromkeys((torch.conv1d, torch.conv3d, F.grid_sample, F.scaled_dot_product_attention), _nowhere),
    **dict.fromkeys((torch.cumsum, Tensor.cumsum, torch.sort, Tensor.sort, torch.gather, Tensor.gather), _nowhere),
}
"""What calls other than pointwise ones make of a shadow; None where positions are lost."""
