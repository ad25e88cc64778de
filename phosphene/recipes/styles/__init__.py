"""Textures, style transfer, doodles and networks that learned a style."""

from .doodle import doodle
from .fast_style import fast_style
from .style import style
from .style_table import style_table
from .stylist import Stylist
from .texture import texture

__all__ = [
    "Stylist",
    "doodle",
    "fast_style",
    "style",
    "style_table",
    "texture",
]
