"""Small networks and frames for activation maps."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from phosphene import Vision


def valid(stride: int = 1, channels: int = 4, signs: bool = True) -> Vision:
    """A valid convolution in double precision, 0, with a ReLU, 1, unless the signs are kept; of pictures of any size."""
    torch_state = torch.random.get_rng_state()
    torch.manual_seed(stride)
    layers = [nn.Conv2d(3, channels, 3, stride=stride)] + ([] if signs else [nn.ReLU()])
    torch.random.set_rng_state(torch_state)
    return Vision(nn.Sequential(*layers).double().eval(), [0.5] * 3, [0.25] * 3, name="valid")


def noise(count: int, height: int, width: int, seed: int = 0) -> Tensor:
    """Frames (count, 3, height, width) in [0, 1], doubles."""
    return torch.rand(count, 3, height, width, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
