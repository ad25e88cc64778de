"""The bundled network: patterns that the library draws itself, and a small network trained on them.

`draw` makes a picture of a class (stripes at an angle, checkers, a spiral, ...) in the colors of photographs; `LABELS`
names the classes. `load_network` loads the network that ships with the library; `load_judge` loads a second one, of
another architecture and seed, that tells whether a painted picture shows what it should. Because the pictures are
drawn, the right answer is known. To train both anew: `python -m phosphene.models.patterns.train`.
"""

from .draw import LABELS, batch, draw
from .network import MEAN, SIZE, STD, details, load_judge, load_network, normalize

__all__ = ["LABELS", "MEAN", "SIZE", "STD", "batch", "details", "draw", "load_judge", "load_network", "normalize"]
