"""What a method of attribution is: a value of the room `attribution`, a function of the tail of a network."""

from __future__ import annotations

from torch import Tensor

from ...values import Value
from ..tail import Tail


class Method(Value, room="attribution", abstract=True):
    """What each number of an activation adds to the scores.

    A new method is a subclass with `values`; where its values add up to the change of the scores along a path, it says
    where the path starts, and finds that in `tail.start`.
    """

    def values(self, tail: Tail) -> Tensor:
        """The values, of the shape of `tail.activation`."""
        raise NotImplementedError

    def start(self, tail: Tail) -> Tensor | None:
        """The activation from which on the values add up to the change of the scores; None where no sum is promised."""
        return None
