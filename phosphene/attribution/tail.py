"""The network behind a layer, and the objective behind the network, as a function of the activation at the layer."""

from __future__ import annotations

import torch
from torch import Tensor

from ..errors import Nonfinite
from ..objectives.evaluate import Context
from ..objectives.lower import Program
from .looks import Looks, gradients


class Tail:
    """Scores (B,) as a function of the activation at a layer; all before the layer stays as the pictures make it.

    activation: that of the pictures, (L * B, C, ...), where the objective sees them through L different views.
    slope: the gradient of the scores there, of the same shape.  scores: (B,).
    """

    def __init__(self, looks: Looks, program: Program, canvas: Tensor, first: int = 0) -> None:
        self._looks, self._program, self._canvas = looks, program, canvas
        self._context = Context(len(canvas), first, 0, 1, canvas.dtype, canvas.device)
        leaves, found = looks.taken(canvas)
        self._rows = [len(leaf) for leaf in leaves]
        self.scores = program(found, self._context)[0].expand(len(canvas))
        self.slope = gradients(self.scores, leaves, self._what, looks.wrt)
        self.scores = self._finite(self.scores.detach())
        self.activation = torch.cat(leaves).detach()

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
