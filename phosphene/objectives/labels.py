"""Labels of a batch: one whole number for each picture, written down or given with each step of a training.

A parameter of a term annotated `Labels` takes a tuple, one label for each picture of the batch, or `param.given("labels")`,
which stands for the labels of the pictures that `param.weights(net, data, labels=...)` has drawn for the step.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import torch
from torch import Tensor

from ..errors import BadArgument, ShapeMismatch
from ..param.given import given
from .algebra import Objective, Term
from .tree import nodes


@dataclass(frozen=True)
class Needs:
    """What a batch must have for there to be anything to compare: pictures, classes, classes with two pictures."""

    pictures: int = 1
    classes: int = 1
    pairs: int = 0

    def check(self, labels: tuple[int, ...], owner: str) -> None:
        """BadArgument where these labels leave nothing to compare."""
        counts = Counter(labels)
        pairs = sum(count > 1 for count in counts.values())
        if len(labels) >= self.pictures and len(counts) >= self.classes and pairs >= self.pairs:
            return
        wanted = [(self.pictures, "picture"), (self.classes, "class"), (self.pairs, "class of two pictures or more")]
        shown = f"{len(counts)} class{'es' * (len(counts) != 1)}"
        raise BadArgument(
            f"{owner}: {len(labels)} picture{'s' * (len(labels) != 1)} of {shown}, {pairs} of them with two pictures or more",
            "at least " + ", ".join(f"{n} x {name}" for n, name in wanted if n > (name == "picture")) + " to compare",
            "give more pictures, of other classes and of the same: labels=(0, 0, 1, 1, 2, 2), or a larger batch",
        )


Labels = Annotated[Tensor, Needs()]
Compared = Annotated[Tensor, Needs(pictures=2)]
Mined = Annotated[Tensor, Needs(3, classes=2, pairs=1)]
Fourfold = Annotated[Tensor, Needs(4, classes=3, pairs=1)]
Paired = Annotated[Tensor, Needs(4, classes=2, pairs=2)]


def needs_of(kind: Any) -> Needs | None:
    """What a parameter of this annotation asks of labels; None where it takes none."""
    return next((one for one in getattr(kind, "__metadata__", ()) if isinstance(one, Needs)), None)


def converted(kind: Any, value: Any, owner: str) -> Any:
    """Labels as a value: a tuple of whole numbers, or `param.given("labels")`."""
    if isinstance(value, given):
        return value
    numbers = value.tolist() if isinstance(value, (Tensor, np.ndarray)) else value
    listed = list(numbers) if isinstance(numbers, (tuple, list, range)) else []
    if not listed or not all(isinstance(one, (int, np.integer)) and not isinstance(one, bool) for one in listed):
        raise BadArgument(
            f"{owner} is {value!r}"[:200],
            "a whole number for each picture of the batch expected",
            "write labels=(0, 0, 1, 1), or param.given('labels') for those of a training",
        )
    found = tuple(int(one) for one in listed)
    needs = needs_of(kind)
    assert needs is not None
    needs.check(found, owner)
    return found


def labels_of(one: Term) -> dict[str, Any]:
    """The arguments of a term that are labels, by name."""
    kinds = {parameter.name: parameter.kind for parameter in one.definition.parameters}
    return {name: value for name, value in one.arguments if needs_of(kinds.get(name))}


def numbered(labels: Any, activation: Tensor) -> Tensor:
    """Labels (B,) beside the activation of as many pictures.  Errors: ShapeMismatch."""
    found = torch.as_tensor(labels, device=activation.device)
    if found.shape != activation.shape[:1] or found.is_floating_point():
        raise ShapeMismatch(
            f"labels of shape {tuple(found.shape)} for {activation.shape[0]} pictures",
            "a whole number for each picture of the batch",
            f"write batch={len(found)}, or {activation.shape[0]} labels"
            if found.ndim == 1
            else "write param.given('labels')",
        )
    return found


def check_labels(root: Objective, at_hand: Mapping[str, Tensor]) -> None:
    """The labels that come with a first step, `at_hand`, are there and leave something to compare."""
    terms = [one for one in nodes(root) if isinstance(one, Term)]
    for one, name, value in [(term, *item) for term in terms for item in labels_of(term).items()]:
        if not isinstance(value, given):
            continue
        if value.name not in at_hand:
            raise BadArgument(
                f"{one!r}"[:200] + f" for a parameterization that is given {sorted(at_hand) or 'nothing'}",
                "labels that come with each step, or one for each picture",
                "paint with param.weights(net, data, labels=...), or write labels=(0, 0, 1, 1)",
            )
        found = numbered(at_hand[value.name], at_hand[value.name])
        needs = needs_of(next(p.kind for p in one.definition.parameters if p.name == name))
        assert needs is not None
        needs.check(tuple(found.tolist()), f"{one.definition.name}: the first batch")
