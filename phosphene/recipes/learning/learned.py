"""What training an embedding gave: the network, and how its classes lie before and after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...embeddings.separation import separation
from ...param import picture
from ...render import Render

PART = 256
"""Pictures that are embedded at a time."""


@dataclass(frozen=True, eq=False)
class Spread:
    """How embeddings of several classes lie, as directions: of length 1, so that trainings can be compared.

    within: the mean squared distance to the mean of the class.  between: that of the class means, weighted by their
    pictures, to the mean of all; the two add up to the variance.  accuracy: the share of pictures for whose class their
    5 nearest neighbours among all others vote.
    """

    within: float
    between: float
    accuracy: float

    def __repr__(self) -> str:
        return (
            f"Spread(within {self.within:.3f}, between {self.between:.3f}, ratio {self.within / self.between:.2f}, "
            f"5-neighbour accuracy {self.accuracy:.1%})"
        )


@dataclass(frozen=True, eq=False)
class Learned:
    """A trained network, the run that trained it, and the spread of held-out classes before and after."""

    network: nn.Module
    render: Render
    before: Spread
    after: Spread

    def __call__(self, pictures: Any) -> Tensor:
        """The embeddings of pictures, (B, D), of length 1."""
        return embedded(self.network, picture(pictures).numbers())

    def __repr__(self) -> str:
        return f"Learned(before={self.before!r}, after={self.after!r})"


def embedded(network: nn.Module, pictures: Tensor) -> Tensor:
    """Embeddings (B, D) of length 1, without the centers that `models.embedder.Centered` adds."""
    with torch.no_grad():
        found = torch.cat([network(some)[:, :, 0].flatten(1) for some in torch.split(pictures, PART)])
    return F.normalize(found)


def spread(vectors: Tensor, labels: Tensor) -> Spread:
    """How vectors (B, D) of labelled pictures lie.

    >>> spread(torch.tensor([[0.0], [2], [10], [12]]), torch.tensor([0, 0, 1, 1]))
    Spread(within 1.000, between 25.000, ratio 0.04, 5-neighbour accuracy 0.0%)
    """
    x = vectors.double()
    belongs = F.one_hot(labels).double()
    means = (belongs.T @ x / belongs.sum(0)[:, None].clamp_min(1))[labels]
    votes = separation(x, labels, k=min(5, len(x) - 1), metric="euclidean")
    within, between = (x - means).square().sum(1).mean(), (means - x.mean(0)).square().sum(1).mean()
    return Spread(float(within), float(between), votes.accuracy)
