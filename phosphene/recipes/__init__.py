"""Distill-style figures and the classic systems, as short programs on the core. No recipe has a loop of its own.

- Figures: `dictionary`, `explanation`, `grid`, `groups`, `influences`, `segmentation` look at pictures, `atlas` at very
  many, `sprites` at whole layers.
- Pictures of units: `class_picture`, `yosinski`, `oygard`, `bilateral`, `dream`, `zoom`, `interpolation`, `negative`, `faces`,
  `facets`, `receptive_fields`.  Of a picture: `invert`, `caricature`, `accentuate`.
- With generators: `dgn_am`, `chairs`, `walks`, `analogies`, `decoded`, `vae`.
- Adversarial: `attack`, `fgsm`, `eot`, `patch`, `textured`, `robustness`.
- Texture and style: `texture`, `style`, `style_table`, `doodle`, `fast_style`.
- Networks that learn: `embedding` (and `vae`, `fast_style`).
- Looking: `shape_bias`, `checkerboard`, `overlap`, `filters`, `connections`, `templates`.

What makes one picture, or several of a kind, returns a `Render`; the others return `figures`.
"""

from .adversarial import (
    attack,
    difference,
    eot,
    fgsm,
    patch,
    robustness,
    still,
    textured,
    views,
)
from .bias import (
    SIXTEEN,
    BiasWarning,
    Stimuli,
    cue_conflict,
    shape_bias,
)
from .dreams import (
    dream,
    random_class,
    zoom,
)
from .features import (
    YOSINSKI,
    bilateral,
    class_picture,
    faces,
    faceted,
    facets,
    interpolation,
    negative,
    oygard,
    probes,
    receptive_field,
    receptive_fields,
    yosinski,
    yosinski_search,
    yosinski_settings,
)
from .figures import (
    Painting,
    atlas,
    atlas_of,
    dictionary,
    explanation,
    grid,
    groups,
    influences,
    segmentation,
    sprites,
)
from .generators import (
    analogies,
    chairs,
    decoded,
    dgn_am,
    vae,
    walks,
)
from .inversion import (
    accentuate,
    caricature,
    inversions,
    invert,
)
from .learning import (
    Learned,
    Spread,
    embedding,
)
from .looking import (
    checkerboard,
    connections,
    filters,
    overlap,
    templates,
)
from .styles import (
    Stylist,
    doodle,
    fast_style,
    style,
    style_table,
    texture,
)

__all__ = [
    "SIXTEEN",
    "YOSINSKI",
    "BiasWarning",
    "Learned",
    "Painting",
    "Spread",
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
    "embedding",
    "eot",
    "explanation",
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
    "segmentation",
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
