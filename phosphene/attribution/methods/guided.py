"""Methods that bring a gradient rule along: deconvolution, guided backpropagation, and its product with Grad-CAM."""

from __future__ import annotations

from typing import ClassVar, Literal

from torch import Tensor

from ...errors import BadArgument, RuleUnmatched
from ...models.rules import Rule, deconv, guided
from ...models.rules.guided import ACTIVATIONS
from ...values import check_choice
from ..posts import upsampled
from ..tail import Tail
from .base import Method
from .cam import grad_cam

Acts = tuple[str, ...]
RELUS: Acts = ("relu", "relu6")


class Ruled(Method, abstract=True):
    """The gradient under a rule for activations.  A subclass has `acts`, those that are treated as ReLUs."""

    once: ClassVar[bool] = True
    rule: ClassVar[type[guided] | type[deconv]] = guided

    def __post_init__(self) -> None:
        given = getattr(self, "acts")  # noqa: B009
        acts = tuple(given) if isinstance(given, (tuple, list)) else (given,)
        object.__setattr__(self, "acts", acts)
        if not acts or any(act not in ACTIVATIONS for act in acts):
            raise BadArgument(
                f"{self.word}: acts is {acts!r}",
                f"some of {', '.join(map(repr, ACTIVATIONS))} expected",
                "write acts=('relu', 'silu')",
            )

    @property
    def rules(self) -> Rule:
        """The rule, for these activations."""
        acts: Acts = getattr(self, "acts")  # noqa: B009
        return self.rule(acts)

    def unmatched(self, error: RuleUnmatched) -> RuleUnmatched:
        """With the argument of the method in place of its rule."""
        mine = f"write rules={self.rule.word}("
        if not error.instead.startswith(mine):
            return RuleUnmatched(error.given, error.expected, "write method=attribution.gradient()")
        acts = error.instead.removeprefix(mine).removesuffix(")")
        return RuleUnmatched(error.given, error.expected, f"to treat them as ReLUs write {self.word}(..., {acts})")

    def values(self, tail: Tail) -> Tensor:
        """The gradient, which the rule has bent."""
        return tail.slope


class deconvnet(Ruled):
    """The deconvolutional network's way back: negative gradients are cut off at activations, whatever went in.

    Max pooling goes back to where the maxima were. The map may be negative at the picture: nothing is cut off below the
    first activation.  acts: the activations that are treated as ReLUs, "silu", "gelu" and "hardswish" where asked for.
    `Attribution.calls` counts what was changed.  Source: Zeiler and Fergus 2013.  Errors: BadArgument; RuleUnmatched from
    `attribute`.

    >>> deconvnet().rules
    rules.deconv()
    """

    rule: ClassVar[type[guided] | type[deconv]] = deconv

    acts: Acts = RELUS


class guided_backprop(Ruled):
    """Guided backpropagation: a gradient passes an activation where it and the activation's input are positive.

    It shows edges more than classes: it fails the randomization tests of Adebayo et al. 2018.  acts: the activations that
    are treated as ReLUs, "silu", "gelu" and "hardswish" where asked for.  `Attribution.calls` counts what was changed.
    Source: Springenberg et al. 2014.  Errors: BadArgument; RuleUnmatched from `attribute`.

    >>> guided_backprop(acts=["silu"])
    attribution.guided_backprop(acts=('silu',))
    """

    acts: Acts = RELUS


class guided_grad_cam(Ruled):
    """Guided backpropagation to the picture times the positive part of a layer's Grad-CAM, upsampled.

    layer: whose Grad-CAM, taken with the gradient as it is.  mode: "bilinear", as in the paper, or "nearest", captum's
    default.  acts: as for `guided_backprop`.  Only for wrt="image".  Source: Selvaraju et al. 2017.  Errors: BadArgument;
    UnknownLayer, Detached and RuleUnmatched from `attribute`.

    >>> guided_grad_cam("block4", mode="nearest")
    attribution.guided_grad_cam('block4', mode='nearest')
    """

    layer: str
    mode: Literal["bilinear", "nearest"] = "bilinear"
    acts: Acts = RELUS

    def __post_init__(self) -> None:
        super().__post_init__()
        check_choice(self.word, "mode", self.mode, ("bilinear", "nearest"))

    @property
    def layers(self) -> Acts:
        """The layer of the map."""
        return (self.layer,)

    def values(self, tail: Tail) -> Tensor:
        """The product of the two."""
        if tail.wrt != "image":
            raise BadArgument(
                f"{self!r} for wrt={tail.wrt!r}",
                "the picture, which the layer's map is laid upon",
                "write wrt='image'",
            )
        where = grad_cam().values(tail.at(self.layer)).relu()
        if len(where) != len(tail.slope):
            raise BadArgument(
                f"{self!r} of an objective that sees the picture in several views, each with a map of its own",
                "one view expected",
                "attribute each view by itself, or write method=attribution.guided_backprop()",
            )
        height, width = tail.slope.shape[2:]
        return tail.slope * upsampled(where[:, 0], (height, width), self.mode)[:, None]
