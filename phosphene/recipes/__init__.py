"""Distill-style figures and the classic systems, as short programs on the core. No recipe has a loop of its own.

`dictionary`, `grid`, `groups`, `influences` look at pictures and return `figures`; icons come from the store of `icons`.
"""

from .dictionary import dictionary
from .grid import grid
from .groups import groups
from .influences import influences
from .painter import Painting

__all__ = ["Painting", "dictionary", "grid", "groups", "influences"]
