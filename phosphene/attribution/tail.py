"""The network behind a layer, and objectives behind the network, as a function of the activation at the layer."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from ..errors import Nonfinite
from ..objectives.analysis import couples_batch
from ..objectives.evaluate import Context
from ..objectives.lower import Program
from .looks import Looks, gradients
from .places import laid_out, layout
from .result import missed


class Tail:
    """Scores (B,) as a function of the activation at a layer; all before the layer stays as the pictures make it.

    activation: that of the pictures, (L * B, C, ...), where the objective sees them through L different views.
    slope: the gradient of the scores there, of the same shape.  scores: (B,).  start, baseline: where the method's path
    starts and the scores (B,) there, once `depart` was told; else None.  coupled: whether the pictures have one score
    together, so that only sums over all of them mean something.  grid: the rows and columns of tokens, else None.

    Of K objectives, every picture counts K times, once for each of them: B is then K times the pictures, those of the first
    objective first. A method need not know. Where the K activations that it asks about are the same, they go through the
    network once.
    """

    start: Tensor | None = None
    baseline: Tensor | None = None

    def __init__(self, looks: Looks, programs: Sequence[Program], canvas: Tensor, first: int = 0) -> None:
        self._looks, self._programs, self._canvas = looks, programs, canvas
        self._context = Context(len(canvas), first, 0, 1, canvas.dtype, canvas.device)
        leaves, found = looks.taken(canvas)
        self._rows = [len(leaf) for leaf in leaves]
        scores, slopes = self._sloped(found, leaves)
        self.scores, self.slope = scores, self._join(slopes)
        activation = torch.cat(leaves).detach()
        self.activation = self._join([activation] * len(programs))
        self._coupled = [couples_batch(program.objective) for program in programs]
        self.coupled = any(self._coupled)
        tokens = activation.shape[2] if activation.ndim == 3 else 0
        self.grid = layout(tokens, looks.seen) if tokens and looks.seen else None

    def depart(self, start: Tensor | None) -> None:
        """Where the method's path starts."""
        self.start = start
        self.baseline = None if start is None else self.scores_at(start).detach()

    def scores_at(self, activation: Tensor) -> Tensor:
        """The scores (B,) for another activation at the layer."""
        parts = self._parts(activation)
        if len(parts) == len(self._programs):
            scores = [
                self._scores(program, self._seen(part)) for program, part in zip(self._programs, parts, strict=True)
            ]
        else:
            found = self._seen(parts[0])
            scores = [self._scores(program, found) for program in self._programs]
        together = torch.cat(scores)
        return together if activation.requires_grad else together.detach()

    def scores_at_each(self, activations: Tensor) -> Tensor:
        """The scores (n, B) for n other activations (n, L * B, C, ...), which go through the networks together."""
        if self._looks.sloped:
            return torch.stack([self.scores_at(one).detach() for one in activations])
        split = [self._parts(one) for one in activations]
        seen = iter(self._seen_together([part for parts in split for part in parts]))
        found = [[next(seen) for _ in parts] * (len(self._programs) // len(parts)) for parts in split]
        scores = [torch.cat([self._scores(*pair) for pair in zip(self._programs, one, strict=True)]) for one in found]
        return torch.stack(scores).detach()

    def slope_at(self, activation: Tensor) -> Tensor:
        """The gradient of the scores for another activation at the layer."""
        return self.moved(activation).slope

    def moved(self, activation: Tensor) -> Tail:
        """The same, as though the pictures had another activation at the layer."""
        other = copy.copy(self)
        other.activation = activation.detach()
        leaves = [part.detach().requires_grad_() for part in self._parts(other.activation)]
        if len(leaves) < len(self._programs) or len(leaves) == 1:
            other.scores, slopes = self._sloped(self._seen(leaves[0]), leaves)
            if self.wrt == "image":
                other._canvas = leaves[0].detach()
        else:
            both = list(zip(self._programs, leaves, strict=True))
            scores = [self._scores(program, self._seen(leaf)) for program, leaf in both]
            slopes = [self._slope(program, mine, [leaf]) for (program, leaf), mine in zip(both, scores, strict=True)]
            other.scores = torch.cat(scores).detach()
        other.slope = self._join(slopes)
        return other

    def at(self, wrt: str) -> Tail:
        """The tail behind another layer, with the gradient as it is."""
        return Tail(self._looks.elsewhere(wrt), self._programs, self._canvas, self._context.first)

    @property
    def wrt(self) -> str:
        """The layer."""
        return self._looks.wrt

    @property
    def objective(self) -> str:
        """The objectives as text."""
        return ", ".join(repr(program.objective) for program in self._programs)

    def places(self, x: Tensor) -> Tensor:
        """An activation, or its gradient, by places, (B, C, H, W): tokens as their grid, without those before it."""
        return laid_out(x, self.grid)

    def by_picture(self, values: Tensor) -> Tensor:
        """The sum of an activation's numbers for each picture, (B,), over all of its views."""
        return values.flatten(1).sum(1).reshape(-1, len(self.scores)).sum(0)

    def missed(self, values: Tensor) -> Tensor:
        """What the values of a path miss of the change of the scores, and that change: (2, B)."""
        assert self.baseline is not None
        count = len(self._programs)
        sums, changes = self.by_picture(values).chunk(count), (self.scores - self.baseline).chunk(count)
        return torch.cat([missed(*parts) for parts in zip(sums, changes, self._coupled, strict=True)], 1)

    def rows(self, numbers: Tensor) -> Tensor:
        """Numbers (B,), one for each picture, in a shape to go with an activation."""
        every = numbers.repeat(len(self.activation) // len(numbers))
        return every.reshape(-1, *(1,) * (self.activation.ndim - 1))

    def _seen(self, activation: Tensor) -> dict[Any, Tensor]:
        """What the objectives look at, for an activation of every picture once."""
        if self._looks.sloped and not activation.requires_grad:
            activation = activation.detach().requires_grad_()
        parts = iter(torch.split(activation, self._rows))
        return self._looks.with_change(lambda own: next(parts), self._canvas)

    def _seen_together(self, activations: list[Tensor]) -> list[dict[Any, Tensor]]:
        """`_seen` of each of several activations, in one pass: a picture's number and its targets stay what they are."""
        many, batch = len(activations), len(self._canvas)
        by_view = torch.stack([one.reshape(-1, batch, *one.shape[1:]) for one in activations], 1).flatten(0, 2)
        parts = iter(torch.split(by_view, [many * rows for rows in self._rows]))
        found = self._looks.with_change(lambda own: next(parts), self._canvas.repeat(many, 1, 1, 1))
        return [{at: x.chunk(many)[i] if len(x) == many * batch else x for at, x in found.items()} for i in range(many)]

    def _sloped(self, found: dict[Any, Tensor], leaves: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        """The scores of all objectives, and the slope of each at the leaves of one pass."""
        scores, slopes = [], []
        for number, program in enumerate(self._programs, 1):
            scores.append(self._scores(program, found))
            slopes.append(self._slope(program, scores[-1], leaves, keep=number < len(self._programs)))
        return torch.cat(scores).detach(), slopes

    def _scores(self, program: Program, found: dict[Any, Tensor]) -> Tensor:
        scores = program(found, self._context)[0].expand(len(self._canvas))
        if not bool(torch.isfinite(scores).all()):
            raise Nonfinite(
                f"{program.objective!r}"[:300] + f" is {scores.detach().tolist()}"[:300],
                "finite scores expected",
                "before .map(log) or .map(sqrt) keep a score above 0: .map(softplus).map(log)",
            )
        return scores

    def _slope(self, program: Program, scores: Tensor, leaves: list[Tensor], keep: bool = False) -> Tensor:
        return gradients(scores, leaves, repr(program.objective), self._looks.wrt, keep)

    def _join(self, parts: list[Tensor]) -> Tensor:
        """Tensors (L * pictures, ...), one for each objective, as one (L * B, ...)."""
        if len(parts) == 1:
            return parts[0]
        views = [part.reshape(-1, len(self._canvas), *part.shape[1:]) for part in parts]
        return torch.stack(views, 1).flatten(0, 2)

    def _parts(self, activation: Tensor) -> list[Tensor]:
        """The reverse of `_join`; one part alone where all are the same, and none asks for gradients."""
        if len(self._programs) == 1:
            return [activation]
        blocks = activation.reshape(-1, len(self._programs), len(self._canvas), *activation.shape[1:])
        same = not activation.requires_grad and bool((blocks == blocks[:, :1]).all())
        return [block.flatten(0, 1) for block in (blocks[:, :1] if same else blocks).unbind(1)]
