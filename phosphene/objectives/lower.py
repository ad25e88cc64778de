"""Lowering: an objective becomes a program in which shared parts are computed once and linear terms are fused.

The order of evaluation is canonical (sums and products are sorted by fingerprint), so that `a + b` and `b + a` are the
same program. Terms that are linear in one site's activation become one weight tensor, found as the gradient of their
weighted sum at zero: 300 channels of a layer cost as much as one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce
from typing import Any

import torch
from torch import Tensor

from .algebra import Constant, Draw, Gradient, Masked, Objective, Product, Scaled, Sum, Term, split_weight
from .analysis import Site, effective, sites, target_sites, terms
from .evaluate import (
    Activations,
    Context,
    combined,
    differentiable,
    gradient_at,
    leaf_score,
    masked,
    real,
    site_activation,
)
from .identity import Fingerprint
from .tree import as_written, nodes


@dataclass(frozen=True)
class Linear:
    """A weighted linear term, for all pictures or for one."""

    weight: float
    term: Term
    image: int | None

    def score(self, activations: Activations, context: Context) -> Tensor:
        """Its contribution per picture."""
        score = self.weight * leaf_score(self.term, activations)
        return score if self.image is None else masked(score, self.image, context)


@dataclass
class Fused:
    """Linear terms of one site as one weight tensor, kept for each shape of activation it meets."""

    parts: list[Linear]
    weights: dict[tuple[Any, ...], Tensor] = field(default_factory=dict)

    def score(self, activations: Activations, context: Context) -> Tensor:
        """The sum of the terms: the inner product of activation and weight tensor."""
        activation = site_activation(self.parts[0].term, activations)
        key = (activation.shape, activation.dtype, activation.device, context.first)
        if key not in self.weights:
            self.weights[key] = self._weight(activation, activations, context)
        return (activation * self.weights[key]).flatten(1).sum(1)

    def _weight(self, activation: Tensor, activations: Activations, context: Context) -> Tensor:
        one = self.parts[0].term
        rows = activation.shape[0] if any(part.image is not None for part in self.parts) else 1
        with torch.enable_grad():
            zero = torch.zeros_like(activation[:rows]).requires_grad_()
            here = {**activations, Site(one.layer, one.path): zero}
            local = Context(rows, context.first, context.step, context.steps, zero.dtype, zero.device)
            total = torch.stack([part.score(here, local).sum() for part in self.parts]).sum()
            (weight,) = torch.autograd.grad(total, zero)
        return weight.detach()


@dataclass(frozen=True)
class Summed:
    """A sum, sorted: fused linear terms by site, the other summands with their weights, a constant."""

    fused: list[Fused]
    others: list[tuple[float, Objective]]
    constant: float


class Program:
    """A lowered objective: `program(activations, context)` gives the scores, `record` what each summand adds to them."""

    def __init__(self, objective: Objective) -> None:
        self.objective = objective
        self.sites = sites(objective)
        root = effective(objective)
        self.summands = sorted(terms(root), key=lambda item: item[1].fingerprint)
        self._sums: dict[Fingerprint, Summed] = {}
        self._whole = _summed(root)
        self._order = self._compile([body for _, body in self._whole.others])

    @property
    def names(self) -> list[str]:
        """The text of each summand, weight included, in the order of the record."""
        return [repr(as_written(weight * body)) for weight, body in self.summands]

    def __call__(self, activations: Activations, context: Context) -> tuple[Tensor, dict[Fingerprint, Tensor]]:
        """The scores, shape (batch,), and the value of every node computed on the way."""
        values: dict[Fingerprint, Tensor] = {}
        with differentiable(self._order, activations) as here:
            for node in self._order:
                values[node.fingerprint] = self._value(node, values, here, context)
            scores = self._total(self._whole, values, here, context)
        return scores if torch.is_grad_enabled() else scores.detach(), values

    def record(self, activations: Activations, context: Context, values: dict[Fingerprint, Tensor]) -> Tensor:
        """The contribution of each summand, shape (summands, batch): they add up to the scores."""
        rows = []
        with torch.no_grad():
            for weight, body in self.summands:
                linear = _linear(weight, body)
                if linear is not None:
                    rows.append(linear.score(activations, context))
                elif isinstance(body, Constant):
                    rows.append(torch.tensor(real(weight * body.value), dtype=context.dtype, device=context.device))
                else:
                    rows.append(real(weight) * values[body.fingerprint].detach())
            return torch.stack([row.expand(context.batch) for row in rows])

    def _compile(self, wanted: list[Objective]) -> list[Objective]:
        """The nodes to compute, inputs first, each fingerprint once; sums are sorted on the way."""
        order: list[Objective] = []
        done: set[Fingerprint] = set()
        stack = wanted[::-1]
        while stack:
            node = stack[-1]
            waiting = [] if node.fingerprint in done else [n for n in self._inputs(node) if n.fingerprint not in done]
            if waiting:
                stack.extend(waiting)
                continue
            if node.fingerprint not in done:
                done.add(node.fingerprint)
                order.append(node)
            stack.pop()
        return order

    def _inputs(self, node: Objective) -> list[Objective]:
        if isinstance(node, (Sum, Scaled)):
            if node.fingerprint not in self._sums:
                self._sums[node.fingerprint] = _summed(node)
            return [body for _, body in self._sums[node.fingerprint].others]
        return [factor for factor, _ in _factors(node)] if isinstance(node, Product) else list(node.children)

    def _value(
        self, node: Objective, values: dict[Fingerprint, Tensor], activations: Activations, context: Context
    ) -> Tensor:
        if isinstance(node, Term):
            return leaf_score(node, activations, [values[child.fingerprint] for child in node.children])
        if isinstance(node, Gradient):
            return gradient_at(node, activations, values[node.children[0].fingerprint])
        if isinstance(node, (Sum, Scaled)):
            return self._total(self._sums[node.fingerprint], values, activations, context)
        if isinstance(node, Product):
            powers = [values[factor.fingerprint] ** _whole(exponent) for factor, exponent in _factors(node)]
            return reduce(torch.mul, powers)
        return combined(node, [values[child.fingerprint] for child in node.children], context)

    def _total(
        self, summed: Summed, values: dict[Fingerprint, Tensor], activations: Activations, context: Context
    ) -> Tensor:
        total = torch.full((context.batch,), summed.constant, dtype=context.dtype, device=context.device)
        for fused in summed.fused:
            total = total + fused.score(activations, context)
        for weight, body in summed.others:
            total = total + weight * values[body.fingerprint]
        return total


def _summed(node: Objective) -> Summed:
    groups: dict[Site, list[Linear]] = {}
    others, constant = [], Fraction(0)
    for weight, body in sorted(terms(node), key=lambda item: item[1].fingerprint):
        linear = _linear(weight, body)
        if isinstance(body, Constant):
            constant += weight * body.value
        elif linear is None:
            others.append((real(weight), body))
        else:
            groups.setdefault(Site(linear.term.layer, linear.term.path), []).append(linear)
    return Summed([Fused(groups[site]) for site in sorted(groups, key=repr)], others, real(constant))


def _linear(weight: Fraction, body: Objective) -> Linear | None:
    """A summand as a weighted linear term, where it is one whose weight tensor stays the same from step to step."""
    image = None
    if isinstance(body, Masked):
        image, (own, body) = body.image, split_weight(body.children[0])
        weight *= own
    if not isinstance(body, Term) or not body.definition.linear or body.children:
        return None
    moving = any(isinstance(step, Draw) for step in body.path)
    # A region moves with the transforms of the run, which the text of the term does not show.
    if any(moving or site.region for site in target_sites(body).values()):
        return None
    return Linear(real(weight), body, image)


def _whole(exponent: int) -> int:
    """An exponent that 64 bits hold: of the same parity, and as good as infinite."""
    return exponent if exponent < 2**62 else 2**62 + exponent % 2


def _factors(root: Objective) -> list[tuple[Objective, int]]:
    """The factors of a product with their multiplicities, sorted."""
    counts = {id(root): 1}
    merged: dict[Objective, int] = {}
    for node in reversed(nodes(root, Product)):
        count = counts.get(id(node), 0)
        if isinstance(node, Product):
            for child in node.children:
                counts[id(child)] = counts.get(id(child), 0) + count
        elif count:
            merged[node] = merged.get(node, 0) + count
    return sorted(merged.items(), key=lambda item: item[0].fingerprint)
