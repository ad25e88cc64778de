"""What the recipes of figures return: values with the data as arrays, that save themselves as page, picture, or archive.

`Dictionary`, `Grid`, `Groups`, `Influences` are the figures; each holds `Picture`s and one record for each layer.
`.save("page.html")` writes one self-contained page (`phosphene.html`), `.save("figure.png")` and `.save("figure.svg")` the
static figure (`scene`), `.save("data.npz")` the arrays, which `load` reads again. `colors` has their colors. Next: recipes,
which make figures.
"""

from .archive import load
from .base import Figure, Layer, Picture
from .dictionary import Dictionary, DictionaryLayer
from .grid import Grid, GridLayer
from .groups import Groups, GroupsLayer
from .influences import Influences, InfluencesLayer, Link

__all__ = [
    "Dictionary",
    "DictionaryLayer",
    "Figure",
    "Grid",
    "GridLayer",
    "Groups",
    "GroupsLayer",
    "Influences",
    "InfluencesLayer",
    "Layer",
    "Link",
    "Picture",
    "load",
]
