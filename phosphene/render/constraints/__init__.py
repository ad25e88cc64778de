"""Constraints on the picture or the code, as exact projections: the nearest point that satisfies them.

`box` bounds values, `range_of` by those of a picture; `linf`, `l2` and `l1` are balls about a picture or a number; `simplex`
and `sphere` are for codes. `a & b` is the intersection: the nearest point of both, never one after the other. A new
constraint is a subclass of `Constraint`; of `Interval` or `Separable` where its intersection with a box is exact.
"""

from .balls import l1, l2, linf
from .base import Constraint, Separable
from .box import Interval, box, range_of
from .intersection import intersection
from .simplex import simplex, sphere

__all__ = [
    "Constraint",
    "Interval",
    "Separable",
    "box",
    "intersection",
    "l1",
    "l2",
    "linf",
    "range_of",
    "simplex",
    "sphere",
]
