"""CPPN: the picture is a small network from coordinates to color, so it has every resolution."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from ..errors import BadArgument
from ..values import check_integer
from .base import Size, Source, State, normal, pair

_SPAN = math.sqrt(3)  # coordinates between these bounds have a standard deviation of 1
_BIAS_SD = 0.1
# Root mean squares of atan and atan**2, mean and standard deviation of ReLU, on N(0, 1), as Lucid rounds them.
_ATAN, _ATAN_SQUARE = 0.67, 0.6
_RELU_MEAN, _RELU_SD = 0.40, 0.58


class cppn(Source):
    """A compositional pattern producing network: coordinates through `layers` hidden layers to numbers a pixel.

    state "first" (B, hidden, 3), "hidden" (B, layers - 1, hidden, inputs + 1), "output" (B, C, inputs + 1); the last
    column is the bias. Every picture has weights of its own. `activation` is "atan", [atan(x)/.67, atan(x)**2/.6], which
    gives 2 x hidden inputs to the next layer, or "relu", (relu(x) - .4)/.58. Weights start at a truncated normal of
    variance 1/inputs, biases at N(0, .1), the output's weights at 0: each picture starts as one flat color.

    The longer side runs from -sqrt(3) to sqrt(3), both ends included; the shorter one is centered and has the same
    spacing, so pixels are square. The state has no size: the same picture is `resized(size)` of the same state. Bound it
    with `>> sigmoid()`. Stanley 2007; constants from Lucid.

    >>> small = cppn(4)
    >>> state = small.init([7])
    >>> small.resized((6, 8)).decode(small.resize(state, (6, 8))).shape
    torch.Size([1, 3, 6, 8])
    """

    size: Any
    hidden: int = 24
    layers: int = 8
    activation: str = "atan"
    channels: int = 3

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", pair("cppn", self.size))
        check_integer("cppn", "hidden", self.hidden, 1)
        check_integer("cppn", "layers", self.layers, 1)
        check_integer("cppn", "channels", self.channels, 1)
        if self.activation not in ("atan", "relu"):
            raise BadArgument(f"cppn: activation is {self.activation!r}", "'atan' or 'relu'", "write activation='atan'")

    def init(self, seeds: Sequence[int], dtype: torch.dtype = torch.float32, device: Any = "cpu") -> State:
        """Normal numbers, one stream a seed and entry."""
        inputs = self.hidden * (2 if self.activation == "atan" else 1)
        hidden = normal(seeds, "cppn hidden", (self.layers - 1, self.hidden, inputs + 1), dtype, device)
        output = normal(seeds, "cppn output", (self.channels, inputs + 1), dtype, device)
        return {
            "first": _scaled(normal(seeds, "cppn first", (self.hidden, 3), dtype, device)),
            "hidden": _scaled(hidden),
            "output": _scaled(output) * torch.arange(inputs + 1, device=device).eq(inputs).to(dtype),
        }

    def decode(self, state: State) -> Tensor:
        """All pixels of all pictures through their networks at once."""
        first, output = state["first"], state["output"]
        grid = _grid(self.size, first.dtype, first.device)
        x = torch.matmul(first[..., :2], grid) + first[..., 2:]
        for layer in (*state["hidden"].unbind(1), output):
            x = self._layer(layer, x)
        return x.reshape(*x.shape[:2], *self.size)

    def resize(self, state: State, size: Any) -> State:
        """The state itself: it has no size."""
        pair("cppn", size)
        return dict(state)

    def redundant(self, state: State) -> State:
        """The weights of a coordinate that is 0 all over, as along a side of one pixel."""
        mask = torch.zeros_like(state["first"], dtype=torch.bool)
        height, width = self.size
        mask[..., 0], mask[..., 1] = height == 1, width == 1
        return {"first": mask}

    def _layer(self, layer: Tensor, x: Tensor) -> Tensor:
        """The activation, then a linear layer (B, outputs, inputs + 1) at every pixel; x (B, hidden, H*W)."""
        weights, bias = layer[..., :-1], layer[..., -1:]
        if self.activation == "relu":
            return torch.baddbmm(bias, weights, (x.relu() - _RELU_MEAN) / _RELU_SD)
        # The constants go to the small factor, and the two halves are added up rather than concatenated: less to move.
        angle, square = _Atan.apply(x)
        half = torch.baddbmm(bias, weights[..., : self.hidden] / _ATAN, angle)
        return torch.baddbmm(half, weights[..., self.hidden :] / _ATAN_SQUARE, square)


class _Atan(torch.autograd.Function):
    """atan(x) and its square, with a backward pass that fills two large tensors in place of eight."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> tuple[Tensor, Tensor]:
        angle = x.atan()
        ctx.save_for_backward(x, angle)
        return angle, angle.square()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        x, angle = ctx.saved_tensors
        slope = x.square().add_(1)
        return torch.addcmul(gradients[0], angle, gradients[1], value=2).div_(slope)


def _scaled(noise: Tensor) -> Tensor:
    """Normal numbers as the start of a layer: weights truncated at two deviations, of variance 1/inputs, then the bias."""
    weights, bias = noise[..., :-1], noise[..., -1:]
    inside = math.erf(math.sqrt(2))  # the share of a normal distribution within two deviations
    truncated = (inside * (weights / math.sqrt(2)).erf()).erfinv() * math.sqrt(2)
    spread = math.sqrt(1 - 2 * 2 * math.exp(-2) / math.sqrt(2 * math.pi) / inside)
    return torch.cat([truncated / (spread * math.sqrt(weights.shape[-1])), bias * _BIAS_SD], -1)


@lru_cache(maxsize=32)
def _grid(size: Size, dtype: torch.dtype, device: torch.device) -> Tensor:
    """Coordinates (2, H*W), y then x."""
    step = 2 * _SPAN / max(max(size) - 1, 1)
    with torch.inference_mode(False):  # cached tensors serve later runs, which differentiate
        sides = [(torch.arange(n, dtype=torch.float64) - (n - 1) / 2) * step for n in size]
        return torch.stack(torch.meshgrid(*sides, indexing="ij")).flatten(1).to(dtype=dtype, device=device)
