"""One look at a batch of pictures: what is kept of each of them, at every layer."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..models import Capture, Vision, edited
from ..models.capture import grey
from .attribution import CLASSES, Way, at, attributed, spread, way_of
from .definition import Definition
from .extremes import Peaks, peaks
from .rows import FINE, NONFINITE
from .sampling import position
from .steady import steady


class Seen(NamedTuple):
    """What is kept of n pictures at one layer, as in `Rows`; activation and value are float32.

    peak, peak_yx: as in `Peaks`, of all channels where the definition keeps examples, else of none.
    """

    yx: NDArray[np.int64]
    activation: NDArray[np.float32]
    top: NDArray[np.int64]
    value: NDArray[np.float32]
    state: NDArray[np.uint8]
    peak: NDArray[np.float32]
    peak_yx: NDArray[np.int64]


class Look:
    """A network prepared for a definition; made once, called for every batch inside of `steady`.

    All layers are captured in one pass. It gives the attribution of the layer that is reached last as well; each other layer
    takes one more pass. A batch always has the definition's size: fewer pictures are filled up with copies of the first, so
    that a picture's row does not hang on which others there are.
    Errors: those of `class_attribution`.
    """

    def __init__(self, vision: Vision, definition: Definition) -> None:
        self.vision, self.definition = vision, definition
        self._device, self._dtype = vision.device, vision.dtype
        self._layers = tuple(definition.layers)
        self._plan = Capture(vision, self._layers)
        self._both = Capture(vision, [*self._layers, CLASSES])
        self._tail = Capture(vision, [CLASSES])
        self._ways: dict[str, Way] = {}
        self._last: str | None = None
        if definition.kept:
            with steady(vision, definition.threads):
                self._try()

    def __call__(self, pictures: Tensor, keys: Sequence[bytes]) -> dict[str, Seen]:
        """pictures: (n, 3, h, w) in [0, 1] of the definition's size, n from 1 to its batch.  keys: what names each."""
        n, batch = len(pictures), self.definition.batch
        full = torch.cat([pictures, pictures[:1].expand(batch - n, -1, -1, -1)])
        full = full.to(self._device, self._dtype, memory_format=torch.channels_last)
        places = {name: self._places(name, keys) for name in self._layers}
        found, slopes = self._pass(full, places)
        seen = {}
        for name in self._layers:
            activation = self._taken(found[name], places[name], name)
            slope = _array(slopes[name])[:n] if slopes else np.zeros((n, 0), np.float32)
            most = self._peaks(found[name][:n], name)
            seen[name] = self._seen(_array(places[name])[:n], activation[:n], slope, most)
        return seen

    def _taken(self, own: Tensor, places: Tensor, name: str) -> NDArray[np.float32]:
        """What is kept of an activation: (B, C)."""
        if self.definition.take == "sampled":
            return _array(at(own, places, name))
        maps = spread(own, name).float().flatten(2)
        return _array(maps.mean(2) if self.definition.take == "mean" else maps.amax(2))

    def _peaks(self, own: Tensor, name: str) -> Peaks:
        maps = spread(own, name)
        return peaks(maps if self.definition.examples else maps[:, :0])

    def _pass(self, pictures: Tensor, places: dict[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Activations, and attributions, by layer."""
        slopes: dict[str, Tensor] = {}
        if self._last is None:
            with torch.no_grad():
                found = self._plan(pictures)
        else:  # all that is captured lies before the layer reached last, where its pass differs from a plain one
            found, slopes[self._last] = attributed(self._both, self._last, pictures, places[self._last], "forward")
        for name, way in self._ways.items():
            if name != self._last:
                slopes[name] = attributed(self._tail, name, pictures, places[name], way)[1]
        return found, slopes

    def _places(self, name: str, keys: Sequence[bytes]) -> Tensor:
        _, rows, columns = self.definition.layers[name]
        if self.definition.take != "sampled":
            rows = columns = 1
        found = [position(self.definition.seed, key, rows, columns) for key in keys]
        found += found[:1] * (self.definition.batch - len(found))
        return torch.tensor(found, device=self._device)

    def _seen(self, yx: NDArray[Any], activation: NDArray[Any], slope: NDArray[Any], most: Peaks) -> Seen:
        finite = np.logical_and.reduce(
            [np.isfinite(x).all(1) for x in (activation, slope, most.value.reshape(len(slope), -1))]
        )
        top = np.argsort(-slope, 1, kind="stable")[:, : self.definition.kept]
        value = np.take_along_axis(slope, top, 1)
        for part in (activation, top, value):
            part[~finite] = 0
        return Seen(yx, activation, top, value, np.where(finite, FINE, NONFINITE).astype(np.uint8), *most)

    def _try(self) -> None:
        """Find how each layer's attribution is computed, on grey pictures, and which layer is reached last."""
        pictures = grey(self.vision, self.definition.size).expand(self.definition.batch, -1, -1, -1)
        pictures = pictures.contiguous(memory_format=torch.channels_last)
        for name in self._layers:
            self._ways[name] = way_of(self._tail, name, pictures, self._places(name, [bytes(16)]))
        last = self._order(pictures)[-1]
        self._last = last if self._ways[last] == "forward" else None

    def _order(self, pictures: Tensor) -> list[str]:
        """The layers in the order in which a pass reaches them."""
        reached: list[str] = []

        def note(own: Tensor, name: str) -> Tensor:
            reached.append(name)
            return own

        with ExitStack() as held, torch.no_grad():
            for name in self._layers:
                held.enter_context(edited(self.vision, name, partial(note, name=name)))
            self._tail(pictures)
        return reached


def _array(numbers: Tensor) -> NDArray[Any]:
    """A tensor as an array of its own, real numbers as float32."""
    found: NDArray[Any] = (numbers.float() if numbers.is_floating_point() else numbers).cpu().numpy()
    return found
