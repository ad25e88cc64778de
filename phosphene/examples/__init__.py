"""Dataset examples: the pictures that each unit answers most, and least, at any position, cut to what it sees there.

`dataset_examples` looks for them in one pass over any number of pictures, for all units of several layers, on top of
`collection`, so that it may end at any time; `examples_of` reads them from a collection that has them. Both give `Examples`,
whose `crops` are the pictures. `unit_figure` shows them beside the icons. Next: `figures.Units`, and `models.fields` for what
a position sees.
"""

from .crops import Crops
from .figure import unit_figure
from .find import dataset_examples, examples_of
from .result import Examples

__all__ = ["Crops", "Examples", "dataset_examples", "examples_of", "unit_figure"]
