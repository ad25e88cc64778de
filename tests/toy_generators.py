"""Small generators for tests: what each of them makes is known in closed form."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn


class Linear(nn.Module):
    """The picture A z, (3, 2, 2), in float64."""

    def __init__(self, seed: int = 0, code: int = 4) -> None:
        super().__init__()
        A = torch.randn(12, code, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
        self.A = nn.Parameter(A)

    def forward(self, z: Tensor) -> Tensor:
        return (z @ self.A.T).reshape(-1, 3, 2, 2)


class Chairs(nn.Module):
    """Named inputs, a first affine layer over both, and two more layers with a nonlinearity between them."""

    def __init__(self, seed: int = 0, styles: int = 5, view: int = 2) -> None:
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            self.fc1 = nn.Linear(styles + view, 6)
            self.fc5 = nn.Linear(6, 8)
            self.up = nn.ConvTranspose2d(2, 3, 3)
            self.unused = nn.Linear(1, 1)

    def forward(self, style: Tensor, view: Tensor) -> Tensor:
        hidden = self.fc1(torch.cat([style, view], 1))
        deep = self.fc5(hidden.tanh()).tanh()
        pictures: Tensor = self.up(deep.reshape(-1, 2, 2, 2)).sigmoid()
        return pictures


class Wrapped(nn.Module):
    """The linear generator with another way to return its pictures, or to make them."""

    def __init__(self, wrap: Callable[[Tensor], Any]) -> None:
        super().__init__()
        self.inner = Linear()
        self.wrap = wrap

    def forward(self, z: Tensor) -> Any:
        return self.wrap(self.inner(z))


def record() -> Wrapped:
    """Pictures in a record's attribute, as diffusers returns them."""
    return Wrapped(lambda x: SimpleNamespace(sample=x)).eval()


class NoGrad(Linear):
    """A pipeline that runs without gradients."""

    @torch.no_grad()
    def forward(self, z: Tensor) -> Tensor:
        return super().forward(z)


class Deaf(Linear):
    """A gradient arrives at the code, and is zero."""

    def forward(self, z: Tensor) -> Tensor:
        return super().forward(z * 0) + 0.5


class Affine(nn.Module):
    """From pictures to pictures: a 1 x 1 convolution, a b + c channel by channel at the start."""

    def __init__(self, channels: int = 3) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 1)
        with torch.no_grad():
            self.conv.weight.copy_(0.5 * torch.eye(channels)[..., None, None])
            self.conv.bias.fill_(0.25)

    def forward(self, x: Tensor) -> Tensor:
        pictures: Tensor = self.conv(x)
        return pictures
