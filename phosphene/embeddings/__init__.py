"""Embeddings: pictures as the vectors that a layer gives them, their neighbours, maps, and how far classes stand apart.

`embed` streams pictures through a network into the shards of a `collection` and gives `Embeddings`, arrays that ask for more:
`neighbours` by cosine or euclidean distance, `plane` a map by one of the layouts of `atlas`, `separation` of classes by
silhouette and by the votes of neighbours. `map_figure` shows a map with thumbnails. Next: `figures.Map`, and `atlas` for
millions.
"""

from .embed import embed, embeddings_of
from .figure import check_map, map_figure
from .nearest import Metric, neighbours
from .plane import plane
from .result import Embeddings
from .separation import Separation, separation

__all__ = [
    "Embeddings",
    "Metric",
    "Separation",
    "check_map",
    "embed",
    "embeddings_of",
    "map_figure",
    "neighbours",
    "plane",
    "separation",
]
