"""The semantic dictionary: at each position of a picture, the channels that answer most, each with its icon.

Source: Olah et al. 2018, The Building Blocks of Interpretability.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from .base import Figure, Floats
from .channels import ChannelsLayer
from .scene import Scene


@dataclass(frozen=True, eq=False, repr=False)
class DictionaryLayer(ChannelsLayer):
    """One layer of a dictionary.  index, value: (P, rows, columns, k), the channels with the largest values at each position,
    the largest first.
    """

    def data(self) -> dict[str, Any]:
        """The layer as the page takes it."""
        return {**super().data(), "count": self.index.shape[-1]}


@dataclass(frozen=True, eq=False, repr=False)
class Dictionary(Figure):
    """A semantic dictionary.

    measure: what the values are ("activation", or "attribution to ...").  pins: (n, 2), the places (y, x) that the static
    figure shows and at which the page opens, as fractions of the picture's height and width.  places: what they are, in
    words; empty where not said.
    """

    kind: ClassVar[str] = "dictionary"
    caption: ClassVar[str] = (
        "At each place of the picture, the channels of the network that answer most strongly there. "
        "The icon of a channel is a picture painted to excite it: what it looks for."
    )
    measure: str
    pins: Floats
    layers: tuple[DictionaryLayer, ...]
    places: str = ""

    def data(self) -> dict[str, Any]:
        """The figure as the page takes it."""
        layers = [layer.data() for layer in self.layers]
        pins = {"pins": self.pins.tolist(), "places": self.places}
        return {**super().data(), "measure": self.measure, **pins, "layers": layers}

    def scene(self) -> Scene:
        """The static figure."""
        from .scenes import dictionary

        return dictionary.scene(self)
