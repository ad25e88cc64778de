"""The layers of a network as one forward pass meets them: names, kinds, shapes, receptive fields."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from .address import tensors
from .capture import dry_run, grey, hooked
from .vision import Vision, as_vision


class Axis(NamedTuple):
    """Along one axis of the picture: the pixels that one position sees, and the pixels from it to the next.

    start: the first pixel that position 0 sees, below 0 where it sees padding; NaN where that is not known.
    """

    sees: float
    every: float
    start: float


class Layer(NamedTuple):
    """One layer.  `shape`: of its activation for one picture; `calls`: in one forward pass.

    `receptive_field`: the pixels that one position sees, and the pixels from one position to the next, each on the axis
    where it is larger; None where a position sees all of the picture, or has no place in it.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    calls: int
    receptive_field: tuple[int, int] | None


class Layers(tuple[Layer, ...]):
    """The layers in the order in which they finish; prints as a table."""

    __slots__ = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names, as objectives take them."""
        return tuple(layer.name for layer in self)

    def __repr__(self) -> str:
        rows = [("layer", "kind", "shape", "calls", "sees", "every")]
        for name, kind, shape, calls, field in self:
            sees, every = ("", "") if field is None else (f"{field[0]} px", f"{field[1]} px")
            rows.append((name, kind, " x ".join(map(str, shape)), str(calls), sees, every))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
        return "\n".join(line.rstrip() for line in lines)


def layers(model: Vision, size: int | tuple[int, int] | None = None) -> Layers:
    """The layers that one forward pass of the network reaches, and "image", "input", "output", for pictures of a size.

    A layer that returns several tensors has a line for each: `name.0`, `name.1`.  Errors: ShapeMismatch.

    >>> from torch import nn
    >>> layers(Vision(nn.Sequential(nn.Conv2d(3, 8, 5, stride=2), nn.ReLU()), [0.5] * 3, [0.5] * 3), 32)
    layer   kind        shape        calls  sees  every
    image   picture     3 x 32 x 32  1      1 px  1 px
    input   picture     3 x 32 x 32  1      1 px  1 px
    0       Conv2d      8 x 14 x 14  1      5 px  2 px
    1       ReLU        8 x 14 x 14  1      5 px  2 px
    output  Sequential  8 x 14 x 14  1      5 px  2 px
    """
    model = as_vision(model)
    x = grey(model, size)
    found: dict[str, Layer] = {}

    def record(name: str, kind: str, output: Any) -> None:
        for part, tensor in tensors(output, name):
            before = found.get(part)
            row = Layer(part, kind, tuple(tensor.shape[1:]), 1, _pixels(tensor))
            found[part] = row if before is None else before._replace(calls=before.calls + 1)

    def hook_for(name: str) -> Any:
        return lambda module, arguments, output: record(name, type(module).__name__, output)

    begin(x)
    record("image", "picture", x)
    record("input", "picture", x)
    inside = ((child, hook_for(name)) for name, child in model.module.named_modules() if name)
    with hooked(inside), Following():
        output = dry_run(model, x)
    record("output", type(model.module).__name__, output)
    return Layers(found.values())


_FIELD = "_phosphene_field"
_ITSELF = Axis(1, 1, 0)
Field = tuple[Axis, Axis]
"""Along rows, and along columns."""


def begin(x: Tensor) -> None:
    """Mark a picture as what fields are in."""
    setattr(x, _FIELD, (_ITSELF, _ITSELF))


def field_of(tensor: Tensor) -> Field | None:
    """The field of a tensor that was made inside of `Following`; None where a position sees all, or has no place."""
    return getattr(tensor, _FIELD, None)


# After these a position sees the whole picture, or its place in the picture is lost.
_EVERYWHERE = frozenset(
    {
        *(torch.matmul, Tensor.matmul, Tensor.__matmul__, torch.bmm, Tensor.bmm, torch.einsum, torch.baddbmm),
        *(F.scaled_dot_product_attention, F.multi_head_attention_forward, F.group_norm, F.instance_norm),
        *(F.interpolate, F.grid_sample, F.fold, F.unfold, F.conv_transpose2d, torch.cumsum, Tensor.cumsum),
        *(torch.mean, Tensor.mean, torch.sum, Tensor.sum, torch.amax, Tensor.amax, torch.var_mean, Tensor.var),
        *(torch.roll, Tensor.roll, torch.flip, Tensor.flip, torch.fft.rfft2, torch.fft.fft2),
    }
)
# These take some of the positions, or mix them; which ones is not followed.
_PICKS = frozenset(
    {
        *(Tensor.__getitem__, torch.narrow, Tensor.narrow, torch.index_select, Tensor.index_select),
        *(torch.pixel_shuffle, torch.pixel_unshuffle),
    }
)
_ADAPTIVE = frozenset({F.adaptive_avg_pool2d, F.adaptive_max_pool2d})


class Following(TorchFunctionMode):
    """Carries the receptive field along with each tensor that comes from the picture, as an attribute of the tensor."""

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        result = func(*args, **kwargs)
        sources = [t for _, t in tensors((*args, *kwargs.values())) if hasattr(t, _FIELD)]
        if not sources:
            return result
        fields = [getattr(t, _FIELD) for t in sources]
        # None: this tensor sees everything.  No attribute: it has nothing to do with the picture.
        field = None if None in fields else tuple(_union(axes) for axes in zip(*fields, strict=True))
        for _, tensor in tensors(result):
            setattr(tensor, _FIELD, field and _after(func, args, kwargs, sources[0], tensor, field))
        return result


def _after(func: Any, args: Any, kwargs: Any, x: Tensor, y: Tensor, field: Any) -> Field | None:
    """The field behind one call, given the field before it."""
    window = _window(func, args, kwargs)
    if window is not None:
        (rows, columns) = ((_both(side)[0] for side in window), (_both(side)[1] for side in window))
        return _grow(field[0], *rows), _grow(field[1], *columns)
    if func in _EVERYWHERE or y.ndim < 3 or (func in _ADAPTIVE and x.shape[2:] != y.shape[2:]):
        return None
    if func is F.layer_norm and len(args[1] if len(args) > 1 else kwargs["normalized_shape"]) > 1:
        return None
    if func is F.pad:
        left, _, top, _ = (*(args[1] if len(args) > 1 else kwargs["pad"]), 0, 0, 0, 0)[:4]
        return _shifted(field[0], -top), _shifted(field[1], -left)
    if func in _ADAPTIVE or (
        func in _PICKS and x.shape[-2:] != y.shape[-2:]
    ):  # of a part of the picture they are others
        return _shifted(field[0], math.nan), _shifted(field[1], math.nan)
    return field  # type: ignore[no-any-return]


def _window(func: Any, args: Any, kwargs: Any) -> tuple[Any, Any, Any, Any] | None:
    """Kernel, stride, dilation and padding of a convolution or pooling, or None for other calls."""

    def argument(position: int, name: str, default: Any) -> Any:
        return kwargs.get(name, args[position] if len(args) > position else default)

    if func in (torch.conv2d, F.conv2d):
        kernel, dilation = tuple(argument(1, "weight", None).shape[2:]), argument(5, "dilation", 1)
        padding = argument(4, "padding", 0)
        if isinstance(padding, str):
            reach = [step * (side - 1) for step, side in zip(_both(dilation), kernel, strict=True)]
            padding = [side // 2 if padding == "same" else 0 for side in reach]
        return kernel, argument(3, "stride", 1), dilation, padding
    if func in (F.max_pool2d, torch.max_pool2d, F.max_pool2d_with_indices, F.avg_pool2d):
        kernel = argument(1, "kernel_size", None)
        dilation = 1 if func is F.avg_pool2d else argument(4, "dilation", 1)
        return kernel, argument(2, "stride", None) or kernel, dilation, argument(3, "padding", 0)
    return None


def _grow(axis: Axis, kernel: int, stride: int, dilation: int, padding: int) -> Axis:
    sees, every, start = axis
    return Axis(sees + (kernel - 1) * dilation * every, every * stride, start - padding * every)


def _shifted(axis: Axis, positions: float) -> Axis:
    return axis._replace(start=axis.start + positions * axis.every)


def _union(axes: tuple[Axis, ...]) -> Axis:
    """What all of them see together."""
    sees, every = max(axis.sees for axis in axes), max(axis.every for axis in axes)
    start = min(axis.start for axis in axes)
    if any(math.isnan(axis.start) for axis in axes) or len({axis.every for axis in axes}) > 1:
        return Axis(sees, every, math.nan)
    return Axis(max(axis.start + axis.sees for axis in axes) - start, every, start)


def _both(side: Any) -> tuple[int, int]:
    if isinstance(side, (tuple, list)):
        return side[0], side[-1]
    return side, side


def _pixels(tensor: Tensor) -> tuple[int, int] | None:
    field = field_of(tensor)
    return field and (int(max(axis.sees for axis in field)), int(max(axis.every for axis in field)))
