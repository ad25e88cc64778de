"""What single units see: channel, neuron, layer, spatial, logit, logprob, prob, direction, dot.

Every term is a mean over positions, never over the batch, so a weight means the same for 1 picture and for 64.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from ..errors import ShapeMismatch
from . import safe
from .term import Channel, Column, Label, Picture, Row, term

Cosine = Literal["exact", "lucid"]


@term(linear=True)
def channel(activation: Tensor, *, index: Channel) -> Tensor:
    """Mean activation of one channel, over all positions.  (B, C, ...) -> (B,)

    >>> channel("block3", 17)
    channel('block3', 17)
    """
    return _points(activation)[:, index].mean(1)


@term(linear=True)
def neuron(activation: Tensor, *, index: Channel, y: Row | None = None, x: Column | None = None) -> Tensor:
    """Activation of one channel at one position: row y, column x; the centre H//2, W//2 where not given.

    >>> neuron("block3", 17, y=2, x=3)
    neuron('block3', 17, y=2, x=3)
    """
    return at(activation, y, x)[:, index]


@term
def layer(activation: Tensor) -> Tensor:
    """Mean square of all activations: DeepDream's objective per element, without its factor 1/2 (Mordvintsev 2015).

    >>> layer("block3")
    layer('block3')
    """
    return activation.square().flatten(1).mean(1)


@term(linear=True)
def spatial(activation: Tensor, *, vector: Tensor, y: Row | None = None, x: Column | None = None) -> Tensor:
    """Dot product of a vector (C,) with the activation at one position; the centre where not given."""
    check_channels(activation, vector)
    return at(activation, y, x) @ vector


@term(layer="output", linear=True)
def logit(activation: Tensor, *, label: Label) -> Tensor:
    """The score of a class before the softmax, by index or by label.  (B, classes) -> (B,)

    >>> logit("spiral")
    logit('spiral')
    """
    return activation[:, label]


@term(layer="output")
def logprob(activation: Tensor, *, label: Label) -> Tensor:
    """The log-probability of a class: log softmax of the output."""
    return activation.log_softmax(1)[:, label]


@term(layer="output")
def prob(activation: Tensor, *, label: Label) -> Tensor:
    """The probability of a class: softmax of the output."""
    return activation.softmax(1)[:, label]


@term(linear=True)
def direction(activation: Tensor, *, vector: Tensor) -> Tensor:
    """Mean over positions of the dot product with a vector (C,).  (B, C, ...) -> (B,)"""
    check_channels(activation, vector)
    return torch.einsum("bcp,c->bp", _points(activation), vector).mean(1)


@term(linear=True)
def tensor_direction(activation: Tensor, *, tensor: Tensor) -> Tensor:
    """Mean over positions of the dot product with a vector for each position, tensor (C, H, W).

    The activation is cropped about its centre to the tensor's size. Source: Lucid.
    """
    return (_cropped(activation, tensor) * tensor).sum(1).flatten(1).mean(1)


@term
def cosine_direction(activation: Tensor, *, vector: Tensor, power: float, convention: Cosine) -> Tensor:
    """Mean over positions of dot(a, v) * max(0.1, cos(a, v))^power, v of shape (C,) or (C, H, W).

    convention: "exact", a cosine that is 1 for parallel vectors and 0 for a zero vector; "lucid", which divides by
    (1e-4 + |a|)(1e-4 + |v|). Both keep Lucid's clamp at 0.1: without it no gradient would be left where the dot product is
    negative. Source: Lucid; Carter et al. 2019 use power 2 to 4.
    """
    if vector.dim() == 1:
        check_channels(activation, vector)
        points, against = _points(activation), vector[None, :, None]
    else:
        points, against = _cropped(activation, vector).flatten(2), vector.flatten(1)[None]
    product = (points * against).sum(1)
    return (product * _angle(points, against, product, power, convention)).mean(1)


@term(linear=True)
def dot(activation: Tensor, *, like: Picture) -> Tensor:
    """Dot product of the whole activation with a picture's activation at the same layer."""
    return (activation.flatten(1) * like.flatten(1)).sum(1)


@term
def caricature(activation: Tensor, *, like: Picture, power: float, convention: Cosine) -> Tensor:
    """Dot product with a picture's activation times max(0.1, cos)^power.

    convention: "exact"; or "lucid", whose cosine leaves out the norm of the picture's own activation and adds 1e-6 to the
    other: its score is that norm to the power `power` times the exact one. Source: Lucid's caricature recipe.
    """
    flat, target = activation.flatten(1), like.flatten(1).expand(activation.shape[0], -1)
    product = (flat * target).sum(1)
    if convention == "lucid":
        return product * (product / (1e-6 + safe.norm(flat, 1))).clamp_min(0.1) ** power
    return product * _angle(flat, target, product, power, convention)


def _angle(a: Tensor, b: Tensor, product: Tensor, power: float, convention: str) -> Tensor:
    if convention == "exact":
        return safe.cosine(a, b, 1).clamp_min(0.1) ** power
    return (product / ((1e-4 + safe.norm(a, 1)) * (1e-4 + safe.norm(b, 1)))).clamp_min(0.1) ** power


def at(activation: Tensor, y: int | None, x: int | None) -> Tensor:
    """The channels at one position: (B, C) from (B, C, H, W), from (B, C, W), or from (B, C), which has one."""
    rows = activation.reshape(*activation.shape[:2], *(1,) * (4 - activation.dim()), *activation.shape[2:])
    height, width = rows.shape[-2:]
    return rows[:, :, height // 2 if y is None else y, width // 2 if x is None else x]


def _points(activation: Tensor) -> Tensor:
    return activation.flatten(2) if activation.dim() > 2 else activation[:, :, None]


def _cropped(activation: Tensor, tensor: Tensor) -> Tensor:
    check_channels(activation, tensor)
    rows, columns = (have - want for have, want in zip(activation.shape[-2:], tensor.shape[-2:], strict=True))
    if rows < 0 or columns < 0:
        raise ShapeMismatch(
            f"a direction for {tuple(tensor.shape[-2:])} positions",
            f"the layer has {tuple(activation.shape[-2:])}",
            "crop the tensor, or paint a larger picture",
        )
    top, left = rows // 2, columns // 2
    return activation[..., top : top + tensor.shape[-2], left : left + tensor.shape[-1]]


def check_channels(activation: Tensor, vector: Tensor) -> None:
    """Refuse a direction of another number of channels than the activation, or of too many axes."""
    if vector.dim() not in (1, activation.dim() - 1):
        raise ShapeMismatch(
            f"a direction of shape {tuple(vector.shape)}",
            f"one number for each of {activation.shape[1]} channels, or one tensor of shape (C, H, W), expected",
            "give a vector: x.mean((1, 2)) of a tensor (C, H, W)",
        )
    if vector.shape[0] != activation.shape[1]:
        raise ShapeMismatch(
            f"a direction of {vector.shape[0]} channels",
            f"the layer has {activation.shape[1]}",
            f"give a vector of {activation.shape[1]} numbers",
        )
