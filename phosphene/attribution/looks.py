"""What an objective sees of pictures, with one activation in the hands of the caller."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from typing import Any

import torch
from torch import Tensor

from ..errors import Detached, ShapeMismatch
from ..models import rules as gradient_rules
from ..models.replace import edited
from ..models.vision import Vision
from ..objectives.analysis import Site
from ..render.views import Views
from ..render.ways import Apply, Draws, Path, size_of, split_layer
from ..transforms import Transform, identity

Change = Callable[[Tensor], Tensor]


class Looks(Views):
    """The views of the render loop, of the pictures as they are, and a change of the activation at `wrt` on the way."""

    def __init__(
        self,
        visions: Mapping[str, Vision],
        sites: Iterable[Site],
        rules: Mapping[str, gradient_rules.Rule | None],
        wrt: str,
    ) -> None:
        super().__init__(visions, sites, identity, rules)
        self.wrt = wrt
        self.model, self.layer = split_layer(wrt)
        self.change: Change | None = None
        self.seen: tuple[int, int] | None = None

    def elsewhere(self, wrt: str) -> Looks:
        """The same looks with the gradient as it is, and another layer in the caller's hands."""
        other = copy.copy(self)
        other.wrt, (other.model, other.layer) = wrt, split_layer(wrt)
        other.rules, other.matched = dict.fromkeys(self.visions), {}
        return other

    def with_change(self, change: Change, canvas: Tensor) -> dict[Any, Tensor]:
        """The activations of pictures by site, all behind `wrt` made from `change(activation)` there."""
        draws = Draws([0] * len(canvas), 0, 0)
        self.change = change
        try:
            return self.activations(self._changed(canvas) if self.layer == "image" else canvas, draws)
        finally:
            self.change = None

    def taken(self, canvas: Tensor) -> tuple[list[Tensor], dict[Any, Tensor]]:
        """The activations at `wrt`, one for each look at it, as leaves of the graph, and those of the sites."""
        leaves: list[Tensor] = []

        def take(x: Tensor) -> Tensor:
            leaves.append(x.detach().requires_grad_())
            return leaves[-1]

        found = self.with_change(take, canvas)
        if len({leaf.shape[1:] for leaf in leaves}) > 1:
            shapes = ", ".join(str(tuple(leaf.shape[1:])) for leaf in leaves)
            raise ShapeMismatch(
                f"{self.wrt!r} seen through views in the shapes {shapes}",
                "one shape at the layer expected",
                "write wrt='image', or attribute each view by itself",
            )
        return leaves, found

    def _changed(self, x: Tensor) -> Tensor:
        # Target pictures and regions are seen without gradients, and stay what they are.
        return self.change(x) if self.change is not None and torch.is_grad_enabled() else x

    def _see(
        self, model: str, canvas: Tensor, path: Path, draws: Draws, transforms: Transform, apply: Apply | None = None
    ) -> Tensor:
        x = super()._see(model, canvas, path, draws, transforms, apply)
        return self._changed(x) if (model, "input") == (self.model, self.layer) else x

    def _forward(self, model: str, pictures: list[Tensor], step: int) -> list[dict[str, Tensor]]:
        if model == self.model:
            self.seen = size_of(pictures[0])
        inside = model == self.model and self.layer not in ("image", "input")
        with edited(self.visions[model], self.layer, self._changed) if inside else nullcontext():
            return super()._forward(model, pictures, step)


def gradients(scores: Tensor, leaves: list[Tensor], what: str, wrt: str, keep: bool = False) -> Tensor:
    """The gradient of the sum of scores at the leaves, joined; Detached where they do not depend on any of them."""
    found: tuple[Tensor | None, ...] = (None,)
    if leaves and scores.requires_grad:
        try:
            found = torch.autograd.grad(scores.sum(), leaves, allow_unused=True, retain_graph=keep)
        except NotImplementedError as error:
            raise _no_way(what, wrt, str(error).split("\n")[0]) from error
    if all(one is None for one in found):
        raise Detached(
            f"{what}"[:300] + f" does not depend on {wrt!r}",
            "a layer on the way from the picture to those that the objective looks at",
            "write an earlier layer, or wrt='image'",
        )
    slope = torch.cat([torch.zeros_like(x) if g is None else g for x, g in zip(leaves, found, strict=True)])
    if not bool(slope.any()) and (steps := _steps(scores)):
        raise _no_way(what, wrt, f"its gradient is 0 everywhere, behind torch.{steps}")
    return slope


STEPS = ("round", "floor", "ceil", "trunc", "sign")
"""Functions of torch whose gradient is 0 wherever there is one."""


def _steps(scores: Tensor) -> str:
    """The first function with steps on the way back from the scores, or nothing."""
    waiting, seen = [scores.grad_fn], set()
    while waiting:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        name = node.name().partition("Backward")[0].lower()
        if name in STEPS:
            return name
        waiting.extend(before for before, _ in node.next_functions)
    return ""


def _no_way(what: str, wrt: str, why: str) -> Detached:
    return Detached(
        f"{what}"[:300] + f" has no gradient at {wrt!r}: {why}"[:300],
        "operations that can be differentiated on the way",
        "write a layer behind them",
    )
