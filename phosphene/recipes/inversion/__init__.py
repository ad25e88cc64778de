"""What a layer keeps of a given picture, and what it makes of it."""

from .accentuate import accentuate
from .caricature import caricature
from .inversions import inversions
from .invert import invert

__all__ = [
    "accentuate",
    "caricature",
    "inversions",
    "invert",
]
