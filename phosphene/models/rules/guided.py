"""Rules of attribution: what guided backpropagation, the deconvolutional network and linear networks pass back."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from ...errors import BadArgument
from .base import Call, Rule
from .through import gated, open_gate

ACTIVATIONS = ("relu", "relu6", "silu", "gelu", "hardswish")


class Signs(Rule, abstract=True):
    """A rule that treats some activations as though they were ReLUs."""

    acts: tuple[str, ...] = ("relu", "relu6")

    def __post_init__(self) -> None:
        acts = tuple(self.acts) if isinstance(self.acts, (tuple, list)) else (self.acts,)
        object.__setattr__(self, "acts", acts)
        for act in acts or (None,):
            if act not in ACTIVATIONS:
                raise BadArgument(
                    f"{self.word}: acts is {acts!r}",
                    f"some of {', '.join(map(repr, ACTIVATIONS))} expected",
                    f"write {self.word}(acts=('relu', 'silu'))",
                )

    @property
    def sites(self) -> tuple[str, ...]:
        """The activations."""
        return self.acts


class guided(Signs):
    """Guided backpropagation: g where the activation's input and g are both positive, else 0 (Springenberg et al. 2014).

    At ReLU6 the input must be below 6, too. acts: the activations that are changed; "silu", "gelu" and "hardswish" are
    treated as ReLUs. It is no true gradient: the maps of different classes look much alike.

    >>> guided(acts=["silu"])
    rules.guided(acts=('silu',))
    """

    def apply(self, call: Call) -> Any:
        """What the call returns, with both signs asked for behind it."""
        return gated(call, _positive_where, (open_gate(call.inputs[0], call.site == "relu6"),))


class deconv(Signs):
    """The deconvolutional network: g where g is positive, whatever the activation's input (Zeiler and Fergus 2013).

    Max pooling goes back to where the maxima were, as always. The map at the picture may be negative: below the first
    activation nothing is rectified.
    """

    def apply(self, call: Call) -> Any:
        """What the call returns, with max(g, 0) behind it."""
        return gated(call, _positive)


class passing(Signs):
    """Activations that pass all of the gradient, as in linear backpropagation (Guo et al. 2020).

    >>> passing() & guided().at("features")
    Traceback (most recent call last):
    ...
    phosphene.errors.BadArgument: rules.passing() & rules.guided().at('features'): both change ReLU. ...
    """

    def apply(self, call: Call) -> Any:
        """What the call returns, with g itself behind it."""
        return gated(call, _all)


def _positive(g: Tensor) -> Tensor:
    return g.clamp_min(0)


def _positive_where(g: Tensor, gate: Tensor) -> Tensor:
    return g.clamp_min(0) * gate


def _all(g: Tensor) -> Tensor:
    return g
