"""What the recipes of figures return: values with the data as arrays, that save themselves as page, picture, or archive.

`Dictionary`, `Explanation`, `Grid`, `Groups`, `Influences` are figures about `Picture`s, `Atlas` is one about many activations,
`Sprites` one about whole layers, `Units` about some of their units; each holds one record for each layer. `Table` is rows
and columns of pictures, `Plates` arrays as pictures, `Bias` decisions for shape or texture, `Robustness` what survives draws,
`Map` an embedding.
`.save("page.html")` writes one self-contained page (`phosphene.html`), `.save("figure.png")` and `.save("figure.svg")` the
static figure (`scene`), `.save("data.npz")` the arrays, which `load` reads again. `colors` has their colors. Next: recipes,
which make figures.
"""

from .archive import load
from .atlas import Atlas, AtlasLayer, Level
from .base import Figure, Layer, Picture
from .bias import Bias
from .dictionary import Dictionary, DictionaryLayer
from .explanation import Explanation, ExplanationLayer
from .grid import Grid, GridLayer
from .groups import Groups, GroupsLayer
from .influences import Influences, InfluencesLayer, Link
from .map import Map
from .plates import Plates
from .robustness import Robustness
from .sprites import Sprites, SpritesLayer
from .table import Table
from .units import Units, UnitsLayer

__all__ = [
    "Atlas",
    "AtlasLayer",
    "Bias",
    "Dictionary",
    "DictionaryLayer",
    "Explanation",
    "ExplanationLayer",
    "Figure",
    "Grid",
    "GridLayer",
    "Groups",
    "GroupsLayer",
    "Influences",
    "InfluencesLayer",
    "Layer",
    "Level",
    "Link",
    "Map",
    "Picture",
    "Plates",
    "Robustness",
    "Sprites",
    "SpritesLayer",
    "Table",
    "Units",
    "UnitsLayer",
    "load",
]
