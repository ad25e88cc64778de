"""Pictures from the codes of generators."""

from .chairs import analogies, chairs, walks
from .decoders import decoded, vae
from .dgn_am import dgn_am

__all__ = [
    "analogies",
    "chairs",
    "decoded",
    "dgn_am",
    "vae",
    "walks",
]
