"""A declarative language for asking vision networks what they see.

Say what to look for (`objectives`), what to paint with (`param`) and what the picture must survive (`transforms`);
`render` paints it. `models` has the networks, `presets` the usual arguments, `recipes` figures and systems built on these.
"""

from . import quiet as quiet

# isort: split
from . import (
    atlas,
    attribution,
    collection,
    embeddings,
    engines,
    errors,
    examples,
    figures,
    icons,
    maps,
    models,
    objectives,
    param,
    presets,
    recipes,
    sanity,
    serialize,
    transforms,
    video,
)
from .attribution import attribute
from .language import parse
from .models import Vision, load
from .render import (
    Frame,
    NonfiniteWarning,
    Render,
    adam,
    constraints,
    gradients,
    grid,
    lbfgs,
    octaves,
    operators,
    optimizers,
    render,
    schedules,
    sgd,
    stage,
    steps,
)

__version__ = "0.1.0"

__all__ = [
    "Frame",
    "NonfiniteWarning",
    "Render",
    "Vision",
    "adam",
    "atlas",
    "attribute",
    "attribution",
    "collection",
    "constraints",
    "embeddings",
    "engines",
    "errors",
    "examples",
    "figures",
    "gradients",
    "grid",
    "icons",
    "lbfgs",
    "load",
    "maps",
    "models",
    "objectives",
    "octaves",
    "operators",
    "optimizers",
    "param",
    "parse",
    "presets",
    "recipes",
    "render",
    "sanity",
    "schedules",
    "serialize",
    "sgd",
    "stage",
    "steps",
    "transforms",
    "video",
]
