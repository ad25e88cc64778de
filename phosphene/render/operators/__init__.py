"""Operators on the picture beside each step: the r of x <- r(x + step) (Yosinski et al. 2015).

An operator works on the decoded picture; the parameters become the encoding of its result, so a parameterization without
an inverse refuses it, unless it acts on the state itself (`frame="state"`). Operators act in the order in which they are
written. A new one is a subclass of `Operator`.
"""

from .base import Operator
from .coloring import match_histogram, recolor
from .filters import bilateral, blur, median
from .motion import affine, roll
from .selection import clip_contribution, clip_norm
from .value import decay, project

__all__ = [
    "Operator",
    "affine",
    "bilateral",
    "blur",
    "clip_contribution",
    "clip_norm",
    "decay",
    "match_histogram",
    "median",
    "project",
    "recolor",
    "roll",
]
