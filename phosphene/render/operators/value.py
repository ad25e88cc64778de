"""Operators that act on every value alike: decay, and project, which brings the picture into a set."""

from __future__ import annotations

from torch import Tensor

from ...errors import BadArgument
from ..constraints import Constraint
from ..moment import Moment
from ..schedules import Number, at, check
from .base import Center, Operator, check_center, color


class decay(Operator):
    """A step towards one color: center + (1 - rate) (x - center) (Yosinski et al. 2015).

    >>> decay(0.01)
    operators.decay(0.01)
    """

    rate: Number
    center: Center = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        check(self.word, "rate", self.rate, 0, 1)
        object.__setattr__(self, "center", check_center(self.word, self.center))

    def apply(self, picture: Tensor, moment: Moment) -> Tensor:
        """The picture a little nearer to the center color."""
        center = color(self.center, picture)
        return center + (1 - at(self.rate, moment)) * (picture - center)


class project(Operator):
    """The nearest picture of a set, here and not only at the end of a step: `render(within=...)` is for that.

    >>> from phosphene.render.constraints import box
    >>> project(box(0, 1), when="start")
    operators.project(constraints.box(0, 1), when='start')
    """

    onto: Constraint

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.onto, Constraint):
            raise BadArgument(
                f"{self.word}({self.onto!r})"[:200],
                "a constraint expected",
                "write operators.project(constraints.box(0, 1))",
            )

    def apply(self, picture: Tensor, moment: Moment) -> Tensor:
        """The projection."""
        return self.onto.project(picture)
