"""The meaning of an objective: tensors in, one score per picture out, node by node."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import torch
from torch import Tensor

from ..errors import BadArgument, BadWeight, Detached, PhospheneError, ShapeMismatch, UnknownLayer
from ..values import is_finite, show, tensor
from .algebra import (
    OF,
    Coefficient,
    Constant,
    Gradient,
    Mapped,
    Masked,
    Objective,
    Power,
    Product,
    Scaled,
    Sum,
    Term,
)
from .analysis import Site, effective, target_sites
from .tree import fold, nodes


@dataclass(frozen=True)
class Context:
    """What the run knows: how many pictures, the number of the first of them, the step of how many, type and device."""

    batch: int
    first: int = 0
    step: int = 0
    steps: int = 1
    dtype: torch.dtype = torch.float32
    device: torch.device | str = "cpu"
    stage: int = 0


Activations = Mapping[Any, Tensor]


def evaluate(root: Objective, activations: Activations, step: int = 0, steps: int = 1) -> Tensor:
    """The score per picture, shape (batch,), from activations by `Site`, or by layer name where no view is involved.

    Raises UnknownLayer where a needed site is missing, ShapeMismatch where a term does not return one number per picture.
    """
    whole = effective(root)
    leaves = [node for node in nodes(whole) if isinstance(node, Term)]
    sample = site_activation(leaves[0], activations) if leaves else next(iter(activations.values()), None)
    if sample is None:
        raise BadArgument(f"{root!r} without activations", "at least one activation expected", "give {layer: tensor}")
    context = Context(sample.shape[0], 0, step, steps, sample.dtype, sample.device)
    with differentiable(leaves, activations) as here:

        def visit(node: Objective, parts: list[Tensor]) -> Tensor:
            if isinstance(node, Gradient):
                return gradient_at(node, here, parts[0])
            return leaf_score(node, here, parts) if isinstance(node, Term) else combined(node, parts, context)

        return fold(whole, visit).expand(context.batch)


@contextmanager
def differentiable(leaves: Iterable[Objective], activations: Activations) -> Iterator[Activations]:
    """The activations, gradients with respect to which can be taken where a term asks for one."""
    asking = [leaf for leaf in leaves if isinstance(leaf, Term) and leaf.children]
    plain = {
        Site(one.layer, one.path): x for one in asking if not (x := site_activation(one, activations)).requires_grad
    }
    with torch.enable_grad() if asking else nullcontext():
        yield (
            {**activations, **{site: x.detach().requires_grad_() for site, x in plain.items()}}
            if plain
            else activations
        )


def combined(node: Objective, parts: list[Tensor], context: Context) -> Tensor:
    """The score of a node other than a term from the scores of its children."""
    if isinstance(node, Sum):
        return parts[0] + parts[1]
    if isinstance(node, Product):
        return parts[0] * parts[1]
    if isinstance(node, Scaled):
        return real(node.weight) * parts[0]
    if isinstance(node, Power):
        result: Tensor = parts[0] ** node.exponent
        return result
    if isinstance(node, Masked):
        return masked(parts[0], node.image, context)
    if isinstance(node, Mapped):
        return node.function.compute(parts[0])
    if isinstance(node, Coefficient):
        number = node.source.coefficient(context)  # type: ignore[attr-defined]
        return torch.as_tensor(number, dtype=context.dtype, device=context.device)
    assert isinstance(node, Constant)
    return torch.tensor(real(node.value), dtype=context.dtype, device=context.device)


def real(weight: Fraction) -> float:
    """A weight as a number to compute with; BadWeight where no float is as large."""
    if not is_finite(weight):
        raise BadWeight(f"the weight {show(weight)}"[:200], "at most 1.8e308 can be computed", "write a smaller weight")
    return float(weight)


def masked(score: Tensor, image: int, context: Context) -> Tensor:
    """The score for one picture and 0 for the others, also where the others' is not finite."""
    mask = torch.arange(context.first, context.first + context.batch, device=context.device) == image
    return torch.where(mask, score, torch.zeros_like(score))


