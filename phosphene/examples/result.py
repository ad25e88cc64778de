"""The examples of the units of some layers, and their pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from ..collection import Collection
from ..collection.extremes import HIGH, LOW, Extremes
from ..collection.sources import Source, Unreadable
from ..collection.work import as_seen
from ..errors import BadArgument, BadPicture, PhospheneError, UnknownLayer, nearest
from ..models.fields import ReceptiveField
from ..values import check_integer
from .crops import Crops, cut


@dataclass(frozen=True, eq=False)
class Examples:
    """For each unit of some layers the pictures with the largest activation, and those with the smallest.

    layers: by name, `value` (2, C, n), `image` (2, C, n), places in the collection's list, -1 where there are fewer pictures,
    and `yx` (2, C, n, 2), the position; the first axis is largest, smallest. `names` gives what the pictures are called.
    fields: what one position of each layer sees.  network: its name.  count: pictures that were looked at.
    """

    network: str
    count: int
    layers: Mapping[str, Extremes]
    fields: Mapping[str, ReceptiveField]
    collection: Collection = field(repr=False)
    source: Source | None = field(repr=False)

    def __repr__(self) -> str:
        found = ", ".join(f"{name!r}: {one.value.shape[1]} units" for name, one in self.layers.items())
        return f"Examples({found}; of {self.count} pictures)"

    def names(self, layer: str, unit: int, lowest: bool = False) -> tuple[str, ...]:
        """The names of a unit's pictures, the strongest first; with `lowest` those that it answers least."""
        found = self._places(layer, unit, lowest)[1]
        return tuple(self.collection.names(place, place + 1)[0] for place in found.tolist())

    def crops(self, layer: str, unit: int, lowest: bool = False) -> Crops:
        """A unit's pictures, each cut to what its position sees, the strongest first.

        A window is up to a stride larger than what is seen, so that the crop has the picture's grid; all of a layer have one
        size. Where a window is as large as the picture, it is the picture.
        Errors: UnknownLayer; BadArgument for a unit that is not there, and without a source; BadPicture for a picture that
        is gone.
        """
        value, image, yx = self._places(layer, unit, lowest)
        pictures, windows = cut([self.picture(place) for place in image.tolist()], self.fields[layer], yx)
        return Crops(pictures, value, image, self.names(layer, unit, lowest), windows)

    def picture(self, place: int) -> Tensor:
        """A picture of the collection's list as the network saw it: (3, h, w) in [0, 1]."""
        if self.source is None:
            raise BadArgument("examples without pictures", "their source expected", "write examples_of(..., source)")
        name = self.collection.names(place, place + 1)[0]
        key = self.collection.keys(place, place + 1)[0].tobytes()
        try:
            return as_seen(self.source, name, key, self.collection.definition.size)
        except (Unreadable, PhospheneError) as problem:
            raise BadPicture(
                f"{name!r}, which was there when it was collected: {problem}"[:400],
                "the same pictures expected",
                "give the source of the collection",
            ) from problem

    def _places(
        self, layer: str, unit: int, lowest: bool
    ) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.int64]]:
        if layer not in self.layers:
            raise UnknownLayer(f"layer {layer!r}", "a layer with examples expected", nearest(layer, tuple(self.layers)))
        found = self.layers[layer]
        check_integer(f"examples of {layer!r}", "unit", unit, 0, found.value.shape[1] - 1)
        side = LOW if lowest else HIGH
        some = found.image[side, unit] >= 0
        return found.value[side, unit][some], found.image[side, unit][some], found.yx[side, unit][some]
