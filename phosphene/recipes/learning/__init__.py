"""Networks that learn: embeddings of pictures by a metric objective."""

from .embedding import embedding
from .learned import Learned, Spread

__all__ = [
    "Learned",
    "Spread",
    "embedding",
]
