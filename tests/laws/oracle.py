"""An oracle for the meaning of objectives: plain floats, one picture at a time, written without the library's evaluator."""

import math
from typing import NamedTuple

import torch

from phosphene.objectives import algebra as al
from phosphene.objectives.analysis import Site, target_sites
from phosphene.objectives.tree import written_out
from phosphene.values import tensor

PLAIN = {
    "log": lambda x: math.log(x) if x > 0 else -math.inf if x == 0 else math.nan,
    "exp": math.exp,
    "sqrt": lambda x: math.sqrt(max(x, 0)),
    "relu": lambda x: max(x, 0.0),
    "softplus": lambda x: math.log1p(math.exp(x)) if x < 30 else x,
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)) if x > -700 else 0.0,
    "tanh": math.tanh,
    "absolute": abs,
    "clamp": lambda x, low=0, high=1: min(max(x, low), high),
}


class Value(NamedTuple):
    """A score and the size of what was added up to it, by which rounding is measured."""

    score: float
    size: float


def scores(objective, activations, step=0, steps=1):
    """One Value per picture."""
    batch = len(next(iter(activations.values())))
    whole = written_out(objective)
    return [_value(whole, image, batch, activations, step, steps, {}) for image in range(batch)]


def _value(node, image, batch, activations, step, steps, known):
    if id(node) not in known:
        known[id(node)] = node, _compute(node, image, batch, activations, step, steps, known)
    return known[id(node)][1]


def _compute(node, image, batch, activations, step, steps, known):
    def of(child):
        return _value(child, image, batch, activations, step, steps, known)

    if isinstance(node, al.Constant):
        return Value(float(node.value), abs(float(node.value)))
    if isinstance(node, al.Term):
        score = leaf(node, activations)[image].item()
        return Value(score, abs(score) + 1)
    if isinstance(node, al.Coefficient):
        number = image / max(batch - 1, 1) if repr(node.source) == "place()" else node.source(step, steps)
        return Value(number, abs(number))
    if isinstance(node, al.Masked):
        return of(node.children[0]) if node.image == image else Value(0.0, 0.0)
    values = [of(child) for child in node.children]
    if isinstance(node, al.Mapped):
        (x, size), function = values[0], node.function
        result = PLAIN[function.name](x, *function.numbers)
        return Value(result, max(size, abs(result)))
    if isinstance(node, al.Sum):
        return Value(sum(v.score for v in values), sum(v.size for v in values))
    if isinstance(node, al.Product):
        return Value(math.prod(v.score for v in values), math.prod(v.size for v in values))
    if isinstance(node, al.Scaled):
        return Value(float(node.weight) * values[0].score, abs(float(node.weight)) * values[0].size)
    assert isinstance(node, al.Power)
    return Value(values[0].score ** node.exponent, values[0].size ** node.exponent)


def leaf(term, activations):
    """The scores of a term: its function on plain tensors."""
    given = {}
    for parameter in term.definition.parameters:
        value = dict(term.arguments).get(parameter.name, parameter.default)
        target = target_sites(term).get(parameter.name)
        if target in activations:
            value = activations[target]
            value = term.definition.keep(value) if term.definition.keep and not target.region else value
        elif isinstance(value, tensor):
            value = value.numbers()
        elif isinstance(value, al.Gradient):
            value = slope(value.children[0], Site(term.layer, term.path), activations)
        given[parameter.name] = value
    return term.definition.function(activations[Site(term.layer, term.path)], **given)


def slope(term, site, activations):
    """The gradient of a term's scores at an activation."""
    x = activations[site].detach().requires_grad_()
    with torch.enable_grad():
        return torch.autograd.grad(leaf(term, {**activations, site: x}).sum(), x)[0]
