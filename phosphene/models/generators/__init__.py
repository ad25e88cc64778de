"""Three toy generators, trained on patterns that the library draws: a VAE's decoder, a conditional one, a GAN's.

`load("vae")` paints from a code of 48 standard normal numbers, `load("conditional")` from a style, a view and two colors,
`load("gan")` from 128 features of the bundled network, as DGN-AM's generator does. Parameterizations take the names:
`param.latent("gan", 128)`. `code_of` writes the inputs of the conditional one, `cover` draws what it
learned. To train them anew: `python -m phosphene.models.generators.train`. Next: `recipes.dgn_am`, `recipes.chairs`.
"""

from .networks import CODE, FEATURES, SIZE, Adversarial, Conditional, Decoder
from .views import code_of, color_of, cover, style_of, view_of
from .weights import load

__all__ = [
    "CODE",
    "FEATURES",
    "SIZE",
    "Adversarial",
    "Conditional",
    "Decoder",
    "code_of",
    "color_of",
    "cover",
    "load",
    "style_of",
    "view_of",
]
