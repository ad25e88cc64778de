"""Class activation maps, for any objective: the channels of a layer, weighted and summed, one number a place.

The maps are raw: signed, and of the layer's own size; `Attribution.map` makes of them what the usual packages show.
"""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor

from ...errors import BadArgument, Detached
from ..tail import Tail
from .base import Method

FLAT = 1e-4
"""By how much a slope that should be one and the same may vary, in parts of the largest."""


class cam(Method):
    """Class activation mapping: the sum over channels of w_k A_k, where the score is that map's mean, plus a bias.

    w_k: what the objective reads from the mean of channel k. There is such a number only where global average pooling and
    one linear layer follow, and the objective is a weighted sum of outputs; everything else is refused.
    Source: Zhou et al. 2016.  Errors, from `attribute`: BadArgument.

    >>> cam()
    attribution.cam()
    """

    def values(self, tail: Tail) -> Tensor:
        """The channels, weighted as the head does it."""
        slope = tail.slope
        count = slope[0, 0].numel()
        weights = slope.reshape(*slope.shape[:2], count).mean(2).view(*slope.shape[:2], *(1,) * (slope.ndim - 2))
        for other in (weights.expand_as(slope), tail.slope_at(-tail.activation)):
            if bool(((slope - other).abs().flatten(1).amax(1) > FLAT * slope.abs().flatten(1).amax(1)).any()):
                raise _no_head(tail)
        return tail.places((weights * count * tail.activation).sum(1, keepdim=True))


class grad_cam(Method):
    """Grad-CAM: the sum over channels of a_k A_k, with a_k the mean of the gradient over the places of channel k.

    Signed: the paper's ReLU is a step of `Attribution.map(post=...)`. Behind a pooled linear head it is CAM over the number
    of places. Tokens are laid out as rows and columns, and those before the picture's are left out.
    Source: Selvaraju et al. 2017.  Errors, from `attribute`: Detached where the score reads the class token alone.

    >>> grad_cam()
    attribution.grad_cam()
    """

    once: ClassVar[bool] = True

    def values(self, tail: Tail) -> Tensor:
        """The channels, weighted by their mean gradients."""
        activation, slope = by_places(tail)
        return _summed(slope.mean((2, 3), keepdim=True), activation)


class grad_cam_plus_plus(Method):
    """Grad-CAM++: Grad-CAM with weights that are the sum over places of alpha max(g, 0), never negative.

    alpha = g^2 / (2 g^2 + g^3 times the sum of A over the places), 0 where g is 0; g is the gradient of the score. The paper's
    score is the exponential of a logit: that factor is one for all of a picture, and left out.
    Source: Chattopadhay et al. 2018, equation 19.

    >>> grad_cam_plus_plus()
    attribution.grad_cam_plus_plus()
    """

    once: ClassVar[bool] = True

    def values(self, tail: Tail) -> Tensor:
        """The channels, weighted by what their positive gradients add up to."""
        activation, slope = by_places(tail)
        # Both sides divided by g^2, which underflows where gradients are small.
        below = 2 + slope * activation.sum((2, 3), keepdim=True)
        alpha = (1 / below.where(below != 0, below.new_tensor(float("inf")))) * (slope != 0)
        return _summed((alpha * slope.relu()).sum((2, 3), keepdim=True), activation)


class layer_cam(Method):
    """LayerCAM: the sum over channels of max(g, 0) A, each place with its own gradient g.

    For earlier layers, too, where the places of a channel differ.  Source: Jiang et al. 2021.

    >>> layer_cam()
    attribution.layer_cam()
    """

    once: ClassVar[bool] = True

    def values(self, tail: Tail) -> Tensor:
        """The activation where the score rises with it."""
        activation, slope = by_places(tail)
        return _summed(slope.relu(), activation)


def by_places(tail: Tail) -> tuple[Tensor, Tensor]:
    """The activation and the slope, (B, C, H, W) each.  Detached where tokens before the picture's have all the slope."""
    activation, slope = tail.places(tail.activation), tail.places(tail.slope)
    if slope.numel() < tail.slope.numel() and not bool(slope.any()) and bool(tail.slope.any()):
        raise Detached(
            f"a score that reads the class token of {tail.wrt!r} alone",
            "a layer behind which the tokens of the picture still reach the score",
            "write an earlier layer: what goes into the last attention, wrt='encoder.layers.encoder_layer_11.ln_1'",
        )
    return activation, slope


def _summed(weights: Tensor, activation: Tensor) -> Tensor:
    return (weights * activation).sum(1, keepdim=True)


def _no_head(tail: Tail) -> BadArgument:
    return BadArgument(
        f"attribution.cam() of {tail.objective} at {tail.wrt!r}"[:300],
        "a weighted sum of outputs, and behind the layer only global average pooling and one linear layer",
        "write method=attribution.grad_cam(), which any network has, or wrt= the last layer before the pooling",
    )
