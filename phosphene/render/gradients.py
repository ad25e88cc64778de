"""The gradient chain: what happens to the gradient of the score at the picture before it reaches the parameters.

frame: "canvas", the gradient at the picture that is stored; "view", the gradient at what the network saw.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from torch import Tensor

from ..errors import BadArgument
from ..values import Value

Frame = Literal["canvas", "view"]


class Gradient(Value, room="gradients", abstract=True):
    """A pure function of the gradient (B, C, H, W); each picture's by itself."""

    if TYPE_CHECKING:

        @property
        def frame(self) -> Any:
            """Which gradient it changes."""

    def apply(self, gradient: Tensor, step: int, steps: int) -> Tensor:
        """The changed gradient."""
        raise NotImplementedError


class normalize(Gradient):
    """The gradient over its mean absolute value, root mean square, or Euclidean norm, picture by picture; 0 stays 0.

    >>> normalize("rms")
    gradients.normalize('rms')
    """

    by: Literal["mean_abs", "rms", "l2"]
    frame: Frame = "canvas"

    def __post_init__(self) -> None:
        if self.by not in ("mean_abs", "rms", "l2") or self.frame not in ("canvas", "view"):
            raise BadArgument(
                f"{self!r}", "by 'mean_abs', 'rms' or 'l2', frame 'canvas' or 'view' expected", "write normalize('rms')"
            )

    def apply(self, gradient: Tensor, step: int, steps: int) -> Tensor:
        """The gradient over its size."""
        flat = gradient.flatten(1)
        if self.by == "mean_abs":
            size = flat.abs().mean(1)
        else:
            size = flat.square().mean(1).sqrt() if self.by == "rms" else flat.norm(dim=1)
        size = size.where(size > 0, size.new_ones(()))
        return gradient / size[:, None, None, None]
