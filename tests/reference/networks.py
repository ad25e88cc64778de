"""Two small networks in float64, and their scores and gradients as functions of NumPy arrays."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

import phosphene as ph

Array = np.ndarray
Slope = Callable[[Array], tuple[Array, Array]]
"""Pictures (B, C, H, W) to the score of each and the gradient of the scores."""


class Layers(nn.Module):
    """Two convolutions with a pooling between them, then classes."""

    def __init__(self, scale: float = 1.0) -> None:
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(4)
            self.first = nn.Conv2d(3, 6, 3, padding=1)
            self.pool = nn.MaxPool2d(2)
            self.second = nn.Conv2d(6, 8, 3, padding=1)
            self.relu = nn.ReLU()
            self.head = nn.Linear(8, 5)
        self.scale = scale

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu(self.first(x * self.scale))
        x = self.relu(self.second(self.pool(x)))
        logits: Tensor = self.head(x.mean((2, 3)))
        return logits


class Generator(nn.Module):
    """A code of 7 numbers to a picture of 20 pixels."""

    def __init__(self) -> None:
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(5)
            self.dense = nn.Linear(7, 8 * 25)
            self.up = nn.ConvTranspose2d(8, 3, 4, stride=4)

    def forward(self, code: Tensor) -> Tensor:
        picture: Tensor = self.up(torch.tanh(self.dense(code)).reshape(-1, 8, 5, 5))
        return picture


def vision(scale: float = 1.0) -> ph.Vision:
    """The network of layers, which takes pictures of any size and values as they are."""
    return ph.Vision(Layers(scale).double().eval(), [0.0] * 3, [1.0] * 3, name="layers")


def slope(score: Callable[[Tensor], Tensor]) -> Slope:
    """A score per picture, in torch, as a function of arrays with its gradient."""

    def both(pictures: Array) -> tuple[Array, Array]:
        x = torch.from_numpy(np.ascontiguousarray(pictures)).requires_grad_()
        scores = score(x)
        (gradient,) = torch.autograd.grad(scores.sum(), x)
        return scores.detach().numpy(), gradient.numpy()

    return both


def activation(vision: ph.Vision, layer: str, x: Tensor) -> Tensor:
    """What a layer says of pictures."""
    found: list[Tensor] = []
    handle = vision.module.get_submodule(layer).register_forward_hook(lambda _, __, y: found.append(y))
    try:
        vision.module(x)
    finally:
        handle.remove()
    return found[0]
