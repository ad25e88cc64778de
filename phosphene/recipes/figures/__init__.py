"""Figures of what a network sees in pictures, in very many pictures, and in whole layers."""

from .atlas import atlas, atlas_of
from .dictionary import dictionary
from .grid import grid
from .groups import groups
from .influences import influences
from .painter import Painting
from .sprites import sprites

__all__ = [
    "Painting",
    "atlas",
    "atlas_of",
    "dictionary",
    "grid",
    "groups",
    "influences",
    "sprites",
]
