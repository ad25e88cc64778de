"""Distill-style figures and the classic systems, as short programs on the core. No recipe has a loop of its own.

- Figures: `dictionary`, `grid`, `groups`, `influences` look at pictures, `atlas` at very many, `sprites` at whole layers.
- Pictures of units: `class_picture`, `yosinski`, `oygard`, `bilateral`, `dream`, `zoom`, `interpolation`, `negative`, `faces`,
  `facets`, `receptive_fields`.  Of a picture: `invert`, `caricature`, `accentuate`.
- With generators: `dgn_am`, `chairs`, `walks`, `analogies`, `decoded`, `vae`.
- Adversarial: `attack`, `fgsm`, `eot`, `patch`, `textured`, `robustness`.
- Texture and style: `texture`, `style`, `style_table`, `doodle`, `fast_style`.
- Looking: `shape_bias`, `checkerboard`, `overlap`, `filters`, `connections`, `templates`.

What makes one picture, or several of a kind, returns a `Render`; the others return `figures`.
"""

from .accentuate import accentuate
from .atlas import atlas, atlas_of
from .attack import attack, fgsm
from .bilateral import bilateral
from .caricature import caricature
from .categories import SIXTEEN
from .chairs import analogies, chairs, walks
from .checkerboard import checkerboard
from .class_picture import class_picture
from .decoders import decoded, vae
from .dgn_am import dgn_am
from .dictionary import dictionary
from .diversity import faces
from .doodle import doodle
from .dream import dream
from .dreaming import random_class
from .eot import eot
from .facet_table import facets
from .facets import faceted, probes
from .fast_style import fast_style
from .field import receptive_field
from .filters import connections, filters
from .grid import grid
from .groups import groups
from .influences import influences
from .inversions import inversions
from .invert import invert
from .neurons import interpolation, negative
from .overlap import overlap
from .oygard import oygard
from .painter import Painting
from .patch import patch
from .receptive_fields import receptive_fields
from .robustness import robustness
from .search import yosinski_search
from .shape_bias import cue_conflict, shape_bias
from .shown import difference, views
from .sprites import sprites
from .stimuli import BiasWarning, Stimuli
from .style import style
from .style_table import style_table
from .stylist import Stylist
from .templates import templates
from .texture import texture
from .textured import still, textured
from .yosinski import yosinski
from .yosinski_presets import YOSINSKI, yosinski_settings
from .zoom import zoom

__all__ = [
    "SIXTEEN",
    "YOSINSKI",
    "BiasWarning",
    "Painting",
    "Stimuli",
    "Stylist",
    "accentuate",
    "analogies",
    "atlas",
    "atlas_of",
    "attack",
    "bilateral",
    "caricature",
    "chairs",
    "checkerboard",
    "class_picture",
    "connections",
    "cue_conflict",
    "decoded",
    "dgn_am",
    "dictionary",
    "difference",
    "doodle",
    "dream",
    "eot",
    "faces",
    "faceted",
    "facets",
    "fast_style",
    "fgsm",
    "filters",
    "grid",
    "groups",
    "influences",
    "interpolation",
    "inversions",
    "invert",
    "negative",
    "overlap",
    "oygard",
    "patch",
    "probes",
    "random_class",
    "receptive_field",
    "receptive_fields",
    "robustness",
    "shape_bias",
    "sprites",
    "still",
    "style",
    "style_table",
    "templates",
    "texture",
    "textured",
    "vae",
    "views",
    "walks",
    "yosinski",
    "yosinski_search",
    "yosinski_settings",
    "zoom",
]
