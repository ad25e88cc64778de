"""Objectives over several pictures: each, interpolate, diversity, alignment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from ..errors import BadArgument
from ..values import Value, register
from . import safe
from .algebra import ZERO, Coefficient, Masked, Objective, Varying, lift
from .matching import gram
from .term import term
from .tree import fold, rebuilt, summed

if TYPE_CHECKING:
    from .evaluate import Context


def each(*objectives: Objective) -> Objective:
    """One objective for each picture of the batch: `a.at(0) + b.at(1) + ...`.

    >>> from phosphene.objectives import channel
    >>> each(channel("a", 0), channel("a", 1))
    channel('a', 0).at(0) + channel('a', 1).at(1)
    """
    parts = objectives[0] if len(objectives) == 1 and isinstance(objectives[0], (list, tuple)) else objectives
    if not parts:
        raise BadArgument("each()", "one objective for each picture expected", "write each(a, b, c)")
    return summed([_lifted(part).at(image) for image, part in enumerate(parts)])


def alone(objective: Objective, image: int) -> Objective:
    """What an objective is for one picture of the batch: the inverse of `each`.

    >>> from phosphene.objectives import channel, tv
    >>> alone(each(channel("a", 0), channel("a", 1)) - tv(), 1)
    channel('a', 1) - tv()
    """

    def visit(node: Objective, children: list[Objective]) -> Objective:
        if isinstance(node, Masked):
            return children[0] if node.image == image else ZERO
        return rebuilt(node, children)

    return fold(objective, visit)


class place(Varying, Value):
    """Where a picture stands in its batch: 0 for the first, 1 for the last, evenly between; 0 in a batch of one."""

    couples = True

    def coefficient(self, context: Context) -> Tensor:
        """n / (B - 1) for picture n of B."""
        order = torch.arange(context.batch, dtype=context.dtype, device=context.device)
        return order / max(context.batch - 1, 1)


def interpolate(first: Objective, second: Objective) -> Objective:
    """From one objective to another over the batch: `(1 - n/(B-1)) a + n/(B-1) b` for picture n (Olah et al. 2017).

    >>> from phosphene.objectives import channel
    >>> interpolate(channel("a", 0), channel("a", 1))
    (1 - place())*channel('a', 0) + place()*channel('a', 1)
    """
    along = Coefficient(place())
    return (1 - along) * _lifted(first) + along * _lifted(second)


@term(couples=True)
def diversity(activation: Tensor) -> Tensor:
    """How alike the pictures of a batch are: the sum of the cosines of Gram matrices with all the others'.

    A penalty: 0 for pictures that share no channel, B - 1 for equal ones. Source: Olah et al. 2017; Lucid's value is the
    mean of ours over the batch.
    """
    grams = gram(activation).flatten(1)
    lengths = safe.norm(grams, 1)[:, None]
    unit = torch.where(lengths > 0, grams / torch.where(lengths > 0, lengths, torch.ones_like(lengths)), grams)
    cosines = unit @ unit.T
    return cosines.sum(1) - cosines.diagonal()


@term(couples=True)
def alignment(activation: Tensor, *, decay: float = 2) -> Tensor:
    """How far neighbours in the batch differ: the mean square difference to those at distance d = 1 to 4, over decay^d.

    A penalty, 0 in a batch of one; each pair is shared evenly by its two pictures. Source: Lucid's alignment, whose value
    is minus the sum over the batch.
    """
    score = (0 * activation).flatten(1).sum(1)
    for distance in range(1, min(5, activation.shape[0])):
        apart = (activation[distance:] - activation[:-distance]).square().flatten(1).mean(1) / (2 * decay**distance)
        score = score + torch.nn.functional.pad(apart, (0, distance)) + torch.nn.functional.pad(apart, (distance, 0))
    return score


def _lifted(value: Any) -> Objective:
    objective = lift(value)
    assert objective is not None
    return objective


register("each", each)
register("interpolate", interpolate)
