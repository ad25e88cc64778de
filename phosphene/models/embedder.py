"""Networks from pictures to embeddings, for `param.weights` to train with the metric objectives."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..errors import ShapeMismatch
from ..seeds import stream
from ..values import check_integer


class Embedder(nn.Module):
    """A network from pictures to vectors, in eval mode: (B, 3, H, W) in [0, 1] -> (B, size, 1, 1).

    Four convolutions of stride 2 with group norm, the mean over the positions, and a linear layer. size: numbers of an
    embedding.  width: channels of the first convolution, 2, 4 and 6 times as many follow.  seed: of the first weights.

    >>> Embedder(8, width=4)(torch.rand(2, 3, 32, 40)).shape
    torch.Size([2, 8, 1, 1])
    """

    def __init__(self, size: int = 32, width: int = 16, seed: int = 0) -> None:
        for name, value, least in (("size", size, 1), ("width", width, 1), ("seed", seed, 0)):
            check_integer("Embedder", name, value, least)
        super().__init__()
        self.size, self.width = size, width
        channels, sides = (3, width, 2 * width, 4 * width, 6 * width), (5, 3, 3, 3)
        with torch.device("meta"):  # no numbers from the global generator
            self.convolutions = nn.ModuleList(
                [nn.Conv2d(a, b, k, 2, k // 2, bias=False) for (a, b), k in zip(pairwise(channels), sides, strict=True)]
            )
            self.norms = nn.ModuleList([nn.GroupNorm(1, b) for b in channels[1:]])
            self.head = nn.Linear(channels[-1], size)
        self.to_empty(device="cpu")
        _initialize(self, seed)
        self.eval()

    def forward(self, pictures: Tensor) -> Tensor:
        """The embeddings."""
        x = 2 * pictures - 1
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            x = F.relu(norm(convolution(x)))
        return cast(Tensor, self.head(x.mean((2, 3))))[..., None, None]


class Centered(nn.Module):
    """A network with vectors of its own for each class, in eval mode: (B, 3, H, W) -> (B, D, 1 + classes * each, 1).

    First the embedding of the picture by `net`, which returns (B, D, 1, 1), then the centers, the same for every picture and
    parameters as those of `net`: what center, sphereface, cosface, arcface and subcenter_arcface take without `centers`.
    each: centers of a class.  seed: of the first centers.

    >>> Centered(Embedder(8, width=4), classes=5)(torch.rand(2, 3, 32, 32)).shape
    torch.Size([2, 8, 6, 1])
    """

    def __init__(self, net: nn.Module, classes: int, each: int = 1, seed: int = 0) -> None:
        for name, value, least in (("classes", classes, 2), ("each", each, 1), ("seed", seed, 0)):
            check_integer("Centered", name, value, least)
        super().__init__()
        self.net = net
        size = self._embeddings(torch.zeros(1, 3, 64, 64, device=next(net.parameters()).device)).shape[1]
        drawn = torch.randn(classes * each, size, generator=stream(seed, "centers")) / math.sqrt(size)
        self.centers = nn.Parameter(drawn)
        self.eval()

    def forward(self, pictures: Tensor) -> Tensor:
        """The embeddings, and beside them the centers."""
        own = self._embeddings(pictures)
        return torch.cat([own, self.centers.T[None, :, :, None].expand(len(own), -1, -1, -1)], 2)

    def _embeddings(self, pictures: Tensor) -> Tensor:
        own: Tensor = self.net(pictures)
        if own.dim() != 4 or own.shape[2:] != (1, 1):
            raise ShapeMismatch(
                f"Centered: a network that returns {tuple(own.shape)}",
                "embeddings (B, D, 1, 1) expected",
                "return x[..., None, None], as models.embedder.Embedder does",
            )
        return own


def _initialize(network: nn.Module, seed: int) -> None:
    """Uniform weights by the number of inputs (He et al. 2015); norms that change nothing."""
    generator = stream(seed, "embedder")
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, (nn.Conv2d, nn.Linear)):
                bound = math.sqrt(3 / module.weight[0].numel())
                module.weight.uniform_(-bound, bound, generator=generator)
                if module.bias is not None:
                    module.bias.zero_()
            elif isinstance(module, nn.GroupNorm):
                module.weight.fill_(1)
                module.bias.zero_()
