"""What a method of attribution is: a value of the room `attribution`, a function of the tail of a network."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor

from ...errors import RuleUnmatched
from ...models.rules import Rule
from ...values import Value
from ..tail import Tail


class Method(Value, room="attribution", abstract=True):
    """What each number of an activation adds to the scores.

    A new method is a subclass with `values`; where its values add up to the change of the scores along a path, it says
    where the path starts, and finds that in `tail.start`.
    """

    once: ClassVar[bool] = False
    """Whether a pass there and back is all that it takes: then reordering the weights would take longer than it saves."""

    def values(self, tail: Tail) -> Tensor:
        """The values, of the shape of `tail.activation`, or (B, 1, ...) for a method with one number a place."""
        raise NotImplementedError

    @property
    def rules(self) -> Rule | None:
        """The gradient rule that the method brings along; None for the gradient as it is, or what the caller gives."""
        return None

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers that the method looks at besides that of the question."""
        return ()

    def unmatched(self, error: RuleUnmatched) -> RuleUnmatched:
        """The error for a network in which the method's rule finds no call, with what to write instead."""
        return error

    def start(self, tail: Tail) -> Tensor | None:
        """The activation from which on the values add up to the change of the scores; None where no sum is promised."""
        return None
