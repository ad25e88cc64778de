"""A direction at one position, measured where the activations of a layer have been whitened."""

from __future__ import annotations

from torch import Tensor

from ..errors import ShapeMismatch
from . import safe
from .term import Column, Row, term
from .units import at, check_channels


@term
def cosine_spatial(
    activation: Tensor,
    *,
    vector: Tensor,
    power: float,
    whitening: Tensor | None = None,
    y: Row | None = None,
    x: Column | None = None,
) -> Tensor:
    """dot(a, v) * max(0.1, cos(a, v))^power of the activation a at one position, the centre where not given; v (C,).

    whitening: W (K, C); dot and cosine are those of W a and W v. With W'W the inverse of the second moment of the layer's
    activations, `phosphene.moments.whitening(moment)`, what all activations share does not count. The cosine is a true one:
    exactly 1 for a = v, whatever the unit of the activations. Source: Carter et al. 2019, Activation Atlas.

    >>> cosine_spatial("block3", [1.0, 0.0], 4)
    cosine_spatial('block3', tensor('6ba9aa70'), 4)
    """
    check_channels(activation, vector)
    point, against = at(activation, y, x), vector[None]
    if whitening is not None:
        _check(whitening, vector)
        point, against = point @ whitening.T, against @ whitening.T
    return (point * against).sum(1) * safe.cosine(point, against, 1).clamp_min(0.1) ** power


def _check(whitening: Tensor, vector: Tensor) -> None:
    if whitening.dim() != 2 or whitening.shape[1] != len(vector):
        raise ShapeMismatch(
            f"a whitening of shape {tuple(whitening.shape)}",
            f"(K, {len(vector)}), one column for each channel, expected",
            "write phosphene.moments.whitening(moment)",
        )
