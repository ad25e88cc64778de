"""The gradient of an objective at a layer, for terms to look at: attribution as a part of what is asked for."""

from __future__ import annotations

from typing import Any

from ..errors import BadArgument
from ..values import register
from .algebra import Expectation, Gradient, Objective, Term
from .tree import nodes


def grad(objective: Objective, wrt: str, held: bool = False) -> Gradient:
    """The gradient of an objective at a layer: any term looks at it, where it is given in place of a layer's name.

    Of the layer's shape, (B, C, ...); of each picture's own score, where scores do not depend on other pictures.  wrt: a
    layer on the way to those that the objective looks at, "image" or "input".  held: the gradient is a constant when the
    term is differentiated; else the term is differentiated through it, to second order, which costs about one more pass
    there and back. The networks' operations must then be differentiable twice; between the kinks of ReLUs a gradient does not
    change, so that what moves it is what else is curved: products, softmax, squares.

    A gradient is no score: no sums, weights or views of it; those of terms, or of the objective, mean the same.
    A term with a `Slope` parameter takes an objective there, for its held gradient at the term's own layer, or a `grad`.
    Errors: BadArgument; from the run, Detached where the objective does not depend on the layer.

    >>> from phosphene.objectives import channel, logit
    >>> channel(grad(logit("dots"), wrt="block3"), 17)
    channel(grad(logit('dots'), 'block3'), 17)
    """
    if not isinstance(wrt, str) or not wrt:
        raise BadArgument(f"grad: wrt is {wrt!r}"[:200], "the name of a layer expected", "write grad(a, wrt='block3')")
    if not isinstance(held, bool):
        raise BadArgument(f"grad: held is {held!r}"[:200], "True or False expected", "write held=True")
    return Gradient(plain_objective(objective, "grad: objective", "grad"), wrt, held)


def as_slope(value: Any, layer: str, owner: str) -> Gradient:
    """What a `Slope` parameter takes: an objective, for its held gradient at the term's layer, or a gradient there."""
    if not isinstance(value, Gradient):
        return Gradient(plain_objective(value, owner, owner.partition(":")[0]), layer, held=True)
    if value.layer != layer:
        raise BadArgument(
            f"{owner} is {value!r}, of a term that looks at {layer!r}"[:300],
            "a gradient at the layer of the term expected",
            f"write grad(..., {layer!r})",
        )
    return value


def plain_objective(value: Any, owner: str, name: str) -> Objective:
    """An objective that looks at a layer, without views of its own."""
    shown = repr(value)
    shown = shown if len(shown) < 80 else shown[:77] + "..."
    if (
        not isinstance(value, Objective)
        or isinstance(value, Gradient)
        or not any(isinstance(node, Term) for node in nodes(value))
    ):
        raise BadArgument(
            f"{owner} is {shown}", "an objective that looks at a layer expected", "write channel('block3', 17)"
        )
    for node in nodes(value):
        if isinstance(node, Expectation) or (isinstance(node, Term) and node.path):
            term = "channel(grad(a, 'layer'), 0)" if name == "grad" else f"{name}('layer', a, ...)"
            raise BadArgument(
                f"{owner} is {shown}, which has views of its own",
                "an objective that sees what the term sees",
                f"write expect({term}, transforms, n), or {term} @ view",
            )
    return value


register("grad", grad)
