"""A layer of which a figure shows some channels, each with its icon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..html.encode import numbers, sheet
from .base import Bytes, Floats, Layer, Numbers


@dataclass(frozen=True, eq=False, repr=False)
class ChannelsLayer(Layer):
    """The N channels that a figure about P pictures shows of a layer.

    units: (N,), the channels.  icons: (N, s, s, 3).  index: (P, ..., k), which of them are shown, as places in `units`, in
    the order of the figure.  value: the same shape, their values.  maps: (P, N, rows, columns), the value of each of the
    channels at every position.
    """

    units: Numbers
    icons: Bytes
    index: Numbers
    value: Floats
    maps: Floats

    def data(self) -> dict[str, Any]:
        """The layer as the page takes it, with one view for each picture."""
        return {
            **super().data(),
            "names": [f"channel {unit}" for unit in self.units],
            "sheet": sheet(self.icons),
            "views": [
                {"index": numbers(index, "whole"), "value": numbers(value, "f4"), "maps": numbers(maps, "scaled")}
                for index, value, maps in zip(self.index, self.value, self.maps, strict=True)
            ],
        }
