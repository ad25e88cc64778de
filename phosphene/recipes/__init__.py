"""Distill-style figures and the classic systems, as short programs on the core. No recipe has a loop of its own.

`dictionary`, `grid`, `groups`, `influences` look at pictures, `atlas` at very many of them, `sprites` at whole layers, and
return `figures`; icons come from the store of `icons`.
"""

from .atlas import atlas, atlas_of
from .dictionary import dictionary
from .grid import grid
from .groups import groups
from .influences import influences
from .painter import Painting
from .sprites import sprites

__all__ = ["Painting", "atlas", "atlas_of", "dictionary", "grid", "groups", "influences", "sprites"]
