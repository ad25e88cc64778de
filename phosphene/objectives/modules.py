"""Losses that other libraries bring as modules, as terms."""

from __future__ import annotations

from typing import Annotated, Any

import torch
from torch import Tensor

from ..errors import ShapeMismatch
from ..param.network import network
from .labels import Labels, numbered
from .pairs import vectors
from .term import term

Module = Annotated[Any, network]


@term(couples=True)
def from_module(activation: Tensor, *, labels: Labels, loss: Module, miner: Module | None = None) -> Tensor:
    """What a module makes of embeddings (B, D) and labels (B,): any loss of pytorch-metric-learning.

    loss, miner: modules, held as `param.network` holds them: their own numbers stay as they are. With a miner the loss is
    called as loss(embeddings, labels, miner(embeddings, labels)). A single number is the score of every picture, so that it
    is the mean over the batch; (B,) is taken as it is. A loss: subtract it.

    >>> class Spread(torch.nn.Module):
    ...     def forward(self, embeddings, labels):
    ...         return embeddings.var()
    >>> spread = Spread()
    >>> from_module("pool", (0, 1), spread)({"pool": torch.tensor([[0.0], [2.0]])})
    tensor([2., 2.])
    """
    x, classes = vectors(activation), numbered(labels, activation)
    chosen = () if miner is None else (miner.run((x, classes), {}),)
    found = loss.run((x, classes, *chosen), {})
    if not isinstance(found, Tensor) or found.shape not in ((), x.shape[:1]):
        shape = f"a tensor of shape {tuple(found.shape)}" if isinstance(found, Tensor) else type(found).__name__
        raise ShapeMismatch(
            f"{loss.name} returned {shape}",
            f"one number, or one for each of the {len(x)} pictures",
            "reduce it in the module: reducer=MeanReducer()",
        )
    return found.expand(len(x)) if found.dim() == 0 else torch.as_tensor(found)
