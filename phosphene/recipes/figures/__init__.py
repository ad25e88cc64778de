"""Figures of what a network sees in pictures, in very many pictures, and in whole layers."""

from .atlas import atlas, atlas_of
from .dictionary import dictionary
from .explanation import explanation
from .grid import grid
from .groups import groups
from .influences import influences
from .painter import Painting
from .segmentation import segmentation
from .sprites import sprites

__all__ = [
    "Painting",
    "atlas",
    "atlas_of",
    "dictionary",
    "explanation",
    "grid",
    "groups",
    "influences",
    "segmentation",
    "sprites",
]
