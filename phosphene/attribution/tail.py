"""The network behind a layer, and the objective behind the network, as a function of the activation at the layer."""

from __future__ import annotations

import torch
from torch import Tensor

from ..errors import Nonfinite
from ..objectives.analysis import couples_batch
from ..objectives.evaluate import Context
from ..objectives.lower import Program
from .looks import Looks, gradients
from .result import missed


class Tail:
    """Scores (B,) as a function of the activation at a layer; all before the layer stays as the pictures make it.

    activation: that of the pictures, (L * B, C, ...), where the objective sees them through L different views.
    slope: the gradient of the scores there, of the same shape.  scores: (B,).  start, baseline: where the method's path
    starts and the scores (B,) there, once `depart` was told; else None.  coupled: whether the pictures have one score
    together, so that only sums over all of them mean something.
    """

    start: Tensor | None = None
    baseline: Tensor | None = None

    def __init__(self, looks: Looks, program: Program, canvas: Tensor, first: int = 0) -> None:
        self._looks, self._program, self._canvas = looks, program, canvas
        self._context = Context(len(canvas), first, 0, 1, canvas.dtype, canvas.device)
        leaves, found = looks.taken(canvas)
        self._rows = [len(leaf) for leaf in leaves]
        self.scores = program(found, self._context)[0].expand(len(canvas))
        self.slope = gradients(self.scores, leaves, self._what, looks.wrt)
        self.scores = self._finite(self.scores.detach())
        self.activation = torch.cat(leaves).detach()
        self.coupled = couples_batch(program.objective)

    def depart(self, start: Tensor | None) -> None:
        """Where the method's path starts."""
        self.start = start
        self.baseline = None if start is None else self.scores_at(start).detach()

    @property
    def _what(self) -> str:
        return repr(self._program.objective)

    def scores_at(self, activation: Tensor) -> Tensor:
        """The scores (B,) for another activation at the layer."""
        parts = iter(torch.split(activation, self._rows))
        found = self._looks.with_change(lambda own: next(parts), self._canvas)
        return self._finite(self._program(found, self._context)[0].expand(len(self._canvas)))

    def slope_at(self, activation: Tensor) -> Tensor:
        """The gradient of the scores for another activation at the layer."""
        leaf = activation.detach().requires_grad_()
        return gradients(self.scores_at(leaf), [leaf], self._what, self._looks.wrt)

    def by_picture(self, values: Tensor) -> Tensor:
        """The sum of an activation's numbers for each picture, (B,), over all of its views."""
        return values.flatten(1).sum(1).reshape(-1, len(self.scores)).sum(0)

    def missed(self, values: Tensor) -> Tensor:
        """What the values of a path miss of the change of the scores, and that change: (2, B)."""
        assert self.baseline is not None
        return missed(self.by_picture(values), self.scores - self.baseline, self.coupled)

    def rows(self, numbers: Tensor) -> Tensor:
        """Numbers (B,), one for each picture, in a shape to go with an activation."""
        every = numbers.repeat(len(self.activation) // len(numbers))
        return every.reshape(-1, *(1,) * (self.activation.ndim - 1))

    def _finite(self, scores: Tensor) -> Tensor:
        if not bool(torch.isfinite(scores).all()):
            raise Nonfinite(
                f"{self._what}"[:300] + f" is {scores.detach().tolist()}"[:300],
                "finite scores expected",
                "before .map(log) or .map(sqrt) keep a score above 0: .map(softplus).map(log)",
            )
        return scores
