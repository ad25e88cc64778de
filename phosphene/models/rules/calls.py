"""The calls that rules change: which functions of torch they are, with which arguments."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from ..depth import depth_of
from .base import Call

Reader = Callable[..., Call | None]


def with_branch(call: Call) -> Call | None:
    """An addition of two ways of different depth from the picture; the deeper one is the residual branch."""
    a, b = call.inputs
    if a.ndim < 3 or a.shape != b.shape:
        return None
    first, second = depth_of(a), depth_of(b)
    if first is None or second is None or first == second:
        return None
    return call._replace(branch=int(second > first))


def _activation(site: str) -> Reader:
    def read(input: Tensor, inplace: bool = False, **options: Any) -> Call:
        return Call(site, (input,), inplace)

    return read


def _hardtanh(input: Tensor, min_val: float = -1, max_val: float = 1, inplace: bool = False) -> Call | None:
    return Call("relu6", (input,), inplace) if (min_val, max_val) == (0, 6) else None


def _threshold(input: Tensor, threshold: float, value: float, inplace: bool = False, *, out: Any = None) -> Call | None:
    return Call("relu", (input,), inplace) if (threshold, value, out) == (0, 0, None) else None


def _clamp(input: Tensor, min: Any = None, max: Any = None, *, out: Any = None) -> Call | None:
    if isinstance(min, Tensor) or min != 0 or isinstance(max, Tensor) or out is not None:
        return None
    if not input.is_floating_point():  # positions, not activations
        return None
    return Call("relu", (input,)) if max is None else Call("relu6", (input,)) if max == 6 else None


def _max_pool(
    mean: Callable[..., Tensor],
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Call | None:
    if any(step != 1 for step in (dilation if isinstance(dilation, (tuple, list)) else (dilation,))):
        return None  # there is no average pooling with holes
    return Call("max_pool", (input,), average=lambda x: mean(x, kernel_size, stride or kernel_size, padding, ceil_mode))


def _adaptive_max_pool(
    mean: Callable[..., Tensor], input: Tensor, output_size: Any, return_indices: bool = False
) -> Call:
    return Call("max_pool", (input,), average=lambda x: mean(x, output_size))


def _add(input: Any, other: Any, *, alpha: Any = 1, out: Any = None) -> Call | None:
    if alpha != 1 or out is not None or not (isinstance(input, Tensor) and isinstance(other, Tensor)):
        return None
    return Call("residual", (input, other))


def _inplace(reader: Reader) -> Reader:
    def read(*args: Any, **kwargs: Any) -> Call | None:
        call = reader(*args, **kwargs)
        return call and call._replace(inplace=True)

    return read


_relu = _activation("relu")
_flat, _square, _cube = (partial(_max_pool, mean) for mean in (F.avg_pool1d, F.avg_pool2d, F.avg_pool3d))
_adaptive = {
    1: partial(_adaptive_max_pool, F.adaptive_avg_pool1d),
    2: partial(_adaptive_max_pool, F.adaptive_avg_pool2d),
    3: partial(_adaptive_max_pool, F.adaptive_avg_pool3d),
}

# Composite functions such as F.relu arrive as one call; the calls inside them are not seen.
READERS: dict[Any, Reader] = {
    **dict.fromkeys((F.relu, torch.relu, Tensor.relu), _relu),
    **dict.fromkeys((F.relu_, torch.relu_, Tensor.relu_), _inplace(_relu)),
    **dict.fromkeys((F.threshold, torch.threshold), _threshold),
    torch.threshold_: _inplace(_threshold),
    F.relu6: _activation("relu6"),
    F.hardtanh: _hardtanh,
    F.hardtanh_: _inplace(_hardtanh),
    **dict.fromkeys((torch.clamp, Tensor.clamp, torch.clip, Tensor.clip, torch.clamp_min, Tensor.clamp_min), _clamp),
    **dict.fromkeys((torch.clamp_, Tensor.clamp_, torch.clip_, Tensor.clip_), _inplace(_clamp)),
    **dict.fromkeys((torch.clamp_min_, Tensor.clamp_min_), _inplace(_clamp)),
    F.silu: _activation("silu"),
    F.gelu: _activation("gelu"),
    F.hardswish: _activation("hardswish"),
    **dict.fromkeys((F.max_pool1d, F.max_pool1d_with_indices, torch.max_pool1d), _flat),
    **dict.fromkeys((F.max_pool2d, F.max_pool2d_with_indices, torch.max_pool2d), _square),
    **dict.fromkeys((F.max_pool3d, F.max_pool3d_with_indices, torch.max_pool3d), _cube),
    **dict.fromkeys((F.adaptive_max_pool1d, F.adaptive_max_pool1d_with_indices), _adaptive[1]),
    **dict.fromkeys((F.adaptive_max_pool2d, F.adaptive_max_pool2d_with_indices), _adaptive[2]),
    **dict.fromkeys((F.adaptive_max_pool3d, F.adaptive_max_pool3d_with_indices), _adaptive[3]),
    torch.adaptive_max_pool1d: _adaptive[1],
    **dict.fromkeys((torch.add, Tensor.add, Tensor.__add__, Tensor.__radd__), _add),
    **dict.fromkeys((Tensor.add_, Tensor.__iadd__), _inplace(_add)),
}

# What counts as a layer on the way from the picture.
LAYERS = frozenset(
    {
        *(torch.conv1d, torch.conv2d, torch.conv3d, torch.conv_transpose1d, torch.conv_transpose2d),
        *(torch.conv_transpose3d, F.conv1d, F.conv2d, F.conv3d, F.linear, F.bilinear),
        *(torch.matmul, Tensor.matmul, Tensor.__matmul__, torch.bmm, Tensor.bmm, torch.mm, Tensor.mm, torch.einsum),
        *(torch.addmm, torch.baddbmm, F.scaled_dot_product_attention, F.multi_head_attention_forward),
    }
)
