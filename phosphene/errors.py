"""Every exception of the library and what it says.

A message has three parts: what you gave, what was expected, what to write instead. Each class is also a builtin kind,
so `except LookupError` works as it does elsewhere.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class PhospheneError(Exception):
    """Base of all errors; `given`, `expected` and `instead` are the three parts of the message."""

    def __init__(self, given: str, expected: str, instead: str) -> None:
        super().__init__(given, expected, instead)
        self.given, self.expected, self.instead = given, expected, instead

    def __str__(self) -> str:
        return " ".join(part if part.endswith((".", "\n")) else part + "." for part in self.args)


class UnknownLayer(PhospheneError, LookupError):
    """A layer name that the network does not have, or that a forward pass never reaches."""


class AmbiguousLayer(PhospheneError, LookupError):
    """A layer that one forward pass calls more than once, without saying which call is meant."""


class UnknownLabel(PhospheneError, LookupError):
    """A class label that the network does not have, or that several classes share."""


class UnknownModel(PhospheneError, LookupError):
    """A network name that cannot be loaded, or an objective that names a network which was not given."""


class UnknownName(PhospheneError, LookupError):
    """A term, transform, function ... that is not registered."""


class NameTaken(PhospheneError, ValueError):
    """Two different definitions under one name."""


class ShapeMismatch(PhospheneError, ValueError):
    """A tensor, picture or score of another shape than expected; an index outside its range."""


class BadArgument(PhospheneError, ValueError, TypeError):
    """An argument of the wrong kind or outside its range."""


class BadWeight(PhospheneError, ValueError, TypeError):
    """A weight that is not a finite number: NaN, infinity, bool, tensor."""


class BadOperation(PhospheneError, TypeError):
    """An operator that values of this kind do not have."""


class BadPicture(PhospheneError, ValueError, OSError):
    """A file that is missing or not a picture, or pixels outside [0, 1]."""


class NotInvertible(PhospheneError, ValueError):
    """A parameterization that cannot be started from a picture."""


class MissingTensor(PhospheneError, LookupError):
    """A tensor that is named by its digest but is not at hand."""


class ParseError(PhospheneError, ValueError):
    """Text that is not an expression of the language; `column` counts from 0."""

    def __init__(self, given: str, expected: str, instead: str, column: int = 0) -> None:
        super().__init__(given, expected, instead)
        self.column = column

    def __reduce__(self) -> tuple[type[ParseError], tuple[str, str, str, int]]:
        return type(self), (self.given, self.expected, self.instead, self.column)


class TooLarge(PhospheneError, ValueError):
    """A polynomial or a text that would not fit into memory."""


class RuleUnmatched(PhospheneError, ValueError):
    """A gradient rule that matched no call of the network."""


class ModelState(PhospheneError, RuntimeError):
    """A network that would be changed by being looked at (train mode with batch norm or dropout)."""


class Detached(PhospheneError, RuntimeError):
    """A gradient that cannot reach the picture or the parameters."""


class Nonfinite(PhospheneError, ArithmeticError):
    """A score or picture with NaN or infinity in it."""


class NoProgram(PhospheneError, ValueError):
    """A picture file without a program, or with a damaged one."""


class CheckpointMismatch(PhospheneError, ValueError):
    """A checkpoint that another program wrote, or a damaged one."""


class BadShard(PhospheneError, ValueError, OSError):
    """A file of a collection that is missing, damaged, or of another collection."""


class NotWritten(PhospheneError, RuntimeError, OSError):
    """A file that could not be written: a full disk, a folder without permission."""


class WorkFailed(PhospheneError, RuntimeError):
    """A worker that cannot start, a unit of work that ends every worker, or an error that cannot travel to its caller."""


class MissingExtra(PhospheneError, ImportError):
    """An optional package that is not installed."""


def nearest(name: str, names: Iterable[str], count: int = 3) -> str:
    """The names nearest to a mistyped one, as a sentence, or the first few where none is near.

    >>> nearest("chanel", ["channel", "neuron"])
    "Nearest: 'channel'"
    """
    known = list(dict.fromkeys(names))
    close = difflib.get_close_matches(name, known, n=count, cutoff=0.5)
    if close:
        return "Nearest: " + ", ".join(map(repr, close))
    shown = ", ".join(map(repr, known[:count]))
    return f"Known: {shown}" + (", ..." if len(known) > count else "") if known else "None is known"