def leaf_score(one: Term, activations: Activations, inside: Sequence[Tensor] = ()) -> Tensor:
    """The score of a term, with its shape checked; `inside` are the gradients among its arguments."""
    activation = site_activation(one, activations)
    arguments = tensor_arguments(one, activations, activation)
    names = [name for name, value in one.arguments if isinstance(value, Gradient)]
    arguments.update(zip(names, inside, strict=True))
    activation = arguments.pop(OF, activation)
    try:
        score = one.definition.function(activation, **arguments)
    except (PhospheneError, MemoryError, torch.OutOfMemoryError):
        raise
    except Exception as problem:  # the code of the user's own term: anything may be wrong with it
        shapes = [tuple(x.shape) for x in (activation, *arguments.values()) if isinstance(x, Tensor)]
        raise ShapeMismatch(
            f"{one!r} on tensors of shapes {', '.join(map(str, shapes))} raises {type(problem).__name__} ({problem})"[
                :600
            ],
            "activations that the term can take",
            "look at another layer, give targets of the painted picture's size, or mend the term",
        ) from problem
    if not isinstance(score, Tensor) or score.shape != activation.shape[:1]:
        shape = tuple(score.shape) if isinstance(score, Tensor) else type(score).__name__
        raise ShapeMismatch(
            f"{one!r} returned {shape}",
            f"one number per picture expected: shape ({activation.shape[0]},)",
            "reduce over all axes but the first, as in x.flatten(1).mean(1)",
        )
    return score


def tensor_arguments(one: Term, activations: Activations, like: Tensor) -> dict[str, Any]:
    """The arguments of a term as its function wants them: tensors in the activation's type, targets and regions there."""
    targets = {name: target_of(one, site, activations) for name, site in target_sites(one).items()}
    others = {
        name: value.numbers().to(like.device, like.dtype) if isinstance(value, tensor) else value
        for name, value in one.arguments
        if name not in targets and not isinstance(value, Objective)
    }
    return {**others, **targets}


def gradient_at(node: Gradient, activations: Activations, score: Tensor) -> Tensor:
    """The gradient of scores at the activation of a layer, picture by picture where these do not depend on each other.

    Detached where they do not depend on that activation.
    """
    activation = lookup(Site(node.layer, node.path), activations, node)
    slope: Tensor | None = None
    if score.requires_grad:
        (slope,) = torch.autograd.grad(
            score.sum(), activation, retain_graph=True, create_graph=not node.held, allow_unused=True
        )
    if slope is None:
        raise Detached(
            f"{node.children[0]!r}"[:300] + f" does not depend on {node.layer!r}, at which its slope is asked for",
            "a layer on the way from the picture to those that the objective looks at",
            "write 'input', which is what the network sees through the views"
            if node.path and node.layer.endswith("image")
            else "write an earlier layer, or an objective that looks at a deeper one",
        )
    return slope.detach() if node.held else slope


def target_of(one: Term, site: Site, activations: Activations) -> Tensor:
    """A region, or what a term keeps of a target picture's activation; the loop hands over what it has kept already."""
    keep = one.definition.keep if site.region is None else None
    if keep and (site, one.definition.name) in activations:
        return activations[site, one.definition.name]
    target = lookup(site, activations, one)
    return keep(target) if keep else target


def site_activation(one: Term, activations: Activations) -> Tensor:
    """The painted picture's activation that a term looks at."""
    return lookup(Site(one.layer, one.path), activations, one)


def lookup(site: Site, activations: Activations, one: Objective) -> Tensor:
    """The activation at a site; a plain layer's may be given by its name alone."""
    if site in activations:
        return activations[site]
    if site == Site(site.layer) and site.layer in activations:
        return activations[site.layer]
    raise UnknownLayer(
        f"{one!r} looks at {site!r}", f"activations of {sorted(map(repr, activations))} are given", "give that one too"
    )
